//! Bodies as strangers post them: read, kept, and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/sns/properties.rs"]
#[allow(dead_code)]
mod properties;

fuzz_target!(|body: &[u8]| properties::envelope(body));
