# The home tree: one derivation whose builder is nhmt itself.
{
  system,
  builder,
  manifest,
  # Derivations that have to build first.
  checks ? [ ],
}:
derivation (
  {
    name = "nhmt-home";
    inherit system manifest;
    inherit builder;
    args = [
      "internal"
      "build-tree"
    ];
    # The builder reads the manifest from JSON (Nix manual, "Structured attributes").
    __structuredAttrs = true;
    outputs = [ "out" ];
    # The tree roots the nhmt that can activate it.
    nhmt = builder;
    # Asking the binary caches for a tree would cost more than building it.
    preferLocalBuild = true;
    allowSubstitutes = false;
  }
  // (if checks == [ ] then { } else { inherit checks; })
)
