//! The lines of a window, put together from the answers to several queries, or from events where there may be no query.
//!
//! Knows what is missing, and says it. Must not know the SDK.

use chrono::{DateTime, SecondsFormat, Utc};
use firstlook_core::evidence::cloudwatch::console;
use firstlook_core::evidence::{Line, Window};
use futures_util::future::join_all;
use tokio::time::Instant;

use super::super::{Caps, Fault, Fetched};
use super::insights::{Answer, Insights, Wrote};
use super::pieces::{Piece, Plan};
use super::refused::Failed;
use super::rows::{self, FromRow, Row};
use super::{ROWS, command, events};

/// The groups and the query of one moment.
#[derive(Debug)]
pub struct Asked {
    pub(super) insights: Insights,
    pub(super) region: String,
    pub(super) groups: Vec<String>,
    pub(super) begun: Instant,
}

/// What has come so far of a window.
#[derive(Default)]
struct Found {
    rows: Vec<Row>,
    /// Whether a query had not ended.
    unfinished: bool,
    /// Whether one was stopped for what it read.
    stopped: bool,
    faults: Vec<Fault>,
}

impl Asked {
    /// The newest lines of `window`.
    ///
    /// # Errors
    /// When nothing came, neither by Logs Insights nor by FilterLogEvents.
    pub async fn fetch(&self, window: Window, caps: Caps) -> Result<Fetched, Fault> {
        let Some(whole) = Piece::of(window) else { return Ok(Fetched::default()) };
        let mut groups = self.groups.clone();
        let mut plan = Plan::new(whole, ROWS, caps.lines);
        let mut found = Found::default();
        match self.first(&mut groups, &mut plan, &mut found).await {
            Ok(()) => {}
            Err(Failed::NoQuery(fault)) => return self.events(window, &groups, caps, fault).await,
            Err(Failed::Fault(fault)) => return Err(fault),
            Err(Failed::NoGroup(words)) => return Err(no_group(&words)),
        }
        loop {
            let pieces = plan.next();
            if pieces.is_empty() || found.unfinished {
                break;
            }
            let ask = |piece: &Piece| self.insights.ask(&groups, *piece, plan.limit());
            let answers = join_all(pieces.iter().map(ask)).await;
            for (piece, answer) in pieces.into_iter().zip(answers) {
                match answer {
                    Ok(answer) => found.add(&mut plan, piece, answer),
                    Err(Failed::NoQuery(fault) | Failed::Fault(fault)) => found.lack(fault),
                    Err(Failed::NoGroup(words)) => found.lack(no_group(&words)),
                }
            }
        }
        self.told(found, &plan, window, &groups, caps)
    }

    /// Bytes that AWS has read so far for all that was asked.
    pub fn scanned(&self) -> u64 {
        self.insights.scanned.get()
    }

    /// The first query, over the whole window: it shows which groups are there, and how much there is.
    async fn first(
        &self,
        groups: &mut Vec<String>,
        plan: &mut Plan,
        found: &mut Found,
    ) -> Result<(), Failed> {
        for piece in plan.next() {
            let answer = self.of_existing(groups, piece, plan.limit(), &mut found.faults).await?;
            found.add(plan, piece, answer);
        }
        Ok(())
    }

    /// One query, of which groups that do not exist are left out.
    pub(super) async fn of_existing<R: FromRow>(
        &self,
        groups: &mut Vec<String>,
        piece: Piece,
        limit: usize,
        faults: &mut Vec<Fault>,
    ) -> Result<Answer<R>, Failed> {
        loop {
            match self.insights.ask(groups, piece, limit).await {
                Err(Failed::NoGroup(words)) => {
                    // The longest that is named: another one's name may begin alike.
                    let named = groups.iter().filter(|group| words.contains(rows::name_of(group)));
                    let Some(named) = named.max_by_key(|group| group.len()).cloned() else {
                        return Err(Failed::NoGroup(words));
                    };
                    groups.retain(|group| *group != named);
                    faults.push(no_group(&named));
                    if groups.is_empty() {
                        return Err(Failed::NoGroup(named));
                    }
                }
                other => return other,
            }
        }
    }

    fn told(
        &self,
        found: Found,
        plan: &Plan,
        window: Window,
        groups: &[String],
        caps: Caps,
    ) -> Result<Fetched, Fault> {
        if found.unfinished && found.rows.is_empty() {
            let fault = Fault::timeout(self.unfinished(false));
            return Err(found.faults.into_iter().next().unwrap_or(fault));
        }
        let rows = found.rows.into_iter().filter(|row| window.contains(row.at)).collect();
        let (lines, over) = rows::lines(rows, caps, self.insights.wrote == Wrote::Firstlook);
        let truncated = if found.unfinished {
            Some(format!("{}: these are some of the lines", self.unfinished(found.stopped)))
        } else if over || plan.is_cut() {
            let oldest = lines.first().and_then(|line| line.at).unwrap_or(window.end);
            Some(format!("the caps allow no more than the lines since {}", instant(oldest)))
        } else {
            let second = plan.crowded().and_then(|second| DateTime::from_timestamp(second, 0));
            second.map(|at| {
                format!("more than {} lines are of {}: some are missing", plan.limit(), instant(at))
            })
        };
        Ok(Fetched { truncated, faults: found.faults, ..self.shown(window, groups, lines) })
    }

    /// Why not all has come.
    pub(super) fn unfinished(&self, stopped: bool) -> String {
        let why = if stopped { "was stopped" } else { "had not finished" };
        format!("Logs Insights {why} after {:.1} s", self.begun.elapsed().as_secs_f64())
    }

    /// Lines, and how a person gets them.
    fn shown(&self, window: Window, groups: &[String], lines: Vec<Line>) -> Fetched {
        let query = &self.insights.query;
        Fetched {
            lines,
            query: command::aws(&self.region, groups, query, window, ROWS),
            link: console::insights(&self.region, groups, query, window),
            ..Fetched::default()
        }
    }

    /// The lines without Logs Insights, which could not be asked because of `why`.
    async fn events(
        &self,
        window: Window,
        groups: &[String],
        caps: Caps,
        why: Fault,
    ) -> Result<Fetched, Fault> {
        let (client, deadline) = (&self.insights.client, self.insights.deadline);
        let most = caps.lines / groups.len().max(1);
        let each = groups.iter().map(|group| events::of_group(client, group, window, most, deadline));
        let (mut rows, mut faults, mut cut, mut had) = (Vec::new(), Vec::new(), false, false);
        for answer in join_all(each).await {
            match answer {
                Ok(events) => {
                    had = true;
                    cut |= events.cut;
                    rows.extend(events.rows);
                }
                Err(fault) => faults.push(fault),
            }
        }
        if !had {
            return Err(why);
        }
        let without = if self.insights.wrote == Wrote::Filter { ", and without `filter`" } else { "" };
        let reason = format!("{}; the lines were read with FilterLogEvents instead{without}", why.reason);
        faults.insert(0, Fault { reason, ..why });
        let (lines, over) = rows::lines(rows, caps, true);
        let oldest = lines.first().and_then(|line| line.at).unwrap_or(window.end);
        let since = instant(oldest);
        let truncated =
            (cut || over).then(|| format!("not all lines were read: of some groups those since {since}"));
        Ok(Fetched { truncated, faults, ..self.shown(window, groups, lines) })
    }
}

impl Found {
    fn add(&mut self, plan: &mut Plan, piece: Piece, answer: Answer<Row>) {
        self.unfinished |= !answer.complete;
        if let Some(fault) = answer.fault {
            self.stopped = true;
            self.lack(fault);
        }
        let seconds: Vec<i64> = answer.rows.iter().map(|row| row.at.timestamp()).collect();
        // What an unfinished query matched says nothing about the rest.
        let keep = match answer.complete {
            true => plan.take(piece, &seconds, answer.matched),
            false => piece.from,
        };
        let kept = |row: &Row| piece.holds(row.at.timestamp()) && row.at.timestamp() >= keep;
        self.rows.extend(answer.rows.into_iter().filter(kept));
    }

    /// A piece is missing.
    fn lack(&mut self, fault: Fault) {
        self.unfinished = true;
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}

pub(super) fn no_group(name: &str) -> Fault {
    Fault::configuration(
        format!("there is no log group {}", super::super::api::one_line(name)),
        "correct `log_groups` and `region` of this source",
    )
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
