# Functions on plain values, warnings and throws.
{ lib }:
let
  inherit (builtins) isFunction isAttrs;
in
{
  inherit (builtins)
    add addErrorContext bitAnd bitOr bitXor ceil deepSeq div floor fromJSON genericClosure
    isBool isFloat isInt isPath lessThan mul pathExists readFile seq sub toJSON toString trace tryEval typeOf
    unsafeGetAttrPos readDir toFile toXML hashString hashFile getContext
    ;

  id = x: x;
  const = x: _: x;
  flip = f: a: b: f b a;
  pipe = builtins.foldl' (x: f: f x);
  concat = a: b: a ++ b;
  or = a: b: a || b;
  and = a: b: a && b;
  xor = a: b: a != b;
  bitNot = builtins.sub (-1);
  mod = base: int: base - int * (builtins.div base int);
  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
  compare = a: b: if a < b then -1 else if a > b then 1 else 0;
  mergeAttrs = a: b: a // b;
  mapNullable = f: a: if a == null then a else f a;
  defaultTo = fallback: v: if v == null then fallback else v;
  boolToString = b: if b then "true" else "false";
  boolToYesNo = b: if b then "yes" else "no";

  # `setFunctionArgs` makes a functor, so both spellings of "function" count.
  isFunction = f: isFunction f || (f ? __functor && lib.isFunction (f.__functor f));
  functionArgs =
    f: if f ? __functor then f.__functionArgs or (lib.functionArgs (f.__functor f)) else builtins.functionArgs f;
  setFunctionArgs = f: args: {
    __functor = _: f;
    __functionArgs = args;
  };
  mirrorFunctionArgs =
    f:
    let
      args = lib.functionArgs f;
    in
    g: lib.setFunctionArgs g args;
  toFunction = v: if lib.isFunction v then v else _: v;

  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);
  inherit (builtins) fromTOML;

  warn = message: builtins.trace "evaluation warning: ${message}";
  warnIf = condition: message: if condition then lib.warn message else x: x;
  warnIfNot = condition: lib.warnIf (!condition);
  showWarnings = warnings: value: builtins.foldl' (v: w: lib.warn w v) value warnings;
  info = message: builtins.trace "INFO: ${message}";
  throwIf = condition: message: if condition then throw message else x: x;
  throwIfNot = condition: lib.throwIf (!condition);
  assertMsg = condition: message: condition || throw message;
  assertOneOf =
    name: value: allowed:
    lib.assertMsg (builtins.elem value allowed)
      "${name} must be one of ${lib.generators.toPretty { } allowed}, but is: ${lib.generators.toPretty { } value}";

  traceIf = condition: message: x: if condition then builtins.trace message x else x;
  traceVal = x: builtins.trace x x;
  traceValFn = f: x: builtins.trace (f x) x;
  traceSeq = x: y: builtins.trace (builtins.deepSeq x x) y;
  traceValSeq = x: builtins.trace (builtins.deepSeq x x) x;

  fix =
    f:
    let
      x = f x;
    in
    x;
  extends =
    overlay: f: final:
    let
      prev = f final;
    in
    prev // overlay final prev;
  composeExtensions =
    f: g: final: prev:
    let
      fApplied = f final prev;
    in
    fApplied // g final (prev // fApplied);
  composeManyExtensions = lib.foldr (x: y: lib.composeExtensions x y) (_: _: { });

  isType = type: value: isAttrs value && value._type or null == type;
  setType = type: value: value // { _type = type; };
}
