# A home that may be thrown away: what is to stay lies in /persist, what is
# worth keeping but not a backup in /cache.
{ config, ... }:
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";

  home.persistence."/persist" = {
    directories = [
      "Documents"
      # Keys: nhmt makes it for her eyes only.
      ".ssh"
      {
        directory = ".local/share/notes";
        mode = "0750";
      }
      # A place that is named elsewhere.
      "${config.xdg.dataHome}/applications"
    ];
    files = [ ".bash_history" ];
  };

  home.persistence."/cache" = {
    directories = [ ".cache/nix" ];
    parentMode = "0700";
  };

  # Managed, in a directory that is otherwise hers.
  home.file.".ssh/config".text = ''
    Host *
      ServerAliveInterval 60
  '';

  # Neither kept nor missed.
  nhmt.atRisk.ignore = [ "/Downloads/" ];
}
