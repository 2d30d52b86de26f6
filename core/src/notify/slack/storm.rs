//! A storm as one living Slack message: edited as it grows and calms down, and in the end what is left.
//!
//! Knows Block Kit's limits. Must not know when it is told.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::lock::COLUMNS;
use super::super::storm::Storm;
use super::super::text::{bare, columns, cut, escape};
use super::super::words::{self, storm as said};
use super::super::zone::Zone;
use super::blocks::{self, Line, list, rich, short};
use super::buttons::{Buttons, actions, confirm};
use super::digest::DigestLine;

/// The button that takes all of a storm; its name stands in messages for as long as those are kept.
pub(super) const ACKNOWLEDGE_STORM: &str = "acknowledge_storm";
/// Incidents that are named.
const MOST: usize = 10;
/// Columns of a title, and of what incidents share.
const TITLE: usize = 100;

/// Body of `chat.postMessage`; `first_try` where the answer to an earlier post was lost.
pub fn slack_storm(
    storm: &Storm,
    zone: &Zone,
    channel: &str,
    buttons: Buttons,
    first_try: Option<DateTime<Utc>>,
) -> Value {
    with(
        incoming_storm(storm, zone, first_try),
        &[
            ("channel", json!(channel)),
            ("metadata", metadata(storm)),
            ("blocks", json!(body(storm, zone, buttons, first_try))),
        ],
    )
}

/// Body of `chat.update`. `channel_id` and `ts` as the post's answer gave them.
pub fn slack_storm_update(storm: &Storm, zone: &Zone, channel_id: &str, ts: &str, buttons: Buttons) -> Value {
    json!({
        "channel": channel_id,
        "ts": ts,
        "text": fallback(storm),
        "blocks": body(storm, zone, buttons, None),
        "metadata": metadata(storm),
    })
}

/// The same for an incoming webhook, which can never edit.
pub fn incoming_storm(storm: &Storm, zone: &Zone, first_try: Option<DateTime<Utc>>) -> Value {
    json!({
        "text": fallback(storm),
        "blocks": body(storm, zone, Buttons::default(), first_try),
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

fn with(mut body: Value, more: &[(&str, Value)]) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    }
    body
}

fn metadata(storm: &Storm) -> Value {
    json!({
        "event_type": "firstlook_message",
        "event_payload": { "incident": storm.number, "kind": "storm" },
    })
}

/// What a lock screen shows.
fn fallback(storm: &Storm) -> String {
    let (language, figures) = (storm.language, &storm.figures);
    let mut line = said::head(language, figures, storm.span);
    if !figures.ended && figures.services > 0 {
        line += words::COMMA.of(language);
        line += &said::services(language, figures.services);
    }
    line += words::STOP.of(language);
    if let Some(shared) = &storm.shared {
        let label = cut(&bare(shared.label.as_str()), 40, columns);
        line += words::APART.of(language);
        line += &said::shared(language, shared.count, &label);
        line += words::STOP.of(language);
    }
    if !figures.ended && figures.acknowledged == 0 {
        line += words::NOBODY_HAS_IT.of(language);
    }
    escape(&cut(&line, COLUMNS, columns))
}

fn body(storm: &Storm, zone: &Zone, buttons: Buttons, first_try: Option<DateTime<Utc>>) -> Vec<Value> {
    let (language, figures) = (storm.language, &storm.figures);
    let symbol = match (figures.ended, figures.critical) {
        (true, _) => "✓ ",
        (false, 0) => "⚠ ",
        (false, _) => "🛑 ",
    };
    let mut blocks = vec![blocks::header(&format!("{symbol}{}", said::head(language, figures, storm.span)))];
    let state = [said::name(language, storm.number), said::who(language, figures)];
    blocks.extend(blocks::context(&state.join(" · ")));
    blocks.extend(rich("facts", facts(storm, zone).section().into_iter().collect()));
    blocks.extend(rich("first", first(storm).quote().into_iter().collect()));
    let asks = buttons.presses && !figures.ended && figures.open > 0;
    let take = asks.then(|| take(storm));
    let open = json!({
        "type": "button",
        "action_id": "open",
        "text": blocks::plain(&said::open_button(language, storm.number), 75),
        "url": storm.url,
    });
    blocks.extend(actions("act", take.into_iter().chain([open]).collect()));
    blocks.extend(top(storm));
    blocks.extend(blocks::context(&said::foot(language, figures)));
    blocks.extend(
        first_try.and_then(|at| blocks::context(&words::possible_repeat(language, &zone.seconds(at)))),
    );
    blocks
}

/// Takes all of it that nobody has, once that is confirmed.
fn take(storm: &Storm) -> Value {
    let (language, yes) = (storm.language, said::ACKNOWLEDGE_ALL);
    let text = said::take_asks(language, storm.figures.open);
    json!({
        "type": "button",
        "action_id": ACKNOWLEDGE_STORM,
        "text": blocks::plain(yes.of(language), 30),
        "value": storm.number.to_string(),
        "style": "primary",
        "confirm": confirm(language, &said::take_title(language, storm.number), &text, yes),
    })
}

fn facts(storm: &Storm, zone: &Zone) -> Line {
    let (language, figures) = (storm.language, &storm.figures);
    let line = Line::default().bold(words::HOW_BAD.of(language)).text(&said::how_bad(language, figures));
    match storm.ended_at {
        Some(ended) => {
            let line = line.next().bold(words::LASTED.of(language)).time(storm.since, zone);
            line.text(words::TO.of(language)).time(ended, zone)
        }
        None => {
            let (before, after) = words::AGO;
            let line = line.next().bold(words::SINCE.of(language)).time(storm.since, zone);
            line.text(before.of(language)).ago(storm.since, zone).text(after.of(language))
        }
    }
}

/// Where to look while it lasts.
fn first(storm: &Storm) -> Line {
    let language = storm.language;
    let Some(shared) = storm.shared.as_ref().filter(|_| !storm.figures.ended) else { return Line::default() };
    let look = format!("{}{}", said::LOOK.of(language), short(shared.label.as_str(), TITLE));
    let line = Line::default().bold(words::DO_FIRST.of(language)).text("\n").bold(&look);
    line.text("\n").text(&said::carry(language, shared.count, storm.figures.all()))
}

fn top(storm: &Storm) -> Option<Value> {
    let language = storm.language;
    let shown = storm.top.iter().take(MOST);
    let sections: Vec<Value> = shown.filter_map(|one| incident(storm, one).section()).collect();
    let left = storm.figures.not_over().saturating_sub(sections.len());
    let list = list("bullet", sections)?;
    let title = if storm.figures.ended { said::STILL_OPEN } else { said::TOP };
    let title = Line::default().bold(title.of(language)).section();
    let more = (left > 0).then(|| Line::default().link(&storm.url, &said::more(language, left)).section());
    rich("top", title.into_iter().chain([list]).chain(more.flatten()).collect())
}

fn incident(storm: &Storm, one: &DigestLine) -> Line {
    let language = storm.language;
    let severity = words::severity(language, one.severity);
    let head = format!("{} {severity}{}", words::symbol(one.severity), words::COLON.of(language));
    let line = Line::default().bold(&head).text(&short(one.title.as_str(), TITLE)).text(" ");
    let line = line.link(&one.url, &format!("#{}", one.number));
    match &one.owner {
        Some(owner) => line.text(&words::digest::taken(language, &short(owner.as_str(), 60))),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::super::samples::{start, storm};
    use super::super::limits::check;
    use super::*;
    use crate::evidence::Redactor;
    use crate::language::Language;
    use crate::notify::storm::Figures;

    #[test]
    fn a_storm_says_how_much_where_and_how_each_was_told() {
        let presses = Buttons { presses: true, ..Buttons::default() };
        let body = slack_storm(&storm(34), &Zone::utc(), "#alerts", presses, None);
        check(&body);
        assert_eq!(
            body["text"],
            "Storm: 34 incidents in 1 min, 9 critical, 27 services. 31 share az=c. Nobody has it."
        );
        let said = body["blocks"].to_string();
        for words in [
            "🛑 Storm: 34 incidents in 1 min, 9 critical",
            "Storm 7 · nobody yet",
            "9 critical, 22 warning, 3 info; 27 services",
            "Look at what they share: az=c",
            "31 of 34 carry it.",
            "24 more, on the page",
            "Told one by one: 20. Told here only: 14.",
            "Open storm 7",
            "Acknowledge all",
            "acknowledge_storm",
        ] {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert_eq!(
            (&body["channel"], &body["metadata"]["event_payload"]["kind"]),
            (&json!("#alerts"), &json!("storm"))
        );
    }

    #[test]
    fn its_end_says_what_is_left_and_nothing_is_asked_of_anybody() {
        let mut storm = storm(34);
        let figures = Figures { open: 2, acknowledged: 0, left: 0, ended: true, ..storm.figures };
        storm = Storm {
            figures,
            ended_at: Some(start() + TimeDelta::minutes(21)),
            span: TimeDelta::minutes(21),
            ..storm
        };
        storm.top.truncate(2);
        let body = slack_storm_update(
            &storm,
            &Zone::utc(),
            "C1",
            "1.2",
            Buttons { presses: true, ..Buttons::default() },
        );
        check(&body);
        assert_eq!(body["text"], "Storm over after 21 min: 2 of 34 incidents still open. 31 share az=c.");
        let said = body["blocks"].to_string();
        assert!(said.contains("Still open, most severe first") && !said.contains("Look at"), "{said}");
        assert!(!said.contains("Acknowledge all"), "each is told by itself now: {said}");
        assert!(!said.contains("more, on the page") && !said.contains("When the storm ends"), "{said}");
        storm.figures.open = 0;
        storm.top.clear();
        let body = slack_storm_update(
            &storm,
            &Zone::utc(),
            "C1",
            "1.2",
            Buttons { presses: true, ..Buttons::default() },
        );
        check(&body);
        assert!(body["blocks"].to_string().contains("all are over"), "{body}");
    }

    #[test]
    fn the_longest_storm_is_within_all_limits() {
        let nasty = "&<>`*_~日本".repeat(60);
        for language in [Language::En, Language::Ja] {
            let mut storm = storm(1_000_000);
            storm.language = language;
            if let Some(shared) = &mut storm.shared {
                shared.label = Redactor::default().redact(&nasty);
            }
            for one in &mut storm.top {
                one.title = Redactor::default().redact(&nasty);
                one.owner = Some(Redactor::default().redact(&nasty));
            }
            let presses = Buttons { presses: true, ..Buttons::default() };
            check(&slack_storm(&storm, &Zone::utc(), "#alerts", presses, Some(start())));
            check(&incoming_storm(&storm, &Zone::utc(), None));
        }
    }
}
