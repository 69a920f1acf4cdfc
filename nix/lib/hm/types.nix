# Types of options: graphs, and what only some modules need.
{ lib }:
let
  inherit (lib) mkOption mkOptionType types;
  inherit (lib.hm) dag;

  # Beside what an entry has, `more` options of each.
  dagWith =
    more: elem:
    let
      entry = types.submodule (
        { name, ... }:
        {
          options = {
            data = mkOption {
              type = elem;
              description = "What the entry holds.";
            };
            after = mkOption {
              type = types.listOf types.str;
              description = "The entries that come before this one.";
            };
            before = mkOption {
              type = types.listOf types.str;
              description = "The entries that come after this one.";
            };
          }
          // more;
          config = lib.mkIf (elem.name == "submodule") { data._module.args.dagName = name; };
        }
      );
      # What is no entry stands anywhere; its order among several definitions
      # is that of its data.
      asEntry =
        d:
        if dag.isEntry d.value then
          d.value
        else
          dag.entryAnywhere (if d ? priority then lib.mkOrder d.priority d.value else d.value);
      # Where the entry was written, which what is in it does not know.
      place = d: if d.pos or null == null then d.file else "${d.pos.file}:${toString d.pos.line}";
      entries = types.attrsOf (mkOptionType {
        name = "dagEntryOf";
        description = "DAG entry of ${elem.description}";
        merge =
          loc: defs:
          entry.merge loc (
            map (d: {
              file = place d;
              value = asEntry d;
            }) defs
          );
      });
    in
    mkOptionType rec {
      name = "dagOf";
      description = "DAG of ${elem.description}";
      inherit (entries) check merge emptyValue;
      getSubOptions = prefix: entry.getSubOptions (prefix ++ [ "<name>" ]);
      inherit (elem) getSubModules;
      substSubModules = m: dagWith more (elem.substSubModules m);
      functor = lib.defaultFunctor name // {
        wrapped = elem;
      };
      nestedTypes.elemType = elem;
    };

  functionWith =
    name: description: merge:
    mkOptionType {
      inherit name description merge;
      check = lib.isFunction;
    };

  # A file below a directory, or the whole directory.
  sourceFile =
    directory: file:
    types.submodule (
      { config, ... }:
      {
        options = {
          target = mkOption {
            type = types.singleLineStr;
            internal = true;
            readOnly = true;
          };
          source = mkOption {
            type = types.nullOr types.path;
            default = null;
            description = "What to link: a directory as `${directory}`, a file as `${directory}/${file}`.";
          };
          text = mkOption {
            type = types.lines;
            default = "";
            description = "Text of `${directory}/${file}`.";
          };
          recursive = lib.mkEnableOption "linking each file in `source` by itself, when that is a directory";
        };
        config.target =
          directory
          + lib.optionalString (!(config.source != null && lib.pathIsDirectory config.source)) "/${file}";
      }
    );
in
{
  dagOf = dagWith { };
  inherit dagWith sourceFile;

  gvariant = import ./gvariant-type.nix { inherit lib; };

  selectorFunction =
    functionWith "selectorFunction"
      "Function that takes an attribute set and returns a list containing a selection of the values of the input set"
      (
        _: defs: set:
        builtins.concatMap (select: select set) (lib.getValues defs)
      );
  overlayFunction =
    functionWith "overlayFunction"
      "An overlay function, takes self and super and returns an attribute set overriding the desired attributes."
      (
        _: defs: self: super:
        builtins.foldl' (acc: d: acc // d.value self super) { } defs
      );

  fontType = types.submodule {
    options = {
      package = mkOption {
        type = types.nullOr types.package;
        default = null;
        example = lib.literalExpression "pkgs.dejavu_fonts";
        description = "The package of the font, which is installed; null when the font is there already.";
      };
      name = mkOption {
        type = types.str;
        example = "DejaVu Sans";
        description = "The family of the font.";
      };
      size = mkOption {
        type = types.nullOr types.number;
        default = null;
        example = "8";
        description = "The size of the font.";
      };
    };
  };

  nushellValue =
    let
      named =
        description: type:
        type
        // {
          inherit description;
          descriptionClass = "name";
        };
      value = types.nullOr (
        types.oneOf [
          (mkOptionType {
            name = "nushell";
            description = "Nushell inline value";
            descriptionClass = "name";
            check = lib.isType "nushell-inline";
          })
          types.bool
          types.int
          types.float
          types.str
          types.path
          (named "attribute set of Nushell values" (types.attrsOf value))
          (named "list of Nushell values" (types.listOf value))
        ]
      );
    in
    value;

  # Text, or a source with options; what comes out has the latter's form.
  sourceFileOrLines =
    directory: file:
    let
      asFile = sourceFile directory file;
      fromText = d: {
        inherit (d) file;
        value = {
          text = d.value;
          source = null;
          recursive = false;
        };
      };
    in
    types.either types.lines asFile
    // {
      merge =
        loc: defs: asFile.merge loc (map (d: if types.lines.check d.value then fromText d else d) defs);
    };

  SCFGDirectives = types.anything;
}
