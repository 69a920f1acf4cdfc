# As Home Manager's command evaluates a home.nix.
{
  configuration,
  pkgs,
  lib ? pkgs.lib,
  extraSpecialArgs ? { },
  ...
}:
(import ../lib { inherit lib; }).homeManagerConfiguration {
  inherit pkgs extraSpecialArgs;
  modules = [ configuration ];
}
