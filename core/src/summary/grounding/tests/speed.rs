//! What the check costs: of an answer as models write them, and of hostile text.

use std::time::Instant;

use super::scene::scene;
use super::*;

/// Twelve claims against forty items. The bound is loose, for machines that do other things; the figure is printed.
#[test]
fn twelve_claims_against_forty_items_are_quick() {
    let (items, pack) = scene();
    let many: Vec<Item> = (0..40)
        .filter_map(|n| Some(Item { id: format!("L{}", n + 1), ..items.get(n % items.len())?.clone() }))
        .collect();
    let claims: Vec<(&str, &[&str])> =
        truths::ENGLISH.iter().take(12).map(|(text, _)| (*text, &["L1", "L2", "L3"][..])).collect();
    let given = answer(&claims);
    held_with(&given, &many, &pack);
    let began = Instant::now();
    let grounded = held_with(&given, &many, &pack);
    let took = began.elapsed();
    println!("12 claims against 40 items: {took:?}");
    assert!(grounded.claims.len() <= 12 && took.as_millis() < 200, "{took:?}");
}

/// Time may grow with the length of an item, and with no power of it.
#[test]
fn hostile_items_cost_no_more_than_their_length() {
    let claim = "a 1 b \"x … x … x\" 14:05 db-0, ".repeat(18);
    let claim: String = claim.chars().take(600).collect();
    for piece in [
        "1 ",
        "x ",
        "14:05 ",
        "a-1.b ",
        "k=1,",
        "not ",
        "12 of ",
        "1万",
        "1h30m",
        "(((",
        "from 1 to ",
        "\"",
        "normally ",
    ] {
        let took = |bytes: usize| {
            let mut all = items();
            all[0].text = Redactor::default().redact(&piece.repeat(bytes / piece.len()));
            let given = answer(&[(&claim, &["A1"])]);
            let began = Instant::now();
            held(&given, &all);
            began.elapsed()
        };
        took(1_000);
        let (short, long) = (took(8_000), took(64_000));
        println!("{piece:?}: 8 KB {short:?}, 64 KB {long:?}");
        assert!(long.as_secs_f64() < 3.0 && long < short * 40, "{piece:?}: {short:?}, {long:?}");
    }
}
