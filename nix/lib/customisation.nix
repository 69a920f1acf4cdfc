# Functions that make packages, called and changed later.
{ lib }:
let
  inherit (builtins)
    attrNames
    filter
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    ;
  inherit (lib)
    functionArgs
    isFunction
    makeOverridable
    mirrorFunctionArgs
    ;

  # What is missing, where it was asked for, and what was meant.
  missing =
    given: f: name:
    let
      place = builtins.unsafeGetAttrPos name (functionArgs f);
      where = if place == null then "<unknown location>" else "${place.file}:${toString place.line}";
      near = lib.take 3 (
        lib.sortOn (lib.strings.levenshtein name) (
          filter (lib.strings.levenshteinAtMost 2 name) (attrNames given)
        )
      );
      quoted = map (n: "\"${n}\"") near;
      meant =
        if near == [ ] then
          ""
        else if builtins.length near == 1 then
          ", did you mean ${builtins.head quoted}?"
        else
          ", did you mean ${lib.concatStringsSep ", " (lib.init quoted)} or ${lib.last quoted}?";
    in
    "lib.customisation.callPackageWith: Function called without required argument \"${name}\" at ${where}${meant}";

  asFunction = f: if isFunction f then f else import f;
in
{
  makeOverridable =
    f:
    let
      mirror = mirrorFunctionArgs f;
      call =
        args:
        let
          result = f args;
          again = change: makeOverridable (mirror (args: change (f args))) args;
          override = mirror (
            changes: makeOverridable f (args // (if isFunction changes then changes args else changes))
          );
        in
        if isAttrs result then
          result
          // {
            inherit override;
            overrideDerivation = change: again (drv: lib.overrideDerivation drv change);
          }
          // lib.optionalAttrs (result ? overrideAttrs) {
            overrideAttrs = change: again (drv: drv.overrideAttrs change);
          }
        else if isFunction result then
          lib.setFunctionArgs result (functionArgs result) // { inherit override; }
        else
          result;
    in
    if isAttrs f then
      f
      // mirror call
      // lib.optionalAttrs (f ? override) { override = changes: makeOverridable (f.override changes); }
    else
      mirror call;

  callPackageWith =
    given: f: args:
    let
      function = asFunction f;
      wanted = functionArgs function;
      all = intersectAttrs wanted given // args;
      lacking = filter (name: !(wanted.${name}) && !(all ? ${name})) (attrNames wanted);
    in
    if lacking == [ ] then
      makeOverridable function all
    else
      abort (missing (given // args) function (builtins.head lacking));
  callPackagesWith =
    given: f: args:
    let
      function = asFunction f;
      all = intersectAttrs (functionArgs function) given // args;
      packages = function all;
      one = name: _: makeOverridable (mirrorFunctionArgs function (args: (function args).${name})) all;
    in
    if lib.isDerivation packages then
      throw "function `callPackages` was called on a *single* derivation \"${
        packages.name or "<unknown-name>"
      }\"; did you mean to use `callPackage` instead?"
    else
      mapAttrs one packages;

  overrideDerivation =
    drv: change:
    lib.extendDerivation (builtins.seq drv.drvPath true) (
      {
        meta = drv.meta or { };
        passthru = drv.passthru or { };
      }
      // drv.passthru or { }
      // lib.optionalAttrs (drv ? __spliced) {
        __spliced = mapAttrs (_: spliced: lib.overrideDerivation spliced change) drv.__spliced;
      }
    ) (derivation (drv.drvAttrs // change drv));

  # More attributes for a derivation and each of its outputs, and a condition
  # for building them.
  extendDerivation =
    condition: more: drv:
    let
      guarded = d: {
        drvPath =
          assert condition;
          d.drvPath;
        outPath =
          assert condition;
          d.outPath;
      };
      output = name: {
        inherit name;
        value =
          common
          // guarded drv.${name}
          // {
            inherit (drv.${name}) type outputName;
            outputSpecified = true;
          }
          // lib.optionalAttrs (more ? overrideAttrs) {
            overrideAttrs = change: (more.overrideAttrs change).${name};
          };
      };
      outputs = map output (drv.outputs or [ "out" ]);
      common = drv // listToAttrs outputs // { all = map (o: o.value) outputs; } // more // guarded drv;
    in
    common;

  # Packages that see each other.
  makeScope =
    newScope: f:
    let
      self = {
        callPackage = self.newScope { };
      }
      // f self
      // {
        newScope = more: newScope (self // more);
        overrideScope = overlay: lib.makeScope newScope (lib.extends overlay f);
        packages = f;
      };
    in
    self;

  hydraJob =
    drv:
    let
      outputs = drv.outputs or [ "out" ];
      common = {
        inherit (drv) name system meta;
        inherit outputs;
      }
      // lib.optionalAttrs (drv._hydraAggregate or false) {
        _hydraAggregate = true;
        constituents = map lib.hydraJob (lib.flatten drv.constituents);
      }
      // lib.genAttrs outputs output;
      output =
        outputName:
        common
        // {
          inherit (drv.${outputName}) outPath drvPath;
          type = "derivation";
          inherit outputName;
        };
      first = output (builtins.head outputs);
    in
    if drv == null then null else builtins.deepSeq first first;

  extendMkDerivation =
    {
      constructDrv,
      excludeDrvArgNames ? [ ],
      excludeFunctionArgNames ? [ ],
      extendDrvArgs,
      inheritFunctionArgs ? true,
      transformDrv ? lib.id,
    }:
    {
      __functor =
        _: args:
        transformDrv (
          constructDrv (
            final:
            let
              previous = if isFunction args then args final else args;
            in
            removeAttrs previous excludeDrvArgNames // extendDrvArgs final previous
          )
        );
      __functionArgs = removeAttrs (
        lib.optionalAttrs inheritFunctionArgs (removeAttrs (functionArgs constructDrv) excludeDrvArgNames)
        // functionArgs (extendDrvArgs { })
      ) excludeFunctionArgNames;
      inherit
        constructDrv
        excludeDrvArgNames
        extendDrvArgs
        transformDrv
        ;
    };
}
