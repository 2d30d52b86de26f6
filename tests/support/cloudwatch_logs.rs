//! Door: network. A local CloudWatch Logs: it speaks AWS JSON 1.1, keeps groups of events, and runs queries through their
//! states; what the real one refuses, it refuses.

mod language;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::DateTime;
use serde_json::{Value, json};

use super::server::{Answer, Protocol, Request, Server};
use super::sns::is_signed;

const ACCOUNT: &str = "123456789012";

/// A running CloudWatch Logs.
pub struct CloudWatchLogs {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    groups: BTreeMap<String, Vec<Event>>,
    queries: Vec<Query>,
    /// Actions that the caller may not use.
    denied: Vec<&'static str>,
    /// So many queries are refused because all places are taken.
    busy: usize,
    /// What a query comes to in the end, in place of `Complete`; `Running` is no end.
    end: Option<&'static str>,
    /// How many bytes each byte of an event counts as.
    weight: Option<usize>,
}

#[derive(Clone)]
struct Event {
    /// Milliseconds.
    at: i64,
    stream: String,
    text: String,
}

struct Query {
    rows: Vec<Value>,
    matched: usize,
    bytes: usize,
    polls: usize,
    ended: bool,
    stopped: bool,
}

/// Code and words of a refusal.
type Refused = (&'static str, String);

struct Api(Arc<Mutex<State>>);

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fault(status: u16, code: &str, words: &str) -> Answer {
    Answer::json(status, &json!({"__type": code, "message": words}))
        .header("content-type", "application/x-amz-json-1.1")
}

impl Protocol for Api {
    fn answer(&self, request: &Request) -> Answer {
        let target = request.header("x-amz-target").and_then(|target| target.strip_prefix("Logs_20140328."));
        let Some(action) = target.filter(|_| request.method == "POST") else {
            return fault(400, "UnknownOperationException", "");
        };
        if !is_signed(request, "logs") {
            return fault(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
        }
        let mut state = lock(&self.0);
        if state.denied.contains(&action) {
            let words = format!("User: arn:aws:sts::{ACCOUNT}:x is not authorized to perform: logs:{action}");
            return fault(400, "AccessDeniedException", &words);
        }
        let asked = request.json();
        let answer = match action {
            "StartQuery" => state.start(&asked),
            "GetQueryResults" => state.results(&asked),
            "StopQuery" => state.stop(&asked),
            "DescribeLogGroups" => state.describe(&asked),
            "FilterLogEvents" => state.filter(&asked),
            _ => return fault(400, "UnknownOperationException", ""),
        };
        match answer {
            Ok(body) => Answer::json(200, &body).header("content-type", "application/x-amz-json-1.1"),
            Err((code, words)) => fault(400, code, &words),
        }
    }
}

fn invalid(words: &str) -> Refused {
    ("InvalidParameterException", words.to_owned())
}

impl State {
    /// The groups that a request names, in exactly one way.
    fn named(&self, asked: &Value, ways: [&str; 3]) -> Result<Vec<String>, Refused> {
        let mut given = ways.iter().filter_map(|way| match &asked[*way] {
            Value::String(one) => Some(vec![one.clone()]),
            Value::Array(many) => {
                Some(many.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
            }
            _ => None,
        });
        let (Some(groups), None) = (given.next(), given.next()) else {
            return Err(invalid("Exactly one way of naming log groups is allowed"));
        };
        if groups.is_empty() || groups.len() > 50 {
            return Err(invalid("1 validation error: Member must have length between 1 and 50"));
        }
        let name = |group: &String| group.rsplit(':').next().unwrap_or_default().to_owned();
        let names: Vec<String> = groups.iter().map(name).collect();
        match names.iter().find(|name| !self.groups.contains_key(*name)) {
            None => Ok(names),
            Some(missing) => {
                let words = format!("Log group '{missing}' does not exist for account ID '{ACCOUNT}'");
                Err(("ResourceNotFoundException", words))
            }
        }
    }

    fn start(&mut self, asked: &Value) -> Result<Value, Refused> {
        let seconds = |key: &str| asked[key].as_i64().filter(|one| (0..100_000_000_000).contains(one));
        let (Some(start), Some(end)) = (seconds("startTime"), seconds("endTime")) else {
            return Err(invalid("startTime and endTime are seconds"));
        };
        if start > end {
            return Err(("MalformedQueryException", "end date is before start date".into()));
        }
        let limit = match &asked["limit"] {
            Value::Null => 10_000,
            given => given.as_u64().filter(|n| (1..=10_000).contains(n)).ok_or_else(|| invalid("limit"))?,
        };
        let groups = self.named(asked, ["logGroupName", "logGroupNames", "logGroupIdentifiers"])?;
        let query = language::Query::read(asked["queryString"].as_str().unwrap_or_default())?;
        if self.busy > 0 {
            self.busy -= 1;
            return Err((
                "LimitExceededException",
                "Account maximum query concurrency limit of [100] reached.".into(),
            ));
        }
        let mut found: Vec<(&String, &Event)> = Vec::new();
        let mut bytes = 0;
        for group in &groups {
            let inside =
                self.groups[group].iter().filter(|one| (start * 1000..=end * 1000).contains(&one.at));
            bytes += inside.clone().map(|one| one.text.len()).sum::<usize>();
            found.extend(inside.map(|one| (group, one)));
        }
        let (rows, matched) = query.run(found, usize::try_from(limit).unwrap());
        bytes *= self.weight.unwrap_or(1);
        self.queries.push(Query { rows, matched, bytes, polls: 0, ended: false, stopped: false });
        Ok(json!({"queryId": format!("query-{}", self.queries.len())}))
    }

    fn query(&mut self, asked: &Value) -> Result<&mut Query, Refused> {
        let number =
            asked["queryId"].as_str().and_then(|id| id.strip_prefix("query-")?.parse::<usize>().ok());
        let unknown = || ("ResourceNotFoundException", "Query does not exist".to_owned());
        number.and_then(|n| self.queries.get_mut(n.checked_sub(1)?)).ok_or_else(unknown)
    }

    fn results(&mut self, asked: &Value) -> Result<Value, Refused> {
        let end = self.end;
        let query = self.query(asked)?;
        query.polls += 1;
        let (status, shown) = match query.polls {
            _ if query.stopped => ("Cancelled", 0),
            1 => ("Scheduled", 0),
            2 => ("Running", query.rows.len() / 2),
            _ if end == Some("Running") => ("Running", query.rows.len() / 2),
            _ => {
                query.ended = true;
                (end.unwrap_or("Complete"), query.rows.len())
            }
        };
        let scanned = if query.polls > 1 { query.bytes } else { 0 };
        Ok(json!({
            "status": status, "results": query.rows[..shown],
            "statistics": {"recordsMatched": query.matched as f64, "recordsScanned": 0.0, "bytesScanned": scanned as f64},
        }))
    }

    fn stop(&mut self, asked: &Value) -> Result<Value, Refused> {
        let query = self.query(asked)?;
        if query.ended {
            return Err(invalid("Query is already ended with Complete status"));
        }
        (query.ended, query.stopped) = (true, true);
        Ok(json!({"success": true}))
    }

    fn describe(&self, asked: &Value) -> Result<Value, Refused> {
        let limit = match &asked["limit"] {
            Value::Null => 50,
            given => given.as_u64().filter(|n| (1..=50).contains(n)).ok_or_else(|| invalid("limit"))?,
        };
        let prefix = asked["logGroupNamePrefix"].as_str().unwrap_or_default();
        let names = self.groups.keys().filter(|name| name.starts_with(prefix));
        let arn = |name: &String| format!("arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:{name}");
        let group = |name| json!({"logGroupName": name, "arn": arn(name) + ":*", "logGroupArn": arn(name)});
        let groups: Vec<Value> = names.take(usize::try_from(limit).unwrap()).map(group).collect();
        Ok(json!({"logGroups": groups}))
    }

    fn filter(&self, asked: &Value) -> Result<Value, Refused> {
        let groups = self.named(asked, ["logGroupName", "logGroupIdentifier", ""])?;
        if asked["limit"].as_u64().is_some_and(|n| n == 0 || n > 10_000) {
            return Err(invalid("limit"));
        }
        let time = |key: &str, default| asked[key].as_i64().unwrap_or(default);
        let within = time("startTime", 0)..=time("endTime", i64::MAX);
        // The first page is empty, as it may be.
        if asked["nextToken"].is_null() {
            return Ok(json!({"events": [], "nextToken": "page-2"}));
        }
        let mut events: Vec<&Event> =
            self.groups[&groups[0]].iter().filter(|one| within.contains(&one.at)).collect();
        if asked["startFromHead"] == false {
            events.reverse();
        }
        let event =
            |one: &&Event| json!({"timestamp": one.at, "message": one.text, "logStreamName": one.stream});
        Ok(json!({"events": events.iter().map(event).collect::<Vec<_>>()}))
    }
}

impl CloudWatchLogs {
    /// Starts it, without a group.
    pub fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        Self { server: Server::start(Arc::new(Api(Arc::clone(&state)))), state }
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Its server, for what goes wrong.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Creates a group.
    pub fn group(&self, name: &str) {
        lock(&self.state).groups.entry(name.to_owned()).or_default();
    }

    /// Writes an event.
    pub fn write(&self, group: &str, at: DateTime<chrono::Utc>, stream: &str, text: &str) {
        let event = Event { at: at.timestamp_millis(), stream: stream.to_owned(), text: text.to_owned() };
        let mut state = lock(&self.state);
        let events = state.groups.entry(group.to_owned()).or_default();
        let place = events.partition_point(|one| one.at <= event.at);
        events.insert(place, event);
    }

    /// From now on the caller may not do that.
    pub fn deny(&self, actions: &[&'static str]) {
        lock(&self.state).denied = actions.to_vec();
    }

    /// The next queries find all places taken.
    pub fn busy(&self, queries: usize) {
        lock(&self.state).busy = queries;
    }

    /// What queries come to from now on; `Running` never ends.
    pub fn end(&self, status: &'static str) {
        lock(&self.state).end = Some(status);
    }

    /// Has each byte of an event count as so many read ones.
    pub fn weigh(&self, bytes: usize) {
        lock(&self.state).weight = Some(bytes);
    }

    /// How many queries were started, and how many of them run.
    pub fn queries(&self) -> (usize, usize) {
        let state = lock(&self.state);
        (state.queries.len(), state.queries.iter().filter(|query| !query.ended).count())
    }

    /// How many queries somebody stopped.
    pub fn stopped(&self) -> usize {
        lock(&self.state).queries.iter().filter(|query| query.stopped).count()
    }

    /// The bodies of all requests for `action`.
    pub fn asked(&self, action: &str) -> Vec<Value> {
        let target = format!("Logs_20140328.{action}");
        let of = |request: &&Request| request.header("x-amz-target") == Some(target.as_str());
        self.server.requests().iter().filter(of).map(Request::json).collect()
    }
}
