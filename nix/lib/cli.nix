# Command lines from sets of options.
{ lib }:
let
  inherit (builtins)
    concatLists
    concatMap
    isBool
    isList
    stringLength
    ;
  show = lib.generators.mkValueStringDefault { };
in
{
  toCommandLineShell = format: options: lib.escapeShellArgs (lib.cli.toCommandLine format options);
  toCommandLineShellGNU =
    style: options: lib.escapeShellArgs (lib.cli.toCommandLineGNU style options);
  toCommandLineGNU =
    {
      isLong ? name: stringLength name > 1,
      explicitBool ? false,
      formatArg ? show,
    }:
    lib.cli.toCommandLine (name: {
      option = if isLong name then "--${name}" else "-${name}";
      sep = if isLong name then "=" else "";
      inherit explicitBool formatArg;
    });
  # (name -> { option; sep; explicitBool; formatArg; }) -> options -> words
  toCommandLine =
    format: options:
    let
      words =
        {
          option,
          sep,
          explicitBool,
          formatArg ? show,
        }:
        v:
        if v == null || (!explicitBool && v == false) then
          [ ]
        else if !explicitBool && v == true then
          [ option ]
        else if sep == null then
          [
            option
            (formatArg v)
          ]
        else
          [ "${option}${sep}${formatArg v}" ];
      pair =
        name: v:
        if name == "" then
          throw "lib.cli.toCommandLine only accepts non-empty option names."
        else if isList v then
          concatMap (words (format name)) v
        else
          words (format name) v;
    in
    concatLists (lib.mapAttrsToList pair options);

  toGNUCommandLineShell =
    style: options: lib.escapeShellArgs (lib.cli.toGNUCommandLine style options);
  toGNUCommandLine =
    {
      mkOptionName ? k: if stringLength k == 1 then "-${k}" else "--${k}",
      mkBool ? k: v: lib.optional v (mkOptionName k),
      mkList ? k: v: concatMap (mkOption k) v,
      mkOption ?
        k: v:
        if v == null then
          [ ]
        else if optionValueSeparator == null then
          [
            (mkOptionName k)
            (show v)
          ]
        else
          [ "${mkOptionName k}${optionValueSeparator}${show v}" ],
      optionValueSeparator ? null,
    }:
    options:
    concatLists (
      lib.mapAttrsToList (
        k: v:
        if isBool v then
          mkBool k v
        else if isList v then
          mkList k v
        else
          mkOption k v
      ) options
    );
}
