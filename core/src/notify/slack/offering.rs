//! Whether an analysis is offered in a channel: "Not here again" below an offer, and the way back in what is said then.
//!
//! Knows Slack's payloads. Must not know whether they are genuine, nor where it is kept.

use serde_json::{Value, json};

use super::super::words::form as words;
use super::blocks::{Line, plain, rich};
use super::buttons::actions;
use super::form::is_channel;
use super::press::{in_slack, private};
use crate::language::{Language, Word};

/// The button of an offer, and that of what is said then.
const OFF: &str = "offer_off";
const ON: &str = "offer_on";

/// Somebody wants offers in a channel, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offering {
    /// The channel's id.
    pub channel: String,
    /// Whether offers are wanted.
    pub on: bool,
    /// Who it is: `aya in Slack`.
    pub actor: String,
    /// Where an answer to this person alone can be sent, for 30 minutes. Knowing it is enough to post there.
    pub response_url: String,
}

/// Reads the `payload` of an interaction; `None` for what is about no offers.
pub fn offering(payload: &str) -> Option<Offering> {
    let payload: Value = serde_json::from_str(payload).ok()?;
    let is = |path| payload.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let on = match is("/actions/0/action_id") {
        OFF => false,
        ON => true,
        _ => return None,
    };
    let channel = is("/actions/0/value");
    let names = ["/user/name", "/user/username", "/user/id"].map(is);
    let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    (is("/type") == "block_actions" && is_channel(channel)).then(|| Offering {
        channel: channel.to_owned(),
        on,
        actor: in_slack(name),
        response_url: is("/response_url").to_owned(),
    })
}

fn button(language: Language, action: &str, text: Word, channel: &str) -> Value {
    json!({ "type": "button", "action_id": action, "text": plain(text.of(language), 30), "value": channel })
}

/// The button below an offer.
pub(super) fn off_button(language: Language, channel: &str) -> Value {
    button(language, OFF, words::NOT_AGAIN, channel)
}

/// To the one who pressed: what holds in the channel from now on; where there are no offers, the way back.
pub fn slack_offering(language: Language, channel: &str, on: bool) -> Value {
    let text = if on { words::OFFERED_AGAIN } else { words::OFFERED_NO_MORE }.of(language);
    let line = rich("e", Line::default().text(text).section().into_iter().collect());
    let back =
        (!on).then(|| actions("act", vec![button(language, ON, words::OFFER_AGAIN, channel)])).flatten();
    private(text, line.into_iter().chain(back).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_names_its_channel_and_what_is_wanted_and_nonsense_is_nothing() {
        let payload = |kind: &str, action: &str, value: Value| {
            json!({
                "type": kind, "user": {"id": "U1", "name": "aya"}, "response_url": "https://hooks.slack.com/actions/1",
                "actions": [{"action_id": action, "value": value}],
            })
            .to_string()
        };
        for (action, on) in [(OFF, false), (ON, true)] {
            let said = offering(&payload("block_actions", action, json!("C0ALARMS"))).unwrap();
            assert_eq!(
                (said.channel.as_str(), said.on, said.actor.as_str()),
                ("C0ALARMS", on, "aya in Slack")
            );
            for odd in [json!(""), json!("#alarms"), json!("C0/../x"), json!(7), json!(null), json!("C0A\0")]
            {
                assert_eq!(offering(&payload("block_actions", action, odd.clone())), None, "{odd}");
            }
            assert_eq!(offering(&payload("view_submission", action, json!("C0ALARMS"))), None);
        }
        assert_eq!(offering(&payload("block_actions", "acknowledge", json!("C0ALARMS"))), None);
        for odd in ["", "[", "7", "{\"actions\": 7}"] {
            assert_eq!(offering(odd), None, "{odd}");
        }
    }

    #[test]
    fn who_wants_none_is_told_so_with_the_way_back() {
        let back = |said: &Value| said["blocks"][1]["elements"][0]["action_id"].clone();
        assert_eq!(back(&slack_offering(Language::En, "C0ALARMS", false)), ON);
        assert!(slack_offering(Language::Ja, "C0ALARMS", true)["blocks"][1].is_null());
        assert_eq!(off_button(Language::En, "C0ALARMS")["text"]["text"], "Not here again");
    }
}
