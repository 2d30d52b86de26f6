//! How many true sentences are verified, and how many false ones are not: the tables, and both rates.

use super::scene::scene;
use super::{Verdict, answer, held_with, lies, truths};
use crate::summary::Claim;

type Table = [(&'static str, &'static [&'static str])];

/// The verdicts of `table`, in its order.
fn judged(table: &Table) -> Vec<Claim> {
    let (items, pack) = scene();
    let all: Vec<(&str, &[&str])> = table.to_vec();
    all.iter().map(|one| held_with(&answer(&[*one]), &items, &pack).claims.remove(0)).collect()
}

fn told(claim: &Claim) -> String {
    format!("{} {:?} {}", claim.text, claim.verdict, claim.reason.as_ref().map_or("", |r| r.as_str()))
}

/// Of a hundred, and what was not as wanted.
fn truths_verified(name: &str, table: &Table) -> (usize, Vec<String>) {
    let claims = judged(table);
    let wrong: Vec<String> = claims.iter().filter(|c| c.verdict != Verdict::Verified).map(told).collect();
    let refuted = claims.iter().filter(|claim| claim.verdict == Verdict::Refuted).count();
    let verified = table.len() - wrong.len();
    println!("{wrong:#?}");
    println!("{name}: {verified} of {} true sentences verified, {refuted} refuted", table.len());
    (verified * 100 / table.len(), wrong)
}

fn lies_verified(name: &str, table: &Table) -> Vec<String> {
    let claims = judged(table);
    let verified: Vec<String> = claims.iter().filter(|c| c.verdict == Verdict::Verified).map(told).collect();
    let refuted = claims.iter().filter(|claim| claim.verdict == Verdict::Refuted).count();
    println!("{name}: {} of {} false sentences verified, {refuted} refuted", verified.len(), table.len());
    verified
}

#[test]
fn true_sentences_are_verified_and_none_is_refuted() {
    let tables = [("English", truths::ENGLISH), ("Japanese", truths::JAPANESE)];
    for (rate, wrong) in tables.map(|(name, table)| truths_verified(name, table)) {
        assert!(rate >= 95 && !wrong.iter().any(|one| one.contains(" Refuted ")), "{rate} %: {wrong:#?}");
    }
    assert!(truths::ENGLISH.len() >= 30 && truths::JAPANESE.len() >= 30);
}

#[test]
fn false_sentences_are_never_verified() {
    let tables = [("English", lies::ENGLISH), ("Japanese", lies::JAPANESE)];
    let verified: Vec<String> =
        tables.into_iter().flat_map(|(name, table)| lies_verified(name, table)).collect();
    assert!(verified.is_empty(), "{verified:#?}");
    assert!(lies::ENGLISH.len() >= 60 && lies::JAPANESE.len() >= 30);
}
