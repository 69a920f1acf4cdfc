# Values shown while they are evaluated, and lists of tests.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatMap
    deepSeq
    elem
    isAttrs
    isList
    mapAttrs
    trace
    ;
  # What lies deeper than `depth` is left out, and not evaluated.
  cut =
    depth: v:
    if isList v then
      if depth == 0 then shown "[…]" v else map (cut (depth - 1)) v
    else if isAttrs v then
      if depth == 0 then shown "{…}" v else mapAttrs (_: cut (depth - 1)) v
    else
      v;
  shown = text: val: {
    __pretty = _: text;
    inherit val;
  };
in
{
  inherit (builtins) addErrorContext trace unsafeGetAttrPos;

  traceIf =
    condition: message: x:
    if condition then trace message x else x;
  traceVal = lib.traceValFn lib.id;
  traceValFn = f: x: trace (f x) x;
  traceSeq = x: trace (deepSeq x x);
  traceSeqN = depth: x: trace (lib.generators.toPretty { allowPrettyValues = true; } (cut depth x));
  traceValSeq = lib.traceValSeqFn lib.id;
  traceValSeqFn = f: x: lib.traceValFn f (deepSeq x x);
  traceValSeqN = lib.traceValSeqNFn lib.id;
  traceValSeqNFn =
    f: depth: x:
    lib.traceSeqN depth (f x) x;
  traceFnSeqN =
    depth: fn: f: from:
    let
      to = f from;
    in
    lib.traceSeqN (depth + 1) { inherit fn from to; } to;

  # Tests are the attributes that start with "test", or those that `tests`
  # names; what is not equal comes back.
  runTests =
    tests:
    let
      named = tests.tests or [ ];
      chosen = name: if named == [ ] then builtins.substring 0 4 name == "test" else elem name named;
    in
    concatMap (
      name:
      let
        test = tests.${name};
      in
      if chosen name && test.expr != test.expected then
        [
          {
            inherit name;
            inherit (test) expected;
            result = test.expr;
          }
        ]
      else
        [ ]
    ) (attrNames tests);
  testAllTrue = expr: {
    inherit expr;
    expected = map (_: true) expr;
  };
  throwTestFailures =
    {
      failures,
      description ? "tests",
      ...
    }:
    let
      show =
        v: builtins.unsafeDiscardStringContext (lib.generators.toPretty { allowPrettyValues = true; } v);
      report = f: "FAIL ${show f.name}:\nExpected:\n${show f.expected}\n\nResult:\n${show f.result}\n";
      traced = builtins.foldl' (_: f: lib.traceVal (report f)) null failures;
    in
    if failures == [ ] then
      null
    else
      throw (
        builtins.seq traced "${toString (builtins.length failures)} ${description} failed:\n- ${
          lib.concatMapStringsSep "\n- " (f: f.name) failures
        }\n\n${builtins.toJSON failures}"
      );
}
