# A package set of nothing but names.
{ lib, system }:
let
  package =
    name:
    derivation {
      inherit name system;
      builder = "/bin/sh";
    };
  # Those that modules of homes may ask for.
  names = [
    "bash-completion"
    "bashInteractive"
    "coreutils"
    "dbus"
    "dconf"
    "desktop-file-utils"
    "findutils"
    "fish"
    "git"
    "git-lfs"
    "glibcLocales"
    "gnugrep"
    "less"
    "nushell"
    "readline"
    "shared-mime-info"
    "xdg-user-dirs"
    "zsh"
  ];
in
lib.genAttrs names package
// {
  inherit lib;
  stdenv.hostPlatform = {
    inherit system;
    isLinux = lib.hasSuffix "-linux" system;
    isDarwin = lib.hasSuffix "-darwin" system;
  };
}
