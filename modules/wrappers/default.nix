# Programs that start with other settings.
{
  config,
  lib,
  nhmtLib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.wrappers;

  settings = w: {
    env = map (v: { inherit (v) name value force; }) (builtins.attrValues w.env);
    inherit (w) prependFlags appendFlags;
    pathAdd = map (p: "${lib.getBin p}/bin") w.pathAdd;
  };

  wrapper =
    {
      name,
      config,
      ...
    }:
    {
      imports = [ ./settings.nix ];
      options = {
        enable = mkOption {
          type = types.bool;
          default = true;
          description = "Whether the wrapped package is among `home.packages`.";
        };
        basePackage = mkOption {
          type = types.either types.package types.path;
          example = lib.literalExpression "pkgs.git";
          description = "The package whose programs are wrapped.";
        };
        extraPackages = mkOption {
          type = types.listOf (types.either types.package types.path);
          default = [ ];
          example = lib.literalExpression "[ pkgs.git-lfs ]";
          description = "Packages that join it, and are wrapped as well.";
        };
        programs = mkOption {
          type = types.attrsOf (types.submodule ./program.nix);
          default = { };
          example = lib.literalExpression ''
            {
              # As it is.
              scalar = { };
              # Another name for git, with other settings.
              work = { target = "git"; env.GIT_AUTHOR_EMAIL.value = "alice@work"; };
            }
          '';
          description = "Programs with settings of their own, in the place of those of the whole; without any, they stay as they are.";
        };
        wrapped = mkOption {
          type = types.package;
          readOnly = true;
          description = "The wrapped package, for other options.";
        };
      };
      config.wrapped = nhmtLib.wrap {
        inherit name;
        inherit (config) basePackage extraPackages;
        shell = if nhmtLib.pkgsGiven then pkgs.runtimeShell or "/bin/sh" else "/bin/sh";
        settings = settings config;
        programs = map (p: {
          inherit (p) name target;
          settings = settings p;
        }) (builtins.attrValues config.programs);
      };
    };
in
{
  options.wrappers = mkOption {
    type = types.attrsOf (types.submodule wrapper);
    default = { };
    example = lib.literalExpression ''
      {
        git = {
          basePackage = pkgs.git;
          env.GIT_CONFIG_GLOBAL.value = ./gitconfig;
          pathAdd = [ pkgs.git-lfs ];
        };
      }
    '';
    description = "Packages whose programs start with other variables, arguments or a longer PATH. The names are those of wrapper-manager.";
  };

  config.home.packages = map (w: w.wrapped) (builtins.filter (w: w.enable) (builtins.attrValues cfg));
}
