//! Grouping, root causes, redaction and hostile lines, by the same code that the tests use.
//!
//! Knows where the labelled lines of Loghub lie, if they are there. Must not be needed to pass the tests.

use std::path::Path;

use crate::Row;
use crate::measure::grouping::{Grouping, assigned, mean, score};
use crate::measure::incidents::{CASES, compared, found, packed};
use crate::measure::{corpora, hostile, redaction, systems};

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

/// Each folder of `2k` is a system: its lines, and a table whose columns `Content` and `EventTemplate` are the truth.
fn of_loghub(folder: &Path, raw: bool) -> Vec<Grouping> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder.join("2k")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let one = |system: &std::path::PathBuf| {
        let name = system.file_name().unwrap().to_string_lossy();
        let read = |end: &str| {
            let bytes = std::fs::read(system.join(format!("{name}_2k.log{end}"))).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let table = records(&read("_structured.csv"));
        let column = |name: &str| table[0].iter().position(|field| field == name).unwrap();
        let (content, template) = (column("Content"), column("EventTemplate"));
        let mut ids = std::collections::HashMap::new();
        let mut truth = Vec::new();
        for row in &table[1..] {
            let next = ids.len() as u32;
            truth.push(*ids.entry(row[template].clone()).or_insert(next));
        }
        let log = read("");
        let lines: Vec<&str> = match raw {
            true => log.lines().collect(),
            false => table[1..].iter().map(|row| row[content].as_str()).collect(),
        };
        score(&truth, &assigned(lines.iter().map(|line| line.as_bytes())))
    };
    names.iter().map(one).collect()
}

/// The records of a comma-separated table, quoted as RFC 4180 has it.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().filter(|c| *c != '\r').peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                all.push(std::mem::take(&mut row));
            }
            _ => field.push(c),
        }
    }
    all
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
