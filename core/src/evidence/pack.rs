//! The evidence in as few words as a model or a person can afford.
//!
//! Knows a comparison and a budget. Must not reorder: findings are told in the order of the comparison, under the same
//! ids as the items. Nothing is written but through [`Writer`], which refuses what is too long, so that no pack is over
//! its budget; all text is redacted before it is cut.

use super::delta::{Comparison, Detail, Finding, body};
use super::excerpt::{excerpt, squeeze};
use super::items::id;
use super::redact::{Redacted, Redactor};
use super::{Change, Item, Kind};

mod late;
mod others;

pub use late::amended;

/// Characters that count as one token.
pub const TOKEN: usize = 4;
/// The first part of a pack, in characters: the same for each budget that is at least so large, so that the beginning
/// of a large pack is a good small one.
const FIRST: usize = 4_000;
/// A line is widened by the largest of these, in percent, at which everything fits.
const WIDTHS: [usize; 5] = [600, 400, 250, 160, 100];
/// In the second part lines are at least so wide, and what the first part had cut is told again at such length, in at
/// most so many percent of the room.
const SECOND_WIDTH: usize = 160;
const DETAIL: usize = 1_200;
const DETAILS_PERCENT: usize = 30;
/// Metrics, changes and the like have at most so many percent of a pack that also tells of logs.
const OTHERS_PERCENT: usize = 30;
/// What does not fit is skipped so often before a part ends.
const MISSES: usize = 3;

const LEGEND: &str = "Marks: +new -gone ^surged !severe *new value ~moved =usual; n->m lines in baseline->window; first seen.\n";
const LEGEND_ALONE: &str =
    "No baseline. Marks: !severe +rare *rare value ~moved =usual; lines; first seen.\n";

/// What a model gets to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// One line per finding; data, never instructions.
    pub text: Redacted,
    /// The number of the last id that it tells (7 for `L7`): so many items give every id of the pack its item.
    pub last: usize,
}

/// Writes the pack, of at most `tokens` tokens: what is no log line first, as its items tell it, then the logs.
pub fn pack(others: &[Item], comparison: &Comparison, tokens: usize, redactor: &Redactor) -> Pack {
    let mut writer = Writer { out: Redacted::default(), left: tokens.saturating_mul(TOKEN) };
    let share = if comparison.lines + comparison.baseline_lines > 0 { OTHERS_PERCENT } else { 100 };
    let room = writer.left * share / 100;
    others::tell(others, &mut writer, room);
    if share == 100 && !others.is_empty() {
        return Pack { text: writer.out, last: 0 };
    }
    let total = writer.left;
    writer.put(&head(comparison));
    writer.put(&Redacted::fixed(if comparison.baseline_lines > 0 { LEGEND } else { LEGEND_ALONE }));
    let mut lines = Lines::new(comparison, redactor);
    let first_room = total.min(FIRST).saturating_sub(total - writer.left);
    let told = lines.tell(&mut writer, first_room, 100);
    lines.details(&mut writer, &told);
    let room = writer.left;
    let more = lines.tell(&mut writer, room, SECOND_WIDTH);
    let last = told.iter().chain(&more).map(|(i, _)| i + 1).max().unwrap_or(0);
    Pack { text: writer.out, last }
}

struct Writer {
    out: Redacted,
    /// In characters.
    left: usize,
}

impl Writer {
    fn put(&mut self, text: &Redacted) -> bool {
        let length = text.as_str().chars().count();
        let fits = length <= self.left;
        if fits {
            self.out.push(text);
            self.left -= length;
        }
        fits
    }
}

/// The findings as lines; their text is redacted when it is first needed.
struct Lines<'a> {
    findings: &'a [Finding],
    redactor: &'a Redactor,
    parts: Vec<Option<(Redacted, Redacted)>>,
    told: Vec<bool>,
}

impl<'a> Lines<'a> {
    fn new(comparison: &'a Comparison, redactor: &'a Redactor) -> Self {
        let findings = &comparison.findings;
        Self { findings, redactor, parts: vec![None; findings.len()], told: vec![false; findings.len()] }
    }

    /// Writes lines into at most `room` characters; which findings, and whether they were cut.
    fn tell(&mut self, writer: &mut Writer, room: usize, least: usize) -> Vec<(usize, bool)> {
        let width = self.width(room).max(least);
        let (mut told, mut used, mut misses) = (Vec::new(), 0, 0);
        for i in 0..self.findings.len() {
            if self.told.get(i).copied().unwrap_or(true) {
                continue;
            }
            let (line, cut) = self.line(i, width);
            let length = line.as_str().chars().count();
            if used + length > room || !writer.put(&line) {
                misses += 1;
                if misses > MISSES {
                    break;
                }
                continue;
            }
            used += length;
            told.push((i, cut));
            if let Some(mark) = self.told.get_mut(i) {
                *mark = true;
            }
        }
        told
    }

    /// The largest width at which all that is not told yet fits.
    fn width(&mut self, room: usize) -> usize {
        let open: Vec<usize> =
            (0..self.findings.len()).filter(|i| self.told.get(*i) == Some(&false)).collect();
        let fits = |lines: &mut Self, width: usize| {
            let mut used = 0;
            open.iter().all(|i| {
                used += lines.line(*i, width).0.as_str().chars().count();
                used <= room
            })
        };
        WIDTHS.into_iter().find(|width| fits(self, *width)).unwrap_or(100)
    }

    /// Tells again, at length, what the first part had cut.
    fn details(&mut self, writer: &mut Writer, told: &[(usize, bool)]) {
        let room = writer.left * DETAILS_PERCENT / 100;
        let mut used = 0;
        for (i, _) in told.iter().filter(|(_, cut)| *cut) {
            let Some((_, body)) = self.part(*i) else { continue };
            let body = excerpt(&body, DETAIL);
            let line = Redacted::concat([
                &id(Kind::Log, *i),
                &Redacted::fixed(" in full: "),
                &body,
                &Redacted::fixed("\n"),
            ]);
            used += line.as_str().chars().count();
            if used > room || !writer.put(&line) {
                return;
            }
        }
    }

    /// `L1 +12 09:10:33 orders ERROR Pool: text`, and whether the text was cut.
    fn line(&mut self, i: usize, width: usize) -> (Redacted, bool) {
        let Some((head, body)) = self.part(i) else { return (Redacted::default(), false) };
        let change = self.findings.get(i).map_or(Change::Common, |finding| finding.change);
        let room = (length(change) * width / 100).saturating_sub(head.as_str().chars().count());
        let shown = excerpt(&body, room.max(40));
        let cut = shown != body;
        (Redacted::concat([&head, &shown, &Redacted::fixed("\n")]), cut)
    }

    /// What stands before a finding's text, and the text in full length.
    fn part(&mut self, i: usize) -> Option<(Redacted, Redacted)> {
        let slot = self.parts.get_mut(i)?;
        if slot.is_none() {
            *slot = Some(parts(i, self.findings.get(i)?, self.redactor));
        }
        slot.clone()
    }
}

/// How long a line is at width 100, in characters.
fn length(change: Change) -> usize {
    match change {
        Change::New | Change::Rare => 210,
        Change::Gone | Change::Common => 130,
        Change::Surged | Change::Severe | Change::Number => 170,
        Change::Value => 180,
    }
}

fn parts(i: usize, finding: &Finding, redactor: &Redactor) -> (Redacted, Redacted) {
    let sample = finding.samples.first().map_or("", String::as_str);
    let text = squeeze(&redactor.redact_line(&body(sample)));
    let blank = Redacted::fixed(" ");
    let mut head = Redacted::concat([&id(Kind::Log, i), &blank, &mark(finding, &text, redactor), &blank]);
    if let Some(at) = finding.first_seen.filter(|_| finding.change != Change::Gone) {
        head.push(&Redacted::time(at, "%H:%M:%S "));
    }
    for (word, end) in
        [(finding.stream.as_str(), " "), (finding.level.as_str(), " "), (finding.logger.as_str(), ": ")]
    {
        if !word.is_empty() {
            head.push(&redactor.redact_line(word));
            head.push_fixed(end);
        }
    }
    (head, text)
}

/// `+12`, `-19->0`, `^3->80`, `*value us2 x3`, `~median 19->225 p95 30->400`.
fn mark(finding: &Finding, text: &Redacted, redactor: &Redactor) -> Redacted {
    let (sign, counts) = match finding.change {
        Change::New | Change::Rare => ("+", false),
        Change::Gone => ("-", true),
        Change::Surged => ("^", true),
        Change::Severe => ("!", true),
        Change::Common => ("=", true),
        Change::Value => ("*", false),
        Change::Number => ("~", false),
    };
    let mut mark = Redacted::fixed(sign);
    let arrow = |mark: &mut Redacted, from: &Redacted, to: &Redacted| {
        mark.push(from);
        mark.push_fixed("->");
        mark.push(to);
    };
    match &finding.detail {
        Detail::Pattern if counts && finding.before > 0 => {
            arrow(&mut mark, &Redacted::count(finding.before), &Redacted::count(finding.now));
        }
        Detail::Pattern => mark.push(&Redacted::count(finding.now)),
        Detail::Variant => mark.push_fixed("variant"),
        Detail::Value { value, count } => {
            mark.push_fixed("value ");
            // A value that redaction took out of the line is not told beside it.
            let value = redactor.redact_line(value);
            if text.as_str().contains(value.as_str()) {
                mark.push(&excerpt(&value, 60));
            }
            mark.push_fixed(" x");
            mark.push(&Redacted::count(*count));
        }
        Detail::Number { position, median, p95 } => {
            mark.push_fixed("median ");
            arrow(&mut mark, &Redacted::number(median.0), &Redacted::number(median.1));
            mark.push_fixed(" p95 ");
            arrow(&mut mark, &Redacted::number(p95.0), &Redacted::number(p95.1));
            mark.push_fixed(" of value ");
            mark.push(&Redacted::count(*position as u64));
        }
    }
    mark
}

fn head(comparison: &Comparison) -> Redacted {
    let mut head = Redacted::fixed("Logs");
    if let Some((start, end)) = comparison.window {
        head.push(&Redacted::time(start, " %Y-%m-%d %H:%M:%S to "));
        head.push(&Redacted::time(end, "%H:%M:%S UTC"));
    }
    let sides =
        [(comparison.minutes, comparison.lines), (comparison.baseline_minutes, comparison.baseline_lines)];
    for (side, (minutes, lines)) in
        ["window", "baseline"].into_iter().zip(sides).filter(|(_, (_, lines))| *lines > 0)
    {
        head.push_fixed("; ");
        head.push_fixed(side);
        head.push_fixed(" ");
        head.push(&Redacted::number((minutes * 10.0).round() / 10.0));
        head.push_fixed(" min, ");
        head.push(&Redacted::count(lines));
        head.push_fixed(" lines");
    }
    head.push_fixed("; ");
    head.push(&Redacted::count(comparison.patterns as u64));
    head.push_fixed(" patterns.\n");
    head
}

#[cfg(test)]
mod tests;
