//! Proofs: what the documentation promises, tried at every point where it
//! could break, with the real executable and without Nix.
//!
//! Each proof has a bounded form, which is part of `make test`, and a full one,
//! which `make proofs` runs. Each prints what it counted (`counts.rs`).

#[path = "../support/mod.rs"]
mod support;

mod case;
mod counts;
mod crash;
mod crash_again;
mod crash_state;
mod disk;
mod hostile;
mod hostile_entries;
mod hostile_input;
mod inject;
mod limits;
mod limits_methods;
mod limits_mounts;
mod own;
mod power_loss;
mod power_state;
mod readers;
mod readers_in_the_way;
mod readers_reference;
mod readers_state;
mod readers_view;
mod scenario;
mod scenarios;
mod scenarios_home_manager;
mod scenarios_methods;
mod scenarios_secrets;
mod scenarios_state;
mod schema;
mod snapshot;
mod trees;
mod turns;
mod unprivileged;
mod view;
mod watchers;
mod wipes;
mod writers;
mod writers_files;
mod writers_pivot;
mod writers_programs;
mod writers_settings;
mod writers_state;

/// Whether all points are to be tried, and not only a sample of them.
fn full() -> bool {
    match std::env::var("NHMT_PROOFS") {
        Ok(form) if form == "full" => true,
        Ok(form) if !form.is_empty() && form != "bounded" => {
            panic!("NHMT_PROOFS is `full` or `bounded`, not `{form}`")
        }
        _ => false,
    }
}
