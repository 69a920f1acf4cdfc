# programs.readline: .inputrc.
{
  config,
  lib,
  nhmtLib,
  options,
  ...
}:
let
  inherit (lib) mkIf mkOption types;
  cfg = config.programs.readline;

  setting =
    name: v:
    "set ${name} ${
      if v == true then
        "on"
      else if v == false then
        "off"
      else
        toString v
    }";
  # readline(3) has names of keys (Control-u) bare and sequences ("\C-u") quoted.
  binding =
    key: action:
    let
      first = builtins.head (lib.splitString "-" (lib.toLower key));
    in
    if
      builtins.elem first [
        "control"
        "meta"
      ]
    then
      "${key}: ${action}"
    else
      ''"${key}": ${action}'';

  file = {
    declaredIn = nhmtLib.locations.ofOption options.programs.readline.enable;
    text = nhmtLib.shell.paragraphs [
      (lib.optionalString cfg.includeSystemConfig "$include /etc/inputrc")
      (lib.concatStringsSep "\n" (lib.mapAttrsToList setting cfg.variables))
      (lib.concatStringsSep "\n" (lib.mapAttrsToList binding cfg.bindings))
      cfg.extraConfig
    ];
  };
in
{
  options.programs.readline = {
    enable = lib.mkEnableOption "readline";
    bindings = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        "\\C-h" = "backward-kill-word";
      };
      description = "Key bindings.";
    };
    variables = mkOption {
      type = types.attrsOf (types.either types.str (types.either types.int types.bool));
      default = { };
      example = {
        expand-tilde = true;
      };
      description = "Values of readline's variables.";
    };
    includeSystemConfig = mkOption {
      type = types.bool;
      default = true;
      description = "Whether to read the system's configuration first.";
    };
    extraConfig = mkOption {
      type = types.lines;
      default = "";
      description = "Lines at the end of the file, unchanged.";
    };
  };

  config = mkIf cfg.enable (
    lib.mkMerge [
      (mkIf (!config.home.preferXdgDirectories) { home.file.".inputrc" = file; })
      (mkIf config.home.preferXdgDirectories {
        xdg.configFile.inputrc = file;
        home.sessionVariables.INPUTRC = "${nhmtLib.shell.inQuotes config.xdg.configHome}/inputrc";
      })
    ]
  );
}
