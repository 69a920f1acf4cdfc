# What may be said about git.
{
  lib,
  nhmtLib,
  pkgs,
}:
let
  inherit (lib) mkOption types;

  scalar = types.either types.str (types.either types.bool types.int);
  values = types.either scalar (types.listOf scalar);
  section = types.attrsOf (types.either values (types.attrsOf values));
  sections = types.attrsOf section;

  strings =
    description: example:
    mkOption {
      type = types.listOf types.str;
      default = [ ];
      inherit description example;
    };

  include = {
    options = {
      condition = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "gitdir:~/work/";
        description = "Include only when this holds, see \"Conditional includes\" in git-config(1).";
      };
      path = mkOption {
        type = types.nullOr (types.either types.str types.path);
        default = null;
        description = "The file to include; written by nhmt when {option}`contents` is set.";
      };
      contents = mkOption {
        type = types.attrsOf types.anything;
        default = { };
        example = {
          user.email = "alice@work.example";
        };
        description = "Settings to include, in place of a path.";
      };
      contentSuffix = mkOption {
        type = types.str;
        default = "gitconfig";
        description = "The end of the written file's name.";
      };
    };
  };
in
{
  enable = lib.mkEnableOption "Git";
  package = nhmtLib.packages.option pkgs "git" "The git to install; null installs none." { };
  settings = mkOption {
    type = types.either sections (types.listOf sections);
    default = { };
    example = {
      init.defaultBranch = "main";
      url."ssh://git@host".insteadOf = "otherhost";
    };
    description = ''
      Settings of {file}`git/config`: sections, in them keys or subsections; a list repeats a key. A list
      of such sets writes them one after another.
    '';
  };
  iniContent = mkOption {
    type = sections;
    default = { };
    internal = true;
    description = "What all modules together say.";
  };
  ignores = strings "Patterns that git ignores everywhere." [
    "*~"
    "*.swp"
  ];
  attributes = strings "Attributes for every repository, see gitattributes(5)." [ "*.pdf diff=pdf" ];
  includes = mkOption {
    type = types.listOf (types.submodule include);
    default = [ ];
    description = "Further configuration files, read after the settings.";
  };
  hooks = mkOption {
    type = types.attrsOf types.path;
    default = { };
    example = lib.literalExpression "{ pre-commit = ./pre-commit; }";
    description = "Hooks for every repository, see githooks(5).";
  };
  signing = {
    key = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "The key to sign with; null lets git choose by the committer.";
    };
    format = mkOption {
      type = types.nullOr (
        types.enum [
          "openpgp"
          "ssh"
          "x509"
        ]
      );
      default = null;
      description = "The kind of signatures; git's default is openpgp.";
    };
    signByDefault = mkOption {
      type = types.nullOr types.bool;
      default = null;
      description = "Whether commits and tags are signed without asking for it.";
    };
    signer = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "The program that signs.";
    };
  };
  lfs = {
    enable = lib.mkEnableOption "Git Large File Storage";
    package =
      nhmtLib.packages.option pkgs "git-lfs" "The git-lfs to install; null takes the one on PATH."
        { };
    skipSmudge = mkOption {
      type = types.bool;
      default = false;
      description = "Leave files out on clone and pull, until `git lfs pull`.";
    };
  };
}
