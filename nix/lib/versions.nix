# Version numbers.
{ lib }:
let
  parts = builtins.splitVersion;
in
{
  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: !lib.versionOlder a b;
  getName = x: if builtins.isString x then (builtins.parseDrvName x).name else x.pname or (builtins.parseDrvName x.name).name;
  getVersion =
    x: if builtins.isString x then (builtins.parseDrvName x).version else x.version or (builtins.parseDrvName x.name).version;
  versions = {
    inherit (builtins) compareVersions splitVersion;
    major = v: builtins.elemAt (parts v) 0;
    minor = v: builtins.elemAt (parts v) 1;
    patch = v: builtins.elemAt (parts v) 2;
    majorMinor = v: builtins.concatStringsSep "." (lib.take 2 (parts v));
    pad =
      n: v:
      let
        numbers = builtins.head (lib.splitString "-" v);
        rest = lib.removePrefix numbers v;
        has = lib.splitString "." numbers;
      in
      builtins.concatStringsSep "." (lib.take n (has ++ lib.replicate (lib.max 0 (n - builtins.length has)) "0")) + rest;
  };
}
