{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  programs.nushell = {
    enable = true;
    plugins = [ { type = "derivation"; name = "plugin"; outPath = "/plugin"; } ];
  };
}
