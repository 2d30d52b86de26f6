//! Messages in a person's own words, where there are templates for them.
//!
//! Knows that a message goes out whatever becomes of a template. Must not know what a template says.

use firstlook_core::notify::DigestLine;
use firstlook_core::notify::storm::Storm;
use firstlook_core::notify::templates::{Fault, News};
use firstlook_core::notify::view::Incident;
use serde_json::Value;

use super::Deliver;
use crate::receivers::{Class, SendError};

/// The kind of news of a message that is edited, or that shows an incident as it stands.
pub(super) const LEVEL: &str = "level";

impl Deliver {
    /// A living message of Slack's; `kind`: what is told.
    pub(super) fn slack_worded(&self, body: Value, view: &Incident, kind: &str) -> Value {
        let news = News { view, kind, event_id: "" };
        self.templates.slack(&body, news).unwrap_or_else(|fault| own_words(&fault, view, body))
    }

    /// A line in the thread of a message.
    pub(super) fn thread_worded(&self, body: Value, view: &Incident, kind: &str) -> Value {
        let news = News { view, kind, event_id: "" };
        self.templates.thread(&body, news).unwrap_or_else(|fault| own_words(&fault, view, body))
    }

    /// A digest.
    pub(super) fn digest_worded(&self, body: Value, lines: &[DigestLine]) -> Value {
        let said = self.templates.digest(&body, self.words.language, lines);
        said.unwrap_or_else(|fault| own_words_of_many(&fault, body))
    }

    /// A storm's message in Slack.
    pub(super) fn storm_worded(&self, body: Value, storm: &Storm) -> Value {
        let said = self.templates.storm(&body, storm);
        said.unwrap_or_else(|fault| own_words_of_many(&fault, body))
    }

    /// A storm's page.
    pub(super) fn storm_page_worded(&self, event: Value, storm: &Storm) -> Value {
        let said = self.templates.storm_page(&event, storm);
        said.unwrap_or_else(|fault| own_words_of_many(&fault, event))
    }

    /// A trigger for PagerDuty.
    pub(super) fn page_worded(&self, event: Value, view: &Incident, kind: &str) -> Value {
        let news = News { view, kind, event_id: "" };
        self.templates.pagerduty(&event, news).unwrap_or_else(|fault| own_words(&fault, view, event))
    }

    /// The report of an analysis.
    pub(super) fn report_worded(&self, markdown: String, view: &Incident) -> String {
        let news = News { view, kind: LEVEL, event_id: "" };
        self.templates.report(&markdown, news).unwrap_or_else(|fault| own_words(&fault, view, markdown))
    }

    /// The body of a webhook: by its template, or firstlook's own.
    pub(super) fn hook_body(&self, template: Option<&str>, news: News<'_>) -> Result<String, SendError> {
        // In other words than those that its server reads it would be refused there.
        let fail = |reason: String| SendError { class: Class::Fail, reason };
        match template {
            Some(name) => self.templates.body(name, news).map_err(|fault| fail(fault.to_string())),
            None => {
                let News { view, kind, event_id } = news;
                let body = firstlook_core::notify::webhook_body(view, &self.zone, kind, event_id);
                body.map(|body| body.to_string()).map_err(|error| fail(error.to_string()))
            }
        }
    }
}

/// Told late is worse than told in other words.
fn own_words<T>(fault: &Fault, view: &Incident, own: T) -> T {
    let (template, line) = (fault.file.as_str(), fault.line);
    let reason = format!("{}; {}", fault.what, fault.remedy);
    tracing::warn!(template, line, reason, incident = view.number, "told in firstlook's own words");
    own
}

/// The same where many incidents are told at once.
fn own_words_of_many<T>(fault: &Fault, own: T) -> T {
    let (template, line) = (fault.file.as_str(), fault.line);
    let reason = format!("{}; {}", fault.what, fault.remedy);
    tracing::warn!(template, line, reason, "told in firstlook's own words");
    own
}
