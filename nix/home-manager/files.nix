# The files of a Home Manager configuration: places in the tree of links that
# Home Manager built of all of them, so that what it did to them holds.
{
  config,
  lib,
  nhmtLib,
  options,
  hookText,
}:
let
  inherit (builtins) attrNames filter listToAttrs;
  inherit (nhmtLib) targets;
  home = lib.removeSuffix "/" (toString config.home.homeDirectory);
  relative = targets.relative {
    inherit home;
    base = home;
  } "home.file";
  built = "${config.home-files}";
  declaredIn = import ./places.nix {
    inherit
      config
      lib
      nhmtLib
      options
      ;
  };

  # Home Manager resolves `..` by the names alone.
  resolved =
    target:
    lib.concatStringsSep "/" (
      builtins.foldl' (
        above: name:
        if name == ".." && above != [ ] then
          lib.init above
        else if name == "" || name == "." then
          above
        else
          above ++ [ name ]
      ) [ ] (lib.splitString "/" target)
    );

  entry =
    name:
    let
      file = config.home.file.${name};
      # Home Manager has it relative to the home, also with a slash in front.
      target = relative "an unknown place" (
        if lib.hasInfix "/../" file.target then resolved file.target else "./${file.target}"
      );
    in
    {
      name = target;
      value = {
        source = "${built}/${target}";
        linkFarm = true;
        declaredIn = declaredIn name;
      }
      // lib.optionalAttrs (file.recursive or false) { recursive = true; }
      // lib.optionalAttrs (file.force or false) { force = true; }
      // lib.optionalAttrs (file.onChange or "" != "") { onChange = hookText file.onChange; };
    };
in
listToAttrs (
  map entry (filter (name: config.home.file.${name}.enable or true) (attrNames config.home.file))
)
