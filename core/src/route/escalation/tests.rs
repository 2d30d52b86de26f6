//! Who else is told of what, and what each says of it.

use super::*;

fn escalate(receiver: &str, after: Option<i64>, at_once: &[&str]) -> Escalate {
    Escalate {
        receiver: receiver.to_owned(),
        after: after.map(TimeDelta::minutes),
        at_once: Matchers::parse(at_once).unwrap(),
        active: Vec::new(),
        mute: Vec::new(),
    }
}

/// Leads of the root, those of a team at one node, never at another, and two nodes that both take what is shared.
fn tree() -> Tree {
    let text = r#"
receiver: slack
routes:
  - { matchers: ['team="db"'], routes: [{ matchers: ['severity="critical"'] }] }
  - { matchers: ['team="web"'] }
  - { matchers: ['team="both"'], continue: true }
  - { matchers: ['team="both"'], receiver: other }
"#;
    let mut tree: Tree = serde_saphyr::from_str(text).unwrap();
    tree.escalate = Some(escalate("leads", None, &["alertname=\"ApiDown\"", "scope=all"]));
    tree.routes[0].escalate = Some(escalate("db-leads", Some(10), &[]));
    tree.routes[1].escalate = Some(escalate("leads", Some(0), &["alertname=~\".*Down\""]));
    tree.routes[3].escalate = Some(escalate("leads", Some(5), &[]));
    tree
}

/// Labels; severity; the runbook's receiver, where there is a runbook; cause, who and minutes of each.
type Row = (
    &'static [(&'static str, &'static str)],
    Severity,
    Option<Option<&'static str>>,
    &'static [(Cause, &'static str, i64)],
);

const TABLE: &[Row] = {
    use Cause::{Lasting, Outage, Untaken};
    use Severity::{Critical, Info, Warning};
    &[
        (&[], Warning, None, &[(Untaken, "leads", 30)]),
        (&[], Critical, None, &[(Untaken, "leads", 15)]),
        (&[], Info, None, &[]),
        // The runbook's own receiver, else the route's; whatever the severity.
        (&[], Info, Some(None), &[(Lasting, "leads", 45)]),
        (&[], Warning, Some(Some("owner")), &[(Untaken, "leads", 30), (Lasting, "owner", 45)]),
        // Inherited by the child, and in place of the parent's.
        (&[("team", "db")], Critical, None, &[(Untaken, "db-leads", 10)]),
        (&[("team", "db")], Info, None, &[(Untaken, "db-leads", 10)]),
        // Never for want of an answer, but at once for an outage: all matchers must hold.
        (&[("team", "web")], Critical, None, &[]),
        (&[("team", "web"), ("alertname", "DbDown")], Warning, None, &[(Outage, "leads", 0)]),
        (&[("alertname", "ApiDown")], Critical, None, &[(Untaken, "leads", 15)]),
        (
            &[("alertname", "ApiDown"), ("scope", "all")],
            Critical,
            None,
            &[(Outage, "leads", 0), (Untaken, "leads", 15)],
        ),
        // Two nodes name one receiver: it is told by the first.
        (&[("team", "both")], Warning, None, &[(Untaken, "leads", 5)]),
    ]
};

#[test]
fn who_else_is_told_and_when() {
    for (pairs, severity, runbook, expected) in TABLE {
        let mut labels: Labels = pairs.iter().copied().collect();
        labels.set("severity", severity.as_str());
        let runbook = runbook.map(|receiver| ByRunbook {
            path: "slow.md".to_owned(),
            receiver: receiver.map(str::to_owned),
            after: TimeDelta::minutes(45),
        });
        let found = tree().escalations(&labels, *severity, runbook.as_ref());
        let found: Vec<_> =
            found.iter().map(|one| (one.cause, one.receiver.as_str(), one.after.num_minutes())).collect();
        assert_eq!(found, *expected, "{labels} {severity:?} {runbook:?}");
    }
}

#[test]
fn each_says_why_and_what_ends_it() {
    let labels: Labels = [("alertname", "ApiDown"), ("scope", "all")].into_iter().collect();
    let runbook = ByRunbook { path: "slow.md".to_owned(), receiver: None, after: TimeDelta::minutes(90) };
    let all = tree().escalations(&labels, Severity::Warning, Some(&runbook));
    let said: Vec<_> = all.iter().map(|one| (one.reason.as_str(), one.unless())).collect();
    let said: Vec<_> = said.iter().map(|(reason, unless)| (*reason, unless.as_str())).collect();
    assert_eq!(
        said,
        [
            ("alertname=\"ApiDown\", scope=\"all\" is a full outage (route)", "at once"),
            ("nobody has acknowledged it for 30m (route)", "after 30m, unless somebody acknowledges it"),
            ("it is not over after 1h30m, and slow.md says so", "after 1h30m, unless it is over"),
        ]
    );
}
