//! The items that Postgres alone knows, before anything is collected: the alarm, the runbook's steps, what came before.
//!
//! Their ids stand in prompts, messages and pages alike, so they must come out the same each time: they depend on
//! nothing but the incident.

use chrono::{DateTime, TimeDelta, Utc};

use super::excerpt::{excerpt, squeeze};
use super::{Item, Kind, Redacted, Redactor};
use crate::alert::{AlertId, AlertStatus, Labels};
use crate::incident::Member;
use crate::runbook::{Pinned, Runbook};

/// Most alarms shown as evidence; the incident's table has them all.
const MOST_ALARMS: usize = 5;
/// Earlier incidents of the same group that are shown; ids of similar ones begin behind them.
pub const MOST_EARLIER: usize = 3;
/// Similar incidents that are told; ids of runbooks that may help begin behind them.
pub(super) const MOST_SIMILAR: usize = 5;
/// Runbooks that are offered; ids of passages of documents begin behind them.
pub(super) const MOST_RELATED: usize = 2;
/// The number of the first passage of a document.
pub(super) const FIRST_PASSAGE: usize = MOST_EARLIER + MOST_SIMILAR + MOST_RELATED + 1;
/// Where items about earlier incidents of the same group come from.
const GROUP: &str = "history";
/// Where items about similar incidents come from.
pub const SIMILAR: &str = "similar";
/// Where items about runbooks come from that were not chosen and may help.
pub const RELATED: &str = "runbooks";
/// Longest title of an item, in characters.
pub(super) const LONGEST_TITLE: usize = 160;

/// An earlier incident of the same group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// `#455`.
    pub number: i64,
    /// What it was called.
    pub title: String,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// When it ended.
    pub resolved_at: DateTime<Utc>,
    /// Who ended it, and with what words; the sender's name where its alerts just stopped.
    pub ended_by: String,
}

/// `A1` to at most `A5`: the most severe and oldest alarms first.
pub fn alarms(members: &[(AlertId, Member)], redactor: &Redactor) -> Vec<Item> {
    let mut order: Vec<&(AlertId, Member)> = members.iter().collect();
    order.sort_by_key(|(id, member)| (std::cmp::Reverse(member.severity), member.starts_at, id.clone()));
    order
        .into_iter()
        .take(MOST_ALARMS)
        .enumerate()
        .map(|(n, (id, m))| alarm(n + 1, id, m, redactor))
        .collect()
}

fn alarm(number: usize, id: &AlertId, member: &Member, redactor: &Redactor) -> Item {
    let name = match member.labels.get("alertname") {
        "" => redactor.redact_line(&id.fingerprint),
        name => redactor.redact_value("alertname", name),
    };
    let summary = redactor.redact_value("summary", member.annotations.get("summary"));
    let title = match summary.as_str() {
        "" => name,
        _ => Redacted::concat([&name, &Redacted::fixed(": "), &summary]),
    };
    let mut text = vec![match (member.status, member.ends_at) {
        (AlertStatus::Resolved, Some(end)) => format!("fired {} to {}", stamp(member.starts_at), stamp(end)),
        _ => format!("firing since {}", stamp(member.starts_at)),
    }];
    if member.lead > TimeDelta::zero() {
        text.push(format!("by data since {}", stamp(member.began_at())));
    }
    let named: Vec<(Redacted, Redacted)> = told(&member.labels, redactor).collect();
    let named: Labels = named.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    text.push(format!("labels {named}"));
    // Links and the words that the title holds already are no evidence.
    let left_out = ["summary", "runbook_url", "dashboard_url", "dashboard"];
    let annotations =
        told(&member.annotations, redactor).filter(|(name, _)| !left_out.contains(&name.as_str()));
    text.extend(annotations.map(|(name, value)| format!("{name}: {value}")));
    Item {
        at: Some(member.starts_at),
        link: member.generator_url.as_deref().and_then(|url| redactor.redact_url(url)),
        ..item(Kind::Alarm, number, &id.source, title.as_str(), &text.join("\n"), redactor)
    }
}

/// Names and values as they may be told: a name can announce a secret that its value does not show.
fn told(labels: &Labels, redactor: &Redactor) -> impl Iterator<Item = (Redacted, Redacted)> {
    labels.iter().map(|(name, value)| (redactor.redact_line(name), redactor.redact_value(name, value)))
}

/// `R1` and on: the runbook's steps, by their own ids.
pub fn steps(runbook: &Pinned, redactor: &Redactor) -> Vec<Item> {
    let step_item = |(n, step): (usize, &crate::runbook::Step)| {
        let blocks = step.blocks.iter().map(|block| format!("\n{}", block.text));
        let text = std::iter::once(step.text.clone()).chain(blocks).collect::<String>();
        let title = format!("{}: {}", step.section, step.text);
        let source = redactor.redact_line(&runbook.path);
        Item { id: step.id.clone(), ..item(Kind::Runbook, n + 1, source.as_str(), &title, &text, redactor) }
    };
    runbook.steps.iter().enumerate().map(step_item).collect()
}

/// Whether an item is about an earlier incident of the same group.
pub fn of_group(item: &Item) -> bool {
    item.kind == Kind::History && item.source == GROUP
}

/// Whether an item is found anew in each round, from what the round before it found.
pub fn is_found(item: &Item) -> bool {
    item.kind == Kind::History && item.source != GROUP
}

/// Whether an item is a passage of a document, as a knowledge base gave it.
pub fn is_passage(item: &Item) -> bool {
    is_found(item) && !is_reserved(&item.source)
}

/// Whether items that no source brings have this name as their source.
pub fn is_reserved(source: &str) -> bool {
    [GROUP, SIMILAR, RELATED].contains(&source)
}

/// `H1` and on, the newest first. `url` makes the address of an incident's page.
pub fn earlier(past: &[Earlier], redactor: &Redactor, url: &dyn Fn(i64) -> String) -> Vec<Item> {
    let one = |(n, one): (usize, &Earlier)| history(n + 1, one, (GROUP, ""), "", redactor, url);
    past.iter().take(MOST_EARLIER).enumerate().map(one).collect()
}

/// The `index`-th incident of another group that is like this one, from 0, and why.
pub(super) fn similar(
    index: usize,
    one: &Earlier,
    why: &str,
    redactor: &Redactor,
    url: &dyn Fn(i64) -> String,
) -> Item {
    let why = format!("\nlike this one: {why}");
    history(MOST_EARLIER + index + 1, one, (SIMILAR, ", similar"), &why, redactor, url)
}

/// The `index`-th runbook that was not chosen and may help, from 0, and the words that say so.
pub(super) fn related(
    index: usize,
    runbook: &Runbook,
    words: &str,
    redactor: &Redactor,
    url: Option<&str>,
) -> Item {
    let steps = runbook.steps.iter().map(|step| format!("\n{}: {}", step.section, step.text));
    let text = format!("{}, may help by its words: {words}{}", runbook.path, steps.collect::<String>());
    let title = format!("Runbook: {}", runbook.title);
    let number = MOST_EARLIER + MOST_SIMILAR + index + 1;
    Item {
        link: url.and_then(|url| redactor.redact_url(url)),
        ..item(Kind::History, number, RELATED, &title, &text, redactor)
    }
}

fn history(
    number: usize,
    one: &Earlier,
    (source, mark): (&str, &str),
    why: &str,
    redactor: &Redactor,
    url: &dyn Fn(i64) -> String,
) -> Item {
    let minutes = ((one.resolved_at - one.opened_at).num_seconds() + 59) / 60;
    let title = format!("#{} {}, {minutes} min{mark}", one.number, one.opened_at.format("%Y-%m-%d"));
    let text = format!("{}\n{}{why}", one.title, one.ended_by);
    Item {
        at: Some(one.opened_at),
        link: redactor.redact_url(&url(one.number)),
        ..item(Kind::History, number, source, &title, &text, redactor)
    }
}

fn item(kind: Kind, number: usize, source: &str, title: &str, text: &str, redactor: &Redactor) -> Item {
    Item {
        id: format!("{}{number}", kind.letter()),
        kind,
        source: source.to_owned(),
        // Redacted before it is cut: half a secret is none that a rule would know.
        title: excerpt(&squeeze(&redactor.redact_line(title)), LONGEST_TITLE),
        text: redactor.redact(text),
        query: None,
        link: None,
        at: None,
        frequency: None,
        chart: None,
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Severity;
    use crate::runbook::{Block, Step};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_111_620 + seconds, 0).unwrap()
    }

    fn member(severity: Severity, starts: i64, url: &str) -> (AlertId, Member) {
        let labels: Labels = [("alertname", "X")].into_iter().collect();
        let annotations: Labels =
            [("summary", "api fails"), ("description", "5xx is 38%")].into_iter().collect();
        let id = AlertId { source: "alertmanager/main".into(), fingerprint: format!("{starts}") };
        let member = Member {
            status: AlertStatus::Firing,
            severity,
            labels,
            annotations,
            starts_at: at(starts),
            lead: TimeDelta::zero(),
            ends_at: None,
            generator_url: Some(url.into()),
            received: 1,
            reason: String::new(),
        };
        (id, member)
    }

    #[test]
    fn the_most_severe_alarm_comes_first_and_only_web_links_stay() {
        let members =
            [member(Severity::Info, 0, "http://prom/graph"), member(Severity::Critical, 9, "javascript:x")];
        let items = alarms(&members, &Redactor::default());
        assert_eq!((items[0].id.as_str(), items[0].at), ("A1", Some(at(9))));
        let links: Vec<_> = items.iter().map(|item| item.link.as_ref().map(Redacted::as_str)).collect();
        assert_eq!(links, [None, Some("http://prom/graph")]);
        assert_eq!(items[0].title.as_str(), "X: api fails");
        assert!(items[0].text.as_str().contains("description: 5xx is 38%"), "{}", items[0].text);
        assert_eq!(alarms(&vec![members[0].clone(); 9], &Redactor::default()).len(), MOST_ALARMS);
        let (id, mut led) = members[1].clone();
        led.lead = TimeDelta::seconds(120);
        let text = alarms(&[(id, led)], &Redactor::default())[0].text.as_str().to_owned();
        let began = "firing since 2026-11-19 18:07:09 UTC\nby data since 2026-11-19 18:05:09 UTC\n";
        assert!(text.starts_with(began) && !items[0].text.as_str().contains("by data"), "{text}");
    }

    #[test]
    fn an_alarm_tells_no_secret_that_a_name_announces_or_a_cut_halves() {
        let (id, mut alarm) = member(Severity::Critical, 0, "https://bob:hunter2@prom/g?token=a1b2c3d4e5");
        alarm.labels.set("db_password", "hunter2-prod");
        alarm.annotations.set("api_key", "correct horse battery");
        // The title ends within the secret, where no rule would know it any more.
        alarm.annotations.set("summary", &format!("{} bob.builder@example.com", "word ".repeat(27)));
        let items = alarms(&[(id, alarm)], &Redactor::default());
        let all = format!("{:?}", items[0]);
        for secret in ["hunter2", "horse", "a1b2c3d4e5", "bob"] {
            assert!(!all.contains(secret), "{secret}: {all}");
        }
        let text = items[0].text.as_str();
        assert!(text.contains(r#"labels {alertname="X", db_password="<secret:"#), "{text}");
        assert!(text.contains("\napi_key: <secret:") && text.contains("description: 5xx is 38%"), "{text}");
        assert!(items[0].title.as_str().chars().count() <= LONGEST_TITLE, "{}", items[0].title);
    }

    #[test]
    fn steps_keep_their_ids_and_blocks() {
        let blocks = vec![Block { language: "sh".into(), source: None, text: "df -h".into() }];
        let step = Step { id: "R3".into(), section: "Check".into(), text: "Is it full?".into(), blocks };
        let runbook = Pinned {
            path: "disk.md".into(),
            title: "Disk".into(),
            commit: None,
            url: None,
            reason: String::new(),
            owner: None,
            escalate_after: None,
            steps: vec![step],
        };
        let items = steps(&runbook, &Redactor::default());
        assert_eq!((items[0].id.as_str(), items[0].text.as_str()), ("R3", "Is it full?\ndf -h"));
        assert_eq!(items[0].title.as_str(), "Check: Is it full?");
    }

    #[test]
    fn earlier_ones_say_how_long_and_how_they_ended() {
        let past = Earlier {
            number: 455,
            title: "api fails".into(),
            opened_at: at(0),
            resolved_at: at(1261),
            ended_by: "Its alerts stopped firing.".into(),
        };
        let items = earlier(&[past], &Redactor::default(), &|number| format!("http://x/incidents/{number}"));
        assert_eq!(items[0].title.as_str(), "#455 2026-11-19, 22 min");
        assert_eq!(items[0].link.as_ref().map(Redacted::as_str), Some("http://x/incidents/455"));
        assert!(items[0].text.as_str().ends_with("Its alerts stopped firing."));
    }
}
