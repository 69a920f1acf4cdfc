# copy-applications SOURCE TARGET
#
# Copies the applications (*.app) in SOURCE, a directory of links into the Nix
# store, to TARGET. Spotlight and Launchpad find no application behind a link.
#
# What lies in TARGET and was not copied by this script is left alone: the file
# `.nhmt-applications' there has a line for each application that was, with where
# it came from, which also tells what is there already. Nothing here ends an
# activation: a missing permission leaves the applications as they are, with a
# warning.
set -u
source=$1
target=$2
list=$target/.nhmt-applications
failed=0

warn() {
  printf 'warning: nhmt: %s\n' "$1" >&2
}

# Whether the application NAME was copied here, from where it is now.
is_ours() {
  [ -f "$list" ] && cut -f 1 "$list" | grep -Fqx -- "$1"
}
is_current() {
  [ -f "$list" ] && grep -Fqx -- "$1	$2" "$list"
}

# A bundle that is merged of several packages consists of links into the store,
# which become what they lead to; links within a bundle stay.
copy() {
  cp -RH "$1" "$2" && chmod -R u+w "$2" || return 1
  while :; do
    link=$(find "$2" -type l -lname '/*' | head -n 1)
    [ -n "$link" ] || return 0
    there=$(readlink "$link")
    rm -f "$link"
    # One that leads nowhere is of no use to the application either.
    [ -e "$there" ] || continue
    cp -RH "$there" "$link" && chmod -R u+w "$link" || return 1
  done
}

new_list=
entries=0
for app in "$source"/*.app; do
  [ -e "$app" ] && entries=1
done
if [ ! -d "$target" ]; then
  [ "$entries" = 1 ] || exit 0
  mkdir -p "$target" || {
    warn "cannot make $target; no application was copied"
    exit 0
  }
fi

# What a copy that was cut off has left.
rm -rf "$target"/.nhmt-new-* "$target"/.nhmt-old-* 2>/dev/null

for app in "$source"/*.app; do
  [ -e "$app" ] || continue
  name=${app##*/}
  from=$(cd -P -- "$app" && pwd -P) || continue
  place=$target/$name
  line="$name	$from"
  if is_current "$name" "$from" && [ -d "$place" ]; then
    new_list="$new_list$line
"
    continue
  fi
  if [ -e "$place" ] || [ -L "$place" ]; then
    if ! is_ours "$name"; then
      warn "$place is there already and was not copied by nhmt; it is left as it is"
      continue
    fi
  fi
  new=$target/.nhmt-new-$name
  old=$target/.nhmt-old-$name
  if ! copy "$app" "$new" 2>/dev/null; then
    failed=1
  elif [ -e "$place" ] && ! mv "$place" "$old" 2>/dev/null; then
    failed=1
  elif ! mv "$new" "$place" 2>/dev/null; then
    [ -e "$old" ] && mv "$old" "$place" 2>/dev/null
    failed=1
  else
    rm -rf "$old" 2>/dev/null
    new_list="$new_list$line
"
    continue
  fi
  rm -rf "$new" 2>/dev/null
  # It stays ours, as it was before.
  if is_ours "$name"; then
    new_list="$new_list$(grep -F -- "$name	" "$list" | head -n 1)
"
  fi
done

# Those that are in no package any more.
if [ -f "$list" ]; then
  while IFS='	' read -r name from; do
    [ -n "$name" ] || continue
    case "
$new_list" in
      *"
$name	"*) continue ;;
    esac
    case $name in
      */* | .*) continue ;;
    esac
    if [ -e "$target/$name" ] && ! rm -rf "$target/$name" 2>/dev/null; then
      failed=1
      new_list="$new_list$name	$from
"
    fi
  done <"$list"
fi
printf '%s' "$new_list" >"$list" || failed=1

if [ "$failed" = 1 ]; then
  warn "some applications in $target could not be changed, and are as they were"
  if [ "$(launchctl managername 2>/dev/null)" = Aqua ]; then
    warn 'allow it to your terminal in System Settings > Privacy & Security > App Management, then switch again'
  else
    warn 'by ssh this needs System Settings > General > Sharing > Remote Login > Allow full disk access for remote users; or switch from a graphical session'
  fi
fi
exit 0
