//! Where the text of each template goes, and the limits that hold there whatever it says.
//!
//! Knows the messages as they are made. Must not know how a template is rendered.

use serde_json::{Map, Value, json};

use super::super::pagerduty;
use super::super::slack;
use super::engine::{Fault, Shape};
use super::{News, Templates};

/// A message that a person can word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The title line of a Slack message.
    SlackTitle,
    /// Lines of a person's own below the facts of a Slack message.
    SlackNote,
    /// What PagerDuty shows on a phone and reads out.
    PagerdutySummary,
    /// PagerDuty's details, `name: value` line by line.
    PagerdutyDetails,
    /// The Markdown report of an analysis.
    Report,
    /// A line in the thread of a Slack message.
    SlackThread,
    /// The title of a digest in Slack.
    SlackDigest,
    /// The title of a storm's message in Slack.
    SlackStorm,
    /// What PagerDuty shows of a storm.
    PagerdutyStorm,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 9] = [
        Self::SlackTitle,
        Self::SlackNote,
        Self::PagerdutySummary,
        Self::PagerdutyDetails,
        Self::Report,
        Self::SlackThread,
        Self::SlackDigest,
        Self::SlackStorm,
        Self::PagerdutyStorm,
    ];

    /// The name of its template's file, without `.hbs`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SlackTitle => "slack_title",
            Self::SlackNote => "slack_note",
            Self::PagerdutySummary => "pagerduty_summary",
            Self::PagerdutyDetails => "pagerduty_details",
            Self::Report => "report",
            Self::SlackThread => "slack_thread",
            Self::SlackDigest => "slack_digest",
            Self::SlackStorm => "slack_storm",
            Self::PagerdutyStorm => "pagerduty_storm",
        }
    }

    /// The place of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.as_str() == name)
    }

    pub(super) fn shape(self) -> Shape {
        if self == Self::Report { Shape::Markdown } else { Shape::Plain }
    }

    /// Whether its message is about many incidents, so that no single one can be looked at by it.
    pub fn is_of_many(self) -> bool {
        matches!(self, Self::SlackDigest | Self::SlackStorm | Self::PagerdutyStorm)
    }

    /// Where nothing is a thing to say.
    pub(super) fn may_be_empty(self) -> bool {
        self == Self::SlackNote
    }
}

impl Templates {
    /// A living message of Slack's with its title and note as a person words them.
    ///
    /// # Errors
    /// When a template cannot be rendered for this incident: then `body` is what there is to send.
    pub fn slack(&self, body: &Value, news: News<'_>) -> Result<Value, Fault> {
        let mut body = body.clone();
        let Some(blocks) = body.get_mut("blocks").and_then(Value::as_array_mut) else { return Ok(body) };
        if let Some(header) = blocks.first_mut() {
            let default = slack::header_text(header);
            if let Some(title) = self.rendered(Place::SlackTitle, news, json!(default)) {
                *header = slack::header_block(&title?);
            }
        }
        if let Some(note) = self.rendered(Place::SlackNote, news, json!("")) {
            slack::add_note(blocks, &note?);
        }
        Ok(body)
    }

    /// A line in a thread as a person words it; what it leads to stays.
    ///
    /// # Errors
    /// When the template cannot be rendered for this incident: then `body` is what there is to send.
    pub fn thread(&self, body: &Value, news: News<'_>) -> Result<Value, Fault> {
        let mut body = body.clone();
        if let Some(words) = self.rendered(Place::SlackThread, news, json!(slack::line_text(&body))) {
            slack::word_line(&mut body, &words?);
        }
        Ok(body)
    }

    /// A trigger for PagerDuty with summary and details as a person words them.
    ///
    /// # Errors
    /// When a template cannot be rendered for this incident: then `event` is what there is to send.
    pub fn pagerduty(&self, event: &Value, news: News<'_>) -> Result<Value, Fault> {
        let mut event = event.clone();
        let Some(payload) = event.get_mut("payload").and_then(Value::as_object_mut) else { return Ok(event) };
        let had = |payload: &Map<String, Value>, key: &str| payload.get(key).cloned().unwrap_or_default();
        if let Some(words) = self.rendered(Place::PagerdutySummary, news, had(payload, "summary")) {
            payload.insert("summary".to_owned(), json!(pagerduty::summary_of(&words?)));
        }
        if let Some(words) = self.rendered(Place::PagerdutyDetails, news, had(payload, "custom_details")) {
            payload.insert("custom_details".to_owned(), pagerduty::details_of(&words?));
        }
        Ok(event)
    }

    /// The report of an analysis as a person words it.
    ///
    /// # Errors
    /// When the template cannot be rendered for this incident: then `markdown` is what there is.
    pub fn report(&self, markdown: &str, news: News<'_>) -> Result<String, Fault> {
        self.rendered(Place::Report, news, json!(markdown)).unwrap_or_else(|| Ok(markdown.to_owned()))
    }
}
