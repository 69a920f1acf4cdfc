# The library and its module system against what nixpkgs' own library gives.
#
# Evaluates to the checks that fail: an empty list is success. Also run with
# `lib = import <nixpkgs/lib>;`, so that the expectations are true ones:
#   nix-instantiate --eval --strict --json -E 'import ./tests/nix/lib-conformance.nix { }'
# and for `lib.hm` with Home Manager's own, `hm = import MODULES/lib { lib = …; }`.
{
  lib ? import ../../nix/lib,
  hm ? lib.hm or (import ../../nix/lib/hm { inherit lib; }),
}:
let
  cases = builtins.concatMap (file: import file { lib = lib // { inherit hm; }; }) [
    ./lib-conformance/attrsets.nix
    ./lib-conformance/generators.nix
    ./lib-conformance/gvariant.nix
    ./lib-conformance/hm.nix
    ./lib-conformance/lists.nix
    ./lib-conformance/modules.nix
    ./lib-conformance/packages.nix
    ./lib-conformance/paths.nix
    ./lib-conformance/strings.nix
    ./lib-conformance/trivial.nix
    ./lib-conformance/types.nix
  ];
  # A case without `expected` must throw.
  outcome =
    c:
    let
      got = builtins.tryEval (builtins.deepSeq c.expr c.expr);
    in
    if c ? expected then
      if got.success && got.value == c.expected then
        [ ]
      else
        [
          {
            inherit (c) name expected;
            got = if got.success then got.value else "<error>";
          }
        ]
    else if got.success then
      [
        {
          inherit (c) name;
          expected = "<error>";
          got = got.value;
        }
      ]
    else
      [ ];
in
{
  count = builtins.length cases;
  failures = builtins.concatMap outcome cases;
}
