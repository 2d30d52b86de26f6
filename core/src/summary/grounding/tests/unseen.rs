//! False sentences that are verified all the same: what a search cannot see, kept so that nobody claims more.

use super::scene::scene;
use super::*;

/// Over the incident of `scene`.
const OF_SCENE: &[(&str, &str)] = &[
    // What any system has.
    ("The database answered 503 after 1,250 ms.", "L3"),
    // What a number measures, where any report may measure it.
    ("The availability of db-0 is at 96 %.", "M3"),
    // Adjectives that any report may have.
    ("The wrong version v2.40.1 was deployed at 14:01.", "C1"),
    // In Japanese, what is no group and no place.
    ("夜間の処理で412回のタイムアウトが発生。", "L1"),
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
