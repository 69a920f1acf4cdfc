# The words of Home Manager's scripts, for a configuration that brings none.
errorEcho() { echo "$*"; }
warnEcho() { echo "$*"; }
noteEcho() { echo "$*"; }
verboseEcho() { if [[ -v VERBOSE ]]; then echo "$*"; fi; }
run() {
  local out=/dev/stdout err=/dev/stderr
  case ${1-} in
    --quiet) out=/dev/null; shift ;;
    --silence) out=/dev/null err=/dev/null; shift ;;
  esac
  if [[ -v DRY_RUN ]]; then
    echo "$@"
  elif [[ $err = /dev/null ]]; then
    "$@" >/dev/null 2>&1
  elif [[ $out = /dev/null ]]; then
    "$@" >/dev/null
  else
    "$@"
  fi
}
