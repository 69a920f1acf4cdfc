{
  description = "The home of alice, on its way from Home Manager to nhmt";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    home-manager.url = "github:nix-community/home-manager";
    home-manager.inputs.nixpkgs.follows = "nixpkgs";
    # Where nhmt's sources are.
    nhmt.url = "path:/home/alice/src/nhmt";
    nhmt.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    {
      nixpkgs,
      home-manager,
      nhmt,
      ...
    }:
    let
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
    in
    {
      # As it was: `home-manager switch` takes it, and so does
      # `nhmt realize --flake .#homeConfigurations.alice`, all modules included.
      homeConfigurations."alice" = home-manager.lib.homeManagerConfiguration {
        inherit pkgs;
        modules = [ ./home.nix ];
      };

      # The same by nhmt's own modules, which `nhmt realize --flake .` takes
      # first. A module that nhmt lacks is an error that names it: then leave
      # this out until it is there.
      nhmtConfigurations."alice" = nhmt.lib.homeConfiguration {
        inherit pkgs;
        modules = [ ./home.nix ];
        builder = null;
      };
    };
}
