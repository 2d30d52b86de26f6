//! Loki: `/loki/api/v1/query_range` over the lines that a test pushes (FACTS E).

mod logql;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub use self::logql::Query;
use super::plan::Plan;
use super::server::{Answer, Protocol, Request, Server};

/// The server's `max_entries_limit_per_query`.
const MOST: i64 = 5000;

/// Labels of a stream, sorted.
pub type Labels = BTreeMap<String, String>;

#[derive(Debug, Default)]
struct Store {
    /// Nanoseconds since 1970, labels, line; in the order of pushing.
    lines: Vec<(i64, Labels, String)>,
    tenant: Option<String>,
}

#[derive(Debug, Default)]
struct Desk(Mutex<Store>);

/// A Loki with the lines of a test.
#[derive(Debug)]
pub struct Loki {
    server: Server,
    desk: Arc<Desk>,
}

impl Loki {
    /// Starts it, empty and without tenants.
    pub fn start() -> Self {
        let desk = Arc::new(Desk::default());
        Self { server: Server::start(desk.clone()), desk }
    }

    /// For `url`: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// What the next requests meet.
    pub fn plan(&self) -> &Plan {
        self.server.plan()
    }

    /// Every request; `parameters()["query"]` and `header("x-scope-orgid")` are what one looks at.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// Keeps a line: `push(&[("namespace", "shop")], now, "…")`.
    pub fn push(&self, labels: &[(&str, &str)], at: DateTime<Utc>, line: &str) {
        let labels = labels.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let nanoseconds = at.timestamp_nanos_opt().expect("a time of this century");
        self.desk.with(|s| s.lines.push((nanoseconds, labels, line.to_owned())));
    }

    /// Lines are for this tenant only from now on: without `X-Scope-OrgID` 401, for another tenant nothing.
    pub fn require_tenant(&self, tenant: &str) {
        self.desk.with(|s| s.tenant = Some(tenant.to_owned()));
    }
}

/// A time as Loki takes it: nanoseconds, seconds with a fraction, or RFC 3339.
fn time(text: &str) -> Option<i64> {
    if text.contains('.') && !text.contains('-') {
        let seconds: f64 = text.parse().ok()?;
        // Loki's own precision for floats is a float's.
        #[allow(clippy::cast_possible_truncation, reason = "as Loki does")]
        return Some((seconds * 1e9) as i64);
    }
    if let Ok(number) = text.parse::<i64>() {
        // Ten digits or fewer are seconds.
        return Some(if text.len() <= 10 { number * 1_000_000_000 } else { number });
    }
    DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt()
}

/// A `query_range` that Loki would run.
struct Range {
    query: Query,
    start: i64,
    end: i64,
    limit: usize,
    forward: bool,
    /// Nanoseconds between the values of a metric query.
    step: i64,
}

impl Range {
    fn read(parameters: &BTreeMap<String, String>) -> Result<Self, String> {
        let get = |name: &str| parameters.get(name).map(String::as_str).filter(|v| !v.is_empty());
        let now = firstlook::clock::now().timestamp_nanos_opt().unwrap_or_default();
        let read = |name: &str, absent: i64| {
            let read = |v| {
                time(v).ok_or_else(|| {
                    format!("could not parse '{name}' parameter: cannot parse \"{v}\" to a valid timestamp")
                })
            };
            get(name).map_or(Ok(absent), read)
        };
        let end = read("end", now)?;
        let start = read("start", end - 3_600_000_000_000)?;
        if end < start {
            return Err("end timestamp must not be before or equal to start time".to_owned());
        }
        let limit = get("limit").unwrap_or("100");
        let limit: i64 =
            limit.parse().map_err(|_| format!("strconv.Atoi: parsing \"{limit}\": invalid syntax"))?;
        if limit > MOST {
            return Err(format!(
                "max entries limit per query exceeded, limit > max_entries_limit_per_query ({limit} > {MOST})"
            ));
        }
        let limit = usize::try_from(limit).ok().filter(|l| *l > 0).ok_or("limit must be a positive value")?;
        let forward = match get("direction").unwrap_or("backward").to_ascii_lowercase().as_str() {
            "forward" => true,
            "backward" => false,
            other => return Err(format!("invalid direction '{other}'")),
        };
        let query = Query::parse(get("query").unwrap_or_default())?;
        let step = get("step").and_then(|text| text.parse::<i64>().ok()).filter(|step| *step > 0);
        if query.over().is_some() && step.is_none() {
            return Err("zero or negative query resolution step widths are not accepted".to_owned());
        }
        let step = step.unwrap_or(1) * 1_000_000_000;
        Ok(Self { query, start, end, limit, forward, step })
    }

    /// What a metric query gives: per stream, the lines of the time before each step. Nothing where there are none.
    fn count(&self, lines: &[(i64, Labels, String)], over: i64) -> Vec<Value> {
        let mut streams: BTreeMap<&Labels, BTreeMap<i64, u32>> = BTreeMap::new();
        let steps = (0..).map(|n| self.start + n * self.step).take_while(|at| *at <= self.end);
        for at in steps {
            let inside = |line: &i64| *line > at - over * 1_000_000_000 && *line <= at;
            for (_, labels, _) in lines.iter().filter(|(time, labels, line)| {
                inside(time) && self.query.selects(labels) && self.query.passes(line)
            }) {
                *streams.entry(labels).or_default().entry(at / 1_000_000_000).or_default() += 1;
            }
        }
        let values = |counts: BTreeMap<i64, u32>| -> Vec<Value> {
            counts.into_iter().map(|(at, count)| json!([at, count.to_string()])).collect()
        };
        streams
            .into_iter()
            .map(|(labels, counts)| json!({"metric": labels, "values": values(counts)}))
            .collect()
    }

    /// The limit holds over all streams; order holds within each stream only.
    fn run(&self, lines: &[(i64, Labels, String)]) -> Vec<Value> {
        let inside = |at: &i64| *at >= self.start && *at < self.end;
        let mut found: Vec<_> = lines
            .iter()
            .filter(|(at, labels, line)| inside(at) && self.query.selects(labels) && self.query.passes(line))
            .collect();
        found.sort_by_key(|(at, _, _)| *at);
        if !self.forward {
            found.reverse();
        }
        found.truncate(self.limit);
        let mut streams: BTreeMap<&Labels, Vec<Value>> = BTreeMap::new();
        for (at, labels, line) in found {
            streams.entry(labels).or_default().push(json!([at.to_string(), line]));
        }
        streams.into_iter().map(|(labels, values)| json!({"stream": labels, "values": values})).collect()
    }
}

impl Desk {
    fn with<T>(&self, f: impl FnOnce(&mut Store) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Protocol for Desk {
    fn answer(&self, request: &Request) -> Answer {
        match request.path.as_str() {
            "/ready" => return Answer::text(200, "ready\n"),
            "/loki/api/v1/query_range" => {}
            _ => return Answer::text(404, "404 page not found\n"),
        }
        let tenant = self.with(|s| s.tenant.clone());
        let asked = request.header("x-scope-orgid");
        if tenant.is_some() && asked.is_none() {
            return Answer::text(401, "no org id\n");
        }
        let range = match Range::read(&request.parameters()) {
            Ok(range) => range,
            Err(what) => return Answer::text(400, &what),
        };
        let visible =
            tenant.as_deref().is_none_or(|t| asked.is_some_and(|a| a.split('|').any(|one| one == t)));
        if let Some(over) = range.query.over() {
            let result = self.with(|s| if visible { range.count(&s.lines, over) } else { Vec::new() });
            return Answer::json(
                200,
                &json!({"status": "success", "data": {"resultType": "matrix", "result": result, "stats": {}}}),
            );
        }
        let streams = self.with(|s| if visible { range.run(&s.lines) } else { Vec::new() });
        Answer::json(
            200,
            &json!({"status": "success", "data": {"resultType": "streams", "result": streams, "stats": {}}}),
        )
    }

    fn failure(&self, status: u16, _request: &Request) -> Answer {
        Answer::text(status, if status == 429 { "too many outstanding requests" } else { "internal error" })
    }
}
