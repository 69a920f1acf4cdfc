# What nhmt's library calls absent, and what of it does not throw.
let
  own = import ../../nix/lib;
  inherit (import ../../nix/lib/absent.nix) names message;
  inherit (builtins) attrNames concatMap map tryEval;
  all = concatMap (group: map (name: { inherit group name; }) names.${group}) (attrNames names);
  part = group: if group == "lib" then own else own.${group};
in
{
  count = builtins.length all;
  present = builtins.filter ({ group, name }: (tryEval (part group).${name}).success) all;
  messages = map ({ group, name }: message group name) all;
}
