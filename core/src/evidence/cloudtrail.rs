//! What CloudTrail's event history gives, as changes: each record a call, with where a person finds it again.
//!
//! Knows records and calls. Must not know the API, nor which changes have to do with an alarm.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::Window;
use super::changes::{ChangeEvent, Intent};
use crate::alert::aws::call::Call;
use crate::alert::aws::principal::Principal;

/// Events come so much later than they were, at most, as a rule (FACTS E).
pub const LAG: TimeDelta = TimeDelta::minutes(15);
/// Where services without a region keep their events.
pub const GLOBAL: &str = "us-east-1";
/// Services without a region.
const GLOBAL_SERVICES: [&str; 7] =
    ["iam", "cloudfront", "route53", "route53domains", "organizations", "shield", "waf"];
/// A longer record is not read, in bytes: CloudTrail's own bound.
const MOST_RECORD: usize = 256 * 1024;

/// A record as the event history gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are CloudTrail's own")]
pub struct Record<'a> {
    pub event_id: &'a str,
    pub event_name: &'a str,
    pub event_source: &'a str,
    pub event_time: Option<DateTime<Utc>>,
    pub username: &'a str,
    /// Names of the things that it was about.
    pub resources: Vec<&'a str>,
    /// `CloudTrailEvent`: the record itself, JSON.
    pub text: &'a str,
}

impl Record<'_> {
    /// The call: as far as the outer fields tell where its record cannot be read.
    pub fn call(&self) -> Call {
        let inner = Some(self.text).filter(|text| text.len() <= MOST_RECORD);
        let inner: Option<Value> = inner.and_then(|text| serde_json::from_str(text).ok());
        let mut call = inner.as_ref().and_then(Call::read).unwrap_or_else(|| Call {
            id: String::new(),
            at: None,
            origin: self.event_source.to_owned(),
            name: self.event_name.to_owned(),
            by: Principal::called(self.username),
            error: String::new(),
            read_only: false,
            region: String::new(),
            account: String::new(),
            objects: Vec::new(),
        });
        if call.id.is_empty() {
            self.event_id.clone_into(&mut call.id);
        }
        call.at = self.event_time.or(call.at);
        self.resources.iter().for_each(|resource| call.add(resource));
        call
    }
}

/// Whether a call in [`GLOBAL`] is of a service without a region.
pub fn is_global(call: &Call) -> bool {
    GLOBAL_SERVICES.contains(&call.service())
}

/// Whether the services of a region's partition that have no region keep their events in [`GLOBAL`].
pub fn has_global(region: &str) -> bool {
    let other = ["cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"].iter().any(|start| region.starts_with(start));
    !other && !region.is_empty() && region != GLOBAL
}

/// The change that a call is, of no source yet; `None` without a time. `query` and `link` say how it is found again.
pub fn change(call: &Call, query: String, link: Option<String>) -> Option<ChangeEvent> {
    let mut details: Vec<(String, String)> =
        call.notes().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    for (name, value) in [("region", &call.region), ("account", &call.account)] {
        if !value.is_empty() {
            details.push((name.to_owned(), value.clone()));
        }
    }
    let intent = match () {
        () if call.is_routine() => Intent::Routine,
        () if call.by.is_aws() || !call.error.is_empty() => Intent::Lesser,
        () => Intent::Meant,
    };
    Some(ChangeEvent {
        at: call.at?,
        source: String::new(),
        summary: call.summary(),
        origin: call.origin.clone(),
        details,
        link,
        event: Some(call.id.clone()).filter(|id| !id.is_empty()),
        query: Some(query),
        intent,
    })
}

/// From when on events may be missing at `now`, if that is within `range`.
pub fn missing_since(range: Window, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let sure = now - LAG;
    (range.end > sure).then(|| sure.max(range.start))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(minute: u32) -> DateTime<Utc> {
        format!("2026-11-20T08:{minute:02}:00Z").parse().unwrap()
    }

    fn record(text: &str) -> Record<'_> {
        Record {
            event_id: "outer",
            event_name: "UpdateFunctionCode20150331v2",
            event_source: "lambda.amazonaws.com",
            event_time: Some(at(5)),
            username: "bob",
            resources: vec!["pay"],
            text,
        }
    }

    #[test]
    fn a_record_that_cannot_be_read_is_told_by_its_outer_fields() {
        let huge = format!("{{\"eventName\": \"{}\"}}", "x".repeat(MOST_RECORD));
        let deep = "[".repeat(100_000);
        for text in ["", "{", "null", "[]", "{\"eventName\": 7}", &huge, &deep] {
            let call = record(text).call();
            let change = change(&call, String::new(), None).unwrap();
            assert_eq!(change.summary, "bob called lambda UpdateFunctionCode20150331v2");
            assert_eq!((change.event.as_deref(), change.at), (Some("outer"), at(5)));
            assert_eq!(change.details[0], ("on".to_owned(), "pay".to_owned()));
        }
    }

    #[test]
    fn who_meant_it_and_what_failed_is_told_from_what_is_routine() {
        let intent = |more: Value| {
            let mut inner = json!({
                "eventID": "e", "eventName": "PutPolicy", "eventSource": "s3.amazonaws.com",
                "userIdentity": {"type": "IAMUser", "userName": "bob"},
            });
            for (name, value) in more.as_object().unwrap() {
                inner[name] = value.clone();
            }
            let text = inner.to_string();
            let call = record(&text).call();
            change(&call, String::new(), None).unwrap().intent
        };
        assert_eq!(intent(json!({})), Intent::Meant);
        assert_eq!(intent(json!({"errorCode": "AccessDenied"})), Intent::Lesser);
        let by = json!({"userIdentity": {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}});
        assert_eq!(intent(by), Intent::Lesser);
        let sts = json!({"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole"});
        assert_eq!(intent(sts), Intent::Routine);
    }

    #[test]
    fn what_is_young_may_be_missing() {
        let range = Window { start: at(0), end: at(30) };
        assert_eq!(missing_since(range, at(40)), Some(at(25)));
        assert_eq!(missing_since(range, at(10)), Some(at(0)), "nothing of it can be relied on");
        assert_eq!(missing_since(range, at(45)), None);
    }

    #[test]
    fn services_without_a_region_are_asked_for_where_they_are() {
        for (region, asked) in [
            ("eu-west-1", true),
            ("us-east-1", false),
            ("cn-north-1", false),
            ("us-gov-west-1", false),
            ("", false),
        ] {
            assert_eq!(has_global(region), asked, "{region}");
        }
        let mut call = record("").call();
        assert!(!is_global(&call));
        call.origin = "iam.amazonaws.com".into();
        assert!(is_global(&call));
    }
}
