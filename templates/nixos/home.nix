# Whose home it is, the system says.
{ ... }:
{
  home.file.".config/motd".text = "managed by nhmt\n";
  programs.readline.enable = true;
}
