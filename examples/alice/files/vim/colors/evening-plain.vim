set background=dark
highlight clear
let g:colors_name = "evening-plain"
highlight Normal ctermfg=252 ctermbg=234
highlight Comment ctermfg=245
