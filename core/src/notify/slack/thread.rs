//! The lines under the living message: those that ring again are shown in the channel as well, the others are not.
//!
//! Knows which news rings. Must not know when news happens.

use serde_json::{Value, json};

use super::super::facts;
use super::super::lock::{Telling, line};
use super::super::text::{escape, one_line};
use super::super::view::Incident;
use super::super::words::{self, Again};
use super::super::zone::Zone;
use super::blocks::{Line, rich, short};
use super::metadata;

/// Body of `chat.postMessage` for news that rings: told again, risen, reopened, joined. In the thread and in the
/// channel (`reply_broadcast`). `channel_id` and `thread_ts` as the living message's post gave them.
pub fn again_line(view: &Incident, zone: &Zone, channel_id: &str, thread_ts: &str, again: Again) -> Value {
    let (lead, then) = words::again(view.language, again, view.severity);
    let mut text = Line::default().bold(&lead).text(then).time(view.started_at, zone);
    let apart = words::APART.of(view.language);
    text = text.text(words::STOP.of(view.language)).text(apart);
    if let Some(how_bad) = facts::how_bad(view) {
        text = text.text(&words::sentence(view.language, &short(&how_bad, 200))).text(apart);
    }
    let text = text.link(&view.url, &format!("#{}", view.number));
    let fallback = line(view, zone, Telling::Again(again));
    let mut body = thread(view, channel_id, thread_ts, &fallback, text, "edge");
    if let Some(fields) = body.as_object_mut() {
        fields.insert("reply_broadcast".to_owned(), json!(true));
    }
    body
}

/// Body of `chat.postMessage` for the end: in the thread alone, since nobody is woken for good news.
pub fn resolved_line(view: &Incident, zone: &Zone, channel_id: &str, thread_ts: &str) -> Value {
    let lasted = view.resolved_at.unwrap_or(view.started_at) - view.started_at;
    let text =
        Line::default().text(&words::sentence(view.language, &words::resolved_after(view.language, lasted)));
    thread(view, channel_id, thread_ts, &line(view, zone, Telling::Plain), text, "edge")
}

/// Body of `chat.postMessage` for an acknowledgement: one line in the thread.
pub fn acknowledged_line(view: &Incident, channel_id: &str, thread_ts: &str) -> Value {
    let owner = view.owner.as_ref().map(|owner| short(&one_line(owner.as_str()), 60));
    let after = view.acknowledged_at.unwrap_or(view.opened_at) - view.opened_at;
    let said = words::acknowledged(
        view.language,
        owner.as_deref().unwrap_or(words::SOMEBODY.of(view.language)),
        after,
    );
    let fallback = super::super::text::bare(&said);
    thread(view, channel_id, thread_ts, &fallback, Line::default().text(&said), "note")
}

fn thread(
    view: &Incident,
    channel_id: &str,
    thread_ts: &str,
    fallback: &str,
    text: Line,
    kind: &str,
) -> Value {
    let blocks: Vec<_> = rich("r", text.section().into_iter().collect()).into_iter().collect();
    json!({
        "channel": channel_id,
        "thread_ts": thread_ts,
        "text": escape(fallback),
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
        "metadata": metadata(view, kind),
    })
}
