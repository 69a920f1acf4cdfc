# Environment of the session, written by nhmt. Source it; do not run it.

# __NHMT_SESSION is a digest of what is declared. __NHMT_SET and __NHMT_SEARCH
# remember what was set, and what was added to search paths: NAME=VALUE|~ with
# NAME<VALUE|~ for what was there before, and NAME:DIRECTORY:DIRECTORY|~.

# Takes back the variables of before that nobody changed since; __nhmt_theirs
# are the names of the others.
function __nhmt_take_back
    set -g __nhmt_was (string split -- '|~' "$__NHMT_SET")
    set -g __nhmt_theirs
    for record in $__nhmt_was
        set -l parts (string split -m 1 -- = $record)
        set -q parts[2]; or continue
        set -l name $parts[1]
        string match -q -r '^[A-Za-z_][A-Za-z0-9_]*$' -- $name; or continue
        if set -q $name; and test "$$name" = "$parts[2]"
            set -l before
            for other in $__nhmt_was
                set parts (string split -m 1 -- '<' $other)
                if set -q parts[2]; and test "$parts[1]" = $name
                    set before $parts[2]
                    break
                end
            end
            if set -q before[1]
                set -gx $name $before
            else
                set -e $name
            end
        else
            set -a __nhmt_theirs $name
        end
    end
end

# NAME VALUE
function __nhmt_set
    set -l before
    set -q $argv[1]; and set before "$$argv[1]"
    if contains -- $argv[1] $__nhmt_theirs
        # What was there before the person's value.
        set before
        for other in $__nhmt_was
            set -l parts (string split -m 1 -- '<' $other)
            if set -q parts[2]; and test "$parts[1]" = $argv[1]
                set before $parts[2]
            end
        end
    else
        set -gx $argv[1] $argv[2]
    end
    # A value with the separator in it is not remembered, and so never taken back.
    string match -q -- '*|~*' "$argv[2]$before"; and return
    set -g __nhmt_record "$__nhmt_record$argv[1]=$argv[2]|~"
    if set -q before[1]; and test "$before" != "$argv[2]"
        set -g __nhmt_record "$__nhmt_record$argv[1]<$before|~"
    end
end

# NAME: completes the list by __nhmt_first, which it begins with, and __nhmt_last.
function __nhmt_search
    set -l now
    test -n "$$argv[1]"; and set now (string split -- : "$$argv[1]")
    set -l old
    for record in $__nhmt_searched
        set -l parts (string split -- : $record)
        if test "$parts[1]" = $argv[1]
            set old $parts[2..-1]
        end
    end
    set -l first
    for one in (string split -- : $__nhmt_first)
        test -n "$one"; and not contains -- $one $first; and set -a first $one
    end
    set -l last
    for one in (string split -- : $__nhmt_last)
        test -n "$one"; and not contains -- $one $first $last; and set -a last $one
    end
    set -l head
    set -l tail
    set -l at
    for one in $now
        if test -n "$one"; and contains -- $one $first
            test -n "$at"; or set at here
        else if test -n "$one"; and contains -- $one $old; and not contains -- $one $last
            test -n "$at"; or set at here
        else
            # The system's come after ours, whoever has put them first.
            if test -z "$at"; and contains -- $one /bin /sbin /usr/bin /usr/sbin /usr/share /usr/local/bin /usr/local/sbin /usr/local/share
                set at front
            end
            if test "$at" = here
                set -a tail $one
            else
                set -a head $one
            end
        end
    end
    set -l all $head $first $tail
    test "$at" = here; or set all $first $head $tail
    set -l added
    for one in $first $last
        contains -- $one $all; or set -a all $one
        if contains -- $one $old; or not contains -- $one $now
            set -a added $one
        end
    end
    if set -q all[1]
        set -gx $argv[1] (string join -- : $all)
    else if set -q old[1]
        # Nothing but what was ours: no list is better than an empty one.
        set -e $argv[1]
    end
    set -q added[1]; and set -g __nhmt_record "$__nhmt_record$(string join -- : $argv[1] $added)|~"
    return 0
end

# Takes our directories out of the lists that are declared no more.
function __nhmt_leave
    set -g __nhmt_first
    set -g __nhmt_last
    for record in $__nhmt_searched
        set -l name (string split -- : $record)[1]
        string match -q -r '^[A-Za-z_][A-Za-z0-9_]*$' -- $name; or continue
        contains -- $name $argv; or __nhmt_search $name
    end
end

# Takes over what a shell has made of the environment.
function __nhmt_import
    for record in $argv
        set -l parts (string split -m 1 -- = $record)
        string match -q -r '^[A-Za-z_][A-Za-z0-9_]*$' -- $parts[1]; or continue
        contains -- $parts[1] _ PWD OLDPWD SHLVL; and continue
        if not set -q $parts[1]; or test "$$parts[1]" != "$parts[2]"
            set -gx $parts[1] $parts[2]
        end
    end
end
