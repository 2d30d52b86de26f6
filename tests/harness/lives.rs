//! The product's lives: it dies at a step or at any moment, or is told to go, and comes again; and a sender that comes
//! again until it is answered 2xx, as a patient one does.

use std::time::Duration;

use sqlx::{Connection, PgConnection};

use super::{Firstlook, PATIENCE, TOKEN};
use crate::support::pagerduty::PagerDuty;
use crate::support::process;
use crate::support::slack::Slack;
use crate::support::wait::eventually;

impl Firstlook {
    /// Has the database do something: another version, or a fault.
    pub async fn run(&self, statement: &'static str) {
        let mut connection = PgConnection::connect(&self.database).await.unwrap();
        sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
    }

    /// Another one over the same database, that tells the same receivers; its own fakes stay idle.
    pub async fn replica(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("127.0.0.1:{}", process::free_port());
        let text = std::fs::read_to_string(self.folder.path().join("firstlook.yml")).unwrap();
        let text = text.replace(self.url.trim_start_matches("http://"), &address);
        std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
        let mut replica = Self {
            slack: Slack::start(),
            pagerduty: PagerDuty::start(),
            url: format!("http://{address}"),
            database: self.database.clone(),
            folder,
            environment: self.environment.clone(),
            process: None,
            client: self.client.clone(),
            finished: false,
            expected: Vec::new(),
        };
        replica.launch().await;
        replica
    }

    /// Kills it as a machine that loses power does.
    pub fn kill(&mut self) {
        let mut child = self.process.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Waits for the end of a process that was told to stop.
    pub async fn exited(&mut self) {
        let mut child = self.process.take().unwrap();
        let status = tokio::task::spawn_blocking(move || child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "it did not end well: {status}");
    }

    /// Sends a signal to the process by name.
    pub fn signal(&self, name: &str) {
        process::signal(self.process.as_ref().unwrap().id(), name);
    }

    /// What it has in memory, in bytes (RSS).
    pub fn memory(&self) -> u64 {
        process::memory(self.process.as_ref().unwrap().id())
    }

    /// From now on it dies at this step, `step:n`, or at none.
    pub fn fail_at(&mut self, step: Option<&str>) {
        self.environment.retain(|(name, _)| name != firstlook::fail::VARIABLE);
        self.environment.extend(step.map(|step| (firstlook::fail::VARIABLE.to_owned(), step.to_owned())));
    }

    /// Starts it, and does not wait for anything: it may be dead at once.
    pub fn launch_unwatched(&mut self) {
        self.spawn();
    }

    /// Whether the process has ended by itself.
    pub fn is_dead(&mut self) -> bool {
        self.process.as_mut().is_none_or(|child| child.try_wait().unwrap().is_some())
    }

    /// Waits until the process has ended by itself.
    pub async fn dead(&mut self) {
        eventually(PATIENCE, "it has died", async || self.is_dead().then_some(())).await;
        self.process = None;
    }

    /// Ends it as a deploy does.
    pub async fn end(&mut self) {
        self.signal("TERM");
        self.exited().await;
    }

    /// Posts a body once; the status, or nothing where there was no answer.
    pub async fn attempt(&self, body: &str) -> Option<u16> {
        let request = self.client.post(self.webhook()).bearer_auth(TOKEN).body(body.to_owned());
        let answer = request.timeout(Duration::from_secs(12)).send().await.ok()?;
        Some(answer.status().as_u16())
    }
}
