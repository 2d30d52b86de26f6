//! Wiring: a configuration becomes doors, hops and servers, and they run until they are told to stop.
//!
//! Knows every room's constructor. Must not decide anything about an alert.

mod asker;
mod asking;
mod examiner;
mod glance;
mod knowledge;
mod lanes;
mod parts;
mod player;
mod security;
mod sns;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use firstlook_core::notify::templates::Templates;
use futures_util::future::join_all;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::analysis::Analyze;
use crate::config::Config;
use crate::deliver::Deliver;
use crate::fonts::Fonts;
use crate::http;
use crate::ingest::{Committer, Desk, Ingest, Tags};
use crate::library::Library;
use crate::outage::{Outage, Voice};
use crate::store::private::PrivatePostgres;
use crate::store::{Store, Words};
use crate::telemetry::metrics::Exporter;
use crate::templates;
use crate::triage::Triage;
use crate::upkeep::{Ping, Storms, Upkeep};
use crate::web::pages::Pages;
use crate::web::{self, Gate, Room, Serves};
use crate::worker::Wake;
use asking::{resync, stale_after};
use lanes::Lanes;
use parts::{
    buttons, declarers, models, pagerduty_secrets, pagers, senders, slack_app, sources, storms, ways,
};

pub use asker::Asker;
pub use asking::cloudwatch;
pub use examiner::Examination;
pub use glance::incident;
pub use knowledge::knowledge_base;
pub use parts::{athena, cloudtrail, cloudwatch_logs, cloudwatch_metrics, rules, xray};
pub use player::Player;
pub use security::{security_source, security_sources};
pub use sns::{reading, signers};

/// Connections of one process: the lanes' 32 jobs hold one only for short statements, requests likewise.
const CONNECTIONS: u32 = 20;
/// How long nobody is answered until the database is prepared; later they are answered 503.
const PREPARE: Duration = Duration::from_secs(1);
/// How long clients that keep their connections are still answered, so that they close them by themselves.
const TURN_AWAY: Duration = Duration::from_millis(500);
/// A stop ends within 10 s in all (FAULTS F2); the lanes' own drain is shorter.
const STOP: Duration = Duration::from_secs(9);
/// How long the connections to the database may take to close.
const CLOSE: Duration = Duration::from_millis(500);

/// How long who listens to `ping` may take to answer.
const PING_TIMEOUT: Duration = Duration::from_secs(8);

/// What keeps firstlook from starting.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// Everything that runs, not yet running.
pub struct Service {
    /// What handlers share.
    pub app: Data<web::App>,
    committer: Committer,
    lanes: Lanes,
    private: Option<PrivatePostgres>,
}

impl Service {
    /// Opens what the configuration names. The database need not be there yet.
    ///
    /// # Errors
    /// What a person has to mend: a folder, a URL, a missing Postgres.
    pub async fn new(config: &Config, exporter: Exporter) -> Result<Self, StartError> {
        let (store, private) = open(config).await?;
        let words = glance::words(config);
        let (library, wake) = (library(config).await?, Wake::default());
        let (ingest, committer) = Ingest::new(Desk {
            store: store.clone(),
            rules: Arc::new(rules(config)?),
            library: library.clone(),
            edit_url: edit_url(config),
            wake: wake.clone(),
            tags: Tags::default(),
        });
        let (fonts, templates) = (Fonts::default(), Arc::new(templates::open(config)?));
        let told = (templates.clone(), fonts.clone(), wake.clone());
        let deliver = deliver(config, store.clone(), words.clone(), told)?;
        let outage = outage(ingest.clone(), &deliver);
        let triage = triage(config, store.clone(), words.clone(), library.clone(), wake.clone()).await?;
        let upkeep =
            upkeep(config, store.clone(), ingest.clone(), wake.clone(), storms(config, &store, &deliver))?;
        let sns = sns::sources(config).await?;
        let slack = slack_app(config, &ingest)?;
        let resync = resync(config, store.clone(), ingest.clone()).await?;
        let lanes = Lanes {
            store: store.clone(),
            wake: wake.clone(),
            deliver: Arc::new(deliver),
            analysis: Arc::new(analysis(&triage)),
            triage: Arc::new(triage),
            upkeep: Arc::new(upkeep),
            resync: Arc::new(resync),
            library: library.clone(),
        };
        let app = web::App {
            gate: Gate::default(),
            room: Room::default(),
            store,
            outage,
            words,
            sources: config.alertmanager.iter().map(senders).collect(),
            asking: web::Asking { ingest: ingest.clone(), answers: parts::answers(config) },
            replay: player::replay(config, ingest, sns.clone()),
            sns,
            changes: config.changes.iter().map(|one| (one.name.clone(), one.clone())).collect(),
            name: config.server.name.clone(),
            slack,
            pagerduty: pagerduty_secrets(config),
            external_url: config.server.external_url.clone(),
            library,
            wake,
            pages: Pages::new(config.language, config.zone)?,
            zone: config.zone,
            templates,
            fonts,
            analysis: (!config.summary.models.is_empty()).then_some(config.summary.analysis.limits),
            silencing: silencing(config),
            declarers: declarers(config),
            exporter,
        };
        Ok(Self { app: Data::new(app), committer, lanes, private })
    }

    /// Serves `listeners` and works until `stop`; then answers what has begun, lets jobs end, and closes.
    ///
    /// # Errors
    /// When a listener cannot be served.
    pub async fn run(
        self,
        listeners: Vec<(TcpListener, Serves)>,
        stop: CancellationToken,
    ) -> Result<(), StartError> {
        let committer = tokio::spawn(self.committer.run());
        if let Some(source) = self.app.sns.values().next() {
            tokio::spawn(sns::look_for_credentials(source.confirmer.signer.clone()));
        }
        let watch = tokio::spawn(Arc::clone(&self.app.outage).run(stop.clone()));
        let (rest, prepared) = (CancellationToken::new(), CancellationToken::new());
        let work = tokio::spawn(self.lanes.run(rest.clone(), prepared.clone()));
        // Who comes in this moment waits for it, and is not refused.
        let _ = tokio::time::timeout(PREPARE, prepared.cancelled()).await;
        let mut servers = JoinSet::new();
        let mut handles = Vec::new();
        for (listener, serves) in listeners {
            let server = web::server(listener, self.app.clone(), serves)?;
            handles.push(server.handle());
            servers.spawn(server);
        }
        tokio::select! {
            () = stop.cancelled() => tracing::info!("stopping"),
            () = rest.cancelled() => stop.cancel(),
            _ = servers.join_next() => {
                tracing::error!("a server ended by itself; stopping, so that somebody starts this again");
                stop.cancel();
            }
        }
        let end = tokio::time::Instant::now() + STOP;
        self.app.gate.closing();
        for handle in &handles {
            handle.pause().await;
        }
        tokio::time::sleep(TURN_AWAY).await;
        self.app.gate.close();
        rest.cancel();
        // A connection to Postgres lives as long as the server's thread that opened it: jobs end before servers do.
        work.await?;
        watch.await?;
        let served = async {
            join_all(handles.iter().map(|handle| handle.stop(true))).await;
            while servers.join_next().await.is_some() {}
        };
        if tokio::time::timeout_at(end, served).await.is_err() {
            tracing::warn!("stopping with requests unanswered; their senders come again");
        }
        committer.abort();
        // A stalled database must not hold up a deploy; Postgres ends what is left by itself.
        let _ = tokio::time::timeout(CLOSE, self.app.store.close()).await;
        if let Some(private) = self.private {
            private.stop().await?;
        }
        tracing::info!("stopped");
        Ok(())
    }
}

/// The configured database, or a private one.
async fn open(config: &Config) -> Result<(Store, Option<PrivatePostgres>), StartError> {
    let private = match config.database_url {
        Some(_) => None,
        None => Some(PrivatePostgres::start(&config.data_dir).await?),
    };
    let store = match (&config.database_url, &private) {
        (Some(url), _) => Store::new(url.expose(), CONNECTIONS)?,
        (None, Some(private)) => Store::new(&private.url(), CONNECTIONS)?,
        (None, None) => return Err("neither `database.url` nor a private Postgres".into()),
    };
    Ok((store, private))
}

/// The folder of runbooks, where there is one.
async fn triage(
    config: &Config,
    store: Store,
    words: Words,
    library: Option<Arc<Library>>,
    wake: Wake,
) -> Result<Triage, StartError> {
    let sources = Arc::new(sources(config, &store).await?);
    Ok(Triage {
        store,
        words,
        sources,
        knowledge: Arc::new(knowledge::knowledge_bases(config).await),
        findings: security_sources(config).await,
        library,
        edit_url: edit_url(config),
        evidence: config.evidence.clone(),
        models: Arc::new(models(config).await?),
        summary: config.summary.clone(),
        wake,
    })
}

/// What is due by itself.
fn upkeep(
    config: &Config,
    store: Store,
    ingest: Ingest,
    wake: Wake,
    storms: Storms,
) -> Result<Upkeep, StartError> {
    let (repeat_interval, stale_after) = (config.incidents.repeat_interval, stale_after(config));
    let heartbeats = config.heartbeats.clone();
    let client = http::client(PING_TIMEOUT)?;
    let ping = config.ping.clone().map(|settings| Ping::new(client, settings));
    Ok(Upkeep { store, ingest, repeat_interval, stale_after, heartbeats, storms, ping, wake })
}

/// The deeper look, through the doors of hop 2.
fn analysis(triage: &Triage) -> Analyze {
    Analyze {
        store: triage.store.clone(),
        words: triage.words.clone(),
        sources: Arc::clone(&triage.sources),
        knowledge: Arc::clone(&triage.knowledge),
        evidence: triage.evidence.clone(),
        models: Arc::clone(&triage.models),
        summary: triage.summary.clone(),
    }
}

/// The intervals, and the sources whose Alertmanagers can be spoken to.
fn silencing(config: &Config) -> web::Silencing {
    let able = config.alertmanager.iter().filter(|one| one.api.is_some());
    let mirrors = able.map(|one| format!("alertmanager/{}", one.name)).collect();
    web::Silencing { mirrors, intervals: config.route.intervals.clone() }
}

/// Where people edit runbooks.
fn edit_url(config: &Config) -> Option<String> {
    config.runbooks.as_ref().and_then(|runbooks| runbooks.edit_url.clone())
}

async fn library(config: &Config) -> Result<Option<Arc<Library>>, StartError> {
    let Some(runbooks) = &config.runbooks else { return Ok(None) };
    Ok(Some(Arc::new(Library::open(&runbooks.path).await?)))
}

/// What stands before hop 1; it speaks and pages as hop 3 does.
fn outage(ingest: Ingest, deliver: &Deliver) -> Arc<Outage> {
    let (name, zone, words) = (deliver.name.clone(), deliver.zone, deliver.words.clone());
    Arc::new(Outage::new(ingest, Voice { name, zone, words }, pagers(&deliver.ways)))
}

/// Hop 3.
fn deliver(
    config: &Config,
    store: Store,
    words: Words,
    (templates, fonts, wake): (Arc<Templates>, Fonts, Wake),
) -> Result<Deliver, StartError> {
    Ok(Deliver {
        store,
        words,
        name: config.server.name.clone(),
        zone: config.zone,
        ways: ways(config)?,
        templates,
        fonts,
        wake,
        buttons: buttons(config),
        declares: declarers(config).into_iter().collect(),
        bot: parts::bot(config),
    })
}
