# The names that the nixpkgs library has and this one lacks. Using one throws
# and says what to do, instead of a bare "attribute missing".
let
  names = {
    lib = [
      "convertHash"
      "flakeRefToString"
      "licenses"
      "maintainers"
      "mkEUI64Suffix"
      "parseFlakeRef"
      "teams"
    ];
    fetchers = [
      "normalizeHash"
      "proxyImpureEnvVars"
      "withNormalizedHash"
    ];
    fileset = [
      "difference"
      "empty"
      "fileFilter"
      "fromSource"
      "gitTracked"
      "gitTrackedWith"
      "intersection"
      "isFileset"
      "maybeMissing"
      "toList"
      "toSource"
      "trace"
      "traceVal"
      "union"
      "unions"
    ];
    flakes = [
      "flakeRefToString"
      "parseFlakeRef"
    ];
    kernel = [
      "freeform"
      "module"
      "no"
      "option"
      "unset"
      "whenHelpers"
      "yes"
    ];
    network = [
      "ipv6"
    ];
    sourceTypes = [
      "binaryBytecode"
      "binaryFirmware"
      "binaryNativeCode"
      "fromSource"
      "obfuscatedCode"
    ];
    systems = [
      "architectures"
      "doubles"
      "elaborate"
      "equals"
      "examples"
      "flakeExposed"
      "functionNames"
      "inspect"
      "parse"
      "platforms"
      "systemToAttrs"
    ];
    customisation = [
      "makeScopeWithSplicing"
      "makeScopeWithSplicing'"
      "mapCrossIndex"
      "renameCrossIndexFrom"
      "renameCrossIndexTo"
    ];
    meta = [
      "getLicenseFromSpdxId"
      "getLicenseFromSpdxIdOr"
      "licensesSpdx"
    ];
    misc = [
      "checkFlag"
      "checkReqs"
      "closePropagation"
      "closePropagationFast"
      "closePropagationSlow"
      "condConcat"
      "defaultMerge"
      "defaultMergeArg"
      "foldArgs"
      "getValue"
      "ifEnable"
      "innerClosePropagation"
      "innerModifySumArgs"
      "lazyGenericClosure"
      "maybeAttr"
      "maybeAttrNullable"
      "maybeEnv"
      "mergeAttrBy"
      "mergeAttrByFunc"
      "mergeAttrsByFuncDefaults"
      "mergeAttrsByFuncDefaultsClean"
      "mergeAttrsConcatenateValues"
      "mergeAttrsNoOverride"
      "mergeAttrsWithFunc"
      "modifySumArgs"
      "nixType"
      "setAttr"
      "setAttrMerge"
      "uniqList"
      "uniqListExt"
    ];
    modules = [ ];
    options = [ ];
    platforms = [
      "aarch"
      "aarch64"
      "all"
      "arc"
      "arm"
      "armv7"
      "bigEndian"
      "cygwin"
      "embedded"
      "freebsd"
      "genode"
      "gnu"
      "i686"
      "illumos"
      "js"
      "littleEndian"
      "loongarch64"
      "m68k"
      "microblaze"
      "mips"
      "mmix"
      "netbsd"
      "openbsd"
      "or1k"
      "power"
      "rx"
      "redox"
      "riscv"
      "riscv32"
      "riscv64"
      "s390"
      "s390x"
      "sh4"
      "uefi"
      "unix"
      "vc4"
      "wasi"
      "windows"
      "x86"
      "x86_64"
    ];
    sources = [
      "commitIdFromGitRepo"
      "pathIsGitRepo"
      "repoRevToName"
      "shortRev"
      "urlToName"
    ];
    trivial = [
      "codeName"
      "isInOldestRelease"
      "nixpkgsVersion"
      "oldestSupportedRelease"
      "oldestSupportedReleaseIsAtLeast"
      "release"
      "revisionWithDefault"
      "version"
      "versionSuffix"
    ];
    types = [
      "fileset"
    ];
  };
  message =
    group: name:
    let
      full = if group == "lib" then "lib.${name}" else "lib.${group}.${name}";
    in
    "needs nixpkgs: ${full} is not part of nhmt's own library; give the configuration nixpkgs (its flake input, or `pkgs') to use it";
in
{
  inherit names message;

  # group -> what is present -> that, and { name = throw …; } for what is absent
  fill =
    group: present:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = throw (message group name);
      }) names.${group}
    )
    // present;
}
