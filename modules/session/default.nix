# The environment of a session: variables, PATH, aliases for every shell.
{
  config,
  lib,
  nhmtLib,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.home;
in
{
  options.home = {
    sessionVariables = mkOption {
      type = types.lazyAttrsOf (
        types.nullOr (
          types.oneOf [
            types.str
            types.path
            types.int
            types.float
            types.bool
          ]
        )
      );
      default = { };
      example = {
        EDITOR = "vim";
        GOPATH = "$HOME/go";
      };
      description = ''
        Environment variables. Values are double-quoted in the shell, so that `$HOME` in them expands;
        the order is not settled, so none may refer to another. Null leaves a variable alone.
      '';
    };
    sessionPath = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "$HOME/.local/bin" ];
      description = "Directories to put before everything else on PATH.";
    };
    sessionVariablesExtra = mkOption {
      type = types.lines;
      default = "";
      description = "Shell text to run after the variables were set.";
    };
    shellAliases = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        ll = "ls -l";
      };
      description = "Aliases for every shell that is configured.";
    };
  };

  config.assertions = map (name: {
    assertion = builtins.match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
    message = "home.sessionVariables: `${name}' cannot be a shell variable's name; it may hold letters, digits and _, and begins with no digit.";
  }) (builtins.attrNames cfg.sessionVariables);

  config.home.file.".local/share/nhmt/session.sh" = {
    text = import ./session.sh.nix {
      inherit lib nhmtLib;
      variables = cfg.sessionVariables;
      extra = cfg.sessionVariablesExtra;
      path = cfg.sessionPath ++ [ (nhmtLib.shell.inQuotes "${cfg.profileDirectory}/bin") ];
    };
    declaredIn = [ "home.sessionVariables" ];
  };
}
