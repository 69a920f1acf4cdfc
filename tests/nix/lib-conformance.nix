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
  # What nixpkgs has none of, as modules find it with either library.
  generators = import ../../nix/lib/generators/toml.nix { inherit lib; } // lib.generators;
  # subject -> [ { name; expr; expected; } ]
  subjects =
    builtins.mapAttrs (_: file: import file { lib = lib // { inherit hm generators; }; }) {
      attrsets = ./lib-conformance/attrsets.nix;
      generators = ./lib-conformance/generators.nix;
      gvariant = ./lib-conformance/gvariant.nix;
      hm = ./lib-conformance/hm.nix;
      lists = ./lib-conformance/lists.nix;
      modules = ./lib-conformance/modules.nix;
      packages = ./lib-conformance/packages.nix;
      paths = ./lib-conformance/paths.nix;
      strings = ./lib-conformance/strings.nix;
      trivial = ./lib-conformance/trivial.nix;
      types = ./lib-conformance/types.nix;
    }
    // import ./lib-conformance/module-system { inherit lib; };
  cases = builtins.concatLists (builtins.attrValues subjects);
in
{
  count = builtins.length cases;
  subjects = builtins.mapAttrs (_: builtins.length) subjects;
  failures = import ./failures.nix cases;
}
