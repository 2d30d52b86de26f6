//! What AWS services other than CloudWatch publish to a topic, and what it means here (FACTS B7).
//!
//! One file per family: each says which bodies are its own, and gives nothing where one lacks its parts, so that it is told
//! with its text. Must not know SNS's envelope, the configuration or the clock.

mod alarms;
mod api_calls;
mod auto_scaling;
mod backup;
mod beanstalk;
pub mod call;
mod change;
mod costs;
mod databases;
mod deployments;
mod elasticache;
mod event;
pub(crate) mod guardduty;
mod health;
mod machines;
pub(crate) mod pick;
pub mod principal;
pub(crate) mod security_hub;
mod states;
pub(crate) mod time;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Labels, Severity};
pub use change::Change;
use event::Event;

/// What was published, and where.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// As it came.
    pub text: &'a str,
    /// The same, where it is a JSON object.
    pub json: Option<&'a Value>,
    /// The topic's account, for messages that name none.
    pub account: &'a str,
    /// The topic's region, likewise.
    pub region: &'a str,
}

/// Whether something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It is.
    Fires,
    /// It is no more.
    Over,
    /// Neither is said, for this reason.
    Informs(String),
}

/// One thing that a message tells of.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Who it is over all its messages.
    pub identity: String,
    /// What is said of it.
    pub status: Status,
    /// `alertname`, `account`, `region`, `event_source`, `resource`, and the service's own.
    pub labels: Labels,
    /// Texts for people.
    pub annotations: Labels,
    /// How bad it is, where the sender says so.
    pub severity: Option<Severity>,
    /// When it changed, where that is said.
    pub at: Option<DateTime<Utc>>,
    /// Where AWS shows it.
    pub link: Option<String>,
    /// What was changed with it, where something was.
    pub change: Option<Change>,
}

type ByEvent = fn(&Event<'_>) -> Option<Vec<Reading>>;
type ByJson = fn(&Value, &Place) -> Option<Vec<Reading>>;
type ByText = fn(&str, &Place) -> Option<Vec<Reading>>;

/// Families that come by EventBridge; each gives nothing for what is not its own.
const BY_EVENT: [ByEvent; 9] = [
    states::read,
    health::read,
    guardduty::read,
    security_hub::read,
    databases::from_event,
    auto_scaling::from_event,
    costs::anomaly_event,
    alarms::read,
    api_calls::read,
];
/// Families that publish JSON of their own.
const BY_JSON: [ByJson; 6] = [
    databases::classic,
    auto_scaling::classic,
    deployments::classic,
    deployments::approval,
    costs::anomaly,
    elasticache::read,
];
/// Families that publish text.
const BY_TEXT: [ByText; 3] = [costs::budget, backup::read, beanstalk::read];

/// What a message tells of, if its family is known and it has its parts; never an empty list.
pub fn read(message: &Message<'_>) -> Option<Vec<Reading>> {
    let here = Place::new("", message.account, message.region);
    let Some(json) = message.json else {
        return BY_TEXT.iter().find_map(|family| family(message.text, &here));
    };
    match Event::read(json) {
        Some(event) => {
            let readings = BY_EVENT.iter().find_map(|family| family(&event))?;
            Some(readings.into_iter().map(|one| one.of_event(&event.id)).collect())
        }
        None => BY_JSON.iter().find_map(|family| family(json, &here)),
    }
}

/// Whose and where something is: the beginning of each identity.
#[derive(Debug, Clone)]
struct Place {
    /// As EventBridge calls it: `aws.rds`.
    source: String,
    account: String,
    region: String,
}

impl Place {
    fn new(source: &str, account: &str, region: &str) -> Self {
        Self { source: source.to_owned(), account: account.to_owned(), region: region.to_owned() }
    }

    /// The same place of the service `source`, or another where the message names one.
    fn of(&self, source: &str, account: &str, region: &str) -> Self {
        let or = |given: &str, own: &str| if given.is_empty() { own.to_owned() } else { given.to_owned() };
        Self::new(source, &or(account, &self.account), &or(region, &self.region))
    }

    /// A reading of the `kind` of thing that `parts` name.
    fn reading(&self, kind: &str, parts: &[&str], status: Status) -> Reading {
        let Self { source, account, region } = self;
        let mut labels = Labels::default();
        for (name, value) in [("event_source", source), ("account", account), ("region", region)] {
            labels.set(name, value);
        }
        Reading {
            identity: format!("{source}/{account}/{region}/{kind}/{}", parts.join("/")),
            status,
            labels,
            annotations: Labels::default(),
            severity: None,
            at: None,
            link: None,
            change: None,
        }
    }
}

impl Reading {
    /// Its name as an alert, and its sentence.
    fn called(mut self, name: &str, summary: &str) -> Self {
        self.labels.set("alertname", &pick::line(name));
        self.annotations.set("summary", &pick::line(summary));
        self
    }

    fn label(mut self, name: &str, value: &str) -> Self {
        self.labels.set(name, value);
        self
    }

    fn note(mut self, name: &str, value: &str) -> Self {
        self.annotations.set(name, value);
        self
    }

    fn since(mut self, at: Option<DateTime<Utc>>) -> Self {
        self.at = at;
        self
    }

    fn severe(mut self, severity: Option<Severity>) -> Self {
        self.severity = severity;
        self
    }

    fn at_console(mut self, address: &str) -> Self {
        self.link = pick::console(address);
        self
    }
}
