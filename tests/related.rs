//! Runbooks that are found by their words: the shipped ones, for alarms that none of their matchers knows.

use std::path::Path;

use firstlook::library::read_folder;
use firstlook_core::evidence::related;
use firstlook_core::evidence::similar::Traits;
use firstlook_core::runbook::Runbook;
use serde_json::Value;

use crate::harness::{Firstlook, Setup, alert, body};

fn shipped() -> Vec<Runbook> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
    read_folder(&folder).unwrap().0
}

fn offered(title: &str, alertname: &str, lines: &[&str]) -> Vec<(String, Vec<String>)> {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    let labels = [("alertname", alertname), ("service", "shop")].into_iter().collect();
    let now = Traits { title: title.to_owned(), labels, lines };
    let all = shipped();
    related::found(&now, &all, None).into_iter().map(|(book, words)| (book.path.clone(), words)).collect()
}

/// Alarms in words of their own, and the runbook that an engineer would open; `""` where none of them helps.
const ALARMS: &[(&str, &str, &[&str], &str)] = &[
    (
        "Postgres is out of connection slots",
        "PgConnSlots",
        &["FATAL: remaining connection slots are reserved for superusers"],
        "database-connections-exhausted.md",
    ),
    (
        "orders-db: too many clients",
        "OrdersDbClients",
        &["FATAL: sorry, too many clients already", "pool exhausted waiting for connection"],
        "database-connections-exhausted.md",
    ),
    (
        "volume /var at 97%",
        "VolumeNearlyFull",
        &["write failed: No space left on device", "disk usage 97%"],
        "disk-full.md",
    ),
    ("TLS certificate of shop.example.com expires in 3 days", "CertExpiry3d", &[], "certificate-expiring.md"),
    (
        "x509 errors on the gateway",
        "GatewayX509",
        &["x509: certificate has expired or is not yet valid"],
        "certificate-expiring.md",
    ),
    (
        "lookup of payments fails",
        "LookupFailures",
        &["dial tcp: lookup payments.svc.cluster.local: no such host", "DNS SERVFAIL from CoreDNS"],
        "dns-failures.md",
    ),
    (
        "checkout pods restart all the time",
        "PodRestartStorm",
        &["Back-off restarting failed container", "CrashLoopBackOff"],
        "pod-crash-looping.md",
    ),
    (
        "container killed for memory",
        "MemKill",
        &["Memory cgroup out of memory: Killed process 4121 (java)", "OOMKilled"],
        "oom-killed.md",
    ),
    (
        "replica is 400 s behind its primary",
        "ReplicaBehind",
        &["replication lag 400 s"],
        "replication-lag.md",
    ),
    (
        "consumer of orders is behind",
        "ConsumerBehind",
        &["consumer group lag 120000 messages in queue"],
        "queue-backlog.md",
    ),
    (
        "rollout of web does not progress",
        "WebRolloutNotProgressing",
        &["deployment exceeded its progress deadline"],
        "rollout-stuck.md",
    ),
    (
        "p99 latency of search is over 2 s",
        "SearchP99",
        &["request latency above objective"],
        "high-latency.md",
    ),
    (
        "worker-3 is not ready",
        "WorkerNodeLost",
        &["node worker-3 status is now NotReady: kubelet stopped posting node status"],
        "node-not-ready.md",
    ),
    (
        "load balancer has no healthy targets",
        "LbNoHealthyTargets",
        &["target group tg/web: 0 healthy targets"],
        "alb-unhealthy-targets.md",
    ),
    (
        "Kafka: partition 7 of payments is not consumed",
        "PartitionStuck",
        &["consumer group payments has no active members", "lag 48211"],
        "queue-backlog.md",
    ),
    ("etcd member certificate is about to expire", "EtcdCert", &[], "certificate-expiring.md"),
    ("ENOSPC on build-2", "BuildEnospc", &["ENOSPC: no space left on device, write"], "disk-full.md"),
    ("RDS orders: CPU credits are used up", "RdsCredits", &["CPUCreditBalance 0"], "rds-cpu-or-storage.md"),
    ("Aurora reader lags", "AuroraReaderLag", &["AuroraReplicaLag 9200 ms"], "replication-lag.md"),
    (
        "probe of 10.0.0.9:9100 fails",
        "ProbeFailed",
        &["Get \"http://10.0.0.9:9100/metrics\": context deadline exceeded", "target down: scrape failed"],
        "target-down.md",
    ),
    (
        "5xx of the ALB web-prod",
        "AlbServerErrors",
        &["target group: HTTPCode_ELB_502_Count 311"],
        "alb-unhealthy-targets.md",
    ),
    (
        "java heap space",
        "JvmHeap",
        &["java.lang.OutOfMemoryError: Java heap space", "container killed by the OOM killer"],
        "oom-killed.md",
    ),
    // What no runbook of these is about.
    ("GPU 3 is at 93 °C", "GpuTemperature", &["thermal throttling active on GPU 3"], ""),
    ("somebody logged in as root", "RootLogin", &["session opened for user root by bastion"], ""),
    ("invoice export produced no file", "InvoiceExportEmpty", &["export finished with 0 rows"], ""),
    ("price feed of ACME is stale", "PriceFeedStale", &["last tick 14:02:11"], ""),
    ("backup of wiki was skipped", "BackupSkipped", &["skipped: lock held by pid 4411"], ""),
    ("licence of the scanner ends soon", "LicenceEnds", &["licence valid until 2026-12-01"], ""),
    ("too few orders for a Monday", "OrdersAnomaly", &["orders per minute 12, expected 80"], ""),
    ("mail queue of marketing paused by hand", "CampaignPaused", &["campaign 88 paused"], ""),
    ("決済が失敗しています", "決済失敗", &["決済ゲートウェイの応答がありません"], ""),
    ("It fails", "ItFails", &["request failed", "error: failed to handle request"], ""),
];

#[test]
fn what_an_engineer_would_open_is_offered_first_and_nothing_where_nothing_helps() {
    let mut wrong = Vec::new();
    for (title, name, lines, expected) in ALARMS {
        let offered = offered(title, name, lines);
        let first = offered.first().map_or("", |(path, _)| path.as_str());
        if first != *expected {
            wrong.push(format!("{title}: {offered:?} instead of {expected:?}"));
        }
    }
    // Two where the one telling word stands in no runbook, or in too many.
    assert!(wrong.len() <= 2, "of {}:\n{}", ALARMS.len(), wrong.join("\n"));
}

#[tokio::test]
async fn an_incident_without_a_runbook_shows_what_may_help() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let labels = [("alertname", "PgConnSlots"), ("service", "orders"), ("severity", "critical")];
    firstlook
        .post(body(&[alert(&labels, "Postgres has too many connections: no connection slots left")]))
        .await;
    let incident = firstlook.until("it is looked at", |one| one["summary"]["state"] == "no_model").await;
    assert_eq!(incident["runbook"], Value::Null);
    let items = incident["evidence"]["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["source"] == "runbooks").expect("a runbook is offered");
    assert_eq!((&item["kind"], &item["id"]), (&"history".into(), &"H9".into()), "{item}");
    let text = item["text"].as_str().unwrap();
    assert!(text.starts_with("database-connections-exhausted.md, may help by its words: "), "{text}");
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    assert!(page.contains("May help") && page.contains("Runbook: Database connections exhausted"), "{page}");
    firstlook.finish().await;
}
