//! The product as production starts it: the built binary, a configuration file, a fresh database, its own ports; around
//! it the fakes. At its end it asserts what a test forgets: no job is left, no error was logged, nothing was refused,
//! nothing unexpected was sent.

mod bodies;
mod configuration;
mod elsewhere;
mod forms;
mod lives;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use sqlx::{Connection, PgConnection, Row};
use tempfile::TempDir;

use crate::support::model::{self, Model};
use crate::support::pagerduty::PagerDuty;
use crate::support::slack::Slack;
use crate::support::{postgres, process, wait::eventually};

pub use bodies::{alert, body, resolved};
use configuration::configuration;
pub use elsewhere::{SIGNING_SECRET, WEBHOOK_SECRET, form};

/// What every source must show.
pub const TOKEN: &str = "an-alertmanager-token";
/// What change events to `actions` must carry.
pub const CHANGE_KEY: &str = "R0change0key0of0the0tests";
/// Long enough for a busy machine; nothing waits that long when it works.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What a test wants other than the usual.
pub struct Setup {
    /// YAML of `evidence:` below the key, indented by two.
    pub evidence: String,
    /// YAML of `summary:` in flow form.
    pub summary: String,
    /// Further keys of the source, in flow form: `, api_url: …`.
    pub source: String,
    /// YAML of `sources.sns` in flow form.
    pub sns: String,
    /// YAML of `incidents:` in flow form.
    pub incidents: String,
    /// YAML of `labels:` in flow form.
    pub labels: String,
    /// Further keys, as YAML lines at the top.
    pub more: String,
    /// Further keys of the pager's integration, in flow form: `, region: eu`.
    pub pager: String,
    /// The same of the receiver `oncall`'s Slack, without the comma.
    pub slack: String,
    /// YAML of the receiver `oncall`'s `webhook_configs` in flow form.
    pub webhooks: String,
    /// What PagerDuty's key and Slack's channels take in a minute; so much that nothing waits, where a test says nothing.
    pub per_minute: (u32, u32),
    /// A database that is there already.
    pub database: Option<String>,
    /// Of runbooks.
    pub runbooks: PathBuf,
    /// Environment of the process.
    pub environment: Vec<(String, String)>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            evidence: "  sources: []".into(),
            summary: "{ provider: none }".into(),
            source: String::new(),
            sns: "[]".into(),
            incidents: "{ group_by: [cluster, namespace, service, alertname], reopen_within: 15m }".into(),
            labels: "[]".into(),
            more: String::new(),
            pager: String::new(),
            slack: String::new(),
            webhooks: "[]".into(),
            per_minute: (60_000, 60_000),
            runbooks: Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks"),
            database: None,
            environment: Vec::new(),
        }
    }
}

impl Setup {
    /// With a model that answers through the compatible endpoint.
    pub fn openai(mut self, model: &Model) -> Self {
        self.summary = format!(
            "{{ provider: openai, model: test-model, base_url: \"{}\", api_key: {}, timeout: 10s }}",
            model.openai_url(),
            model::API_KEY,
        );
        self
    }
}

/// The running product and the fakes that it talks to.
pub struct Firstlook {
    /// Slack, with `#alerts` and `#alerts-critical`.
    pub slack: Slack,
    /// PagerDuty.
    pub pagerduty: PagerDuty,
    /// Where pages and API are.
    pub url: String,
    /// The database's address.
    pub database: String,
    /// For logs, configuration and whatever a test puts there.
    pub folder: TempDir,
    environment: Vec<(String, String)>,
    process: Option<Child>,
    client: reqwest::Client,
    finished: bool,
    expected: Vec<&'static str>,
}

impl Firstlook {
    /// Starts it and waits until it is ready.
    pub async fn start(setup: Setup) -> Self {
        Self::beside(setup, Slack::start(), PagerDuty::start(), None).await
    }

    /// Starts it with receivers of the test's own, in `folder` where it has prepared one.
    pub async fn beside(setup: Setup, slack: Slack, pagerduty: PagerDuty, folder: Option<TempDir>) -> Self {
        let folder = folder.unwrap_or_else(|| tempfile::tempdir().unwrap());
        let database = match &setup.database {
            Some(url) => url.clone(),
            None => postgres::fresh_database().await,
        };
        let port = process::free_port();
        let text = configuration(&setup, &slack, &pagerduty, &database, port);
        std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
        let mut this = Self {
            slack,
            pagerduty,
            url: format!("http://127.0.0.1:{port}"),
            database,
            folder,
            environment: setup.environment,
            process: None,
            client: firstlook::http::client(Duration::from_secs(15)).unwrap(),
            finished: false,
            expected: Vec::new(),
        };
        this.launch().await;
        this
    }

    /// Starts the process (again) and waits until it is ready.
    pub async fn launch(&mut self) {
        self.spawn();
        self.ready().await;
    }

    /// Starts the process (again).
    fn spawn(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.log_file()).unwrap();
        let child = command(self.folder.path(), &["serve"])
            .envs(self.environment.iter().cloned())
            .env("FIRSTLOOK_LOG", "info")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.process = Some(child);
    }

    /// Waits until it says that it can work.
    pub async fn ready(&self) {
        eventually(PATIENCE, "firstlook is ready", async || {
            let answer = self.client.get(format!("{}/readyz", self.url)).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// The address of the webhook.
    pub fn webhook(&self) -> String {
        format!("{}/webhooks/alertmanager/main", self.url)
    }

    /// Posts a body as the source does.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.client.post(self.webhook()).bearer_auth(TOKEN).body(body);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Any request, for what [`Self::post`] does not say.
    pub async fn send(&self, request: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder) -> Answer {
        Answer::of(request(&self.client).send().await.unwrap()).await
    }

    /// A page or an API path.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.client.get(format!("{}{path}", self.url)).send().await.unwrap()).await
    }

    /// All incidents, the newest first, as the API's list gives them.
    pub async fn incidents(&self) -> Vec<Value> {
        self.get("/api/v1/incidents").await.json()["items"].as_array().unwrap().clone()
    }

    /// One incident, whole.
    pub async fn incident(&self, number: i64) -> Value {
        self.get(&format!("/api/v1/incidents/{number}")).await.json()
    }

    /// Waits until the newest incident is as `as_wanted` says.
    pub async fn until(&self, what: &str, as_wanted: impl Fn(&Value) -> bool) -> Value {
        eventually(PATIENCE, what, async || {
            let newest = self.incidents().await.first()?["number"].as_i64()?;
            Some(self.incident(newest).await).filter(|incident| as_wanted(incident))
        })
        .await
    }

    /// Waits until the queue is empty but for what is parked.
    pub async fn idle(&self) {
        eventually(PATIENCE, "no job is left", async || {
            let jobs = "SELECT count(*) FROM job WHERE state <> 'parked' AND kind <> 'upkeep' AND NOT late";
            let left: i64 = self.sql(jobs).await;
            (left == 0).then_some(())
        })
        .await;
    }

    /// One number from the database.
    pub async fn sql(&self, query: &'static str) -> i64 {
        let mut connection = PgConnection::connect(&self.database).await.unwrap();
        sqlx::query(query).fetch_one(&mut connection).await.unwrap().get(0)
    }

    /// The log so far, each line as JSON.
    pub fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.log_file()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
            .collect()
    }

    /// Log lines of level ERROR that hold `words` are what this test wants to see.
    pub fn expect_error(&mut self, words: &'static str) {
        self.expected.push(words);
    }

    /// Ends it as a deploy does, and asserts what must hold at the end of every test.
    pub async fn finish(mut self) {
        self.idle().await;
        self.signal("TERM");
        self.exited().await;
        for line in self.log() {
            let text = line.to_string();
            let expected = self.expected.iter().any(|words| text.contains(words));
            assert!(line["level"] != "ERROR" || expected, "an error was logged: {text}");
        }
        let parked = self.sql("SELECT count(*) FROM job WHERE state = 'parked'").await;
        assert_eq!(parked, 0, "a job was parked");
        let unsent = self.sql("SELECT count(*) FROM edge WHERE state IN ('pending', 'sending')").await;
        assert_eq!(unsent, 0, "something was not told");
        self.finished = true;
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("firstlook.log")
    }
}

impl Drop for Firstlook {
    fn drop(&mut self) {
        if let Some(mut child) = self.process.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.log_file()).unwrap_or_default();
            let tail: Vec<&str> = log.lines().rev().take(40).collect();
            tail.iter().rev().for_each(|line| eprintln!("--- firstlook's log: {line}"));
        } else {
            assert!(self.finished, "a test must end with `finish`, which asserts what it forgot");
        }
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// Its body.
    pub text: String,
}

impl Answer {
    async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text))
    }

    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The built binary in `folder`, where its configuration is.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firstlook"));
    command.arg("--config").arg(folder.join("firstlook.yml")).args(arguments).stdin(Stdio::null());
    // No credentials but those that a test gives.
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"] {
        command.env_remove(name);
    }
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command
}
