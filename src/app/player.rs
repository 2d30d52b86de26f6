//! What a command needs to play bodies back in a process of its own: the database and hop 1, and nothing that tells anybody.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::{StartError, edit_url, library, open, rules, sns};
use crate::config::Config;
use crate::ingest::{Desk, Ingest, Tags};
use crate::replay::Replay;
use crate::store::Store;
use crate::store::private::PrivatePostgres;
use crate::worker::Wake;

/// How long the connections to the database may take to close.
const CLOSE: Duration = Duration::from_secs(2);

/// Hop 1 and what leads to it. A running `serve` finds the work that follows in the database.
pub struct Player {
    /// Plays back.
    pub replay: Replay,
    committer: JoinHandle<()>,
    store: Store,
    private: Option<PrivatePostgres>,
}

impl Player {
    /// Opens what the configuration names.
    ///
    /// # Errors
    /// With what a person has to mend.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        let (store, private) = open(config).await?;
        store
            .ready()
            .await
            .map_err(|error| format!("{error}; run `firstlook migrate` where only the schema is missing"))?;
        let (ingest, committer) = hop(config, &store).await?;
        let replay = replay(config, ingest, sns::sources(config).await?);
        Ok(Self { replay, committer, store, private })
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

/// Hop 1 and who commits for it. What follows of what it keeps is done by a running `serve`.
pub(super) async fn hop(config: &Config, store: &Store) -> Result<(Ingest, JoinHandle<()>), StartError> {
    let (ingest, committer) = Ingest::new(Desk {
        store: store.clone(),
        rules: Arc::new(rules(config)?),
        library: library(config).await?,
        edit_url: edit_url(config),
        wake: Wake::default(),
        tags: Tags::default(),
    });
    Ok((ingest, tokio::spawn(committer.run())))
}

/// Gives the database back.
pub(super) async fn close(store: &Store, private: Option<PrivatePostgres>) -> Result<(), StartError> {
    let _ = tokio::time::timeout(CLOSE, store.close()).await;
    if let Some(private) = private {
        private.stop().await?;
    }
    Ok(())
}

/// Plays back what is of a configured source.
pub(super) fn replay(
    config: &Config,
    ingest: Ingest,
    sns: std::collections::BTreeMap<String, crate::sources::sns::Source>,
) -> Replay {
    Replay::new(ingest, sns, config.alertmanager.iter().map(|one| one.name.clone()).collect())
}
