# The text of session.fish: what session.sh does, in fish's own language.
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
  inherit (nhmtLib.fish) quote;
  inherit (nhmtLib.template) ofValue parse;

  isPlain = p: builtins.isString p || p.op == "";
  word = p: if builtins.isString p then quote p else ''"''$${p.var}"'';

  # Statements that append pieces to __nhmt_value.
  append =
    pieces:
    concatMapStrings (
      p:
      if isPlain p then
        "set __nhmt_value \"$__nhmt_value\"${word p}\n"
      else
        let
          value = "set __nhmt_value \"$__nhmt_value\$${p.var}\"\n";
          test = if lib.hasPrefix ":" p.op then "test -n \"\$${p.var}\"" else "set -q ${p.var}";
        in
        if lib.hasSuffix "+" p.op then
          "if ${test}\n${append p.word}end\n"
        else
          "if ${test}\n${value}else\n${append p.word}end\n"
    ) pieces;

  # A value -> { before = statements; word; }
  value =
    v:
    let
      raw = ofValue v;
      pieces = parse raw;
    in
    if pieces == null then
      {
        before = "set __nhmt_value (/bin/sh -c ${quote ''printf '%s\0' "${raw}"''} | string split0)\n";
        word = "\"$__nhmt_value\"";
      }
    else if lib.all isPlain pieces then
      {
        before = "";
        word = if pieces == [ ] then "''" else concatMapStrings word pieces;
      }
    else
      {
        before = "set __nhmt_value ''\n" + append pieces;
        word = "\"$__nhmt_value\"";
      };
  withValue =
    v: f:
    let
      t = value v;
    in
    t.before + f t.word + "\n";
  all = f: values: concatMapStrings (n: withValue values.${n} (f n)) (attrNames values);

  entry =
    list: e:
    withValue e.text (
      w: if e.there then "test -e ${w}; and set -a ${list} ${w}" else "set -a ${list} ${w}"
    );
  complete =
    s:
    "set __nhmt_first\nset __nhmt_last\n"
    + concatMapStrings (entry "__nhmt_first") s.first
    + concatMapStrings (entry "__nhmt_last") s.last
    + "__nhmt_search ${s.name}\n";
  search =
    s:
    {
      always = complete s;
      set = "if test -n \"\$${s.name}\"\n${complete s}end\n";
      unset = "if test -z \"\$${s.name}\"; or string match -q -- '${s.name}:*' $__nhmt_searched\n${complete s}end\n";
    }
    .${s.when};
in
builtins.readFile ./functions.fish
+ ''

  set -g __nhmt_value
  set -g __nhmt_first
  set -g __nhmt_last
  set -g __nhmt_searched (string split -- '|~' "$__NHMT_SEARCH")
  set -g __nhmt_record
  set -g __nhmt_new
  if test "$__NHMT_SESSION" != ${session.digest}
  set __nhmt_new x
  set -gx __NHMT_SESSION ${session.digest}
  __nhmt_take_back
  ${all (n: w: "__nhmt_set ${n} ${w}") session.variables}set -gx __NHMT_SET "$__nhmt_record"
  set __nhmt_record
  ${all (n: w: "set -gx ${n} ${w}") session.unguarded}__nhmt_leave ${
    concatMapStringsSep " " (s: s.name) session.search
  }
  end

  ${concatMapStrings search session.search}set -gx __NHMT_SEARCH "$__nhmt_record"
  ${
    lib.optionalString (session.extra != "") ''
      if test -n "$__nhmt_new"
      __nhmt_import (/bin/sh -c ${quote "${session.extra}\nexec env -0"} | string split0)
      end
    ''
  }functions -e __nhmt_take_back __nhmt_set __nhmt_search __nhmt_leave __nhmt_import
  set -e __nhmt_value __nhmt_first __nhmt_last __nhmt_searched __nhmt_record __nhmt_new __nhmt_theirs __nhmt_was
''
