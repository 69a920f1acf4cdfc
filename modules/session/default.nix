# The environment of a session: variables, search paths, aliases for every shell.
{
  config,
  lib,
  nhmtLib,
  ...
}:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    mapAttrs
    ;
  inherit (lib) mkIf mkOption types;
  cfg = config.home;
  own = config.nhmt.session;
  values = import ./value.nix { inherit types; };

  set = lib.filterAttrs (_: v: v != null) cfg.sessionVariables;
  # XDG Base Directory Specification
  defaults = {
    XDG_CONFIG_DIRS = [ "/etc/xdg" ];
    XDG_DATA_DIRS = [
      "/usr/local/share"
      "/usr/share"
    ];
  };
  searchFor =
    name:
    let
      given = filter (s: s.name == name) own.search;
      entries =
        part:
        map (
          e:
          if builtins.isString e then
            {
              text = e;
              there = false;
            }
          else
            e
        ) (concatMap (s: s.${part} or [ ]) given);
      declared = map (text: {
        inherit text;
        there = false;
      }) (cfg.sessionSearchVariables.${name} or [ ]);
      packages = lib.optional (name == "PATH") {
        text = nhmtLib.shell.inQuotes "${cfg.profileDirectory}/bin";
        there = false;
      };
    in
    {
      inherit name;
      first = declared ++ packages ++ entries "first";
      # What an unset one stands for is not lost by setting it.
      last =
        entries "last"
        ++ map (text: {
          inherit text;
          there = true;
        }) (defaults.${name} or [ ]);
      when = if declared != [ ] then "always" else lib.foldl' (w: s: s.when or w) "always" given;
    };
  searched =
    cfg.sessionSearchVariables
    // {
      PATH = null;
    }
    // builtins.listToAttrs (map (s: lib.nameValuePair s.name null) own.search);

  session = {
    variables = removeAttrs set (attrNames searched);
    # What is a search path too is completed after it was set.
    unguarded = builtins.intersectAttrs searched set;
    search = map searchFor (attrNames searched);
    extra = cfg.sessionVariablesExtra;
    digest = builtins.substring 0 32 (
      builtins.hashString "sha256" (
        builtins.unsafeDiscardStringContext (
          builtins.toJSON [
            cfg.homeDirectory
            (mapAttrs (_: nhmtLib.shell.double) set)
            session.search
            session.extra
          ]
        )
      )
    );
  };
  text = file: import file { inherit lib nhmtLib session; };
  declaredIn = [ "home.sessionVariables" ];
  isDeclared = set != { } || cfg.sessionSearchVariables != { } || cfg.packages != [ ];
in
{
  imports = [
    ./desktop.nix
    ./shells.nix
  ];

  options.home = {
    sessionVariables = mkOption {
      type = values.variables;
      default = { };
      example = {
        EDITOR = "vim";
        GOPATH = "$HOME/go";
      };
      description = ''
        Environment variables. Values are double-quoted in the shell, so that `$HOME` and `''${NAME:-default}`
        in them expand; the order is not settled, so none may refer to another. Null leaves a variable alone.
      '';
    };
    sessionPath = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "$HOME/.local/bin" ];
      description = "Directories to put before everything else on PATH.";
    };
    sessionSearchVariables = mkOption {
      type = types.attrsOf (types.listOf types.str);
      default = { };
      example = {
        MANPATH = [ "$HOME/.npm-packages/man" ];
      };
      description = ''
        Directories that search paths (lists with `:` between) begin with. What is on them already stays,
        in its order, and nothing is there twice.
      '';
    };
    sessionVariablesExtra = mkOption {
      type = types.lines;
      default = "";
      description = "Text for POSIX shells to run after the variables were set, once per session and content.";
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

  options.nhmt.session = {
    fish.enable = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether the session's environment is written for fish, to `~/.local/share/nhmt/session.fish`. On with
        `programs.fish.enable`; for a config.fish of your own, which then reads it with `source`.
      '';
    };
    nushell.enable = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether the session's environment is written for nushell, to `~/.local/share/nhmt/session.nu`. On with
        `programs.nushell.enable`; for a config.nu of your own, which then reads it with `source`.
      '';
    };
    environmentD.enable = mkOption {
      type = types.bool;
      default = nhmtLib.isLinux && isDeclared;
      defaultText = lib.literalExpression "whether there are variables, search paths or packages, on Linux";
      description = ''
        Whether the session's environment is written for systemd's user manager, to
        `~/.config/environment.d/zz-nhmt.conf`.
      '';
    };
    search = mkOption {
      type = types.listOf types.raw;
      default = [ ];
      internal = true;
      description = ''
        What modules add to search paths: `{ name; first; last; when; }`. Entries are texts or
        `{ text; there; }` for what has to be there; `when` is always, set or unset.
      '';
    };
  };

  config = {
    home.sessionSearchVariables = mkIf (cfg.sessionPath != [ ]) { PATH = cfg.sessionPath; };

    assertions =
      let
        isName = name: builtins.match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
        # A shell would not come to the rest of the file.
        closed =
          option: value:
          let
            fault = if builtins.isString value then nhmtLib.template.fault value else null;
          in
          lib.optional (fault != null) {
            assertion = false;
            message = "${option} has ${fault}: ${value}\n  Shells read the value in double quotes; write \\\" for a quote in it, and \\\\ for a backslash.";
          };
        assertion = option: name: {
          assertion = isName name;
          message = "${option}: `${name}' cannot be a shell variable's name; it may hold letters, digits and _, and begins with no digit.";
        };
      in
      map (assertion "home.sessionVariables") (attrNames cfg.sessionVariables)
      ++ concatMap (name: closed "home.sessionVariables.${name}" set.${name}) (attrNames set)
      ++ concatMap (
        name:
        concatMap (closed "${
          if name == "PATH" then "home.sessionPath or " else ""
        }home.sessionSearchVariables.${name}") cfg.sessionSearchVariables.${name}
      ) (attrNames cfg.sessionSearchVariables)
      ++ map (assertion "home.sessionSearchVariables") (attrNames cfg.sessionSearchVariables);

    home.file = lib.mkMerge [
      {
        ".local/share/nhmt/session.sh" = {
          text = text ./session.sh.nix;
          inherit declaredIn;
        };
      }
      (mkIf own.fish.enable {
        ".local/share/nhmt/session.fish" = {
          text = text ./session.fish.nix;
          inherit declaredIn;
        };
      })
      (mkIf own.nushell.enable {
        ".local/share/nhmt/session.nu" = {
          text = text ./session.nu.nix;
          inherit declaredIn;
        };
      })
      (mkIf own.environmentD.enable {
        ".config/environment.d/zz-nhmt.conf" = {
          text = text ./environment-d.nix;
          inherit declaredIn;
        };
      })
    ];
  };
}
