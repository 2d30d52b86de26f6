//! What messages say of a declared incident: where its channel is, and in that channel where it came from.
//!
//! Knows the view and the pieces. Must not know how a channel is opened. The one mention that rings is the lead, in the
//! message of that channel (messages/README 4).

use serde_json::{Value, json};

use super::super::declare::told_reason;
use super::super::text::escape;
use super::super::view::{Declared, Incident};
use super::super::words;
use super::super::zone::Zone;
use super::blocks::{Line, rich, short};
use super::metadata;
use super::press::private;
use crate::language::Language;

/// What was not done that a message lists; the page has it all.
const UNDONE: usize = 3;

/// Whether this is the channel that was opened for the incident.
pub fn is_its_own(view: &Incident, channel: &str) -> bool {
    view.declared.as_ref().and_then(|one| one.channel.as_deref()).is_some_and(|own| own == channel)
}

/// Below the buttons, once somebody declared it. `channel`: where the message stands.
pub fn block(view: &Incident, zone: &Zone, channel: &str) -> Option<Value> {
    let declared = view.declared.as_ref()?;
    let own = is_its_own(view, channel);
    let mut line = Line::default();
    if let Some(lead) = declared.lead.as_deref().filter(|_| own) {
        line = line.bold(words::LEAD.of(view.language)).user(lead).next();
    }
    line = said(line, view, declared, zone);
    line = match (own, &declared.link) {
        (true, Some(link)) => line.link(link, words::ITS_OWN_MESSAGE.of(view.language)),
        (true, None) => line,
        (false, _) => place(line, view.language, declared),
    };
    for undone in declared.undone.iter().take(UNDONE) {
        line = line.next().bold(words::UNDONE.of(view.language)).text(&told_reason(undone.as_str()));
    }
    rich("declared", line.section().into_iter().collect())
}

/// Body of `chat.postMessage`: the line in the alarm's thread that says where the channel is, or why there is none.
pub fn declared_line(view: &Incident, zone: &Zone, channel_id: &str, thread_ts: &str) -> Option<Value> {
    let declared = view.declared.as_ref()?;
    let mut line = place(said(Line::default(), view, declared, zone), view.language, declared);
    for undone in declared.undone.iter().take(UNDONE) {
        line = line.next().bold(words::UNDONE.of(view.language)).text(&told_reason(undone.as_str()));
    }
    let actor = short(declared.actor.as_str(), 40);
    let text = super::super::text::bare(&words::declared_by(view.language, &actor));
    let blocks: Vec<_> = rich("r", line.section().into_iter().collect()).into_iter().collect();
    Some(json!({
        "channel": channel_id,
        "thread_ts": thread_ts,
        "text": escape(&text),
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
        "metadata": metadata(view, "note"),
    }))
}

/// Who declared it, and when.
fn said(line: Line, view: &Incident, declared: &Declared, zone: &Zone) -> Line {
    let language = view.language;
    let (before, after) = words::DECLARED_AT;
    let actor = short(declared.actor.as_str(), 60);
    let line = line.text(&words::declared_by(language, &actor)).text(before.of(language));
    line.time(declared.at, zone).text(after.of(language))
}

/// Where its channel is.
fn place(line: Line, language: Language, declared: &Declared) -> Line {
    match &declared.channel {
        Some(channel) => {
            let (before, after) = words::GOES_ON;
            line.text(before.of(language)).channel(channel).text(after.of(language))
        }
        None if declared.undone.is_empty() => line.text(words::OPENING.of(language)),
        None => line.text(words::NO_CHANNEL.of(language)),
    }
}

/// To the one who asked for what was done before: where its channel is, or that it is on its way.
pub fn slack_declared_before(view: &Incident) -> Value {
    let language = view.language;
    let actor = view.declared.as_ref().map_or_else(String::new, |one| short(one.actor.as_str(), 60));
    let channel = view.declared.as_ref().and_then(|one| one.channel.as_deref());
    let Some(channel) = channel else {
        return super::press::slack_says(&words::declared_opening(language, view.number, &actor));
    };
    let (before, after) = words::declared_before(language, view.number, &actor);
    let line = Line::default().text(&before).channel(channel).text(after).section();
    private(&before, rich("e", line.into_iter().collect()).into_iter().collect())
}

/// To the one who asked again, while something of it was not done.
pub fn slack_declaring_again(language: Language, number: i64) -> Value {
    super::press::slack_says(&words::declaring_again(language, number))
}

#[cfg(test)]
mod tests;
