# What scripts of display managers read, and no login shell.
#
# GDM's and LightDM's read .profile whatever the login shell is, and .xprofile;
# Debian's own, which its LightDM and startx use, reads .xsessionrc alone. Both
# are often a person's own, so that nhmt keeps its lines in them as a block.
{
  config,
  lib,
  nhmtLib,
  ...
}:
let
  inherit (lib) mkOption types;
  inherit (config) programs;
  writesShells =
    programs.bash.enable || programs.zsh.enable || programs.fish.enable || programs.nushell.enable;
  entry = name: {
    inherit name;
    full = "nhmt.session.desktop.enable";
    shown = "nhmt's modules";
    value = {
      method = "block";
      text = (import ./read.nix { inherit config nhmtLib; }).sh + "\n";
      executable = null;
      force = false;
      declaredIn = [ "nhmt.session.desktop.enable" ];
    };
  };
in
{
  options.nhmt.session.desktop.enable = mkOption {
    type = types.bool;
    default = nhmtLib.isLinux && config.nhmt.session.environmentD.enable && writesShells;
    defaultText = lib.literalExpression "whether there are variables, search paths or packages, and a shell is configured, on Linux";
    description = ''
      Whether `~/.xprofile` and `~/.xsessionrc` read the session's environment, which scripts of display
      managers run. The files stay yours, with a block of nhmt's in them; one that the configuration has, or
      that is persisted, is left alone.
    '';
  };

  config.nhmt.filesUnlessGiven = lib.mkIf config.nhmt.session.desktop.enable (
    map entry [
      ".xprofile"
      ".xsessionrc"
    ]
  );
}
