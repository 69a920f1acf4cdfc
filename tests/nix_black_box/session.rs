//! The environment of a session, in the shells themselves.

mod again;
mod cron;
mod desktops;
mod lists;
mod logins;
mod prompt;
mod shell;
mod systemd;
mod values;

use std::collections::BTreeMap;

use crate::support::Home;

/// An environment.
type Variables = BTreeMap<String, String>;

/// A home whose session has a file for every kind of reader.
fn home(configuration: &str) -> Home {
    let mut home = Home::with_nix();
    set(&mut home, configuration);
    home
}

/// Realizes another configuration.
#[track_caller]
fn set(home: &mut Home, configuration: &str) {
    home.set_config(&format!(
        "nhmt.session = {{ fish.enable = true; nushell.enable = true; environmentD.enable = true; }};\n{configuration}"
    ));
    home.run(["realize"]).success();
}

fn variables(pairs: &[(&str, &str)]) -> Variables {
    let owned = pairs
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()));
    owned.collect()
}
