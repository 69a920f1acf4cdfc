# Sets that refer to themselves, and overlays on them.
{ lib }:
{
  fix =
    f:
    let
      x = f x;
    in
    x;
  # The same, which keeps the function.
  fix' =
    f:
    let
      x = f x // {
        __unfix__ = f;
      };
    in
    x;
  converge =
    f: x:
    let
      next = f x;
    in
    if next == x then x else lib.converge f next;

  extends =
    overlay: f: final:
    let
      prev = f final;
    in
    prev // overlay final prev;
  composeExtensions =
    f: g: final: prev:
    let
      first = f final prev;
    in
    first // g final (prev // first);
  composeManyExtensions = lib.foldr lib.composeExtensions (_: _: { });
  toExtension =
    f:
    if !(lib.isFunction f) then
      _: _: f
    else
      final: prev:
      let
        partial = f prev;
      in
      if lib.isFunction partial then f final prev else partial;

  makeExtensible = lib.makeExtensibleWithCustomName "extend";
  makeExtensibleWithCustomName =
    name: f:
    lib.fix' (
      self:
      f self
      // {
        ${name} = overlay: lib.makeExtensibleWithCustomName name (lib.extends overlay f);
      }
    );
}
