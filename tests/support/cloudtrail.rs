//! Door: network. A local CloudTrail: it speaks AWS JSON 1.1, keeps the events of several regions, and gives them in pages,
//! the newest first; what the real one refuses, it refuses.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::server::{Answer, Protocol, Request, Server};
use super::sns::CREDENTIALS;

/// Whose events these are.
pub const ACCOUNT: &str = "123456789012";
const TARGET: &str = "CloudTrail_20131101.LookupEvents";
/// Requests that a region takes in a second.
const RATE: usize = 2;
/// What can be asked for, and the member that it is compared with.
const KEYS: [(&str, &str); 7] = [
    ("EventId", "EventId"),
    ("EventName", "EventName"),
    ("ReadOnly", "ReadOnly"),
    ("Username", "Username"),
    ("EventSource", "EventSource"),
    ("AccessKeyId", "AccessKeyId"),
    ("ResourceName", ""),
];

/// A running CloudTrail.
pub struct CloudTrail {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Outer events by region, the newest first.
    events: BTreeMap<String, Vec<Value>>,
    /// When each region was asked.
    asked: BTreeMap<String, Vec<Instant>>,
    /// The parameters that a token continues.
    tokens: Vec<(Value, usize)>,
    denied: bool,
    throttled: usize,
}

/// Status, code and words of a refusal.
type Refused = (u16, &'static str, &'static str);

struct Api(Arc<Mutex<State>>);

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Protocol for Api {
    fn answer(&self, request: &Request) -> Answer {
        let answer = region(request).and_then(|region| lock(&self.0).look_up(&region, request));
        let (status, body) = match answer {
            Ok(body) => (200, body),
            Err((status, code, words)) => (status, json!({"__type": code, "message": words})),
        };
        Answer::json(status, &body).header("content-type", "application/x-amz-json-1.1")
    }

    fn failure(&self, status: u16, _: &Request) -> Answer {
        Answer::json(status, &json!({"__type": "InternalFailure", "message": "it failed"}))
    }
}

/// Where a request is signed for, by somebody who is known.
fn region(request: &Request) -> Result<String, Refused> {
    if request.method != "POST" || request.header("x-amz-target") != Some(TARGET) {
        return Err((400, "UnknownOperationException", ""));
    }
    let signed =
        request.header("authorization").and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 Credential="));
    let scope = signed.ok_or((400, "MissingAuthenticationTokenException", "not signed"))?;
    let scope: Vec<&str> = scope.split(',').next().unwrap_or_default().split('/').collect();
    match scope.as_slice() {
        [key, _, region, "cloudtrail", "aws4_request"] if *key == CREDENTIALS[0].1 => {
            Ok((*region).to_owned())
        }
        _ => Err((400, "UnrecognizedClientException", "nobody knows these credentials")),
    }
}

impl State {
    fn look_up(&mut self, region: &str, request: &Request) -> Result<Value, Refused> {
        if self.denied {
            return Err((400, "AccessDeniedException", "no policy allows cloudtrail:LookupEvents"));
        }
        let asked = self.asked.entry(region.to_owned()).or_default();
        asked.push(request.at);
        let recent = asked.iter().filter(|at| request.at.duration_since(**at) < Duration::from_secs(1));
        if recent.count() > RATE || self.throttled > 0 {
            self.throttled = self.throttled.saturating_sub(1);
            return Err((400, "ThrottlingException", "Rate exceeded"));
        }
        let asked = request.json();
        let most = match &asked["MaxResults"] {
            Value::Null => 50,
            given => given.as_u64().filter(|n| (1..=50).contains(n)).ok_or(MAX)?,
        };
        let attributes = asked["LookupAttributes"].as_array().cloned().unwrap_or_default();
        let wanted = match attributes.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            _ => return Err((400, "InvalidLookupAttributesException", "one attribute only")),
        };
        let time = |key: &str| asked[key].as_f64();
        if time("StartTime") > time("EndTime").or(Some(f64::MAX)) {
            return Err((400, "InvalidTimeRangeException", "the start is after the end"));
        }
        // A token belongs to its parameters.
        let parameters = json!([asked["LookupAttributes"], asked["StartTime"], asked["EndTime"], region]);
        let from = match asked["NextToken"].as_str() {
            None => 0,
            Some(token) => {
                let number = token.strip_prefix("token-").and_then(|n| n.parse::<usize>().ok());
                let known = number.and_then(|n| self.tokens.get(n));
                known.filter(|(of, _)| *of == parameters).ok_or(TOKEN)?.1
            }
        };
        let mut found = Vec::new();
        for event in self.events.get(region).into_iter().flatten() {
            let at = event["EventTime"].as_f64();
            let inside = at >= time("StartTime") && at <= time("EndTime").or(Some(f64::MAX));
            if inside && wanted.as_ref().map_or(Ok(true), |one| is(event, one))? {
                found.push(event.clone());
            }
        }
        let most = usize::try_from(most).unwrap();
        let mut answer = json!({"Events": found.iter().skip(from).take(most).collect::<Vec<_>>()});
        if from + most < found.len() {
            answer["NextToken"] = format!("token-{}", self.tokens.len()).into();
            self.tokens.push((parameters, from + most));
        }
        Ok(answer)
    }
}

const MAX: Refused = (400, "InvalidMaxResultsException", "MaxResults must be 1 to 50");
const TOKEN: Refused = (400, "InvalidNextTokenException", "not one of these parameters");

/// Whether an event has what is asked for.
fn is(event: &Value, wanted: &Value) -> Result<bool, Refused> {
    const INVALID: Refused = (400, "InvalidLookupAttributesException", "no such attribute");
    let key = wanted["AttributeKey"].as_str().unwrap_or_default();
    let (_, member) = KEYS.iter().find(|(name, _)| *name == key).ok_or(INVALID)?;
    let value = &wanted["AttributeValue"];
    let resources = || event["Resources"].as_array().into_iter().flatten();
    Ok(match *member {
        "" => resources().any(|one| one["ResourceName"] == *value),
        member => event[member] == *value,
    })
}

impl CloudTrail {
    /// Starts it, without an event.
    pub fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        Self { server: Server::start(Arc::new(Api(Arc::clone(&state)))), state }
    }

    /// Its server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Records a call, as CloudTrail does: `more` are members of the record.
    pub fn record(&self, region: &str, source: &str, name: &str, at: DateTime<Utc>, more: &Value) {
        let mut state = lock(&self.state);
        let id = format!("event-{}", state.events.values().map(Vec::len).sum::<usize>());
        let mut record = json!({
            "eventVersion": "1.11", "eventID": id, "eventName": name, "eventSource": format!("{source}.amazonaws.com"),
            "eventTime": at.format("%Y-%m-%dT%H:%M:%SZ").to_string(), "awsRegion": region, "readOnly": false,
            "recipientAccountId": ACCOUNT, "eventType": "AwsApiCall", "managementEvent": true,
            "userIdentity": {"type": "IAMUser", "userName": "deployer", "accountId": ACCOUNT},
        });
        for (member, value) in more.as_object().unwrap() {
            record[member] = value.clone();
        }
        let named = |one: &Value| json!({"ResourceName": one["resourceName"], "ResourceType": one["type"]});
        let resources = record["resources"].as_array().into_iter().flatten().map(named).collect::<Vec<_>>();
        let event = json!({
            "EventId": record["eventID"], "EventName": name, "EventSource": record["eventSource"],
            "EventTime": at.timestamp(), "ReadOnly": record["readOnly"].to_string(), "Resources": resources,
            "Username": "deployer", "CloudTrailEvent": record.to_string(),
        });
        let events = state.events.entry(region.to_owned()).or_default();
        events.push(event);
        events.sort_by_key(|one| -one["EventTime"].as_i64().unwrap());
    }

    /// Makes the record of the newest event of a region something else.
    pub fn garble(&self, region: &str, text: &str) {
        lock(&self.state).events.get_mut(region).unwrap()[0]["CloudTrailEvent"] = text.into();
    }

    /// From now on the caller may not ask.
    pub fn deny(&self) {
        lock(&self.state).denied = true;
    }

    /// Others of the account take the places of the next requests.
    pub fn throttle(&self, requests: usize) {
        lock(&self.state).throttled = requests;
    }

    /// The bodies of all requests.
    pub fn asked(&self) -> Vec<Value> {
        self.server.requests().iter().map(Request::json).collect()
    }

    /// How many requests each region had.
    pub fn regions(&self) -> BTreeMap<String, usize> {
        lock(&self.state).asked.iter().map(|(region, all)| (region.clone(), all.len())).collect()
    }
}
