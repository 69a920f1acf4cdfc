# Version numbers.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    elemAt
    genList
    splitVersion
    ;
in
{
  inherit (builtins) compareVersions splitVersion;
  major = v: elemAt (splitVersion v) 0;
  minor = v: elemAt (splitVersion v) 1;
  patch = v: elemAt (splitVersion v) 2;
  majorMinor = v: concatStringsSep "." (lib.take 2 (splitVersion v));
  pad =
    n: v:
    let
      numbers = builtins.head (lib.splitString "-" v);
    in
    concatStringsSep "." (lib.take n (splitVersion numbers ++ genList (_: "0") n))
    + lib.removePrefix numbers v;
}
