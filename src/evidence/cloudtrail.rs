//! Door: network. CloudTrail's event history: who changed what before an alarm (FACTS E).
//!
//! Knows its call, its pages and its pace. Must not know which changes have to do with an alarm.

mod look;
mod pages;
mod shown;

use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_cloudtrail::Client;
use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::Labels;
use firstlook_core::alert::aws::call::Call;
use firstlook_core::evidence::Window;
use firstlook_core::evidence::changes::ChangeEvent;
use firstlook_core::evidence::cloudtrail::{GLOBAL, change, has_global, is_global, missing_since};
use firstlook_core::evidence::cloudwatch::{console, is_region};
use futures_util::future::join_all;
use tokio::time::Instant;

use super::pace::Pace;
use super::{Fault, Moment, once};
use crate::aws::capped::Capped;
use pages::{Asked, Attribute};

/// A longer answer breaks off: 50 records of at most 256 KB.
const RESPONSE_BYTES: usize = 16 * 1024 * 1024;
/// Regions of an incident's alarms that are asked.
const MOST_REGIONS: usize = 3;
/// Things of the alarm that are asked for by name where there are too many events.
const MOST_NAMES: usize = 3;
/// Pages of one question: at the pace of two a second, 10 s.
const MOST_PAGES: usize = 20;
/// Pages for one thing of the alarm.
const PAGES_BY_NAME: usize = 2;
/// Between two requests in a region, which takes two a second, whoever asks (FACTS E); a little more than half a second, since
/// their ways differ in length.
const BETWEEN: Duration = Duration::from_millis(550);
/// What firstlook must be allowed.
pub(super) const LOOKUP: &str = "cloudtrail:LookupEvents";

/// A source of type `cloudtrail`.
#[derive(Debug)]
pub struct CloudTrail {
    client: Client,
    /// Whether the region is configured: it is the alarm's own otherwise.
    fixed: bool,
    /// Whether services without a region are asked about where they keep their events.
    global_services: bool,
    /// How long before the window changes are looked for.
    before: TimeDelta,
    timeout: Duration,
    pace: Pace,
}

/// What CloudTrail brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// The calls that write, of no source yet.
    pub events: Vec<ChangeEvent>,
    /// Parts that could not be had.
    pub faults: Vec<Fault>,
}

/// A region that is asked.
struct Place {
    client: Client,
    region: String,
    /// Whether only services without a region count.
    global: bool,
}

impl CloudTrail {
    /// A source that looks `before` an incident's window. `sdk` is [`crate::aws::config`]'s; `fixed` says whether its
    /// region is the configured one. What has not come shortly before `timeout` is a gap.
    pub fn new(
        sdk: &SdkConfig,
        fixed: bool,
        global_services: bool,
        before: TimeDelta,
        timeout: Duration,
    ) -> Self {
        let config =
            aws_sdk_cloudtrail::config::Builder::from(sdk).interceptor(Capped(RESPONSE_BYTES)).build();
        let client = Client::from_conf(config);
        Self { client, fixed, global_services, before, timeout, pace: Pace::new(BETWEEN) }
    }

    /// The calls that wrote something, from `before` the moment's window until its end.
    ///
    /// # Errors
    /// When nothing at all could be had.
    pub async fn changes(&self, moment: &Moment) -> Result<Changed, Fault> {
        let until = Instant::now() + self.timeout - (self.timeout / 10).min(Duration::from_secs(1));
        let now = crate::clock::now();
        let range = Window { start: moment.window.start - self.before, end: moment.window.end.min(now) };
        let places = self.places(moment);
        let looked = places.iter().map(|place| self.look(place, range, &moment.labels, until));
        let mut found = Changed::default();
        let mut reached = false;
        for answer in join_all(looked).await {
            match answer {
                Ok(one) => {
                    reached = true;
                    found.events.extend(one.events);
                    one.faults.into_iter().for_each(|fault| once(&mut found.faults, fault));
                }
                Err(fault) => once(&mut found.faults, fault),
            }
        }
        if let Some(fault) = found.faults.first().filter(|_| !reached) {
            return Err(fault.clone());
        }
        let region = places.first().map_or("", |place| place.region.as_str());
        found.faults.extend(missing_since(range, now).map(|since| late(since, range, region)));
        Ok(found)
    }

    async fn look(
        &self,
        place: &Place,
        range: Window,
        labels: &Labels,
        until: Instant,
    ) -> Result<Changed, Fault> {
        let Asked { mut calls, cut, fault } =
            self.pages(place, Attribute::Writes, range, MOST_PAGES, until).await;
        if let Some(fault) = fault.as_ref().filter(|_| calls.is_empty()) {
            return Err(fault.clone());
        }
        let mut found = Changed { events: Vec::new(), faults: fault.into_iter().collect() };
        if let Some(reached) = cut {
            let mut named = Vec::new();
            for name in if place.global { Vec::new() } else { names(labels) } {
                let attribute = Attribute::Resource(&name);
                let by_name = self.pages(place, attribute, range, PAGES_BY_NAME, until).await;
                calls.extend(by_name.calls.into_iter().filter(|call| call.at < Some(reached)));
                if by_name.fault.is_none() {
                    named.push(name);
                }
            }
            found.faults.push(too_many(reached, &place.region, &named));
        }
        calls.retain(|call| !call.read_only && (!place.global || is_global(call)));
        let account = labels.get("account");
        let other = |account_of: &str| ![account, ""].contains(&account_of);
        if let Some(call) = calls.first().filter(|call| !account.is_empty() && other(&call.account)) {
            found.faults.push(Fault::configuration(
                format!("the alarm is of the account {account}, and the events are of {}", call.account),
                format!("give this source credentials of the account {account}"),
            ));
        }
        let event = |call: &Call| {
            let query = shown::command(&place.region, &Attribute::Name(&call.name), range);
            change(call, query, console::calls(&place.region, &call.name, range))
        };
        found.events = calls.iter().filter_map(event).collect();
        Ok(found)
    }

    /// The regions of the moment's alarms, and where services without a region keep their events.
    fn places(&self, moment: &Moment) -> Vec<Place> {
        let own = self.client.config().region().map(ToString::to_string).unwrap_or_default();
        let mut regions: Vec<String> = Vec::new();
        for alert in moment.alerts_of("sns") {
            let region = alert.get("region").to_owned();
            if !self.fixed && is_region(&region) && !regions.contains(&region) {
                regions.push(region);
            }
        }
        regions.truncate(MOST_REGIONS);
        if regions.is_empty() {
            regions.push(own);
        }
        let global = self.global_services && regions.iter().all(|region| has_global(region));
        let place = |region: String, global| {
            let config = self.client.config().to_builder().region(Region::new(region.clone()));
            Place { client: Client::from_conf(config.build()), region, global }
        };
        let global = global.then(|| place(GLOBAL.to_owned(), true));
        regions.into_iter().map(|region| place(region, false)).chain(global).collect()
    }

    /// Asks once, for `check`.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn probe(&self) -> Result<String, Fault> {
        let asked = self.client.lookup_events().max_results(1).send().await;
        asked.map_err(|error| super::cloudwatch_logs::refused::fault(&error, LOOKUP))?;
        Ok("answers, and gives events".into())
    }
}

/// What the alarm names, as CloudTrail may name it as well.
fn names(labels: &Labels) -> Vec<String> {
    let of = |(name, value): (&str, &str)| {
        (name.starts_with("dimension.") && !value.is_empty()).then(|| value.to_owned())
    };
    labels.iter().filter_map(of).take(MOST_NAMES).collect()
}

fn clock(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// What is missing because there is too much of it.
fn too_many(reached: DateTime<Utc>, region: &str, names: &[String]) -> Fault {
    let besides = match names {
        [] => String::new(),
        names => format!(", beside those of {}", names.join(", ")),
    };
    Fault::unavailable(
        format!("of the events in {region} those before {} were not looked at{besides}", clock(reached)),
        "a shorter `evidence.changes.before` asks for fewer; the console's event history has them all",
    )
}

/// What may be missing because CloudTrail does not have it yet.
fn late(since: DateTime<Utc>, range: Window, region: &str) -> Fault {
    Fault::unavailable(
        format!(
            "CloudTrail has events 5 to 15 min late: what was changed after {} may be missing",
            clock(since)
        ),
        format!("ask again in 15 min: {}", shown::command(region, &Attribute::Writes, range)),
    )
}
