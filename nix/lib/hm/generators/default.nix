# Text formats of programs that Home Manager has modules for, and formats in
# which entries of a graph come in its order.
{ lib }:
let
  part = file: import file { inherit lib; };
  ordered = part ./ordered.nix;
  formats = part ./ordered-formats.nix { inherit ordered; };
in
{
  inherit (ordered)
    hasDAGEntryWithOrdering
    isDAGEntryWithOrdering
    sortDAGEntries
    toDAGOrderedAttrs
    toDAGOrderedINI
    toDAGOrderedKeyValue
    toDAGOrderedText
    ;
  inherit (formats)
    mkDAGOrderedFormat
    mkDAGOrderedIniFormat
    mkDAGOrderedJsonFormat
    mkDAGOrderedKeyValueFormat
    mkDAGOrderedTomlFormat
    mkDAGOrderedYamlFormat
    ;
  inherit (part ./hyprconf.nix) toHyprconf;
  inherit (part ./kdl.nix) toKDL;
  inherit (part ./scfg.nix) toSCFG;
}
