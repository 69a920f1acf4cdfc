# Links to places outside of the store.
{ lib, nhmtLib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.lib = mkOption {
    type = types.attrsOf types.attrs;
    default = { };
    internal = true;
    description = "Functions that modules offer each other.";
  };

  config.lib.file.mkOutOfStoreSymlink = nhmtLib.live.source;
}
