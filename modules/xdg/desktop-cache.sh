# What update-desktop-database(1) does, for machines without it: directory ->
# its mimeinfo.cache, which says what opens a type.
desktopCache() {
  (
    cd "$1"
    find -L . -name '*.desktop' -type f | while IFS= read -r entry; do
      id="$(printf %s "${entry#./}" | tr / -)"
      awk -v id="$id" '
        /^\[/ { inside = $0 == "[Desktop Entry]" }
        inside && /^MimeType[ \t]*=/ {
          sub(/^[^=]*=[ \t]*/, "")
          n = split($0, types, ";")
          for (i = 1; i <= n; i++) if (types[i] != "") print types[i] "=" id ";"
        }' "$entry"
    done | LC_ALL=C sort -u | awk -F= '
      BEGIN { print "[MIME Cache]" }
      $1 != type { if (type != "") print line; type = $1; line = type "=" }
      { line = line $2 }
      END { if (type != "") print line }' >.mimeinfo.cache.nhmt
    mv -f .mimeinfo.cache.nhmt mimeinfo.cache
  )
}
