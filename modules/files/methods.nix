# How an entry arrives, as the manifest has it.
{ nhmtLib }:
let
  inherit (builtins) elem match;
  inherit (nhmtLib) live;

  isFile =
    m:
    elem m [
      "copy"
      "merge"
      "seed"
    ];
  mergeable = [
    "json"
    "toml"
    "yaml"
    "ini"
  ];
in
rec {
  # The method that is meant: a source that is live needs none.
  of = f: if f.method == "link" && live.isLive f.source then "live" else f.method;

  # option, places (for messages) -> entry -> fields of the manifest
  fields =
    option: shown: f:
    let
      method = of f;
      fail = what: remedy: throw "${what} in ${option} at ${shown}\n  ${remedy}";
      permissions =
        if !(isFile method) then
          fail "permissions of a file that is not written" "They go with the methods copy, merge and seed, and this one is ${method}."
        else if f.executable != null then
          fail "both `permissions' and `executable'" "Keep one of them."
        else if match "0?[4-7][0-7][0-7]" f.permissions == null then
          fail "the permissions \"${f.permissions}\"" "Write octal digits such as \"0600\"; the owner has to be able to read."
        else
          f.permissions;
    in
    if method == "merge" && f.format == null then
      fail "the method merge without a value" "Set `format' and `value', whose keys it enforces."
    else if method == "merge" && !(elem f.format mergeable) then
      fail "the method merge with the format ${f.format}" "It knows json, toml, yaml and ini."
    else if method == "live" && f.source == null then
      fail "the method live without a source" "Set `source', the place that the link leads to."
    else if method != "live" && live.isLive f.source then
      fail "a live source with the method ${method}" "Leave `method' out, or give a source that can be read."
    else if
      f.recursive
      && !(live.isLive f.source)
      && elem method [
        "block"
        "live"
      ]
    then
      fail "the method ${method} with `recursive'" "It is for one place; leave `recursive' out."
    else if
      f.executable != null
      && elem method [
        "block"
        "live"
      ]
    then
      fail "the method ${method} with `executable'" "It does not set modes; leave `executable' out."
    else if f.force && method == "seed" then
      fail "the method seed with `force'" "It leaves what is there; leave `force' out."
    else if f.block != null && method != "block" then
      fail "the marks of a block" "`block' goes with the method block, and this one is ${method}."
    else
      (if method == "link" then { } else { inherit method; })
      // (if f.permissions == null then { } else { inherit permissions; })
      // (if f.block == null then { } else { inherit (f) block; });
}
