# KDL: `_args`, `_props` and `_children` of a set are the arguments, the
# properties and the children in their order; its other names are children.
{ lib }:
let
  inherit (builtins)
    any
    concatLists
    concatStringsSep
    elem
    isAttrs
    isList
    isString
    replaceStrings
    typeOf
    ;
  inherit (lib) concatMapStringsSep mapAttrsToList;
  # Parts may have several lines.
  indented =
    parts:
    concatMapStringsSep "\n" (line: "\t${line}") (lib.splitString "\n" (concatStringsSep "\n" parts));
  block = head: parts: "${head}{\n${indented parts}\n}";
in
{
  toKDL =
    {
      escapeBackslashes ? false,
      escapeTabs ? false,
    }:
    let
      escapes = [
        [
          "\n"
          "\\n"
        ]
        [
          "\""
          "\\\""
        ]
      ]
      ++ lib.optional escapeBackslashes [
        "\\"
        "\\\\"
      ]
      ++ lib.optional escapeTabs [
        "\t"
        "\\t"
      ];
      escaped = replaceStrings (map builtins.head escapes) (map lib.last escapes);

      literal =
        v:
        if isString v then
          "\"${escaped v}\""
        else if v == null then
          "null"
        else if v == true then
          "true"
        else if v == false then
          "false"
        else
          lib.throwIfNot (elem (typeOf v) [
            "int"
            "float"
          ]) "Cannot convert value of type ${typeOf v} to KDL literal." (toString v);

      nodes = mapAttrsToList node;
      ofSet =
        name: v:
        let
          children =
            concatLists (map nodes (v._children or [ ]))
            ++ nodes (
              removeAttrs v [
                "_args"
                "_props"
                "_children"
              ]
            );
        in
        concatStringsSep " " (
          [ name ]
          ++ map literal (v._args or [ ])
          ++ mapAttrsToList (n: x: "${n}=${literal x}") (v._props or { })
          ++ lib.optional (children != [ ]) (block "" children)
        );
      ofList =
        name: v:
        if name == "_children" then
          concatMapStringsSep "\n" (set: concatStringsSep "\n" (nodes set)) v
        else if any (x: isAttrs x || isList x) v then
          block "${name} " (map (node "-") v)
        else
          "${name} ${concatMapStringsSep " " literal v}";
      node =
        name: v:
        if isAttrs v then
          ofSet name v
        else if isList v then
          ofList name v
        else if
          elem (typeOf v) [
            "lambda"
            "path"
          ]
        then
          throw "Cannot convert type `(${typeOf v})` to KDL:\n  ${name} = ${toString v}\n"
        else
          "${name} ${literal v}";
    in
    set: concatStringsSep "\n" (nodes set) + "\n";
}
