# nix.conf(5), as text.
{ lib }:
let
  atom =
    v:
    if v == null then
      ""
    else if builtins.isBool v then
      lib.boolToString v
    else if builtins.isFloat v then
      lib.strings.floatToString v
    else
      toString v;
  value = v: if builtins.isList v then lib.concatMapStringsSep " " atom v else atom v;
in
{
  type =
    let
      inherit (lib) types;
      one =
        types.nullOr (
          types.oneOf [
            types.bool
            types.int
            types.float
            types.str
            types.path
            types.package
          ]
        )
        // {
          description = "Nix config atom (null, bool, int, float, str, path or package)";
        };
    in
    types.submodule { freeformType = types.attrsOf (types.either one (types.listOf one)); };
  text =
    settings: lib.concatStrings (lib.mapAttrsToList (name: v: "${name} = ${value v}\n") settings);
}
