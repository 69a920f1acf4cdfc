//! The scenarios of the crash and power-loss proofs.

use super::scenario::Scenario;

/// Adds, changes and removes, with files of the person's around.
pub fn switch() -> Scenario {
    Scenario::new("switch")
        .write("mine", "mine")
        .write(".config/mine", "mine too")
        .realized(
            r#"{"keep":{"text":"same"},"change":{"text":"old"},".config/gone":{"text":"gone"},
                "old/deep/gone":{"text":"gone"},".config/stays/here":{"text":"h"}}"#,
        )
        .cut_realize(
            r#"{"keep":{"text":"same"},"change":{"text":"new"},".config/added":{"text":"a"},
                "new/deep/added":{"text":"d"},".config/stays/here":{"text":"h"}}"#,
        )
        .back_to("1")
}

/// Everything that can be in the way.
pub fn switch_with_backups() -> Scenario {
    Scenario::new("switch-with-backups")
        .realized(r#"{"a":{"text":"old a"},"leaf":{"text":"old leaf"}}"#)
        .write("file", "my file")
        .write("twin", "my file")
        .link("link", "dotfiles/link")
        .write("dotfiles/link", "through my link")
        .link("dangling", "/nowhere/at/all")
        .pipe("pipe")
        .write("dir/one", "my one")
        .write("dir/sub/two", "my two")
        .write("in-the-way", "not a directory")
        .write(".config/app/rc", "my rc")
        .write("bystander", "left alone")
        .cut_realize(
            r#"{"a":{"text":"new a"},"leaf":{"text":"new leaf"},"file":{"text":"f"},
                "twin":{"text":"t"},"link":{"text":"l"},"dangling":{"text":"d"},
                "pipe":{"text":"p"},"dir":{"text":"was a directory"},
                "in-the-way/of":{"text":"w"},".config/app/rc":{"text":"rc"}}"#,
        )
        .back_to("1")
}

/// The scenarios with links only.
pub fn all() -> Vec<Scenario> {
    vec![
        first(),
        first_over_files(),
        switch(),
        switch_with_backups(),
        leaf_to_directory(),
        directory_to_leaf(),
        expanded(),
        collapsed(),
        whole_directory_to_leaves(),
        file_to_managed_directory(),
        same_content(),
        one_backup_more(),
        drift_repair(),
        drift_and_switch(),
        drifted_directory(),
        to_nothing(),
        rollback(),
        select_generation(),
        delete_generations(),
        restore(),
        restore_missing(),
        expire(),
    ]
    .into_iter()
    .chain(super::scenarios_home_manager::all())
    .chain(super::scenarios_methods::all())
    .chain(super::scenarios_secrets::all())
    .collect()
}

/// Those in which the power is cut.
pub fn power_loss() -> Vec<Scenario> {
    vec![
        first_over_files(),
        switch(),
        switch_with_backups(),
        leaf_to_directory(),
        directory_to_leaf(),
        rollback(),
        super::scenarios_methods::changed(),
        super::scenarios_secrets::changed(),
        super::scenarios_secrets::over_files(),
    ]
}

/// Those in which the run that takes up a killed one is killed.
pub fn recovery() -> Vec<Scenario> {
    vec![
        switch(),
        switch_with_backups(),
        leaf_to_directory(),
        directory_to_leaf(),
        file_to_managed_directory(),
        drift_repair(),
        select_generation(),
        super::scenarios_methods::changed(),
        super::scenarios_secrets::over_files(),
    ]
}

fn first() -> Scenario {
    Scenario::new("first")
        .write("mine", "mine")
        .write(".config/mine", "mine too")
        .cut_realize(
            r#"{"a":{"text":"a"},".config/b":{"text":"b"},"new/deep/c":{"text":"c"},
                ".ssh/config":{"text":"s"},"x":{"text":"x","executable":true}}"#,
        )
}

fn first_over_files() -> Scenario {
    Scenario::new("first-over-files")
        .write(".bashrc", "my bashrc")
        .write(".config/app/rc", "my rc")
        .write(".config/app/other", "not in the way")
        .link(".vimrc", "dotfiles/vimrc")
        .write("dotfiles/vimrc", "my vimrc")
        .write("bin/tool", "my tool")
        .cut_realize(
            r#"{".bashrc":{"text":"b"},".config/app/rc":{"text":"r"},".vimrc":{"text":"v"},
                "bin":{"text":"no directory"},"new/one":{"text":"n"}}"#,
        )
}

fn leaf_to_directory() -> Scenario {
    Scenario::new("leaf-to-directory")
        .realized(r#"{"x":{"text":"leaf"},"y":{"text":"y"}}"#)
        .cut_realize(r#"{"x/a":{"text":"1"},"x/b/c":{"text":"2"},"y":{"text":"z"}}"#)
        .back_to("1")
}

fn directory_to_leaf() -> Scenario {
    Scenario::new("directory-to-leaf")
        .realized(r#"{"x/a":{"text":"1"},"x/b/c":{"text":"2"},"y":{"text":"y"}}"#)
        .cut_realize(r#"{"x":{"text":"leaf"},"y":{"text":"z"}}"#)
        .back_to("1")
}

fn expanded() -> Scenario {
    Scenario::new("expanded")
        .source("s/one", "one")
        .source("s/sub/two", "two")
        .realized(r#"{"s":{"source":"{source}/s"}}"#)
        .cut_realize(r#"{"s":{"source":"{source}/s","recursive":true}}"#)
        .back_to("1")
}

fn collapsed() -> Scenario {
    Scenario::new("collapsed")
        .source("s/one", "one")
        .source("s/sub/two", "two")
        .realized(r#"{"s":{"source":"{source}/s","recursive":true}}"#)
        .cut_realize(r#"{"s":{"source":"{source}/s"}}"#)
        .back_to("1")
}

/// The directory has files of the person's in it, so that it is in the way.
fn whole_directory_to_leaves() -> Scenario {
    Scenario::new("directory-with-mine-to-leaf")
        .realized(r#"{"d/a":{"text":"1"},"d/b":{"text":"2"}}"#)
        .write("d/mine", "mine in theirs")
        .cut_realize(r#"{"d":{"text":"leaf"}}"#)
        .back_to("1")
}

fn file_to_managed_directory() -> Scenario {
    Scenario::new("file-where-a-directory-is-wanted")
        .realized(r#"{"a":{"text":"1"}}"#)
        .write("d", "my file")
        .write("e", "my other file")
        .cut_realize(r#"{"a":{"text":"2"},"d/x":{"text":"x"},"e/deep/y":{"text":"y"}}"#)
        .back_to("1")
}

fn same_content() -> Scenario {
    Scenario::new("same-content")
        .write("a", "wanted")
        .write("d/b", "wanted too")
        .cut_realize(r#"{"a":{"text":"wanted"},"d/b":{"text":"wanted too"}}"#)
}

/// A name in the backups that is taken.
fn one_backup_more() -> Scenario {
    Scenario::new("one-backup-more")
        .write("f", "first of mine")
        .realized(r#"{"f":{"text":"1"}}"#)
        .replace("f", "second of mine")
        .realized(r#"{"f":{"text":"1"}}"#)
        .replace("f", "third of mine")
        .cut_realize(r#"{"f":{"text":"1"},"g":{"text":"2"}}"#)
        .back_to("1")
}

fn drift_repair() -> Scenario {
    Scenario::new("drift-repair")
        .realized(
            r#"{"f":{"text":"1"},"g":{"text":"2"},"h":{"text":"3"},"d/i":{"text":"4"},
                "k":{"text":"5"}}"#,
        )
        .replace("f", "saved over the link")
        .remove("g")
        .remove("d/i")
        .write("d/i", "mine")
        .remove("k")
        .write("k/inside", "a directory now")
        .cut_realize(
            r#"{"f":{"text":"1"},"g":{"text":"2"},"h":{"text":"3"},"d/i":{"text":"4"},
                "k":{"text":"5"}}"#,
        )
        .returns("g", "2")
}

fn drift_and_switch() -> Scenario {
    Scenario::new("drift-and-switch")
        .realized(r#"{"f":{"text":"1"},"g":{"text":"2"},"gone":{"text":"3"}}"#)
        .replace("f", "mine instead")
        .replace("gone", "mine, no longer managed")
        .remove("g")
        .cut_realize(r#"{"f":{"text":"5"},"g":{"text":"6"},"new":{"text":"7"}}"#)
        .returns("g", "2")
        .back_to("1")
}

fn drifted_directory() -> Scenario {
    Scenario::new("drifted-directory")
        .source("s/one", "one")
        .realized(r#"{"s":{"source":"{source}/s"},"t":{"text":"1"}}"#)
        .remove("s")
        .write("s/mine", "mine")
        .write("s/one", "my one")
        .cut_realize(r#"{"s":{"source":"{source}/s"},"t":{"text":"2"}}"#)
        .back_to("1")
}

fn to_nothing() -> Scenario {
    Scenario::new("to-nothing")
        .write(".config/mine", "mine")
        .realized(r#"{"a":{"text":"1"},".config/b":{"text":"2"},"c/d/e":{"text":"3"}}"#)
        .cut_realize("{}")
        .back_to("1")
}

fn rollback() -> Scenario {
    Scenario::new("rollback")
        .realized(r#"{"a":{"text":"1"},"d/x":{"text":"x"},"only-old":{"text":"o"}}"#)
        .realized(r#"{"a":{"text":"2"},"d":{"text":"leaf"},"only-new":{"text":"n"}}"#)
        .cut(["rollback"], ["select-generation", "1"])
        .back_to("2")
}

fn select_generation() -> Scenario {
    Scenario::new("select-generation")
        .realized(r#"{"a":{"text":"1"}}"#)
        .realized(r#"{"a":{"text":"2"},"b":{"text":"b"}}"#)
        .realized(r#"{"c/c":{"text":"3"}}"#)
        .write("a", "mine now")
        .cut(
            ["select-generation", "2", "-b"],
            ["select-generation", "2", "-b"],
        )
        .back_to("3")
}

fn delete_generations() -> Scenario {
    Scenario::new("delete-generations")
        .realized(r#"{"a":{"text":"1"}}"#)
        .realized(r#"{"a":{"text":"2"}}"#)
        .realized(r#"{"a":{"text":"3"}}"#)
        .cut(["delete-generations", "old"], ["delete-generations", "old"])
}

fn restore() -> Scenario {
    Scenario::new("restore")
        .write("f", "my file")
        .write("g", "my other")
        .realized(r#"{"f":{"text":"1"},"g":{"text":"2"}}"#)
        .cut(["backups", "restore", "f"], ["backups", "restore", "f"])
        .refuses_when_done()
}

fn restore_missing() -> Scenario {
    Scenario::new("restore-directory")
        .write("d/one", "my one")
        .write("d/sub/two", "my two")
        .link("d/link", "one")
        .realized(r#"{"d":{"text":"1"}}"#)
        .cut(["backups", "restore", "d"], ["backups", "restore", "d"])
        .refuses_when_done()
}

fn expire() -> Scenario {
    Scenario::new("expire")
        .write("f", "my file")
        .write("d/g", "my other")
        .realized(r#"{"f":{"text":"1"},"d":{"text":"2"}}"#)
        .replace("f", "newer")
        .realized(r#"{"f":{"text":"3"},"d":{"text":"2"}}"#)
        .write("bystander", "left alone")
        .cut(
            ["backups", "expire", "--older-than", "0d"],
            ["backups", "expire", "--older-than", "0d"],
        )
        .expires("newer")
        .expires("my file")
        .expires("my other")
}
