//! What Slack refuses in `blocks` (FACTS D): unknown kinds and fields, sizes, counts. Must not know what we want
//! of our own messages; that is `house`.

use std::collections::HashSet;

use serde_json::Value;

/// Characters of text over all blocks (undocumented; FACTS D).
const ALL_BLOCKS: usize = 13_200;

/// Why Slack refuses the blocks: its error code, and what it says in `response_metadata.messages`.
#[derive(Debug, PartialEq)]
pub struct Refusal {
    /// `invalid_blocks`, `invalid_blocks_format` or `msg_blocks_too_long`.
    pub code: &'static str,
    /// One for each fault, with a JSON pointer.
    pub messages: Vec<String>,
}

/// Checks the value of `blocks`; text of blocks may be empty only where Slack lets it.
pub fn refusal(blocks: &Value) -> Option<Refusal> {
    refusal_of(blocks, 50)
}

/// The same where another number of blocks is allowed.
pub fn refusal_of(blocks: &Value, most: usize) -> Option<Refusal> {
    let Some(list) = blocks.as_array() else {
        return Some(Refusal {
            code: "invalid_blocks_format",
            messages: vec!["must be an array [json-pointer:/blocks]".to_owned()],
        });
    };
    let mut check = Check::default();
    check.count(list.len(), 0, most, "/blocks");
    let mut ids = HashSet::new();
    for (i, block) in list.iter().enumerate() {
        check.block(block, &format!("/blocks/{i}"));
        if let Some(id) = block["block_id"].as_str() {
            check.need(
                ids.insert(id),
                &format!("`block_id` {id} already exists"),
                &format!("/blocks/{i}/block_id"),
            );
        }
    }
    match (check.faults.is_empty(), check.characters > ALL_BLOCKS) {
        (true, false) => None,
        (true, true) => Some(Refusal { code: "msg_blocks_too_long", messages: Vec::new() }),
        (false, _) => Some(Refusal { code: "invalid_blocks", messages: check.faults }),
    }
}

#[derive(Default)]
struct Check {
    faults: Vec<String>,
    characters: usize,
}

const LEAF: &str = "type text style url unsafe timestamp format fallback user_id user_group_id name unicode range channel_id value";

/// The fields that a kind of block, element or rich text may have; `None` for what does not exist there.
fn fields(place: Place, kind: &str) -> Option<&'static str> {
    Some(match (place, kind) {
        (Place::Block, "header") => "type block_id text",
        (Place::Block, "section") => "type block_id text fields accessory expand",
        (Place::Block, "context" | "actions" | "rich_text") => "type block_id elements",
        (Place::Block, "image") => "type block_id alt_text image_url slack_file title",
        (Place::Block, "divider") => "type block_id",
        (Place::Block, "input") => "type block_id label element optional hint dispatch_action",
        (Place::Element, "plain_text_input") => {
            "type action_id initial_value multiline min_length max_length placeholder focus_on_load"
        }
        (Place::Element, "conversations_select") => {
            "type action_id placeholder initial_conversation default_to_current_conversation filter confirm focus_on_load"
        }
        (Place::Element, "button") => "type action_id text url value style confirm accessibility_label",
        (Place::Element, "overflow") => "type action_id options confirm",
        (Place::Element, "static_select") => {
            "type action_id options placeholder initial_option confirm focus_on_load"
        }
        (Place::Element, "multi_static_select") => {
            "type action_id options placeholder initial_options max_selected_items confirm focus_on_load"
        }
        (Place::Element, "users_select") => "type action_id placeholder initial_user confirm focus_on_load",
        (Place::Element, "multi_users_select") => {
            "type action_id placeholder initial_users max_selected_items confirm focus_on_load"
        }
        (Place::Element, "datetimepicker") => "type action_id initial_date_time confirm focus_on_load",
        (Place::Rich, "rich_text_section") => "type elements",
        (Place::Rich, "rich_text_quote") => "type elements border",
        (Place::Rich, "rich_text_preformatted") => "type elements border language",
        (Place::Rich, "rich_text_list") => "type elements style indent offset border",
        (
            Place::Leaf,
            "text" | "link" | "date" | "user" | "usergroup" | "emoji" | "broadcast" | "channel" | "color",
        ) => LEAF,
        (Place::Text, "plain_text") => "type text emoji",
        (Place::Text, "mrkdwn") => "type text verbatim",
        _ => return None,
    })
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Block,
    Element,
    Rich,
    Leaf,
    Text,
}

impl Check {
    fn need(&mut self, holds: bool, what: &str, at: &str) {
        if !holds {
            self.faults.push(format!("[ERROR] {what} [json-pointer:{at}]"));
        }
    }

    fn count(&mut self, found: usize, least: usize, most: usize, at: &str) {
        self.need(found >= least, &format!("no fewer than {least} items allowed"), at);
        self.need(found <= most, &format!("no more than {most} items allowed"), at);
    }

    fn length(&mut self, value: &Value, most: usize, at: &str) {
        let Some(text) = value.as_str() else { return self.need(false, "must be a string", at) };
        let length = text.chars().count();
        self.need(length > 0, "must be more than 0 characters", at);
        self.need(length <= most, &format!("must be less than {} characters", most + 1), at);
    }

    /// The same for a field that may be absent.
    fn optional(&mut self, owner: &Value, field: &str, most: usize, at: &str) {
        if let Some(value) = owner.get(field) {
            self.length(value, most, &format!("{at}/{field}"));
        }
    }

    /// The kind of a thing, when it exists at that place; otherwise, and for unknown fields, a fault.
    fn kind<'a>(&mut self, place: Place, value: &'a Value, at: &str) -> Option<&'a str> {
        let kind = value["type"].as_str();
        let Some(known) = kind.and_then(|k| fields(place, k)) else {
            self.need(false, &format!("unsupported type: {}", kind.unwrap_or("none")), &format!("{at}/type"));
            return None;
        };
        for name in value.as_object().into_iter().flat_map(|o| o.keys()) {
            self.need(
                known.split(' ').any(|k| k == name),
                &format!("invalid additional property: {name}"),
                at,
            );
        }
        kind
    }

    fn text(&mut self, value: &Value, plain: bool, most: usize, at: &str) {
        let Some(kind) = self.kind(Place::Text, value, at) else { return };
        self.need(!plain || kind == "plain_text", "must be plain_text", at);
        self.length(&value["text"], most, &format!("{at}/text"));
        self.characters += value["text"].as_str().map_or(0, |t| t.chars().count());
    }

    fn block(&mut self, block: &Value, at: &str) {
        let Some(kind) = self.kind(Place::Block, block, at) else { return };
        self.optional(block, "block_id", 255, at);
        let elements = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
        match kind {
            "header" => self.text(&block["text"], true, 150, &format!("{at}/text")),
            "section" => self.section(block, at),
            "context" => {
                self.count(elements.len(), 1, 10, &format!("{at}/elements"));
                self.each(elements, at, |check, e, at| match e["type"].as_str() {
                    Some("image") => check.image(e, at),
                    _ => check.text(e, false, 2000, at),
                });
            }
            "actions" => {
                self.count(elements.len(), 1, 25, &format!("{at}/elements"));
                self.each(elements, at, Self::element);
                let texts = elements.iter().any(|e| e["type"] == "plain_text_input");
                self.need(!texts, "unsupported type: plain_text_input", &format!("{at}/elements"));
                let ids: Vec<_> = elements.iter().filter_map(|e| e["action_id"].as_str()).collect();
                let distinct = ids.iter().collect::<HashSet<_>>().len() == ids.len();
                self.need(distinct, "`action_id` already exists", &format!("{at}/elements"));
            }
            "image" => self.image(block, at),
            "input" => {
                self.text(&block["label"], true, 2000, &format!("{at}/label"));
                if block.get("hint").is_some() {
                    self.text(&block["hint"], true, 2000, &format!("{at}/hint"));
                }
                self.element(&block["element"], &format!("{at}/element"));
            }
            "rich_text" => {
                self.count(elements.len(), 1, usize::MAX, &format!("{at}/elements"));
                self.each(elements, at, Self::rich);
            }
            _ => {}
        }
    }

    fn each(&mut self, elements: &[Value], at: &str, check: impl Fn(&mut Self, &Value, &str)) {
        elements.iter().enumerate().for_each(|(i, e)| check(self, e, &format!("{at}/elements/{i}")));
    }

    fn section(&mut self, block: &Value, at: &str) {
        self.need(
            block.get("text").is_some() || block.get("fields").is_some(),
            "missing required field: text",
            at,
        );
        if let Some(text) = block.get("text") {
            self.text(text, false, 3000, &format!("{at}/text"));
        }
        if let Some(fields) = block.get("fields") {
            let fields = fields.as_array().map_or(&[][..], Vec::as_slice);
            self.count(fields.len(), 1, 10, &format!("{at}/fields"));
            for (i, field) in fields.iter().enumerate() {
                self.text(field, false, 2000, &format!("{at}/fields/{i}"));
            }
        }
        if let Some(accessory) = block.get("accessory") {
            self.element(accessory, &format!("{at}/accessory"));
        }
    }

    fn image(&mut self, image: &Value, at: &str) {
        self.length(&image["alt_text"], 2000, &format!("{at}/alt_text"));
        let one = image.get("slack_file").is_some() != image.get("image_url").is_some();
        self.need(one, "must provide one of image_url and slack_file", at);
        self.optional(image, "image_url", 3000, at);
        if let Some(file) = image.get("slack_file") {
            let one = file.get("id").is_some() != file.get("url").is_some();
            self.need(one, "must provide one of id and url", &format!("{at}/slack_file"));
        }
        if let Some(title) = image.get("title") {
            self.text(title, true, 2000, &format!("{at}/title"));
        }
    }

    fn element(&mut self, element: &Value, at: &str) {
        let Some(kind) = self.kind(Place::Element, element, at) else { return };
        self.optional(element, "action_id", 255, at);
        if kind == "button" {
            self.text(&element["text"], true, 75, &format!("{at}/text"));
            self.optional(element, "value", 2000, at);
            self.optional(element, "url", 3000, at);
            let url = element.get("url").is_none_or(|u| u.as_str().is_some_and(|u| u.starts_with("http")));
            self.need(url, "must be a valid URL", &format!("{at}/url"));
            let style = matches!(element["style"].as_str(), None | Some("primary" | "danger"));
            self.need(style, "must be a valid enum value", &format!("{at}/style"));
        }
        if let Some(confirm) = element.get("confirm") {
            for (field, most) in [("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)] {
                self.text(&confirm[field], field != "text", most, &format!("{at}/confirm/{field}"));
            }
        }
        if element.get("placeholder").is_some() {
            self.text(&element["placeholder"], true, 150, &format!("{at}/placeholder"));
        }
        if matches!(kind, "overflow" | "static_select" | "multi_static_select") {
            self.options(element, if kind == "overflow" { 5 } else { 100 }, at);
        }
    }

    fn options(&mut self, element: &Value, most: usize, at: &str) {
        let options = element["options"].as_array().map_or(&[][..], Vec::as_slice);
        self.count(options.len(), 1, most, &format!("{at}/options"));
        for (i, option) in options.iter().enumerate() {
            self.text(&option["text"], true, 75, &format!("{at}/options/{i}/text"));
            self.length(&option["value"], 150, &format!("{at}/options/{i}/value"));
        }
        let several = element["initial_options"].as_array().into_iter().flatten();
        for initial in element.get("initial_option").into_iter().chain(several) {
            self.need(
                options.contains(initial),
                "must be one of the options",
                &format!("{at}/initial_option"),
            );
        }
    }

    fn rich(&mut self, part: &Value, at: &str) {
        let Some(kind) = self.kind(Place::Rich, part, at) else { return };
        let elements = part["elements"].as_array().map_or(&[][..], Vec::as_slice);
        self.need(!elements.is_empty() || kind == "rich_text_section", "no fewer than 1 items allowed", at);
        if kind == "rich_text_list" {
            let style = matches!(part["style"].as_str(), Some("bullet" | "ordered"));
            self.need(style, "must be a valid enum value", &format!("{at}/style"));
            for (i, item) in elements.iter().enumerate() {
                self.need(
                    item["type"] == "rich_text_section",
                    "unsupported type",
                    &format!("{at}/elements/{i}"),
                );
            }
            return self.each(elements, at, Self::rich);
        }
        let literal = kind == "rich_text_preformatted";
        self.each(elements, at, |check, e, at| check.leaf(e, literal, at));
    }

    fn leaf(&mut self, leaf: &Value, literal: bool, at: &str) {
        let Some(kind) = self.kind(Place::Leaf, leaf, at) else { return };
        self.need(!literal || matches!(kind, "text" | "link"), &format!("unsupported type: {kind}"), at);
        let needed = match kind {
            "text" => "text",
            "link" => "url",
            "date" => "format",
            "user" => "user_id",
            _ => "type",
        };
        self.need(
            leaf[needed].as_str().is_some_and(|t| !t.is_empty()),
            &format!("missing required field: {needed}"),
            at,
        );
        self.need(kind != "date" || leaf["timestamp"].is_i64(), "missing required field: timestamp", at);
        for field in ["text", "fallback"] {
            self.characters += leaf[field].as_str().map_or(0, |t| t.chars().count());
        }
        for (name, value) in leaf["style"].as_object().into_iter().flatten() {
            let known =
                matches!(name.as_str(), "bold" | "italic" | "strike" | "code" | "underline" | "highlight");
            self.need(
                known && value.is_boolean(),
                &format!("invalid additional property: {name}"),
                &format!("{at}/style"),
            );
        }
    }
}
