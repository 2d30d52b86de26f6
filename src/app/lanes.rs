//! What works behind the servers: the schema is brought up to date, then each lane claims its kind of job until the end.
//!
//! Knows which lane does what. Must not know how a job is done.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::analysis::Analyze;
use crate::deliver::{CHANGES, Deliver};
use crate::ingest::Ingest;
use crate::library::Library;
use crate::resync::{self, Resync};
use crate::store::{Claim, JobKind, OFFER, Store, StoreError};
use crate::triage::Triage;
use crate::upkeep::Upkeep;
use crate::worker::{self, Wake};

/// How often the runbooks' folder is read again.
const RELOAD: Duration = Duration::from_secs(30);
/// How often what other replicas learned of alarms' tags is taken over.
const REMEMBER: Duration = Duration::from_secs(30);
/// How often the jobs that stand for ever are looked at.
const STAND: Duration = Duration::from_secs(10);
/// How often a database that is not there is tried at the start.
const RETRY: Duration = Duration::from_secs(2);

/// Who does what.
pub(super) struct Lanes {
    pub store: Store,
    pub wake: Wake,
    pub deliver: Arc<Deliver>,
    pub triage: Arc<Triage>,
    pub analysis: Arc<Analyze>,
    pub upkeep: Arc<Upkeep>,
    pub resync: Arc<Resync>,
    pub library: Option<Arc<Library>>,
}

impl Lanes {
    /// Migrates and says that it is `prepared`, then runs the lanes until `stop`.
    pub async fn run(self, stop: CancellationToken, prepared: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => return,
            () = self.ready() => {}
        }
        prepared.cancel();
        tracing::info!("ready");
        let mut lanes = JoinSet::new();
        self.tell(&mut lanes, &stop);
        let standing = self.standing();
        lanes.spawn(stand(self.store.clone(), standing, stop.clone()));
        lanes.spawn(remember(self.resync.ingest.clone(), stop.clone()));
        let (triage, analysis, upkeep, resync) = (self.triage, self.analysis, self.upkeep, self.resync);
        let look = move |claim| {
            let triage = Arc::clone(&triage);
            async move { triage.work(claim).await }
        };
        let analyze = move |claim| {
            let analysis = Arc::clone(&analysis);
            async move { analysis.work(claim).await }
        };
        let deliver = Arc::clone(&self.deliver);
        let keep = move |claim: Arc<Claim>| {
            let (upkeep, resync, deliver) = (Arc::clone(&upkeep), Arc::clone(&resync), Arc::clone(&deliver));
            async move {
                match claim.key.as_str() {
                    CHANGES => deliver.changes().await,
                    key if key.starts_with(OFFER) => deliver.offer(&claim).await,
                    key if resync::is_ours(key) => resync.work(claim).await,
                    _ => upkeep.work(claim).await,
                }
            }
        };
        let (store, wake) = (self.store.clone(), self.wake.clone());
        lanes.spawn(worker::lane(store, JobKind::Triage, wake, stop.clone(), Vec::new, look));
        let (store, wake) = (self.store.clone(), self.wake.clone());
        lanes.spawn(worker::lane(store, JobKind::Analysis, wake, stop.clone(), Vec::new, analyze));
        lanes.spawn(worker::lane(self.store, JobKind::Upkeep, self.wake, stop.clone(), Vec::new, keep));
        if let Some(library) = self.library {
            lanes.spawn(reload(library, stop.clone()));
        }
        while lanes.join_next().await.is_some() {
            if !stop.is_cancelled() {
                tracing::error!("a lane ended by itself; stopping, so that somebody starts this again");
                stop.cancel();
            }
        }
    }

    /// The lanes that tell people: pages, messages, and charts and analyses under them.
    fn tell(&self, lanes: &mut JoinSet<()>, stop: &CancellationToken) {
        for kind in [JobKind::Page, JobKind::Message] {
            let deliver = Arc::clone(&self.deliver);
            let tell = move |claim| {
                let deliver = Arc::clone(&deliver);
                async move { deliver.work(claim).await }
            };
            let ways = Arc::clone(&self.deliver);
            let full = move || ways.full();
            lanes.spawn(worker::lane(self.store.clone(), kind, self.wake.clone(), stop.clone(), full, tell));
        }
        let deliver = Arc::clone(&self.deliver);
        let draw = move |claim| {
            let deliver = Arc::clone(&deliver);
            async move { deliver.charts(claim).await }
        };
        let (store, wake) = (self.store.clone(), self.wake.clone());
        lanes.spawn(worker::lane(store, JobKind::Charts, wake, stop.clone(), Vec::new, draw));
        let deliver = Arc::clone(&self.deliver);
        let report = move |claim| {
            let deliver = Arc::clone(&deliver);
            async move { deliver.report(claim).await }
        };
        let (store, wake) = (self.store.clone(), self.wake.clone());
        lanes.spawn(worker::lane(store, JobKind::Report, wake, stop.clone(), Vec::new, report));
        let deliver = Arc::clone(&self.deliver);
        let declare = move |claim| {
            let deliver = Arc::clone(&deliver);
            async move { deliver.declare(claim).await }
        };
        let (store, wake) = (self.store.clone(), self.wake.clone());
        lanes.spawn(worker::lane(store, JobKind::Declare, wake, stop.clone(), Vec::new, declare));
    }

    /// The jobs that stand for ever, by key.
    fn standing(&self) -> Vec<String> {
        [self.upkeep.standing(), self.resync.standing(), self.deliver.standing()].concat()
    }

    /// Prepares until that succeeds.
    async fn ready(&self) {
        while let Err(error) = self.prepare().await {
            tracing::warn!(%error, "the database is not ready; alarms are answered 503 until it is");
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn prepare(&self) -> Result<(), StoreError> {
        self.store.migrate().await?;
        self.store.stand(&self.standing()).await?;
        self.store.look_again().await?;
        self.deliver.prepare().await?;
        self.resync.ingest.desk().tags.refresh(&self.store).await?;
        self.resync.begin().await
    }
}

/// Has the jobs that stand for ever stand again: a replica of another configuration, which knows nothing of a job, ends it.
async fn stand(store: Store, jobs: Vec<String>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(STAND) => {}
        }
        if let Err(error) = store.stand(&jobs).await {
            tracing::debug!(%error, "the standing jobs cannot be looked at");
        }
    }
}

/// Takes over what is known of alarms' tags, again and again.
async fn remember(ingest: Ingest, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(REMEMBER) => {}
        }
        let desk = ingest.desk();
        if let Err(error) = desk.tags.refresh(&desk.store).await {
            tracing::debug!(%error, "what is known of alarms' tags cannot be read");
        }
    }
}

/// Reads the runbooks again and again; the last good copy stays where that fails.
async fn reload(library: Arc<Library>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(RELOAD) => {}
        }
        match library.reload().await {
            Ok(true) => {
                tracing::info!(runbooks = library.snapshot().runbooks.len(), "the runbooks have changed")
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the runbooks cannot be read; the last good copy stays"),
        }
    }
}
