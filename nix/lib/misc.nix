# What fits nowhere else.
{ lib }:
let
  zeros = n: lib.strings.replicate n "0";
in
{
  imap = lib.imap1;
  nvs = name: value: { ${name} = value; };

  # Hashes that are wrong, so that Nix says the right one.
  fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  fakeSha256 = zeros 64;
  fakeSha512 = zeros 128;
}
