//! The recorded answer of the trial's model: sentences that were written beforehand, whose ids and times are filled in
//! from the prompt. Everything else is done to it that is done to a model's answer.
//!
//! Pure. Knows the sample logs. Must not invent an id: what a prompt does not show is not said.

use serde_json::{Value, json};

use super::logs::{FAILURE, HEARTBEAT, RELEASE, RETRY};

/// An item of the prompt: its id, and when it was first seen.
struct Shown {
    id: String,
    time: Option<String>,
}

/// The answer to `prompt`; none where it is not about the sample's incident, since nothing was recorded for another.
pub fn to(prompt: &str) -> Option<String> {
    let failure = find(prompt, FAILURE)?;
    let release = find(prompt, RELEASE)?;
    let since = failure.time.map(|time| format!("Since {time} payments")).unwrap_or("Payments".to_owned());
    let at = release.time.map(|time| format!(" at {time}")).unwrap_or_default();
    let mut claims = vec![
        claim(&format!("{since} fail with \"{FAILURE}\"."), &failure.id),
        claim(&format!("v2.14.0 started{at} with \"hikari.maximumPoolSize=5\"."), &release.id),
        claim("Every connection of the pool is in use: \"total=5, active=5, idle=0\".", &failure.id),
    ];
    if let Some(heartbeat) = find(prompt, HEARTBEAT) {
        claims.push(claim("The heartbeat of the settlement queue has stopped as well.", &heartbeat.id));
    }
    let mut causes = vec![json!({
        "text": "v2.14.0 came with \"hikari.maximumPoolSize=5\", too small for the load.",
        "confidence": "likely", "citations": [release.id, failure.id], "against": [],
    })];
    if let Some(retry) = find(prompt, RETRY) {
        causes.push(json!({
            "text": "The provider is slow, and its calls hold connections for longer.",
            "confidence": "inconclusive", "citations": [retry.id], "against": [release.id],
        }));
    }
    let ruled_out = claim("The database is gone: the pool holds its connections (\"total=5\").", &failure.id);
    let answer = json!({
        "headline": format!("Payments fail with \"{FAILURE}\""),
        "claims": claims,
        "causes": causes,
        "ruled_out": [ruled_out],
        "next_steps": steps(prompt),
    });
    Some(answer.to_string())
}

fn claim(text: &str, id: &str) -> Value {
    json!({ "text": text, "citations": [id] })
}

fn steps(prompt: &str) -> Vec<String> {
    let known = [
        ("roll back now", "Roll back now, understand later"),
        ("call the owner", "If errors go on after the rollback, call the owner of payment-api"),
    ];
    let step = |(phrase, text): (&str, &str)| Some(format!("{}: {text}.", find(prompt, phrase)?.id));
    known.into_iter().filter_map(step).collect()
}

/// The item in whose lines `phrase` stands.
fn find(prompt: &str, phrase: &str) -> Option<Shown> {
    let mut id = None;
    // Before the data come the rules, whose examples hold ids as well.
    let data = prompt.lines().skip_while(|line| !line.starts_with("<<<DATA"));
    for line in data.map(|line| line.split_once("| ").map_or(line, |(_, rest)| rest)) {
        let first = line.split_whitespace().next().unwrap_or_default();
        if is_id(first) {
            id = Some(first);
        }
        if line.contains(phrase) {
            return id.map(|id| Shown { id: id.to_owned(), time: first_seen(prompt, id) });
        }
    }
    None
}

/// `L1 +12 09:10:33 …`: the third word of the item's own line.
fn first_seen(prompt: &str, id: &str) -> Option<String> {
    let lines =
        prompt.lines().filter_map(|line| line.split_once("| ")?.1.strip_prefix(id)?.strip_prefix(' '));
    lines.filter_map(|rest| rest.split_whitespace().nth(1)).find(|word| is_time(word)).map(str::to_owned)
}

fn is_id(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(|c| c.is_ascii_uppercase())
        && !letters.as_str().is_empty()
        && letters.all(|c| c.is_ascii_digit())
}

fn is_time(word: &str) -> bool {
    word.len() == 8
        && word.bytes().enumerate().all(|(at, b)| if at % 3 == 2 { b == b':' } else { b.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str = "cite ids such as \"L1\"\n<<<DATA abc>>>\n[RUNBOOK]\nabcd| R1 Check: one\nabcd| R6 Respond: 1\nabcd| If a deploy came before it: roll back now\n[EVIDENCE]\nabcd| L2 +2 09:05:50 payment-api INFO App: Starting PaymentApplication v2.14.0 with x\nabcd| L7 +200 09:06:35 payment-api ERROR Ctl: payment failed: Connection is not available, request timed out after 30000ms (total=5)\nabcd| L9 -126->0 INFO Worker: heartbeat: settlement queue polled, 0 waiting\n";

    #[test]
    fn ids_and_times_are_those_of_the_prompt() {
        let answer: Value = serde_json::from_str(&to(PROMPT).unwrap()).unwrap();
        let claims = answer["claims"].as_array().unwrap();
        assert_eq!(claims.len(), 4);
        assert_eq!(claims[0]["citations"], json!(["L7"]));
        assert!(claims[0]["text"].as_str().unwrap().starts_with("Since 09:06:35 payments fail"));
        assert_eq!(claims[1]["text"], "v2.14.0 started at 09:05:50 with \"hikari.maximumPoolSize=5\".");
        assert_eq!(claims[3]["citations"], json!(["L9"]));
        assert_eq!(answer["causes"].as_array().unwrap().len(), 1, "no retries are shown");
        assert_eq!(answer["next_steps"], json!(["R6: Roll back now, understand later."]));
    }

    #[test]
    fn nothing_was_recorded_for_another_incident() {
        assert_eq!(to("<<<DATA abc>>>\nabcd| L1 +3 ERROR disk full\n"), None);
        assert_eq!(to(&PROMPT.replace("<<<DATA", "DATA")), None);
    }
}
