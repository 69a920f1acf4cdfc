# Words, variables and command lines for POSIX shells.
{ lib }:
let
  inherit (builtins) concatStringsSep match replaceStrings;
in
{
  escapeShellArg =
    arg:
    let
      s = toString arg;
    in
    if match "[[:alnum:],._+:@%/-]+" s == null then "'${replaceStrings [ "'" ] [ "'\\''" ] s}'" else s;
  escapeShellArgs = lib.concatMapStringsSep " " lib.escapeShellArg;
  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
  toShellVar =
    name: value:
    lib.throwIfNot (lib.isValidPosixName name) "toShellVar: ${name} is not a valid shell variable name" (
      if builtins.isAttrs value && !lib.isStringLike value then
        "declare -A ${name}=(${
          concatStringsSep " " (lib.mapAttrsToList (n: v: "[${lib.escapeShellArg n}]=${lib.escapeShellArg v}") value)
        })"
      else if builtins.isList value then
        "declare -a ${name}=(${lib.escapeShellArgs value})"
      else
        "${name}=${lib.escapeShellArg value}"
    );
  toShellVars = vars: concatStringsSep "\n" (lib.mapAttrsToList lib.toShellVar vars);

  cli = {
    toGNUCommandLineShell = options: attrs: lib.escapeShellArgs (lib.cli.toGNUCommandLine options attrs);
    toGNUCommandLine =
      {
        mkOptionName ? k: if builtins.stringLength k == 1 then "-${k}" else "--${k}",
        mkBool ? k: v: lib.optional v (mkOptionName k),
        mkList ? k: v: builtins.concatMap (mkOption k) v,
        mkOption ?
          k: v:
          if v == null then
            [ ]
          else if optionValueSeparator == null then
            [
              (mkOptionName k)
              (lib.generators.mkValueStringDefault { } v)
            ]
          else
            [ "${mkOptionName k}${optionValueSeparator}${lib.generators.mkValueStringDefault { } v}" ],
        optionValueSeparator ? null,
      }:
      options:
      let
        render =
          k: v: if builtins.isBool v then mkBool k v else if builtins.isList v then mkList k v else mkOption k v;
      in
      builtins.concatLists (lib.mapAttrsToList render options);
  };
}
