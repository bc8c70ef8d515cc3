//! Parses any bytes and prints what was read: no panic, spans that hold, nothing lost.
#![no_main]

#[path = "../../crates/yaml/tests/properties/check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(&String::from_utf8_lossy(bytes)));
