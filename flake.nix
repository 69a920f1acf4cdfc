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

      build =
        pkgs:
        pkgs.rustPlatform.buildRustPackage {
          pname = "nhmt";
          version = (lib.importTOML ./Cargo.toml).package.version;
          src = lib.fileset.toSource {
            root = ./.;
            fileset = lib.fileset.unions [
              ./Cargo.toml
              ./Cargo.lock
              ./LICENSE
              ./benches
              ./build.rs
              ./src
              ./nix
              ./modules
            ];
          };
          cargoLock.lockFile = ./Cargo.lock;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          # What was built says what it completes, and its manual.
          postInstall = lib.optionalString (pkgs.stdenv.buildPlatform.canExecute pkgs.stdenv.hostPlatform) ''
            $out/bin/nhmt internal man $out/share/man/man1
            installShellCompletion --cmd nhmt \
              --bash <($out/bin/nhmt completions bash) \
              --fish <($out/bin/nhmt completions fish) \
              --zsh <($out/bin/nhmt completions zsh)
          '';
          # They need a Nix store of their own; `make test` runs them.
          doCheck = false;
          meta = {
            description = "A declarative $HOME: one store path, swapped in by one rename";
            license = lib.licenses.mit;
            mainProgram = "nhmt";
            platforms = systems;
          };
        };

      moduleOf =
        file:
        { lib, pkgs, ... }:
        {
          _file = "nhmt's flake";
          imports = [ file ];
          nhmt.package = lib.mkDefault self.packages.${pkgs.stdenv.hostPlatform.system}.nhmt;
        };
    in
    {
      packages = each (pkgs: rec {
        nhmt = build pkgs;
        default = nhmt;
      });

      overlays.default = final: _: { nhmt = build final; };

      # Homes in the configuration of a system: `nhmt.users.alice = ./home.nix;`.
      nixosModules.default = moduleOf ./nix/nixos.nix;
      darwinModules.default = moduleOf ./nix/darwin.nix;

      # A virtual machine, for who has nixpkgs and a processor that does it.
      checks = each (
        pkgs:
        lib.optionalAttrs (pkgs ? testers && pkgs.stdenv.hostPlatform.isLinux) {
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

      # nhmt's own options in a Home Manager configuration:
      #   imports = [ nhmt.homeModules.default ];
      homeModules.default =
        { lib, pkgs, ... }:
        {
          imports = [ ./nix/home-manager/module.nix ];
          nhmt.package = lib.mkDefault self.packages.${pkgs.stdenv.hostPlatform.system}.nhmt;
        };

      # A home for `nhmt realize --flake`:
      #   nhmtConfigurations."alice" = nhmt.lib.homeConfiguration {
      #     pkgs = nixpkgs.legacyPackages.x86_64-linux;
      #     modules = [ ./home.nix ];
      #   };
      lib.homeConfiguration =
        {
          # The package set of the home's system.
          pkgs,
          # Paths, functions or sets: the configuration.
          modules,
          # More arguments for modules, such as a flake's inputs.
          extraSpecialArgs ? { },
          # Defaults of home.username and home.homeDirectory.
          username ? null,
          homeDirectory ? null,
          # The library for modules.
          lib ? pkgs.lib,
          # The nhmt executable that builds and activates the home.
          builder ? "${self.packages.${pkgs.stdenv.hostPlatform.system}.nhmt}/bin/nhmt",
        }:
        import ./nix {
          inherit pkgs lib extraSpecialArgs username homeDirectory builder;
          inherit (pkgs.stdenv.hostPlatform) system;
          configuration = modules;
        };
    };
}
