# Strings.
{ lib }:
let
  part = file: import file { inherit lib; };
  shell = part ./shell.nix;
  numbers = part ./numbers.nix;
  words = part ./words.nix;
  distance = part ./distance.nix;
  flags = part ./flags.nix;
  names = part ./names.nix;
in
part ./text.nix
// {
  inherit (shell)
    escapeShellArg
    escapeShellArgs
    isValidPosixName
    toShellVar
    toShellVars
    ;
  inherit (numbers)
    charToInt
    escapeC
    escapeURL
    fixedWidthNumber
    fixedWidthString
    floatToString
    toInt
    toIntBase10
    ;
  inherit (words) splitStringBy toCamelCase toSentenceCase;
  inherit (distance)
    commonPrefixLength
    commonSuffixLength
    levenshtein
    levenshteinAtMost
    ;
  inherit (flags)
    cmakeBool
    cmakeFeature
    cmakeOptionType
    enableFeature
    enableFeatureAs
    mesonBool
    mesonEnable
    mesonOption
    withFeature
    withFeatureAs
    ;
  inherit (names)
    getName
    getVersion
    isStorePath
    makeBinPath
    makeIncludePath
    makeLibraryPath
    makeSearchPath
    makeSearchPathOutput
    nameFromURL
    normalizePath
    sanitizeDerivationName
    versionAtLeast
    versionOlder
    ;
}
