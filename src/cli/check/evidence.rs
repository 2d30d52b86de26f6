//! `check --online` of evidence sources of AWS: each kind of call is tried once.

use chrono::TimeDelta;
use firstlook::app;
use firstlook::config::{EvidenceKind, EvidenceSource};
use firstlook::evidence::Fault;

use super::{TIMEOUT, Table};

/// Tries what the source needs; the table names the IAM action that is missing.
pub(super) async fn check(source: &EvidenceSource, table: &mut Table) {
    let tried = async {
        match &source.kind {
            EvidenceKind::CloudWatchLogs(logs) => {
                app::cloudwatch_logs(logs, TIMEOUT).await?.probe().await.map(Some)
            }
            EvidenceKind::CloudWatchMetrics(metrics) => {
                app::cloudwatch_metrics(metrics, TIMEOUT).await?.probe().await.map(Some)
            }
            EvidenceKind::CloudTrail(trail) => {
                app::cloudtrail(trail, TimeDelta::zero(), TIMEOUT).await.probe().await.map(Some)
            }
            EvidenceKind::Athena(one) => app::athena(one, TIMEOUT).await?.probe(TIMEOUT).await.map(Some),
            EvidenceKind::KnowledgeBase(one) => {
                app::knowledge_base(&source.name, one).await.probe(TIMEOUT).await.map(Some)
            }
            EvidenceKind::SecurityHub(_) | EvidenceKind::GuardDuty(_) => {
                match app::security_source(&source.name, &source.kind).await {
                    Some(security) => security.probe(TIMEOUT).await.map(Some),
                    None => Ok(None),
                }
            }
            EvidenceKind::Xray(one) => app::xray(one, TIMEOUT).await?.probe(TIMEOUT).await.map(Some),
            EvidenceKind::LogFile { .. } | EvidenceKind::Loki { .. } | EvidenceKind::Prometheus { .. } => {
                Ok(None)
            }
        }
    };
    let late = || Fault::timeout(format!("AWS does not answer within {} s", TIMEOUT.as_secs()));
    let said = tokio::time::timeout(TIMEOUT, tried).await.unwrap_or_else(|_| Err(late()));
    if let Some(said) = said.map_err(|fault| format!("{}; {}", fault.reason, fault.remedy)).transpose() {
        table.result(format!("evidence {}", source.name), said);
    }
}
