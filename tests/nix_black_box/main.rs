//! nhmt with a real Nix, as it is typed. The Nix is the one in
//! `$NHMT_TEST_NIX`, else the first on `$PATH`; without one these tests fail.

#[path = "../support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod add;
mod alice;
mod bad_input;
mod book;
mod configuration;
mod daemon;
#[cfg(target_os = "linux")]
mod darwin;
#[cfg(target_os = "linux")]
mod deploying;
mod desktop;
mod doctor;
#[cfg(target_os = "linux")]
mod edit;
mod flake_check;
mod flake_choice;
mod flake_locks;
mod flake_references;
mod flakes;
mod garbage;
mod home_manager;
mod home_modules;
mod hooks;
mod import;
mod import_options;
mod import_others;
mod init;
mod interrupt;
mod library;
mod live;
mod methods;
#[cfg(target_os = "linux")]
mod nixos;
mod odd_names;
mod options;
mod options_page;
mod own_flake;
mod package_versions;
mod packages;
#[cfg(target_os = "linux")]
mod persist_session;
mod persistence;
mod pictures;
mod progress;
mod readers;
mod schema;
#[cfg(target_os = "linux")]
mod secrets;
#[cfg(target_os = "linux")]
mod services;
mod session;
mod specialisation;
mod stores;
#[cfg(target_os = "linux")]
mod systemd;
mod test_container;
mod wrappers;
