//! Whether a change has to do with an alarm: it names what the alarm names, or is of the service that the alarm watches.
//!
//! Knows labels. Must not know time: what is near is not kin for that.

use super::{ChangeEvent, Intent, Run};
use crate::alert::Labels;

/// A label value shorter than this is found in too many texts to say anything.
const SHORTEST_NAME: usize = 3;
/// Labels that name a thing which can be changed; others, such as a severity, name none.
const NAMING: [&str; 12] = [
    "service",
    "app",
    "application",
    "component",
    "deployment",
    "workload",
    "job",
    "namespace",
    "cluster",
    "project",
    "team",
    "alertname",
];
/// Namespaces of CloudWatch whose service has another name in calls of its API.
const SERVICES: [(&str, &str); 10] = [
    ("applicationelb", "elasticloadbalancing"),
    ("networkelb", "elasticloadbalancing"),
    ("gatewayelb", "elasticloadbalancing"),
    ("elb", "elasticloadbalancing"),
    ("ebs", "ec2"),
    ("natgateway", "ec2"),
    ("docdb", "rds"),
    ("neptune", "rds"),
    ("containerinsights", "eks"),
    ("wafv2", "waf"),
];

/// What a change and an alarm have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kinship {
    /// Things that both name.
    names: usize,
    /// Whether they are of one service of AWS.
    service: bool,
}

/// Smaller ones are told first.
type Rank = (bool, Intent, bool, usize);

impl Kinship {
    /// Of a run and what an incident's alerts have in common. Dimensions of CloudWatch name things as well.
    pub fn of(run: &Run<'_>, labels: &Labels) -> Self {
        let text = run.text();
        let naming = |name: &str| NAMING.contains(&name) || name.starts_with("dimension.");
        let named = |(name, value): &(&str, &str)| {
            naming(name) && value.chars().count() >= SHORTEST_NAME && holds(&text, &value.to_lowercase())
        };
        let names = labels.iter().filter(named).count();
        Self { names, service: service_of(run.nearest).is_some_and(|one| watched(labels).contains(&one)) }
    }

    /// Whether it is told as one that names the same things: what belongs to any day never is.
    pub fn is_told_first(self, intent: Intent) -> bool {
        self.names > 0 && intent != Intent::Routine
    }

    /// Where it stands among all.
    pub fn rank(self, intent: Intent) -> Rank {
        match self.is_told_first(intent) {
            true => (false, intent, false, usize::MAX - self.names),
            false => (true, intent, !self.service, 0),
        }
    }

    /// For people, as a line of the item.
    pub fn words(self) -> &'static str {
        match (self.names, self.service) {
            (0, false) => "\nnames nothing that the alarm names",
            (0, true) => "\nnames nothing that the alarm names, but is of its service",
            _ => "",
        }
    }
}

/// Whether `name` stands in `text` by itself, and not as a part of a longer name.
fn holds(text: &str, name: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
    text.match_indices(name).any(|(at, found)| {
        let (before, after) = (text.get(..at), text.get(at + found.len()..));
        let before = before.and_then(|text| text.chars().next_back());
        let after = after.and_then(|text| text.chars().next());
        !inside(before) && !inside(after)
    })
}

/// The service of AWS that a change is of: `lambda` of `lambda.amazonaws.com` and of `aws.lambda`.
fn service_of(event: &ChangeEvent) -> Option<String> {
    let origin = event.origin.to_lowercase();
    let name = origin.strip_suffix(super::runs::API).or_else(|| origin.strip_prefix("aws."))?;
    Some(name.to_owned())
}

/// The services that an alarm watches: of its metric's namespace, and of an event's source.
fn watched(labels: &Labels) -> Vec<String> {
    let namespace = labels.get("metric_namespace").to_lowercase();
    let last = namespace.rsplit('/').next().unwrap_or_default();
    let of_namespace = SERVICES.iter().find(|(name, _)| *name == last).map_or(last, |(_, service)| service);
    let source = labels.get("event_source").to_lowercase();
    let of_source = source.strip_prefix("aws.").unwrap_or_default();
    let words = [of_namespace, of_source].into_iter().filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_known_by_its_namespace_and_by_its_events() {
        for (labels, origin, same) in [
            (("metric_namespace", "AWS/Lambda"), "lambda.amazonaws.com", true),
            (("metric_namespace", "AWS/ApplicationELB"), "elasticloadbalancing.amazonaws.com", true),
            (("metric_namespace", "AWS/DocDB"), "rds.amazonaws.com", true),
            (("metric_namespace", "ECS/ContainerInsights"), "eks.amazonaws.com", true),
            (("event_source", "aws.codedeploy"), "aws.codedeploy", true),
            (("metric_namespace", "AWS/Lambda"), "s3.amazonaws.com", false),
            (("metric_namespace", "shop"), "github", false),
            (("metric_namespace", ""), "aws.", false),
        ] {
            let event = ChangeEvent { origin: origin.into(), ..ChangeEvent::default() };
            let labels: Labels = [labels].into_iter().collect();
            let service = service_of(&event);
            assert_eq!(service.is_some_and(|one| watched(&labels).contains(&one)), same, "{labels} {origin}");
        }
    }
}
