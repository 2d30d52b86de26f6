//! What the configuration says of SNS, as sources.
//!
//! Knows the configuration and each part's constructor. Must not open a connection.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::StartError;
use crate::config::{Config, SnsSource};
use crate::sources::sns::fetch::Fetcher;
use crate::sources::sns::read::Reading;
use crate::sources::sns::subscription::Confirmer;
use crate::sources::sns::{Gate, Keys, Source};

/// How the messages of `source` are read.
pub fn reading(config: &Config, source: &SnsSource) -> Reading {
    Reading { insufficient_data: source.insufficient_data, severity_label: config.severity.label.clone() }
}

/// The SNS sources by name; they share what was fetched.
pub(super) fn sources(config: &Config) -> Result<BTreeMap<String, Source>, StartError> {
    let fetcher = Arc::new(Fetcher::new()?);
    let mut sources = BTreeMap::new();
    for one in &config.sns {
        let keys = match &one.pinned {
            Some(certificate) => Keys::Pinned(Arc::clone(certificate)),
            None => Keys::Aws(Arc::clone(&fetcher)),
        };
        let gate = Gate {
            topics: one.topics.clone(),
            keys,
            version_2_only: one.version_2_only,
            max_age: one.max_age,
        };
        let source = Source {
            gate,
            reading: reading(config, one),
            confirmer: Confirmer::new(one.endpoint_url.clone())?,
            authorization: one.authorization.clone(),
            raw_delivery: one.raw_delivery,
        };
        sources.insert(one.name.clone(), source);
    }
    Ok(sources)
}
