# The text of an environment.d(5) file: the environment of systemd's user
# manager, and of graphical sessions that it starts.
#
# The syntax has references and defaults and nothing else, so that what only a
# shell can tell is left out. The manager reads the file again at each reload,
# in the environment that it made of it before: the original of a search path
# is kept in a variable of its own, or the list would grow.
{
  lib,
  nhmtLib,
  session,
}:
let
  inherit (builtins) attrNames filter replaceStrings;
  inherit (lib) concatMapStrings concatMapStringsSep concatStringsSep;
  inherit (nhmtLib.template) ofValue parse;

  # Quotes and backslashes go first, then references are replaced; `$$` is `$`.
  quote = replaceStrings [ "\\" "\"" "`" "$" ] [ "\\\\" "\\\"" "\\`" "$$" ];
  reference = "$";
  piece =
    p:
    if builtins.isString p then
      quote p
    else
      "${reference}{${p.var}${p.op}${concatMapStrings piece p.word}}";
  # Whether the syntax has it. Control characters do not come through systemd's
  # own reading of what its generator writes.
  has =
    pieces:
    pieces != null
    && lib.all (
      p:
      if builtins.isString p then
        builtins.match "[^[:cntrl:]]*" p != null
      else
        builtins.elem p.op [
          ""
          ":-"
          ":+"
        ]
        && lib.all (w: builtins.isString w -> builtins.match "[^{}]*" w != null) p.word
        && has p.word
    ) pieces;
  text =
    v:
    let
      pieces = parse (ofValue v);
    in
    if has pieces && pieces != [ ] then concatMapStrings piece pieces else null;
  # An empty value is a fault of syntax to systemd.
  line = n: v: lib.optionalString (v != "") "${n}=\"${v}\"\n";

  known = filter (n: text values.${n} != null) (attrNames values);
  unknown = filter (n: text values.${n} == null) (attrNames values);
  values = session.variables;

  searches = filter (s: s.when == "always") session.search;
  words = entries: filter (t: t != null) (map (e: text e.text) entries);
  search =
    s:
    let
      first = concatStringsSep ":" (words s.first);
      last = words s.last;
      kept = "__NHMT_BEFORE_${s.name}";
      # Without a list of before there has to be something that is not empty;
      # an entry that is there twice means the same.
      none =
        if last != [ ] then
          concatStringsSep ":" last
        else if words s.first == [ ] then
          ""
        else
          builtins.head (words s.first);
    in
    line kept "${reference}{${kept}:-${reference}{${s.name}:-${none}}}"
    + line s.name "${first}${lib.optionalString (first != "") ":"}${reference}{${kept}}";
in
"# Environment of the user's systemd, written by nhmt.\n"
+ concatMapStrings (n: "# ${n} is left out: this syntax cannot say its value.\n") unknown
+ concatMapStrings (n: line n (text values.${n})) known
+ concatMapStrings search searches
+ line "__NHMT_SET" (concatMapStrings (n: "${n}=${reference}{${n}}|~") known)
+ line "__NHMT_SEARCH" (
  concatMapStrings (s: "${s.name}:${concatMapStringsSep ":" (t: t) (words s.first)}|~") (
    filter (s: words s.first != [ ]) searches
  )
)
# Not the digest itself, which would keep shells from what is left out here.
+ line "__NHMT_SESSION" "systemd-${session.digest}"
