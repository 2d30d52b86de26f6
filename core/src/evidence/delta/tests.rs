//! What is new, gone, more, or another value than normal is found and ranked, and what is not stays out.

use super::*;

fn line(second: i64, stream: &str, text: &str) -> Line {
    Line::new(DateTime::from_timestamp(1_763_629_800 + second, 0), stream, text)
}

fn lines(count: i64, from: i64, stream: &str, text: &str) -> Vec<Line> {
    (0..count)
        .map(|n| line(from + n * 600 / count.max(1), stream, &text.replace("{n}", &n.to_string())))
        .collect()
}

/// Both sides ten minutes of the same traffic; the window also has `extra`, and lacks what contains `without`.
fn compared(extra: Vec<Line>, without: &str) -> Comparison {
    let traffic = |from: i64| {
        let mut all = lines(300, from, "api-7d9f8b6c5d-x2x4z", "INFO request {n} served in 12 ms");
        all.extend(lines(60, from, "api-7d9f8b6c5d-x2x4z", "WARN retry {n} of upstream"));
        all.extend(lines(30, from, "worker-0", "INFO heartbeat {n} sent to queue eu"));
        all
    };
    let mut window: Vec<Line> =
        traffic(600).into_iter().filter(|line| without.is_empty() || !line.text.contains(without)).collect();
    window.extend(extra);
    compare(window.into_iter(), traffic(0).into_iter(), None)
}

fn first(comparison: &Comparison, change: Change) -> &Finding {
    comparison.findings.iter().find(|finding| finding.change == change).unwrap()
}

#[test]
fn without_a_difference_there_is_only_context() {
    let comparison = compared(Vec::new(), "");
    let changes: Vec<Change> = comparison.findings.iter().map(|finding| finding.change).collect();
    assert!(changes.iter().all(|change| matches!(change, Change::Severe | Change::Common)), "{changes:?}");
    assert_eq!((comparison.lines, comparison.baseline_lines, comparison.patterns), (390, 390, 3));
}

#[test]
fn what_is_new_comes_first_with_its_onset_and_samples() {
    let comparison = compared(lines(5, 900, "db-0", "ERROR c.a.Pool: connection {n} refused"), "");
    let new = &comparison.findings[0];
    assert_eq!((new.change, new.now, new.before, new.level), (Change::New, 5, 0, Level::Error));
    assert_eq!((new.stream.as_str(), new.logger.as_str()), ("db", "c.a.Pool"));
    assert_eq!(new.template, "connection <*> refused");
    assert_eq!(new.samples[0], "ERROR c.a.Pool: connection 0 refused");
    assert_eq!(new.first_seen, line(900, "", "").at);
    assert_eq!(new.sparkline.iter().sum::<u32>(), 5);
    assert_eq!(
        new.sparkline.iter().position(|count| *count > 0),
        Some(new.sparkline.len() * 5 / 13),
        "300 of 780 seconds"
    );
}

#[test]
fn what_stopped_is_found() {
    let comparison = compared(Vec::new(), "heartbeat");
    let gone = first(&comparison, Change::Gone);
    assert_eq!((gone.before, gone.now, gone.stream.as_str()), (30, 0, "worker"));
    assert_eq!(gone.samples[0], "INFO heartbeat 0 sent to queue eu");
    assert_eq!(comparison.findings[0].change, Change::Gone, "nothing alarming is new");
}

#[test]
fn what_surged_is_found_and_not_told_twice() {
    let comparison = compared(lines(500, 700, "api-7d9f8b6c5d-x2x4z", "WARN retry {n} of upstream"), "");
    let surged = first(&comparison, Change::Surged);
    assert_eq!((surged.before, surged.now), (60, 560));
    let again =
        |finding: &&Finding| matches!(finding.change, Change::Severe) && finding.template.contains("retry");
    assert_eq!(comparison.findings.iter().filter(again).count(), 0);
}

#[test]
fn a_value_never_seen_and_a_number_that_moved_are_found() {
    let mut extra = lines(3, 800, "worker-0", "INFO heartbeat {n} sent to queue=us2 host=b7");
    extra.extend(lines(300, 900, "api-7d9f8b6c5d-x2x4z", "INFO request {n} served in 950 ms"));
    let baseline: Vec<Line> = lines(60, 0, "worker-0", "INFO heartbeat {n} sent to queue=eu1 host=b7");
    let window: Vec<Line> = lines(60, 600, "worker-0", "INFO heartbeat {n} sent to queue=eu1 host=b7")
        .into_iter()
        .chain(extra)
        .collect();
    let comparison = compare(window.into_iter(), baseline.into_iter(), None);
    let value = first(&comparison, Change::Value);
    assert!(matches!(&value.detail, Detail::Value { value, count: 3 } if value == "us2"));
    let slow = |n: i64| format!("took {} ms", if n >= 600 { 900 + n % 7 } else { 20 + n % 7 });
    let side = |from: i64| (from..from + 100).map(|n| line(n, "api", &slow(n))).collect::<Vec<_>>();
    let comparison = compare(side(600).into_iter(), side(0).into_iter(), None);
    let number = first(&comparison, Change::Number);
    assert!(
        matches!(number.detail, Detail::Number { position: 1, median: (before, now), .. } if before < 30.0 && now > 900.0)
    );
}

#[test]
fn without_a_baseline_the_severe_and_the_rare_come_first() {
    let mut window = lines(1000, 0, "app", "INFO user {n} logged in");
    window.extend(lines(300, 0, "app", "ERROR query {n} timed out"));
    window.extend(lines(2, 300, "app", "ERROR certificate has expired"));
    window.extend(lines(1, 400, "app", "INFO config reloaded"));
    let comparison = compare(window.into_iter(), std::iter::empty(), None);
    let shown: Vec<&str> =
        comparison.findings.iter().take(4).map(|finding| finding.template.as_str()).collect();
    assert!(
        shown.contains(&"query <*> timed out") && shown.contains(&"certificate has expired"),
        "{shown:?}"
    );
    assert!(shown.contains(&"config reloaded"), "{shown:?}");
}

#[test]
fn rates_rest_on_the_span_that_was_asked_for() {
    let at = |second: i64| DateTime::from_timestamp(1_763_629_800 + second, 0).unwrap();
    let window = Window { start: at(600), end: at(1200) };
    let span = Span { window, baselines: vec![window.preceding(), window.yesterday()] };
    let baseline = lines(20, 0, "api", "INFO tick {n}");
    let comparison =
        compare(lines(10, 700, "api", "INFO tick {n}").into_iter(), baseline.into_iter(), Some(&span));
    assert_eq!((comparison.minutes, comparison.baseline_minutes), (10.0, 20.0));
    assert_eq!(comparison.window, Some((at(600), at(1200))));
    assert_eq!(comparison.findings[0].normal, 10.0);
}

#[test]
fn debug_shows_no_text() {
    let comparison = compare(lines(3, 0, "app", "password=hunter2").into_iter(), std::iter::empty(), None);
    assert!(!comparison.findings.is_empty() && !format!("{comparison:?}").contains("hunter2"));
}
