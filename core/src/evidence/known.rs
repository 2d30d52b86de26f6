//! The items that Postgres alone knows, before anything is collected: the alarm, the runbook's steps, what came before.
//!
//! Their ids stand in prompts, messages and pages alike, so they must come out the same each time: they depend on
//! nothing but the incident.

use chrono::{DateTime, Utc};

use super::{Item, Kind, Redactor};
use crate::alert::{AlertId, AlertStatus};
use crate::incident::Member;
use crate::runbook::Pinned;

/// Most alarms shown as evidence; the incident's table has them all.
const MOST_ALARMS: usize = 5;
/// Longest title of an item, in characters.
const LONGEST_TITLE: usize = 160;

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
    order.into_iter().take(MOST_ALARMS).enumerate().map(|(n, (id, m))| alarm(n + 1, id, m, redactor)).collect()
}

fn alarm(number: usize, id: &AlertId, member: &Member, redactor: &Redactor) -> Item {
    let name = match member.labels.get("alertname") {
        "" => id.fingerprint.as_str(),
        name => name,
    };
    let summary = member.annotations.get("summary");
    let title = if summary.is_empty() { name.to_owned() } else { format!("{name}: {summary}") };
    let mut text = vec![match (member.status, member.ends_at) {
        (AlertStatus::Resolved, Some(end)) => format!("fired {} to {}", stamp(member.starts_at), stamp(end)),
        _ => format!("firing since {}", stamp(member.starts_at)),
    }];
    text.push(format!("labels {}", member.labels));
    // Links and the words that the title holds already are no evidence.
    let told = ["summary", "runbook_url", "dashboard_url", "dashboard"];
    let annotations = member.annotations.iter().filter(|(name, _)| !told.contains(name));
    text.extend(annotations.map(|(name, value)| format!("{name}: {value}")));
    Item {
        at: Some(member.starts_at),
        link: member.generator_url.clone().filter(|url| is_web(url)),
        ..item(Kind::Alarm, number, &id.source, &title, &text.join("\n"), redactor)
    }
}

/// `R1` and on: the runbook's steps, by their own ids.
pub fn steps(runbook: &Pinned, redactor: &Redactor) -> Vec<Item> {
    let step_item = |(n, step): (usize, &crate::runbook::Step)| {
        let blocks = step.blocks.iter().map(|block| format!("\n{}", block.text));
        let text = std::iter::once(step.text.clone()).chain(blocks).collect::<String>();
        let title = format!("{}: {}", step.section, step.text);
        Item { id: step.id.clone(), ..item(Kind::Runbook, n + 1, &runbook.path, &title, &text, redactor) }
    };
    runbook.steps.iter().enumerate().map(step_item).collect()
}

/// `H1` and on, the newest first. `url` makes the address of an incident's page.
pub fn earlier(past: &[Earlier], redactor: &Redactor, url: &dyn Fn(i64) -> String) -> Vec<Item> {
    let history_item = |(n, one): (usize, &Earlier)| {
        let minutes = ((one.resolved_at - one.opened_at).num_seconds() + 59) / 60;
        let title = format!("#{} {}, {minutes} min", one.number, one.opened_at.format("%Y-%m-%d"));
        let text = format!("{}\n{}", one.title, one.ended_by);
        Item {
            at: Some(one.opened_at),
            link: Some(url(one.number)),
            ..item(Kind::History, n + 1, "history", &title, &text, redactor)
        }
    };
    past.iter().enumerate().map(history_item).collect()
}

fn item(kind: Kind, number: usize, source: &str, title: &str, text: &str, redactor: &Redactor) -> Item {
    let title: String = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let title: String = title.chars().take(LONGEST_TITLE).collect();
    Item {
        id: format!("{}{number}", kind.letter()),
        kind,
        source: source.to_owned(),
        title: redactor.redact(&title),
        text: redactor.redact(text),
        query: None,
        link: None,
        at: None,
        frequency: None,
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::{Labels, Severity};
    use crate::runbook::{Block, Step};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_111_620 + seconds, 0).unwrap()
    }

    fn member(severity: Severity, starts: i64, url: &str) -> (AlertId, Member) {
        let labels: Labels = [("alertname", "X")].into_iter().collect();
        let annotations: Labels = [("summary", "api fails"), ("description", "5xx is 38%")].into_iter().collect();
        let id = AlertId { source: "alertmanager/main".into(), fingerprint: format!("{starts}") };
        let member = Member {
            status: AlertStatus::Firing,
            severity,
            labels,
            annotations,
            starts_at: at(starts),
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
        assert_eq!((items[0].link.clone(), items[1].link.clone()), (None, Some("http://prom/graph".into())));
        assert_eq!(items[0].title.as_str(), "X: api fails");
        assert!(items[0].text.as_str().contains("description: 5xx is 38%"), "{}", items[0].text);
        assert_eq!(alarms(&vec![members[0].clone(); 9], &Redactor::default()).len(), MOST_ALARMS);
    }

    #[test]
    fn steps_keep_their_ids_and_blocks() {
        let blocks = vec![Block { language: "sh".into(), text: "df -h".into() }];
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
        assert_eq!(items[0].link.as_deref(), Some("http://x/incidents/455"));
        assert!(items[0].text.as_str().ends_with("Its alerts stopped firing."));
    }
}
