# The text of session.sh, POSIX sh (also read by bash and zsh).
#
# Variables are set once per session and content: the guard holds a digest, so
# that a shell that starts in an older session gets the newer values. PATH is
# completed every time, since login shells often start over with another one.
{
  lib,
  nhmtLib,
  variables,
  extra,
  path,
}:
let
  quote = p: ''"${p}"'';
  body = nhmtLib.shell.paragraphs [
    (nhmtLib.shell.exportAll variables)
    extra
  ];
  digest = builtins.hashString "sha256" (
    builtins.unsafeDiscardStringContext (builtins.concatStringsSep "\n" ([ body ] ++ path))
  );
  guard = builtins.substring 0 32 digest;
in
''
  # Environment of the session, written by nhmt. Source it; do not run it.

  __nhmt_path_remove() {
    __nhmt_path=":$PATH:"
    while :; do
      case "$__nhmt_path" in
        *":$1:"*) __nhmt_path="''${__nhmt_path%%":$1:"*}:''${__nhmt_path#*":$1:"}" ;;
        *) break ;;
      esac
    done
    __nhmt_path="''${__nhmt_path#:}"
    PATH="''${__nhmt_path%:}"
    unset __nhmt_path
  }

  __nhmt_path_prepend() {
    case ":$PATH:" in
      *":$1:"*) ;;
      *) PATH="$1''${PATH:+:$PATH}" ;;
    esac
  }

  if [ "''${__NHMT_SESSION-}" != "${guard}" ]; then
  export __NHMT_SESSION="${guard}"
  ${lib.concatMapStringsSep "\n" (p: "__nhmt_path_remove ${quote p}") path}
  ${lib.removeSuffix "\n" body}
  fi

  ${lib.concatMapStringsSep "\n" (p: "__nhmt_path_prepend ${quote p}") (lib.reverseList path)}
  export PATH
  unset -f __nhmt_path_remove __nhmt_path_prepend
''
