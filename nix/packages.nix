# The package environment: one derivation, merged by nhmt.
{
  system,
  builder,
  packages,
  extraOutputs,
  pathsToLink,
  # The program that makes the database of types, or null.
  mimeDatabase,
  toStore,
}:
let
  request = import ./package-request.nix { inherit extraOutputs toStore; };
  requests = map request packages;
in
{
  names = map (r: r.name) requests;
  # Without context: a package is kept by what the environment links to, and
  # one of which it links nothing need not be there.
  paths = map (r: map builtins.unsafeDiscardStringContext r.paths) requests;
  derivation = derivation {
    name = "nhmt-packages";
    inherit system builder;
    args = [
      "internal"
      "build-packages"
    ];
    __structuredAttrs = true;
    outputs = [ "out" ];
    packages = requests;
    inherit pathsToLink mimeDatabase;
    preferLocalBuild = true;
    allowSubstitutes = false;
  };
}
