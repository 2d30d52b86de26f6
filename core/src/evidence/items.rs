//! Findings as items of evidence, for pages and messages.
//!
//! Knows how a finding is told to people. Must not rank: the comparison's order is the items' order.

use super::delta::{Comparison, Finding, body};
use super::excerpt::{excerpt, squeeze};
use super::redact::{Redacted, Redactor};
use super::{Frequency, Item, Kind};

/// Of a title, in characters.
const TITLE: usize = 140;
/// Of one sample, in characters.
const SAMPLE: usize = 1_500;

/// The id of the `index`-th item of a kind: `L1` is the first.
pub(super) fn id(kind: Kind, index: usize) -> Redacted {
    Redacted::concat([&Redacted::fixed(kind.letter()), &Redacted::count(index as u64 + 1)])
}

/// The first `limit` findings as items `L1`, `L2` … of the evidence source `source`, found by `query`; with
/// [`Pack::last`](super::Pack::last) as the limit each id of the pack has its item.
pub fn items(
    comparison: &Comparison,
    source: &str,
    query: Option<&Redacted>,
    redactor: &Redactor,
    limit: usize,
) -> Vec<Item> {
    let item = |(i, finding): (usize, &Finding)| Item {
        id: id(Kind::Log, i).to_string(),
        kind: Kind::Log,
        source: source.to_owned(),
        title: title(finding, redactor),
        text: text(finding, redactor),
        query: query.cloned(),
        link: None,
        at: finding.first_seen,
        frequency: Some(Frequency {
            change: finding.change,
            now: finding.now,
            normal: (comparison.baseline_lines > 0).then_some(finding.normal),
            sparkline: finding.sparkline.clone(),
            last_seen: finding.last_seen,
        }),
        chart: None,
    };
    comparison.findings.iter().enumerate().take(limit).map(item).collect()
}

/// `ERROR HikariPool-1 - Connection is not available…`: level, logger and the first sample's content.
fn title(finding: &Finding, redactor: &Redactor) -> Redacted {
    let mut title = Redacted::default();
    for (word, end) in [(finding.level.as_str(), " "), (finding.logger.as_str(), ": ")] {
        if !word.is_empty() {
            title.push(&redactor.redact_line(word));
            title.push_fixed(end);
        }
    }
    let sample = finding.samples.first().map_or("", String::as_str);
    title.push(&squeeze(&redactor.redact_line(&body(sample))));
    excerpt(&title, TITLE)
}

/// The samples, verbatim but for what is redacted; one below the other.
fn text(finding: &Finding, redactor: &Redactor) -> Redacted {
    let mut text = Redacted::default();
    for sample in &finding.samples {
        if !text.as_str().is_empty() {
            text.push_fixed("\n");
        }
        let redacted = redactor.redact(sample);
        let end = redacted.as_str().char_indices().nth(SAMPLE).map(|(end, _)| end);
        text.push(&end.map_or_else(|| redacted.clone(), |end| redacted.pieces(&[(0..end, "…")])));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Change, Line, compare};

    fn comparison() -> Comparison {
        let line = |n: i64, text: &str| {
            Line::new(chrono::DateTime::from_timestamp(1_763_629_800 + n, 0), "api-0", text)
        };
        let usual = |from: i64| (from..from + 100).map(move |n| line(n, "INFO served"));
        let failing =
            (150..153).map(|n| line(n, "ERROR a.Pool: no connection for bob@example.com password=hunter2"));
        compare(usual(100).chain(failing), usual(0), None)
    }

    #[test]
    fn findings_become_items_with_ids_titles_and_redacted_samples() {
        let query = Redacted::fixed("fields @message");
        let items = items(&comparison(), "api", Some(&query), &Redactor::default(), 10);
        let usual = items[1].frequency.as_ref().map(|frequency| frequency.change);
        assert_eq!((items.len(), items[1].id.as_str(), usual), (2, "L2", Some(Change::Common)));
        let item = &items[0];
        assert_eq!((item.id.as_str(), item.kind, item.source.as_str()), ("L1", Kind::Log, "api"));
        assert!(item.title.as_str().starts_with("ERROR a.Pool: no connection for <email:"), "{}", item.title);
        assert!(item.text.as_str().starts_with("ERROR a.Pool: no connection for <email:"), "{}", item.text);
        assert!(!format!("{item:?}").contains("hunter2"));
        let frequency = item.frequency.as_ref().unwrap();
        assert_eq!((frequency.change, frequency.now, frequency.normal), (Change::New, 3, Some(0.0)));
        assert_eq!(item.query.as_ref(), Some(&query));
        assert!(item.at < frequency.last_seen);
    }

    #[test]
    fn without_a_baseline_nothing_is_called_new_and_no_normal_is_claimed() {
        let lines = (0..200).map(|n| Line::new(None, "api-0", &format!("INFO served in {n} ms")));
        let lines = lines.chain([Line::new(None, "api-0", "INFO configuration was reloaded")]);
        let alone = compare(lines, std::iter::empty(), None);
        let items = items(&alone, "api", None, &Redactor::default(), 10);
        let frequencies: Vec<_> = items.iter().filter_map(|item| item.frequency.as_ref()).collect();
        assert!(frequencies.iter().any(|frequency| frequency.change == Change::Rare), "{frequencies:?}");
        assert!(frequencies.iter().all(|f| f.normal.is_none() && f.change != Change::New), "{frequencies:?}");
    }

    #[test]
    fn the_limit_is_kept() {
        assert!(items(&comparison(), "api", None, &Redactor::default(), 0).is_empty());
    }
}
