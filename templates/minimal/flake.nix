{
  description = "The home of alice";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    # Where nhmt's sources are.
    nhmt.url = "path:/home/alice/src/nhmt";
    nhmt.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    { nixpkgs, nhmt, ... }:
    {
      # `nhmt realize --flake .` takes "USER@HOST", else "USER".
      nhmtConfigurations."alice" = nhmt.lib.homeConfiguration {
        pkgs = nixpkgs.legacyPackages.x86_64-linux;
        modules = [ ./home.nix ];
        # The nhmt that is run builds the home. Without this line, nixpkgs
        # compiles the one of the flake first.
        builder = null;
      };
    };
}
