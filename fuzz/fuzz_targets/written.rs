#![no_main]

#[allow(dead_code, reason = "each target runs one entry")]
#[path = "../../tests/proofs/hostile_entries.rs"]
mod entries;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entries::written(data));
