# Conditions with messages.
{ lib }:
let
  inherit (builtins) all elem filter;
  show = lib.generators.toPretty { };
in
{
  assertMsg = condition: message: condition || throw message;
  assertOneOf =
    name: value: allowed:
    lib.assertMsg (elem value allowed) "${name} must be one of ${show allowed}, but is: ${show value}";
  assertEachOneOf =
    name: values: allowed:
    lib.assertMsg (all (
      v: elem v allowed
    ) values) "each element in ${name} must be one of ${show allowed}, but is: ${show values}";
  checkAssertWarn =
    assertions: warnings: value:
    let
      failed = filter (a: !a.assertion) assertions;
    in
    if failed == [ ] then
      lib.showWarnings warnings value
    else
      throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (a: "- ${a.message}") failed}";
}
