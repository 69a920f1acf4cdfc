# Where the generations are kept.
{ lib, ... }:
{
  options.nhmt.profile = lib.mkOption {
    type = lib.types.nullOr lib.types.path;
    default = null;
    # A path of Nix would be copied to the store.
    apply = path: if path == null then null else toString path;
    example = "/persist/home/alice/.nhmt/profile";
    description = ''
      The link that names the generation in force; the links of all generations lie beside it. Null is
      `~/.local/state/nix/profiles/nhmt`. A home that is thrown away needs one outside of itself: that is
      what `nhmt activate` fills an empty home from. Without Nix, the store of the home's trees lies beside
      it as well.
    '';
  };
}
