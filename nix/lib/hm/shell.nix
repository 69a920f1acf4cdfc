# Variables of shells, and the options by which programs are integrated.
{ lib }:
let
  inherit (builtins) foldl' stringLength;

  integration =
    name:
    {
      config,
      baseName ? name,
      extraDescription ? "",
    }:
    let
      option = "enable${baseName}Integration";
    in
    lib.mkOption {
      type = lib.types.bool;
      default = config.home.shell.${option};
      defaultText = lib.literalMD "[](#opt-home.shell.${option})";
      example = false;
      description =
        "Whether to enable ${name} integration."
        + lib.optionalString (extraDescription != "") "\n\n${extraDescription}";
    };

  export =
    name: value:
    ''export ${name}="${if builtins.isBool value then lib.boolToString value else toString value}"'';

  # Words in lines of at most so many characters; a longer word is a line.
  wrapLines =
    words: width:
    let
      add =
        { done, line }:
        word:
        let
          longer = if line == "" then word else "${line} ${word}";
        in
        if stringLength longer <= width then
          {
            inherit done;
            line = longer;
          }
        else
          {
            done = done ++ [ line ];
            line = word;
          };
      all = foldl' add {
        done = [ ];
        line = "";
      } words;
    in
    all.done ++ lib.optional (all.line != "") all.line;
in
{
  inherit export wrapLines;
  exportAll =
    vars:
    lib.concatStringsSep "\n" (lib.mapAttrsToList export (lib.filterAttrs (_: v: v != null) vars));
  # ":" -> "PATH" -> [ "a" "b" ] -> a:b${PATH:+:}$PATH
  prependToVar =
    sep: name: values:
    "${lib.concatStringsSep sep values}\${${name}:+${sep}}\$${name}";
  formatShellArrayContent =
    items: "\n  ${lib.concatStringsSep "\n  " (wrapLines (map lib.escapeShellArg items) 78)}\n";

  mkBashIntegrationOption = integration "Bash";
  mkFishIntegrationOption = integration "Fish";
  mkIonIntegrationOption = integration "Ion";
  mkNushellIntegrationOption = integration "Nushell";
  mkZshIntegrationOption = integration "Zsh";
}
