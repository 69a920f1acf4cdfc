# programs.zsh.history and historySubstringSearch.
{
  config,
  lib,
  nhmtLib,
  ...
}:
let
  inherit (lib) mkIf mkOption types;
  cfg = config.programs.zsh;
  flag =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
    };
  home = config.home.homeDirectory;
  path =
    let
      p = lib.removeSuffix "/" cfg.history.path;
    in
    if lib.hasPrefix "/" p || lib.hasInfix "$" p then p else "${home}/${p}";
  options = {
    APPEND_HISTORY = cfg.history.append;
    HIST_IGNORE_DUPS = cfg.history.ignoreDups;
    HIST_IGNORE_ALL_DUPS = cfg.history.ignoreAllDups;
    HIST_SAVE_NO_DUPS = cfg.history.saveNoDups;
    HIST_FIND_NO_DUPS = cfg.history.findNoDups;
    HIST_IGNORE_SPACE = cfg.history.ignoreSpace;
    HIST_EXPIRE_DUPS_FIRST = cfg.history.expireDuplicatesFirst;
    SHARE_HISTORY = cfg.history.share;
    EXTENDED_HISTORY = cfg.history.extended;
  }
  // lib.optionalAttrs (cfg.autocd != null) { AUTO_CD = cfg.autocd; };
in
{
  options.programs.zsh.history = {
    append = flag false "Whether sessions append their lines to the history file, instead of replacing it.";
    size = mkOption {
      type = types.int;
      default = 10000;
      description = "Number of history lines to keep in memory.";
    };
    save = mkOption {
      type = types.int;
      default = cfg.history.size;
      defaultText = lib.literalExpression "config.programs.zsh.history.size";
      description = "Number of history lines to keep in the file.";
    };
    path = mkOption {
      type = types.str;
      default = "${cfg.dotDir}/.zsh_history";
      defaultText = lib.literalExpression ''"''${config.programs.zsh.dotDir}/.zsh_history"'';
      description = "Place of the history file; variables in it expand.";
    };
    ignorePatterns = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "rm *" ];
      description = "Shell patterns of commands that are not saved.";
    };
    ignoreDups = flag true "Whether a command that equals the one before is left out.";
    ignoreAllDups = flag false "Whether an older command goes when the same is entered.";
    saveNoDups = flag false "Whether the file has each command once.";
    findNoDups = flag false "Whether a search shows each command once.";
    ignoreSpace = flag true "Whether commands with a blank before them are left out.";
    expireDuplicatesFirst = flag false "Whether commands that are there twice go first.";
    extended = flag false "Whether the file has the times of commands.";
    share = flag true "Whether sessions share their history.";
  };
  options.programs.zsh.historySubstringSearch =
    let
      keys =
        default: direction:
        mkOption {
          type = types.either (types.listOf types.str) types.str;
          inherit default;
          description = "Keys that search ${direction}.";
        };
    in
    {
      enable = lib.mkEnableOption "zsh-history-substring-search, of the package set or the system";
      searchUpKey = keys [ "^[[A" ] "up";
      searchDownKey = keys [ "^[[B" ] "down";
    };

  config = mkIf cfg.enable {
    programs.zsh.setOptions = [
      "HIST_FCNTL_LOCK"
    ]
    ++ builtins.filter (n: options.${n}) (builtins.attrNames options)
    ++ map (n: "NO_${n}") (builtins.filter (n: !options.${n}) (builtins.attrNames options));
    programs.zsh.initContent = lib.mkOrder 910 ''
      HISTSIZE="${toString cfg.history.size}"
      SAVEHIST="${toString cfg.history.save}"
      ${
        lib.optionalString (cfg.history.ignorePatterns != [ ])
          "HISTORY_IGNORE=${lib.escapeShellArg "(${lib.concatStringsSep "|" cfg.history.ignorePatterns})"}\n"
      }HISTFILE="${nhmtLib.zsh.expanding path}"
      [[ -d "''${HISTFILE:h}" ]] || mkdir -p "''${HISTFILE:h}"
    '';
  };
}
