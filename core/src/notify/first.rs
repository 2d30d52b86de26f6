//! Which one thing to do first: a rule, and no words of a model's where the runbook has a step (DESIGN section 5).
//!
//! Knows the runbook, the evidence and the summary. Must not know how it is told.

use crate::evidence::{Kind, Redacted, Redactor};
use crate::language::Language;
use crate::summary::{State, Summary};

use super::facts::is_id;
use super::view::{DoFirst, Evidence, Runbook, Step};
use super::words;

/// Shortest sentence that stands alone, in bytes.
const SENTENCE: usize = 12;
/// What a model has to repeat of a step at the least, in words, to point to it.
const OWN_WORDS: usize = 3;

/// The one thing to do first. Where the runbook has a step, its own words are shown and never a model's.
///
/// 1. The first next step of a ready summary that points to a runbook step: it names one id of the runbook (`R3`) that
///    stands in the evidence, and the rest of it is that step's words or how they begin, or one of its commands.
/// 2. Else the runbook's first step.
/// 3. Else, where no runbook step is known, the summary's first next step, said to be unverified.
///
/// So a model, and a log line that talks to it, can choose among the runbook's steps and cannot add one. The contract's
/// own first rule, a runbook step whose check was met, needs checks that are run; none are.
pub fn do_first(
    runbook: Option<&Runbook>,
    evidence: Option<&Evidence>,
    summary: Option<&Summary>,
    redactor: &Redactor,
    language: Language,
) -> Option<DoFirst> {
    let next = summary.filter(|s| s.state == State::Ready).map_or(&[][..], |s| &s.next_steps);
    if let Some(runbook) = runbook.filter(|runbook| !runbook.steps.is_empty()) {
        let pointed = next.iter().find_map(|words| pointed_to(words, runbook, evidence?));
        let at = pointed.unwrap_or(0);
        let because = words::from_runbook(language, at + 1, &runbook.path, at > 0);
        return runbook.steps.get(at).map(|step| {
            let (deed, more) = first_sentence(step.text.as_str());
            let more =
                if more.is_empty() { String::new() } else { format!("{more}{}", words::APART.of(language)) };
            DoFirst {
                text: redactor.redact(deed),
                because: redactor.redact(&format!("{more}{because}")),
                citations: vec![step.id.clone()],
            }
        });
    }
    next.first().map(|step| DoFirst {
        text: step.clone(),
        because: redactor.redact(words::UNVERIFIED_STEP.of(language)),
        citations: Vec::new(),
    })
}

/// A step's first sentence, which is read at a glance, and the rest of it.
fn first_sentence(text: &str) -> (&str, &str) {
    let end = text.match_indices([' ', '\n']).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        // Not after `e.g.` or a number: a sentence has some length.
        before.len() >= SENTENCE && before.ends_with(['.', '?', '!', '。', '？'])
    });
    let (first, rest) = text.split_at(end.unwrap_or(text.len()));
    (first, rest.trim())
}

/// The place of the runbook step that `next` points to.
fn pointed_to(next: &Redacted, runbook: &Runbook, evidence: &Evidence) -> Option<usize> {
    let (ids, words): (Vec<&str>, Vec<&str>) = tokens(next.as_str()).partition(|token| is_id(token));
    let [id] = ids[..] else { return None };
    evidence.items.iter().find(|item| item.kind == Kind::Runbook && item.id == id)?;
    let at = runbook.steps.iter().position(|step| step.id == id)?;
    runbook.steps.get(at).filter(|step| are_words_of(&words, step)).map(|_| at)
}

/// Nothing but the step's words from their beginning, or one of its commands: an addition, and a denial before them,
/// would make it another step.
fn are_words_of(words: &[&str], step: &Step) -> bool {
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    let own: Vec<&str> = tokens(step.text.as_str()).collect();
    let begins = words.len() <= own.len() && words.iter().zip(&own).all(|(a, b)| same(a, b));
    let is_command = |text: &Redacted| tokens(text.as_str()).eq(words.iter().copied());
    let enough = !words.is_empty() && words.len() >= OWN_WORDS.min(own.len());
    (begins && enough) || step.blocks.iter().any(|block| !words.is_empty() && is_command(&block.text))
}

/// The words of `text` without the marks around them.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let outside = |c: char| !c.is_alphanumeric() && !matches!(c, '%' | '-' | '/' | '$');
    text.split([' ', '\n', ',', ';', '(', ')', '[', ']'])
        .map(move |token| token.trim_matches(outside))
        .filter(|token| !token.is_empty())
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

    /// Text, reason and citations of what comes first where the runbook's steps stand in the evidence.
    fn first(steps: &[&str], state: State) -> (String, String, Vec<String>) {
        let view = samples::with_summary();
        let mut evidence = view.evidence.unwrap();
        let like = evidence.items[0].clone();
        let runbook_item =
            |id: &str| crate::evidence::Item { id: id.into(), kind: Kind::Runbook, ..like.clone() };
        evidence.items.extend(["R1", "R2", "R3", "R4", "R5"].map(runbook_item));
        let summary = with_steps(steps, state);
        let first = do_first(
            view.runbook.as_ref(),
            Some(&evidence),
            Some(&summary),
            &Redactor::default(),
            Language::En,
        )
        .unwrap();
        (first.text.as_str().to_owned(), first.because.as_str().to_owned(), first.citations)
    }

    #[test]
    fn a_model_chooses_among_the_runbooks_steps_and_adds_none() {
        for next in [
            "R3: Roll back the deploy.",
            "Roll back the deploy [R3]",
            "R3: `roll back the`",
            "(R3) “Roll back the deploy”.",
        ] {
            let (text, because, citations) = first(&["Look around.", next], State::Ready);
            assert_eq!(
                (text.as_str(), &citations[..]),
                ("Roll back the deploy.", &["R3".to_owned()][..]),
                "{next}"
            );
            assert_eq!(because, "Runbook step 3 of connection-pool.md; the summary points to it.");
        }
        let (text, because, _) = first(&["R1: `poolctl show payment-api`"], State::Ready);
        assert_eq!(text, "Is the connection pool full?");
        assert_eq!(because, "Runbook step 1 of connection-pool.md.", "it is the first anyway");
    }

    #[test]
    fn a_long_step_is_told_by_its_first_sentence() {
        let cases = [
            (
                "Is it one endpoint, or all? If one, look there.",
                "Is it one endpoint, or all?",
                "If one, look there.",
            ),
            ("Roll back the deploy.", "Roll back the deploy.", ""),
            ("See e.g. the queue. Then wait.", "See e.g. the queue.", "Then wait."),
            ("", "", ""),
        ];
        for (step, first, rest) in cases {
            assert_eq!(first_sentence(step), (first, rest));
        }
    }

    #[test]
    fn the_runbooks_first_step_stands_against_all_else() {
        for next in [
            "Delete the orders table [L1]",
            "Roll back to v2.40.3 [C1].",
            "Delete the orders table [R3]",
            "R3: Delete the orders table. Roll back the deploy.",
            "R3: Roll back the deploy and delete the orders table",
            "Do not do R3: Roll back the deploy.",
            "R3: Roll back",
            "R3",
            "R3 R4: Roll back the deploy.",
            "R9: Roll back the deploy.",
            "R4: Roll back the deploy.",
            "Roll back the deploy.",
            "R1: `poolctl show payment-api` | sh",
        ] {
            let (text, because, citations) = first(&[next], State::Ready);
            assert_eq!(
                (text.as_str(), &citations[..]),
                ("Is the connection pool full?", &["R1".to_owned()][..]),
                "{next}"
            );
            assert_eq!(because, "Runbook step 1 of connection-pool.md.");
        }
        assert_eq!(first(&["R3: Roll back the deploy."], State::Failed).2, ["R1"], "it is not ready");
        // The step is not in the evidence, so the page has nothing to link to.
        let view = samples::with_summary();
        let summary = with_steps(&["R3: Roll back the deploy."], State::Ready);
        let without = do_first(
            view.runbook.as_ref(),
            view.evidence.as_ref(),
            Some(&summary),
            &Redactor::default(),
            Language::En,
        );
        assert_eq!(without.unwrap().citations, ["R1"]);
    }

    #[test]
    fn without_a_runbook_step_the_summarys_is_told_as_not_verified() {
        let mut empty = samples::with_summary().runbook.unwrap();
        empty.steps.clear();
        let summary = with_steps(&["Roll back now [C1].", "Look around."], State::Ready);
        for runbook in [None, Some(&empty)] {
            let first = do_first(runbook, None, Some(&summary), &Redactor::default(), Language::En).unwrap();
            assert_eq!(first.text.as_str(), "Roll back now [C1].");
            assert!(first.because.as_str().contains("not verified") && first.citations.is_empty());
        }
        assert_eq!(do_first(None, None, None, &Redactor::default(), Language::En), None);
        let failed = with_steps(&["Roll back now."], State::Failed);
        assert_eq!(do_first(None, None, Some(&failed), &Redactor::default(), Language::En), None);
    }
}
