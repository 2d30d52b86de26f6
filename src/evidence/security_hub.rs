//! Door: network. Security Hub: what it has found itself, and what other services have given to it.
//!
//! Knows its call, `GetFindings`, and what it refuses. Must not know what a finding means.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use firstlook_core::evidence::cloudwatch::console;
use firstlook_core::evidence::security::{Level, asff};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Fault;
use super::findings::{Asker, Bounds, CIRCLE, Read};
use super::quoted::shell;
use crate::aws::plain::{Call, Failed, Service};

const SERVICE: Service = Service { name: "securityhub", id: "SecurityHub" };
const GET_FINDINGS: Call = Call::post("securityhub:GetFindings");
/// Between two calls: an account may make 3 a second in a region.
const BETWEEN: Duration = Duration::from_millis(350);
/// Findings of a page: Security Hub's own bound.
const PAGE: usize = 100;

/// A source of type `security_hub`.
#[derive(Debug)]
pub struct SecurityHub {
    asker: Asker,
    bounds: Bounds,
}

impl SecurityHub {
    /// In the region of `sdk`, which is [`crate::aws::config`]'s.
    pub fn new(sdk: &SdkConfig, bounds: Bounds) -> Self {
        Self { asker: Asker::new("Security Hub", sdk, SERVICE, BETWEEN), bounds }
    }

    /// What is open, one severity after another, the worst first: what a bound cuts away is the least severe.
    pub(super) async fn read(&self, until: Instant) -> Result<Read, Fault> {
        let levels = self.levels();
        let mut read = Read {
            query: self.command(&levels),
            link: console::findings(self.asker.region(), SERVICE.name),
            ..Read::default()
        };
        let mut answered = false;
        for (n, level) in levels.iter().enumerate() {
            let before = read.seen();
            let why = match self.level(*level, &mut read, &mut answered, until).await {
                Ok(None) => continue,
                Ok(Some(why)) => why,
                Err(fault) if !answered => return Err(fault),
                Err(fault) => fault.reason,
            };
            let less = levels.get(n + 1..).unwrap_or_default();
            read.missing.extend(cut(*level, read.seen() - before, less, &why));
            break;
        }
        Ok(read)
    }

    /// Reads what is open of one severity, what was seen last first; why it did not come to the end.
    async fn level(
        &self,
        level: Level,
        read: &mut Read,
        answered: &mut bool,
        until: Instant,
    ) -> Result<Option<String>, Fault> {
        let mut next: Option<String> = None;
        loop {
            let room = self.bounds.most.saturating_sub(read.seen());
            if room == 0 {
                return Ok(Some(format!("`max_findings` is {}", self.bounds.most)));
            }
            let page = self.page(&[level], room.min(PAGE), next.as_deref(), until).await?;
            *answered = true;
            let found = page.get("Findings").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            for one in found.iter().take(room) {
                match asff(one) {
                    Some(finding) => read.findings.push(finding),
                    None => read.odd += 1,
                }
            }
            let more = page.get("NextToken").and_then(Value::as_str).filter(|token| !token.is_empty());
            match more {
                None => return Ok(None),
                again if again == next.as_deref() => return Ok(Some(CIRCLE.to_owned())),
                Some(more) => next = Some(more.to_owned()),
            }
        }
    }

    async fn page(
        &self,
        levels: &[Level],
        most: usize,
        next: Option<&str>,
        until: Instant,
    ) -> Result<Value, Fault> {
        let mut body =
            json!({"Filters": filters(levels), "SortCriteria": [newest_first()], "MaxResults": most});
        if let (Some(token), Some(body)) = (next, body.as_object_mut()) {
            body.insert("NextToken".to_owned(), token.into());
        }
        let own = |error: &Failed| self.own(error);
        self.asker.ask(GET_FINDINGS, "/findings", Some(&body), until, own).await
    }

    /// Asks for one finding.
    pub(super) async fn probe(&self, until: Instant) -> Result<String, Fault> {
        let page = self.page(&self.levels(), 1, None, until).await?;
        let some = page.get("Findings").and_then(Value::as_array).is_some_and(|found| !found.is_empty());
        Ok(match some {
            true => "answers, and gives findings".into(),
            false => "answers, and has no open finding that is severe enough".into(),
        })
    }

    /// What it alone refuses: whoever has not enabled it.
    fn own(&self, error: &Failed) -> Option<Fault> {
        (error.code() == Some("InvalidAccessException")).then(|| {
            Fault::configuration(
                format!(
                    "Security Hub is not enabled in {} for the account of these credentials",
                    self.asker.region()
                ),
                "enable it there, or correct `region` of this source",
            )
        })
    }

    fn levels(&self) -> Vec<Level> {
        Level::ALL.into_iter().filter(|level| *level >= self.bounds.least).collect()
    }

    /// The command that asks the same, for a shell.
    fn command(&self, levels: &[Level]) -> String {
        format!(
            "aws securityhub get-findings --region {} --filters {} --sort-criteria {} --max-items {}",
            self.asker.region(),
            shell(&filters(levels).to_string()),
            shell(&newest_first().to_string()),
            self.bounds.most
        )
    }
}

/// What is open: nobody has resolved or suppressed it, and its finder has not archived it.
fn filters(levels: &[Level]) -> Value {
    let equals = |value: &str| json!({"Value": value, "Comparison": "EQUALS"});
    json!({
        "RecordState": [equals("ACTIVE")],
        "WorkflowStatus": [equals("NEW"), equals("NOTIFIED")],
        "SeverityLabel": levels.iter().map(|level| equals(level.label())).collect::<Vec<_>>(),
    })
}

fn newest_first() -> Value {
    json!({"Field": "LastObservedAt", "SortOrder": "desc"})
}

/// What is missing of a severity and of those below it.
fn cut(level: Level, read: usize, less: &[Level], why: &str) -> Vec<String> {
    let own = match read {
        0 => format!("findings of severity {} were not read: {why}", level.label()),
        _ => format!(
            "of the findings of severity {} only the {read} that were seen last were read: {why}",
            level.label()
        ),
    };
    let labels: Vec<&str> = less.iter().map(|level| level.label()).collect();
    let less =
        (!labels.is_empty()).then(|| format!("findings of severity {} were not read", labels.join(" and ")));
    std::iter::once(own).chain(less).collect()
}
