//! The knowledge bases that the configuration names.
//!
//! Knows the configuration and the door's constructor. Must not ask one.

use firstlook_core::alert::matchers::Matchers;

use crate::aws;
use crate::config::{self, Config, EvidenceKind};
use crate::evidence::KnowledgeBase;

/// Each with the incidents for which it is asked, in the order of the configuration.
pub(super) async fn knowledge_bases(config: &Config) -> Vec<(Matchers, KnowledgeBase)> {
    let mut bases = Vec::new();
    for source in &config.evidence.sources {
        if let EvidenceKind::KnowledgeBase(one) = &source.kind {
            bases.push((source.matchers.clone(), knowledge_base(&source.name, one).await));
        }
    }
    bases
}

/// A knowledge base; also for `check`.
pub async fn knowledge_base(name: &str, one: &config::KnowledgeBase) -> KnowledgeBase {
    let sdk = aws::config(one.region.as_deref(), one.endpoint_url.as_deref()).await;
    KnowledgeBase::new(name, &sdk, &one.id, one.max_results)
}
