# A package whose programs start with other settings: one derivation, whose
# builder is nhmt.
{
  system,
  builder,
  toStore,
}:
{
  name,
  basePackage,
  extraPackages,
  # The shell that the scripts are for.
  shell,
  settings,
  programs,
}:
let
  request = import ./package-request.nix { inherit toStore; };
  requests = map request ([ basePackage ] ++ extraPackages);
  base = builtins.head requests;
  known = builtins.intersectAttrs {
    pname = null;
    version = null;
    passthru = null;
  } (if builtins.isAttrs basePackage then basePackage else { });
in
known
// derivation {
  name = if builtins.isAttrs basePackage then base.name else name;
  inherit system builder;
  args = [
    "internal"
    "build-wrapper"
  ];
  __structuredAttrs = true;
  outputs = [ "out" ];
  wrapper = {
    packages = requests;
    inherit shell settings programs;
  };
  preferLocalBuild = true;
  allowSubstitutes = false;
}
// {
  unwrapped = basePackage;
  meta = basePackage.meta or { } // {
    outputsToInstall = [ "out" ];
    # Beside what it wraps, the wrapper is meant.
    priority = base.priority - 1;
  };
}
