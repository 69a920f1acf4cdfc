# A home.nix of Home Manager, which Home Manager's command would evaluate.
{
  configuration,
  # Home Manager's sources: a directory.
  homeManager,
  system ? builtins.currentSystem,
  ...
}@args:
let
  pkgs = import <nixpkgs> { inherit system; };
  entry = homeManager + "/modules/default.nix";
  defaults = removeAttrs args [
    "builder"
    "configuration"
    "homeManager"
    "overrideHomeDirectory"
    "specialisation"
    "system"
  ];
in
import ./default.nix (
  removeAttrs args [
    "configuration"
    "homeManager"
  ]
  // {
    homeConfiguration =
      if !(builtins.pathExists entry) then
        throw "${toString homeManager} holds no Home Manager: it has no modules/default.nix\n  Give `--home-manager=DIR' the directory of its sources, or have a channel of that name."
      else
        import entry {
          inherit pkgs;
          configuration = {
            imports = [
              configuration
              {
                _file = "nhmt (defaults of the command line)";
                home = pkgs.lib.mapAttrs (_: pkgs.lib.mkDefault) (
                  pkgs.lib.filterAttrs (
                    name: value:
                    builtins.elem name [
                      "username"
                      "homeDirectory"
                    ]
                    && value != null
                  ) defaults
                );
              }
            ];
          };
        };
  }
)
