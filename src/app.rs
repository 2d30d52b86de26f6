//! Wiring: a configuration becomes doors, hops and servers, and they run until they are told to stop.
//!
//! Knows every room's constructor. Must not decide anything about an alert.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use chrono::TimeDelta;
use firstlook_core::alert::matchers::{MatcherError, Matchers};
use firstlook_core::evidence::Redactor;
use firstlook_core::incident::{Grouping, Lifecycle};
use firstlook_core::notify::Zone;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::{
    AlertmanagerSource, Authorization, Config, EvidenceKind, EvidenceSource, Provider, Receiver, SlackVia,
};
use crate::deliver::{Deliver, Integration};
use crate::evidence::{Door, Fault, FaultKind, LogFile, Loki, Source, loki};
use crate::ingest::{Ingest, Rules};
use crate::library::Library;
use crate::models::{Bedrock, Model, OpenAi, OpenAiSettings};
use crate::receivers::pagerduty::PagerDuty;
use crate::receivers::slack::{IncomingWebhook, Slack};
use crate::receivers::webhook::Webhook;
use crate::store::private::PrivatePostgres;
use crate::store::{JobKind, Store, Words};
use crate::telemetry::metrics::Exporter;
use crate::triage::Triage;
use crate::web::pages::Pages;
use crate::web::{self, Serves};
use crate::worker::{self, Wake};
use crate::{aws, http};

/// Connections of one process: the lanes' 28 jobs hold one only for short statements, requests likewise.
const CONNECTIONS: u32 = 20;
/// How long a receiver may take to answer. A page is tried again after that, so it must not be long.
const RECEIVER_TIMEOUT: Duration = Duration::from_secs(8);
/// How often the runbooks' folder is read again.
const RELOAD: Duration = Duration::from_secs(30);
/// How often a database that is not there is tried at the start.
const RETRY: Duration = Duration::from_secs(2);

/// What keeps firstlook from starting.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// Everything that runs, not yet running.
pub struct Service {
    /// What handlers share.
    pub app: Data<web::App>,
    deliver: Arc<Deliver>,
    triage: Arc<Triage>,
    library: Option<Arc<Library>>,
    private: Option<PrivatePostgres>,
}

impl Service {
    /// Opens what the configuration names. The database need not be there yet.
    ///
    /// # Errors
    /// What a person has to mend: a folder, a URL, a missing Postgres.
    pub async fn new(config: &Config, exporter: Exporter) -> Result<Self, StartError> {
        let private = match config.database_url {
            Some(_) => None,
            None => Some(PrivatePostgres::start(&config.data_dir).await?),
        };
        let store = match (&config.database_url, &private) {
            (Some(url), _) => Store::new(url.expose(), CONNECTIONS)?,
            (None, Some(private)) => Store::new(&private.url(), CONNECTIONS)?,
            (None, None) => return Err("neither `database.url` nor a private Postgres".into()),
        };
        let words = Words { redactor: Redactor::default(), external_url: config.server.external_url.clone() };
        let library = match &config.runbooks {
            Some(runbooks) => Some(Arc::new(Library::open(&runbooks.path).await?)),
            None => None,
        };
        let wake = Wake::default();
        let ingest = Ingest {
            store: store.clone(),
            rules: Arc::new(rules(config)?),
            library: library.clone(),
            edit_url: config.runbooks.as_ref().and_then(|runbooks| runbooks.edit_url.clone()),
            wake: wake.clone(),
        };
        let deliver = Deliver {
            store: store.clone(),
            words: words.clone(),
            name: config.server.name.clone(),
            zone: Zone::utc(),
            integrations: integrations(config)?,
        };
        let triage = Triage {
            store: store.clone(),
            words: words.clone(),
            sources: sources(config)?,
            evidence: config.evidence.clone(),
            model: model(config).await?,
            summary: config.summary.clone(),
            wake: wake.clone(),
        };
        let app = web::App {
            store,
            ingest,
            words,
            sources: config.alertmanager.iter().map(senders).collect(),
            external_url: config.server.external_url.clone(),
            library: library.clone(),
            wake,
            pages: Pages::new()?,
            exporter,
        };
        let (deliver, triage) = (Arc::new(deliver), Arc::new(triage));
        Ok(Self { app: Data::new(app), deliver, triage, library, private })
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
        let mut servers = JoinSet::new();
        let mut handles = Vec::new();
        for (listener, serves) in listeners {
            let server = web::server(listener, self.app.clone(), serves)?;
            handles.push(server.handle());
            servers.spawn(server);
        }
        let work = tokio::spawn(work(
            self.app.store.clone(),
            self.app.wake.clone(),
            self.deliver,
            self.triage,
            self.library,
            stop.clone(),
        ));
        stop.cancelled().await;
        tracing::info!("stopping");
        for handle in &handles {
            handle.pause().await;
        }
        // A connection to Postgres lives as long as the server's thread that opened it: jobs end before servers do.
        work.await?;
        for handle in handles {
            handle.stop(true).await;
        }
        while servers.join_next().await.is_some() {}
        self.app.store.close().await;
        if let Some(private) = self.private {
            private.stop().await?;
        }
        tracing::info!("stopped");
        Ok(())
    }
}

/// Migrates, then runs the lanes until `stop`.
async fn work(
    store: Store,
    wake: Wake,
    deliver: Arc<Deliver>,
    triage: Arc<Triage>,
    library: Option<Arc<Library>>,
    stop: CancellationToken,
) {
    while let Err(error) = store.migrate().await {
        tracing::warn!(%error, "the database is not ready; alarms are answered 503 until it is");
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(RETRY) => {}
        }
    }
    tracing::info!("ready");
    let mut lanes = JoinSet::new();
    for kind in [JobKind::Page, JobKind::Message] {
        let deliver = Arc::clone(&deliver);
        let tell = move |claim| {
            let deliver = Arc::clone(&deliver);
            async move { deliver.work(claim).await }
        };
        lanes.spawn(worker::lane(store.clone(), kind, wake.clone(), stop.clone(), tell));
    }
    let look = move |claim| {
        let triage = Arc::clone(&triage);
        async move { triage.work(claim).await }
    };
    lanes.spawn(worker::lane(store, JobKind::Triage, wake, stop.clone(), look));
    if let Some(library) = library {
        lanes.spawn(reload(library, stop));
    }
    while lanes.join_next().await.is_some() {}
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

fn senders(source: &AlertmanagerSource) -> (String, Option<Authorization>) {
    (source.name.clone(), source.authorization.clone())
}

/// What hop 1 decides by.
///
/// # Errors
/// Never for a configuration that was read; the built-in matchers are parsed here as well.
pub fn rules(config: &Config) -> Result<Rules, MatcherError> {
    let names = |receiver: &Receiver| {
        let of =
            |kind: &str, count: usize| (0..count).map(move |n| format!("{kind}/{n}")).collect::<Vec<_>>();
        let all = [
            of("pagerduty", receiver.pagerduty.len()),
            of("slack", receiver.slack.len()),
            of("webhook", receiver.webhook.len()),
        ];
        (receiver.name.clone(), all.concat())
    };
    Ok(Rules {
        labels: config.labels.clone(),
        severity: config.severity.clone(),
        grouping: Grouping {
            group_by: config.incidents.group_by.clone(),
            correlate_by: config.incidents.correlate_by.clone(),
        },
        lifecycle: Lifecycle {
            reopen_within: config.incidents.reopen_within,
            reorder_window: TimeDelta::seconds(60),
        },
        ignored: vec![
            (
                Matchers::parse(&[r#"alertname="Watchdog""#])?,
                "a heartbeat: it fires always, so that its absence can be noticed",
            ),
            (Matchers::parse(&[r#"alertname="InfoInhibitor""#])?, "a helper that only inhibits other alerts"),
        ],
        route: config.route.clone(),
        integrations: config.receivers.iter().map(names).collect(),
    })
}

fn integrations(config: &Config) -> Result<BTreeMap<(String, String), Integration>, StartError> {
    let client = http::client(RECEIVER_TIMEOUT)?;
    let mut all = BTreeMap::new();
    for receiver in &config.receivers {
        let mut add = |kind: &str, n: usize, integration| {
            all.insert((receiver.name.clone(), format!("{kind}/{n}")), integration);
        };
        for (n, one) in receiver.pagerduty.iter().enumerate() {
            let api = PagerDuty::new(client.clone(), &one.url, one.routing_key.clone());
            add("pagerduty", n, Integration::PagerDuty(api));
        }
        for (n, one) in receiver.slack.iter().enumerate() {
            let integration = match &one.via {
                SlackVia::Bot { token, api_url } => Integration::Slack {
                    api: Slack::new(client.clone(), api_url, token.clone()),
                    channel: one.channel.clone().unwrap_or_default(),
                },
                SlackVia::IncomingWebhook { url } => {
                    Integration::SlackWebhook(IncomingWebhook::new(client.clone(), url.clone()))
                }
            };
            add("slack", n, integration);
        }
        for (n, one) in receiver.webhook.iter().enumerate() {
            add("webhook", n, Integration::Webhook(Webhook::new(client.clone(), one.url.clone())));
        }
    }
    Ok(all)
}

fn sources(config: &Config) -> Result<Vec<(Matchers, Source)>, StartError> {
    let source = |one: &EvidenceSource| {
        let door = match &one.kind {
            EvidenceKind::LogFile { path } => Door::LogFile(LogFile::new(path)?),
            EvidenceKind::Loki { url, query, authorization, tenant } => {
                let auth = loki_auth(authorization.clone())?;
                Door::Loki(Loki::new(url, query, auth, tenant.clone(), config.evidence.timeout)?)
            }
        };
        Ok::<_, Fault>((one.matchers.clone(), Source { name: one.name.clone(), door }))
    };
    let fault = |one: &EvidenceSource, fault: Fault| -> StartError {
        format!("evidence source {:?}: {}; {}", one.name, fault.reason, fault.remedy).into()
    };
    config.evidence.sources.iter().map(|one| source(one).map_err(|error| fault(one, error))).collect()
}

fn loki_auth(authorization: Option<Authorization>) -> Result<loki::Auth, Fault> {
    match authorization {
        None => Ok(loki::Auth::None),
        Some(Authorization::Basic { username, password }) => Ok(loki::Auth::Basic { username, password }),
        Some(Authorization::Header { scheme, credentials }) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(loki::Auth::Bearer(credentials))
        }
        Some(Authorization::Header { scheme, .. }) => Err(Fault {
            kind: FaultKind::Configuration,
            reason: format!("authorization of type {scheme:?} is not known to Loki"),
            remedy: "use `authorization` of type Bearer, or `basic_auth`".to_owned(),
        }),
    }
}

async fn model(config: &Config) -> Result<Option<Model>, StartError> {
    Ok(match &config.summary.provider {
        Provider::None => None,
        Provider::Bedrock { model, region, endpoint_url } => {
            let sdk = aws::config(region.as_deref(), endpoint_url.as_deref()).await;
            Some(Model::Bedrock(Bedrock::new(&sdk, model.clone(), None)))
        }
        Provider::OpenAi { model, base_url, api_key } => {
            let settings = OpenAiSettings {
                base_url: base_url.clone(),
                model: model.clone(),
                api_key: api_key.clone(),
                temperature: None,
            };
            Some(Model::OpenAi(OpenAi::new(settings)?))
        }
    })
}
