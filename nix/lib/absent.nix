# The names that the nixpkgs library has and this one lacks. Using one throws
# and says what to do, instead of a bare "attribute missing".
let
  names = {
    attrsets = [
      "chooseDevOutputs" "longestValidPathPrefix"
    ];
    cli = [
      "toCommandLine" "toCommandLineGNU" "toCommandLineShell" "toCommandLineShellGNU"
    ];
    generators = [
      "mkDconfKeyValue" "mkLuaInline" "toDconfINI" "toDhall" "toLua" "toPlist" "withRecursion"
    ];
    lib = [
      "addDrvOutputDependencies" "appendContext" "appendToName" "applyModuleArgsIfFunction"
      "callPackageWith" "callPackagesWith" "canCleanSource" "checkFlag" "checkListOfEnum" "checkReqs"
      "chooseDevOutputs" "cleanSource" "cleanSourceFilter" "cleanSourceWith" "closePropagation"
      "cmakeBool" "cmakeFeature" "cmakeOptionType" "commitIdFromGitRepo" "condConcat" "converge"
      "convertHash" "customisation" "defaultMerge" "defaultMergeArg" "derivations" "dontDistribute"
      "enableFeature" "enableFeatureAs" "escapeURL" "extend" "extendDerivation" "extendMkDerivation"
      "fakeHash" "fakeSha256" "fakeSha512" "fetchers" "fileset" "filesystem" "filterSource" "fix'"
      "fixMergeModules" "fixupOptionType" "flakeRefToString" "flakes" "foldArgs" "fromHexString"
      "fullDepEntry" "getLicenseFromSpdxId" "getLicenseFromSpdxIdOr" "getValue" "gvariant" "hasContext"
      "hiPrioSet" "hydraJob" "ifEnable" "imap" "inNixShell" "inPureEvalMode" "innerClosePropagation"
      "innerModifySumArgs" "isInOldestRelease" "kernel" "lazyDerivation" "lazyGenericClosure" "licenses"
      "licensesSpdx" "listDfs" "lowPrioSet" "maintainers" "makeExtensible"
      "makeExtensibleWithCustomName" "makeOverridable" "makeScope" "makeScopeWithSplicing"
      "makeScopeWithSplicing'" "mapCrossIndex" "mapDerivationAttrset" "maybeAttr" "maybeAttrNullable"
      "maybeEnv" "mergeAttrBy" "mergeAttrByFunc" "mergeAttrsByFuncDefaults"
      "mergeAttrsByFuncDefaultsClean" "mergeAttrsConcatenateValues" "mergeAttrsNoOverride"
      "mergeAttrsWithFunc" "mergeModules" "mergeModules'" "mesonBool" "mesonEnable" "mesonOption" "misc"
      "mkEUI64Suffix" "mkLuaInline" "modifySumArgs" "network" "nixType" "nixpkgsVersion" "noDepEntry"
      "nvs" "oldestSupportedReleaseIsAtLeast" "optionAttrSetToDocList" "optionAttrSetToDocList'"
      "optionalDrvAttr" "overrideDerivation" "packEntry" "packagesFromDirectoryRecursive"
      "parseFlakeRef" "path" "pathHasContext" "pathIsDirectory" "pathIsGitRepo" "pathIsRegularFile"
      "pathType" "placeholder" "platforms" "readFileType" "renameCrossIndexFrom" "renameCrossIndexTo"
      "repoRevToName" "revOrTag" "runTests" "scrubOptionValue" "setAttr" "setAttrMerge"
      "showOptionWithDefLocs" "sourceByRegex" "sourceFilesBySuffices" "sourceTypes" "sources"
      "splitByAndCompare" "splitStringBy" "stringAfter" "stringsWithDeps" "systems" "teams"
      "testAllTrue" "textClosureList" "textClosureMap" "toBaseDigits" "toCamelCase" "toExtension"
      "toHexString" "toposort" "traceFnSeqN" "traceSeqN" "traceValSeqFn" "traceValSeqN" "traceValSeqNFn"
      "uniqList" "uniqListExt" "unsafeDiscardOutputDependency" "updateName" "version"
      "warnOnInstantiate" "withFeature" "withFeatureAs"
    ];
    lists = [
      "listDfs" "toposort"
    ];
    meta = [
      "appendToName" "availableOn" "cpeFullVersionWithVendor" "defaultPriority" "dontDistribute"
      "getLicenseFromSpdxId" "getLicenseFromSpdxIdOr" "hiPrioSet" "licensesSpdx" "lowPrioSet"
      "mapDerivationAttrset" "platformMatch" "updateName"
    ];
    modules = [
      "applyModuleArgsIfFunction" "collectModules" "filterOverrides'" "fixMergeModules"
      "fixupOptionType" "importJSON" "importTOML" "mergeAttrDefinitionsWithPrio" "mergeModules"
      "mergeModules'" "mkAliasIfDef"
    ];
    options = [
      "literalCode" "optionAttrSetToDocList" "optionAttrSetToDocList'" "renderOptionValue"
      "scrubOptionValue" "showOptionWithDefLocs"
    ];
    strings = [
      "appendContext" "charToInt" "cmakeBool" "cmakeFeature" "cmakeOptionType" "commonPrefixLength"
      "commonSuffixLength" "enableFeature" "enableFeatureAs" "escapeC" "escapeURL" "mesonBool"
      "mesonEnable" "mesonOption" "splitStringBy" "toCamelCase" "withFeature" "withFeatureAs"
    ];
    trivial = [
      "checkListOfEnum" "codeName" "fromHexString" "inNixShell" "inPureEvalMode" "isInOldestRelease"
      "nixpkgsVersion" "oldestSupportedRelease" "oldestSupportedReleaseIsAtLeast" "release"
      "revisionWithDefault" "splitByAndCompare" "toBaseDigits" "toHexString" "version" "versionSuffix"
    ];
    types = [
      "attrListOf" "attrListWith" "attrTag" "externalPath" "fileset" "json" "loaOf" "luaInline"
      "mergeTypes" "noCheckForDocsModule" "optionDeclaration" "passwdEntry" "pathWith" "pkgs"
      "serializableValueWith" "toml" "types"
    ];
  };
in
{
  # group -> what is present -> { name = throw …; } for what is absent
  throwers =
    group: present:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value =
          let
            full = if group == "lib" then "lib.${name}" else "lib.${group}.${name}";
          in
          throw "needs nixpkgs: ${full} is not part of nhmt's own library; give the configuration nixpkgs (its flake input, or `pkgs') to use it";
      }) names.${group}
    );
}
