n: { a = n; }
