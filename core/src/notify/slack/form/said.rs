//! What is said about a form: that it is taken, why there is none.
//!
//! Knows Slack's answers. Must not know what a form asks for.

use serde_json::{Value, json};

use super::super::super::words::form as words;
use super::super::blocks::{Line, rich};
use super::{Kind, Wanted};
use crate::language::Language;

/// Body of `chat.postEphemeral` for who filled a form in: that the answer comes there. Where it is refused, the answer would
/// be as well.
pub fn slack_form_taken(language: Language, user: &str, wanted: &Wanted) -> Value {
    let text = match wanted.kind {
        Kind::Moment => words::TAKEN,
        Kind::Insight => words::ASKED,
        Kind::Findings => words::FINDINGS_ASKED,
    }
    .of(language);
    let line = rich("e", Line::default().text(text).section().into_iter().collect());
    let mut body = json!({ "channel": wanted.channel, "user": user, "text": text, "blocks": [line] });
    if let Some(thread) = &wanted.thread {
        body["thread_ts"] = json!(thread);
    }
    body
}

/// Why there is no form without a bot.
pub fn form_needs_a_bot(language: Language) -> &'static str {
    words::NO_BOT.of(language)
}

/// The bot may not post where the answer would go.
pub fn form_no_way(language: Language) -> &'static str {
    words::NO_WAY.of(language)
}

/// What was filled in is not kept.
pub fn form_not_kept(language: Language) -> &'static str {
    words::NOT_KEPT.of(language)
}
