# The cases that do not give what they should: `{ name; expr; expected; }`, of
# which those without `expected` must throw.
builtins.concatMap (
  case:
  let
    found = builtins.tryEval (builtins.deepSeq case.expr case.expr);
    got = if found.success then found.value else "<error>";
    isRight = if case ? expected then found.success && found.value == case.expected else !found.success;
  in
  if isRight then
    [ ]
  else
    [
      {
        inherit (case) name;
        expected = case.expected or "<error>";
        inherit got;
      }
    ]
)
