//! A query that somebody wrote into a runbook, for one moment: lines, quantities over time, or rows.
//!
//! Knows what its result is by its commands. Must not know the SDK, nor runbooks.

use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;
use firstlook_core::evidence::asked::table::{Row as Cells, Table};
use firstlook_core::evidence::cloudwatch::{console, series};
use firstlook_core::evidence::metric::Measured;
use firstlook_core::runbook::insights::{Query, Wrong};
use futures_util::future::join_all;

use super::super::collect::without_normal;
use super::super::template::Template;
use super::super::{Brought, Caps, Fault, Fetched, Moment};
use super::asked::{Asked, no_group};
use super::pieces::Piece;
use super::refused::Failed;
use super::rows::{self, Row};
use super::{command, filter};

/// Rows that one query is asked for, where they are no lines.
const ROWS: usize = 1_000;
/// Series of one query that are looked at.
const MOST_SERIES: usize = 50;

/// A query and the groups of one moment.
#[derive(Debug)]
pub struct Question {
    pub(super) asked: Asked,
    pub(super) query: Query,
}

/// What rows became, and how a person gets the same.
#[derive(Debug)]
pub struct Counted {
    /// Quantities or a table.
    pub brought: Brought,
    /// For a shell.
    pub command: String,
    /// Where a person sees it.
    pub link: Option<String>,
    /// What is missing of the window.
    pub truncated: Option<String>,
    /// What is missing beside.
    pub faults: Vec<Fault>,
}

/// The query for these labels.
///
/// # Errors
/// When it is none, a placeholder stands outside a string, or a label is missing.
pub(super) fn filled(text: &str, labels: &Labels) -> Result<Query, Fault> {
    let template = Template::parse(text)?;
    if !filter::is_inside(&template) {
        let remedy = "write it inside of a string, as in service = '{{labels.service}}'";
        return Err(Fault::configuration("a placeholder of the query stands outside of a string", remedy));
    }
    let wrong = |(what, remedy): Wrong| Fault::configuration(what, remedy);
    Query::parse(&filter::fill(&template, labels)?).map_err(wrong)
}

/// As it is sent. Lines get the fields that make them lines; what the query names itself is added by AWS.
pub(super) fn sent(query: &Query) -> String {
    match query.gives_lines() {
        true => format!("fields @timestamp, @message, @logStream, @log\n| {}", query.text()),
        false => query.text(),
    }
}

/// What one window gave.
struct Answered {
    rows: Vec<Cells>,
    unfinished: Option<String>,
    faults: Vec<Fault>,
}

impl Question {
    /// Whether its rows are lines of a log.
    pub fn gives_lines(&self) -> bool {
        self.query.gives_lines()
    }

    /// Bytes that AWS has read for it.
    pub fn scanned(&self) -> u64 {
        self.asked.scanned()
    }

    /// Its lines of `window`.
    ///
    /// # Errors
    /// When nothing came.
    pub async fn lines(&self, window: Window, caps: Caps) -> Result<Fetched, Fault> {
        let Some(piece) = Piece::of(window) else { return Ok(Fetched::default()) };
        let (mut groups, mut faults) = (self.asked.groups.clone(), Vec::new());
        let answer = self.asked.of_existing(&mut groups, piece, caps.lines, &mut faults).await;
        let answer = answer.map_err(fault)?;
        let found: Vec<Row> = answer.rows;
        let most = self.query.limit().unwrap_or(usize::MAX).min(caps.lines);
        let reached = found.len() >= most;
        let (lines, over) =
            rows::lines(found.into_iter().filter(|row| window.contains(row.at)).collect(), caps, false);
        let truncated = match answer.complete {
            false => Some(self.unfinished(answer.fault.is_some())),
            true => (reached || over).then(|| match self.query.limit() {
                Some(limit) if limit <= caps.lines => format!("the query's own `limit` is {limit}"),
                _ => format!("the caps allow no more than {} lines", lines.len()),
            }),
        };
        faults.extend(answer.fault);
        if lines.is_empty() && !answer.complete {
            return Err(self.nothing(faults));
        }
        let (query, link) = self.shown(window, &groups, caps.lines);
        Ok(Fetched { lines, query, link, truncated, faults })
    }

    /// Its rows in the window of `moment`, beside those of normal times; `name` is what people call the query.
    ///
    /// # Errors
    /// When the window gave nothing.
    pub async fn counted(&self, name: &str, moment: &Moment) -> Result<Counted, Fault> {
        let Answered { rows, unfinished, mut faults } = self.rows(moment.window).await?;
        let normal = join_all(moment.baselines.iter().map(|window| self.rows(*window))).await;
        let mut before: Vec<(Window, Vec<Cells>)> = Vec::new();
        for (window, answer) in moment.baselines.iter().zip(normal) {
            match answer {
                // Some of the rows would say less than there was.
                Ok(Answered { unfinished: Some(why), .. }) => {
                    faults.push(without_normal(*window, Fault::timeout(why)));
                }
                Ok(answer) => before.push((*window, answer.rows)),
                Err(fault) => faults.push(without_normal(*window, fault)),
            }
        }
        let (command, link) = self.shown(moment.window, &self.asked.groups, ROWS);
        let stats = self.query.stats();
        let of = Measured {
            name: name.to_owned(),
            labels: Labels::default(),
            unit: String::new(),
            of_alarm: false,
            window: Vec::new(),
            normal: Vec::new(),
            expected: None,
            limit: None,
            query: command.clone(),
            link: link.clone(),
        };
        let over_time = stats.as_ref().filter(|_| unfinished.is_none());
        let over_time =
            over_time.and_then(|stats| series::measured(stats, &of, (moment.window, &rows), &before));
        let brought = match over_time {
            Some(mut measured) => {
                if measured.len() > MOST_SERIES {
                    let reason =
                        format!("the query has {} series; {MOST_SERIES} are looked at", measured.len());
                    faults.push(Fault::configuration(reason, "have its `stats` count by fewer columns"));
                    measured.truncate(MOST_SERIES);
                }
                Brought::Measured(measured)
            }
            None => Brought::Table(Table {
                by: stats.as_ref().map(|stats| stats.by.clone()).unwrap_or_default(),
                whole: stats.is_some_and(|stats| stats.whole) && rows.len() < ROWS,
                normal: before.into_iter().map(|(_, rows)| rows).collect(),
                rows,
            }),
        };
        Ok(Counted { brought, command, link, truncated: unfinished, faults })
    }

    async fn rows(&self, window: Window) -> Result<Answered, Fault> {
        let (mut groups, mut faults) = (self.asked.groups.clone(), Vec::new());
        let Some(piece) = Piece::of(window) else {
            return Ok(Answered { rows: Vec::new(), unfinished: None, faults });
        };
        let answer = self.asked.of_existing(&mut groups, piece, ROWS, &mut faults).await.map_err(fault)?;
        let unfinished = (!answer.complete).then(|| self.unfinished(answer.fault.is_some()));
        faults.extend(answer.fault);
        if unfinished.is_some() && answer.rows.is_empty() {
            return Err(self.nothing(faults));
        }
        Ok(Answered { rows: answer.rows, unfinished, faults })
    }

    fn unfinished(&self, stopped: bool) -> String {
        self.asked.unfinished(stopped)
    }

    /// Why not one row came.
    fn nothing(&self, faults: Vec<Fault>) -> Fault {
        faults.into_iter().next().unwrap_or_else(|| Fault::timeout(self.unfinished(false)))
    }

    /// For a shell and in the console.
    fn shown(&self, window: Window, groups: &[String], limit: usize) -> (String, Option<String>) {
        let (region, query) = (&self.asked.region, &self.asked.insights.query);
        let command = command::aws(region, groups, query, window, limit);
        (command, console::insights(region, groups, query, window))
    }
}

/// What a person is told of a query that gave nothing: there is no other way to have its result.
fn fault(failed: Failed) -> Fault {
    match failed {
        Failed::NoQuery(fault) | Failed::Fault(fault) => fault,
        Failed::NoGroup(words) => no_group(&words),
    }
}
