//! A CloudWatch alarm's change of state, and what it is called here (FACTS B6).
//!
//! Knows what an alarm is made of. Must not know the JSON in which it came.

mod arn;
mod description;
mod figures;
mod onset;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Labels;
pub use arn::AlarmArn;
use description::{members, runbook};

/// What the labels begin with that are an alarm's tags.
pub const TAG: &str = "tag.";
/// The annotation of an alarm that fires and has no OK action on a topic that is listened to.
pub const NO_OK_ACTION: &str = "no_ok_action";
/// What it says.
const ENDLESS: &str =
    "CloudWatch does not say when this alarm is over: add an OK action beside its alarm action";

/// An alarm's tags by their keys.
pub type Tags = BTreeMap<String, String>;

/// Adds an alarm's tags to its labels.
pub fn tag<'a>(labels: &mut Labels, tags: impl Iterator<Item = (&'a str, &'a str)>) {
    for (name, value) in tags {
        labels.set(&format!("{TAG}{name}"), value);
    }
}

/// What an alarm says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its condition holds.
    Alarm,
    /// It does not.
    Ok,
    /// There is too little data to say.
    InsufficientData,
}

impl State {
    /// The state that is called `word`.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "ALARM" => Some(Self::Alarm),
            "OK" => Some(Self::Ok),
            "INSUFFICIENT_DATA" => Some(Self::InsufficientData),
            _ => None,
        }
    }
}

/// One change of one alarm, or of one of its contributors.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// As people named it.
    pub name: String,
    /// Its identity; made of its parts where an old message lacks it.
    pub arn: String,
    /// The time series of an alarm over many.
    pub contributor: Option<String>,
    /// What tells that time series from the others.
    pub attributes: Vec<(String, String)>,
    /// What it says now.
    pub state: State,
    /// Since when.
    pub changed_at: DateTime<Utc>,
    /// CloudWatch's own account of it.
    pub reason: String,
    /// What people wrote about it: plain text, Markdown or JSON.
    pub description: String,
    /// Its tags, where it sends them along: then it may be that it has none.
    pub tags: Option<Vec<(String, String)>>,
    /// Nobody who is listened to will be told of its OK.
    pub endless: bool,
    /// What it watches.
    pub trigger: Trigger,
}

/// What an alarm watches, as far as it was said.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs, reason = "the names are CloudWatch's own")]
pub struct Trigger {
    pub metric: String,
    pub namespace: String,
    pub statistic: String,
    /// `Percent`, `Bytes/Second`; empty where it is not said.
    pub unit: String,
    pub dimensions: Vec<(String, String)>,
    /// In seconds.
    pub period: Option<u64>,
    pub evaluation_periods: Option<u64>,
    pub datapoints_to_alarm: Option<u64>,
    pub comparison: String,
    pub threshold: Option<f64>,
    /// Metric math or a query, where not a metric itself is compared.
    pub expression: String,
    /// What people call that.
    pub label: String,
    /// A composite alarm's rule.
    pub rule: String,
    /// The names of a composite alarm's children that brought it about.
    pub children: Vec<String>,
    /// Where its data begins, where it is said beside the reason; of a composite alarm, when its children changed.
    pub data_from: Option<DateTime<Utc>>,
}

impl Alarm {
    /// Who it is over all its messages.
    pub fn identity(&self) -> String {
        match &self.contributor {
            None => self.arn.clone(),
            Some(contributor) => format!("{}/{contributor}", self.arn),
        }
    }

    /// How long before the change the breaching data began.
    pub fn lead(&self) -> TimeDelta {
        onset::lead(self)
    }

    /// Partition, region and account of its ARN.
    fn place(&self) -> (&str, &str, &str) {
        let mut parts = self.arn.splitn(7, ':').skip(1);
        let mut next = || parts.next().unwrap_or_default();
        let partition = next();
        next();
        (partition, next(), next())
    }

    /// Its labels: name, place, metric, dimensions, and the members of a description in JSON.
    pub fn labels(&self) -> Labels {
        let (_, region, account) = self.place();
        let mut labels = Labels::default();
        for (name, value) in members(&self.description) {
            labels.set(&format!("description.{name}"), &value);
        }
        tag(&mut labels, self.tags.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str())));
        for (name, value) in self.dimensions() {
            labels.set(&format!("dimension.{name}"), value);
        }
        for (name, value) in [
            ("alertname", self.name.as_str()),
            ("region", region),
            ("account", account),
            ("metric", &self.trigger.metric),
            ("metric_namespace", &self.trigger.namespace),
        ] {
            labels.set(name, value);
        }
        labels
    }

    /// Dimensions and attributes of one meaning: where the metrics of an expression differ in one, it says nothing.
    fn dimensions(&self) -> BTreeMap<&str, &str> {
        let mut all: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for (name, value) in &self.trigger.dimensions {
            let same = |known: &mut Option<&str>| *known = known.filter(|known| *known == value);
            all.entry(name).and_modify(same).or_insert(Some(value));
        }
        all.extend(self.attributes.iter().map(|(name, value)| (name.as_str(), Some(value.as_str()))));
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Its texts: what happened in words, what people wrote, CloudWatch's reason, and the runbook that was named.
    pub fn annotations(&self) -> Labels {
        let mut annotations = Labels::default();
        annotations.set("summary", &words::summary(self));
        annotations.set("description", self.description.trim());
        annotations.set("reason", self.reason.trim());
        annotations.set("expression", &self.trigger.expression);
        annotations.set("alarm_rule", &self.trigger.rule);
        if self.endless && self.state != State::Ok {
            annotations.set(NO_OK_ACTION, ENDLESS);
        }
        if let Some(runbook) = runbook(&self.description) {
            let name = if runbook.starts_with("http") { "runbook_url" } else { "runbook" };
            annotations.set(name, &runbook);
        }
        annotations
    }

    /// Where the console shows it, in the partition whose console is known.
    pub fn console(&self) -> Option<String> {
        let (partition, region, _) = self.place();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if partition != "aws" || region.is_empty() || !region.chars().all(fits) {
            return None;
        }
        let mut name = String::new();
        for byte in self.name.bytes() {
            match byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                true => name.push(char::from(byte)),
                false => name.push_str(&format!("%{byte:02X}")),
            }
        }
        Some(format!(
            "https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#alarmsV2:alarm/{name}"
        ))
    }
}
