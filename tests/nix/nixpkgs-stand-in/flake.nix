# What nhmt's flake asks of nixpkgs, without it: the library is nhmt's own, and
# what packages are made of are programs of the machine, so it needs a Nix
# without a sandbox. It is used as a copy in which lie besides: nix/lib as
# `lib`, tests/nix/system as `system`, an executable as `nhmt`, and, in the file
# `path`, where programs are.
{
  outputs =
    { self }:
    let
      library = import ./lib;
      lib = library // {
        # Those of files that matter here are all in the repository.
        fileset = {
          toSource = { root, ... }: root;
          unions = files: files;
        };
        licenses.mit = { };
        nixosSystem =
          { system, modules, ... }:
          import ./system/nixos.nix {
            lib = library;
            pkgs = import ./system/packages.nix {
              lib = library;
              inherit system;
            };
            inherit modules;
          };
      };
      packages =
        system:
        let
          run =
            name: attributes: script:
            derivation (
              {
                inherit name system;
                builder = "/bin/sh";
                # No other machine is asked, by a program that tests lack.
                preferLocalBuild = true;
                args = [
                  "-euc"
                  script
                ];
                PATH = lib.removeSuffix "\n" (builtins.readFile ./path);
              }
              // removeAttrs attributes [ "nativeBuildInputs" ]
            );
          overridable =
            make: attributes:
            make attributes
            // {
              overrideAttrs = more: overridable make (attributes // more);
            };
          program = name: run name { } "mkdir -p $out/bin; ln -s /usr/bin/env $out/bin/${name}";
          set = {
            inherit lib system;
            stdenv.hostPlatform = {
              inherit system;
              isLinux = lib.hasSuffix "-linux" system;
              isDarwin = lib.hasSuffix "-darwin" system;
            };
            pkgsStatic = set;
            rustc = program "rustc" // {
              version = "1.95.0";
            };
            # The executable is there already; tests are not compiled either.
            rustPlatform.buildRustPackage = overridable (
              {
                pname,
                src,
                installPhase ? "mkdir -p $out/bin; cp ${./nhmt} $out/bin/nhmt; chmod +x $out/bin/nhmt",
                ...
              }:
              run pname { } "test -f ${src}/Cargo.lock; ${installPhase}"
            );
            runCommand = run;
            mkShell = { packages }: run "nix-shell" { inherit packages; } "touch $out";
          }
          // {
            shared-mime-info =
              run "shared-mime-info" { }
                "mkdir -p $out/bin; ln -s /usr/bin/update-mime-database $out/bin/";
          }
          // lib.genAttrs [
            "bash-completion"
            "bashInteractive"
            "cargo"
            "clippy"
            "coreutils"
            "desktop-file-utils"
            "git"
            "gitMinimal"
            "nixfmt-tree"
            "ripgrep"
            "rustfmt"
          ] program;
        in
        set;
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ] packages;
    };
}
