//! The tools that an analysis may call: what is offered, and what a call asks for.
//!
//! Knows names, inputs and what is wrong with one. Must not know how anything is brought: no tool changes anything, and
//! none takes a time, since the window is the incident's.

use std::time::Duration;

use super::talk::Call;
use crate::evidence::About;
use crate::runbook::Language;

mod days;
mod input;
mod sources;
mod specs;

use input::{Input, bounded};

/// The longest query, in characters.
const QUERY_CHARS: usize = 2_000;
/// Levels of log lines, from the least.
pub const LEVELS: [&str; 3] = ["info", "warn", "error"];

/// What CloudWatch makes of the values of a period.
pub const STATS: [&str; 9] =
    ["Average", "Sum", "Minimum", "Maximum", "SampleCount", "p50", "p90", "p95", "p99"];

/// What there is to ask, for one incident. A kind of source with a tool of its own adds a list here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// Sources of logs.
    pub logs: Vec<String>,
    /// Sources that take queries.
    pub queries: Vec<Queried>,
    /// Sources of metrics that are asked for by name.
    pub metrics: Vec<String>,
    /// Sources of traces.
    pub traces: Vec<String>,
    /// Sources of access logs.
    pub access: Vec<String>,
    /// Whether a source knows changes by the names of what was changed, and of who did it.
    pub trail: bool,
    /// Whether a knowledge base has documents.
    pub documents: bool,
    /// The ids of the runbook's steps.
    pub steps: Vec<String>,
    /// What a person asks for; of an alarm its moment.
    pub about: About,
    /// How many days a question about metrics is about.
    pub days: Option<u64>,
}

/// A source that takes queries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queried {
    /// Its name.
    pub source: String,
    /// What it speaks.
    pub language: Language,
    /// How far back the ranges in a query may read together; Logs Insights has none.
    pub reach: Duration,
}

/// What a call asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// An item, or what a tool brought, from a character on.
    Item {
        /// Such as `L3`.
        id: String,
        /// Counts characters from 0.
        offset: usize,
    },
    /// The lines of the window that hold all of some words and none of others, compared with normal.
    Logs {
        /// The source's name.
        source: String,
        /// In any case of letters.
        contains: Vec<String>,
        /// In any case of letters.
        excludes: Vec<String>,
        /// The least level, one of [`LEVELS`].
        level: Option<String>,
    },
    /// A query for the window and for normal times.
    Query {
        /// The source's name.
        source: String,
        /// In the source's language.
        query: String,
    },
    /// The metrics that a source has.
    Metrics {
        /// The source's name.
        source: String,
        /// Of CloudWatch, exactly; all without it.
        namespace: Option<String>,
        /// Those first that hold most of these, in any case of letters.
        words: Vec<String>,
    },
    /// A metric of CloudWatch, in the window and in normal times.
    Metric {
        /// The source's name.
        source: String,
        /// Such as `AWS/Lambda`.
        namespace: String,
        /// Its name.
        metric: String,
        /// All of its dimensions: names and values.
        dimensions: Vec<(String, String)>,
        /// One of [`STATS`].
        stat: String,
    },
    /// Calls that fail or are slow against normal, and requests that show it.
    Traces {
        /// The source's name.
        source: String,
        /// Of this service alone.
        service: Option<String>,
        /// Requests that say at least one of these, in any case of letters; none takes all.
        words: Vec<String>,
    },
    /// Requests to a load balancer, counted in groups.
    Access {
        /// The source's name.
        source: String,
        /// Of [`DIMENSIONS`](crate::evidence::access::DIMENSIONS), at least one.
        by: Vec<String>,
        /// Requests alone that have these values.
        only: Vec<(String, String)>,
    },
    /// What was changed around the window.
    Changes {
        /// Of these words at least one is in it; none takes all.
        words: Vec<String>,
    },
    /// Earlier incidents of any group that share words.
    History {
        /// At least one.
        words: Vec<String>,
    },
    /// A step of the runbook, whole.
    Runbook {
        /// Such as `R2`.
        step: String,
    },
}

impl Offer {
    /// What `call` asks for.
    ///
    /// # Errors
    /// What is wrong with it, in words that a model can act upon.
    pub fn read(&self, call: &Call) -> Result<Request, String> {
        let specs = self.specs();
        let Some(spec) = specs.iter().find(|spec| spec.name == call.name) else {
            let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
            return Err(format!("There is no such tool. The tools are: {}.", names.join(", ")));
        };
        if let Some(fault) = &call.fault {
            return Err(format!("Nothing was run: {fault}."));
        }
        let input = Input { spec, given: call.input.as_object() };
        input.known()?;
        match call.name.as_str() {
            "item" => Ok(Request::Item {
                id: input.text("id", 16)?.trim_matches(['[', ']', ' ']).to_ascii_uppercase(),
                offset: input.number("offset")?,
            }),
            "logs" => Ok(Request::Logs {
                source: input.choice("source")?,
                contains: input.words("contains")?,
                excludes: input.words("excludes")?,
                level: if input.has("level") { Some(input.choice("level")?) } else { None },
            }),
            "query" => {
                let (source, query) = (input.choice("source")?, input.text("query", QUERY_CHARS)?);
                let asked = self.queries.iter().find(|one| one.source == source);
                // In Logs Insights names begin with @, and no query can name another time.
                if let Some(asked) = asked.filter(|one| one.language != Language::LogsInsights) {
                    bounded(&query, asked.reach)?;
                }
                Ok(Request::Query { source, query })
            }
            "metrics" => input.metrics(),
            "metric" => input.metric(),
            "traces" => input.traces(),
            "access_logs" => input.access(),
            "changes" => Ok(Request::Changes { words: input.words("words")? }),
            "history" => match input.words("words")? {
                words if words.is_empty() => Err("`words` needs at least one word.".to_owned()),
                words => Ok(Request::History { words }),
            },
            _ => Ok(Request::Runbook { step: input.choice("step")? }),
        }
    }
}

impl Request {
    /// What is asked, in a line for people.
    pub fn words(&self) -> String {
        let words =
            |list: &[String]| list.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Item { id, offset: 0 } => format!("{id}, whole"),
            Self::Item { id, offset } => format!("{id}, from character {offset} on"),
            Self::Logs { source, contains, excludes, level } => {
                let mut said = format!("log lines of {source}");
                if !contains.is_empty() {
                    said.push_str(&format!(" with {}", words(contains)));
                }
                if !excludes.is_empty() {
                    said.push_str(&format!(" without {}", words(excludes)));
                }
                if let Some(level) = level {
                    said.push_str(&format!(", {level} and worse"));
                }
                said
            }
            Self::Query { source, query } => format!("{source}: {query}"),
            Self::Metrics { source, namespace, words: about } => {
                let of = namespace.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
                let with = if about.is_empty() { String::new() } else { format!(" with {}", words(about)) };
                format!("which metrics {source} has{of}{with}")
            }
            Self::Metric { source, namespace, metric, dimensions, stat } => {
                format!("{source}: {namespace} {metric}{} ({stat})", pairs(dimensions))
            }
            Self::Traces { source, service, words: about } => {
                let mut said = format!("traces of {source}");
                if let Some(service) = service {
                    said.push_str(&format!(", service {service:?}"));
                }
                if !about.is_empty() {
                    said.push_str(&format!(" with {}", words(about)));
                }
                said
            }
            Self::Access { source, by, only } => {
                format!("requests of {source} by {}{}", by.join(", "), pairs(only))
            }
            Self::Changes { words: about } if about.is_empty() => "all changes".to_owned(),
            Self::Changes { words: about } => format!("changes with {}", words(about)),
            Self::History { words: about } => format!("earlier incidents with {}", words(about)),
            Self::Runbook { step } => format!("step {step} of the runbook"),
        }
    }
}

/// ` {FunctionName="pay"}`, or nothing.
fn pairs(all: &[(String, String)]) -> String {
    let pairs: Vec<String> = all.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    if pairs.is_empty() { String::new() } else { format!(" {{{}}}", pairs.join(", ")) }
}
