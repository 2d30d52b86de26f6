//! A firstlook in this process: hop 1 and the lane of pages, over a real database and a PagerDuty, that can die at any
//! point where it waits. Knows nothing of schedules.

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use chrono::{DateTime, Utc};
use firstlook::config::Config;
use firstlook::deliver::{Deliver, Integration, Way};
use firstlook::fonts::Fonts;
use firstlook::ingest::{Answer, Arrival, Desk, Ingest, Tags};
use firstlook::receivers::pagerduty::PagerDuty;
use firstlook::secret::Secret;
use firstlook::sources::alertmanager;
use firstlook::sources::sns::read::notification;
use firstlook::sources::sns::said::Said;
use firstlook::sources::sns::{Gate, Keys};
use firstlook::store::{Bucket, JobKind, Store, Words};
use firstlook::worker::Wake;
use firstlook_core::Language;
use firstlook_core::evidence::Redactor;
use firstlook_core::notify::rate::Rate;
use firstlook_core::notify::{Buttons, Zone};

use crate::support::pagerduty::ROUTING_KEY;
use crate::support::sns::Sns;

/// What every replica is configured with.
const CONFIGURATION: &str = r#"
labels: [{ source: sns/aws, from: dimension.LoadBalancer, regex: "app/(.+)/.+", to: service }]
incidents: { group_by: [alertname], correlate_by: [service] }
route: { receiver: oncall }
receivers: [{ name: oncall, pagerduty_configs: [{ routing_key: R0UT1NGKEY0F32CHARACTERSEXACTLY0 }] }]
"#;

/// Ends a future after so many turns of the runtime: a process that dies where it waits. What it had sent is sent.
struct Mortal<F> {
    inner: Pin<Box<F>>,
    left: usize,
}

impl<F: Future> Future for Mortal<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        if self.left < usize::MAX {
            self.left -= 1;
            context.waker().wake_by_ref();
        }
        self.inner.as_mut().poll(context).map(Some)
    }
}

/// Runs `work` to its end, or to its death.
pub async fn mortal<F: Future>(lives: Option<usize>, work: F) -> Option<F::Output> {
    Mortal { inner: Box::pin(work), left: lives.unwrap_or(usize::MAX) }.await
}

/// What a replica is made of; it is made anew after each death.
pub struct Parts {
    store: Store,
    config: Config,
    pager: String,
}

impl Parts {
    /// Over a database that is empty yet.
    pub async fn new(database: &str, pager: String, sns: &Sns, folder: &Path) -> Self {
        let path = folder.join("firstlook.yml");
        let sources = format!(
            "sources: {{ alertmanager: [{{ name: one }}, {{ name: two }}], sns: {} }}",
            sns.source("").replace("default_severity: warning", "default_severity: critical")
        );
        std::fs::write(&path, format!("{sources}{CONFIGURATION}")).unwrap();
        let store = Store::new(database, 8).unwrap();
        store.migrate().await.unwrap();
        Self { store, config: firstlook::config::load(&path).unwrap(), pager }
    }

    /// What it is kept in.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Posts a body as `source` at `now`. `None`: it died before it answered.
    pub async fn post(
        &self,
        source: &str,
        body: &str,
        now: DateTime<Utc>,
        lives: Option<usize>,
    ) -> Option<Answer> {
        let (body, once) = match source.starts_with("sns/") {
            true => self.verified(body, now).await,
            false => (body.as_bytes().to_vec(), None),
        };
        let parsed = match once {
            None => alertmanager::parse(&body, source, now),
            Some(_) => Said::read(&body).map(|said| {
                notification(&said, source, &firstlook::app::reading(&self.config, &self.config.sns[0]), None)
            }),
        };
        let desk = Desk {
            store: self.store.clone(),
            rules: Arc::new(firstlook::app::rules(&self.config).unwrap()),
            library: None,
            edit_url: None,
            wake: Wake::default(),
            tags: Tags::default(),
        };
        let (ingest, committer) = Ingest::new(desk);
        let arrival = Arrival {
            source: source.to_owned(),
            body,
            received_at: now,
            trace_id: String::new(),
            note: None,
            once,
            room: None,
        };
        // The committer is part of what dies.
        let both = async {
            tokio::select! {
                answer = ingest.accept(arrival, parsed) => answer,
                () = committer.run() => unreachable!("the way in is open"),
            }
        };
        mortal(lives, both).await.map(|answer| answer.unwrap())
    }

    /// A message of SNS as it is kept once its signature is known, and its name.
    async fn verified(&self, body: &str, now: DateTime<Utc>) -> (Vec<u8>, Option<String>) {
        let source = &self.config.sns[0];
        let gate = Gate {
            topics: source.topics.clone(),
            keys: Keys::Pinned(Arc::clone(source.pinned.as_ref().unwrap())),
            version_2_only: source.version_2_only,
            max_age: source.max_age,
        };
        let verified = gate.verify(body.as_bytes(), now).await.unwrap();
        (verified.kept, Some(verified.message_id))
    }

    /// Tells the pager everything that is due, or dies while doing so.
    pub async fn tell(&self, lives: Option<usize>) {
        let deliver = self.deliver();
        let all = async {
            loop {
                let claims = self.store.claim(JobKind::Page, 16, &[]).await.unwrap();
                if claims.is_empty() {
                    return;
                }
                for claim in claims {
                    let claim = Arc::new(claim);
                    let outcome = deliver.work(Arc::clone(&claim)).await.unwrap();
                    self.store.finish(Arc::into_inner(claim).unwrap(), &outcome).await.unwrap();
                }
            }
        };
        mortal(lives, all).await;
    }

    fn deliver(&self) -> Deliver {
        let client = firstlook::http::client(Duration::from_secs(5)).unwrap();
        let pager = PagerDuty::new(client, &self.pager, Secret::new(ROUTING_KEY));
        let bucket = Bucket::new("pagerduty", &Secret::new(ROUTING_KEY), "", Rate::UNLIMITED);
        let key = ("oncall".to_owned(), "pagerduty/0".to_owned());
        Deliver {
            store: self.store.clone(),
            words: Words {
                redactor: Redactor::default(),
                external_url: "http://127.0.0.1".into(),
                language: Language::En,
            },
            name: "schedules".into(),
            zone: Zone::utc(),
            ways: BTreeMap::from([(key, Way::new(Integration::PagerDuty(pager), bucket))]),
            templates: Default::default(),
            fonts: Fonts::default(),
            wake: Wake::default(),
            buttons: Buttons::default(),
            declares: BTreeMap::new(),
            bot: None,
        }
    }
}
