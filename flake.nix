{
  description = "nhmt: a declarative $HOME, swapped in by one rename";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      each = f: lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      packageFor = pkgs: self.packages.${pkgs.stdenv.hostPlatform.system}.nhmt;
      moduleOf = import ./nix/module-of.nix { inherit packageFor; };
    in
    {
      packages = each (pkgs: rec {
        nhmt = import ./package.nix pkgs;
        default = nhmt;
      });

      overlays.default = final: _: { nhmt = import ./package.nix final; };

      # A home for `nhmt realize --flake`:
      #   nhmtConfigurations."alice" = nhmt.lib.homeConfiguration {
      #     pkgs = nixpkgs.legacyPackages.x86_64-linux;
      #     modules = [ ./home.nix ];
      #   };
      lib.homeConfiguration = import ./nix/home-configuration.nix { inherit packageFor; };

      # Homes in the configuration of a system: `nhmt.users.alice = ./home.nix;`.
      nixosModules.default = moduleOf ./nix/nixos.nix;
      darwinModules.default = moduleOf ./nix/darwin.nix;

      # nhmt's own options in a Home Manager configuration:
      #   imports = [ nhmt.homeModules.default ];
      homeModules.default = moduleOf ./nix/home-manager/module.nix;

      templates = import ./templates;

      checks = each (
        pkgs:
        import ./nix/checks.nix { inherit self pkgs; }
        # A virtual machine, for who has nixpkgs and a processor that does it.
        // lib.optionalAttrs (pkgs ? testers && pkgs.stdenv.hostPlatform.isLinux) {
          nixos = import ./nix/system/vm-test.nix {
            inherit pkgs;
            module = self.nixosModules.default;
          };
        }
      );

      devShells = each (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.cargo
            pkgs.clippy
            pkgs.rustc
            pkgs.rustfmt
          ];
        };
      });

      formatter = each (pkgs: pkgs.nixfmt-tree);
    };
}
