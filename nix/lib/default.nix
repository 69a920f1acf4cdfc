# A subset of the nixpkgs library, with its interface and behaviour, for
# configurations that are evaluated without nixpkgs. Names that nixpkgs has
# and this library lacks throw and say so.
#
# Each file is read when something of it is first used: what a configuration
# does not use costs a thunk.
let
  absent = (import ./absent.nix).fill;

  library =
    lib:
    let
      part = file: import file { inherit lib; };
      core = part ./types/core.nix;
    in
    absent "lib" {
      inherit absent;

      trivial = absent "trivial" (part ./trivial.nix);
      fixedPoints = part ./fixed-points.nix;
      debug = part ./debug.nix;
      asserts = part ./asserts.nix;
      attrsets = part ./attrsets.nix;
      lists = part ./lists.nix;
      strings = part ./strings;
      stringsWithDeps = part ./strings-with-deps.nix;
      versions = part ./versions.nix;
      generators = part ./generators;
      gvariant = part ./gvariant.nix;
      cli = part ./cli.nix;
      path = part ./path.nix;
      filesystem = part ./filesystem.nix;
      sources = absent "sources" (part ./sources.nix);
      customisation = absent "customisation" (part ./customisation.nix);
      derivations = part ./derivations.nix;
      meta = absent "meta" (part ./meta.nix);
      misc = absent "misc" (part ./misc.nix);
      modules = absent "modules" (part ./modules);
      options = absent "options" (part ./options.nix // part ./option-docs.nix);
      types = part ./types;
      platforms = part ./platforms.nix;
      # Of these nothing is here.
      fetchers = absent "fetchers" { };
      fileset = absent "fileset" { };
      flakes = absent "flakes" { };
      kernel = absent "kernel" { };
      network = absent "network" { };
      sourceTypes = absent "sourceTypes" { };
      systems = absent "systems" { };

      inherit (builtins)
        fromJSON
        fromTOML
        getContext
        hasContext
        hashString
        parseDrvName
        placeholder
        toFile
        toJSON
        toString
        toXML
        tryEval
        ;
      inherit (lib.trivial)
        "or"
        add
        and
        bitAnd
        bitNot
        bitOr
        bitXor
        boolToString
        boolToYesNo
        ceil
        checkListOfEnum
        compare
        concat
        const
        deepSeq
        defaultTo
        div
        flip
        floor
        fromHexString
        functionArgs
        genericClosure
        id
        importJSON
        importTOML
        info
        inNixShell
        inPureEvalMode
        isBool
        isFloat
        isFunction
        isInOldestRelease
        isInt
        lessThan
        mapNullable
        max
        mergeAttrs
        min
        mirrorFunctionArgs
        mod
        mul
        nixpkgsVersion
        oldestSupportedReleaseIsAtLeast
        pathExists
        pipe
        readFile
        seq
        setFunctionArgs
        showWarnings
        splitByAndCompare
        sub
        throwIf
        throwIfNot
        toBaseDigits
        toFunction
        toHexString
        version
        warn
        warnIf
        warnIfNot
        xor
        ;
      inherit (lib.fixedPoints)
        composeExtensions
        composeManyExtensions
        converge
        extends
        fix
        fix'
        makeExtensible
        makeExtensibleWithCustomName
        toExtension
        ;
      inherit (lib.debug)
        addErrorContext
        runTests
        testAllTrue
        trace
        traceFnSeqN
        traceIf
        traceSeq
        traceSeqN
        traceVal
        traceValFn
        traceValSeq
        traceValSeqFn
        traceValSeqN
        traceValSeqNFn
        unsafeGetAttrPos
        ;
      inherit (lib.asserts)
        assertMsg
        assertOneOf
        ;
      inherit (lib.attrsets)
        attrByPath
        attrNames
        attrsToList
        attrVals
        attrValues
        cartesianProduct
        catAttrs
        chooseDevOutputs
        collect
        concatMapAttrs
        dontRecurseIntoAttrs
        filterAttrs
        filterAttrsRecursive
        foldAttrs
        foldlAttrs
        genAttrs
        genAttrs'
        getAttr
        getAttrFromPath
        getAttrs
        getBin
        getDev
        getFirstOutput
        getInclude
        getLib
        getMan
        getOutput
        getStatic
        hasAttr
        hasAttrByPath
        intersectAttrs
        isAttrs
        isDerivation
        listToAttrs
        mapAttrs
        mapAttrs'
        mapAttrsRecursive
        mapAttrsRecursiveCond
        mapAttrsToList
        mapAttrsToListRecursive
        mapAttrsToListRecursiveCond
        mapCartesianProduct
        matchAttrs
        mergeAttrsList
        nameValuePair
        optionalAttrs
        overrideExisting
        recurseIntoAttrs
        recursiveUpdate
        recursiveUpdateUntil
        removeAttrs
        setAttrByPath
        showAttrPath
        toDerivation
        updateManyAttrsByPath
        zipAttrs
        zipAttrsWith
        zipAttrsWithNames
        ;
      inherit (lib.lists)
        all
        allUnique
        any
        compareLists
        concatAttrValues
        concatLists
        concatMap
        count
        crossLists
        drop
        dropEnd
        elem
        elemAt
        filter
        findFirst
        findSingle
        flatten
        fold
        foldl
        foldl'
        foldr
        forEach
        genList
        groupBy
        groupBy'
        head
        ifilter0
        imap0
        imap1
        init
        intersectLists
        isList
        last
        length
        listDfs
        map
        mutuallyExclusive
        naturalSort
        optional
        optionals
        partition
        range
        remove
        replaceElemAt
        replicate
        reverseList
        singleton
        sort
        sortOn
        sublist
        subtractLists
        tail
        take
        takeEnd
        toList
        toposort
        unique
        uniqueStrings
        zipLists
        zipListsWith
        ;
      inherit (lib.strings)
        addContextFrom
        appendContext
        cmakeBool
        cmakeFeature
        cmakeOptionType
        concatImapStrings
        concatImapStringsSep
        concatLines
        concatMapAttrsStringSep
        concatMapStrings
        concatMapStringsSep
        concatStrings
        concatStringsSep
        enableFeature
        enableFeatureAs
        escape
        escapeRegex
        escapeShellArg
        escapeShellArgs
        escapeURL
        escapeXML
        fileContents
        fixedWidthNumber
        fixedWidthString
        getName
        getVersion
        hasInfix
        hasPrefix
        hasSuffix
        intersperse
        isStorePath
        isString
        isStringLike
        isValidPosixName
        join
        lowerChars
        makeBinPath
        makeIncludePath
        makeLibraryPath
        makeSearchPath
        makeSearchPathOutput
        match
        mesonBool
        mesonEnable
        mesonOption
        nameFromURL
        optionalString
        removePrefix
        removeSuffix
        replaceString
        replaceStrings
        split
        splitString
        splitStringBy
        stringAsChars
        stringLength
        stringToCharacters
        substring
        toCamelCase
        toInt
        toIntBase10
        toLower
        toSentenceCase
        toShellVar
        toShellVars
        toUpper
        trim
        trimWith
        typeOf
        unsafeDiscardStringContext
        upperChars
        versionAtLeast
        versionOlder
        withFeature
        withFeatureAs
        ;
      inherit (lib.stringsWithDeps)
        fullDepEntry
        noDepEntry
        packEntry
        stringAfter
        textClosureList
        textClosureMap
        ;
      inherit (lib.versions)
        compareVersions
        splitVersion
        ;
      inherit (lib.generators)
        mkLuaInline
        ;
      inherit (lib.filesystem)
        baseNameOf
        dirOf
        hashFile
        isPath
        packagesFromDirectoryRecursive
        pathIsDirectory
        pathIsRegularFile
        pathType
        readDir
        readFileType
        ;
      inherit (lib.sources)
        canCleanSource
        cleanSource
        cleanSourceFilter
        cleanSourceWith
        commitIdFromGitRepo
        filterSource
        pathHasContext
        pathIsGitRepo
        repoRevToName
        revOrTag
        sourceByRegex
        sourceFilesBySuffices
        ;
      inherit (lib.customisation)
        callPackagesWith
        callPackageWith
        extendDerivation
        extendMkDerivation
        hydraJob
        makeOverridable
        makeScope
        makeScopeWithSplicing
        makeScopeWithSplicing'
        mapCrossIndex
        overrideDerivation
        renameCrossIndexFrom
        renameCrossIndexTo
        ;
      inherit (lib.derivations)
        addDrvOutputDependencies
        lazyDerivation
        optionalDrvAttr
        unsafeDiscardOutputDependency
        warnOnInstantiate
        ;
      inherit (lib.meta)
        addMetaAttrs
        appendToName
        dontDistribute
        getExe
        getExe'
        getLicenseFromSpdxId
        getLicenseFromSpdxIdOr
        hiPrio
        hiPrioSet
        licensesSpdx
        lowPrio
        lowPrioSet
        mapDerivationAttrset
        setName
        setPrio
        updateName
        ;
      inherit (lib.misc)
        checkFlag
        checkReqs
        closePropagation
        condConcat
        defaultMerge
        defaultMergeArg
        fakeHash
        fakeSha256
        fakeSha512
        foldArgs
        getValue
        ifEnable
        imap
        innerClosePropagation
        innerModifySumArgs
        lazyGenericClosure
        maybeAttr
        maybeAttrNullable
        maybeEnv
        mergeAttrBy
        mergeAttrByFunc
        mergeAttrsByFuncDefaults
        mergeAttrsByFuncDefaultsClean
        mergeAttrsConcatenateValues
        mergeAttrsNoOverride
        mergeAttrsWithFunc
        modifySumArgs
        nixType
        nvs
        setAttr
        setAttrMerge
        uniqList
        uniqListExt
        ;
      inherit (lib.modules)
        applyModuleArgsIfFunction
        dischargeProperties
        doRename
        evalModules
        filterOverrides
        fixMergeModules
        fixupOptionType
        mergeDefinitions
        mergeModules
        mergeModules'
        mergeOptionDecls
        mkAfter
        mkAliasAndWrapDefinitions
        mkAliasDefinitions
        mkAliasOptionModule
        mkAliasOptionModuleMD
        mkAssert
        mkBefore
        mkChangedOptionModule
        mkDefault
        mkDefinition
        mkDerivedConfig
        mkFixStrictness
        mkForce
        mkIf
        mkImageMediaOverride
        mkMerge
        mkMergedOptionModule
        mkOptionDefault
        mkOrder
        mkOverride
        mkRemovedOptionModule
        mkRenamedOptionModule
        mkRenamedOptionModuleWith
        mkVMOverride
        pushDownProperties
        setDefaultModuleLocation
        sortProperties
        unifyModuleSyntax
        ;
      inherit (lib.options)
        getFiles
        getValues
        isOption
        literalExpression
        literalMD
        mergeDefaultOption
        mergeEqualOption
        mergeOneOption
        mergeUniqueOption
        mkEnableOption
        mkOption
        mkPackageOption
        mkSinkUndeclaredOptions
        optionAttrSetToDocList
        optionAttrSetToDocList'
        scrubOptionValue
        showFiles
        showOption
        showOptionWithDefLocs
        unknownModule
        ;
      inherit (lib.modules) evalOptionValue;
      inherit (core)
        defaultFunctor
        defaultTypeMerge
        isOptionType
        mkOptionType
        ;
      inherit (part ./tags.nix) isType setType;
    };

  # A library that overlays can change, also for its own functions.
  extensible =
    library:
    let
      lib = library lib // {
        extend = overlay: lib.makeExtensible (lib.extends overlay library);
      };
    in
    lib;
in
extensible library
