# Where definitions were written.
{ lib }:
let
  inherit (builtins)
    mapAttrs
    unsafeDiscardStringContext
    unsafeGetAttrPos
    zipAttrsWith
    ;
  line = pos: unsafeDiscardStringContext "${pos.file}:${toString pos.line}";
  store = "${builtins.storeDir}/";
  n = builtins.stringLength store;
in
rec {
  # A position as Nix has it -> "/home/alice/home.nix:12"
  inherit line;

  # A place as the manifest records it. In a flake's copy it is relative to the
  # flake: its store path would change with every file, and the home tree with it.
  record =
    place:
    if builtins.substring 0 n place != store then
      place
    else
      let
        parts = builtins.match "[^/]*-source/(.*)" (builtins.substring n (-1) place);
      in
      if parts == null then place else builtins.head parts;

  # A definition of an option -> "/home/alice/home.nix:12"
  definition =
    d: if d.pos or null != null then line d.pos else unsafeDiscardStringContext (toString d.file);

  # Definitions of an option of sets -> { name = [ places ]; }
  entries =
    definitions:
    zipAttrsWith (_: places: places) (
      map (
        d:
        mapAttrs (
          n: _:
          let
            pos = unsafeGetAttrPos n d.value;
          in
          if pos != null then line pos else definition d
        ) d.value
      ) definitions
    );

  # An option -> its name and the places that define it, for `declaredIn`.
  ofOption =
    option:
    [ (lib.showOption option.loc) ] ++ map (d: record (definition d)) option.definitionsWithLocations;

  show =
    places: if places == [ ] then "an unknown place" else builtins.concatStringsSep " and " places;
}
