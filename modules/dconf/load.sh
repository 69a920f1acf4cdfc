# Why the settings cannot be reached; a generation without any needs no more.
cannot() {
  if [ -n "$gone" ]; then
    echo "the keys of dconf.settings stay in its database: $1"
    exit 0
  fi
  echo "dconf.settings needs $2" >&2
  exit 1
}
if ! command -v "$dconf" >/dev/null; then
  cannot "the program dconf is not there" "the program dconf; install it, or set dconf.enable = false"
fi
bus=
if [ -z "${DBUS_SESSION_BUS_ADDRESS-}" ]; then
  socket="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/bus"
  if [ -S "$socket" ]; then
    export DBUS_SESSION_BUS_ADDRESS="unix:path=$socket"
  elif command -v "$dbus_run_session" >/dev/null; then
    bus="$dbus_run_session --"
  else
    cannot "there is no session bus" "a session bus, and neither that nor the program dbus-run-session is there"
  fi
fi
# directory of the keys (a place in a home tree): resets those that the tree
# before has, and this one lacks
resetKeys() {
  local old new name key
  for old in "${NHMT_OLD_GENERATION-}/$1"/dconf-keys*; do
    [ -n "${NHMT_OLD_GENERATION-}" ] && [ -r "$old" ] || continue
    new="$NHMT_NEW_GENERATION/$1/${old##*/}"
    [ -r "$new" ] || new=/dev/null
    name=${old##*/dconf-keys}
    # grep(1) fails when there is none.
    { grep -vxFf "$new" "$old" || [ $? -eq 1 ]; } | while IFS= read -r key; do
      inDatabase "${name#-}" $bus "$dconf" reset "$key" </dev/null || exit 1
    done || exit 1
  done
}
# database ('' for that of the system's profile), command
inDatabase() (
  if [ -n "$1" ]; then
    profile=$(mktemp)
    trap 'rm -f "$profile"' EXIT
    printf 'user-db:%s\n' "$1" >"$profile"
    export DCONF_PROFILE="$profile"
  fi
  shift
  "$@"
)
