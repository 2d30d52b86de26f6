//! Which one thing to do first: a rule, never a model's choice (DESIGN section 5).
//!
//! Knows the runbook, the evidence and the summary. Must not know how it is told.

use crate::evidence::{Redacted, Redactor};
use crate::summary::{State, Summary};

use super::facts::is_id;
use super::view::{DoFirst, Evidence, Runbook};
use super::words;

/// The one thing to do first.
///
/// 1. The first next step of a ready summary that is verified: it names evidence ids (`R3`, `L1`), they exist, and
///    every token of it with a digit stands in one of those items.
/// 2. Else the runbook's first step.
/// 3. Else, without a runbook, the first next step, said to be unverified.
///
/// The contract's own first rule, a runbook step whose check was met, needs checks that are run; none are.
pub fn do_first(
    runbook: Option<&Runbook>,
    evidence: Option<&Evidence>,
    summary: Option<&Summary>,
    redactor: &Redactor,
) -> Option<DoFirst> {
    let steps = summary.filter(|s| s.state == State::Ready).map_or(&[][..], |s| &s.next_steps);
    let verified = steps.iter().find_map(|step| Some((step, verified(step, evidence?)?)));
    if let Some((step, citations)) = verified {
        return Some(suggested(step, citations, true, redactor));
    }
    if let Some((runbook, step)) = runbook.and_then(|runbook| Some((runbook, runbook.steps.first()?))) {
        let because = redactor.redact(&words::from_runbook(1, &runbook.path));
        return Some(DoFirst { text: step.text.clone(), because, citations: vec![step.id.clone()] });
    }
    steps.first().map(|step| suggested(step, Vec::new(), false, redactor))
}

fn suggested(step: &Redacted, citations: Vec<String>, verified: bool, redactor: &Redactor) -> DoFirst {
    DoFirst {
        text: redactor.redact(&without_ids(step.as_str(), &citations)),
        because: redactor.redact(words::from_summary(verified)),
        citations,
    }
}

/// The ids that a step cites, if all of them exist and hold every token of it that has a digit.
fn verified(step: &Redacted, evidence: &Evidence) -> Option<Vec<String>> {
    let (ids, others): (Vec<&str>, Vec<&str>) = tokens(step.as_str()).partition(|token| is_id(token));
    let cited: Vec<_> =
        ids.iter().filter_map(|id| evidence.items.iter().find(|item| item.id == *id)).collect();
    if ids.is_empty() || cited.len() < ids.len() {
        return None;
    }
    let stands = |token: &&str| {
        cited.iter().any(|item| item.text.as_str().contains(token) || item.title.as_str().contains(token))
    };
    let held = others.iter().filter(|token| token.chars().any(|c| c.is_ascii_digit())).all(stands);
    held.then(|| ids.into_iter().map(str::to_owned).collect())
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let outside = |c: char| !c.is_alphanumeric() && c != '%';
    text.split([' ', ',', ';', '(', ')', '[', ']'])
        .map(move |token| token.trim_matches(outside))
        .filter(|token| !token.is_empty())
}

/// The step without the citation that it begins with (`R2: roll back`, as the prompt asks for it), and without brackets
/// that hold nothing but citations: those are shown as links.
fn without_ids(step: &str, citations: &[String]) -> String {
    let first = step.split_once(':').filter(|(id, _)| citations.iter().any(|cited| cited == id.trim()));
    let mut text = first.map_or(step, |(_, rest)| rest).to_owned();
    for (open, close) in [('[', ']'), ('(', ')')] {
        let mut from = 0;
        while let Some(start) = text.get(from..).and_then(|rest| rest.find(open)).map(|at| from + at) {
            let Some(end) = text.get(start..).and_then(|rest| rest.find(close)).map(|at| start + at) else {
                break;
            };
            let only_ids = text
                .get(start + 1..end)
                .is_some_and(|inside| tokens(inside).all(|token| citations.iter().any(|id| id == token)));
            if only_ids && end > start + 1 {
                text.replace_range(start..=end, "");
                from = start;
            } else {
                from = end;
            }
        }
    }
    text.replace(" .", ".").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn with_steps(steps: &[&str], state: State) -> Summary {
        let mut summary = samples::summary();
        summary.state = state;
        summary.next_steps = steps.iter().map(|step| samples::safe(step)).collect();
        summary
    }

    #[test]
    fn the_rule_prefers_what_is_verified_and_then_the_runbook() {
        let view = samples::with_summary();
        let (runbook, evidence) = (view.runbook.as_ref(), view.evidence.as_ref());
        let step_1 = "Is the connection pool full?";
        for (steps, state, runbook, want, citations) in [
            (
                &["Look around.", "Roll back to v2.40.3 (C1, L1)."][..],
                State::Ready,
                runbook,
                "Roll back to v2.40.3.",
                &["C1", "L1"][..],
            ),
            (&["C1: Roll back to v2.40.3."], State::Ready, runbook, "Roll back to v2.40.3.", &["C1"]),
            (&["Note: roll back (C1)."], State::Ready, runbook, "Note: roll back.", &["C1"]),
            (&["Roll back to v9.9.9 [C1]."], State::Ready, runbook, step_1, &["R1"]),
            (&["Roll back [C1] [L99]."], State::Ready, runbook, step_1, &["R1"]),
            (&["Roll back now."], State::Ready, runbook, step_1, &["R1"]),
            (&["Roll back [C1]."], State::Failed, runbook, step_1, &["R1"]),
            (&["Look (now) around [C1, x]."], State::Ready, None, "Look (now) around [C1, x].", &["C1"]),
            (&["Roll back now."], State::Ready, None, "Roll back now.", &[]),
        ] {
            let summary = with_steps(steps, state);
            let first = do_first(runbook, evidence, Some(&summary), &Redactor::default()).unwrap();
            assert_eq!(
                (
                    first.text.as_str(),
                    &first.citations[..].iter().map(String::as_str).collect::<Vec<_>>()[..]
                ),
                (want, citations)
            );
        }
        assert_eq!(do_first(None, evidence, None, &Redactor::default()), None);
    }

    #[test]
    fn an_unverified_step_says_so() {
        let summary = with_steps(&["Roll back now."], State::Ready);
        let first = do_first(None, None, Some(&summary), &Redactor::default()).unwrap();
        assert!(first.because.as_str().contains("not verified"));
    }
}
