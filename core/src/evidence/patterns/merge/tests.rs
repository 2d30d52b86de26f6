//! Which words become slots, whatever the order of the lines.

use super::*;
use crate::evidence::patterns::miner::Miner;

fn groups(lines: &[String]) -> Vec<String> {
    let mut miner = Miner::default();
    let rows: Vec<usize> = lines.iter().map(|line| miner.add(line.as_bytes(), None).1).collect();
    let table: Vec<Row<'_>> =
        miner.patterns().iter().map(|p| Row { tokens: &p.tokens, count: p.count }).collect();
    let groups = merge(&table);
    rows.iter().map(|row| groups.templates[&groups.of_row[*row]].clone()).collect()
}

fn lines(pattern: &str, words: &[&str], times: usize) -> Vec<String> {
    words.iter().flat_map(|word| std::iter::repeat_n(pattern.replace("{}", word), times)).collect()
}

const NAMES: [&str; 8] = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"];

#[test]
fn evidence_decides_what_is_a_value() {
    for (name, lines, expected) in [
        ("five words, often", lines("job {} has ended well", &NAMES[..5], 3), 1),
        ("four words", lines("job {} has ended well", &NAMES[..4], 3), 4),
        ("five words, once each: a rare family", lines("job {} has ended well", &NAMES[..5], 1), 5),
        ("eight words, once each", lines("job {} has ended well", &NAMES, 1), 1),
        ("the first word takes more", lines("{} has ended well", &NAMES, 3), 8),
        ("a user's name takes fewer", lines("failed for user {} now", &NAMES[..3], 3), 1),
        ("booleans never", lines("wifi is {} now ok", &["true", "false", "on", "off", "yes", "no"], 3), 6),
        ("soft names, two are enough", lines("run task a.{} to end", &NAMES[..2], 1), 1),
        ("beside a value", lines("end of {} run now", &["alpha", "17"], 1), 1),
        ("no word left", lines("{} 12", &NAMES, 3), 8),
    ] {
        let mut found = groups(&lines);
        found.sort();
        found.dedup();
        assert_eq!(found.len(), expected, "{name}: {found:?}");
    }
}

#[test]
fn words_in_quotes_that_vary_together_are_values() {
    let pairs = |pattern: &str, count: usize| -> Vec<String> {
        let pair =
            |n: usize| pattern.replacen("{}", NAMES[n % 8], 1).replacen("{}", NAMES[(n * 3 + n / 8) % 8], 1);
        (0..count).map(pair).collect()
    };
    for (name, lines, expected) in [
        ("in single quotes", pairs("aborted on db: '{}' user: '{}' now", 12), 1),
        ("as JSON", pairs(r#"reconciling {"namespace": "{}", "name": "{}"}"#, 12), 1),
        ("in brackets", pairs("adding template [{}] for index [{}]", 12), 1),
        ("a rare family", pairs("aborted on db: '{}' user: '{}' now", 4), 4),
        ("what tells what happened", pairs(r#"{"state": "{}", "reason": "{}"} of the job"#, 12), 12),
        ("without quotes one would not know", pairs("moved {} to {} now", 12), 12),
    ] {
        let mut found = groups(&lines);
        found.sort();
        found.dedup();
        assert_eq!(found.len(), expected, "{name}: {found:?}");
    }
}

#[test]
fn the_template_shows_the_value_as_a_slot_and_keeps_what_all_share() {
    let found = groups(&lines("job {} has ended in a.b", &NAMES[..5], 3));
    assert_eq!(found[0], "job <*> has ended in a.b");
    let soft = groups(&lines("run x.y with a.{}", &NAMES[..3], 3));
    assert_eq!(soft[0], "run x.y with <*>");
}

#[test]
fn the_order_of_lines_does_not_change_the_groups() {
    let forward =
        [lines("job {} has ended well", &NAMES, 2), lines("run task a.{} to end", &NAMES, 2)].concat();
    let backward: Vec<String> = forward.iter().rev().cloned().collect();
    let mut reversed = groups(&backward);
    reversed.reverse();
    assert_eq!(groups(&forward), reversed);
}
