# A ready-made manifest becomes a home tree: its sources are copied to the
# store, and its floats cross as nix/lib/nhmt/encode.nix has them.
{ nix, manifest, builder, system, homeDirectory, overrideHomeDirectory, ... }:
let
  lib = import (nix + "/lib");
  nhmtLib = import (nix + "/lib/nhmt") { inherit lib; };
  given = builtins.fromJSON (builtins.readFile manifest);
  toStore = what: nhmtLib.sources.toStore (path: "${what}: there is no ${path}");
  encode =
    v:
    if builtins.isAttrs v then
      builtins.mapAttrs (_: encode) v
    else if builtins.isList v then
      map encode v
    else if builtins.isFloat v then
      { "$float" = nhmtLib.encode.float v; }
    else
      v;
  file =
    target: entry:
    entry
    # What is live stays where it is.
    // (if entry ? source && entry.method or "link" != "live" then { source = toStore "files.\"${target}\".source" entry.source; } else { })
    // (if entry ? value then { value = encode entry.value; } else { });
  files = given.files or { };
  packages = given.packages or null;
in
import (nix + "/home-tree.nix") {
  inherit builder system;
  manifest =
    given
    // { files = builtins.mapAttrs file files; }
    // (if overrideHomeDirectory then { home = given.home // { directory = homeDirectory; }; } else { })
    // (if given ? dependencies then { dependencies = map (toStore "dependencies") given.dependencies; } else { })
    // (if packages != null then { packages = packages // { path = toStore "packages.path" packages.path; }; } else { });
}
