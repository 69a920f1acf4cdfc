# The type of options that hold a value of GVariant.
{ lib }:
let
  gvariant = import ./gvariant.nix { inherit lib; };
  inherit (gvariant)
    isArray
    isDictionaryEntry
    isGVariant
    isMaybe
    isTuple
    mkValue
    ;

  self = lib.mkOptionType {
    name = "gvariant";
    description = "GVariant value";
    check = v: mkValue v != null;
    merge =
      loc: defs:
      let
        values = map (d: d // { value = if isGVariant d.value then d.value else mkValue d.value; }) defs;
        type = (builtins.head values).value.type;
        once = isTuple type || isMaybe type || isDictionaryEntry type || type == gvariant.type.variant;
      in
      if builtins.any (d: d.value.type != type) values then
        throw "Cannot merge definitions of `${lib.showOption loc}' with mismatched GVariant types given in ${lib.showFiles (lib.getFiles defs)}."
      else if isArray type then
        mkValue ((lib.types.listOf self).merge loc (map (d: d // { inherit (d.value) value; }) values))
        // {
          inherit type;
        }
      else if once then
        lib.mergeOneOption loc defs
      else if type == gvariant.type.string then
        lib.types.str.merge loc defs
      else if type == gvariant.type.double then
        lib.types.float.merge loc defs
      else
        lib.mergeDefaultOption loc defs;
  };
in
self
