# Assertions that many modules make.
{ lib }:
{
  assertPlatform = module: pkgs: platforms: {
    assertion = builtins.elem pkgs.stdenv.hostPlatform.system platforms;
    message =
      "The module ${module} does not support your platform. It only supports\n\n"
      + lib.concatMapStringsSep "\n" (p: "  - ${p}") (lib.sort (a: b: a < b) platforms);
  };
}
