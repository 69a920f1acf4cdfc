# One file for each way to arrive, and what runs after a switch.
{ lib, ... }:
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";

  # A file of hers, with a block that nhmt keeps in it.
  home.file.".bashrc" = {
    method = "block";
    text = ''
      alias ll='ls -l'
      . ~/.local/share/nhmt/session.sh
    '';
  };
  home.file.".emacs" = {
    method = "block";
    block.comment = ";;";
    text = "(setq inhibit-startup-screen t)\n";
  };

  # Settings that the program writes too.
  xdg.configFile."app/settings.json" = {
    method = "merge";
    format = "json";
    value.editor.fontSize = 13;
    onChange = "pkill -HUP -x app || true";
  };

  # A file that has to be one, for her eyes only.
  home.file.".config/msmtp/config" = {
    method = "copy";
    permissions = "0600";
    text = ''
      account default
      host mail.example.org
    '';
  };

  # A first version, hers from then on.
  home.file."notes/todo.txt" = {
    method = "seed";
    text = "Write this list.\n";
  };

  # Edited many times a day, where it lies.
  home.file.".config/nvim" = {
    method = "live";
    source = ./nvim;
  };

  home.activation = {
    directories = "mkdir -p ~/projects ~/tmp";
    greet = lib.hm.dag.entryAfter [ "directories" ] ''
      run touch ~/projects/.welcome
    '';
  };

  nhmt.backups = {
    olderThan = "90d";
    maxSize = "500M";
  };
}
