//! What a command needs to ask about metrics in a process of its own: the database, hop 1, and the words of what comes back.

use firstlook_core::notify::templates::Templates;
use firstlook_core::notify::view::Incident;
use firstlook_core::notify::{FormKind, Zone};
use tokio::task::JoinHandle;

use super::player::{close, hop};
use super::{StartError, glance, open, parts};
use crate::clock;
use crate::config::Config;
use crate::ingest::{Ingest, Question};
use crate::store::private::PrivatePostgres;
use crate::store::{Store, Words};
use crate::templates;

/// Who asks.
const ACTOR: &str = "somebody on the command line";

/// Asks, and reads what a running `serve` makes of it.
pub struct Asker {
    ingest: Ingest,
    committer: JoinHandle<()>,
    store: Store,
    words: Words,
    zone: Zone,
    templates: Templates,
    private: Option<PrivatePostgres>,
}

impl Asker {
    /// Opens what the configuration names.
    ///
    /// # Errors
    /// With what a person has to mend: no model or no metrics to ask, or no database.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        if let Some(lack) = parts::answers(config).lack(FormKind::Insight) {
            return Err(lack.en.into());
        }
        let templates = templates::open(config)?;
        let (store, private) = open(config).await?;
        store
            .ready()
            .await
            .map_err(|error| format!("{error}; run `firstlook migrate` where only the schema is missing"))?;
        let (ingest, committer) = hop(config, &store).await?;
        let (words, zone) = (glance::words(config), config.zone);
        Ok(Self { ingest, committer, store, words, zone, templates, private })
    }

    /// Puts the question in; answers with the number of its incident.
    ///
    /// # Errors
    /// What is wrong with it, or with the database.
    pub async fn ask(&self, question: Question) -> Result<i64, StartError> {
        let now = clock::now();
        Ok(self.ingest.ask(question.look(ACTOR, now)?, now).await??)
    }

    /// The incident as it stands.
    ///
    /// # Errors
    /// When the database does not answer, or knows it no more.
    pub async fn incident(&self, number: i64) -> Result<Incident, StartError> {
        let found = self.store.incident(&number.to_string(), &self.words).await?;
        found.ok_or_else(|| format!("there is no incident {number}").into())
    }

    /// Its report as Markdown, where there is one.
    pub fn report(&self, incident: &Incident) -> Option<String> {
        templates::report(&self.templates, incident, &self.zone)
    }

    /// Closes it.
    ///
    /// # Errors
    /// When a private Postgres does not stop.
    pub async fn close(self) -> Result<(), StartError> {
        self.committer.abort();
        close(&self.store, self.private).await
    }
}
