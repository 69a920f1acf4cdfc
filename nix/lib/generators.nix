# Text formats that configurations commonly generate themselves.
{ lib }:
let
  inherit (builtins) concatStringsSep isAttrs isList isString toJSON typeOf;
in
{
  generators = rec {
    floatString = f: builtins.toJSON f;
    toJSON = { ... }: builtins.toJSON;
    toYAML = toJSON;

    mkValueStringDefault =
      { ... }:
      v:
      let
        refuse = "generators.mkValueStringDefault: ${typeOf v}s are not supported: ${toPretty { } v}";
      in
      if builtins.isInt v then
        toString v
      else if lib.isDerivation v then
        toString v
      else if isString v then
        v
      else if v == true then
        "true"
      else if v == false then
        "false"
      else if v == null then
        "null"
      else if builtins.isFloat v then
        floatString v
      else if builtins.isPath v || v ? __toString then
        toString v
      else
        throw refuse;

    mkKeyValueDefault =
      {
        mkValueString ? mkValueStringDefault { },
        ...
      }:
      sep: k: v:
      "${lib.escape [ sep ] k}${sep}${mkValueString v}";

    toKeyValue =
      {
        mkKeyValue ? mkKeyValueDefault { } "=",
        listsAsDuplicateKeys ? false,
        indent ? "",
      }:
      let
        line = k: v: indent + mkKeyValue k v + "\n";
        lines = k: v: if listsAsDuplicateKeys then map (line k) (lib.toList v) else [ (line k v) ];
      in
      set: lib.concatStrings (builtins.concatLists (lib.mapAttrsToList lines set));

    toINI =
      {
        mkSectionName ? lib.escape [ "[" "]" ],
        mkKeyValue ? mkKeyValueDefault { } "=",
        listsAsDuplicateKeys ? false,
      }:
      sections:
      concatStringsSep "\n" (
        lib.mapAttrsToList (
          name: values: "[${mkSectionName name}]\n" + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } values
        ) sections
      );

    toINIWithGlobalSection =
      options:
      {
        globalSection,
        sections ? { },
      }:
      (
        if globalSection == { } then
          ""
        else
          toKeyValue (builtins.removeAttrs options [ "mkSectionName" ]) globalSection + "\n"
      )
      + toINI options sections;

    toGitINI =
      attrs:
      let
        sectionName =
          path:
          let
            section = lib.last path;
            subsections = lib.reverseList (lib.init path);
          in
          if subsections == [ ] then section else ''${section} "${concatStringsSep "." subsections}"'';
        value =
          v:
          if isString v then
            ''"${builtins.replaceStrings [ "\n" "\t" "\b" ] [ "\\n" "\\t" "\\b" ] (lib.escape [ "\\" "\"" ] v)}"''
          else
            mkValueStringDefault { } v;
        keyValue = k: v: concatStringsSep "\n" (map (x: "\t${k} = ${value x}") (lib.toList v));
        # Leaves keyed by the section they lie in, the innermost name first.
        flatten =
          path: v:
          if isAttrs v && !lib.isDerivation v then
            builtins.concatLists (lib.mapAttrsToList (n: x: flatten ([ n ] ++ path) x) v)
          else if builtins.length path < 2 then
            throw "generators.toGitINI: `${builtins.head path}' must lie in a section"
          else
            [
              {
                section = sectionName (builtins.tail path);
                text = keyValue (builtins.head path) v;
              }
            ];
        bySection = builtins.groupBy (e: e.section) (flatten [ ] attrs);
      in
      concatStringsSep "\n" (
        lib.mapAttrsToList (n: es: "[${n}]\n" + lib.concatMapStrings (e: e.text + "\n") es) bySection
      );

    toPretty =
      {
        multiline ? true,
        indent ? "",
        allowPrettyValues ? false,
      }:
      let
        go =
          indent: v:
          let
            open = if multiline then "\n${indent}  " else " ";
            close = if multiline then "\n${indent}" else " ";
            sub = go "${indent}  ";
          in
          if builtins.isInt v then
            toString v
          else if builtins.isFloat v then
            "~${toString v}"
          else if isString v then
            lib.strings.escapeNixString v
          else if v == true then
            "true"
          else if v == false then
            "false"
          else if v == null then
            "null"
          else if builtins.isPath v then
            toString v
          else if isList v then
            if v == [ ] then "[ ]" else "[${open}${concatStringsSep open (map sub v)}${close}]"
          else if lib.isFunction v then
            "<function>"
          else if isAttrs v then
            if allowPrettyValues && v ? __pretty && v ? val then
              v.__pretty v.val
            else if v == { } then
              "{ }"
            else if lib.isDerivation v then
              "<derivation ${v.name or "???"}>"
            else
              "{${open}${
                concatStringsSep open (lib.mapAttrsToList (n: x: "${lib.strings.escapeNixIdentifier n} = ${sub x};") v)
              }${close}}"
          else
            "<${typeOf v}>";
      in
      go indent;
  };
}
