# A package set of nothing but names.
{ lib, system }:
let
  package =
    name:
    derivation {
      inherit name system;
      builder = "/bin/sh";
    };
  names = [
    "bashInteractive"
    "coreutils"
    "findutils"
    "git"
    "gnugrep"
    "less"
    "readline"
    "shared-mime-info"
    "desktop-file-utils"
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
