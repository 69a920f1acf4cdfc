{ pkgs, ... }:
{
  imports = [ ./state.nix ];

  home.username = "alice";
  home.homeDirectory = "/home/alice";

  home.packages = [ pkgs.ripgrep ];
  home.sessionVariables.EDITOR = "vi";
  home.shellAliases.ll = "ls -l";

  programs.bash.enable = true;
  programs.readline.enable = true;
  programs.git = {
    enable = true;
    settings.user = {
      name = "Alice";
      email = "alice@example.org";
    };
  };

  # A file, as text, from beside this one, or from a value.
  home.file.".config/motd".text = "managed by nhmt\n";
  xdg.configFile."app/settings.toml" = {
    format = "toml";
    value.theme = "dark";
    # The application may change the rest of it.
    method = "merge";
  };
}
