# The text of session.sh, POSIX sh (also read by bash and zsh).
#
# Variables are set once per session and content: the guard holds a digest, so
# that a shell that starts in an older session gets the newer values. Search
# paths are completed every time, since login shells often start over with
# others.
{
  lib,
  nhmtLib,
  session,
}:
let
  inherit (builtins) attrNames filter;
  inherit (nhmtLib.shell) double export;
  inherit (lib) concatMapStrings concatMapStringsSep;

  always = entries: concatMapStringsSep ":" (e: e.text) (filter (e: !e.there) entries);
  whenThere =
    list: entries:
    concatMapStrings (e: ''
      if [ -e "${e.text}" ]; then ${list}="''$${list}:${e.text}"; fi
    '') (filter (e: e.there) entries);

  complete =
    s:
    if builtins.all (e: !e.there) (s.first ++ s.last) then
      "__nhmt_search ${s.name} \"${always s.first}\" \"${always s.last}\"\n"
    else
      ''
        __nhmt_first="${always s.first}"
        __nhmt_last="${always s.last}"
      ''
      + whenThere "__nhmt_first" s.first
      + whenThere "__nhmt_last" s.last
      + "__nhmt_search ${s.name} \"$__nhmt_first\" \"$__nhmt_last\"\n";
  search =
    s:
    {
      always = complete s;
      set = ''
        if [ -n "''${${s.name}-}" ]; then
        ${complete s}fi
      '';
      # What we have set ourselves is no reason to leave it.
      unset = ''
        case "''${${s.name}-}|~$__nhmt_searched" in
        "|~"* | *"|~${s.name}:"*)
        ${complete s};;
        esac
      '';
    }
    .${s.when};

  all = f: values: concatMapStrings (n: f n values.${n}) (attrNames values);
in
builtins.readFile ./functions.sh
+ ''

  __nhmt_searched="''${__NHMT_SEARCH-}"
  __NHMT_SEARCH=
  __nhmt_new=
  if [ "''${__NHMT_SESSION-}" != "${session.digest}" ]; then
  __nhmt_new=x
  export __NHMT_SESSION="${session.digest}"
  __nhmt_take_back
  ${all (n: v: "__nhmt_set ${n} ${double v}\n") session.variables}export __NHMT_SET
  ${all (n: v: export n v + "\n") session.unguarded}__nhmt_leave "${
    concatMapStringsSep " " (s: s.name) session.search
  }"
  fi

  ${concatMapStrings search session.search}export __NHMT_SEARCH
  unset -f __nhmt_recall __nhmt_take_back __nhmt_set __nhmt_search __nhmt_add __nhmt_leave
  unset __nhmt_was __nhmt_found __nhmt_rest __nhmt_theirs __nhmt_record __nhmt_name __nhmt_now \
    __nhmt_is __nhmt_before __nhmt_searched __nhmt_old __nhmt_head __nhmt_tail __nhmt_there \
    __nhmt_at __nhmt_one __nhmt_list __nhmt_all __nhmt_records __nhmt_first __nhmt_last
''
+ (
  if session.extra == "" then
    "unset __nhmt_new\n"
  else
    ''

      if [ "$__nhmt_new" = x ]; then
      ${lib.removeSuffix "\n" session.extra}
      fi
      unset __nhmt_new
    ''
)
