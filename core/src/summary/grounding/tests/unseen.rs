//! False sentences that are verified all the same: what a search cannot see, kept so that nobody claims more.

use super::scene::scene;
use super::*;

/// Over the incident of `scene`.
const OF_SCENE: &[(&str, &str)] = &[
    // A name that looks like a plain word, is no known product, and begins the sentence.
    ("Atlas answered 503 after 1,250 ms.", "L3"),
    // Adjectives.
    ("The important deployment of v2.40.1 at 14:01 was urgent.", "C1"),
    // What a number measures, where it is no resource of a machine.
    ("The satisfaction with db-0 is at 96 %.", "M3"),
    // Who is meant.
    ("Customers see 503 after 1.25 s at 10.0.3.17.", "L3"),
    ("東京の全店舗で412回のタイムアウトが発生。", "L1"),
];

#[test]
fn what_a_search_cannot_see_is_known() {
    let (items, pack) = scene();
    let of_scene = OF_SCENE
        .iter()
        .map(|(text, id)| held_with(&answer(&[(text, &[id])]), &items, &pack).claims.remove(0));
    let seen: Vec<Claim> = of_scene.filter(|claim| claim.verdict != Verdict::Verified).collect();
    assert!(seen.is_empty(), "these are seen by now; move them to the lies: {seen:#?}");
}
