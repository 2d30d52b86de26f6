//! What examines models needs of a configuration: the store and the models, and neither receivers nor sources.

use super::parts::models;
use super::{StartError, open};
use crate::config::Config;
use crate::evaluate::Examiner;
use crate::store::Words;
use crate::store::private::PrivatePostgres;
use firstlook_core::evidence::Redactor;

/// An examiner, and what it stands on.
pub struct Examination {
    /// Asks.
    pub examiner: Examiner,
    private: Option<PrivatePostgres>,
}

impl Examination {
    /// Opens what the configuration names. `model` is asked in place of the configured ones, where it is given: of the
    /// same provider as the one of that name, else as the first.
    ///
    /// # Errors
    /// With what a person has to mend.
    pub async fn open(config: &Config, model: Option<&str>) -> Result<Self, StartError> {
        let mut config = config.clone();
        if let Some(name) = model {
            let known = config.summary.models.iter().find(|one| one.model == name).cloned();
            let mut asked = match known.or_else(|| config.summary.models.first().cloned()) {
                Some(settings) => settings,
                None => return Err("no model is configured: set summary.provider".into()),
            };
            if asked.model != name {
                // What another model's tokens cost, nobody has said.
                (asked.model, asked.prices) = (name.to_owned(), None);
            }
            config.summary.models = vec![asked];
        }
        if config.summary.models.is_empty() {
            return Err("no model is configured: set summary.provider".into());
        }
        let (store, private) = open(&config).await?;
        store
            .ready()
            .await
            .map_err(|error| format!("{error}; run `firstlook migrate` where only the schema is missing"))?;
        let words = Words {
            redactor: Redactor::default(),
            external_url: config.server.external_url.clone(),
            language: config.language,
        };
        let models = models(&config).await?;
        let summary = config.summary;
        Ok(Self { examiner: Examiner { store, words, models, summary }, private })
    }

    /// Closes it.
    ///
    /// # Errors
    /// When a private Postgres does not stop.
    pub async fn close(self) -> Result<(), StartError> {
        self.examiner.store.close().await;
        if let Some(private) = self.private {
            private.stop().await?;
        }
        Ok(())
    }
}
