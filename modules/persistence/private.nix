# Directories with keys and passwords, which are their owner's alone: the names
# are those of src/manifest/route.rs, which the tests hold them to.
{ lib }:
let
  names = [
    ".aws"
    ".config/sops"
    ".gnupg"
    ".kube"
    ".local/share/gnupg"
    ".local/share/gopass"
    ".local/share/keyrings"
    ".local/share/kwalletd"
    ".local/share/password-store"
    ".local/share/pki"
    ".password-store"
    ".pki"
    ".ssh"
  ];
in
path: builtins.any (name: path == name || lib.hasPrefix "${name}/" path) names
