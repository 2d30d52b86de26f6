//! The report of an analysis as Markdown: a file for a thread, and for whoever keeps it.
//!
//! Knows the analysis as it is told. Must not know how it came about. What a log or a model wrote stays text: it can neither
//! close a fence nor make a heading, a link or a picture.

use super::view::Incident;
use super::words::report as words;
use super::zone::Zone;
use crate::evidence::{Item, Redacted};
use crate::language::Language;
use crate::summary::Verdict;
use crate::summary::analysis::{Advice, Analysis, Reproduce, Sentence};

/// Of an item's text, lines that are told.
const LINES: usize = 12;

/// The report; `None` where the incident has no analysis that ended with one.
pub fn analysis_markdown(incident: &Incident, zone: &Zone) -> Option<String> {
    let analysis = incident.analysis.as_ref()?;
    let report = analysis.report.as_ref()?;
    let language = incident.language;
    let mut out = format!(
        "# {}\n\n{}\n",
        words::title(language, incident.number, &text(incident.title.as_str())),
        head(incident, analysis, zone)
    );
    let told = |one: &Sentence<Redacted>| sentence(one, language);
    let advised = |one: &Advice<Redacted>| advice(one, language);
    section(&mut out, words::OVERVIEW.of(language), report.overview.iter().map(told));
    let causes = report.root_causes.iter().map(|cause| {
        let against =
            if cause.against.is_empty() { String::new() } else { words::against(language, &cause.against) };
        let sure = words::cause(language, cause.confidence, cause.severity);
        format!("**{sure}** {}{against}", told(&cause.sentence))
    });
    section(&mut out, words::ROOT_CAUSES.of(language), causes);
    let drawn = analysis.graph.as_ref().and_then(|graph| super::graph::mermaid(graph, language, zone));
    if let Some(drawn) = drawn {
        out.push_str(&format!("\n```mermaid\n{drawn}```\n"));
    }
    section(&mut out, words::IMPACT.of(language), report.impact.iter().map(told));
    let moments =
        report.timeline.iter().map(|one| format!("{} {}", text(one.at.as_str()), told(&one.sentence)));
    section(&mut out, words::TIMELINE.of(language), moments);
    section(&mut out, words::ACTIONS.of(language), report.actions.iter().map(advised));
    section(&mut out, words::PREVENTION.of(language), report.prevention.iter().map(advised));
    section(&mut out, words::NOT_KNOWN.of(language), report.gaps.iter().map(|gap| text(gap.as_str())));
    if let Some(left_out) = &report.left_out {
        out.push_str(&format!("\n{}\n", text(left_out.as_str())));
    }
    out.push_str(&format!("\n## {}\n", words::EVIDENCE.of(language)));
    analysis.items.iter().for_each(|item| evidence(&mut out, item, language));
    if !analysis.reproduce.is_empty() {
        out.push_str(&format!("\n## {}\n", words::REPRODUCE.of(language)));
        analysis.reproduce.iter().for_each(|one| again(&mut out, one, language));
    }
    Some(out)
}

/// The title of the report as a file.
pub fn analysis_file_title(incident: &Incident) -> String {
    super::words::analysis::file(incident.language, incident.number)
}

fn head(incident: &Incident, analysis: &Analysis, zone: &Zone) -> String {
    let language = incident.language;
    let model = analysis.model.as_deref().unwrap_or(words::A_MODEL.of(language));
    let took = words::took(language, &text(model), analysis);
    let times = super::words::times_within(language, zone);
    format!("{}\n\n{took}{}{times}\n", incident.url, words::CHECKED.of(language))
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

fn sentence(one: &Sentence<Redacted>, language: Language) -> String {
    let mark = match one.verdict {
        Verdict::Verified => String::new(),
        _ => format!(" *{}*", bracketed(language, words::NOT_VERIFIED.of(language))),
    };
    format!("{}{mark}{}", text(one.text.as_str()), cites(&one.citations, language))
}

fn advice(one: &Advice<Redacted>, language: Language) -> String {
    format!("{}{}", text(one.text.as_str()), cites(&one.citations, language))
}

fn cites(ids: &[String], language: Language) -> String {
    let words = ids.join(language.pick(", ", "、"));
    if ids.is_empty() { words } else { format!("{}{}", language.pick(" ", ""), bracketed(language, &words)) }
}

fn bracketed(language: Language, words: &str) -> String {
    language.pick(format!("({words})"), format!("（{words}）"))
}

/// One line in which nothing is Markdown but code spans.
pub(super) fn text(words: &str) -> String {
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

fn evidence(out: &mut String, item: &Item, language: Language) {
    let source = bracketed(language, &text(&item.source));
    out.push_str(&format!("\n**{}** {} {source}\n", item.id, text(item.title.as_str())));
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

fn again(out: &mut String, one: &Reproduce, language: Language) {
    out.push_str(&format!("\n{} {}\n", one.id, bracketed(language, &text(&one.source))));
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
            graph: None,
            reproduce: reproduce(std::slice::from_ref(&item)),
            items: vec![item],
            model: Some("m".into()),
            input_tokens: 9_000,
            cached: Default::default(),
            output_tokens: 800,
            cost_usd: Some(0.0123),
            duration_ms: 7_500,
            shared_with: None,
        }
    }

    #[test]
    fn the_report_is_told_and_what_others_wrote_stays_text() {
        let incident = Incident { analysis: Some(analysis()), ..samples::first_look() };
        let told = analysis_markdown(&incident, &Zone::utc()).unwrap();
        for part in [
            "## Overview\n\n- 12 \\<b\\>lines\\</b\\> of \\_it\\_. (L9)\n- Perhaps. *(not verified)* (L9)\n",
            "- R2: run `systemctl restart x`\n",
            "By m in 2 of 8 steps, 9000 tokens in and 800 out, $0.0123, 7 s.",
            "**L9** 12 lines: \\[x\\](y) \\!\\[z\\] (api)\n\n````\nERROR Pool\n```\n# not a heading\n````\n",
            "```\nlogcli query --from=2026-01-31T10:00:00Z\n```\n\n<https://grafana.example/x?from=1>\n",
        ] {
            assert!(told.contains(part), "{part}\n---\n{told}");
        }
        let japanese = Incident { language: Language::Ja, ..incident };
        let japanese = analysis_markdown(&japanese, &Zone::utc()).unwrap();
        for part in [
            "# #482の調査：payment-api",
            "作成：m、8ステップ中2ステップ、入力9,000トークン、出力800トークン、$0.0123、7秒。各文は、",
            "\n## 概要\n\n- 12 \\<b\\>lines\\</b\\> of \\_it\\_.（L9）\n- Perhaps. *（裏付けなし）*（L9）\n",
            "\n## 推奨する対処\n",
            "\n## 不明な点\n",
            "\n## 根拠\n\n**L9** 12 lines",
            "\n## 再現手順\n\nL9 （api）\n",
        ] {
            assert!(japanese.contains(part), "{part}\n---\n{japanese}");
        }
        assert!(!told.contains("## Impact"), "what is empty is left out");
        assert_eq!(analysis_markdown(&samples::first_look(), &Zone::utc()), None);
        let without = Analysis { report: None, ..analysis() };
        assert_eq!(
            analysis_markdown(&Incident { analysis: Some(without), ..samples::first_look() }, &Zone::utc()),
            None
        );
    }
}
