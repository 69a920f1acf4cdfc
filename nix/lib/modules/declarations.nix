# Option declarations of all modules, merged into one tree that knows nothing
# of any definition, so that instances of a submodule share it.
#
# node = { option; isShared; shared; } for an option, or { children; sound } for a set of them.
{ lib }:
let
  inherit (builtins)
    all
    attrNames
    filter
    foldl'
    head
    isAttrs
    length
    mapAttrs
    seq
    zipAttrsWith
    ;
  inherit (lib) isOption;
  inherit (lib.modules) messages;

  # Earlier declarations win where both say something that may differ.
  mergeTwo =
    loc: res: decl:
    let
      opt = decl.options;
      merged = res.type.typeMerge opt.type.functor;
      both = name: opt ? ${name} && res ? ${name};
      clash = why: throw (messages.declaredTwice loc res decl why);
      own = opt.type.getSubModules or null;
    in
    if both "default" then
      clash "a default"
    else if both "example" then
      clash "an example"
    else if both "description" then
      clash "a description"
    else if both "apply" then
      clash "an apply function"
    else
      opt
      // res
      // {
        declarations = res.declarations ++ [ decl._file ];
        declarationPositions = res.declarationPositions ++ [ (position decl) ];
        # The modules of a submodule type learn the file of the declaration.
        options =
          if own == null then
            res.options
          else
            map (lib.modules.setDefaultModuleLocation decl._file) own ++ res.options;
      }
      // (
        if !(both "type") then
          { }
        else if merged == null then
          clash "types that cannot be merged"
        else
          { type = merged; }
      );

  position =
    decl:
    if decl.pos != null then
      decl.pos
    else
      {
        file = decl._file;
        line = null;
        column = null;
      };

  mergeOptionDecls =
    loc:
    foldl' (mergeTwo loc) {
      inherit loc;
      declarations = [ ];
      declarationPositions = [ ];
      options = [ ];
    };
  fixupOptionType =
    _loc: opt:
    if opt.type.getSubModules or null == null then
      opt // { type = opt.type or lib.types.unspecified; }
    else
      opt
      // {
        type = opt.type.substSubModules opt.options;
        options = [ ];
      };

  # `shared`: the merged default, one for all instances of the declaration,
  # where nothing in its merge depends on the instance.
  finish =
    loc: decls:
    let
      option = fixupOptionType loc (mergeOptionDecls loc decls);
      inherit (option) type;
      constant = type.merge.constant or (_: false);
    in
    {
      inherit option;
      isShared =
        option ? default
        && !(option.default ? _type)
        && !(option.readOnly or false)
        && constant option.default;
      shared =
        (lib.modules.mergeDefs loc type [
          {
            file = head option.declarations;
            value = option.default;
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
      options = filter (
        d: d.options ? _type && (d.options._type == "option" || throw (messages.notAnOption loc d))
      ) decls;
    in
    if length options == length decls then
      finish loc decls
    else if options == [ ] then
      tree loc decls
    else if all (d: d.options.type.name or null == "submodule") options then
      finish loc (map asSubmodule decls)
    else
      throw (messages.optionAndSet loc options (filter (d: !isOption d.options) decls));

  tree =
    loc: decls:
    let
      located =
        d:
        if isAttrs d.options then
          mapAttrs (n: o: {
            inherit (d) _file;
            options = o;
            pos = builtins.unsafeGetAttrPos n d.options;
          }) d.options
        else
          throw (messages.notDeclarations loc d);
      children = zipAttrsWith (n: ds: node (loc ++ [ n ]) ds) (map located decls);
    in
    {
      inherit children;
      # Forces what is declared at this level, as looking for definitions
      # without a declaration does: once for all who share the tree.
      sound = foldl' (x: n: seq children.${n} x) true (attrNames children);
    };
in
{
  # prefix -> [ { _file; options; pos; } ] -> node
  declare = tree;
  inherit mergeOptionDecls fixupOptionType;
}
