# In a build: $declared (by $declaredPath), with the types of the desktop
# entries in $packages behind the defaults that are declared.
for package in $packages; do
  for entry in "$package"/share/applications/*.desktop; do
    [ -e "$entry" ] || continue
    awk -v name="${entry##*/}" '
      /^\[/ { inside = $0 == "[Desktop Entry]" }
      inside && /^MimeType[ \t]*=/ {
        sub(/^[^=]*=[ \t]*/, "")
        n = split($0, types, ";")
        for (i = 1; i <= n; i++) if (types[i] != "") print types[i], name
      }' "$entry"
  done
done >found
awk '
  function rest(i) {
    for (i = 1; i <= n; i++) if (order[i] in more) print order[i] "=" more[order[i]]
  }
  NR == FNR {
    if (!($1 in more)) order[++n] = $1
    if (index(";" more[$1], ";" $2 ";") == 0) more[$1] = more[$1] $2 ";"
    next
  }
  /^\[/ {
    if (inside) { rest(); print "" }
    inside = $0 == "[Default Applications]"
    print
    next
  }
  inside && /^$/ { next }
  inside {
    type = substr($0, 1, index($0, "=") - 1)
    if (type in more) {
      m = split(more[type], names, ";")
      for (i = 1; i <= m; i++) {
        if (names[i] != "" && index(";" substr($0, length(type) + 2), ";" names[i] ";") == 0) $0 = $0 names[i] ";"
      }
      delete more[type]
    }
  }
  { print }
  END { if (inside) rest() }
' found "$declaredPath" >"$out"
