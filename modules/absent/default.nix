# The options of Home Manager that nhmt does not have, for the message about
# a setting of one. Nothing of this is looked at before there is a mistake.
{ lib, ... }:
{
  options.nhmt.absentOptions = lib.mkOption {
    type = lib.types.attrsOf lib.types.str;
    default = { };
    internal = true;
    example = {
      "services.emacs" = "Write a user service by systemd.user.services.emacs.";
    };
    description = ''
      Options that Home Manager has and nhmt does not, by path, each with what to do instead; with an empty
      text it is what is said of the set around it, or can be said of any. What a module declares is not
      absent, listed or not.
    '';
  };

  config.nhmt.absentOptions = builtins.mapAttrs (_: lib.mkDefault) (
    lib.genAttrs (import ./home-manager.nix { inherit lib; }) (_: "")
    // import ./remedies.nix { inherit lib; }
  );
}
