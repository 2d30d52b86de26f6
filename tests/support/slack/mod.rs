//! Slack: `chat.postMessage`, `chat.update`, files, `conversations.history`, `auth.test` and incoming webhooks (FACTS D).
//! What Slack refuses is refused; what only our own rules forbid is kept, and fails the test when the fake is dropped.

pub mod channels;
mod desk;
mod files;
mod house;
mod limits;
mod views;
pub mod workspace;

use std::sync::Arc;

use serde_json::Value;

use self::desk::{Desk, WEBHOOK};
pub use self::files::FilePost;
pub use self::house::{Way, violations};
pub use self::limits::refusal;
pub use self::workspace::Message;
use super::plan::Plan;
use super::server::{Request, Server};

/// The bot token that is taken; every other one is `invalid_auth`.
pub const TOKEN: &str = "xoxb-test-token";

/// A workspace with `#alerts` and `#alerts-critical`.
#[derive(Debug)]
pub struct Slack {
    server: Server,
    desk: Arc<Desk>,
}

impl Slack {
    /// Starts the server. Links to 127.0.0.1 and to the hosts of the samples are allowed.
    pub fn start() -> Self {
        let desk = Arc::new(Desk::default());
        let slack = Self { server: Server::start(desk.clone()), desk };
        slack.add_channel("#alerts");
        slack.add_channel("#alerts-critical");
        let hosts = [
            "http://127.0.0.1:",
            "https://firstlook.example.com",
            "https://git.example.com/",
            "https://example.slack.com/archives/",
        ];
        hosts.iter().for_each(|h| slack.allow_links(h));
        slack
    }

    /// For `api_url`: `http://127.0.0.1:PORT/api`.
    pub fn api_url(&self) -> String {
        self.server.url() + "/api"
    }

    /// For `incoming_webhook_url`; it posts to `#alerts`.
    pub fn webhook_url(&self) -> String {
        self.server.url() + WEBHOOK
    }

    /// What the next requests meet.
    pub fn plan(&self) -> &Plan {
        self.server.plan()
    }

    /// Every request, refused and unanswered ones among them.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// What stands in the channels, oldest first, with thread replies.
    pub fn all(&self) -> Vec<Message> {
        self.desk.with(|w| w.messages.clone())
    }

    /// What stands in the channels, oldest first, without thread replies.
    pub fn messages(&self) -> Vec<Message> {
        self.all().into_iter().filter(|m| m.thread_ts.is_none()).collect()
    }

    /// Another app posts a message there; its ts.
    pub fn posted_by_another(&self, channel: &str, text: &str) -> String {
        self.desk.with(|w| {
            let channel = w.channel(channel, true).cloned().expect("the channel is there");
            w.post(&channel, &serde_json::json!({ "text": text }), false)
        })
    }

    /// The thread under a message, oldest first.
    pub fn replies(&self, ts: &str) -> Vec<Message> {
        self.all().into_iter().filter(|m| m.thread_ts.as_deref() == Some(ts)).collect()
    }

    /// Makes a channel and gives its ID, under which `chat.update` knows it.
    pub fn add_channel(&self, name: &str) -> String {
        self.desk.with(|w| w.add_channel(name))
    }

    /// Posting there is `is_archived` from now on.
    pub fn archive(&self, name: &str) {
        self.desk.with(|w| w.channels.iter_mut().filter(|c| c.name == name).for_each(|c| c.archived = true));
    }

    /// Takes the bot out of a channel: posting there is `not_in_channel` from now on.
    pub fn remove_bot(&self, name: &str) {
        self.desk.with(|w| w.channels.iter_mut().filter(|c| c.name == name).for_each(|c| c.member = false));
    }

    /// Switches Slack's 1 message per second and channel on: 429 with `Retry-After: 1` beyond.
    pub fn limit_rate(&self) {
        self.desk.with(|w| w.rate_limited = true);
    }

    /// Takes the scope of files away: their methods are `missing_scope`.
    pub fn forbid_files(&self) {
        self.desk.with(|w| w.no_files = true);
    }

    /// Where answers to one person go, as a press brings it.
    pub fn response_url(&self) -> String {
        format!("{}{}", self.server.url(), desk::ANSWERS)
    }

    /// What was said to one person alone, as an answer or in a channel.
    pub fn answers(&self) -> Vec<Value> {
        self.desk.with(|w| w.answers.clone())
    }

    /// Files that were posted, each posting with its files.
    pub fn file_posts(&self) -> Vec<FilePost> {
        self.desk.with(|w| w.file_posts.clone())
    }

    /// Allows links that begin so.
    pub fn allow_links(&self, prefix: &str) {
        self.desk.with(|w| w.links.push(prefix.to_owned()));
    }

    /// Breaches of our own rules whose words contain this are no fault in this test.
    pub fn tolerate(&self, words: &str) {
        self.desk.with(|w| w.tolerated.push(words.to_owned()));
    }

    /// What Slack refused for its content, each as `method: code …`.
    pub fn refusals(&self) -> Vec<String> {
        self.desk.with(|w| w.refusals.clone())
    }

    /// What Slack warned of in an answer, such as `missing_charset`.
    pub fn warnings(&self) -> Vec<String> {
        self.desk.with(|w| w.warnings.clone())
    }

    /// Takes the breaches of our own rules so far; those not taken fail the test in the end.
    pub fn take_violations(&self) -> Vec<String> {
        self.desk.with(|w| std::mem::take(&mut w.violations))
    }
}

impl Drop for Slack {
    fn drop(&mut self) {
        let broken = self.take_violations();
        assert!(
            std::thread::panicking() || broken.is_empty(),
            "Slack messages break our own rules: {broken:#?}"
        );
    }
}
