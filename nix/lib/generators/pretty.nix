# Values as people read them.
{ lib }:
let
  inherit (builtins)
    addErrorContext
    concatStringsSep
    filter
    isAttrs
    isFloat
    isInt
    isList
    isPath
    isString
    length
    replaceStrings
    split
    ;
in
{
  # A limit for how deep what comes after looks into a value.
  withRecursion =
    {
      depthLimit,
      throwOnDepthLimit ? true,
    }:
    assert builtins.isInt depthLimit;
    let
      # What makes a set something else stays as it is.
      special = [
        "__functor"
        "__functionArgs"
        "__toString"
        "__pretty"
      ];
      limit =
        depth: v:
        if depth <= depthLimit then
          v
        else if throwOnDepthLimit then
          throw "Exceeded maximum eval-depth limit of ${toString depthLimit} while trying to evaluate with `generators.withRecursion'!"
        else
          "<unevaluated>";
      go =
        depth: v:
        let
          inner = x: go (depth + 1) (limit (depth + 1) x);
        in
        if isAttrs v then
          builtins.mapAttrs (n: x: if builtins.elem n special then x else inner x) v
        else if isList v then
          map inner v
        else
          limit (depth + 1) v;
    in
    go 0;

  toPretty =
    {
      allowPrettyValues ? false,
      multiline ? true,
      indent ? "",
    }:
    let
      go =
        indent: v:
        let
          open = if multiline then "\n${indent}  " else " ";
          close = if multiline then "\n${indent}" else " ";
          inner = go "${indent}  ";
          between =
            from: items: to:
            "${from}${open}${concatStringsSep open items}${close}${to}";
          text =
            let
              lines = filter isString (split "\n" v);
              escaped = map (replaceStrings [ "\${" "''" ] [ "''\${" "'''" ]) lines;
              # A last line break is the one before the closing quotes.
              rest = if lib.last lines == "" then close else open + lib.last escaped;
            in
            if multiline && length lines > 1 then
              "''${open}${concatStringsSep open (lib.init escaped)}${rest}''"
            else
              "\"${
                lib.concatMapStringsSep "\\n" (lib.escape [
                  "\\"
                  "\""
                  "\${"
                ]) lines
              }\"";
          arguments = lib.mapAttrsToList (n: optional: if optional then "${n}?" else n) (lib.functionArgs v);
          attribute =
            n: x:
            "${lib.strings.escapeNixIdentifier n} = ${addErrorContext "while evaluating an attribute `${n}`" (inner x)};";
        in
        if isInt v || isPath v then
          toString v
        else if isFloat v then
          builtins.toJSON v
        else if isString v then
          text
        else if v == true then
          "true"
        else if v == false then
          "false"
        else if v == null then
          "null"
        else if isList v then
          if v == [ ] then "[ ]" else between "[" (map inner v) "]"
        else if lib.isFunction v then
          if arguments == [ ] then "<function>" else "<function, args: {${concatStringsSep ", " arguments}}>"
        else if isAttrs v then
          if allowPrettyValues && v ? __pretty && v ? val then
            v.__pretty v.val
          else if v == { } then
            "{ }"
          else if v.type or null == "derivation" then
            "<derivation ${v.name or "???"}>"
          else
            between "{" (lib.mapAttrsToList attribute v) "}"
        else
          abort "generators.toPretty: a value of an unknown type: ${v}";
    in
    go indent;
}
