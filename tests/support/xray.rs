//! Door: network. A local X-Ray: it speaks REST with JSON as the SDK does, keeps traced requests, and derives summaries,
//! segments and the service graph from them; what the real one refuses, it refuses.

mod course;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::server::{Answer, Protocol, Request, Server};
use super::sns::is_signed;

/// A running X-Ray.
pub struct Xray {
    server: Server,
    state: Arc<Mutex<State>>,
}

/// A service on the way of a request.
#[derive(Clone, Debug)]
pub struct Hop {
    /// Its name.
    pub name: &'static str,
    /// `AWS::ECS::Container` …
    pub kind: &'static str,
    /// How long it took to answer.
    pub seconds: f64,
    /// What it answered: 200, 404, 429, 500 …
    pub status: u16,
}

struct Traced {
    id: String,
    /// Seconds.
    at: i64,
    hops: Vec<Hop>,
    thrown: Option<(String, String)>,
}

#[derive(Default)]
struct State {
    traces: Vec<Traced>,
    /// Actions that the caller may not use.
    denied: Vec<&'static str>,
    /// Traces of a page of summaries; 0 means all.
    page: usize,
    /// In place of each segment document.
    document: Option<String>,
}

/// Status, code and words of a refusal.
type Refused = (u16, &'static str, String);

struct Api(Arc<Mutex<State>>);

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fault(status: u16, code: &str, words: &str) -> Answer {
    Answer::json(status, &json!({"Message": words}))
        .header("content-type", "application/json")
        .header("x-amzn-errortype", code)
}

fn invalid(words: &str) -> Refused {
    (400, "InvalidRequestException", words.to_owned())
}

impl Protocol for Api {
    fn answer(&self, request: &Request) -> Answer {
        if !is_signed(request, "xray") {
            return fault(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
        }
        let state = lock(&self.0);
        let action = match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/TraceSummaries") => "GetTraceSummaries",
            ("POST", "/ServiceGraph") => "GetServiceGraph",
            ("POST", "/Traces") => "BatchGetTraces",
            ("POST", "/TimeSeriesServiceStatistics") => "GetTimeSeriesServiceStatistics",
            _ => return fault(404, "UnknownOperationException", ""),
        };
        if state.denied.contains(&action) {
            let words = format!("User: arn:aws:sts::1:x is not authorized to perform: xray:{action}");
            return fault(403, "AccessDeniedException", &words);
        }
        let asked = request.json();
        let answer = match action {
            "GetTraceSummaries" => state.summaries(&asked),
            "GetServiceGraph" => state.graph(&asked),
            "GetTimeSeriesServiceStatistics" => state.course(&asked),
            _ => state.batch(&asked),
        };
        match answer {
            Ok(body) => Answer::json(200, &body).header("content-type", "application/json"),
            Err((status, code, words)) => fault(status, code, &words),
        }
    }

    fn failure(&self, status: u16, _: &Request) -> Answer {
        let code = if status == 429 { "ThrottledException" } else { "InternalFailure" };
        fault(status, code, "Rate exceeded")
    }
}

impl State {
    fn within(&self, asked: &Value) -> Result<Vec<&Traced>, Refused> {
        let time = |key: &str| asked[key].as_f64().filter(|time| (1e8..1e11).contains(time));
        let (Some(start), Some(end)) = (time("StartTime"), time("EndTime")) else {
            return Err(invalid("StartTime and EndTime are needed, in seconds"));
        };
        if end < start {
            return Err(invalid("EndTime is before StartTime"));
        }
        if end - start > 6.0 * 3_600.0 {
            return Err(invalid("Time range cannot be longer than 6 hours"));
        }
        Ok(self.traces.iter().filter(|one| start <= one.at as f64 && (one.at as f64) < end).collect())
    }

    fn summaries(&self, asked: &Value) -> Result<Value, Refused> {
        if !["TraceId", "Event", "Service"].contains(&asked["TimeRangeType"].as_str().unwrap_or("TraceId")) {
            return Err(invalid("TimeRangeType"));
        }
        let filter = asked["FilterExpression"].as_str().unwrap_or_default();
        let inside = self.within(asked)?;
        let mut found = Vec::new();
        for one in inside {
            if understood(filter, one)? {
                found.push(one);
            }
        }
        // The first page of several is empty, as it may be.
        let (from, size) = match (asked["NextToken"].as_str(), self.page) {
            (None, 0) => (0, found.len()),
            (None, _) => (0, 0),
            (Some(token), page) => {
                let from = token.strip_prefix("from-").and_then(|from| from.parse::<usize>().ok());
                (from.ok_or_else(|| invalid("NextToken"))?, page)
            }
        };
        let page: Vec<Value> = found.iter().skip(from).take(size).map(|one| one.summary()).collect();
        let next = (from + size < found.len()).then(|| format!("from-{}", from + size));
        Ok(json!({"TraceSummaries": page, "TracesProcessedCount": found.len(), "NextToken": next}))
    }

    fn graph(&self, asked: &Value) -> Result<Value, Refused> {
        let inside = self.within(asked)?;
        let mut numbers: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut edges: BTreeMap<(usize, usize), Vec<&Hop>> = BTreeMap::new();
        for one in &inside {
            let client = Hop { name: "client", kind: "client", seconds: 0.0, status: 200 };
            let mut from = ("client", client.kind);
            for hop in &one.hops {
                let to = (hop.name, hop.kind);
                let mut number = |key| {
                    let next = numbers.len() + 7;
                    *numbers.entry(key).or_insert(next)
                };
                let pair = (number(from), number(to));
                edges.entry(pair).or_default().push(hop);
                from = to;
            }
        }
        let service = |((name, kind), number): (&(&str, &str), &usize)| {
            let own = edges.iter().filter(|((from, _), _)| from == number);
            let edges: Vec<Value> = own.map(|((_, to), hops)| edge(*to, hops)).collect();
            json!({"ReferenceId": number, "Name": name, "Names": [name], "Type": kind, "Edges": edges})
        };
        Ok(json!({"Services": numbers.iter().map(service).collect::<Vec<_>>()}))
    }

    fn batch(&self, asked: &Value) -> Result<Value, Refused> {
        let ids: Vec<&str> =
            asked["TraceIds"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if ids.is_empty() || ids.len() > 5 || ids.iter().any(|id| id.len() != 35 || !id.starts_with("1-")) {
            return Err(invalid("TraceIds must be 1 to 5 ids of traces"));
        }
        let known = |id: &&str| self.traces.iter().find(|one| one.id == **id);
        let (there, missing): (Vec<&str>, Vec<&str>) = ids.iter().partition(|id| known(id).is_some());
        // One trace a page.
        let page = asked["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let traces = there.iter().skip(page).take(1).filter_map(known);
        let traces: Vec<Value> = traces.map(|one| one.trace(self.document.as_deref())).collect();
        let next = (page + 1 < there.len()).then(|| (page + 1).to_string());
        Ok(json!({"Traces": traces, "UnprocessedTraceIds": missing, "NextToken": next}))
    }
}

fn edge(to: usize, hops: &[&Hop]) -> Value {
    let count = |is: fn(u16) -> bool| hops.iter().filter(|hop| is(hop.status)).count();
    let (faults, throttles) = (count(|status| status >= 500), count(|status| status == 429));
    let errors = count(|status| (400..500).contains(&status));
    let times: Vec<Value> = hops.iter().map(|hop| json!({"Value": hop.seconds, "Count": 1})).collect();
    json!({
        "ReferenceId": to, "ResponseTimeHistogram": times,
        "SummaryStatistics": {
            "OkCount": hops.len() - faults - errors, "TotalCount": hops.len(),
            "TotalResponseTime": hops.iter().map(|hop| hop.seconds).sum::<f64>(),
            "FaultStatistics": {"OtherCount": faults, "TotalCount": faults},
            "ErrorStatistics": {"ThrottleCount": throttles, "OtherCount": errors - throttles, "TotalCount": errors},
        },
    })
}

impl Traced {
    fn summary(&self) -> Value {
        let root = &self.hops[0];
        let failed = self.hops.iter().rposition(|hop| hop.status >= 500);
        let exceptions: Vec<Value> =
            self.thrown.iter().map(|(name, message)| json!({"Name": name, "Message": message})).collect();
        let causes = failed.map(|last| {
            let service = |(n, hop): (usize, &Hop)| {
                let thrown = if n == last { json!(exceptions) } else { json!([]) };
                json!({"Name": hop.name, "EntityPath": [{"Name": hop.name, "Exceptions": thrown}]})
            };
            json!([{"Services": self.hops[..=last].iter().enumerate().map(service).collect::<Vec<_>>()}])
        });
        json!({
            "Id": self.id, "Duration": root.seconds, "ResponseTime": root.seconds, "HasFault": root.status >= 500,
            "HasError": (400..500).contains(&root.status), "HasThrottle": self.hops.iter().any(|hop| hop.status == 429),
            "IsPartial": false, "Http": {"HttpURL": "https://shop.example/pay", "HttpMethod": "GET", "HttpStatus": root.status},
            "ServiceIds": self.hops.iter().map(|hop| json!({"Name": hop.name, "Type": hop.kind})).collect::<Vec<_>>(),
            "FaultRootCauses": causes,
        })
    }

    fn trace(&self, instead: Option<&str>) -> Value {
        let last = self.hops.len() - 1;
        let segment = |(n, hop): (usize, &Hop)| {
            let mut document = json!({
                "id": format!("{n:016x}"), "trace_id": self.id, "name": hop.name, "origin": hop.kind,
                "start_time": self.at as f64, "end_time": self.at as f64 + hop.seconds, "fault": hop.status >= 500,
                "throttle": hop.status == 429, "error": (400..500).contains(&hop.status),
                "http": {"response": {"status": hop.status}},
            });
            if n > 0 {
                document["parent_id"] = format!("{:016x}", n - 1).into();
            }
            if let Some((kind, message)) = self.thrown.as_ref().filter(|_| n == last) {
                document["cause"] = json!({"exceptions": [{"id": "e", "type": kind, "message": message}]});
            }
            let text = instead.map_or_else(|| document.to_string(), str::to_owned);
            json!({"Id": document["id"], "Document": text})
        };
        let segments: Vec<Value> = self.hops.iter().enumerate().map(segment).collect();
        json!({"Id": self.id, "Duration": self.hops[0].seconds, "Segments": segments})
    }
}

/// Whether a filter expression finds a trace; of the language it reads as much as is asked of it.
fn understood(filter: &str, one: &Traced) -> Result<bool, Refused> {
    let unreadable = || invalid(&format!("Filter expression is not valid: {filter}"));
    let (hops, terms): (Vec<&Hop>, &str) = match filter.strip_prefix("service(\"") {
        None => (one.hops.iter().take(1).collect(), filter),
        Some(rest) => {
            let (name, rest) = rest.split_once("\") { ").ok_or_else(unreadable)?;
            let terms = rest.strip_suffix(" }").ok_or_else(unreadable)?;
            (one.hops.iter().filter(|hop| hop.name == name).collect(), terms)
        }
    };
    let mut found = false;
    for term in terms.split(" OR ") {
        let slow = term.strip_prefix("responsetime > ").and_then(|time| time.parse::<f64>().ok());
        let is = |hop: &&&Hop| match (term, slow) {
            ("fault = true", _) => hop.status >= 500,
            ("throttle = true", _) => hop.status == 429,
            (_, Some(slow)) => hop.seconds > slow,
            _ => false,
        };
        if slow.is_none() && !["fault = true", "throttle = true"].contains(&term) {
            return Err(unreadable());
        }
        found |= hops.iter().any(|hop| is(&hop));
    }
    Ok(found)
}

impl Xray {
    /// Starts it, without a trace.
    pub fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        Self { server: Server::start(Arc::new(Api(Arc::clone(&state)))), state }
    }

    /// The server, for plans and requests.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// A request passes; the last of its services throws something. Gives its trace's id.
    pub fn trace(&self, at: DateTime<Utc>, hops: &[Hop], thrown: Option<(&str, &str)>) -> String {
        let mut state = lock(&self.state);
        let id = format!("1-{:08x}-{:024x}", at.timestamp(), state.traces.len());
        let thrown = thrown.map(|(kind, message)| (kind.to_owned(), message.to_owned()));
        state.traces.push(Traced { id: id.clone(), at: at.timestamp(), hops: hops.to_vec(), thrown });
        id
    }

    /// From now on the caller may not do that.
    pub fn deny(&self, actions: &[&'static str]) {
        lock(&self.state).denied = actions.to_vec();
    }

    /// Summaries come in pages of so many.
    pub fn page(&self, size: usize) {
        lock(&self.state).page = size;
    }

    /// Every segment document is this text.
    pub fn document(&self, text: &str) {
        lock(&self.state).document = Some(text.to_owned());
    }

    /// The bodies of all requests to a path.
    pub fn asked(&self, path: &str) -> Vec<Value> {
        self.server.requests().iter().filter(|one| one.path == path).map(Request::json).collect()
    }
}
