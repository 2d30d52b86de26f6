//! One incident as people see it, for a command that looks at it and goes.

use firstlook_core::evidence::Redactor;
use firstlook_core::notify::view::Incident;

use super::{StartError, open};
use crate::config::Config;
use crate::store::Words;

/// The incident of this id or number, from the configured database; `None` where there is none.
///
/// # Errors
/// When the database does not answer or has no schema, or a private one does not start or stop.
pub async fn incident(config: &Config, id: &str) -> Result<Option<Incident>, StartError> {
    let (store, private) = open(config).await?;
    let words = words(config);
    let found = match store.ready().await {
        Ok(()) => store.incident(id, &words).await.map_err(Into::into),
        Err(error) => {
            Err(format!("{error}; run `firstlook migrate` where only the schema is missing").into())
        }
    };
    store.close().await;
    if let Some(private) = private {
        private.stop().await?;
    }
    found
}

/// What turns stored text into told text, as configured.
pub(super) fn words(config: &Config) -> Words {
    Words {
        redactor: Redactor::default(),
        external_url: config.server.external_url.clone(),
        language: config.language,
    }
}
