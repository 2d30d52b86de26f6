//! Grouping, root causes, redaction and hostile lines, by the same code that the tests use.
//!
//! Knows the measures. Must not be needed to pass the tests.

use std::path::Path;

use crate::measure::grouping::{Grouping, assigned, mean, score};
use crate::measure::incidents::{CASES, compared, found, packed};
use crate::measure::{corpora, hostile, redaction, systems};
use crate::{Row, loghub};

/// Groups against statements: of the systems of the project, and of Loghub's where a folder is given.
pub fn grouping(loghub: Option<&Path>) -> Vec<Row> {
    let mut rows = Vec::new();
    let sets = [
        ("systems.txt", Some(of_project as fn(&Path, bool) -> Vec<Grouping>)),
        ("Loghub", loghub.map(|_| of_loghub as _)),
    ];
    for (name, of) in sets {
        let Some(of) = of else {
            rows.push(Row::new("GA / FGA on Loghub", "no folder given", "≥ .97 / .955"));
            continue;
        };
        let folder = loghub.unwrap_or(Path::new(""));
        for (raw, goal) in [(false, "≥ .97 / .955, lowest ≥ .75"), (true, "≥ .96 / .95")] {
            let each = of(folder, raw);
            let all = mean(&each);
            let lowest = each.iter().map(|one| one.accuracy).fold(1.0, f64::min);
            let kind = if raw { "raw lines" } else { "messages" };
            let reached = format!("{:.3} / {:.3}, {lowest:.2}", all.accuracy, all.f1);
            rows.push(Row::new(format!("GA / FGA, lowest GA: {name}, {kind}"), reached, goal));
            if !raw {
                let (alone, rare) = all.rare;
                let share = alone as f64 / rare.max(1) as f64;
                let reached = format!("{share:.3} ({alone}/{rare}) at {:.2}", all.groups);
                rows.push(Row::new(
                    format!("rare statements unmerged at groups each: {name}"),
                    reached,
                    "≥ .985 at ≤ 1.1",
                ));
            }
        }
    }
    rows
}

fn of_project(_: &Path, raw: bool) -> Vec<Grouping> {
    systems::grouped(raw)
}

fn of_loghub(folder: &Path, raw: bool) -> Vec<Grouping> {
    let one = |system: &loghub::System| {
        let lines = if raw { &system.raw } else { &system.content };
        score(&system.truth, &assigned(lines.iter().map(String::as_bytes)))
    };
    loghub::systems(folder).iter().map(one).collect()
}

/// What is measured on the project's corpora.
pub fn corpora() -> Vec<Row> {
    let mut rows = Vec::new();
    let comparisons: Vec<_> = CASES.iter().map(|case| (case, compared(case))).collect();
    let hits = |tokens: usize| {
        let hit = |(case, comparison): &&(&&str, _)| found(case, &packed(comparison, tokens))[0];
        comparisons.iter().filter(hit).count().to_string()
    };
    let reached = [4_000, 2_000, 1_000, 500].map(hits).join(" / ");
    let what = format!("root cause in the pack at 4,000 / 2,000 / 1,000 / 500, of {}", CASES.len());
    rows.push(Row::new(what, reached, "all / all / 98 % / 88 %"));
    for (class, goal) in [("secret", "≥ 99 %"), ("pii", "100 %")] {
        let (missed, all) = redaction::missed(class);
        rows.push(Row::new(
            format!("redaction: {class} removed"),
            format!("{}/{all}", all - missed.len()),
            goal,
        ));
    }
    let (altered, all) = redaction::altered(1);
    let written = redaction::written();
    let more = written.iter().filter(|line| redaction::redacted(line) != **line).count();
    let reached = format!("{}/{}", altered.len() + more, all + written.len());
    rows.push(Row::new("redaction: clean lines altered", reached, "≤ 0.5 %"));
    let lines = corpora::objects("injection.jsonl");
    let held =
        lines.iter().flat_map(|case| hostile::checks(case["line"].as_str().unwrap())).filter(|held| *held);
    let all = lines.len() * hostile::CHECKS.len();
    rows.push(Row::new("hostile lines, five checks each", format!("{}/{all}", held.count()), "all"));
    rows
}
