# What a package says about itself.
{ lib }:
let
  inherit (builtins)
    any
    isString
    match
    typeOf
    ;
in
{
  addMetaAttrs =
    meta: drv:
    if drv ? overrideAttrs then
      drv.overrideAttrs (old: {
        meta = old.meta or { } // meta;
      })
    else
      drv // { meta = drv.meta or { } // meta; };
  dontDistribute = lib.addMetaAttrs { hydraPlatforms = [ ]; };
  setName = name: drv: drv // { inherit name; };
  updateName = f: drv: drv // { name = f drv.name; };
  appendToName =
    suffix:
    lib.updateName (
      full:
      let
        inherit (builtins.parseDrvName full) name version;
      in
      "${name}-${suffix}-${version}"
    );
  mapDerivationAttrset = f: builtins.mapAttrs (_: pkg: if lib.isDerivation pkg then f pkg else pkg);

  defaultPriority = 5;
  setPrio = priority: lib.addMetaAttrs { inherit priority; };
  lowPrio = lib.setPrio 10;
  lowPrioSet = lib.mapDerivationAttrset lib.lowPrio;
  hiPrio = lib.setPrio (-10);
  hiPrioSet = lib.mapDerivationAttrset lib.hiPrio;

  platformMatch =
    platform: pattern:
    if isString pattern then
      platform ? system && pattern == platform.system
    else
      lib.matchAttrs (if pattern ? parsed then pattern else { parsed = pattern; }) platform;
  availableOn =
    platform: pkg:
    let
      matches = any (lib.meta.platformMatch platform);
    in
    (!(pkg ? meta.platforms) || matches pkg.meta.platforms)
    && !(pkg ? meta.badPlatforms && matches pkg.meta.badPlatforms);
  cpeFullVersionWithVendor = vendor: version: {
    inherit vendor version;
    update = "*";
  };

  getExe =
    pkg:
    lib.getExe' pkg (
      pkg.meta.mainProgram or (lib.warn
        "getExe: Package ${
          lib.strings.escapeNixIdentifier pkg.meta.name or pkg.pname or pkg.name
        } does not have the meta.mainProgram attribute. Its name is taken for that of its main program; use getExe' to name the program."
        lib.getName
        pkg
      )
    );
  getExe' =
    pkg: name:
    assert lib.assertMsg (lib.isDerivation pkg)
      "lib.meta.getExe': The first argument is of type ${typeOf pkg}, but it should be a derivation instead.";
    assert lib.assertMsg (isString name)
      "lib.meta.getExe': The second argument is of type ${typeOf name}, but it should be a string instead.";
    assert lib.assertMsg (match ".*/.*" name == null)
      "lib.meta.getExe': The second argument \"${name}\" is a nested path with a \"/\" character, but it should just be the name of the executable instead.";
    "${lib.getBin pkg}/bin/${name}";
}
