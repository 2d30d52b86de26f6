//! An incident as a Slack message: one living message, edited in place, and the few lines under it that ring.
//!
//! Knows Block Kit and its limits (FACTS D; samples: messages/README). Must not know how a message is sent, nor its
//! token. Nothing above the buttons grows when evidence and summary arrive below it.

mod analysis;
mod blocks;
mod body;
mod buttons;
mod declare_form;
mod declared;
mod deed_forms;
mod digest;
mod form;
mod key;
mod menu;
mod modal;
mod offer;
mod offering;
mod press;
mod storm;
mod summary;
mod thread;
mod worded;

#[cfg(test)]
pub(super) mod limits;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::incident::Status;

use super::facts;
use super::lock::{Telling, line};
use super::text::{columns, cut, escape, one_line};
use super::view::Incident;
use super::words;
use super::zone::Zone;

pub use analysis::{analysis_post, analysis_update};
pub use buttons::Buttons;
pub use declare_form::{
    DeclareForm, DeclareSubmission, declare_fault, declare_refused, slack_declare_form, slack_no_declare_form,
};
pub use declared::{declared_line, slack_declared_before, slack_declaring_again};
pub use deed_forms::{DeedSubmission, DeedWanted, slack_resolve_form, slack_silence_form};
pub use digest::{DigestLine, digest_line, incoming_digest, slack_digest};
pub use form::{
    Answers, Form, Kind as FormKind, Submission, Wanted, all_findings, days_of, form_needs_a_bot,
    form_no_way, form_not_kept, services_of, slack_findings_form, slack_form, slack_form_taken,
    slack_insight_form,
};
pub use key::{bears, keyed};
pub use menu::{Choice, slack_why};
pub use modal::{FormFault, Modal, modal, slack_form_faults};
pub use offer::{Event, Offers, Pointed, Posted, Under, event as slack_event, pointed, slack_offer};
pub use offering::{Offering, offering, slack_offering};
pub use press::{
    Command, Press, command, in_slack, press, slack_already, slack_dismiss, slack_done, slack_help,
    slack_not_done, slack_nothing_to_judge, slack_open, slack_show, slack_silenced, slack_storm_taken,
    slack_unknown,
};
pub use storm::{incoming_storm, slack_storm, slack_storm_update};
pub use thread::{acknowledged_line, again_line, resolved_line};
pub(super) use worded::{add_note, header_block, header_text, line_text, word_line};

/// Body of `chat.postMessage` for an incident that has no message yet. `channel`: its id, or its name with `#`.
pub fn slack_post(view: &Incident, zone: &Zone, channel: &str, buttons: Buttons) -> Value {
    let own = declared::is_its_own(view, channel);
    let telling = if own { Telling::Declared } else { Telling::Plain };
    post(view, zone, channel, telling, living(view, zone, Kept::Edited, buttons, channel))
}

/// The same after the answer to a post was lost, at `first_try`: that post may exist, and this one says so.
pub fn slack_post_again(
    view: &Incident,
    zone: &Zone,
    channel: &str,
    buttons: Buttons,
    first_try: DateTime<Utc>,
) -> Value {
    let mut blocks = living(view, zone, Kept::Edited, buttons, channel);
    blocks.extend(blocks::context(&words::possible_repeat(view.language, &zone.seconds(first_try))));
    post(view, zone, channel, Telling::PossibleRepeat, blocks)
}

/// Body of `chat.update`. `channel_id` and `ts` as the post's answer gave them: a name is not taken here.
pub fn slack_update(view: &Incident, zone: &Zone, channel_id: &str, ts: &str, buttons: Buttons) -> Value {
    json!({
        "channel": channel_id,
        "ts": ts,
        "text": fallback(view, zone, Telling::Plain),
        "blocks": living(view, zone, Kept::Edited, buttons, channel_id),
        "metadata": metadata(view, kind(view, channel_id)),
    })
}

/// Body for an incoming webhook, which can neither edit nor answer in a thread: the message once, and that it will
/// not change.
pub fn incoming_webhook(view: &Incident, zone: &Zone) -> Value {
    let mut blocks = living(view, zone, Kept::Once, Buttons::default(), "");
    if view.standing() != Status::Resolved {
        blocks.extend(blocks::context(words::NO_EDITS.of(view.language)));
    }
    json!({
        "text": fallback(view, zone, Telling::Plain),
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

fn post(view: &Incident, zone: &Zone, channel: &str, telling: Telling, blocks: Vec<Value>) -> Value {
    json!({
        "channel": channel,
        "text": fallback(view, zone, telling),
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
        "metadata": metadata(view, kind(view, channel)),
    })
}

/// Which message it is: the one of the channel that was opened for the incident names its lead.
fn kind(view: &Incident, channel: &str) -> &'static str {
    if declared::is_its_own(view, channel) { "declared" } else { "living" }
}

/// What a lock screen shows, escaped.
fn fallback(view: &Incident, zone: &Zone, telling: Telling) -> String {
    escape(&line(view, zone, telling))
}

/// What lets a message be found again after a lost answer.
fn metadata(view: &Incident, kind: &str) -> Value {
    json!({
        "event_type": "firstlook_message",
        "event_payload": { "incident": view.number, "kind": kind, "version": view.version },
    })
}

/// What becomes of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// It is edited when more is known.
    Edited,
    /// It stays as it was posted.
    Once,
}

/// The blocks of the living message, as it stands in `channel`.
fn living(view: &Incident, zone: &Zone, kept: Kept, buttons: Buttons, channel: &str) -> Vec<Value> {
    let mut blocks = vec![header(view)];
    blocks.extend(blocks::context(&state_line(view, zone)));
    let row = buttons::row(view, buttons);
    if view.standing() == Status::Resolved {
        blocks.extend(body::end(view, zone));
        blocks.extend(row);
        blocks.extend(buttons::feedback(view, buttons));
        blocks.extend(declared::block(view, zone, channel));
        blocks.extend(blocks::context(words::RESOLVED_FOOT.of(view.language)));
        return blocks;
    }
    blocks.extend(body::facts(view, zone));
    blocks.extend(body::first(view));
    blocks.extend(row);
    blocks.extend(declared::block(view, zone, channel));
    match facts::ready(view) {
        Some(told) => blocks.extend(summary::block(view, told)),
        None if facts::collected(view) => blocks.extend(body::delta(view, zone)),
        None => blocks.extend(body::earlier(view, zone)),
    }
    if facts::ready(view).is_none() {
        blocks.extend(body::runbook(view));
    }
    blocks.extend(body::gaps(view));
    blocks.extend(blocks::context(&provenance(view, zone, kept)));
    blocks
}

fn header(view: &Incident) -> Value {
    let (language, title) = (view.language, one_line(view.title.as_str()));
    let colon = words::COLON.of(language);
    if view.standing() == Status::Resolved {
        let lasted = view.resolved_at.unwrap_or(view.started_at) - view.started_at;
        return blocks::header(&format!("✓ {}{colon}{title}", words::resolved_after(language, lasted)));
    }
    let (symbol, severity) = (words::symbol(view.severity), words::severity(language, view.severity));
    blocks::header(&format!("{symbol} {severity}{colon}{title}"))
}

/// `○ Open · #482 · prod-tokyo · PaymentApi5xxRateHigh`.
fn state_line(view: &Incident, zone: &Zone) -> String {
    let owner = view.owner.as_ref().map(|owner| blocks::short(owner.as_str(), 40));
    let mut parts = vec![words::state(view.language, view.standing(), view.severity, owner.as_deref())];
    parts.extend(view.declared.iter().map(|_| words::DECLARED.of(view.language).to_owned()));
    parts.extend(view.flags.iter().map(|flag| match &view.flap {
        Some(flap) if flag == "flapping" => {
            let (since, until) = (zone.time(flap.last), zone.time(flap.until));
            let quiet = (view.status == Status::Resolved).then_some((since.as_str(), until.as_str()));
            format!("⇅ {}", words::flapping(view.language, flap, quiet))
        }
        _ => words::flag(view.language, flag),
    }));
    parts.extend(view.silenced_until.map(|until| words::silenced(view.language, &zone.time(until))));
    parts.push(format!("#{}", view.number));
    parts.extend(facts::place(view));
    parts.extend(facts::alarm(view));
    cut(&parts.join(" · "), 150, columns)
}

/// Where what stands above comes from, and what still follows.
fn provenance(view: &Incident, zone: &Zone, kept: Kept) -> String {
    let asked = view.summary.as_ref().filter(|_| facts::left_to_analysis(view));
    let follows = kept == Kept::Edited && asked.is_none();
    if let Some(told) = facts::ready(view) {
        let model = told.model.as_deref().map(|model| cut(&one_line(model), 80, columns));
        return words::written(view.language, model.as_deref(), told.written_at, zone);
    }
    let without = view.summary.as_ref().and_then(|summary| {
        let reason = summary.reason.as_ref().map(|reason| blocks::short(reason.as_str(), 300));
        words::no_summary(view.language, summary.state, reason.as_deref())
    });
    let collected = view.evidence.as_ref().and_then(|evidence| Some((evidence, evidence.collected_at?)));
    match (without, collected) {
        (Some(words), _) => words,
        (None, Some((evidence, at))) => {
            let (items, gaps) = (evidence.items.len(), evidence.gaps.len());
            let said = words::evidence(view.language, &zone.seconds(at), items, gaps, follows);
            let instead = asked.and_then(|summary| summary.reason.as_ref());
            let instead = instead.map(|reason| blocks::short(reason.as_str(), 300));
            said + &instead.map(|words| format!("{}{words}", view.language.pick(" ", ""))).unwrap_or_default()
        }
        (None, None) => {
            let path = view.runbook.as_ref().map(|runbook| blocks::short(runbook.path.as_str(), 80));
            words::first_look(view.language, path.as_deref(), follows)
        }
    }
}
