//! What is read, what is refused, and in which words.

use super::*;
use crate::summary::prompt::tests::{CANARY, FENCE, prompt};
use proptest::prelude::*;

const GOOD: &str = r#"{"headline":" api fails ","claims":[{"text":"12.4% fail","citations":["[a1]","L1","l1"]}],
    "causes":[{"text":"The pool","confidence":"Likely","citations":["L1"],"against":["M1"]}],
    "ruled_out":[{"text":"DNS","citations":["M1"]}],"next_steps":["R1: look"],"extra":1}"#;

fn read(text: &str) -> Result<Answer, AnswerError> {
    parse(text, &prompt())
}

#[test]
fn the_contracts_form_is_read_with_or_without_a_fence_and_words_around() {
    let plain = read(GOOD).unwrap();
    assert_eq!(plain.headline, "api fails");
    assert_eq!(plain.claims[0].citations, ["A1", "L1"]);
    assert_eq!(plain.causes[0].confidence, Confidence::Likely);
    assert_eq!(plain.causes[0].against, ["M1"]);
    assert_eq!((plain.ruled_out.len(), &plain.next_steps[..]), (1, &["R1: look".to_owned()][..]));
    for around in [format!("```json\n{GOOD}\n```"), format!("Here it is:\n{GOOD}\nI hope it helps.")] {
        assert_eq!(read(&around).as_ref(), Ok(&plain));
    }
    let least = read(r#"{"headline":"x","claims":[]}"#).unwrap();
    assert!(least.causes.is_empty() && least.ruled_out.is_empty() && least.next_steps.is_empty());
}

#[test]
fn garbage_is_refused_in_words_that_name_the_place() {
    let long = "x".repeat(700);
    let many = vec![r#"{"text":"x","citations":[]}"#; 13].join(",");
    for (text, says) in [
        (String::new(), "empty"),
        (" \n".into(), "empty"),
        ("I cannot help with that.".into(), "no JSON object"),
        ("[1, 2]".into(), "no JSON object"),
        (r#"{"headline":"x","claims":[{"te"#.into(), "cut off"),
        (r#"{"headline":"x",}"#.into(), "not valid JSON"),
        (r#"{headline:"x"}"#.into(), "not valid JSON"),
        (format!("{GOOD} {GOOD}"), "more than one"),
        ("{".repeat(500), "not valid JSON"),
        (r#"{"headline":"x","claims":[],"a":"#.to_owned() + &"[".repeat(5_000), "not valid JSON"),
        (r#"{"claims":[]}"#.into(), "`headline` has to be a string"),
        (r#"{"headline":"","claims":[]}"#.into(), "`headline` is empty"),
        (format!(r#"{{"headline":"{long}","claims":[]}}"#), "`headline` has 700 characters, more than 240"),
        (r#"{"headline":"x"}"#.into(), "`claims` has to be a list"),
        (r#"{"headline":"x","claims":"y"}"#.into(), "`claims` has to be a list"),
        (format!(r#"{{"headline":"x","claims":[{many}]}}"#), "`claims` has 13 entries, more than 12"),
        (r#"{"headline":"x","claims":["y"]}"#.into(), "`claims[0].text` has to be a string"),
        (
            r#"{"headline":"x","claims":[{"text":"y","citations":"L1"}]}"#.into(),
            "`claims[0].citations` has to be",
        ),
        (
            r#"{"headline":"x","claims":[{"text":"y","citations":[1]}]}"#.into(),
            "`claims[0].citations[0]` has",
        ),
        (
            r#"{"headline":"x","claims":[],"causes":[{"text":"y","confidence":"high","citations":["L1"]}]}"#
                .into(),
            "`causes[0].confidence` has to be confirmed, likely or inconclusive",
        ),
        (
            r#"{"headline":"x","claims":[],"next_steps":[{"a":1}]}"#.into(),
            "`next_steps[0]` has to be a string",
        ),
        (format!(r#"{{"headline":"{}""#, "x".repeat(ANSWER_BYTES)), "more than 65536"),
    ] {
        let error = read(&text).expect_err(&text).to_string();
        assert!(error.contains(says), "{text:.60}: {error}");
    }
}

#[test]
fn an_answer_that_repeats_the_prompt_is_refused() {
    let escaped = format!("\\u00{:x}{}", CANARY.as_bytes()[0], &CANARY[1..]);
    for leaked in [CANARY, FENCE, &CANARY.to_lowercase(), &escaped] {
        let text = format!(r#"{{"headline":"as told: {leaked}","claims":[]}}"#);
        assert_eq!(read(&text), Err(AnswerError::Leak), "{leaked}");
    }
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(text in "\\PC{0,200}", at in 0usize..400) {
        let _ = read(&text);
        let mut cut = GOOD.to_owned();
        let at = (0..=at.min(cut.len())).rev().find(|at| cut.is_char_boundary(*at)).unwrap_or(0);
        cut.insert_str(at, &text);
        let _ = read(&cut);
        prop_assert!(read(&GOOD[..at.min(GOOD.len() - 1)]).is_err(), "a cut answer is never whole");
    }
}

/// The least value that a schema allows: one of each item.
fn example(schema: &Value) -> Value {
    match schema["type"].as_str().unwrap() {
        "string" => schema["enum"].get(0).cloned().unwrap_or("X1".into()),
        "array" => Value::Array(vec![example(&schema["items"])]),
        "object" => {
            let properties = schema["properties"].as_object().unwrap();
            let required: Vec<&str> =
                schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            let mut named: Vec<&str> = properties.keys().map(String::as_str).collect();
            named.sort_unstable();
            assert_eq!(
                {
                    let mut sorted = required;
                    sorted.sort_unstable();
                    sorted
                },
                named,
                "strict forms want all"
            );
            assert_eq!(schema["additionalProperties"], false);
            properties.iter().map(|(name, schema)| (name.clone(), example(schema))).collect()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn what_the_schema_allows_is_what_is_read() {
    let answer = read(&example(&schema()).to_string()).unwrap();
    let sentence = Sentence { text: "X1".to_owned(), citations: vec!["X1".to_owned()] };
    let cause = Suspect {
        sentence: sentence.clone(),
        confidence: Confidence::Confirmed,
        against: vec!["X1".to_owned()],
    };
    assert_eq!(
        answer,
        Answer {
            headline: "X1".to_owned(),
            claims: vec![sentence.clone()],
            causes: vec![cause],
            ruled_out: vec![sentence],
            next_steps: vec!["X1".to_owned()],
        }
    );
}
