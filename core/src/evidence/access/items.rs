//! Counted requests as items `M3`, `M4` …: a line for people, and the figures that a sentence may cite.
//!
//! Knows words and order. Must not tell anything that is not redacted.

use super::{Access, By, Counts, Mark, Row, whole_differs};
use crate::evidence::excerpt::excerpt;
use crate::evidence::items::id;
use crate::evidence::words::Words;
use crate::evidence::{Item, Kind, Redacted, Redactor};

/// Longest value, in characters.
const VALUE: usize = 100;
/// Rows of the same kind that are told beside one.
const BESIDE: usize = 6;

/// The items of all sources, with ids that follow those of the `before` metrics before them: of each, all requests
/// together, then what stands out.
pub fn items(all: &[(String, Access)], before: usize, redactor: &Redactor) -> Vec<Item> {
    let mut items = Vec::new();
    for (source, access) in all {
        let whole =
            access.whole().map(|row| (title(row, None, access, redactor), text(row, access, redactor)));
        let told = |(row, mark): &(&Row, Mark)| {
            (title(row, Some(*mark), access, redactor), text(row, access, redactor))
        };
        let standing_out = access.standing_out();
        for (title, text) in whole.into_iter().chain(standing_out.iter().map(told)) {
            items.push(Item {
                id: id(Kind::Metric, before + items.len()).to_string(),
                kind: Kind::Metric,
                source: source.clone(),
                title,
                text,
                query: Some(redactor.redact(&access.query)),
                link: access.link.as_deref().and_then(|link| redactor.redact_url(link)),
                at: None,
                frequency: None,
                chart: None,
            });
        }
    }
    items
}

fn called(by: By) -> &'static str {
    match by {
        By::All => "all requests",
        By::Target => "target ",
        By::Path => "path ",
        By::TargetStatus => "answers of targets with ",
        By::Status => "answers with ",
        By::Client => "client ",
    }
}

impl Words {
    fn row(self, row: &Row, redactor: &Redactor) -> Self {
        self.fixed(called(row.by)).part(&excerpt(&redactor.redact_line(&row.value), VALUE))
    }

    /// `5xx 310 of 812 (38.2 %)`
    pub(super) fn failed(self, counts: &Counts) -> Self {
        let share = counts.failed as f64 / counts.requests.max(1) as f64;
        let words = self.fixed("5xx ").count(counts.failed).fixed(" of ").count(counts.requests);
        words.fixed(" (").percent(share).fixed(")")
    }

    pub(super) fn p95(self, counts: &Counts) -> Self {
        match counts.p95 {
            Some(seconds) => self.fixed("p95 ").seconds(seconds),
            None => self.fixed("p95 unknown"),
        }
    }
}

pub(super) fn share(some: u64, all: u64) -> f64 {
    some as f64 / all.max(1) as f64
}

/// `target 10.0.1.7:8080: 5xx 310 of 812 (38.2 %), normally 0.4 %; others 1 of 900 (0.11 %)`
fn title(row: &Row, mark: Option<Mark>, access: &Access, redactor: &Redactor) -> Redacted {
    let words = Words::default().row(row, redactor).fixed(": ");
    let normal = (access.times > 0 && row.normal.requests > 0).then_some(&row.normal);
    let whole = access.whole().unwrap_or(row);
    let words = match mark {
        Some(Mark::More) => {
            let all = whole.now.requests;
            let words = words.count(row.now.requests).fixed(" of ").count(all).fixed(" requests (");
            let words = words.percent(share(row.now.requests, all)).fixed("), normally ");
            words.percent(share(row.normal.requests, whole.normal.requests))
        }
        Some(Mark::Slow) => {
            let words = words.p95(&row.now);
            match row.normal.p95.filter(|_| normal.is_some()) {
                Some(seconds) => words.fixed(", normally ").seconds(seconds),
                None => words,
            }
        }
        Some(Mark::Fails) | None => {
            let words = words.failed(&row.now);
            match normal {
                Some(normal) => words.fixed(", normally ").percent(share(normal.failed, normal.requests)),
                None => words.fixed(", nothing to compare with"),
            }
        }
    };
    let words = match mark {
        Some(Mark::Fails) => {
            let failed = whole.now.failed.saturating_sub(row.now.failed);
            let others = Counts { requests: super::others(row, whole), failed, p95: None };
            words.fixed("; others ").failed(&others)
        }
        None => {
            let words = words.fixed("; ").p95(&row.now);
            match row.normal.p95.filter(|_| normal.is_some()) {
                Some(seconds) if whole_differs(row) => words.fixed(", normally ").seconds(seconds),
                Some(seconds) => words.fixed(", normally ").seconds(seconds).fixed(", as usual"),
                None => words,
            }
        }
        Some(_) => words,
    };
    words.0
}

/// The figures of the row, then the largest others of its kind.
fn text(row: &Row, access: &Access, redactor: &Redactor) -> Redacted {
    let mut words = figures(Words::default(), row, access);
    if row.by == By::All {
        return words.0;
    }
    let mut beside: Vec<&Row> =
        access.rows.iter().filter(|other| other.by == row.by && other.value != row.value).collect();
    beside.sort_by(|a, b| {
        let key = |row: &Row| (row.now.failed, row.now.requests, row.normal.requests);
        key(b).cmp(&key(a)).then_with(|| a.value.cmp(&b.value))
    });
    for other in beside.into_iter().take(BESIDE) {
        words = figures(words.fixed("\n").row(other, redactor).fixed(": "), other, access);
    }
    words.0
}

fn figures(words: Words, row: &Row, access: &Access) -> Words {
    let words = words.failed(&row.now).fixed(", ").p95(&row.now);
    if access.times == 0 {
        return words;
    }
    let usual = row.normal.requests as f64 / access.times as f64;
    let words = words.fixed("; normally ").part(&Redacted::number(usual)).fixed(" requests, 5xx ");
    words.percent(share(row.normal.failed, row.normal.requests)).fixed(", ").p95(&row.normal)
}
