# What of the names of nixpkgs' library nhmt's own neither has nor calls absent,
# in its parts (`lacking`) and at its top, and what its top has `beside` them;
# `unnamed`: what throws and is not called absent. All four are to be empty.
{ nixpkgs }:
let
  own = import ../../nix/lib;
  inherit (builtins)
    attrNames filter isAttrs listToAttrs
    ;

  # A part that throws is absent as a whole.
  isPart =
    name:
    let
      part = builtins.tryEval (own.${name} or null);
    in
    part.success && isAttrs part.value;
  without = a: b: filter (name: !(b ? ${name})) (attrNames a);
  parts = listToAttrs (
    map (name: {
      inherit name;
      value = without nixpkgs.${name} own.${name};
    }) (filter isPart (attrNames nixpkgs))
  );
  inherit (import ../../nix/lib/absent.nix) names;
  throws = set: filter (name: !(builtins.tryEval (builtins.seq set.${name} null)).success) (attrNames set);
  unnamed = name: set: filter (n: !(builtins.elem n (names.${name} or [ ])) && !(builtins.elem n (names.lib))) (throws set);
  # By part: how many names nixpkgs has, and how many of them are absent here.
  counts = listToAttrs (
    map (name: {
      inherit name;
      value = {
        all = builtins.length (attrNames nixpkgs.${name});
        absent = builtins.length (builtins.filter (n: nixpkgs.${name} ? ${n}) (throws own.${name}));
      };
    }) (attrNames parts)
  );
in
{
  inherit counts;
  unnamed = builtins.filter (found: found.names != [ ]) (
    map (part: {
      inherit part;
      names = unnamed part own.${part};
    }) (attrNames parts)
  );
  count = builtins.length (attrNames parts);
  lacking = removeAttrs parts (
    filter (name: parts.${name} == [ ]) (attrNames parts)
  );
  # Home Manager's library is nixpkgs' with `hm`.
  top = without (removeAttrs nixpkgs [ "__unfix__" "hm" ]) own;
  # `absent` is what the parts call for what they lack.
  beside = without own (nixpkgs // { absent = null; });
}
