//! What can be pressed, chosen or filled in: buttons, menus, selects, pickers of times, text fields.
//!
//! Knows the elements of Block Kit (FACTS D). Must not know the blocks in which they stand. In the stand-in only links work.

use chrono::DateTime;
use serde::Serialize;
use serde_json::Value;

use super::blocks::text_object;
use super::span::{Reader, date, web};
use super::{array, string, words};

/// Options of a select or menu that are listed; Slack takes 100.
const LISTED: usize = 100;

/// One of them: exactly one of the kinds is set.
#[derive(Debug, Default, Serialize)]
pub(super) struct Control {
    pub button: bool,
    /// A row of three dots, behind which the options stand.
    pub overflow: bool,
    /// A box that shows a value, or what may be put there; behind it the options, if it has any.
    pub field: bool,
    /// A field of several lines.
    pub tall: bool,
    pub image: bool,
    /// What is not known is named in its text.
    pub unknown: bool,
    pub text: String,
    /// A field whose value is chosen, from the options if they are known.
    pub chooses: bool,
    /// Whether the text of a field is a mere hint of what belongs there.
    pub empty: bool,
    pub href: Option<String>,
    pub primary: bool,
    pub danger: bool,
    pub options: Vec<String>,
    pub asks: Option<Asks>,
}

/// What is asked before a button does anything.
#[derive(Debug, Serialize)]
pub(super) struct Asks {
    title: String,
    text: String,
    yes: String,
    no: String,
}

/// One element.
pub(super) fn control(element: &Value, reader: Reader) -> Control {
    let kind = string(element, "type");
    let named = |text: Option<&Value>| text.map(text_object).unwrap_or_default();
    match kind {
        "button" | "workflow_button" => Control {
            button: true,
            text: named(element.get("text")),
            href: web(string(element, "url")),
            primary: string(element, "style") == "primary",
            danger: string(element, "style") == "danger",
            asks: element.get("confirm").map(asks),
            ..Control::default()
        },
        "overflow" => Control { overflow: true, options: options(element), ..Control::default() },
        "image" => {
            Control { image: true, text: string(element, "alt_text").to_owned(), ..Control::default() }
        }
        "datetimepicker" => field(element, epoch(element, reader)),
        "datepicker" => field(element, given(element, "initial_date")),
        "timepicker" => field(element, given(element, "initial_time")),
        "plain_text_input" | "email_text_input" | "url_text_input" | "number_input" => Control {
            tall: element.get("multiline").and_then(Value::as_bool) == Some(true),
            ..field(element, given(element, "initial_value"))
        },
        "static_select" | "external_select" | "radio_buttons" | "checkboxes" | "multi_static_select" => {
            Control {
                options: options(element),
                chooses: true,
                ..field(
                    element,
                    element.get("initial_option").and_then(|option| option.get("text")).map(text_object),
                )
            }
        }
        "conversations_select"
        | "channels_select"
        | "users_select"
        | "multi_conversations_select"
        | "multi_channels_select"
        | "multi_users_select" => {
            let keys = ["initial_conversation", "initial_channel", "initial_user"];
            let here = element.get("default_to_current_conversation").and_then(Value::as_bool) == Some(true);
            let here = || here.then(|| words::WHERE_IT_IS_OPENED.of(reader.language).to_owned());
            let chosen = keys.into_iter().find_map(|key| given(element, key)).or_else(here);
            Control { chooses: true, ..field(element, chosen) }
        }
        other => Control { unknown: true, text: other.to_owned(), ..Control::default() },
    }
}

/// A box with this value, else with its placeholder.
fn field(element: &Value, value: Option<String>) -> Control {
    let placeholder = || element.get("placeholder").map(text_object).unwrap_or_default();
    let empty = value.is_none();
    Control { field: true, empty, text: value.unwrap_or_else(placeholder), ..Control::default() }
}

fn given(element: &Value, key: &str) -> Option<String> {
    element.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn epoch(element: &Value, reader: Reader) -> Option<String> {
    let at = DateTime::from_timestamp(element.get("initial_date_time")?.as_i64()?, 0)?;
    Some(date(at, "{date_num} {time}", reader))
}

fn options(element: &Value) -> Vec<String> {
    let options = array(element, "options").take(LISTED).filter_map(|option| option.get("text"));
    options.map(text_object).collect()
}

fn asks(confirm: &Value) -> Asks {
    let text = |key: &str| confirm.get(key).map(text_object).unwrap_or_default();
    Asks { title: text("title"), text: text("text"), yes: text("confirm"), no: text("deny") }
}
