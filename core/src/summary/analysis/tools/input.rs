//! The input of a call, read key by key: what is wrong is said so that a model can mend it.
//!
//! Knows schemas of the few forms that the tools have. Must not know what a tool does.

use std::time::Duration;

use serde_json::{Map, Value};

use super::super::talk::Spec;
use crate::evidence::reach;

/// Words of one list, and the longest of them in characters.
pub(super) const WORDS: usize = 8;
const WORD_CHARS: usize = 120;
/// The longest value that something is compared with, in characters.
const VALUE_CHARS: usize = 500;
/// What CloudWatch takes as dimensions of one metric.
const PAIRS: usize = 30;

/// The input of one call, and what its tool takes.
pub(super) struct Input<'a> {
    pub spec: &'a Spec,
    pub given: Option<&'a Map<String, Value>>,
}

impl Input<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        self.given?.get(key).filter(|value| !value.is_null())
    }

    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// No key beside those of the schema.
    pub fn known(&self) -> Result<(), String> {
        let takes = |key: &str| self.spec.input["properties"].get(key).is_some();
        let Some(wrong) = self.given.into_iter().flatten().map(|(key, _)| key).find(|key| !takes(key)) else {
            return Ok(());
        };
        let keys: Vec<&str> = self.spec.input["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key.as_str())
            .collect();
        let wrong: String = wrong.chars().take(WORD_CHARS).collect();
        Err(format!("`{}` has no input `{wrong}`. It takes: {}.", self.spec.name, keys.join(", ")))
    }

    pub fn text(&self, key: &str, most: usize) -> Result<String, String> {
        match self.get(key) {
            Some(Value::String(text)) if text.trim().is_empty() => Err(format!("`{key}` is empty.")),
            Some(Value::String(text)) if text.chars().count() > most => {
                Err(format!("`{key}` has more than {most} characters."))
            }
            Some(Value::String(text)) => Ok(text.trim().replace('\0', "")),
            Some(_) => Err(format!("`{key}` has to be a string.")),
            None => Err(format!("`{key}` is missing.")),
        }
    }

    pub fn choice(&self, key: &str) -> Result<String, String> {
        let text = self.text(key, WORD_CHARS)?;
        let choices: Vec<&str> = self.spec.input["properties"][key]["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        match choices.iter().find(|choice| choice.eq_ignore_ascii_case(&text)) {
            Some(choice) => Ok((*choice).to_owned()),
            None => Err(format!("`{key}` is {text:?}, and has to be one of: {}.", choices.join(", "))),
        }
    }

    /// Models write numbers as strings as well.
    pub fn number(&self, key: &str) -> Result<usize, String> {
        let number = match self.get(key) {
            None => Some(0),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(value) => value.as_u64(),
        };
        number
            .and_then(|number| usize::try_from(number).ok())
            .ok_or_else(|| format!("`{key}` has to be a whole number from 0."))
    }

    /// A value that something is compared with.
    pub fn value(&self, key: &str) -> Result<String, String> {
        let text = self.get(key).and_then(plain).filter(|text| text.chars().count() <= VALUE_CHARS);
        text.filter(|text| !text.is_empty())
            .ok_or_else(|| format!("`{key}` has to be a string of at most {VALUE_CHARS} characters."))
    }

    /// An object of strings.
    pub fn pairs(&self, key: &str) -> Result<Vec<(String, String)>, String> {
        let wrong = || {
            format!(
                "`{key}` has to be an object of at most {PAIRS} strings, such as {{\"FunctionName\": \"pay\"}}."
            )
        };
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let object = value.as_object().filter(|object| object.len() <= PAIRS).ok_or_else(wrong)?;
        let fits = |text: &String| !text.is_empty() && text.chars().count() <= VALUE_CHARS;
        let pair = |(name, value): (&String, &Value)| {
            let value = plain(value).filter(|value| fits(value) && fits(name));
            value.map(|value| (name.clone(), value)).ok_or_else(wrong)
        };
        object.iter().map(pair).collect()
    }

    /// Where one word is meant, models write it without its list.
    pub fn words(&self, key: &str) -> Result<Vec<String>, String> {
        let values = match self.get(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(values)) if values.len() <= WORDS => values.clone(),
            Some(one @ Value::String(_)) => vec![one.clone()],
            Some(_) => return Err(format!("`{key}` has to be a list of at most {WORDS} strings.")),
        };
        let word = |value: &Value| {
            let text = value.as_str().map(str::trim).filter(|text| text.chars().count() <= WORD_CHARS);
            text.map(|text| text.replace('\0', ""))
                .ok_or_else(|| format!("`{key}` has to hold strings of at most {WORD_CHARS} characters."))
        };
        let words: Vec<String> = values.iter().map(word).collect::<Result<_, _>>()?;
        Ok(words.into_iter().filter(|word| !word.is_empty()).collect())
    }
}

/// As a string; models write 502 as a number.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().replace('\0', "")),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// PromQL and LogQL have three ways to look at another time than the one that was set: two are refused, and the third, a
/// range, may come to `most`.
pub(super) fn bounded(query: &str, most: Duration) -> Result<(), String> {
    let plain = reach::plain(query).map_err(|unread| unread.to_string())?;
    let word = |word: &str| {
        plain.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w.eq_ignore_ascii_case(word))
    };
    if word("offset") || plain.contains('@') {
        return Err("The times are the incident's: leave out `offset` and `@`.".to_owned());
    }
    match reach::reach(query).map_err(|unread| unread.to_string())? {
        reach if reach > most => Err(format!(
            "The query reads too far back: its ranges, those within each other added up, may come to at most {most} \
             (`[{most}]`). It is run for the incident's window and for normal times already.",
            most = reach::written(most)
        )),
        _ => Ok(()),
    }
}
