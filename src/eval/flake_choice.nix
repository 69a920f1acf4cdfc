# One of a flake's configurations, as nix/default.nix gives it: the first of
# `names` that `nhmtConfigurations` have, else the first that
# `homeConfigurations` have.
{
  # nhmt's library, a directory.
  library,
  # Which of a flake's outputs are looked through, in this order.
  kinds,
  names,
  # What is changed of a configuration of nhmt's, and of Home Manager's.
  changes,
  changesOfHomeManager,
}:
# The flake's outputs, as far as they are known.
outputs:
let
  inherit (builtins) attrNames concatMap filter head isAttrs toJSON typeOf;
  has = kind: name: outputs ? ${kind} && isAttrs outputs.${kind} && outputs.${kind} ? ${name};
  found = concatMap (kind: map (name: { inherit kind name; }) (filter (has kind) names)) kinds;
  chosen = head found;
  value = outputs.${chosen.kind}.${chosen.name};
  attributes = set: if isAttrs set then attrNames set else [ ];
in
if found == [ ] then
  throw "nhmt: no such configuration: ${
    toJSON {
      nhmt = attributes (outputs.nhmtConfigurations or { });
      homeManager = attributes (outputs.homeConfigurations or { });
      # One output alone says nothing of the others.
      outputs = attrNames (outputs.outputs or { });
    }
  }"
else if isAttrs value && value ? homeTree && value ? override then
  value.override changes
else if isAttrs value && value ? activationPackage && value ? config then
  import (library + "/nix/home-manager") ({ homeConfiguration = value; } // changesOfHomeManager)
else
  throw "nhmt: neither kind of configuration: ${
    toJSON (
      chosen
      // {
        type = if value.type or null == "derivation" then "derivation" else typeOf value;
        has = attributes value;
      }
    )
  }"
