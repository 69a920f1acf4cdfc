setlocal textwidth=72 spell
