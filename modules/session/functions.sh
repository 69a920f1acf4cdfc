# Environment of the session, written by nhmt. Source it; do not run it.

# __NHMT_SESSION is a digest of what is declared. __NHMT_SET and __NHMT_SEARCH
# remember what was set, and what was added to search paths: NAME=VALUE|~ with
# NAME<VALUE|~ for what was there before, and NAME:DIRECTORY:DIRECTORY|~.

# NAME: what the record of it in __nhmt_was says; "" without one.
__nhmt_recall() {
  case "|~$__nhmt_was" in
    *"|~$1"*)
      __nhmt_found="|~$__nhmt_was"
      __nhmt_found="${__nhmt_found#*"|~$1"}"
      __nhmt_found="${__nhmt_found%%"|~"*}"
      ;;
    *) __nhmt_found= ;;
  esac
}

# Takes back the variables of before that nobody changed since; __nhmt_theirs
# are the names of the others.
__nhmt_take_back() {
  __nhmt_was="${__NHMT_SET-}"
  __nhmt_rest="$__nhmt_was"
  __nhmt_theirs=" "
  while :; do
    case "$__nhmt_rest" in
      *"|~"*) ;;
      *) break ;;
    esac
    __nhmt_record="${__nhmt_rest%%"|~"*}"
    __nhmt_rest="${__nhmt_rest#*"|~"}"
    case "$__nhmt_record" in
      *=*) ;;
      *) continue ;;
    esac
    __nhmt_name="${__nhmt_record%%=*}"
    case "$__nhmt_name" in
      '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;;
    esac
    eval "__nhmt_now=\${$__nhmt_name-}; __nhmt_is=\${$__nhmt_name+x}"
    if [ "$__nhmt_is" = x ] && [ "$__nhmt_now" = "${__nhmt_record#*=}" ]; then
      case "|~$__nhmt_was" in
        *"|~$__nhmt_name<"*)
          __nhmt_recall "$__nhmt_name<"
          export "$__nhmt_name=$__nhmt_found"
          ;;
        *) unset "$__nhmt_name" ;;
      esac
    else
      __nhmt_theirs="$__nhmt_theirs$__nhmt_name "
    fi
  done
  __NHMT_SET=
}

# NAME VALUE
__nhmt_set() {
  eval "__nhmt_now=\${$1-}; __nhmt_is=\${$1+x}"
  __nhmt_before="$__nhmt_now"
  case "$__nhmt_theirs" in
    *" $1 "*)
      # What was there before the person's value.
      case "|~$__nhmt_was" in
        *"|~$1<"*) __nhmt_recall "$1<"; __nhmt_before="$__nhmt_found" ;;
        *) __nhmt_is= ;;
      esac
      ;;
    *) export "$1=$2" ;;
  esac
  # A value with the separator in it is not remembered, and so never taken back.
  case "$2$__nhmt_before" in
    *"|~"*) return 0 ;;
  esac
  __NHMT_SET="$__NHMT_SET$1=$2|~"
  if [ "$__nhmt_is" = x ] && [ "$__nhmt_before" != "$2" ]; then
    __NHMT_SET="$__NHMT_SET$1<$__nhmt_before|~"
  fi
}

# NAME FIRST LAST: directories that the list NAME begins with, and has.
__nhmt_search() {
  eval "__nhmt_rest=\${$1-}"
  case "$__nhmt_rest" in
    ?*) __nhmt_rest="$__nhmt_rest:" ;;
  esac
  __nhmt_was="$__nhmt_searched"
  __nhmt_recall "$1:"
  __nhmt_old="$__nhmt_found"
  __nhmt_head= __nhmt_tail= __nhmt_there=: __nhmt_at=
  while [ -n "$__nhmt_rest" ]; do
    __nhmt_one="${__nhmt_rest%%:*}"
    __nhmt_rest="${__nhmt_rest#*:}"
    case "$__nhmt_one" in
      '') __nhmt_is=other ;;
      *)
        case ":$2:|:$3:|:$__nhmt_old:" in
          *":$__nhmt_one:"*"|"*"|"*) __nhmt_is=first ;;
          *"|"*":$__nhmt_one:"*"|"*) __nhmt_is=last ;;
          *"|"*"|"*":$__nhmt_one:"*) __nhmt_is=gone ;;
          *) __nhmt_is=other ;;
        esac
        ;;
    esac
    case "$__nhmt_is" in
      first | last) __nhmt_there="$__nhmt_there$__nhmt_one:" ;;
    esac
    case "$__nhmt_is" in
      first | gone) __nhmt_at="${__nhmt_at:-here}" ;;
      *)
        # The system's come after ours, whoever has put them first.
        case "$__nhmt_at$__nhmt_one" in
          /bin | /sbin | /usr/bin | /usr/sbin | /usr/share | /usr/local/bin | /usr/local/sbin | /usr/local/share)
            __nhmt_at=front
            ;;
        esac
        case "$__nhmt_at" in
          here) __nhmt_tail="$__nhmt_tail$__nhmt_one:" ;;
          *) __nhmt_head="$__nhmt_head$__nhmt_one:" ;;
        esac
        ;;
    esac
  done
  case "$__nhmt_at" in
    here) ;;
    *) __nhmt_tail="$__nhmt_head" __nhmt_head= ;;
  esac
  __nhmt_record="$1"
  __nhmt_list=:
  __nhmt_add "$2"
  __nhmt_all="$__nhmt_head${__nhmt_list#:}$__nhmt_tail"
  __nhmt_list=":$__nhmt_all"
  __nhmt_add "$3"
  __nhmt_all="${__nhmt_list#:}"
  __nhmt_all="${__nhmt_all%:}"
  case "$__nhmt_all" in
    '')
      # Nothing but what was ours: no list is better than an empty one.
      case "$__nhmt_old" in
        ?*) unset "$1" ;;
      esac
      ;;
    *) export "$1=$__nhmt_all" ;;
  esac
  case "$__nhmt_record" in
    *:*) __NHMT_SEARCH="$__NHMT_SEARCH$__nhmt_record|~" ;;
  esac
}

# Adds what is not in __nhmt_list yet, and records what was not there before.
__nhmt_add() {
  __nhmt_rest="$1:"
  while [ -n "$__nhmt_rest" ]; do
    __nhmt_one="${__nhmt_rest%%:*}"
    __nhmt_rest="${__nhmt_rest#*:}"
    case "$__nhmt_one" in
      '') continue ;;
    esac
    case "$__nhmt_list" in
      *":$__nhmt_one:"*) ;;
      *) __nhmt_list="$__nhmt_list$__nhmt_one:" ;;
    esac
    case ":$__nhmt_old:|$__nhmt_there" in
      *":$__nhmt_one:"*"|"*) __nhmt_record="$__nhmt_record:$__nhmt_one" ;;
      *"|"*":$__nhmt_one:"*) ;;
      *) __nhmt_record="$__nhmt_record:$__nhmt_one" ;;
    esac
  done
}

# Takes our directories out of the lists that are declared no more.
__nhmt_leave() {
  __nhmt_records="$__nhmt_searched"
  while :; do
    case "$__nhmt_records" in
      *"|~"*) ;;
      *) break ;;
    esac
    __nhmt_name="${__nhmt_records%%"|~"*}"
    __nhmt_records="${__nhmt_records#*"|~"}"
    __nhmt_name="${__nhmt_name%%:*}"
    case "$__nhmt_name" in
      '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;;
    esac
    case " $1 " in
      *" $__nhmt_name "*) ;;
      *) __nhmt_search "$__nhmt_name" "" "" ;;
    esac
  done
}
