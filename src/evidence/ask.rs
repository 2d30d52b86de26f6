//! Queries that people wrote into runbooks, run by the configured sources: all at once, each within the deadline.
//!
//! Knows which kind of source runs which language, and that a value of a label stays inside its string. Must not know
//! runbooks, nor what a result means.

use std::time::Duration;

use firstlook_core::runbook::Language;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::cloudwatch_logs::Counted;
use super::collect::{guarded, lines};
use super::template::Template;
use super::{Brought, Caps, CloudWatchLogs, Door, Fault, Measurements, Moment, Source, quoted};

/// What one query may bring of the window, and of each normal time.
const CAPS: Caps = Caps { lines: 10_000, bytes: 4 * 1024 * 1024 };

/// Of the time that a collection may take, the share after which a query is given up: a little before its requests are, so
/// that a source that hangs is told in the same words for all of them.
const SHARE: f64 = 0.95;

/// Burn rates of the last hour, and the longest range that dashboards have by themselves.
const LEAST_REACH: Duration = Duration::from_secs(60 * 60);

/// A query for one source.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Who is asked; [`language`] says that it can be.
    pub source: &'a Source,
    /// What people call its result.
    pub name: String,
    /// In the source's language; may hold `{{labels.NAME}}` within strings.
    pub query: String,
    /// The service that it is asked for, where the incident is about several.
    pub service: Option<String>,
}

/// The label that names the service of an incident.
const SERVICE: &str = "service";

impl Question<'_> {
    /// What people call who answers it: the source, with the service where it is asked for several, `k8s:api`.
    pub fn asked_as(&self) -> String {
        let name = &self.source.name;
        self.service.as_ref().map_or_else(|| name.clone(), |service| format!("{name}:{service}"))
    }
}

/// Whether what `source` answers to `query` depends on the service of an incident.
pub fn needs_service(source: &Source, query: &str) -> bool {
    // Which groups of logs are asked depends on the source's own keys.
    let groups = matches!(source.door, Door::CloudWatchLogs(_)) && source.door.names(SERVICE);
    groups || Template::parse(query).is_ok_and(|template| template.names(SERVICE))
}

/// What came of a query.
#[derive(Debug)]
pub struct Reply {
    /// What it brought, and how a person gets the same.
    pub brought: Result<(Brought, String), Fault>,
    /// What is missing beside: a normal time, series beyond the cap.
    pub faults: Vec<Fault>,
    /// Where a person sees it, and what is missing of the window, where what was brought does not say it itself.
    pub shown: Shown,
    /// Bytes that the other side read for it, where that is what it is paid by.
    pub scanned: u64,
}

/// What stands beside a result.
#[derive(Debug, Default)]
pub struct Shown {
    /// A page, with absolute times.
    pub link: Option<String>,
    /// For people.
    pub truncated: Option<String>,
}

impl Reply {
    fn of(brought: Result<(Brought, String), Fault>, faults: Vec<Fault>) -> Self {
        Self { brought, faults, shown: Shown::default(), scanned: 0 }
    }
}

/// The language that a source speaks; `None` where it takes no queries.
pub fn language(source: &Source) -> Option<Language> {
    match source.door {
        Door::Loki(_) => Some(Language::LogQl),
        Door::Prometheus(_) => Some(Language::PromQl),
        Door::CloudWatchLogs(_) => Some(Language::LogsInsights),
        Door::LogFile(_)
        | Door::CloudWatchMetrics(_)
        | Door::CloudTrail(_)
        | Door::Xray(_)
        | Door::Athena(_) => None,
    }
}

/// How far back a query of a model may read with its ranges, beside the window's length: an hour, or what the queries that
/// are configured for this source read.
pub fn reach(source: &Source) -> Duration {
    let configured = if let Door::Prometheus(door) = &source.door { door.reach() } else { Duration::ZERO };
    configured.max(LEAST_REACH)
}

/// Asks all, in the order in which replies are given. Every request has ended when `deadline` is over.
pub async fn ask(questions: &[Question<'_>], moment: &Moment, deadline: Duration) -> Vec<Reply> {
    let deadline = deadline.mul_f64(SHARE);
    let each = async |question: &Question<'_>| match &question.service {
        None => one(question, moment, deadline).await,
        Some(service) => {
            let mut moment = moment.clone();
            moment.labels.set(SERVICE, service);
            one(question, &moment, deadline).await
        }
    };
    join_all(questions.iter().map(each)).await
}

async fn one(question: &Question<'_>, moment: &Moment, deadline: Duration) -> Reply {
    let (name, source) = (&question.name, &question.source.name);
    // Its strings are not those of the others.
    if let Door::CloudWatchLogs(door) = &question.source.door {
        return of_insights(question, door, moment, deadline).await;
    }
    let query = match filled(&question.query, moment) {
        Ok(query) => query,
        Err(fault) => return Reply::of(Err(fault), Vec::new()),
    };
    let values = match &question.source.door {
        Door::Loki(door) if asks_for_lines(&query) => {
            return of_lines(
                lines(source, moment, deadline, |window| door.lines(&query, window, CAPS)).await,
            );
        }
        Door::Loki(door) => guarded(source, deadline, door.values(name, &query, moment)).await,
        Door::Prometheus(door) => guarded(source, deadline, door.values(name, &query, moment)).await,
        Door::LogFile(_)
        | Door::CloudWatchLogs(_)
        | Door::CloudWatchMetrics(_)
        | Door::CloudTrail(_)
        | Door::Xray(_)
        | Door::Athena(_) => {
            let remedy = "name a source of another type on the block";
            Err(Fault::configuration(format!("the source {source} takes no queries"), remedy))
        }
    };
    match values {
        Ok((Measurements { measured, faults }, query)) => {
            Reply::of(Ok((Brought::Measured(measured), query)), faults)
        }
        Err(fault) => Reply::of(Err(fault), Vec::new()),
    }
}

async fn of_insights(
    question: &Question<'_>,
    door: &CloudWatchLogs,
    moment: &Moment,
    deadline: Duration,
) -> Reply {
    let (begun, source) = (Instant::now(), &question.source.name);
    let asked = match guarded(source, deadline, door.question(&question.query, moment)).await {
        Ok(asked) => asked,
        Err(fault) => return Reply::of(Err(fault), Vec::new()),
    };
    let left = deadline.saturating_sub(begun.elapsed());
    let reply = match asked.gives_lines() {
        true => of_lines(lines(source, moment, left, |window| asked.lines(window, CAPS)).await),
        false => match guarded(source, left, asked.counted(&question.name, moment)).await {
            Ok(Counted { brought, command, link, truncated, faults }) => {
                Reply { shown: Shown { link, truncated }, ..Reply::of(Ok((brought, command)), faults) }
            }
            Err(fault) => Reply::of(Err(fault), Vec::new()),
        },
    };
    Reply { scanned: asked.scanned(), ..reply }
}

fn of_lines((brought, faults): (Result<Brought, Fault>, Vec<Fault>)) -> Reply {
    let brought = brought.map(|brought| match brought {
        Brought::Lines(lines) => {
            let query = lines.query.clone();
            (Brought::Lines(lines), query)
        }
        other => (other, String::new()),
    });
    Reply::of(brought, faults)
}

/// Labels may be changed by who sends an alert: their values stay inside the strings of the query.
fn filled(query: &str, moment: &Moment) -> Result<String, Fault> {
    let template = Template::parse(query)?;
    quoted::check(&template)?;
    quoted::fill(&template, &moment.labels)
}

/// Whether a LogQL query gives lines: it begins with the streams that it selects. All others give numbers.
fn asks_for_lines(query: &str) -> bool {
    let first = query.lines().find_map(|line| {
        let line = line.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '(');
        line.chars().next().filter(|letter| *letter != '#')
    });
    first == Some('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_numbers_are_told_apart() {
        for (query, is_lines) in [
            (r#"{a="b"} |= "rate("#, true),
            ("# a {comment}\n\n  {a=\"b\"}\n  | json", true),
            (r#"( {a="b"} )"#, true),
            (r#"rate({a="b"}[5m])"#, false),
            (r#"(sum by (x) (count_over_time({a="b"}[1m])))"#, false),
            ("# {\nvector(1)", false),
            ("", false),
        ] {
            assert_eq!(asks_for_lines(query), is_lines, "{query}");
        }
    }
}
