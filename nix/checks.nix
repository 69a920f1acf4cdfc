# What `nix flake check` builds, by name.
{
  # nhmt's flake.
  self,
  pkgs,
}:
let
  inherit (pkgs) lib;
  nhmt = self.packages.${pkgs.stdenv.hostPlatform.system}.nhmt;
  alice = {
    home.username = "alice";
    home.homeDirectory = "/home/alice";
  };
  home =
    configuration:
    self.lib.homeConfiguration {
      inherit pkgs;
      modules = [
        configuration
        alice
      ];
    };
  # A file with a line for each: the name, and what was built.
  all =
    name: built:
    pkgs.runCommand "nhmt-${name}" { } ''
      cat > "$out" <<'END'
      ${lib.concatStringsSep "\n" (lib.mapAttrsToList (name: path: "${name} ${path}") built)}
      END
    '';
  # A suite in tests/nix, which evaluates to what failed, with nhmt's library.
  suite =
    name:
    let
      done = import (../tests/nix + "/${name}.nix") { };
    in
    if done.failures == [ ] then
      toString done.count
    else
      throw "${name}: ${builtins.toJSON done.failures}";
  template =
    name:
    let
      inherit
        ((import (../templates + "/${name}/flake.nix")).outputs {
          inherit (self.inputs) nixpkgs;
          nhmt = self;
          home-manager = throw "nhmt's own homes do without Home Manager";
        })
        nhmtConfigurations
        ;
    in
    # They leave it to the nhmt that is run.
    (nhmtConfigurations.alice.override { builder = "${nhmt}/bin/nhmt"; }).homeTree;
in
{
  inherit nhmt;

  # That it needs no loader, which the sandbox of its own derivations lacks.
  static = pkgs.runCommand "nhmt-static" { } ''
    ${nhmt}/bin/nhmt --version > "$out"
    if head -c 4096 ${nhmt}/bin/nhmt | grep -aq '/ld-linux'; then
      echo "nhmt is not static" >&2
      exit 1
    fi
  '';

  examples = all "examples" {
    alice = (home ../examples/alice/home.nix).homeTree;
    # One of its files is a link to where the repository is edited.
    methods =
      ((home ../examples/methods/home.nix).override {
        liveRoots = [
          {
            store = self.outPath;
            path = "/home/alice/src/nhmt";
          }
        ];
      }).homeTree;
    state = (home ../examples/state/home.nix).homeTree;
  };

  templates = all "templates" (
    lib.genAttrs [
      "minimal"
      "full"
      "home-manager"
    ] template
  );

  # The modules for systems. The other suites ask for what pure evaluation
  # refuses, and are among nhmt's own tests.
  systems = all "systems" { system = suite "system"; };

  format = pkgs.runCommand "nhmt-format" { nativeBuildInputs = [ pkgs.rustfmt ]; } ''
    rustfmt --edition 2024 --check ${self}/src/lib.rs ${self}/src/main.rs
    touch "$out"
  '';
}
// lib.optionalAttrs pkgs.stdenv.hostPlatform.isLinux {
  # Those of the tests in the sources that need neither a Nix store nor the
  # programs of a distribution; `make test' runs all.
  tests = nhmt.overrideAttrs {
    pname = "nhmt-tests";
    # Tests read pages of the book, too.
    src = self;
    dontCargoBuild = true;
    doCheck = true;
    cargoCheckType = "debug";
    cargoTestFlags = [ "--lib" ];
    checkFlags = [ "--skip=types_of_packages_have_a_database" ];
    nativeCheckInputs = [ pkgs.gitMinimal ];
    installPhase = "touch $out";
    postInstall = "";
  };
}
