//! The data of a prompt: fenced, every line marked, every part with its cap.
//!
//! Knows how facts are written down for a model. Must not know the rules that the model is given about them.

use super::Facts;
use crate::evidence::{Item, Kind, known};

const TITLE_CHARS: usize = 300;
const LABELS: usize = 30;
const LABEL_CHARS: usize = 200;
const ARCHITECTURE_CHARS: usize = 2_000;
const ALARM_CHARS: usize = 2_000;
const RUNBOOK_CHARS: usize = 6_000;
const HISTORY_CHARS: usize = 2_000;
const DOCUMENTS_CHARS: usize = 3_000;
/// The pack's own cap is 16,000 (DESIGN section 4); the rest is for the marks of its lines.
const PACK_CHARS: usize = 20_000;
const GAPS: usize = 10;
const GAP_CHARS: usize = 300;

/// What every line of data begins with: a piece of the fence, so that no line can be forged.
pub(in crate::summary) fn mark(fence: &str) -> String {
    format!("{}| ", fence.get(..4).unwrap_or(fence))
}

/// All facts between the fence's two lines.
pub(in crate::summary) fn data(facts: &Facts<'_>, fence: &str) -> String {
    let mark = mark(fence);
    let mut out = format!("<<<DATA {fence}>>>\n");
    let mut section = |name: &str, text: &str, cap: usize| {
        if !text.is_empty() {
            out.push_str(&format!("[{name}]\n"));
            out.push_str(&marked(&text.replace(fence, ""), &mark, cap));
        }
    };
    section("INCIDENT", &incident(facts), TITLE_CHARS + 200 + LABELS * (2 * LABEL_CHARS + 10));
    section("ARCHITECTURE", facts.architecture.map_or("", |a| a.as_str()), ARCHITECTURE_CHARS);
    for (name, kind, cap) in [
        ("ALARM", Kind::Alarm, ALARM_CHARS),
        ("RUNBOOK", Kind::Runbook, RUNBOOK_CHARS),
        ("HISTORY", Kind::History, HISTORY_CHARS),
    ] {
        section(name, &unnamed(facts, |item| item.kind == kind && !known::is_passage(item)), cap);
    }
    section("DOCUMENTS", &unnamed(facts, known::is_passage), DOCUMENTS_CHARS);
    section("EVIDENCE", facts.pack.as_str(), PACK_CHARS);
    section("GAPS", &gaps(facts), GAPS * (2 * GAP_CHARS + 100));
    out.push_str(&format!("<<<END {fence}>>>\n"));
    out
}

fn incident(facts: &Facts<'_>) -> String {
    let minutes = (facts.asked_at - facts.started_at).num_minutes().max(0);
    let time = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%dT%H:%M:%SZ");
    let mut text = format!(
        "title: {}\nseverity: {}\nstarted: {}\nevidence collected: {} ({minutes} min after the start)\n",
        cut(facts.title.as_str(), TITLE_CHARS),
        facts.severity.as_str(),
        time(facts.started_at),
        time(facts.asked_at),
    );
    for (name, value) in facts.labels.iter().take(LABELS) {
        text.push_str(&format!(
            "label {}={}\n",
            cut(name.as_str(), LABEL_CHARS),
            cut(value.as_str(), LABEL_CHARS)
        ));
    }
    text
}

/// Those of the items that the pack leaves out, one after another.
fn unnamed(facts: &Facts<'_>, those: impl Fn(&Item) -> bool) -> String {
    let left_out = |item: &&Item| those(item) && !names(facts.pack.as_str(), &item.id);
    facts
        .items
        .iter()
        .filter(left_out)
        .map(|item| format!("{} {}\n{}\n", item.id, item.title, item.text))
        .collect()
}

/// Whether a line of `pack` begins with `id`, behind brackets or a list's mark.
fn names(pack: &str, id: &str) -> bool {
    pack.lines().any(|line| {
        let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
        line.strip_prefix(id).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    })
}

fn gaps(facts: &Facts<'_>) -> String {
    let one = |gap: &crate::evidence::Gap| {
        format!("{}: {}\n", cut(&gap.source, 100), cut(gap.reason.as_str(), GAP_CHARS))
    };
    facts.gaps.iter().take(GAPS).map(one).collect()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect::<String>().replace(['\n', '\r'], " ")
}

/// Every line of `text` behind `mark`, at most `cap` characters in all. What is left out is said.
pub(in crate::summary) fn marked(text: &str, mark: &str, cap: usize) -> String {
    let mut out = String::new();
    let mut left = cap;
    for line in text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()) {
        let needed = mark.chars().count() + line.chars().count() + 1;
        if needed > left {
            let room = left.saturating_sub(mark.chars().count() + 1);
            let part: String = line.chars().take(room).collect();
            out.push_str(&format!("{mark}{part}\n{mark}(cut here)\n"));
            break;
        }
        left -= needed;
        out.push_str(&format!("{mark}{line}\n"));
    }
    out
}
