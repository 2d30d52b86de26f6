//! The example configuration of Alertmanager that is shipped: linted, routed and run by the real one.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::json;

use crate::harness::{Firstlook, PATIENCE, Setup, TOKEN};
use crate::support::pagerduty::PagerDuty;
use crate::support::process;
use crate::support::prometheus::Alertmanager;
use crate::support::server::{Answer, Protocol, Request, Server};
use crate::support::wait::eventually;

const EXAMPLE: &str = "deploy/alertmanager.yml";

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE)
}

fn amtool(arguments: &[&str]) -> String {
    let output =
        Command::new(process::program("amtool", &[], "prometheus")).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// `text` with `from` replaced; it must be there.
fn put(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{EXAMPLE} has no {from:?}");
    text.replace(from, to)
}

#[test]
fn the_example_is_well_formed_and_routes_as_it_says() {
    let path = path().display().to_string();
    assert!(amtool(&["check-config", &path]).contains("SUCCESS"));
    let receivers = |labels: &[&str]| {
        let file = format!("--config.file={path}");
        amtool(&[&["config", "routes", "test", &file], labels].concat())
    };
    assert_eq!(receivers(&["alertname=Slow", "severity=warning"]), "firstlook");
    assert_eq!(receivers(&["alertname=Slow"]), "firstlook", "also without a severity");
    assert_eq!(receivers(&["alertname=Down", "severity=critical"]), "pagerduty,firstlook");
    assert_eq!(receivers(&["alertname=Down", "severity=page"]), "pagerduty,firstlook");
    assert_eq!(receivers(&["alertname=Watchdog", "severity=none"]), "heartbeat");
    assert_eq!(receivers(&["alertname=InfoInhibitor", "severity=none"]), "nobody");
    assert_eq!(receivers(&["alertname=FirstlookDown", "severity=critical"]), "pagerduty");
}

#[test]
fn without_its_parallel_route_the_example_still_tells_firstlook() {
    let text = std::fs::read_to_string(path()).unwrap();
    let (before, rest) = text.split_once("    # The first weeks:").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alertmanager.yml");
    std::fs::write(&file, format!("{before}{after}")).unwrap();
    let flag = format!("--config.file={}", file.display());
    assert_eq!(amtool(&["config", "routes", "test", &flag, "severity=critical"]), "firstlook");
}

/// Takes every beat.
struct Heart;

impl Protocol for Heart {
    fn answer(&self, _: &Request) -> Answer {
        Answer::text(200, "")
    }
}

#[tokio::test]
async fn the_example_delivers_to_a_running_firstlook() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let (heart, pager) = (Server::start(Arc::new(Heart)), PagerDuty::start());
    let folder = tempfile::tempdir().unwrap();
    let secret = |name: &str, value: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, value).unwrap();
        file.display().to_string()
    };
    let text = std::fs::read_to_string(path()).unwrap();
    let text =
        put(&text, "http://firstlook.example.com:8081/webhooks/alertmanager/main", &firstlook.webhook());
    let text = put(&text, "/etc/alertmanager/firstlook.token", &secret("token", TOKEN));
    let text = put(&text, "https://heartbeat.example.com/ping", &heart.url());
    let key = secret("key", crate::support::pagerduty::ROUTING_KEY);
    let key = format!("{key}\n        url: {}", pager.url());
    let text = put(&text, "/etc/alertmanager/pagerduty.key", &key);
    let alertmanager = Alertmanager::configured(&text).await;
    let alert = |name: &str, severity: &str| json!({"labels": {"alertname": name, "severity": severity}});
    alertmanager.post_alerts(&json!([alert("Watchdog", "none"), alert("Down", "critical")])).await;
    let incident = firstlook.until("it is told", |one| one["status"] == "open").await;
    assert_eq!(incident["alerts"][0]["labels"]["alertname"], "Down");
    eventually(PATIENCE, "the heart beats", async || (!heart.requests().is_empty()).then_some(())).await;
    assert_eq!(firstlook.incidents().await.len(), 1);
    assert_eq!(firstlook.sql("SELECT count(*) FROM delivery").await, 1, "Watchdog does not go to firstlook");
    drop(alertmanager);
    firstlook.finish().await;
}
