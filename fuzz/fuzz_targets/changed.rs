//! Messages of each known family, changed here and there: they lack parts, or have odd ones.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

#[path = "../../tests/sns/properties.rs"]
#[allow(dead_code)]
mod properties;

/// The samples that are JSON.
static SAMPLES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/samples/sns/services");
    let files = std::fs::read_dir(folder).expect("the samples");
    let mut paths: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    paths.sort();
    let texts = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    texts.filter_map(|text| serde_json::from_str(&text).ok()).collect()
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, edits)) = bytes.split_first() else { return };
    let sample = &SAMPLES[usize::from(*first) % SAMPLES.len()];
    properties::message(&properties::changed(sample, edits).to_string());
});
