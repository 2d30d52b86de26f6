//! `inhibit_rules:` and the faults in it.

use firstlook_core::alert::Labels;

use super::*;

const TEXT: &str = r#"
route: { receiver: r }
receivers: [{ name: r }]
inhibit_rules:
  - source_matchers: ['alertname="NodeDown"']
    target_matchers: ['severity=~"warning|info"']
    equal: [cluster, node]
"#;

fn read(text: &str) -> Result<Config, Error> {
    let none = |_: &Path| Err("no such file".to_owned());
    parse(text, "firstlook.yml", &Surroundings { variable: &|_| None, read: &none })
}

#[test]
fn rules_are_read_and_faults_have_their_line() {
    let rules = read(TEXT).unwrap().inhibition;
    assert_eq!((rules.len(), rules[0].equal.join(" ").as_str()), (1, "cluster node"));
    let labels: Labels = [("alertname", "NodeDown"), ("severity", "info")].into_iter().collect();
    assert!(rules[0].source.matches(&labels) && rules[0].target.matches(&labels));
    for (from, to, line, words) in [
        ("  - source_matchers: ['alertname=\"NodeDown\"']\n    ", "  - ", 5, "source_matchers` is missing"),
        ("['severity=~\"warning|info\"']", "[]", 6, "target_matchers` is missing"),
        ("['severity=~\"warning|info\"']", "['severity=~\"(\"']", 6, "inhibit_rules[0].target_matchers`"),
        ("    equal:", "    equals:", 7, "did you mean `equal`?"),
    ] {
        assert!(TEXT.contains(from), "{from}");
        let error = read(&TEXT.replacen(from, to, 1)).unwrap_err();
        assert_eq!(error.line, Some(line), "{to}: {error}");
        assert!(error.text.contains(words), "{to}: {error}");
    }
}
