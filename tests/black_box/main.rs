//! nhmt without Nix, as it is typed: manifests and the local store.

#[path = "../support/mod.rs"]
mod support;

mod activate;
mod activate_elsewhere;
mod applications;
mod at_risk;
#[cfg(target_os = "linux")]
mod at_risk_mounts;
mod backups;
mod bad_manifest;
mod command_line;
mod completions;
mod conflicts;
mod declared;
mod diff;
mod doctor;
#[cfg(target_os = "linux")]
mod doctor_runs;
mod doctor_session;
mod drift;
#[cfg(target_os = "linux")]
mod ephemeral;
#[cfg(target_os = "linux")]
mod formats;
mod fuse;
mod generations;
mod home_spelling;
mod hooks;
mod import;
mod import_left_out;
#[cfg(target_os = "linux")]
mod kernels;
mod large;
mod man_pages;
mod messages;
mod methods;
#[cfg(target_os = "linux")]
mod methods_attributes;
#[cfg(target_os = "linux")]
mod methods_cut_off;
mod methods_hooks;
#[cfg(target_os = "linux")]
mod methods_open;
#[cfg(target_os = "linux")]
mod methods_race;
mod methods_seed;
mod methods_shared;
#[cfg(target_os = "linux")]
mod mounts;
mod no_configuration;
mod output;
mod part_of_system;
#[cfg(target_os = "linux")]
mod persist;
#[cfg(target_os = "linux")]
mod persist_watch;
mod persisted;
mod plain_rename;
#[cfg(target_os = "linux")]
mod real_programs;
mod realize;
mod refusals;
mod rounds;
#[cfg(target_os = "linux")]
mod secrets;
#[cfg(target_os = "linux")]
mod shared_roots;
mod status;
mod test_container;
mod transitions;
mod uninstall;
mod unwritable;
mod why;
mod wipe;
#[cfg(target_os = "linux")]
mod wipe_meanwhile;
mod wipe_state;
mod within;
