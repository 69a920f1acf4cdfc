# The options that every evaluation has, below `_module`. They are declared
# once; the same trees serve all evaluations.
{ lib }:
let
  inherit (lib) mkOption types;
  options = more: {
    args = mkOption (
      {
        type = types.lazyAttrsOf types.raw;
        description = ''
          Further arguments for modules, beside `lib`, `config`, `options`, `specialArgs` and the special
          arguments themselves, which this cannot change. Submodules do not inherit them; a submodule has
          `name`, the attribute that it is bound to. `imports` cannot depend on them: for that there are
          special arguments.
        '';
      }
      // more
    );
    check = mkOption {
      type = types.bool;
      default = true;
      internal = true;
      description = "Whether a definition without a declaration is an error.";
    };
    freeformType = mkOption {
      type = types.nullOr types.optionType;
      default = null;
      internal = true;
      description = "The type of definitions that no option declares; null refuses them, unless {option}`_module.check` is off.";
    };
    specialArgs = mkOption {
      readOnly = true;
      internal = true;
      description = "The arguments that were given from outside, and that `imports` may use.";
    };
  };
  declared = options: {
    inherit options;
    node =
      lib.modules.declare
        [ "_module" ]
        [
          {
            _file = "lib/modules.nix";
            inherit options;
          }
        ];
  };
in
{
  internalTop = declared (options { });
  # Documented once, not for every submodule.
  internalBelow = declared (options {
    internal = true;
  });
}
