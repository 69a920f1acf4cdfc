# Functions on plain values: logic, numbers, functions' arguments, files read
# as values, warnings and throws.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    elem
    fromJSON
    getEnv
    match
    readFile
    ;

  # Older Nix has no `builtins.warn`.
  traceWarning =
    message: value:
    if !(builtins.isString message) then
      throw "lib.warn: the message is a ${builtins.typeOf message}, not a string"
    else if
      elem (getEnv "NIX_ABORT_ON_WARN") [
        "1"
        "true"
        "yes"
      ]
    then
      builtins.trace "evaluation warning: ${message}" (
        abort "NIX_ABORT_ON_WARN is set: a warning ends the evaluation"
      )
    else
      builtins.trace "evaluation warning: ${message}" value;
in
{
  inherit (builtins)
    add
    bitAnd
    bitOr
    bitXor
    ceil
    deepSeq
    div
    floor
    genericClosure
    isBool
    isFloat
    isInt
    lessThan
    mul
    pathExists
    readFile
    seq
    sub
    ;

  id = x: x;
  const = x: _: x;
  flip =
    f: a: b:
    f b a;
  pipe = builtins.foldl' (x: f: f x);
  concat = a: b: a ++ b;
  or = a: b: a || b;
  and = a: b: a && b;
  xor = a: b: !a != !b;
  bitNot = builtins.sub (-1);
  mod = base: int: base - int * (builtins.div base int);
  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
  compare =
    a: b:
    if a < b then
      -1
    else if a > b then
      1
    else
      0;
  splitByAndCompare =
    p: yes: no: a: b:
    if p a then
      (if p b then yes a b else -1)
    else if p b then
      1
    else
      no a b;
  mergeAttrs = a: b: a // b;
  mapNullable = f: a: if a == null then a else f a;
  defaultTo = fallback: v: if v == null then fallback else v;
  boolToString = b: if b then "true" else "false";
  boolToYesNo = b: if b then "yes" else "no";

  toBaseDigits =
    base: i:
    let
      digits = i: if i < base then [ i ] else digits (i / base) ++ [ (lib.mod i base) ];
    in
    assert builtins.isInt base && builtins.isInt i;
    assert base >= 2 && i >= 0;
    digits i;
  toHexString =
    i: lib.concatMapStrings (d: builtins.substring d 1 "0123456789ABCDEF") (lib.toBaseDigits 16 i);
  fromHexString =
    s:
    let
      # Sixteen digits at most, and the sign bit stays free.
      digits = match "(0x)?([0-7]?[0-9A-Fa-f]{1,15})" s;
      lower = lib.removePrefix "0x" (lib.toLower s);
      parsed = hex: (builtins.fromTOML "v=0x${hex}").v;
    in
    if digits != null then
      parsed (builtins.elemAt digits 1)
    else
      lib.warn "fromHexString: ${lib.generators.toPretty { } s} is not a valid input and will be rejected in 26.05" (
        parsed lower
      );

  # `setFunctionArgs` makes a functor, so both spellings of "function" count.
  isFunction = f: builtins.isFunction f || (f ? __functor && builtins.isFunction (f.__functor f));
  functionArgs =
    f:
    if f ? __functor then
      f.__functionArgs or (builtins.functionArgs (f.__functor f))
    else
      builtins.functionArgs f;
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

  importJSON = path: fromJSON (readFile path);
  importTOML = path: builtins.fromTOML (readFile path);

  inNixShell = getEnv "IN_NIX_SHELL" != "";
  inPureEvalMode = !(builtins ? currentSystem);

  warn = builtins.warn or traceWarning;
  warnIf = condition: message: if condition then lib.warn message else x: x;
  warnIfNot = condition: lib.warnIf (!condition);
  showWarnings = warnings: value: lib.foldr lib.warn value warnings;
  info = message: builtins.trace "INFO: ${message}";
  throwIf = condition: message: if condition then throw message else x: x;
  throwIfNot = condition: lib.throwIf (!condition);
  checkListOfEnum =
    what: allowed: given:
    let
      show = values: concatStringsSep ", " (map toString values);
      others = lib.subtractLists allowed given;
    in
    lib.throwIf (others != [ ]) "${what}: ${show others} unexpected; valid ones: ${show allowed}";
}
