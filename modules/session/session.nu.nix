# The text of session.nu: what session.sh does, in nushell's own language.
#
# Values are translated from what POSIX shells read in double quotes. What only
# such a shell can tell is asked of /bin/sh, once per session and content.
{
  lib,
  nhmtLib,
  session,
}:
let
  inherit (builtins) attrNames;
  inherit (lib) concatMapStrings concatMapStringsSep;
  inherit (nhmtLib.template) ofValue parse;
  inherit (nhmtLib.nushell) quote;

  piece =
    p:
    if builtins.isString p then
      quote p
    else
      let
        given = "(text $env.${p.var}?)";
        other = join p.word;
        test = if lib.hasPrefix ":" p.op then "${given} != \"\"" else "$env.${p.var}? != null";
      in
      if p.op == "" then
        given
      else if lib.hasSuffix "+" p.op then
        "(if ${test} { ${other} } else { \"\" })"
      else
        "(if ${test} { ${given} } else { ${other} })";
  join =
    pieces:
    if builtins.length pieces == 1 then
      piece (builtins.head pieces)
    else
      "([${concatMapStringsSep " " piece pieces}] | str join)";
  value =
    v:
    let
      raw = ofValue v;
      pieces = parse raw;
    in
    if pieces == null then
      "(^/bin/sh -c ${quote ''printf '%s' "${raw}"''} | complete | get stdout)"
    else if pieces == [ ] then
      ''""''
    else
      join pieces;
  set = n: v: ''
    let value = ${value v}
    let one = (plan "${n}" $value (now "${n}") $theirs $was)
    if $one.ours { $env.${n} = $value }
    $set = $set + $one.record
  '';
  all = f: values: concatMapStrings (n: f n values.${n}) (attrNames values);

  entries =
    list:
    "[${
      concatMapStringsSep " " (
        e:
        if e.there then "(${value e.text} | if ($in | path exists) { $in } else { \"\" })" else value e.text
      ) list
    }]";
  search =
    s:
    let
      complete = ''
        let done = (complete-list "${s.name}" (now "${s.name}") ${entries s.first} ${entries s.last} $searched)
        if $done.value != null { $env.${s.name} = ($done.value${
          lib.optionalString (s.name == "PATH") " | split row \":\""
        }) } else if $done.empty { hide-env -i "${s.name}" }
        $search = $search + $done.record
      '';
    in
    {
      always = "if true {\n${complete}}\n";
      set = "if (text $env.${s.name}?) != \"\" {\n${complete}}\n";
      unset = "if (text $env.${s.name}?) == \"\" or ($searched | where name == \"${s.name}\" | is-not-empty) {\n${complete}}\n";
    }
    .${s.when};
in
''
  # Environment of the session, written by nhmt. Source it; do not run it.

  do --env {
  ${builtins.readFile ./functions.nu}
      let searched = (records ($env.__NHMT_SEARCH? | default ""))
      mut search = ""
      let is_new = ($env.__NHMT_SESSION? | default "") != "${session.digest}"
      if $is_new {
          $env.__NHMT_SESSION = "${session.digest}"
          # What was set before and nobody changed since is taken back.
          let was = (records ($env.__NHMT_SET? | default ""))
          mut theirs = []
          for one in ($was | where kind == "=") {
              if (now $one.name) == $one.rest {
                  let before = ($was | where kind == "<" and name == $one.name)
                  if ($before | is-empty) { hide-env -i $one.name } else { load-env {($one.name): ($before | first | get rest)} }
              } else {
                  $theirs = ($theirs | append $one.name)
              }
          }
          mut set = ""
  ${all set session.variables}
  $env.__NHMT_SET = $set
  ${all (n: v: "$env.${n} = ${value v}\n") session.unguarded}
          # Lists that are declared no more.
          for one in ($searched | where name not-in [${
            concatMapStringsSep " " (s: quote s.name) session.search
          }]) {
              let done = (complete-list $one.name (now $one.name) [] [] $searched)
              if $done.value != null { load-env {($one.name): $done.value} } else { hide-env -i $one.name }
          }
      }

  ${concatMapStrings search session.search}
      $env.__NHMT_SEARCH = $search
  ${
    lib.optionalString (session.extra != "") ''
      if $is_new {
          let after = (^/bin/sh -c ${quote "${session.extra}\nexec env -0"} | complete | get stdout | split row (char nul))
          for one in ($after | parse --regex '(?s)\A(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)\z') {
              if $one.name not-in [_ PWD OLDPWD SHLVL] and (now $one.name) != $one.value {
                  load-env {($one.name): (if $one.name == PATH { $one.value | split row ":" } else { $one.value })}
              }
          }
      }
    ''
  }}
''
