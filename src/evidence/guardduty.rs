//! Door: network. GuardDuty: who behaves as an intruder would.
//!
//! Knows its calls, its one detector in a region, and what it refuses. Must not know what a finding means.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use firstlook_core::evidence::cloudwatch::console;
use firstlook_core::evidence::security::{self, Level};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Fault;
use super::api::one_line;
use super::findings::{Asker, Bounds, CIRCLE, Read};
use super::quoted::shell;
use crate::aws::plain::{Call, Failed, Service};

const SERVICE: Service = Service { name: "guardduty", id: "GuardDuty" };
const LIST_DETECTORS: Call = Call::get("guardduty:ListDetectors");
const LIST_FINDINGS: Call = Call::post("guardduty:ListFindings");
const GET_FINDINGS: Call = Call::post("guardduty:GetFindings");
/// Between two calls. AWS names no number.
const BETWEEN: Duration = Duration::from_millis(100);
/// Ids of a page, and findings of one answer: GuardDuty's own bound.
const PAGE: usize = 50;

/// A source of type `guardduty`.
#[derive(Debug)]
pub struct GuardDuty {
    asker: Asker,
    bounds: Bounds,
}

impl GuardDuty {
    /// In the region of `sdk`, which is [`crate::aws::config`]'s.
    pub fn new(sdk: &SdkConfig, bounds: Bounds) -> Self {
        Self { asker: Asker::new("GuardDuty", sdk, SERVICE, BETWEEN), bounds }
    }

    /// What is not archived, the most severe first.
    pub(super) async fn read(&self, until: Instant) -> Result<Read, Fault> {
        let detector = self.detector(until).await?;
        let mut read = Read {
            query: self.command(&detector),
            link: console::findings(self.asker.region(), SERVICE.name),
            ..Read::default()
        };
        let (mut listed, mut lost, mut next) = (0, 0, None);
        let why = loop {
            let room = self.bounds.most.saturating_sub(listed);
            if room == 0 {
                break Some(format!("`max_findings` is {}", self.bounds.most));
            }
            match self.page(&detector, room.min(PAGE), next.as_deref(), until).await {
                Ok((ids, found, more)) => {
                    listed += ids.len();
                    lost += add(&mut read, &ids, &found);
                    match more {
                        None => break None,
                        again if again == next => break Some(CIRCLE.to_owned()),
                        more => next = more,
                    }
                }
                Err(fault) if listed == 0 => return Err(fault),
                Err(fault) => break Some(fault.reason),
            }
        };
        read.missing
            .extend(why.map(|why| format!("only the {} most severe findings were read: {why}", read.seen())));
        if lost > 0 {
            read.missing.push(format!("findings that GuardDuty lists and does not give: {lost}"));
        }
        Ok(read)
    }

    /// The ids of a page, their findings, and the token of the next page.
    async fn page(
        &self,
        detector: &str,
        most: usize,
        next: Option<&str>,
        until: Instant,
    ) -> Result<(Vec<String>, Vec<Value>, Option<String>), Fault> {
        let mut body = json!({
            "findingCriteria": {"criterion": {
                "service.archived": {"equals": ["false"]},
                "severity": {"greaterThanOrEqual": number(self.bounds.least)},
            }},
            "sortCriteria": {"attributeName": "severity", "orderBy": "DESC"},
            "maxResults": most,
        });
        if let (Some(token), Some(body)) = (next, body.as_object_mut()) {
            body.insert("nextToken".to_owned(), token.into());
        }
        let path = format!("/detector/{detector}/findings");
        let page = self.asker.ask(LIST_FINDINGS, &path, Some(&body), until, own).await?;
        let ids: Vec<String> = texts(&page, "findingIds").take(most).collect();
        let more = page.get("nextToken").and_then(Value::as_str).filter(|token| !token.is_empty());
        let more = more.map(str::to_owned);
        if ids.is_empty() {
            return Ok((ids, Vec::new(), more));
        }
        let body = json!({"findingIds": ids});
        let path = format!("/detector/{detector}/findings/get");
        let mut answer = self.asker.ask(GET_FINDINGS, &path, Some(&body), until, own).await?;
        let found = match answer.get_mut("findings").map(Value::take) {
            Some(Value::Array(found)) => found,
            _ => Vec::new(),
        };
        Ok((ids, found, more))
    }

    /// The detector of this account: there is at most one in a region.
    async fn detector(&self, until: Instant) -> Result<String, Fault> {
        let answer = self.asker.ask(LIST_DETECTORS, "/detector", None, until, own).await?;
        // It becomes a part of paths and of a command.
        let plain = |id: &String| {
            (1..=300).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        texts(&answer, "detectorIds").find(plain).ok_or_else(|| {
            let region = self.asker.region();
            Fault::configuration(
                format!("GuardDuty is not enabled in {region} for the account of these credentials"),
                "enable it there, or correct `region` of this source",
            )
        })
    }

    /// Makes each kind of call once, as far as there is something to ask for.
    pub(super) async fn probe(&self, until: Instant) -> Result<String, Fault> {
        let detector = self.detector(until).await?;
        let (ids, ..) = self.page(&detector, 1, None, until).await?;
        Ok(match ids.is_empty() {
            true => "answers, and has no open finding that is severe enough".into(),
            false => "answers, and gives findings".into(),
        })
    }

    /// The command that asks the same, for a shell: the first page.
    fn command(&self, detector: &str) -> String {
        let place = format!("--region {} --detector-id {detector}", self.asker.region());
        let criteria = json!({"Criterion": {
            "service.archived": {"Equals": ["false"]},
            "severity": {"GreaterThanOrEqual": number(self.bounds.least)},
        }});
        format!(
            "aws guardduty get-findings {place} --finding-ids $(aws guardduty list-findings {place} --finding-criteria {} \
             --sort-criteria AttributeName=severity,OrderBy=DESC --max-results {PAGE} --no-paginate --query FindingIds \
             --output text)",
            shell(&criteria.to_string())
        )
    }
}

/// Adds what was found to what was read; how many ids have no finding.
fn add(read: &mut Read, ids: &[String], found: &[Value]) -> usize {
    let given: BTreeSet<&str> =
        found.iter().filter_map(|one| one.get("id").and_then(Value::as_str)).collect();
    for one in found.iter().take(ids.len()) {
        match security::guardduty(one) {
            Some(finding) => read.findings.push(finding),
            None => read.odd += 1,
        }
    }
    ids.iter().filter(|id| !given.contains(id.as_str())).count()
}

/// Most of what it refuses has one code; its words say what is wrong.
fn own(error: &Failed) -> Option<Fault> {
    (error.code() == Some("BadRequestException")).then(|| {
        Fault::unavailable(
            format!(
                "GuardDuty does not take the question: {}",
                one_line(error.message().unwrap_or_default())
            ),
            "look at GuardDuty's settings in this region, and at `region` of this source",
        )
    })
}

/// From which number on a finding is that severe (FACTS B7).
fn number(level: Level) -> u8 {
    match level {
        Level::Critical => 9,
        Level::High => 7,
        Level::Medium => 4,
        Level::Low | Level::Informational => 1,
    }
}

fn texts<'a>(answer: &'a Value, name: &str) -> impl Iterator<Item = String> + use<'a> {
    let all = answer.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    all.iter().filter_map(|one| one.as_str().map(str::to_owned))
}
