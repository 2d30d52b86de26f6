//! Reads a model's answer: one JSON object of the contract's form (DESIGN section 5), and nothing else.
//!
//! Knows the form and its limits. Must not know the evidence, nor whether anything in the answer is true.

use serde_json::{Map, Value};

use super::{Confidence, prompt::Prompt};

mod schema;

pub use schema::{NAME as SCHEMA_NAME, schema};

/// The longest answer that is read, in bytes. A good one has some 3,000.
pub const ANSWER_BYTES: usize = 64 * 1024;
/// The longest headline, in characters.
pub const HEADLINE_CHARS: usize = 240;
/// The longest sentence, in characters.
pub const SENTENCE_CHARS: usize = 600;
/// The most entries of each list.
pub const LIST_LENGTH: usize = 12;
/// The most ids that one sentence may cite.
pub const CITATIONS: usize = 12;
/// The longest id, in characters.
const ID_CHARS: usize = 16;

/// A model's answer before any of it is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// One sentence.
    pub headline: String,
    /// What is happening, who is affected.
    pub claims: Vec<Sentence>,
    /// Most likely first.
    pub causes: Vec<Suspect>,
    /// What it is not.
    pub ruled_out: Vec<Sentence>,
    /// What to do next.
    pub next_steps: Vec<String>,
}

/// A sentence and the ids that it cites, as the model wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence.
    pub text: String,
    /// Ids, trimmed, without brackets, in capitals.
    pub citations: Vec<String>,
}

/// A cause as the model wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// The sentence and the evidence for it.
    pub sentence: Sentence,
    /// How sure the model says it is.
    pub confidence: Confidence,
    /// The evidence against it.
    pub against: Vec<String>,
}

/// Why an answer is of no use, in words that a model can act upon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It repeats what only the prompt says. Never repaired.
    #[error("the answer repeats the instructions")]
    Leak,
    /// There is nothing in it.
    #[error("the answer is empty")]
    Empty,
    /// Longer than [`ANSWER_BYTES`].
    #[error("the answer has {0} bytes, more than {ANSWER_BYTES}")]
    TooLong(usize),
    /// It stopped in the middle.
    #[error("the answer was cut off because it is too long: write less")]
    Truncated,
    /// No `{` at all.
    #[error("the answer contains no JSON object")]
    NoObject,
    /// More than one.
    #[error("the answer contains more than one JSON object")]
    SeveralObjects,
    /// Not JSON.
    #[error("the answer is not valid JSON: {0}")]
    NotJson(String),
    /// JSON, but not of the form.
    #[error("`{place}` {wrong}")]
    Field {
        /// Such as `causes[1].confidence`.
        place: String,
        /// What is wrong with it.
        wrong: String,
    },
}

/// Reads `text`, the answer to `prompt`. A code fence or words around the one object are let pass, and so are unknown
/// keys: neither is ever told.
///
/// # Errors
/// When it is not one object of the form, beyond a limit, or repeats the prompt.
pub fn parse(text: &str, prompt: &Prompt) -> Result<Answer, AnswerError> {
    let object = read(text, &|text| prompt.leaks_into(text))?;
    let list = |name: &str| list(&object, name);
    Ok(Answer {
        headline: string(&object, "headline", "headline", HEADLINE_CHARS)?,
        claims: each(list("claims")?, "claims", sentence)?,
        causes: each(list("causes")?, "causes", suspect)?,
        ruled_out: each(list("ruled_out")?, "ruled_out", sentence)?,
        next_steps: each(list("next_steps")?, "next_steps", |value, place| {
            words(value, place, SENTENCE_CHARS)
        })?,
    })
}

/// The one object of an answer, which repeats nothing that `leaks` knows.
pub(in crate::summary) fn read(text: &str, leaks: &dyn Fn(&str) -> bool) -> Result<Value, AnswerError> {
    if leaks(text) {
        return Err(AnswerError::Leak);
    }
    if text.trim().is_empty() {
        return Err(AnswerError::Empty);
    }
    if text.len() > ANSWER_BYTES {
        return Err(AnswerError::TooLong(text.len()));
    }
    let object = Value::Object(only_object(text)?);
    // Once more over decoded strings: JSON escapes could have hidden it.
    if leaks(&object.to_string()) {
        return Err(AnswerError::Leak);
    }
    Ok(object)
}

fn only_object(text: &str) -> Result<Map<String, Value>, AnswerError> {
    let start = text.find('{').ok_or(AnswerError::NoObject)?;
    let text = text.get(start..).unwrap_or_default();
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Map<String, Value>>();
    let object = match values.next() {
        Some(Ok(object)) => object,
        Some(Err(error)) if error.is_eof() => return Err(AnswerError::Truncated),
        Some(Err(error)) => return Err(AnswerError::NotJson(error.to_string())),
        None => return Err(AnswerError::NoObject),
    };
    let rest = text.get(values.byte_offset()..).unwrap_or_default();
    if rest.contains('{') { Err(AnswerError::SeveralObjects) } else { Ok(object) }
}

pub(in crate::summary) fn wrong<T>(place: &str, wrong: impl Into<String>) -> Result<T, AnswerError> {
    Err(AnswerError::Field { place: place.to_owned(), wrong: wrong.into() })
}

/// `claims` has to be there; the other lists may be left out, which says the same as an empty one.
fn list<'a>(object: &'a Value, name: &str) -> Result<&'a [Value], AnswerError> {
    match object.get(name) {
        None | Some(Value::Null) if name != "claims" => Ok(&[]),
        Some(Value::Array(values)) if values.len() > LIST_LENGTH => {
            wrong(name, format!("has {} entries, more than {LIST_LENGTH}", values.len()))
        }
        Some(Value::Array(values)) => Ok(values),
        _ => wrong(name, "has to be a list"),
    }
}

pub(in crate::summary) fn each<T>(
    values: &[Value],
    name: &str,
    read: impl Fn(&Value, &str) -> Result<T, AnswerError>,
) -> Result<Vec<T>, AnswerError> {
    values.iter().enumerate().map(|(index, value)| read(value, &format!("{name}[{index}]"))).collect()
}

pub(in crate::summary) fn sentence(value: &Value, place: &str) -> Result<Sentence, AnswerError> {
    Ok(Sentence {
        text: string(value, "text", &format!("{place}.text"), SENTENCE_CHARS)?,
        citations: ids(value, "citations", place)?,
    })
}

/// How sure a cause says that it is.
pub(in crate::summary) fn confidence(value: &Value, place: &str) -> Result<Confidence, AnswerError> {
    let at = format!("{place}.confidence");
    let word = string(value, "confidence", &at, SENTENCE_CHARS)?;
    match word.to_ascii_lowercase().as_str() {
        "confirmed" => Ok(Confidence::Confirmed),
        "likely" => Ok(Confidence::Likely),
        "inconclusive" => Ok(Confidence::Inconclusive),
        _ => wrong(&at, "has to be confirmed, likely or inconclusive"),
    }
}

fn suspect(value: &Value, place: &str) -> Result<Suspect, AnswerError> {
    let confidence = confidence(value, place)?;
    Ok(Suspect { sentence: sentence(value, place)?, confidence, against: ids(value, "against", place)? })
}

pub(in crate::summary) fn string(
    object: &Value,
    key: &str,
    place: &str,
    most: usize,
) -> Result<String, AnswerError> {
    words(object.get(key).unwrap_or(&Value::Null), place, most)
}

pub(in crate::summary) fn words(value: &Value, place: &str, most: usize) -> Result<String, AnswerError> {
    let Value::String(text) = value else { return wrong(place, "has to be a string") };
    let text = text.trim();
    let length = text.chars().count();
    if text.is_empty() {
        return wrong(place, "is empty");
    }
    if length > most {
        return wrong(place, format!("has {length} characters, more than {most}"));
    }
    Ok(text.to_owned())
}

pub(in crate::summary) fn ids(object: &Value, key: &str, place: &str) -> Result<Vec<String>, AnswerError> {
    let place = format!("{place}.{key}");
    let values = match object.get(key) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(values)) if values.len() <= CITATIONS => values,
        _ => return wrong(&place, format!("has to be a list of at most {CITATIONS} ids")),
    };
    let mut ids = Vec::new();
    for id in each(values, &place, |value, place| words(value, place, ID_CHARS))? {
        let id = id.trim_matches(['[', ']', ' ']).to_ascii_uppercase();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests;
