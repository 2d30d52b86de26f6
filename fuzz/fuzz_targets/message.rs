//! Messages inside of an envelope, of any service or none.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/sns/properties.rs"]
#[allow(dead_code)]
mod properties;

fuzz_target!(|text: &str| properties::message(text));
