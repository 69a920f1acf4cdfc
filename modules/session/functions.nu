    # __NHMT_SESSION is a digest of what is declared. __NHMT_SET and
    # __NHMT_SEARCH remember what was set, and what was added to search paths:
    # NAME=VALUE|~ with NAME<VALUE|~ for what was there before, and
    # NAME:DIRECTORY:DIRECTORY|~.

    # A variable as other programs see it; nushell has lists of some.
    def text [value] {
        if $value == null {
            ""
        } else if ($value | describe) =~ "^list" {
            $value | str join ":"
        } else {
            $value | into string
        }
    }

    # The value of a variable, or null.
    def now [name: string] {
        let all = ($env | columns)
        if $name in $all { text ($env | get $name) } else { null }
    }

    # Records as their name, kind and rest.
    def records [memory: string] {
        $memory | split row "|~" | parse --regex '(?s)\A(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<kind>[=<:])(?P<rest>.*)\z'
    }

    # A variable to be set: whether it is ours, and the record of it.
    def plan [name: string, value: string, is, theirs: list<string>, was] {
        let ours = ($name not-in $theirs)
        # Behind a person's value is what was there before.
        let before = if $ours {
            $is
        } else {
            let known = ($was | where kind == "<" and name == $name)
            if ($known | is-empty) { null } else { $known | first | get rest }
        }
        let record = if $"($value)($before)" =~ '\|~' {
            # It could not be read again: not remembered, and so never taken back.
            ""
        } else if $before == null or $before == $value {
            $"($name)=($value)|~"
        } else {
            $"($name)=($value)|~($name)<($before)|~"
        }
        { ours: $ours, record: $record }
    }

    # A list completed: { value, added }, where value is null for nothing.
    def complete-list [name: string, value, first: list<string>, last: list<string>, searched] {
        let entries = if $value == null or $value == "" { [] } else { $value | split row ":" }
        let mine = ($searched | where name == $name | each {|one| $one.rest | split row ":" } | flatten)
        let first = ($first | each {|one| $one | split row ":" } | flatten | where {|one| $one != "" } | uniq)
        let last = ($last | each {|one| $one | split row ":" } | flatten | where {|one| $one != "" and $one not-in $first } | uniq)
        let system = [/bin /sbin /usr/bin /usr/sbin /usr/share /usr/local/bin /usr/local/sbin /usr/local/share]
        mut head = []
        mut tail = []
        mut at = ""
        for one in $entries {
            if $one != "" and ($one in $first or ($one in $mine and $one not-in $last)) {
                if $at == "" { $at = "here" }
            } else {
                # The system's come after ours, whoever has put them first.
                if $at == "" and $one in $system { $at = "front" }
                if $at == "here" { $tail = ($tail | append $one) } else { $head = ($head | append $one) }
            }
        }
        mut all = if $at == "here" { [...$head ...$first ...$tail] } else { [...$first ...$head ...$tail] }
        for one in $last {
            if $one not-in $all { $all = ($all | append $one) }
        }
        let added = ([...$first ...$last] | where {|one| $one in $mine or $one not-in $entries })
        {
            value: (if ($all | is-empty) { null } else { $all | str join ":" })
            empty: (($all | is-empty) and not ($mine | is-empty))
            record: (if ($added | is-empty) { "" } else { $"($name):($added | str join ':')|~" })
        }
    }
