//! Door: processes, network. The real Prometheus and Alertmanager, and an exporter whose values a test sets. Knows
//! nothing of what receives the webhooks.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tempfile::TempDir;

use super::process::{self, Daemon};
use super::server::{Answer, Protocol, Request, Server};
use super::wait::eventually;

/// Long, since the machine may be busy with a build.
const READY: Duration = Duration::from_secs(30);

/// Something to scrape: gauges by series, `http_requests_5xx_ratio{service="api"}`.
#[derive(Debug)]
pub struct Exporter {
    server: Server,
    gauges: Arc<Gauges>,
}

#[derive(Debug, Default)]
struct Gauges(Mutex<BTreeMap<String, f64>>);

impl Exporter {
    /// Starts it without any series.
    pub fn start() -> Self {
        let gauges = Arc::new(Gauges::default());
        Self { server: Server::start(gauges.clone()), gauges }
    }

    /// `127.0.0.1:PORT`, for [`Prometheus::start`].
    pub fn target(&self) -> String {
        self.server.url().trim_start_matches("http://").to_owned()
    }

    /// Sets a gauge, seen at the next scrape (1 s).
    pub fn set(&self, series: &str, value: f64) {
        self.gauges.0.lock().unwrap_or_else(PoisonError::into_inner).insert(series.to_owned(), value);
    }

    /// Takes a gauge away: the series is stale after the next scrape.
    pub fn remove(&self, series: &str) {
        self.gauges.0.lock().unwrap_or_else(PoisonError::into_inner).remove(series);
    }
}

impl Protocol for Gauges {
    fn answer(&self, request: &Request) -> Answer {
        if request.path != "/metrics" {
            return Answer::text(404, "");
        }
        let mut text = String::new();
        for (series, value) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            writeln!(text, "{series} {value}").unwrap();
        }
        Answer::text(200, &text).header("content-type", "text/plain; version=0.0.4; charset=utf-8")
    }
}

/// A Prometheus that scrapes and evaluates each second.
#[derive(Debug)]
pub struct Prometheus {
    // Before the folder: it is dropped first, while its log is there to be shown.
    _server: Daemon,
    _folder: TempDir,
    port: u16,
}

impl Prometheus {
    /// Starts it and waits until it is ready. `groups` is the YAML list under `groups:`, `targets` and
    /// `alertmanagers` are `host:port`. Every alert has the external label `cluster="test"`.
    pub async fn start(groups: &str, targets: &[String], alertmanagers: &[String]) -> Self {
        Self::with_history("", groups, targets, alertmanagers).await
    }

    /// The same, with samples of before it was started: OpenMetrics text, times in seconds.
    pub async fn with_history(
        history: &str,
        groups: &str,
        targets: &[String],
        alertmanagers: &[String],
    ) -> Self {
        let folder = tempfile::Builder::new().prefix("firstlook-prometheus-").tempdir().unwrap();
        if !history.is_empty() {
            std::fs::write(folder.path().join("history.txt"), history).unwrap();
            let mut command = Command::new(process::program("promtool", &[], "prometheus"));
            command.args(["tsdb", "create-blocks-from", "openmetrics"]);
            let made = command.args(["history.txt", "data"]).current_dir(folder.path()).output().unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        }
        std::fs::write(folder.path().join("rules.yml"), format!("groups:\n{groups}")).unwrap();
        let config = format!(
            "global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s, external_labels: {{ cluster: test }} }}\n\
             alerting: {{ alertmanagers: [ {{ static_configs: [ {{ targets: {alertmanagers:?} }} ] }} ] }}\n\
             rule_files: [ rules.yml ]\n\
             scrape_configs: [ {{ job_name: test, static_configs: [ {{ targets: {targets:?} }} ] }} ]\n"
        );
        std::fs::write(folder.path().join("prometheus.yml"), config).unwrap();
        let port = process::free_port();
        let mut command = Command::new(process::program("prometheus", &[], "prometheus"));
        command.arg(format!("--config.file={}", path(folder.path(), "prometheus.yml")));
        command.arg(format!("--storage.tsdb.path={}", path(folder.path(), "data")));
        command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
        // Each alert is sent again so often, and expires after four times that.
        command.arg("--rules.alert.resend-delay=1s");
        let server = Daemon::start("prometheus", "TERM", command, folder.path());
        wait_ready(server, port).await.map(|server| Self { _server: server, _folder: folder, port }).unwrap()
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// Where an Alertmanager sends to.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The address.
    pub url: String,
    /// A bearer token, if any.
    pub credentials: Option<String>,
}

/// The route's times and grouping; [`Default`] is as fast as a test wants it.
#[derive(Clone, Debug)]
pub struct Timing {
    /// Labels of a group.
    pub group_by: &'static [&'static str],
    /// As in its configuration: `0s`.
    pub group_wait: &'static str,
    /// As in its configuration: `1s`.
    pub group_interval: &'static str,
    /// As in its configuration: `1h`.
    pub repeat_interval: &'static str,
}

impl Default for Timing {
    fn default() -> Self {
        let group_by = &["alertname", "service"];
        Self { group_by, group_wait: "0s", group_interval: "1s", repeat_interval: "1h" }
    }
}

/// A single Alertmanager: it gossips with nobody, so that two of them notify twice.
#[derive(Debug)]
pub struct Alertmanager {
    // Before the folder: it is dropped first, while its log is there to be shown.
    _server: Daemon,
    _folder: TempDir,
    port: u16,
}

impl Alertmanager {
    /// Starts it and waits until it is ready. Each group goes to every webhook.
    pub async fn start(webhooks: &[Webhook], timing: &Timing) -> Self {
        Self::configured(&configuration(webhooks, timing)).await
    }

    /// Starts it with a whole configuration file.
    pub async fn configured(text: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("firstlook-alertmanager-").tempdir().unwrap();
        std::fs::write(folder.path().join("alertmanager.yml"), text).unwrap();
        let port = process::free_port();
        let mut command = Command::new(process::program("prometheus-alertmanager", &[], "prometheus"));
        command.arg(format!("--config.file={}", path(folder.path(), "alertmanager.yml")));
        command.arg(format!("--storage.path={}", path(folder.path(), "data")));
        command.arg(format!("--web.listen-address=127.0.0.1:{port}")).arg("--cluster.listen-address=");
        let server = Daemon::start("alertmanager", "TERM", command, folder.path());
        wait_ready(server, port).await.map(|server| Self { _server: server, _folder: folder, port }).unwrap()
    }

    /// `127.0.0.1:PORT`, for [`Prometheus::start`].
    pub fn target(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// `http://127.0.0.1:PORT`, for `api_url`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sends alerts as Prometheus does: the JSON array of `POST /api/v2/alerts`.
    pub async fn post_alerts(&self, alerts: &serde_json::Value) {
        self.post("/api/v2/alerts", alerts).await;
    }

    /// Silences what has this label, for an hour.
    pub async fn silence(&self, name: &str, value: &str) {
        let now = firstlook::clock::now();
        let silence = serde_json::json!({
            "matchers": [{"name": name, "value": value, "isRegex": false, "isEqual": true}],
            "startsAt": now, "endsAt": now + chrono::TimeDelta::hours(1), "createdBy": "a test", "comment": "quiet",
        });
        self.post("/api/v2/silences", &silence).await;
    }

    async fn post(&self, path: &str, body: &serde_json::Value) {
        let client = firstlook::http::client(Duration::from_secs(10)).unwrap();
        let response = client.post(self.url() + path).json(body).send().await.unwrap();
        let status = response.status();
        assert!(
            status.is_success(),
            "Alertmanager refuses: {status} {}",
            response.text().await.unwrap_or_default()
        );
    }
}

fn configuration(webhooks: &[Webhook], timing: &Timing) -> String {
    let Timing { group_by, group_wait, group_interval, repeat_interval } = timing;
    let mut config = format!(
        "route: {{ receiver: test, group_by: {group_by:?}, group_wait: {group_wait}, group_interval: {group_interval}, repeat_interval: {repeat_interval} }}\n\
         receivers:\n- name: test\n  webhook_configs:\n"
    );
    for Webhook { url, credentials } in webhooks {
        write!(config, "  - url: {url:?}\n    send_resolved: true\n").unwrap();
        if let Some(token) = credentials {
            writeln!(
                config,
                "    http_config: {{ authorization: {{ type: Bearer, credentials: {token:?} }} }}"
            )
            .unwrap();
        }
    }
    config
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

/// Waits for `/-/ready`, or gives the log of what ended instead.
async fn wait_ready(mut server: Daemon, port: u16) -> Result<Daemon, String> {
    let client = firstlook::http::client(Duration::from_secs(2)).unwrap();
    let ready = format!("http://127.0.0.1:{port}/-/ready");
    let alive = eventually(READY, &ready, async || {
        if !server.running() {
            return Some(false);
        }
        let response = client.get(&ready).send().await.ok()?;
        response.status().is_success().then_some(true)
    });
    if alive.await { Ok(server) } else { Err(server.log()) }
}
