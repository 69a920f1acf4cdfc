# Values on their way into the manifest. Nix 2.8 prints floats with six
# digits, so each float crosses as { "$float" = [ mantissa exponent ]; }, two
# integers with value = mantissa * 2^exponent and |mantissa| <= 2^53.
{ lib }:
let
  inherit (builtins)
    floor
    foldl'
    isAttrs
    isFloat
    isFunction
    isList
    mapAttrs
    ;

  pow2 =
    n:
    let
      half = pow2 (n / 2);
    in
    if n == 0 then 1.0 else half * half * (if n / 2 * 2 == n then 1.0 else 2.0);
  # Two steps of 512, since subnormal numbers need shifts up to 1126.
  shifts =
    map
      (n: {
        inherit n;
        up = pow2 n;
        down = 1.0 / pow2 n;
      })
      [
        512
        512
        256
        128
        64
        32
        16
        8
        4
        2
        1
      ];
  low = pow2 52;
  high = pow2 53;

  # Multiplying by powers of two is exact, so the mantissa loses nothing.
  # float -> { m; e; } with 2^52 <= m < 2^53
  normalize =
    f:
    foldl'
      (
        a: s:
        if a.m >= high && a.m * s.down >= low then
          {
            m = a.m * s.down;
            e = a.e + s.n;
          }
        else if a.m < low && a.m * s.up < high then
          {
            m = a.m * s.up;
            e = a.e - s.n;
          }
        else
          a
      )
      {
        m = f;
        e = 0;
      }
      shifts;
in
rec {
  # float -> [ mantissa exponent ]
  float =
    f:
    if f == 0.0 then
      [
        0
        0
      ]
    else
      let
        n = normalize (if f < 0 then -f else f);
        mantissa = floor n.m;
      in
      [
        (if f < 0 then -mantissa else mantissa)
        n.e
      ];

  # where (for messages) -> path -> string with context -> value -> JSON value
  value =
    where: copy:
    let
      go =
        v:
        if isAttrs v then
          if v ? outPath || v ? __toString then "${v}" else mapAttrs (_: go) v
        else if isList v then
          map go v
        else if isFloat v then
          if v - v != 0.0 then
            throw "a number that is not finite in the value of ${where}"
          else
            { "$float" = float v; }
        else if builtins.isPath v then
          copy v
        else if isFunction v then
          throw "a function in the value of ${where}\n  A value for a file can hold sets, lists, strings, numbers, booleans and null."
        else
          v;
    in
    go;
}
