//! Reads the report that a model wrote: one JSON object of the form that the prompt gives.
//!
//! Knows the form and its limits. Must not know the evidence, nor whether anything in it is true.

use serde_json::Value;

use crate::alert::Severity;
use crate::summary::Confidence;
use crate::summary::answer::{
    self, AnswerError, SENTENCE_CHARS, Sentence, each, ids, sentence, string, words, wrong,
};

/// The most entries of each list, the timeline's among them.
const LIST_LENGTH: usize = 20;
/// The longest time, in characters.
const TIME_CHARS: usize = 40;

/// A report before any of it is believed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// What happened.
    pub overview: Vec<Sentence>,
    /// Most likely first.
    pub root_causes: Vec<Suspect>,
    /// Who or what is affected.
    pub impact: Vec<Sentence>,
    /// The oldest first.
    pub timeline: Vec<Moment>,
    /// What to do now.
    pub actions: Vec<Sentence>,
    /// What would keep it from happening again.
    pub prevention: Vec<Sentence>,
    /// What is not known.
    pub gaps: Vec<String>,
}

/// A cause as the model wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// The sentence and the evidence for it.
    pub sentence: Sentence,
    /// How much of the trouble it explains.
    pub severity: Severity,
    /// How sure the model says that it is.
    pub confidence: Confidence,
    /// The evidence against it.
    pub against: Vec<String>,
}

/// A line of the timeline as the model wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Its time, as an item writes it.
    pub at: String,
    /// What happened then.
    pub sentence: Sentence,
}

/// Reads `text`. A fence of Markdown or words around the one object are let pass, and so are unknown keys.
///
/// # Errors
/// When it is not one object of the form, beyond a limit, or holds what `leaks` knows.
pub fn report(text: &str, leaks: &dyn Fn(&str) -> bool) -> Result<Written, AnswerError> {
    let object = answer::read(text, leaks)?;
    let list = |name: &'static str| list(&object, name);
    Ok(Written {
        overview: match list("overview")? {
            [] => return wrong("overview", "has to be a list of at least one sentence"),
            values => each(values, "overview", sentence)?,
        },
        root_causes: each(list("root_causes")?, "root_causes", suspect)?,
        impact: each(list("impact")?, "impact", sentence)?,
        timeline: each(list("timeline")?, "timeline", moment)?,
        actions: each(list("actions")?, "actions", advice)?,
        prevention: each(list("prevention")?, "prevention", advice)?,
        gaps: each(list("gaps")?, "gaps", |value, place| advice(value, place).map(|one| one.text))?,
    })
}

/// A list that is left out says the same as an empty one.
fn list<'a>(object: &'a Value, name: &str) -> Result<&'a [Value], AnswerError> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(values)) if values.len() > LIST_LENGTH => {
            wrong(name, format!("has {} entries, more than {LIST_LENGTH}", values.len()))
        }
        Some(Value::Array(values)) => Ok(values),
        Some(_) => wrong(name, "has to be a list"),
    }
}

fn suspect(value: &Value, place: &str) -> Result<Suspect, AnswerError> {
    let at = format!("{place}.severity");
    let word = string(value, "severity", &at, SENTENCE_CHARS)?;
    let Some(severity) = Severity::parse(&word) else {
        return wrong(&at, "has to be critical, warning or info");
    };
    Ok(Suspect {
        sentence: sentence(value, place)?,
        severity,
        confidence: answer::confidence(value, place)?,
        against: ids(value, "against", place)?,
    })
}

fn moment(value: &Value, place: &str) -> Result<Moment, AnswerError> {
    let at = string(value, "at", &format!("{place}.at"), TIME_CHARS)?;
    Ok(Moment { at, sentence: sentence(value, place)? })
}

/// What to do needs no evidence: a sentence alone will do.
fn advice(value: &Value, place: &str) -> Result<Sentence, AnswerError> {
    match value {
        Value::String(_) => {
            Ok(Sentence { text: words(value, place, SENTENCE_CHARS)?, citations: Vec::new() })
        }
        value => sentence(value, place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Written, String> {
        report(text, &|text| text.contains("canary")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_report_is_read_and_what_is_wrong_is_named() {
        let whole = r#"Here: {"overview":[{"text":" It fails. ","citations":["[l1]"]}],
            "root_causes":[{"text":"x","severity":"Critical","confidence":"likely","citations":["L1"],"against":null}],
            "timeline":[{"at":"10:00:01","text":"y","citations":["L1"]}],"actions":["R2: look",{"text":"z"}],"gaps":["g"]}"#;
        let written = read(whole).unwrap();
        assert_eq!(written.overview[0], Sentence { text: "It fails.".into(), citations: vec!["L1".into()] });
        assert_eq!(
            (written.root_causes[0].severity, written.timeline[0].at.as_str()),
            (Severity::Critical, "10:00:01")
        );
        assert_eq!((written.actions.len(), written.actions[0].text.as_str()), (2, "R2: look"));
        assert_eq!((written.gaps.as_slice(), written.prevention.len()), (&["g".to_owned()][..], 0));

        let one = r#"{"overview":[{"text":"x"}]"#;
        for (text, says) in [
            ("", "empty"),
            ("no", "no JSON object"),
            (one, "cut off"),
            (r#"{"overview":[]}"#, "`overview` has to be a list of at least one sentence"),
            (r#"{"overview":"x"}"#, "`overview` has to be a list"),
            (r#"{"overview":[{"text":7}]}"#, "`overview[0].text` has to be a string"),
            (r#"{"overview":[{"text":"canary"}]}"#, "repeats the instructions"),
            (r#"{"overview":[{"text":"\u0063anary"}]}"#, "repeats the instructions"),
            (&format!("{one},\"timeline\":[{{\"text\":\"x\"}}]}}"), "`timeline[0].at` has to be a string"),
            (&format!("{one},\"gaps\":[{}1]}}", "1,".repeat(20)), "has 21 entries"),
            (
                &format!("{one},\"root_causes\":[{{\"text\":\"x\",\"severity\":\"bad\"}}]}}"),
                "critical, warning or info",
            ),
            (
                &format!(
                    "{one},\"root_causes\":[{{\"text\":\"x\",\"severity\":\"info\",\"confidence\":\"sure\"}}]}}"
                ),
                "confirmed, likely or inconclusive",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
