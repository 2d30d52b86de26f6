//! The sources of findings that the configuration names.
//!
//! Knows the configuration and the doors' constructors. Must not ask one.

use firstlook_core::alert::matchers::Matchers;

use crate::aws;
use crate::config::{Config, EvidenceKind};
use crate::evidence::{GuardDuty, SecurityDoor, SecurityHub, SecuritySource};

/// Each with what it is asked for, in the order of the configuration.
pub async fn security_sources(config: &Config) -> Vec<(Matchers, SecuritySource)> {
    let mut sources = Vec::new();
    for one in &config.evidence.sources {
        if let Some(source) = security_source(&one.name, &one.kind).await {
            sources.push((one.matchers.clone(), source));
        }
    }
    sources
}

/// One of them, also for `check`; none where `kind` has no findings.
pub async fn security_source(name: &str, kind: &EvidenceKind) -> Option<SecuritySource> {
    let (EvidenceKind::SecurityHub(one) | EvidenceKind::GuardDuty(one)) = kind else { return None };
    let sdk = aws::config(one.region.as_deref(), one.endpoint_url.as_deref()).await;
    let door = match kind {
        EvidenceKind::GuardDuty(_) => SecurityDoor::GuardDuty(GuardDuty::new(&sdk, one.bounds)),
        _ => SecurityDoor::SecurityHub(SecurityHub::new(&sdk, one.bounds)),
    };
    Some(SecuritySource { name: name.to_owned(), door })
}
