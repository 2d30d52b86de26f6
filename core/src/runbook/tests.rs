//! What runbooks say, what is wrong with them, and which one is chosen.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::alert::Labels;

const GOOD: &str = r#"---
match: ['alertname="HighErrorRate"', 'service=~"api|web"']   # as in Alertmanager
owner: platform
escalate_after: 1h30m
---
# High `error` rate

## Impact

- Users see errors: nothing to do here.

## Check

1. Is it **one** endpoint? See [the board](https://grafana.example/d/1).
   ```logs-insights
   filter status >= 500
   | stats count() by path
   ```
   If yes:
   - look at its code path
   - ask its owner
2. Is `checkout` slow,
   or all?
```promql
up == 0
```

## Respond

* [ ] Roll back

      kubectl rollout undo deployment/api

## Escalate
- Call.
"#;

fn labels(pairs: &[(&'static str, &'static str)]) -> Labels {
    pairs.iter().copied().collect()
}

fn block(language: &str, text: &str) -> Block {
    Block { language: language.into(), source: None, text: text.into() }
}

#[test]
fn reads_what_a_runbook_says() {
    let (runbook, faults) = Runbook::parse("api/errors.md", GOOD);
    assert_eq!(faults, []);
    assert_eq!((runbook.path.as_str(), runbook.title.as_str()), ("api/errors.md", "High error rate"));
    assert_eq!(runbook.matchers.to_string(), r#"alertname="HighErrorRate", service=~"api|web""#);
    assert_eq!(runbook.owner.as_deref(), Some("platform"));
    assert_eq!(runbook.escalate_after, Some(Duration::from_secs(5400)));
    let step = |id: &str, section: &str, text: &str, blocks: Vec<Block>| Step {
        id: id.into(),
        section: section.into(),
        text: text.into(),
        blocks,
    };
    let one = "Is it one endpoint? See the board. If yes: look at its code path; ask its owner";
    let expected = vec![
        step(
            "R1",
            "Check",
            one,
            vec![block("logs-insights", "filter status >= 500\n| stats count() by path")],
        ),
        step("R2", "Check", "Is checkout slow, or all?", vec![block("promql", "up == 0")]),
        step("R3", "Respond", "Roll back", vec![block("", "kubectl rollout undo deployment/api")]),
        step("R4", "Escalate", "Call.", vec![]),
    ];
    assert_eq!(runbook.steps, expected);
    let query = |line, language| Query { line, language, source: None };
    assert_eq!(runbook.queries, [query(15, Language::LogsInsights), query(24, Language::PromQl)]);
}

#[test]
fn windows_line_ends_a_byte_order_mark_and_dots_are_understood() {
    let crlf = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    let (runbook, faults) = Runbook::parse("x.md", &crlf);
    assert_eq!((faults.len(), runbook.steps.len(), runbook.matchers.iter().count()), (0, 4, 2), "{faults:?}");
    let dots = GOOD.replacen("---\n# High", "...\n# High", 1);
    assert_eq!(faults_of(&dots), Vec::<String>::new());
}

fn faults_of(text: &str) -> Vec<String> {
    faults(text).iter().map(ToString::to_string).collect()
}

/// What is replaced in the good runbook, by what, and the line and words of the one fault that follows.
const FAULTY: &[(&str, &str, usize, &str)] = &[
    ("owner: platform", "ower: platform", 3, "unknown key \"ower\"; write owner:"),
    ("escalate_after: 1h30m", "escalateafter: 1h30m", 4, "write escalate_after:"),
    ("owner: platform", "colour: blue", 3, "the keys are match, owner, escalate_after"),
    ("escalate_after: 1h30m", "escalate_after: 30", 4, "\"30\" is not a length of time"),
    ("escalate_after: 1h30m", "escalate_after: 30m1h", 4, "30m, 1h30m"),
    ("escalate_after: 1h30m", "escalate_after: 0s", 4, "not a length of time"),
    ("escalate_after: 1h30m", "escalate_after: [1h]", 4, "front matter: "),
    ("owner: platform", "owner: ' '", 3, "owner: is empty"),
    ("owner: platform", "owner: {", 3, "front matter: expected string scalar; "),
    ("owner: platform", "owner: a\nowner: b", 4, "duplicate"),
    ("service=~\"api|web\"", "service=~\"api|(web\"", 2, "does not compile"),
    ("service=~\"api|web\"", "service", 2, "expected =, !=, =~ or !~"),
    ("service=~\"api|web\"", "", 2, "empty"),
    (
        "match: ['alertname=\"HighErrorRate\"', 'service=~\"api|web\"']",
        "match: ['a!=\"b\"']",
        2,
        "nothing to do with it",
    ),
    (
        "match: ['alertname=\"HighErrorRate\"', 'service=~\"api|web\"']",
        "match: {a: b}",
        2,
        "a list of matchers",
    ),
    (
        "match: ['alertname=\"HighErrorRate\"', 'service=~\"api|web\"']",
        "match:\n- 'a=b'\n- 'c~d'",
        4,
        "character 2",
    ),
    ("match: ['alertname=\"HighErrorRate\"', 'service=~\"api|web\"']", "# none", 1, "there is no match:"),
    ("---\nmatch", "match", 1, "no front matter"),
    ("https://grafana.example/d/1", "../boards/1.html", 14, "whole web address"),
    ("https://grafana.example/d/1", "javascript:alert(1)", 14, "not of http, https or mailto"),
    ("https://grafana.example/d/1", "/etc/passwd.md", 14, "cannot be followed"),
    ("https://grafana.example/d/1", "", 14, "leads nowhere"),
    ("- Call.", "-\n- Call.", 35, "says nothing"),
    ("- Call.", "- Call.\n  ```sh\n  kubectl", 36, "never closed"),
    ("- Call.", "- Call.\n  ```sh\n  ```", 36, "empty"),
    (
        "logs-insights",
        "LogsInsights",
        15,
        "\"logsinsights\" is no language of queries, so this block is never run; write ```logs-insights",
    ),
    ("promql", "loki", 24, "write ```logql"),
    ("filter status >= 500", "SOURCE logGroups() | filter a = 1", 15, "SOURCE; name them in `log_groups`"),
    ("filter status >= 500", "limit 5\n   | filter a = 1", 15, "`limit` stands before `filter`"),
    ("filter status >= 500", "filter a = {{labels.x}}", 15, "outside of a string"),
    ("## Escalate\n", "## Escalate\n```logql\n{a=\"b\"}\n```\n", 35, "belongs to no step"),
];

#[test]
fn names_what_is_wrong_and_where() {
    for (from, to, line, words) in FAULTY {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let found = faults_of(&text);
        let prefix = format!("line {line}: ");
        assert!(
            found.first().is_some_and(|first| first.starts_with(&prefix) && first.contains(words)),
            "{from} → {to}: {found:#?}"
        );
        assert_eq!(found.len(), 1, "{from} → {to}: {found:#?}");
    }
}

#[test]
fn names_all_faults_of_a_file_at_once() {
    let found = faults_of("---\nmach: a=b\nmatch: a=b\nowner: ''\nescalate_after: soon\n---\nHello.\n");
    let starts = ["line 2: unknown", "line 4: owner", "line 5: escalate", "line 7: there is no title"];
    for (fault, start) in found.iter().zip(starts) {
        assert!(fault.starts_with(start), "{fault}");
    }
    assert!(found.last().is_some_and(|last| last.contains("no steps")), "{found:?}");
    assert_eq!(found.len(), 5, "{found:?}");
}

#[test]
fn files_that_are_no_runbook_say_what_they_are() {
    let lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    for (text, words) in
        [(lfs, "Git LFS"), ("", "no front matter"), ("---\nmatch: [a=b]\n# X\n", "never closed")]
    {
        assert!(faults_of(text).first().is_some_and(|first| first.contains(words)), "{text}");
    }
}

#[test]
fn a_faulty_matcher_does_not_widen_what_the_runbook_claims() {
    let text = GOOD.replacen("service=~\"api|web\"", "service=~\"(\"", 1);
    let (runbook, faults) = Runbook::parse("x.md", &text);
    assert_eq!(faults.len(), 1);
    assert_eq!(runbook.steps.len(), 4);
    assert_eq!(choose(&[runbook], &labels(&[("alertname", "HighErrorRate")]), &Labels::default()), None);
}

fn book(path: &str, matchers: &[&str]) -> Runbook {
    Runbook { matchers: Matchers::parse(matchers).unwrap(), ..Runbook::parse(path, "").0 }
}

#[test]
fn the_most_specific_wins_and_the_alert_itself_before_all() {
    let books = [
        book("b/any.md", &["alertname=A"]),
        book("a/any.md", &["alertname=A"]),
        book("regex.md", &["alertname=A", "service=~\"api|web\""]),
        book("exact.md", &["alertname=A", "service=api"]),
        book("negative.md", &["alertname=A", "service!=api"]),
        book("silent.md", &[]),
        book("team/a/any.md", &["alertname=B"]),
    ];
    type Row<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>);
    let by_labels: &[Row<'_>] = &[
        (&[("alertname", "A"), ("service", "api")], Some("exact.md")),
        (&[("alertname", "A"), ("service", "web")], Some("regex.md")),
        (&[("alertname", "A"), ("service", "db")], Some("negative.md")),
        (&[("alertname", "A")], Some("negative.md")),
        (&[("alertname", "B")], Some("team/a/any.md")),
        (&[("alertname", "C")], None),
        (&[], None),
    ];
    let path = |labels: &Labels, annotations: &Labels| {
        choose(&books, labels, annotations).map(|(book, _)| book.path.clone())
    };
    for (pairs, expected) in by_labels {
        let found = path(&pairs.iter().copied().collect(), &Labels::default());
        assert_eq!(found.as_deref(), *expected, "{pairs:?}");
    }
    let by_hint: &[(&str, &str, Option<&str>)] = &[
        (
            "runbook_url",
            "https://git.example/ops/blob/main/runbooks/a/any.md?plain=1#check",
            Some("a/any.md"),
        ),
        ("runbook_url", "https://git.example/runbooks/team/a/any.md", Some("team/a/any.md")),
        ("runbook_url", "https://wiki.example/runbooks/Silent/", Some("silent.md")),
        ("runbook", "silent", Some("silent.md")),
        ("runbook", "other/regex.md", Some("regex.md")),
        ("runbook", "../../etc/passwd", None),
        (
            "runbook_url",
            "https://runbooks.prometheus-operator.dev/runbooks/kubernetes/kubepodcrashlooping",
            None,
        ),
        ("runbook", "", None),
        ("summary", "silent.md", None),
    ];
    for (name, value, expected) in by_hint {
        let annotations = [(*name, *value)].into_iter().collect();
        assert_eq!(path(&Labels::default(), &annotations).as_deref(), *expected, "{name}: {value}");
        let fallback = path(&labels(&[("alertname", "B")]), &annotations);
        assert_eq!(fallback.as_deref(), expected.or(Some("team/a/any.md")), "{name}: {value}");
    }
}

#[test]
fn the_reason_is_for_people() {
    let books = [book("a.md", &["alertname=A"])];
    let reason = |labels: &Labels, annotations: &Labels| choose(&books, labels, annotations).unwrap().1;
    let named = labels(&[("runbook", "a.md")]);
    assert_eq!(reason(&Labels::default(), &named), "the alert names it: runbook a.md");
    assert_eq!(
        reason(&labels(&[("alertname", "A")]), &Labels::default()),
        r#"its matchers hold: alertname="A""#
    );
}

#[test]
fn deep_nesting_does_not_take_the_stack() {
    for unit in ["> ", "- ", "* a\n ", "[", "**a ", "`"] {
        let text = format!("---\nmatch: [a=b]\n---\n# T\n\n- x\n\n{}", unit.repeat(4000));
        assert_eq!(Runbook::parse("x.md", &text).0.title, "T", "{unit:?}");
    }
    let yaml = format!("---\nmatch: {}\n---\n# T\n- x\n", "[".repeat(20_000));
    assert!(faults(&yaml).iter().any(|fault| fault.what.starts_with("front matter")));
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in any::<String>(), marks in "[-\n :>*#`\\[\\]{}a'\"&|~0-9]{0,200}") {
        for text in [&text, &marks, &format!("---\n{marks}\n---\n{text}"), &format!("---\nmatch: {text}")] {
            let (_, faults) = Runbook::parse("x.md", text);
            prop_assert!(faults.iter().all(|fault| fault.line >= 1 && !fault.remedy.is_empty()));
        }
    }

    #[test]
    fn no_cut_is_too_odd(end in 0..GOOD.len(), odd in any::<char>()) {
        let (before, after) = GOOD.split_at(end);
        for text in [before.to_owned(), after.to_owned(), format!("{before}{odd}{after}")] {
            let lines = text.lines().count().max(1);
            let (_, faults) = Runbook::parse("x.md", &text);
            prop_assert!(faults.iter().all(|fault| fault.line <= lines + 1), "{:?}", faults);
        }
    }
}
