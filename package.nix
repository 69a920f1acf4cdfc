# nhmt itself, built by nixpkgs.
pkgs:
let
  inherit (pkgs) lib;
  cargo = (lib.importTOML ./Cargo.toml).package;
  # It is the builder of its own derivations, whose sandbox has no loader, so it
  # has to be static; macOS has no static executables, and no such sandbox.
  static = if pkgs.stdenv.hostPlatform.isLinux then pkgs.pkgsStatic else pkgs;
  compiler = pkgs.rustc.version or "0";
in
if builtins.compareVersions compiler cargo.rust-version < 0 then
  throw ''
    nixpkgs too old: its rustc is ${compiler}, and nhmt needs ${cargo.rust-version}
      Update the input nixpkgs, or leave out `inputs.nhmt.inputs.nixpkgs.follows',
      or have the running nhmt build homes: `builder = null' in homeConfiguration.''
else
  static.rustPlatform.buildRustPackage {
    pname = "nhmt";
    inherit (cargo) version;
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
    postInstall = lib.optionalString (pkgs.stdenv.buildPlatform.canExecute static.stdenv.hostPlatform) ''
      $out/bin/nhmt internal man $out/share/man/man1
      installShellCompletion --cmd nhmt \
        --bash <($out/bin/nhmt completions bash) \
        --fish <($out/bin/nhmt completions fish) \
        --zsh <($out/bin/nhmt completions zsh)
    '';
    # They need a Nix store of their own; `make test` runs them.
    doCheck = false;
    meta = {
      inherit (cargo) description;
      license = lib.licenses.mit;
      mainProgram = "nhmt";
      platforms = lib.platforms.unix;
    };
  }
