# Formats of `pkgs.formats` whose files have entries in the order of a graph.
{ lib }:
{ ordered }:
let
  inherit (ordered) toDAGOrderedINI toDAGOrderedJsonText toDAGOrderedKeyValue;

  format =
    {
      pkgs,
      format,
      generator,
      nativeBuildInputs ? [ ],
      buildCommand ? "cp \"$valuePath\" \"$out\"\n",
      cycleErrorMessage ? null,
    }:
    format
    // {
      generate =
        name: value:
        pkgs.runCommandLocal name {
          inherit nativeBuildInputs;
          value = generator {
            cycleErrorMessage =
              if cycleErrorMessage == null then "Dependency cycle in ${name}" else cycleErrorMessage;
          } value;
          passAsFile = [ "value" ];
        } buildCommand;
    };

  # JSON that a program turns into another format.
  throughJson =
    pkgs: base: tool: command: cycleErrorMessage:
    format {
      inherit pkgs cycleErrorMessage;
      format = base;
      generator = { cycleErrorMessage }: toDAGOrderedJsonText { inherit cycleErrorMessage; };
      nativeBuildInputs = [ tool ];
      buildCommand = command + "\n";
    };
in
{
  mkDAGOrderedFormat = format;
  mkDAGOrderedJsonFormat =
    {
      pkgs,
      jsonFormat ? pkgs.formats.json { },
      cycleErrorMessage ? null,
    }:
    throughJson pkgs jsonFormat pkgs.buildPackages.jq ''jq . "$valuePath" > "$out"'' cycleErrorMessage;
  mkDAGOrderedYamlFormat =
    {
      pkgs,
      yamlFormat ? pkgs.formats.yaml { },
      cycleErrorMessage ? null,
    }:
    throughJson pkgs yamlFormat pkgs.buildPackages.remarshal ''json2yaml "$valuePath" "$out"''
      cycleErrorMessage;
  mkDAGOrderedTomlFormat =
    {
      pkgs,
      tomlFormat ? pkgs.formats.toml { },
      cycleErrorMessage ? null,
    }:
    throughJson pkgs tomlFormat pkgs.buildPackages.remarshal ''json2toml "$valuePath" "$out"''
      cycleErrorMessage;
  mkDAGOrderedIniFormat =
    {
      pkgs,
      mkSectionName ? lib.escape [
        "["
        "]"
      ],
      mkKeyValue ? lib.generators.mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      listToValue ? null,
      atomsCoercedToLists ? null,
      iniFormat ? pkgs.formats.ini { inherit atomsCoercedToLists listsAsDuplicateKeys listToValue; },
      cycleErrorMessage ? null,
    }:
    assert listsAsDuplicateKeys -> listToValue == null;
    format {
      inherit pkgs cycleErrorMessage;
      format = iniFormat;
      generator =
        { cycleErrorMessage }:
        toDAGOrderedINI {
          inherit
            cycleErrorMessage
            listToValue
            listsAsDuplicateKeys
            mkKeyValue
            mkSectionName
            ;
        };
    };
  mkDAGOrderedKeyValueFormat =
    {
      pkgs,
      mkKeyValue ? lib.generators.mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      listToValue ? null,
      keyValueFormat ? pkgs.formats.keyValue { inherit listsAsDuplicateKeys listToValue; },
      cycleErrorMessage ? null,
    }:
    assert listsAsDuplicateKeys -> listToValue == null;
    format {
      inherit pkgs cycleErrorMessage;
      format = keyValueFormat;
      generator =
        { cycleErrorMessage }:
        toDAGOrderedKeyValue {
          inherit
            cycleErrorMessage
            listToValue
            listsAsDuplicateKeys
            mkKeyValue
            ;
        };
    };
}
