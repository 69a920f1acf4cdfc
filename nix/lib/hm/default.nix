# What Home Manager adds to the library as `lib.hm`, as far as nhmt has it,
# with its names and meanings.
{ lib }:
let
  known = lib.hm or { };
  absent = builtins.listToAttrs (
    map (name: {
      inherit name;
      value = throw "lib.hm.${name} is Home Manager's and not part of nhmt, which has lib.hm.dag and lib.hm.types.dagOf";
    }) [ "assertions" "booleans" "darwin" "deprecations" "generators" "gvariant" "maintainers" "nushell" "parsers" "shell" "strings" "zsh" ]
  );
in
absent
// known
// {
  dag = import ./dag.nix { inherit lib; };
  types = known.types or { } // import ./types.nix { inherit lib; };
}
