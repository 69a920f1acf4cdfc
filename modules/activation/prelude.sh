oldGenPath=${NHMT_OLD_GENERATION-} newGenPath=${NHMT_NEW_GENERATION-} NHMT_DRY_RUN=${NHMT_DRY_RUN-}
DRY_RUN_CMD='' VERBOSE_ARG='' VERBOSE_ECHO=true
[ -n "$oldGenPath" ] || unset oldGenPath
if [ -n "$NHMT_DRY_RUN" ]; then DRY_RUN=1 DRY_RUN_CMD=echo; fi
run() {
  case ${1-} in
    --quiet) shift; if [ -n "$NHMT_DRY_RUN" ]; then echo "$@"; else "$@" >/dev/null; fi ;;
    --silence) shift; if [ -n "$NHMT_DRY_RUN" ]; then echo "$@"; else "$@" >/dev/null 2>&1; fi ;;
    *) if [ -n "$NHMT_DRY_RUN" ]; then echo "$@"; else "$@"; fi ;;
  esac
}
verboseEcho() { :; }
noteEcho() { echo "$*"; }
warnEcho() { echo "$*" >&2; }
errorEcho() { echo "$*" >&2; }
