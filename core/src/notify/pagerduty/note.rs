//! What was found out about an incident, as notes on it in PagerDuty: plain text, one for the summary, one for an analysis.
//!
//! Knows what a note says. Must not know how it is sent. Its first line is the same each time that it is made, so that a note
//! which may have been sent is found again.

use crate::evidence::Redacted;
use crate::summary::Verdict;
use crate::summary::analysis::Sentence;

use super::super::text::{angles, columns, cut, one_line};
use super::super::view::Incident;
use super::super::words::{self, report};
use super::super::zone::Zone;
use super::super::{analysis_markdown, facts};

/// Columns of one line, and characters of the whole: more is not read there, and the page has it.
const LINE: usize = 400;
const MOST: usize = 4_000;

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteOf {
    /// The summary.
    Summary,
    /// The deeper look.
    Analysis,
}

impl NoteOf {
    /// Both, in the order in which they are written.
    pub const ALL: [Self; 2] = [Self::Summary, Self::Analysis];

    /// The word of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Analysis => "analysis",
        }
    }
}

/// The note; `None` where there is nothing of this kind to say.
pub fn pagerduty_note(view: &Incident, zone: &Zone, of: NoteOf) -> Option<String> {
    let mut lines = vec![first_line(view, of)];
    match of {
        NoteOf::Summary => summary(view, zone, &mut lines)?,
        NoteOf::Analysis => analysis(view, zone, &mut lines)?,
    }
    let lines = lines.iter().map(|line| angles(&cut(&one_line(line), LINE, columns)));
    let lines = lines.scan(MOST, |room, line| {
        *room = room.checked_sub(line.chars().count() + 1)?;
        Some(line)
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// The line by which a note is known.
pub fn first_line(view: &Incident, of: NoteOf) -> String {
    let what = match of {
        NoteOf::Summary => words::DETAIL_SUMMARY,
        NoteOf::Analysis => words::NOTE_ANALYSIS,
    };
    let language = view.language;
    let (comma, colon) = (words::COMMA.of(language), words::COLON.of(language));
    angles(&format!("firstlook #{}{comma}{}{colon}{}", view.number, what.of(language), view.url))
}

fn summary(view: &Incident, zone: &Zone, lines: &mut Vec<String>) -> Option<()> {
    let told = facts::ready(view)?;
    let language = view.language;
    lines.extend(told.headline.as_ref().map(ToString::to_string));
    for verdict in [Verdict::Verified, Verdict::Unchecked] {
        let mark = if verdict == Verdict::Verified { words::VERIFIED } else { words::NOT_VERIFIED };
        let claims = facts::told(told).filter(|claim| claim.verdict == verdict);
        lines.extend(claims.map(|claim| format!("{}{}", mark.of(language), claim.text)));
    }
    let mut causes: Vec<_> = told.causes.iter().collect();
    causes.sort_by_key(|cause| words::bars(language, cause.confidence).1);
    let cause = |cause: &&crate::summary::Cause| {
        let sure = words::bars(language, cause.confidence).0;
        format!("{sure}{}{}", words::COLON.of(language), cause.text)
    };
    headed(lines, words::CAUSES.of(language), causes.iter().map(cause).collect());
    headed(lines, words::NEXT.of(language), told.next_steps.iter().map(|step| format!("- {step}")).collect());
    let model = told.model.as_deref().map(|model| cut(&one_line(model), 80, columns));
    lines.push(words::written(language, model.as_deref(), told.written_at, zone));
    Some(())
}

fn analysis(view: &Incident, zone: &Zone, lines: &mut Vec<String>) -> Option<()> {
    // Where the report as a whole is nothing to tell, a part of it is not either.
    analysis_markdown(view, zone)?;
    let report = view.analysis.as_ref()?.report.as_ref()?;
    let language = view.language;
    let told = |one: &Sentence<Redacted>| match one.verdict {
        Verdict::Verified => Some(format!("{}{}", words::VERIFIED.of(language), one.text)),
        Verdict::Unchecked => Some(format!("{}{}", words::NOT_VERIFIED.of(language), one.text)),
        Verdict::Refuted => None,
    };
    lines.extend(report.overview.iter().filter_map(told));
    let cause = |cause: &crate::summary::analysis::Cause<Redacted>| {
        let sure = report::cause(language, cause.confidence, cause.severity);
        Some(format!("{sure} {}", told(&cause.sentence)?))
    };
    headed(lines, report::ROOT_CAUSES.of(language), report.root_causes.iter().filter_map(cause).collect());
    let actions = report.actions.iter().map(|one| format!("- {}", one.text)).collect();
    headed(lines, report::ACTIONS.of(language), actions);
    let times = words::times_within(language, zone).trim_start();
    lines.extend((!times.is_empty()).then(|| times.to_owned()));
    Some(())
}

fn headed(lines: &mut Vec<String>, heading: &str, under: Vec<String>) {
    if !under.is_empty() {
        lines.push(heading.to_owned());
        lines.extend(under);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::notify::samples;
    use crate::summary::analysis::State;

    #[test]
    fn a_note_tells_what_was_found_and_what_is_not_certain() {
        let view = samples::analysed(State::Ready);
        let zone = Zone::utc();
        assert_eq!(
            pagerduty_note(&view, &zone, NoteOf::Summary).unwrap(),
            "firstlook #482, summary: https://firstlook.example.com/incidents/482\n\
             No database connection has been free since 03:04:36.\n\
             ✓ The pool timed out 182 times.\n\
             ? Not verified: The payment provider seems to have been slow first.\n\
             Likely causes\n\
             ▮▮▮ High: v2.41.0 keeps a connection while it retries.\n\
             ▮▯▯ Low: A flag made payments slower.\n\
             Next steps\n\
             - Roll back to v2.40.3 [C1].\n\
             ✓ the numbers and quotations stand in the evidence; ? nothing in it can be checked so. Causes are reasoning. \
             claude-sonnet-4-6, 18:07:31 UTC"
        );
        let told = pagerduty_note(&view, &zone, NoteOf::Analysis).unwrap();
        for part in [
            "firstlook #482, analysis: https://firstlook.example.com/incidents/482\n✓ Only kito is slow",
            "\nRoot causes\n",
            "✓ v2.41.0 holds a connection for 11.8 s while it retries.\n",
            "\nRecommended actions\n- Roll back to v2.40.3.",
        ] {
            assert!(told.contains(part), "{part} is not in {told}");
        }
        let tokyo = Zone::named("Asia/Tokyo").unwrap();
        let there = pagerduty_note(&view, &tokyo, NoteOf::Summary).unwrap();
        let foot = "claude-sonnet-4-6, 03:07:31 JST. Times in its sentences are UTC.";
        assert!(there.ends_with(foot), "what the model wrote is as it was: {there}");
        let there = pagerduty_note(&view, &tokyo, NoteOf::Analysis).unwrap();
        assert!(there.ends_with("\nTimes in its sentences are UTC."), "{there}");
        let japanese = Incident { language: Language::Ja, ..view };
        let told = pagerduty_note(&japanese, &zone, NoteOf::Analysis).unwrap();
        assert!(
            told.starts_with("firstlook #482、調査：https://") && told.contains("推奨する対処"),
            "{told}"
        );
    }

    #[test]
    fn nothing_is_noted_before_there_is_something_and_nothing_is_too_long_or_html() {
        let zone = Zone::utc();
        for view in samples::all() {
            let line = first_line(&view, NoteOf::Summary);
            match pagerduty_note(&view, &zone, NoteOf::Summary) {
                None => assert!(facts::ready(&view).is_none()),
                Some(note) => {
                    assert_eq!(note.lines().next(), Some(line.as_str()), "it is found again by this");
                    assert!(note.chars().count() <= 4_000 && !note.contains(['<', '>']), "{note}");
                    assert!(!note.contains("moon"), "what was refuted is not told: {note}");
                }
            }
        }
        assert_eq!(pagerduty_note(&samples::with_summary(), &zone, NoteOf::Analysis), None);
    }
}
