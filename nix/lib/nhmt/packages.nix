# Options that name a package.
{ lib, pkgsGiven }:
{
  # The package set -> attribute path (or name) in it -> what it is for ->
  # further settings of the option. Null unless a package set was given: taking
  # one by default would make every home need nixpkgs.
  option =
    pkgs: path: description: more:
    let
      names = lib.toList path;
      shown = lib.concatStringsSep "." names;
    in
    lib.mkOption (
      {
        type = lib.types.nullOr lib.types.package;
        default =
          if pkgsGiven then
            lib.attrByPath names (throw "the package set has no `${shown}'; set the option that wants it") pkgs
          else
            null;
        defaultText = lib.literalExpression "pkgs.${shown}, or null without a package set";
        inherit description;
      }
      // more
    );
}
