# Option declarations of all modules, merged into one tree that knows nothing
# of any definition, so that instances of a submodule share it.
#
# node = { option } for an option, or { children; inner } for a set of them
# (`inner`: the names of children that are sets themselves).
{ lib }:
let
  inherit (builtins)
    all attrNames elemAt filter foldl' head isAttrs length mapAttrs tail zipAttrsWith
    ;
  inherit (lib) isOption showFiles showOption;

  alreadyDeclared =
    loc: a: b:
    throw "the option `${showOption loc}' is declared twice, at ${b} and ${showFiles a}\n  Declare it once, or with types that can be merged (such as submodules) and one default.";

  mergeTwo =
    loc: res: decl:
    let
      opt = decl.options;
      merged = res.type.typeMerge opt.type.functor;
      both = name: opt ? ${name} && res ? ${name};
      clash = alreadyDeclared loc res.declarations decl.file;
    in
    if both "default" || both "example" || both "description" || both "apply" then
      clash
    else
      opt
      // res
      // {
        declarations = res.declarations ++ [ decl.file ];
        declarationPositions = res.declarationPositions ++ [ (position decl) ];
      }
      // lib.optionalAttrs (both "type") { type = if merged == null then clash else merged; };

  position =
    decl:
    if decl.pos != null then
      decl.pos
    else
      {
        inherit (decl) file;
        line = null;
        column = null;
      };

  finish =
    loc: decls:
    let
      first = head decls;
      opt = foldl' (mergeTwo loc) (
        first.options
        // {
          inherit loc;
          declarations = [ first.file ];
          declarationPositions = [ (position first) ];
        }
      ) (tail decls);
      type = opt.type or lib.types.unspecified;
      # Modules of a submodule type learn the file that declares the option.
      located =
        if type.getSubModules or null == null then
          type
        else
          type.substSubModules (map (lib.modules.located first.file) type.getSubModules);
      plainDefault = opt ? default && !(opt.default ? _type) && !(opt.readOnly or false) && type.constant or (_: false) opt.default;
    in
    opt
    // {
      type = located;
    }
    // lib.optionalAttrs plainDefault {
      # Merged once for all instances of the declaration.
      mergedDefault =
        (lib.modules.mergeDefs loc located [
          {
            inherit (first) file;
            value = opt.default;
          }
        ]).checked;
    };

  asSubmodule =
    decl:
    if isOption decl.options then
      decl
    else
      decl
      // {
        options = lib.mkOption {
          type = lib.types.submoduleWith {
            modules = [ { inherit (decl) options; } ];
            shorthandOnlyDefinesConfig = null;
          };
        };
      };

  node =
    loc: decls:
    let
      options = filter (d: isOption d.options) decls;
      other = filter (d: !(isOption d.options)) decls;
      wrong = head (filter (d: !(isAttrs d.options) || d.options ? _type) other);
    in
    if other == [ ] then
      { option = finish loc decls; }
    else if any' (d: !(isAttrs d.options) || d.options ? _type) other then
      throw "`${showOption loc}' is declared without mkOption at ${wrong.file}\n  expected: lib.mkOption { type = …; }, found ${lib.modules.messages.kind wrong.options}${
        if lib.isOptionType wrong.options then " (a type: write lib.mkOption { type = …; } around it)" else ""
      }"
    else if options == [ ] then
      tree loc decls
    else if all (d: d.options.type.name or null == "submodule") options then
      { option = finish loc (map asSubmodule decls); }
    else
      throw "`${showOption loc}' is an option at ${showFiles (map (d: d.file) options)} and a set of options at ${
        showFiles (map (d: d.file) other)
      }\n  Only an option that is a submodule can have options below it.";
  any' = builtins.any;

  tree =
    loc: decls:
    let
      located = d: mapAttrs (n: o: {
        inherit (d) file;
        options = o;
        pos = builtins.unsafeGetAttrPos n d.options;
      }) d.options;
      children = zipAttrsWith (n: ds: node (loc ++ [ n ]) ds) (map located decls);
    in
    {
      inherit children;
      inner = filter (n: !(children.${n} ? option)) (attrNames children);
    };
in
{
  # prefix -> [ { file; options; } ] -> node
  declare = tree;
  mergeOptionDecls = loc: decls: finish loc (map (d: { file = d._file; inherit (d) options; pos = d.pos or null; }) decls);
}
