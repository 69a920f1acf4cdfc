# What `lib` of Home Manager has of use here.
{ lib }:
let
  withHm = lib // {
    hm = import ../../../nix/lib/hm { inherit lib; };
  };
  configurationWith =
    extra:
    {
      pkgs,
      modules,
      extraSpecialArgs ? { },
      ...
    }:
    let
      raw = withHm.evalModules {
        class = "homeManager";
        modules = modules ++ [
          ../modules/options.nix
          { _module.args.pkgs = pkgs; }
        ];
        specialArgs = {
          lib = withHm;
        }
        // extraSpecialArgs;
      };
      checked =
        evaluated:
        let
          failed = map (a: a.message) (builtins.filter (a: !a.assertion) evaluated.config.assertions);
        in
        builtins.foldl' (value: warning: builtins.trace "warning: ${warning}" value) (
          if failed == [ ] then evaluated else throw "Failed assertions: ${builtins.concatStringsSep ", " failed}"
        ) evaluated.config.warnings;
      result =
        evaluated:
        checked evaluated
        // {
          inherit (evaluated.config.home) activationPackage;
          inherit pkgs;
          extendModules = more: result (evaluated.extendModules more);
        };
    in
    extra (result raw);
in
{
  homeManagerConfiguration = configurationWith (result: result);
  # As it was before what it gives could be extended.
  oldConfiguration = configurationWith (result: { inherit (result) config options activationPackage pkgs; });
}
