# What a package says about itself.
{ lib }:
{
  addMetaAttrs = meta: drv: drv // { meta = drv.meta or { } // meta; };
  setName = name: drv: drv // { inherit name; };
  setPrio = priority: lib.addMetaAttrs { inherit priority; };
  lowPrio = lib.setPrio 10;
  hiPrio = lib.setPrio (-10);
  getExe' =
    pkg: name:
    lib.throwIfNot (lib.isDerivation pkg && builtins.isString name)
      "lib.meta.getExe': a package and a name are needed, not ${builtins.typeOf pkg} and ${builtins.typeOf name}"
      (
        lib.throwIf (lib.hasInfix "/" name) "lib.meta.getExe': the program name ${name} must not hold a slash"
          "${lib.getBin pkg}/bin/${name}"
      );
  getExe =
    pkg:
    lib.getExe' pkg (
      pkg.meta.mainProgram or (lib.warn
        "getExe: the package ${lib.strings.escapeNixString (pkg.name or "?")} does not have the meta.mainProgram attribute; its name is taken for it"
        (lib.getName pkg)
      )
    );
}
