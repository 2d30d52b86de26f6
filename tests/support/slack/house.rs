//! What we ask of our own Slack messages beyond Slack's limits: no control sequence that we did not build, no link
//! outside the configured hosts, a fallback that fits a lock screen. Slack itself would accept all of these.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

static CONTROL: LazyLock<Regex> = LazyLock::new(|| Regex::new("<[^>]*>").unwrap());
static DATE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^<!date\^\d{9,11}\^[^|<>^]*\{[a-z_]+\}[^|<>^]*\|[^<>|]+>$").unwrap());
static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^<(https?://[^|<>\s]+)\|[^<>|]+>$").unwrap());
static MENTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"<!(here|channel|everyone|subteam)|<@|<#|"broadcast""#).unwrap());
static SYMBOL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\p{So}").unwrap());

/// How the message was sent; each way has fields of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// `chat.postMessage`
    Post,
    /// `chat.update`
    Update,
    /// An incoming webhook.
    Webhook,
}

/// Whether a link stays within the allowed prefixes: the next character ends the host, or the prefix did.
pub fn allowed(url: &str, prefixes: &[String]) -> bool {
    let within = |rest: &str, prefix: &str| {
        rest.is_empty() || prefix.ends_with(['/', ':']) || rest.starts_with(['/', '?', '#'])
    };
    prefixes.iter().any(|p| url.strip_prefix(p.as_str()).is_some_and(|rest| within(rest, p)))
}

/// Columns on a screen, where a kanji or an emoji takes two. Ranges of East Asian Width W and F.
pub fn width(text: &str) -> usize {
    let wide = |c: char| {
        matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
            | 0xFE30..=0xFE6F | 0xFF01..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1F64F | 0x1F680..=0x1F6FF
            | 0x1F900..=0x1F9FF | 0x20000..=0x3FFFD)
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Whether an ampersand stands there that no escape began.
fn bare_ampersand(text: &str) -> bool {
    text.match_indices('&').any(|(i, _)| !["&amp;", "&lt;", "&gt;"].iter().any(|e| text[i..].starts_with(e)))
}

/// Every rule that the message breaks, in words.
pub fn violations(message: &Value, way: Way, links: &[String]) -> Vec<String> {
    let mut house = House { links, faults: Vec::new(), characters: 0 };
    house.envelope(message, way);
    house.blocks(message["blocks"].as_array().map_or(&[][..], Vec::as_slice));
    house.faults
}

struct House<'a> {
    links: &'a [String],
    faults: Vec<String>,
    characters: usize,
}

impl House<'_> {
    fn need(&mut self, holds: bool, what: &str) {
        if !holds {
            self.faults.push(what.to_owned());
        }
    }

    fn envelope(&mut self, message: &Value, way: Way) {
        let text = message["text"].as_str().unwrap_or_default();
        let columns = width(&unescaped(text));
        self.need((1..=120).contains(&columns), &format!("fallback is {columns} wide, 120 at most"));
        self.need(
            !text.contains(['<', '>', '*', '_', '~', '`']),
            &format!("control or markup in fallback: {text}"),
        );
        self.need(!bare_ampersand(text), &format!("& not escaped: {text}"));
        self.need(!SYMBOL.is_match(text), &format!("emoji in fallback: {text}"));
        let raw = message.to_string();
        self.need(!MENTION.is_match(&raw), "mention");
        let declared = message["metadata"]["event_payload"]["kind"] == "declared";
        let rings = raw.matches(r#""type":"user""#).count();
        self.need(rings <= usize::from(declared), "a mention that rings outside declare");
        if way == Way::Post {
            let off = message["unfurl_links"] == false && message["unfurl_media"] == false;
            self.need(off, "unfurl must be off");
        }
        if way != Way::Webhook {
            self.need(
                message["metadata"]["event_type"] == "firstlook_message",
                "metadata of firstlook_message",
            );
            let extra = ["link_names", "parse", "attachments"].iter().any(|f| message.get(f).is_some());
            self.need(!extra, "link_names, parse, attachments");
        }
    }

    fn blocks(&mut self, blocks: &[Value]) {
        self.need(!blocks.is_empty(), "no blocks");
        blocks.iter().for_each(|b| self.block(b));
        let characters = self.characters;
        self.need(characters <= 13_000, &format!("{characters} characters in all blocks"));
    }

    fn block(&mut self, block: &Value) {
        let elements = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
        match block["type"].as_str().unwrap_or_default() {
            "header" => {
                self.text(&block["text"], "header");
                let shown = unescaped(block["text"]["text"].as_str().unwrap_or_default());
                self.need(width(&shown) <= 90, &format!("header is over three phone lines: {shown}"));
            }
            "section" => {
                let fields = block["fields"].as_array().into_iter().flatten();
                block.get("text").into_iter().chain(fields).for_each(|t| self.text(t, "section"));
            }
            "context" => elements.iter().for_each(|e| self.text(e, "context")),
            "actions" => self.actions(elements),
            "image" => block.get("title").into_iter().for_each(|t| self.text(t, "image title")),
            "rich_text" => elements.iter().for_each(|e| self.rich(e)),
            _ => {}
        }
        if block["block_id"].as_str().is_some_and(|id| id.starts_with("summary")) {
            let parts = elements.iter().flat_map(|e| e["elements"].as_array().into_iter().flatten());
            let texts = parts.filter(|e| e["type"] == "text").filter_map(|e| e["text"].as_str());
            let told: usize = texts.map(|t| t.chars().count()).sum();
            self.need(told <= 1000, &format!("summary tells {told} of 1,000 characters"));
        }
    }

    fn actions(&mut self, elements: &[Value]) {
        self.need(elements.len() <= 5, "more than 5 actions");
        let primary = elements.iter().filter(|e| e["style"] == "primary").count();
        self.need(primary <= 1, "one primary button");
        for element in elements {
            let action = element["action_id"].as_str().unwrap_or_default();
            if element["type"] == "button" {
                self.text(&element["text"], "button");
                let label = element["text"]["text"].as_str().unwrap_or_default();
                self.need(label.chars().count() <= 30, &format!("button is cut on a phone: {label}"));
            }
            element["url"].as_str().into_iter().for_each(|u| self.link(u));
            let asks = !["resolve", "silence_1h", "storm_acknowledge"].contains(&action)
                || element.get("confirm").is_some();
            self.need(asks, &format!("{action} asks first"));
            let options = element["options"].as_array().into_iter().flatten().map(|o| &o["text"]);
            let confirm =
                element["confirm"].as_object().into_iter().flat_map(|c| c.values()).filter(|v| v.is_object());
            options.chain(confirm).for_each(|t| self.text(t, action));
        }
    }

    fn link(&mut self, url: &str) {
        self.need(
            allowed(url, self.links) && url.len() <= 3000,
            &format!("link outside the configured hosts: {url}"),
        );
    }

    fn text(&mut self, value: &Value, place: &str) {
        let text = value["text"].as_str().unwrap_or_default();
        self.characters += text.chars().count();
        self.need(!bare_ampersand(text), &format!("& not escaped in {place}: {text}"));
        if value["type"] == "plain_text" {
            self.need(
                !text.contains(['<', '>']),
                &format!("control character in plain_text {place}: {text}"),
            );
            self.need(value["emoji"] == false, &format!("{place}: emoji must be false"));
            return;
        }
        for sequence in CONTROL.find_iter(text).map(|m| m.as_str()) {
            match LINK.captures(sequence) {
                Some(link) => self.link(&link[1]),
                None => self.need(DATE.is_match(sequence), &format!("control sequence {sequence}")),
            }
        }
        let rest = CONTROL.replace_all(text, "");
        self.need(!rest.contains(['<', '>']), &format!("stray < or > in {place}: {text}"));
        self.need(value["verbatim"] == true, &format!("{place}: verbatim must be true"));
    }

    fn rich(&mut self, part: &Value) {
        if let Some(elements) = part["elements"].as_array() {
            self.need(!elements.is_empty(), "empty rich text");
            return elements.iter().for_each(|e| self.rich(e));
        }
        let kind = part["type"].as_str().unwrap_or_default();
        let built = ["text", "link", "date", "user", "channel"].contains(&kind);
        self.need(built, &format!("rich element {kind} (broadcast, usergroup, emoji are never built)"));
        for text in ["text", "fallback"].iter().filter_map(|f| part[f].as_str()) {
            self.characters += text.chars().count();
            self.need(!text.contains(['<', '>']), &format!("< or > in rich text: {text}"));
        }
        part["url"].as_str().into_iter().for_each(|u| self.link(u));
        if kind == "date" {
            let token = part["format"].as_str().is_some_and(|f| f.contains('{'));
            let fallback = part["fallback"].as_str().is_some_and(|f| !f.is_empty());
            let seconds =
                part["timestamp"].as_i64().is_some_and(|t| (1_500_000_000..2_500_000_000).contains(&t));
            self.need(token && fallback && seconds, "date: fallback, token, seconds");
        }
    }
}
