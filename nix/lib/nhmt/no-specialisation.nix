# name -> the variants that there are -> an error that names them
{ lib }:
name: all:
"unknown specialisation `${name}'\n  "
+ (
  if all == { } then
    "The configuration has none: specialisation.${lib.strings.escapeNixIdentifier name}.configuration would be one."
  else
    "The configuration has ${lib.concatStringsSep ", " (builtins.attrNames all)}."
)
