//! A dead store (DESIGN, promise 2): what it refuses is held in memory, rings without it after a while, and is brought to
//! hop 1 when it is back.
//!
//! Knows the refused bodies and since when. Must not promise anything: senders are told 503 all the same, and what is
//! held here ends with the process.

mod held;
mod page;
mod pager;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use firstlook_core::incident::Note;
use futures_util::future::{join, join_all};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::ingest::{Answer, Arrival, Ingest};
use crate::receivers::pagerduty::PagerDuty;
use crate::store::StoreError;
use crate::telemetry::metrics::{self, Metric};
pub use held::Parse;
use held::{Bodies, Held};
pub use page::Voice;
use pager::Pager;

/// Without the store for so long, critical alarms ring all the same (DESIGN section 4).
const PATIENCE: Duration = Duration::from_secs(15);
/// Between two looks at what is held, and between two tries at the store.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the store may take to say that it is there.
const READY: Duration = Duration::from_secs(2);
/// How long it may take to keep a body.
const KEEP: Duration = Duration::from_secs(10);

/// What the decisions about such a body say of it.
const HELD: &str = "held while the database was away";

/// Stands before hop 1.
pub struct Outage {
    ingest: Ingest,
    voice: Voice,
    pagers: BTreeMap<(String, String), Pager>,
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Default)]
struct State {
    bodies: Bodies,
    /// Since when the store takes nothing: by the monotonic clock, and by that of people.
    since: Option<(Instant, DateTime<Utc>)>,
    last_taken: Option<Instant>,
    /// Whether this outage was logged.
    announced: bool,
    adopted: u64,
}

/// Holds the body unless the store has taken it: also where the request was given up while it waited.
struct Refused<'a> {
    outage: &'a Outage,
    arrival: Option<(Arrival, Parse)>,
    asked: Instant,
}

impl Drop for Refused<'_> {
    fn drop(&mut self) {
        if let Some((arrival, parse)) = self.arrival.take() {
            self.outage.hold(arrival, parse, self.asked);
        }
    }
}

impl Outage {
    /// `pagers`: by receiver and integration.
    pub fn new(ingest: Ingest, voice: Voice, pagers: BTreeMap<(String, String), PagerDuty>) -> Self {
        let pager = |(key, api): ((String, String), PagerDuty)| (key.clone(), Pager::new(key.0, api));
        let pagers = pagers.into_iter().map(pager).collect();
        Self { ingest, voice, pagers, state: Mutex::default(), wake: Notify::new() }
    }

    /// Hop 1, which sees what the store refuses.
    ///
    /// # Errors
    /// When the database does not take it; then the sender must be told to come again.
    pub async fn accept(&self, arrival: Arrival, parse: Parse) -> Result<Answer, StoreError> {
        let parsed = parse(&arrival.body, &arrival.source, arrival.received_at);
        let mut arrival = arrival;
        if arrival.once.is_some() && self.state().bodies.holds(&arrival) {
            // Its sender's retry is before us, and takes its place: it may have rung all the same.
            arrival.note.get_or_insert_with(|| Note::held(HELD, clock::now()));
        }
        // What is held has bounds of its own.
        let copy = Some((Arrival { room: None, ..arrival.clone() }, parse));
        let mut refused = Refused { outage: self, arrival: copy, asked: Instant::now() };
        let answer = self.ingest.accept(arrival, parsed).await?;
        refused.arrival = None;
        self.taken(None);
        Ok(answer)
    }

    /// Watches over what is held until `stop`.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let pagers = join_all(self.pagers.values().map(Pager::run));
        tokio::select! {
            () = stop.cancelled() => {}
            _ = join(self.watch(), pagers) => {}
        }
        let held = self.state().bodies.len();
        if held > 0 {
            tracing::warn!(
                held,
                "stopping with bodies that the database refused; their senders were told 503"
            );
        }
    }

    async fn watch(&self) {
        loop {
            if self.state().bodies.len() == 0 {
                self.wake.notified().await;
            }
            // Nobody waits for a store that hangs: what rings is looked for meanwhile.
            let mut feeding = std::pin::pin!(self.feed());
            loop {
                self.look().await;
                tokio::select! {
                    () = &mut feeding => break,
                    () = self.wake.notified() => {}
                    () = sleep(PAUSE) => {}
                }
            }
            self.look().await;
            self.over();
            sleep(PAUSE).await;
        }
    }

    fn hold(&self, arrival: Arrival, parse: Parse, asked: Instant) {
        let mut state = self.state();
        state.refused(asked, arrival.received_at);
        state.bodies.push(arrival, parse);
        metrics::gauge(Metric::HeldBodies, state.bodies.len() as f64, &[]);
        self.wake.notify_one();
    }

    /// The store has taken a body, so it is back: whatever still waits to ring is told by it.
    fn taken(&self, seq: Option<u64>) {
        let mut state = self.state();
        state.last_taken = Some(Instant::now());
        match seq {
            Some(seq) => {
                state.adopted += 1;
                state.bodies.adopted(seq);
                metrics::gauge(Metric::HeldBodies, state.bodies.len() as f64, &[]);
            }
            None => state.bodies.others_taken(),
        }
        if state.since.take().is_some() {
            state.bodies.untold();
            self.pagers.values().for_each(Pager::clear);
            self.wake.notify_one();
        }
    }

    /// Brings what is held to hop 1, the oldest first. A body that fails while the store answers keeps no other back.
    async fn feed(&self) {
        if !self.ready().await {
            return;
        }
        let held: Vec<Held> = self.state().bodies.iter().cloned().collect();
        for held in held {
            let received_at = held.arrival.received_at;
            let parsed = (held.parse)(&held.arrival.body, &held.arrival.source, received_at);
            let note = Some(Note::held(HELD, clock::now()));
            let arrival = Arrival { note, ..Arrival::clone(&held.arrival) };
            let asked = Instant::now();
            let Ok(Ok(_)) = timeout(KEEP, self.ingest.accept(arrival, parsed)).await else {
                self.refused(&held, asked);
                match self.ready().await {
                    true => continue,
                    false => return,
                }
            };
            self.taken(Some(held.seq));
        }
    }

    fn refused(&self, held: &Held, asked: Instant) {
        let mut state = self.state();
        state.refused(asked, held.arrival.received_at);
        if let Some(hopeless) = state.bodies.refused(held.seq) {
            let (source, bytes) = (hopeless.arrival.source.as_str(), hopeless.arrival.body.len());
            tracing::error!(
                source,
                bytes,
                "the database takes other bodies and refused this one too often; it is given up"
            );
        }
    }

    async fn ready(&self) -> bool {
        matches!(timeout(READY, self.ingest.desk().store.ready()).await, Ok(Ok(())))
    }

    /// Looks at what nobody has looked at, and has ring what must.
    async fn look(&self) {
        let (due, since, all) = self.state().due(Instant::now());
        for held in due {
            let pages =
                self.voice.pages(self.ingest.desk(), &held, since.unwrap_or(held.arrival.received_at));
            let ring = all || held.stubborn();
            let told = ring && pages.iter().filter(|page| !self.offer(page, &held)).count() == 0;
            self.state().bodies.looked(held.seq, !pages.is_empty(), told);
            tokio::task::yield_now().await;
        }
    }

    /// Hands a page to each of its pagers, unless the store has come back: then the incident tells, and this would ring
    /// after its end. False where one of them has no room yet.
    fn offer(&self, page: &page::Page, held: &Held) -> bool {
        // The lock is held while it is handed over, so that whoever sees the store back clears it away afterwards.
        let state = self.state();
        if state.since.is_none() && !held.stubborn() {
            return false;
        }
        let pagers = page.to.iter().filter_map(|to| self.pagers.get(to));
        pagers.filter(|pager| !pager.offer(&page.key, &page.event)).count() == 0
    }

    /// Says that it is over, once nothing is held any more.
    fn over(&self) {
        let mut state = self.state();
        if state.bodies.len() > 0 || state.since.is_some() {
            return;
        }
        let adopted = std::mem::take(&mut state.adopted);
        let dropped = std::mem::take(&mut state.bodies.dropped);
        let rung: u64 = self.pagers.values().map(Pager::forget).sum();
        if std::mem::take(&mut state.announced) || adopted + dropped > 0 {
            tracing::info!(
                adopted,
                rung,
                dropped,
                "the database takes alarms again; what it had refused is kept"
            );
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The store did not take a body that it was given at `asked`.
    fn refused(&mut self, asked: Instant, at: DateTime<Utc>) {
        let begun = self.last_taken.map_or(asked, |taken| taken.max(asked));
        self.since.get_or_insert((begun, at));
    }

    /// What has to be looked at, since when the store is away, and whether that is long enough for all to ring.
    fn due(&mut self, now: Instant) -> (Vec<Held>, Option<DateTime<Utc>>, bool) {
        let away = self.since.map(|(since, _)| now.saturating_duration_since(since));
        let all = away.is_some_and(|away| away >= PATIENCE);
        if all && !std::mem::replace(&mut self.announced, true) {
            let held = self.bodies.len();
            tracing::error!(
                held,
                "the database has taken no alarm for 15 s; critical ones ring PagerDuty without it, and senders are \
                 told 503"
            );
        }
        let wanted = |held: &&Held| match held.rings {
            None => true,
            Some(rings) => rings && !held.told && (all || held.stubborn()),
        };
        (self.bodies.iter().filter(wanted).cloned().collect(), self.since.map(|(_, at)| at), all)
    }
}
