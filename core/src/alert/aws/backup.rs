//! AWS Backup's own text about a job: the same protected resource as by EventBridge.

use std::sync::LazyLock;

use regex::Regex;

use super::machines::BACKUP;
use super::pick::of_arn;
use super::states;
use super::{Place, Reading};

/// What happened, and to which resource.
#[allow(clippy::expect_used, reason = "the pattern is a constant, and a test compiles it")]
static JOB: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*An? AWS Backup ((?:copy |restore )?)job ([^.\n]{1,200})\.[\s\S]*?\bResource ARN\s*:\s*(arn:\S{1,400})")
        .expect("a constant pattern")
});

/// Words of what happened, and the state that EventBridge gives.
const STATES: [(&str, &str); 7] = [
    ("completed with issues", "PARTIAL"),
    ("completed successfully", "COMPLETED"),
    ("fail", "FAILED"),
    ("stopped", "ABORTED"),
    ("abort", "ABORTED"),
    ("expired", "EXPIRED"),
    ("start", "STARTED"),
];

/// The job that a text tells of.
pub fn read(said: &str, here: &Place) -> Option<Vec<Reading>> {
    let found = JOB.captures(said)?;
    let part = |n: usize| found.get(n).map_or("", |part| part.as_str());
    let (kind, happened, arn) = (part(1).trim(), part(2).to_lowercase(), part(3).trim_end_matches('.'));
    let (_, state) = STATES.iter().find(|(words, _)| happened.contains(words))?;
    // A copy has an event of its own; of a restore the text does not name what EventBridge does.
    let event = match kind {
        "" => BACKUP,
        "copy" => "Copy Job State Change",
        _ => return None,
    };
    let place = here.of("aws.backup", of_arn(arn, 4), of_arn(arn, 3));
    let reading = states::reading(event, &place, &[arn.to_owned()], (state, ""), None)?;
    Some(vec![reading.note("description", said.trim())])
}
