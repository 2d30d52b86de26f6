//! The report of an analysis as Markdown: a file for a thread, and for whoever keeps it.
//!
//! Knows the analysis as it is told. Must not know how it came about. What a log or a model wrote stays text: it can neither
//! close a fence nor make a heading, a link or a picture.

use super::view::Incident;
use crate::evidence::{Item, Redacted};
use crate::summary::analysis::{Advice, Analysis, Reproduce, Sentence};
use crate::summary::{Confidence, Verdict};

/// Of an item's text, lines that are told.
const LINES: usize = 12;

/// The report; `None` where the incident has no analysis that ended with one.
pub fn analysis_markdown(incident: &Incident) -> Option<String> {
    let analysis = incident.analysis.as_ref()?;
    let report = analysis.report.as_ref()?;
    let mut out = format!(
        "# Analysis of #{}: {}\n\n{}\n",
        incident.number,
        text(incident.title.as_str()),
        head(incident, analysis)
    );
    section(&mut out, "Overview", report.overview.iter().map(sentence));
    let causes = report.root_causes.iter().map(|cause| {
        let against = match cause.against.as_slice() {
            [] => String::new(),
            ids => format!(" Against it: {}.", ids.join(", ")),
        };
        let sure = match cause.confidence {
            Confidence::Confirmed => "High",
            Confidence::Likely => "Medium",
            Confidence::Inconclusive => "Low",
        };
        format!("**{sure} confidence, {}:** {}{against}", cause.severity.as_str(), sentence(&cause.sentence))
    });
    section(&mut out, "Root causes", causes);
    section(&mut out, "Impact", report.impact.iter().map(sentence));
    let moments =
        report.timeline.iter().map(|one| format!("{} {}", text(one.at.as_str()), sentence(&one.sentence)));
    section(&mut out, "Timeline", moments);
    section(&mut out, "Recommended actions", report.actions.iter().map(advice));
    section(&mut out, "Prevention", report.prevention.iter().map(advice));
    section(&mut out, "Not known", report.gaps.iter().map(|gap| text(gap.as_str())));
    if let Some(left_out) = &report.left_out {
        out.push_str(&format!("\n{}\n", text(left_out.as_str())));
    }
    out.push_str("\n## Evidence\n");
    analysis.items.iter().for_each(|item| evidence(&mut out, item));
    if !analysis.reproduce.is_empty() {
        out.push_str("\n## To see the same\n");
        analysis.reproduce.iter().for_each(|one| again(&mut out, one));
    }
    Some(out)
}

fn head(incident: &Incident, analysis: &Analysis) -> String {
    let mut head = format!("{}\n\n", incident.url);
    let model = analysis.model.as_deref().unwrap_or("a model");
    let cost = analysis.cost_usd.map(|usd| format!(", ${usd:.4}")).unwrap_or_default();
    head.push_str(&format!(
        "By {} in {} of {} steps, {} tokens in and {} out{cost}, {} s. ",
        text(model),
        analysis.step,
        analysis.max_steps,
        analysis.input_tokens,
        analysis.output_tokens,
        analysis.duration_ms / 1_000,
    ));
    head.push_str(
        "Each sentence was checked against the evidence that it cites: numbers, times, names and quotations, not reasoning. \
         Advice is the model's own.\n",
    );
    head
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("\n## {title}\n\n"));
    for line in lines {
        out.push_str(&format!("- {line}\n"));
    }
}

fn sentence(one: &Sentence<Redacted>) -> String {
    let mark = if one.verdict == Verdict::Verified { "" } else { " *(not verified)*" };
    format!("{}{mark}{}", text(one.text.as_str()), cites(&one.citations))
}

fn advice(one: &Advice<Redacted>) -> String {
    format!("{}{}", text(one.text.as_str()), cites(&one.citations))
}

fn cites(ids: &[String]) -> String {
    if ids.is_empty() { String::new() } else { format!(" ({})", ids.join(", ")) }
}

/// One line in which nothing is Markdown but code spans.
fn text(words: &str) -> String {
    let mut out = String::new();
    for c in words.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn evidence(out: &mut String, item: &Item) {
    out.push_str(&format!("\n**{}** {} ({})\n", item.id, text(item.title.as_str()), text(&item.source)));
    let lines: Vec<&str> = item.text.as_str().lines().take(LINES).collect();
    if !lines.is_empty() {
        fenced(out, &lines.join("\n"));
    }
}

/// Longer than any run of backticks in it, so that nothing closes it.
fn fenced(out: &mut String, words: &str) {
    let longest = words.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    out.push_str(&format!("\n{fence}\n{words}\n{fence}\n"));
}

fn again(out: &mut String, one: &Reproduce) {
    out.push_str(&format!("\n{} ({})\n", one.id, text(&one.source)));
    if let Some(query) = &one.query {
        fenced(out, query.as_str());
    }
    if let Some(link) = &one.link {
        out.push_str(&format!("\n<{}>\n", link.as_str().replace(['<', '>', ' ', '\n'], "")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Kind, Redactor};
    use crate::notify::samples;
    use crate::summary::analysis::{Report, State, reproduce};

    fn words(text: &str) -> Redacted {
        Redactor::default().redact(text)
    }

    fn analysis() -> Analysis {
        let item = Item {
            id: "L9".into(),
            kind: Kind::Log,
            source: "api".into(),
            title: words("12 lines: [x](y) ![z]"),
            text: words("ERROR Pool\n```\n# not a heading"),
            query: Some(words("logcli query --from=2026-01-31T10:00:00Z")),
            link: Some(words("https://grafana.example/x?from=1")),
            at: None,
            frequency: None,
            chart: None,
        };
        let one = |text: &str, verdict| Sentence {
            text: words(text),
            citations: vec!["L9".into()],
            verdict,
            reason: None,
        };
        let report = Report {
            overview: vec![
                one("12 <b>lines</b> of _it_.", Verdict::Verified),
                one("Perhaps.", Verdict::Unchecked),
            ],
            root_causes: vec![],
            impact: vec![],
            timeline: vec![],
            actions: vec![Advice { text: words("R2: run `systemctl restart x`"), citations: vec![] }],
            prevention: vec![],
            gaps: vec![words("who")],
            left_out: None,
        };
        let at = chrono::DateTime::UNIX_EPOCH;
        Analysis {
            state: State::Ready,
            reason: None,
            asked_by: words("firstlook"),
            asked_at: at,
            begun_at: Some(at),
            ended_at: Some(at),
            step: 2,
            max_steps: 8,
            asked: vec![],
            report: Some(report),
            reproduce: reproduce(std::slice::from_ref(&item)),
            items: vec![item],
            model: Some("m".into()),
            input_tokens: 9_000,
            output_tokens: 800,
            cost_usd: Some(0.0123),
            duration_ms: 7_500,
            shared_with: None,
        }
    }

    #[test]
    fn the_report_is_told_and_what_others_wrote_stays_text() {
        let incident = Incident { analysis: Some(analysis()), ..samples::first_look() };
        let told = analysis_markdown(&incident).unwrap();
        for part in [
            "## Overview\n\n- 12 \\<b\\>lines\\</b\\> of \\_it\\_. (L9)\n- Perhaps. *(not verified)* (L9)\n",
            "- R2: run `systemctl restart x`\n",
            "By m in 2 of 8 steps, 9000 tokens in and 800 out, $0.0123, 7 s.",
            "**L9** 12 lines: \\[x\\](y) \\!\\[z\\] (api)\n\n````\nERROR Pool\n```\n# not a heading\n````\n",
            "```\nlogcli query --from=2026-01-31T10:00:00Z\n```\n\n<https://grafana.example/x?from=1>\n",
        ] {
            assert!(told.contains(part), "{part}\n---\n{told}");
        }
        assert!(!told.contains("## Impact"), "what is empty is left out");
        assert_eq!(analysis_markdown(&samples::first_look()), None);
        let without = Analysis { report: None, ..analysis() };
        assert_eq!(analysis_markdown(&Incident { analysis: Some(without), ..samples::first_look() }), None);
    }
}
