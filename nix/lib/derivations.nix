# Derivations that are evaluated later, or never.
{ lib }:
let
  inherit (lib.generators) toPretty;
  newer = name: _: throw "lib.${name} needs a newer Nix: this one has no builtins.${name}";
in
{
  inherit (builtins) unsafeDiscardOutputDependency;
  addDrvOutputDependencies = builtins.addDrvOutputDependencies or (newer "addDrvOutputDependencies");

  # What a derivation is made of stays unknown until one of its paths is used.
  lazyDerivation =
    {
      derivation,
      meta ? null,
      passthru ? { },
      outputs ? [ "out" ],
    }@args:
    let
      checked =
        if derivation.type or null != "derivation" then
          throw "lazyDerivation: input must be a derivation."
        else if derivation.outputs != outputs then
          throw ''
            lib.lazyDerivation: The derivation ${derivation.name or "<unknown>"} has outputs that don't match the assumed outputs.
              Assumed: ${toPretty { multiline = false; } outputs}
              Actual: ${toPretty { multiline = false; } derivation.outputs}
              Pass those it has, in their order, as `outputs'.''
        else
          derivation;
    in
    {
      type = "derivation";
      inherit (checked)
        drvPath
        name
        outPath
        outputName
        system
        ;
      inherit outputs;
      meta = args.meta or checked.meta;
    }
    // lib.genAttrs outputs (output: checked.${output})
    // passthru;

  optionalDrvAttr = condition: value: if condition then value else null;

  warnOnInstantiate =
    message: drv:
    drv
    // builtins.mapAttrs (_: lib.warn message) (
      removeAttrs drv [
        "meta"
        "name"
        "outputName"
        "type"
      ]
    )
    // lib.optionalAttrs (builtins.isFunction (drv.overrideAttrs or null)) {
      overrideAttrs = change: lib.derivations.warnOnInstantiate message (drv.overrideAttrs change);
    };
}
