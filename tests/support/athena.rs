//! Door: network. A local Athena: it speaks AWS JSON 1.1, holds the requests of a load balancer, and passes queries through
//! their states; what the real one refuses, it refuses. Of SQL it reads as much as is asked of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use regex::Regex;
use serde_json::{Value, json};

use super::server::{Answer, Protocol, Request, Server};
use super::sns::is_signed;

mod grouped;

/// The columns of what is counted.
const COUNTED: &str = "now_requests now_failed now_p95 normal_requests normal_failed normal_p95";

/// A running Athena.
pub struct Athena {
    server: Server,
    state: Arc<Mutex<State>>,
}

/// A request as the access log has it.
#[derive(Clone, Debug)]
pub struct Logged {
    /// When.
    pub at: DateTime<Utc>,
    /// The load balancer.
    pub elb: &'static str,
    /// Who answered.
    pub target: &'static str,
    /// What was asked for, ids left out.
    pub path: String,
    /// What was answered.
    pub status: u16,
    /// How long the target took.
    pub seconds: f64,
    /// Who asked.
    pub client: String,
}

#[derive(Default)]
struct State {
    logged: Vec<Logged>,
    queries: Vec<Query>,
    /// Actions that the caller may not use.
    denied: Vec<&'static str>,
    /// What a statement gives that is not about requests: the names of its columns, then its rows.
    other: Option<fn(&str) -> Rows>,
    /// The state in which queries end, with its reason; `RUNNING` is no end.
    end: Option<(&'static str, &'static str)>,
}

struct Query {
    rows: Vec<Vec<Option<String>>>,
    polls: usize,
    ended: bool,
    stopped: bool,
}

/// The names of columns, then rows; what is null is nothing.
pub type Rows = Vec<Vec<Option<String>>>;

/// Code and words of a refusal.
type Refused = (&'static str, String);

struct Api(Arc<Mutex<State>>);

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fault(status: u16, code: &str, words: &str) -> Answer {
    Answer::json(status, &json!({"__type": code, "Message": words}))
        .header("content-type", "application/x-amz-json-1.1")
}

fn invalid(words: &str) -> Refused {
    ("InvalidRequestException", words.to_owned())
}

impl Protocol for Api {
    fn answer(&self, request: &Request) -> Answer {
        let target = request.header("x-amz-target").and_then(|target| target.strip_prefix("AmazonAthena."));
        let Some(action) = target.filter(|_| request.method == "POST") else {
            return fault(400, "UnknownOperationException", "");
        };
        if !is_signed(request, "athena") {
            return fault(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
        }
        let mut state = lock(&self.0);
        if state.denied.contains(&action) {
            let words = format!("You are not authorized to perform: athena:{action} on the resource.");
            return fault(400, "AccessDeniedException", &words);
        }
        let asked = request.json();
        let answer = match action {
            "StartQueryExecution" => state.start(&asked),
            "GetQueryExecution" => state.state_of(&asked),
            "GetQueryResults" => state.results(&asked),
            "StopQueryExecution" => state.stop(&asked),
            _ => return fault(400, "UnknownOperationException", ""),
        };
        match answer {
            Ok(body) => Answer::json(200, &body).header("content-type", "application/x-amz-json-1.1"),
            Err((code, words)) => fault(400, code, &words),
        }
    }

    fn failure(&self, status: u16, _: &Request) -> Answer {
        fault(status, "TooManyRequestsException", "Rate exceeded")
    }
}

impl State {
    fn start(&mut self, asked: &Value) -> Result<Value, Refused> {
        let sql = asked["QueryString"].as_str().unwrap_or_default();
        if sql.is_empty() || sql.len() > 262_144 {
            return Err(invalid("QueryString must have length between 1 and 262144"));
        }
        let place = asked["ResultConfiguration"]["OutputLocation"].as_str();
        // This workgroup says where results go; the account's own does not.
        if asked["WorkGroup"] != "oncall" && !place.is_some_and(|place| place.starts_with("s3://")) {
            return Err(invalid(
                "No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.",
            ));
        }
        let rows = match self.other {
            _ if sql == "SELECT 1" => vec![],
            Some(other) if !sql.starts_with("WITH requests AS") => other(sql),
            _ => counted(&self.logged, sql)?,
        };
        self.queries.push(Query { rows, polls: 0, ended: false, stopped: false });
        Ok(json!({"QueryExecutionId": format!("0b1c2d3e-0000-4000-8000-{:012}", self.queries.len())}))
    }

    fn query(&mut self, asked: &Value) -> Result<&mut Query, Refused> {
        let id =
            asked["QueryExecutionId"].as_str().and_then(|id| id.strip_prefix("0b1c2d3e-0000-4000-8000-"));
        let place = id.and_then(|number| number.parse::<usize>().ok()?.checked_sub(1));
        let unknown = || invalid("QueryExecution was not found");
        place.and_then(|place| self.queries.get_mut(place)).ok_or_else(unknown)
    }

    fn state_of(&mut self, asked: &Value) -> Result<Value, Refused> {
        let (end, reason) = self.end.unwrap_or(("SUCCEEDED", ""));
        let query = self.query(asked)?;
        query.polls += 1;
        let state = match query.polls {
            _ if query.stopped => "CANCELLED",
            1 => "QUEUED",
            2 => "RUNNING",
            _ => end,
        };
        query.ended = !["QUEUED", "RUNNING"].contains(&state);
        let reason = Some(reason).filter(|words| query.ended && !words.is_empty());
        Ok(json!({"QueryExecution": {
            "QueryExecutionId": asked["QueryExecutionId"], "Status": {"State": state, "StateChangeReason": reason},
            "Statistics": {"DataScannedInBytes": 12_345_678},
        }}))
    }

    fn results(&mut self, asked: &Value) -> Result<Value, Refused> {
        if asked["MaxResults"].as_u64().is_some_and(|most| !(1..=1_000).contains(&most)) {
            return Err(invalid("MaxResults must be between 1 and 1000"));
        }
        let query = self.query(asked)?;
        if !query.ended {
            return Err(invalid("Query has not yet finished. Current state: RUNNING"));
        }
        // Two pages; the first begins with the names of the columns.
        let half = query.rows.len() / 2;
        let (page, next) = match asked["NextToken"].as_str() {
            None => (&query.rows[..half], Some("page-2")),
            Some("page-2") => (&query.rows[half..], None),
            Some(_) => return Err(invalid("NextToken")),
        };
        let cell =
            |cell: &Option<String>| cell.as_ref().map_or(json!({}), |text| json!({"VarCharValue": text}));
        let row = |row: &Vec<Option<String>>| json!({"Data": row.iter().map(cell).collect::<Vec<_>>()});
        Ok(json!({"ResultSet": {"Rows": page.iter().map(row).collect::<Vec<_>>()}, "NextToken": next}))
    }

    fn stop(&mut self, asked: &Value) -> Result<Value, Refused> {
        let query = self.query(asked)?;
        query.stopped |= !query.ended;
        query.ended = true;
        Ok(json!({}))
    }
}

/// What the statement counts, with the names of its columns first.
fn counted(logged: &[Logged], sql: &str) -> Result<Vec<Vec<Option<String>>>, Refused> {
    let unreadable = |what: &str| invalid(&format!("line 1:1: mismatched input '{what}'"));
    if !sql.matches('\'').count().is_multiple_of(2) || sql.contains(';') {
        return Err(unreadable("'"));
    }
    let range = Regex::new(r"\(time >= '([^']+)' AND time < '([^']+)'\)").unwrap();
    let ranges: Vec<(String, String)> =
        range.captures_iter(sql).map(|found| (found[1].to_owned(), found[2].to_owned())).collect();
    let days = Regex::new(r#"WHERE "day" IN \(([^)]+)\)"#).unwrap().captures(sql);
    let (Some(now), Some(days)) = (ranges.first(), days) else { return Err(unreadable("WHERE")) };
    let elb = Regex::new(r"AND elb = '((?:[^']|'')*)'").unwrap().captures(sql);
    let elb = elb.map(|found| found[1].replace("''", "'"));
    let is_within = |at: &str, (start, end): &(String, String)| start.as_str() <= at && at < end.as_str();
    let mut found = Vec::new();
    for one in logged {
        let at = one.at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let day = one.at.format("'%Y/%m/%d'").to_string();
        let inside = ranges.iter().any(|range| is_within(&at, range)) && days[1].contains(&day);
        if inside && elb.as_ref().is_none_or(|name| name == one.elb) {
            found.push((usize::from(!is_within(&at, now)), one));
        }
    }
    Ok(grouped::of_choice(&found, sql).unwrap_or_else(|| by_each(&found)))
}

/// Counted by each column alone.
fn by_each(found: &[(usize, &Logged)]) -> Vec<Vec<Option<String>>> {
    let mut groups: BTreeMap<(u32, String), [Vec<&Logged>; 2]> = BTreeMap::new();
    for (side, one) in found {
        let status = one.status.to_string();
        for (by, value) in
            [(31, ""), (15, one.target), (23, &one.path), (27, &status), (29, &status), (30, &one.client)]
        {
            groups.entry((by, value.to_owned())).or_default()[*side].push(one);
        }
    }
    let names = format!("by_what value {COUNTED}");
    let mut rows = vec![names.split(' ').map(|name| Some(name.to_owned())).collect()];
    // Of nothing there is still one row that counts all together.
    groups.entry((31, String::new())).or_default();
    for ((by, value), sides) in groups {
        let mut row = vec![Some(by.to_string()), Some(value).filter(|_| by != 31)];
        row.extend(figures(&sides));
        rows.push(row);
    }
    rows
}

/// What is counted of a group, in the window and in normal times.
fn figures(sides: &[Vec<&Logged>; 2]) -> Vec<Option<String>> {
    let mut cells = Vec::new();
    for side in sides {
        let mut seconds: Vec<f64> = side.iter().map(|one| one.seconds).filter(|time| *time >= 0.0).collect();
        seconds.sort_by(f64::total_cmp);
        let p95 = seconds.get(seconds.len() * 95 / 100).map(ToString::to_string);
        let failed = side.iter().filter(|one| one.status >= 500).count();
        cells.extend([Some(side.len().to_string()), Some(failed.to_string()), p95]);
    }
    cells
}

impl Athena {
    /// Starts it, with an empty table.
    pub fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        Self { server: Server::start(Arc::new(Api(Arc::clone(&state)))), state }
    }

    /// The server, for plans and requests.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Writes a request into the log.
    pub fn log(&self, one: Logged) {
        lock(&self.state).logged.push(one);
    }

    /// What statements give that are not about requests.
    pub fn gives(&self, other: fn(&str) -> Rows) {
        lock(&self.state).other = Some(other);
    }

    /// From now on the caller may not do that.
    pub fn deny(&self, actions: &[&'static str]) {
        lock(&self.state).denied = actions.to_vec();
    }

    /// The state in which queries end from now on, and why; `RUNNING` never ends.
    pub fn end(&self, state: &'static str, reason: &'static str) {
        lock(&self.state).end = Some((state, reason));
    }

    /// How many queries were started, and how many of them somebody stopped.
    pub fn queries(&self) -> (usize, usize) {
        let state = lock(&self.state);
        (state.queries.len(), state.queries.iter().filter(|query| query.stopped).count())
    }

    /// The bodies of all requests for `action`.
    pub fn asked(&self, action: &str) -> Vec<Value> {
        let target = format!("AmazonAthena.{action}");
        let of = |request: &&Request| request.header("x-amz-target") == Some(target.as_str());
        self.server.requests().iter().filter(of).map(Request::json).collect()
    }
}
