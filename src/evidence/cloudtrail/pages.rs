//! One question to CloudTrail, page after page, the newest events first.
//!
//! Knows the SDK's types. Must not know what becomes of a call.

use std::time::Duration;

use aws_sdk_cloudtrail::types::{Event, LookupAttribute, LookupAttributeKey};
use chrono::{DateTime, Utc};
use firstlook_core::alert::aws::call::Call;
use firstlook_core::evidence::Window;
use firstlook_core::evidence::cloudtrail::Record;
use tokio::time::{Instant, sleep, timeout_at};

use super::super::Fault;
use super::super::cloudwatch_logs::refused;
use super::{CloudTrail, LOOKUP, Place};

/// Events of a page: CloudTrail's own bound.
const PAGE: i32 = 50;
/// How often a page is asked for again that came too fast: others of the account ask as well.
const AGAIN: usize = 3;
/// How long it is waited then.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is asked for: CloudTrail takes one attribute.
#[derive(Debug, Clone, Copy)]
pub(super) enum Attribute<'a> {
    /// What writes.
    Writes,
    /// What is about a thing of that name, also what only reads.
    Resource(&'a str),
    /// Calls of that name.
    Name(&'a str),
    /// What somebody of that name did.
    User(&'a str),
}

impl Attribute<'_> {
    /// As the API and its command line call it.
    pub fn parts(&self) -> (LookupAttributeKey, &str) {
        match self {
            Self::Writes => (LookupAttributeKey::ReadOnly, "false"),
            Self::Resource(name) => (LookupAttributeKey::ResourceName, name),
            Self::Name(name) => (LookupAttributeKey::EventName, name),
            Self::User(name) => (LookupAttributeKey::Username, name),
        }
    }
}

/// What came of a question.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The newest first.
    pub calls: Vec<Call>,
    /// How far back they reach, where there are older ones.
    pub cut: Option<DateTime<Utc>>,
    /// Why it ended early.
    pub fault: Option<Fault>,
}

impl CloudTrail {
    /// At most so many pages of an answer, as far as they come before `until`.
    pub(super) async fn pages(
        &self,
        place: &Place,
        attribute: Attribute<'_>,
        range: Window,
        most: usize,
        until: Instant,
    ) -> Asked {
        let mut asked = Asked::default();
        let mut next = None;
        for _ in 0..most {
            match self.page(place, attribute, range, next.clone(), until).await {
                Ok((calls, more)) => {
                    asked.calls.extend(calls);
                    // A token that comes again would lead in a circle.
                    next = more.filter(|more| Some(more) != next.as_ref());
                }
                Err(fault) => {
                    asked.fault = Some(fault);
                    break;
                }
            }
            if next.is_none() {
                return asked;
            }
        }
        asked.cut = asked.calls.iter().filter_map(|call| call.at).min();
        asked
    }

    async fn page(
        &self,
        place: &Place,
        attribute: Attribute<'_>,
        range: Window,
        next: Option<String>,
        until: Instant,
    ) -> Result<(Vec<Call>, Option<String>), Fault> {
        let late = || Fault::timeout("CloudTrail did not give all events in time");
        let (key, value) = attribute.parts();
        let wanted = LookupAttribute::builder().attribute_key(key).attribute_value(value).build();
        let wanted = wanted.map_err(|error| Fault::unavailable(error.to_string(), "report this fault"))?;
        let time = |at: DateTime<Utc>| aws_sdk_cloudtrail::primitives::DateTime::from_secs(at.timestamp());
        let mut tries = 0;
        loop {
            if !self.pace.turn(&place.region, until).await {
                return Err(late());
            }
            let call = place.client.lookup_events().lookup_attributes(wanted.clone());
            let call = call.start_time(time(range.start)).end_time(time(range.end));
            let call = call.max_results(PAGE).set_next_token(next.clone());
            match timeout_at(until, call.send()).await {
                Err(_) => return Err(late()),
                Ok(Ok(page)) => {
                    return Ok((page.events().iter().filter_map(read).collect(), page.next_token));
                }
                Ok(Err(error)) if refused::is_throttled(&error) && tries < AGAIN => {
                    tries += 1;
                    sleep(PATIENCE).await;
                }
                Ok(Err(error)) => return Err(refused::fault(&error, LOOKUP)),
            }
        }
    }
}

fn read(event: &Event) -> Option<Call> {
    let time = event.event_time().and_then(|at| DateTime::from_timestamp(at.secs(), 0));
    let record = Record {
        event_id: event.event_id().unwrap_or_default(),
        event_name: event.event_name().unwrap_or_default(),
        event_source: event.event_source().unwrap_or_default(),
        event_time: time,
        username: event.username().unwrap_or_default(),
        resources: event.resources().iter().filter_map(|one| one.resource_name()).collect(),
        text: event.cloud_trail_event().unwrap_or_default(),
    };
    (event.read_only() != Some("true")).then(|| record.call())
}
