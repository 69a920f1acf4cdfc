if ! command -v "$dconf" >/dev/null; then
  echo "dconf.settings needs the program dconf; install it, or set dconf.enable = false" >&2
  exit 1
fi
bus=
if [ -z "${DBUS_SESSION_BUS_ADDRESS-}" ]; then
  socket="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/bus"
  if [ -S "$socket" ]; then
    export DBUS_SESSION_BUS_ADDRESS="unix:path=$socket"
  elif command -v "$dbus_run_session" >/dev/null; then
    bus="$dbus_run_session --"
  else
    echo "dconf.settings needs a session bus, and neither that nor the program dbus-run-session is there" >&2
    exit 1
  fi
fi
# profile ('' for the system's), keys (a place in a home tree), values as input
loadDatabase() {
  (
    if [ -n "$1" ]; then export DCONF_PROFILE="$1"; fi
    old="${NHMT_OLD_GENERATION-}/$2" new="$NHMT_NEW_GENERATION/$2"
    if [ -n "${NHMT_OLD_GENERATION-}" ] && [ -r "$old" ]; then
      # grep(1) fails when there is none.
      { grep -vxFf "$new" "$old" || [ $? -eq 1 ]; } | while IFS= read -r key; do
        $bus "$dconf" reset "$key" </dev/null || exit 1
      done || exit 1
    fi
    $bus "$dconf" load /
  )
}
