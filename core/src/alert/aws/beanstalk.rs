//! Elastic Beanstalk's text about an environment: its health, and what was done to it.

use std::sync::LazyLock;

use regex::Regex;

use super::pick::{field, line};
use super::time::time;
use super::{Place, Reading, Status};
use crate::alert::Severity;

/// Enhanced health, and the colours from before it.
#[allow(clippy::expect_used, reason = "the pattern is a constant, and a test compiles it")]
static HEALTH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)environment health has (?:transitioned from .{1,20}? to|been set to) (ok|info|warning|degraded|severe|no data|unknown|pending|suspended|green|yellow|red|grey)\b")
        .expect("a constant pattern")
});

/// Words of what went wrong, looked for first.
const BAD: [&str; 9] =
    ["fail", "error", "unsuccessful", "abort", "unable", "could not", "cannot", "exceeded", "rolling back"];
/// Words of what is done as it should be. What has neither is told: better than not at all.
const GOOD: [&str; 8] = [
    "success",
    "is starting",
    "started",
    "was deployed",
    "deploying",
    "added instance",
    "removed instance",
    "updating environment",
];

/// Words of what is done to an environment, whether it goes well or not.
const DEEDS: [&str; 4] = ["deploy", "updat", "added instance", "removed instance"];

/// The environment that a text tells of.
pub fn read(said: &str, here: &Place) -> Option<Vec<Reading>> {
    let (environment, message) = (field(said, "Environment")?, field(said, "Message")?);
    let application = field(said, "Application")?;
    let at = field(said, "Timestamp").and_then(|text| time(&text));
    let health = HEALTH.captures(&message).and_then(|found| Some(found.get(1)?.as_str().to_lowercase()));
    let (status, severity) = match &health {
        Some(health) => of_health(health),
        None => (of_words(&message), None),
    };
    // Health is one thing over all its messages; anything else is what its words say.
    let what = if health.is_some() { "health".to_owned() } else { line(&message) };
    let reading = here
        .of("aws.elasticbeanstalk", "", "")
        .reading("environment", &[&application, &environment, &what], status)
        .called(&format!("Elastic Beanstalk: {environment}"), &format!("{environment}: {message}"))
        .label("resource", &environment)
        .label("environment", &environment)
        .label("application", &application)
        .note("description", said.trim())
        .severe(severity)
        .since(at);
    Some(vec![if health.is_none() && is_deed(&message) { reading.told_as_change() } else { reading }])
}

fn of_health(health: &str) -> (Status, Option<Severity>) {
    match health {
        "ok" | "green" => (Status::Over, None),
        "severe" | "red" => (Status::Fires, Some(Severity::Critical)),
        "warning" | "degraded" | "yellow" => (Status::Fires, Some(Severity::Warning)),
        other => (Status::Informs(format!("its health is {other}")), None),
    }
}

/// Whether something is done to the environment.
fn is_deed(message: &str) -> bool {
    let message = message.to_lowercase();
    DEEDS.iter().any(|word| message.contains(word))
}

fn of_words(message: &str) -> Status {
    let message = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    match (has(&BAD), has(&GOOD)) {
        (false, true) => Status::Informs(message),
        _ => Status::Fires,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_to_be_well_is_told() {
        for (message, fires) in [
            ("Failed to deploy application.", true),
            (
                "Update environment operation is complete, but with errors. For more information, see the troubleshooting documentation.",
                true,
            ),
            ("Rolling back environment to the version before; it was deployed.", true),
            ("Something that nobody has seen.", true),
            ("Environment update completed successfully.", false),
            ("Added instance [i-0a] to your environment.", false),
            ("Environment update is starting.", false),
        ] {
            assert_eq!(of_words(message) == Status::Fires, fires, "{message}");
        }
    }

    #[test]
    fn health_is_the_state_that_it_went_to() {
        for (message, health) in [
            ("Environment health has transitioned from Ok to Severe. Now to Ok.", Some("severe")),
            ("Environment health has transitioned from No Data to Warning.", Some("warning")),
            ("Environment health has transitioned from Severe to No Data.", Some("no data")),
            ("Environment health has been set to GREEN", Some("green")),
            ("Environment health has transitioned from Ok to Splendid.", None),
        ] {
            let found = HEALTH.captures(message).and_then(|found| found.get(1));
            assert_eq!(found.map(|found| found.as_str().to_lowercase()).as_deref(), health, "{message}");
        }
    }
}
