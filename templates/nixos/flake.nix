{
  description = "A machine, and the homes on it";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    # Where nhmt's sources are.
    nhmt.url = "path:/home/alice/src/nhmt";
    nhmt.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    { nixpkgs, nhmt, ... }:
    {
      nixosConfigurations."machine" = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [
          nhmt.nixosModules.default
          ./configuration.nix
        ];
      };
    };
}
