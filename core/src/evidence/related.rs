//! Runbooks that may help though they were not chosen: which, and the words that say so.
//!
//! Knows runbooks and what an incident says of itself. Must not choose one: what is found here is offered beside the one
//! that matchers or the alert name, or where there is none. Rare words count, by the library they stand in: what stands in
//! every runbook says nothing of one.

use std::collections::BTreeMap;

use super::known::{self, MOST_RELATED};
use super::similar::Traits;
use super::telling::{named, words};
use super::{Item, Redactor};
use crate::runbook::{Runbook, Step};

/// What an offer takes at least, a rare word of both names, or several of lines and steps.
const FLOOR: f64 = 14.0;
/// So many different words have to be shared.
const LEAST_WORDS: usize = 2;
/// How much of the best runbook's worth the next one needs to be offered beside it.
const BESIDE: f64 = 0.6;
/// What a word is worth by where it stands: in a name, be it the incident's or the runbook's, …
const IN_NAME: f64 = 3.0;
/// … in the incident's lines, …
const IN_LINES: f64 = 1.5;
/// … in the runbook's steps.
const IN_STEPS: f64 = 1.0;

/// The items of those among `runbooks` that share telling words with `now`, but for the one at `chosen`. Their ids follow
/// those of similar incidents.
pub fn items(
    now: &Traits,
    runbooks: &[Runbook],
    chosen: Option<&str>,
    redactor: &Redactor,
    url: &dyn Fn(&str) -> Option<String>,
) -> Vec<Item> {
    let found = found(now, runbooks, chosen);
    let item = |(n, (runbook, words)): (usize, &(&Runbook, Vec<String>))| {
        let address = url(&runbook.path);
        known::related(n, runbook, &words.join(", "), redactor, address.as_deref())
    };
    found.iter().enumerate().map(item).collect()
}

/// The runbooks that are offered, the most telling first, each with the words that it shares.
pub fn found<'a>(
    now: &Traits,
    runbooks: &'a [Runbook],
    chosen: Option<&str>,
) -> Vec<(&'a Runbook, Vec<String>)> {
    let all: Vec<BTreeMap<String, f64>> = runbooks.iter().map(said).collect();
    let mut holders: BTreeMap<&str, u32> = BTreeMap::new();
    for word in all.iter().flat_map(BTreeMap::keys) {
        *holders.entry(word).or_default() += 1;
    }
    let (asked, spoken) = (asked(now), spoken(now));
    let mut judged: Vec<(f64, &Runbook, Vec<String>)> = Vec::new();
    for (runbook, said) in
        runbooks.iter().zip(&all).filter(|(runbook, _)| Some(runbook.path.as_str()) != chosen)
    {
        let mut shared: Vec<(f64, &String)> = asked
            .iter()
            .filter_map(|(word, weight)| {
                let (stands, holders) = (said.get(word)?, *holders.get(word.as_str())?);
                Some((weight * stands * rarity(holders, runbooks.len()), word))
            })
            .filter(|(worth, _)| *worth > 0.0)
            .collect();
        shared.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let worth: f64 = shared.iter().map(|(worth, _)| worth).sum();
        if worth >= FLOOR && shared.len() >= LEAST_WORDS {
            let words = shared.into_iter().take(5).filter_map(|(_, word)| spoken.get(word).cloned());
            judged.push((worth, runbook, words.collect()));
        }
    }
    judged.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.path.cmp(&b.1.path)));
    let best = judged.first().map_or(0.0, |(worth, ..)| *worth);
    let near = judged.into_iter().take_while(|(worth, ..)| *worth >= best * BESIDE);
    near.take(MOST_RELATED).map(|(_, runbook, words)| (runbook, words)).collect()
}

/// How much a word says that `holders` of `all` runbooks hold (BM25's inverse frequency): nothing where more than a third do.
fn rarity(holders: u32, all: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a library has some thousands of runbooks at most")]
    let (all, holders) = (all.max(10) as f64, f64::from(holders));
    if holders * 3.0 > all { 0.0 } else { ((all + 1.0) / (holders + 0.5)).ln() }
}

/// The words of an incident as they stand in it, by their stems.
fn spoken(now: &Traits) -> BTreeMap<String, String> {
    let texts = [now.title.as_str(), now.labels.get("alertname")];
    let mut spoken = BTreeMap::new();
    for (stem, word) in texts.into_iter().chain(now.lines.iter().map(String::as_str)).flat_map(named) {
        spoken.entry(stem).or_insert(word);
    }
    spoken
}

/// The words of an incident: of its name, and of the lines that stand out.
fn asked(now: &Traits) -> BTreeMap<String, f64> {
    let names = [now.title.as_str(), now.labels.get("alertname")];
    let lines = now.lines.iter().flat_map(|line| words(line)).map(|word| (word, IN_LINES));
    weighed(lines.chain(names.into_iter().flat_map(words).map(|word| (word, IN_NAME))))
}

/// The words of a runbook: of its title, path and matchers, and of its steps.
fn said(runbook: &Runbook) -> BTreeMap<String, f64> {
    let blocks =
        |step: &Step| step.blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join(" ");
    let steps = runbook.steps.iter().flat_map(|step| words(&format!("{} {}", step.text, blocks(step))));
    let steps = steps.map(|word| (word, IN_STEPS));
    let matchers = runbook.matchers.to_string();
    let names = [runbook.title.as_str(), runbook.path.trim_end_matches(".md"), &matchers];
    weighed(steps.chain(names.into_iter().flat_map(words).map(|word| (word, IN_NAME))))
}

fn weighed(words: impl Iterator<Item = (String, f64)>) -> BTreeMap<String, f64> {
    let mut all = BTreeMap::new();
    for (word, weight) in words {
        let known = all.entry(word).or_insert(weight);
        *known = known.max(weight);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_says_less_the_more_runbooks_hold_it() {
        let of = |holders| rarity(holders, 30);
        assert!(of(1) > of(2) && of(2) > of(10) && of(10) > 1.0, "{} {} {}", of(1), of(2), of(10));
        assert!(of(11).abs() < f64::EPSILON && of(30).abs() < f64::EPSILON);
        assert!(rarity(1, 1) > 1.0, "a single runbook's words are not common for being all there are");
    }
}
