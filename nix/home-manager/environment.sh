# What Home Manager's activation scripts find around them, beside the words of
# its own library. Read by bash, under -eu, before each of them.

: "${USER:=$(id -un)}"
export USER

hmDriverVersion=1
declare -A changedFiles=()

_nhmtStateHome=${XDG_STATE_HOME:-$HOME/.local/state}
hmStatePath=$_nhmtStateHome/home-manager
hmDataPath=${XDG_DATA_HOME:-$HOME/.local/share}/home-manager
profilesDir=$_nhmtStateHome/nix/profiles
if [[ ! -d $profilesDir && -d ${NIX_STATE_DIR:-/nix/var/nix}/profiles/per-user/$USER ]]; then
  profilesDir=${NIX_STATE_DIR:-/nix/var/nix}/profiles/per-user/$USER
fi
genProfilePath=$profilesDir/home-manager
newGenGcPath=$hmStatePath/gcroots/new-home
currentGenGcPath=$hmStatePath/gcroots/current-home
legacyGenGcPath=${NIX_STATE_DIR:-/nix/var/nix}/gcroots/per-user/$USER/current-home
unset _nhmtStateHome

newGenPath=$(readlink -e "$NHMT_NEW_GENERATION/home-manager")
unset oldGenPath
if [[ -n ${NHMT_OLD_GENERATION-} ]]; then
  if [[ -e $NHMT_OLD_GENERATION/home-manager ]]; then
    oldGenPath=$(readlink -e "$NHMT_OLD_GENERATION/home-manager")
  fi
elif [[ -e $currentGenGcPath ]]; then
  # The first switch: what Home Manager left is what was there before.
  oldGenPath=$(readlink -e "$currentGenGcPath")
fi

if [[ -n ${NHMT_VERBOSE-} ]]; then
  export VERBOSE=1 VERBOSE_ECHO=echo VERBOSE_ARG=--verbose VERBOSE_RUN=
else
  unset VERBOSE
  export VERBOSE_ECHO=true VERBOSE_ARG= VERBOSE_RUN=true
fi
if [[ -n ${NHMT_DRY_RUN-} ]]; then
  export DRY_RUN=1 DRY_RUN_CMD=echo DRY_RUN_NULL=/dev/stdout
else
  unset DRY_RUN
  export DRY_RUN_CMD= DRY_RUN_NULL=/dev/null
fi

# The store paths of a name in the user's Nix profile, whichever of Nix's two
# kinds of profile it is.
_nhmtHasManifest() {
  [[ -e $HOME/.nix-profile/manifest.json || -e ${XDG_STATE_HOME:-$HOME/.local/state}/nix/profile/manifest.json ]]
}

nixProfileList() {
  local listed path
  if listed=$(nix profile list --json 2>/dev/null); then
    jq -r --arg suffix "$1" '[.elements[].storePaths] | flatten[] | select(endswith($suffix))' <<<"$listed"
    return
  fi
  # Before 2.17 Nix has no JSON for it; the path is the fourth word of a line.
  while read -r _ _ _ path _; do
    if [[ $path == *"$1" ]]; then
      printf '%s\n' "$path"
    fi
  done < <(nix profile list)
}

nixProfileRemove() {
  local path
  if _nhmtHasManifest; then
    for path in $(nixProfileList "$1"); do
      run nix profile remove $VERBOSE_ARG "$path"
    done
  elif nix-env -q 2>/dev/null | grep -qx "$1"; then
    run --quiet nix-env -e "$1"
  fi
}

_nhmtOther() {
  errorEcho "$1 is $2, and the configuration is for $3"
  exit 1
}

checkStringEq() {
  if [[ $2 != "$3" ]]; then
    _nhmtOther "$@"
  fi
}

checkPathEq() {
  if ! [[ $2 -ef $3 ]]; then
    _nhmtOther "$@"
  fi
}

# Home Manager's packages in the user's Nix profile would be found before those
# of the home, and never change again. What is removed stays alive, so that
# `nhmt uninstall` can put it back.
nhmtRemoveHomeManagerPath() {
  local path name=home-manager-path
  if _nhmtHasManifest; then
    path=$(nixProfileList "$name" | head -n 1)
  else
    path=$(nix-env -q --out-path "$name" 2>/dev/null | sed -n "s|^$name  *||p" | head -n 1) || path=
  fi
  if [[ -z $path ]]; then
    return
  fi
  run --quiet nix-store --realise "$path" --add-root "$HOME/.local/state/nhmt/$name"
  nixProfileRemove "$name"
}
