# The type of home.persistence. The names are those of impermanence, for NixOS
# and for Home Manager.
{
  lib,
  nhmtLib,
  # What is to be of this type, for the places of lists where the library does
  # not tell them.
  definitions,
}:
let
  inherit (lib) mkOption types;

  mode =
    what: more:
    mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "0700";
      description = "The permissions of ${what}, in octal or as `u=rwx,g=rx,o=`.${more}";
    };
  methods = [
    "symlink"
    "bind"
    "bindfs"
    "auto"
  ];
  method =
    default:
    mkOption {
      type = types.nullOr (types.enum methods);
      default = null;
      defaultText = lib.literalExpression default;
      description = ''
        How the path leads to its place: by a `symlink` or a `bind` mount. `auto` and `bindfs`, which other
        tools have, are taken for the default.
      '';
    };
  unused =
    type: default:
    mkOption {
      inherit type default;
      description = "Taken for impermanence's configurations.";
    };

  owner = {
    user = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "The owner, who can only be the owner of the home.";
    };
    group = unused (types.nullOr types.str) null;
  };
  parentMode = mode "directories that nhmt makes above the place" "";

  entry =
    name: options:
    types.coercedTo types.str (path: { ${name} = path; }) (
      types.submodule {
        options =
          options
          // owner
          // {
            inherit parentMode;
            ${name} = mkOption {
              type = types.nonEmptyStr;
              description = "The place in the home.";
            };
            persistentStoragePath = mkOption {
              type = types.nullOr types.path;
              default = null;
              defaultText = lib.literalExpression "that of the root";
              description = "The directory to which the place of the home is appended.";
            };
          };
      }
    );

  # Each entry's place in the configuration: that of its own name, when it is a
  # set, else that of the list.
  places =
    root: list: name: option: entries:
    let
      inherit (nhmtLib.locations) line;
      written = builtins.filter (pos: pos != null) (
        map (d: builtins.unsafeGetAttrPos list (d.value.${root} or { })) definitions
      );
      definition =
        d:
        let
          here = builtins.filter (pos: pos.file == toString d.file) written;
          only = if here == [ ] then written else here;
        in
        if d.pos or null == null && builtins.length only == 1 then
          line (lib.head only)
        else
          nhmtLib.locations.definition d;
      of =
        d: item:
        let
          pos = if builtins.isAttrs item then builtins.unsafeGetAttrPos name item else null;
        in
        [ (if pos == null then definition d else line pos) ];
      each = lib.concatMap (d: map (of d) d.value) option.definitionsWithLocations;
      # Elements may be missing by mkIf.
      whole = lib.unique (map definition option.definitionsWithLocations);
    in
    if builtins.length each == builtins.length entries then each else map (_: whole) entries;
in
types.attrsOf (
  types.submodule (
    {
      name,
      config,
      options,
      ...
    }:
    {
      options = {
        enable = mkOption {
          type = types.bool;
          default = true;
          description = "Whether these paths are persisted.";
        };
        persistentStoragePath = mkOption {
          type = types.path;
          default = name;
          defaultText = lib.literalExpression "name";
          description = "The directory to which the place of the home is appended.";
        };
        directories = mkOption {
          type = types.listOf (
            entry "directory" {
              mode = mode "the directory, when nhmt makes it" " Without them it is 0755, and 0700 for `.ssh`, `.gnupg`, keyrings, password stores and their like.";
              method = method "that of the root";
              hideMount = unused (types.nullOr types.bool) null;
              allowTrash = unused (types.nullOr types.bool) null;
            }
          );
          default = [ ];
          example = [
            ".ssh"
            {
              directory = ".local/share/x";
              mode = "0700";
            }
          ];
          description = "Directories whose content outlives the home: places in it, as strings or as sets.";
        };
        files = mkOption {
          type = types.listOf (
            entry "file" {
              mode = mode "the file, when nhmt moves it there" "";
              method = method "that of the root";
              parentDirectory = mkOption {
                type = types.submodule {
                  freeformType = types.attrsOf types.anything;
                  options.mode = parentMode;
                };
                default = { };
                description = "What is known of the directories above the place; their `mode`.";
              };
            }
          );
          default = [ ];
          example = [ ".bash_history" ];
          description = "Files that outlive the home: places in it, as strings or as sets.";
        };
        defaultMethod = mkOption {
          type = types.enum methods;
          default = "symlink";
          description = "How paths lead to their places, unless they say it themselves.";
        };
        defaultDirectoryMethod = mkOption {
          type = types.nullOr (types.enum methods);
          default = null;
          defaultText = lib.literalExpression "defaultMethod";
          description = "How directories lead to their places, unless they say it themselves.";
        };
        inherit parentMode;
        hideMounts = unused types.bool false;
        allowTrash = unused types.bool false;
        allowOther = unused types.bool false;
        enableWarnings = unused types.bool true;
        enableDebugging = unused types.bool false // {
          internal = true;
        };
        # Where each of the entries was written.
        places = mkOption {
          type = types.raw;
          readOnly = true;
          internal = true;
          description = "The places of the entries in the configuration.";
        };
      };
      config.places = {
        directories = places name "directories" "directory" options.directories config.directories;
        files = places name "files" "file" options.files config.files;
      };
    }
  )
)
