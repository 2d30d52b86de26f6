//! What Slack refuses and what we forbid ourselves (FACTS D, messages/README), checked on a finished message.

use serde_json::Value;

use super::super::text::width;
use crate::incident::Deed;

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn text_of(value: &Value) -> &str {
    value["text"].as_str().unwrap()
}

/// A `plain_text`: escaped, literal, within its room.
fn plain(value: &Value, most: usize) -> usize {
    let text = text_of(value);
    assert_eq!(
        (&value["type"], &value["emoji"]),
        (&Value::from("plain_text"), &Value::from(false)),
        "{value}"
    );
    assert!((1..=most).contains(&text.chars().count()), "{} of {most}: {text}", text.chars().count());
    assert!(!text.contains(['<', '>']), "control in {text}");
    let entities =
        text.matches("&amp;").count() + text.matches("&lt;").count() + text.matches("&gt;").count();
    assert_eq!(text.matches('&').count(), entities, "bare ampersand, or cut inside an entity: {text}");
    text.chars().count()
}

fn rich(value: &Value) -> usize {
    match value["type"].as_str().unwrap() {
        "rich_text_section" | "rich_text_quote" | "rich_text_list" => {
            let inner = value["elements"].as_array().unwrap();
            assert!(!inner.is_empty(), "empty {value}");
            inner.iter().map(rich).sum()
        }
        kind @ ("text" | "link" | "date") => {
            let shown = if kind == "date" { value["fallback"].as_str().unwrap() } else { text_of(value) };
            assert!(!shown.is_empty() && !shown.contains(['<', '>']), "{value}");
            if kind == "link" {
                let url = value["url"].as_str().unwrap();
                let ours = [
                    "https://firstlook.example.com/incidents/482",
                    "https://firstlook.example.com/?storm=",
                    "https://git.example.com/",
                    "https://example.slack.com/archives/",
                ];
                assert!(
                    ours.iter().any(|host| url.starts_with(host)) && !url.contains(['<', '>', '|', ' ']),
                    "{url}"
                );
            }
            shown.chars().count()
        }
        "user" => value["user_id"].as_str().unwrap().len(),
        "channel" => value["channel_id"].as_str().unwrap().len(),
        other => panic!("{other} is never built"),
    }
}

/// A link to the page, or a deed that names its incident; what ends an incident asks first.
fn button(value: &Value) -> usize {
    match Deed::parse(value["action_id"].as_str().unwrap()) {
        Some(deed) => {
            assert!(value["value"] == "482" && value.get("url").is_none(), "{value}");
            let must = matches!(deed, Deed::Resolve | Deed::Silence);
            assert_eq!(must, value.get("confirm").is_some(), "{value}");
            value.get("confirm").into_iter().for_each(asks);
        }
        // For all of a storm, whose number it has.
        None if value["action_id"] == "acknowledge_storm" => {
            assert!(value["value"].as_str().unwrap().parse::<i64>().is_ok(), "{value}");
            asks(&value["confirm"]);
        }
        // Closes the answer in which it stands.
        None if value["action_id"] == "dismiss" => assert_eq!(value["value"], "482"),
        None => {
            let url = value["url"].as_str().unwrap();
            let pages =
                ["incidents/482", "?storm="].map(|page| format!("https://firstlook.example.com/{page}"));
            assert!(pages.iter().any(|page| url.starts_with(page)), "{url}");
        }
    }
    plain(&value["text"], 30)
}

/// What is behind the three dots: each names its incident.
fn menu(value: &Value) -> usize {
    let options = value["options"].as_array().unwrap();
    assert!((1..=5).contains(&options.len()) && value["action_id"] == "more", "{value}");
    for option in options {
        plain(&option["text"], 75);
        assert!(option["value"].as_str().unwrap().ends_with(":482"), "{option}");
    }
    0
}

/// What is asked before a press counts.
fn asks(confirm: &Value) {
    for (field, most) in [("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)] {
        plain(&confirm[field], most);
    }
}

fn block(value: &Value) -> usize {
    match value["type"].as_str().unwrap() {
        "header" => {
            assert!(width(&unescape(text_of(&value["text"]))) <= 90, "{value}");
            plain(&value["text"], 150)
        }
        "context" => value["elements"].as_array().unwrap().iter().map(|e| plain(e, 2_000)).sum(),
        "actions" => {
            let buttons = value["elements"].as_array().unwrap();
            assert!((1..=5).contains(&buttons.len()), "{value}");
            buttons.iter().map(|one| if one["type"] == "overflow" { menu(one) } else { button(one) }).sum()
        }
        "rich_text" => {
            let told = value["elements"].as_array().unwrap().iter().map(rich).sum();
            assert!(value["block_id"] != "summary" || told <= 1_000, "the summary tells {told} of 1,000");
            told
        }
        other => panic!("{other} is never built"),
    }
}

/// Asserts that Slack takes the message and that it holds no control sequence that we did not build.
pub fn check(body: &Value) {
    let fallback = text_of(body);
    let shown = unescape(fallback);
    assert!((1..=120).contains(&width(&shown)), "{} wide: {shown}", width(&shown));
    assert!(!fallback.contains(['<', '>', '*', '_', '~', '`']), "{fallback}");
    assert!(!regex::Regex::new(r"\p{So}").unwrap().is_match(fallback), "symbol in {fallback}");
    let rings = body["blocks"].to_string().matches(r#""type":"user""#).count();
    let own = body["metadata"]["event_payload"]["kind"] == "declared";
    assert!(rings <= usize::from(own), "a mention that rings outside of an incident's own channel");
    let blocks = body["blocks"].as_array().unwrap();
    assert!((1..=50).contains(&blocks.len()));
    let all: usize = blocks.iter().map(block).sum();
    assert!(all <= 13_000, "{all} characters in all");
    let mut ids: Vec<_> = blocks.iter().filter_map(|b| b["block_id"].as_str()).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
}
