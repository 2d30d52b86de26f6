//! What `escalate:` says, and what is said of wrong ones.

use firstlook_core::alert::{Labels, Severity};

use super::*;

const TEXT: &str = r#"
route:
  receiver: r
  escalate:
    receiver: leads
    at_once: ['alertname="Down"']
  routes:
    - matchers: [a=1]
      escalate:
        receiver: r
        after: 1h
        active_time_intervals: [days]
receivers: [{ name: r }, { name: leads }]
time_intervals: [{ name: days, time_intervals: [{ weekdays: [monday] }] }]
"#;

fn read(text: &str) -> Result<Config, Error> {
    let none = |_: &Path| Err("no such file".to_owned());
    parse(text, "firstlook.yml", &Surroundings { variable: &|_| None, read: &none })
}

#[test]
fn an_escalation_is_read_with_its_hours() {
    let tree = read(TEXT).unwrap().route;
    let said = |labels: &[(&str, &str)]| -> Vec<_> {
        let labels: Labels = labels.iter().copied().collect();
        let all = tree.escalations(&labels, Severity::Warning, None);
        all.into_iter().map(|one| (one.receiver, one.after.num_minutes())).collect()
    };
    assert_eq!(said(&[("a", "2")]), [("leads".to_owned(), 30)]);
    assert_eq!(said(&[("alertname", "Down")]), [("leads".to_owned(), 0), ("leads".to_owned(), 30)]);
    assert_eq!(said(&[("a", "1"), ("alertname", "Down")]), [("r".to_owned(), 60)]);
    let escalate = tree.routes[0].escalate.clone().unwrap();
    assert_eq!((escalate.active, escalate.mute), (vec!["days".to_owned()], Vec::new()));
    assert_eq!(tree.escalate.unwrap().after, None, "by the severity");
}

/// What stands in [`TEXT`], what stands there instead; the line and text of the error.
const FAULTS: &[(&str, &str, usize, &str)] = &[
    (
        "receiver: leads\n",
        "receiver: lead\n",
        5,
        "`route.escalate.receiver` \"lead\" is not one of `receivers`",
    ),
    ("    receiver: leads\n", "", 5, "`route.escalate.receiver` is missing"),
    ("        after: 1h", "        after: soon", 11, "`route.routes[0].escalate.after`"),
    ("        after: 1h", "        after: 8d", 11, "is longer than a week"),
    ("['alertname=\"Down\"']", "['alertname']", 6, "`route.escalate.at_once`"),
    ("[days]", "[nights]", 12, "\"nights\" is not one of `time_intervals`: there are days"),
    ("    at_once:", "    at_one:", 6, "did you mean `at_once`?"),
];

#[test]
fn faults_have_their_line_and_what_to_write() {
    for (from, to, line, words) in FAULTS {
        assert!(TEXT.contains(from), "{from}");
        let error = read(&TEXT.replacen(from, to, 1)).unwrap_err();
        assert_eq!(error.line, Some(*line), "{to}: {error}");
        assert!(error.text.contains(words), "{to}: {error}");
    }
}
