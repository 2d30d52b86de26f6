//! The graph of causes as a picture that stands alone: white, with its title and what its lines mean.
//!
//! Knows colours. Must not know how it becomes pixels, nor where a node stands: the layout does.

use super::super::chart::{Anchor, Picture, Svg};
use super::super::text::{angles, columns, cut};
use super::super::view::Incident;
use super::super::words::graph as words;
use super::super::zone::Zone;
use super::layout::label_width;
use super::{Drawing, NodeKind, drawing, graph_in_words};
use crate::language::Language;

const TITLE: u32 = 21;
const HEAD: u32 = 13;
const TEXT: u32 = 15;
const LABEL: u32 = 13;
/// What the title and the lines' meaning take above.
const ABOVE: f64 = 66.0;
/// The least width, for these.
const LEAST: f64 = 640.0;
/// Slack takes 1,000 characters (FACTS D).
const ALT_COLUMNS: usize = 900;

// The page's colours, by daylight.
const INK: &str = "#191c22";
const INK_2: &str = "#454c59";
const EDGE: &str = "#6b7280";
const PAPER: &str = "#ffffff";
const BLUE: &str = "#1a5bb8";
const CRITICAL: &str = "#b0121b";

/// The picture of an incident's causes; `None` where its analysis has no graph.
pub fn graph_picture(incident: &Incident, zone: &Zone) -> Option<Picture> {
    let graph = incident.analysis.as_ref()?.graph.as_ref()?;
    // Pictures are written in a font without kanji.
    let drawing = drawing(graph, Language::En, zone);
    let title = words::title(Language::En, incident.number);
    Some(Picture {
        file: format!("incident-{}-causes.png", incident.number),
        alt: cut(&angles(&graph_in_words(graph, incident.language, zone)), ALT_COLUMNS, columns),
        svg: drawn(&drawing, &title),
        title,
    })
}

fn drawn(drawing: &Drawing, title: &str) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred units")]
    let whole = |units: f64| units.ceil() as u32;
    let left = ((LEAST - drawing.width) / 2.0).max(0.0);
    let mut svg = Svg::new(whole(drawing.width.max(LEAST)), whole(drawing.height + ABOVE), title);
    svg.text((16.0, 30.0), TITLE, Anchor::Start, INK, title);
    svg.path("M16 52h28", EDGE, 2.0, "");
    svg.text((52.0, 57.0), HEAD, Anchor::Start, INK_2, words::SOLID.en);
    let second = 52.0 + label_width(words::SOLID.en) + 24.0;
    svg.path(&format!("M{second:.1} 52h28"), CRITICAL, 2.0, "6 5");
    svg.text((second + 36.0, 57.0), HEAD, Anchor::Start, INK_2, words::DASHED.en);
    if let Some(note) = &drawing.note {
        let end = drawing.width.max(LEAST) - 16.0;
        svg.text((end, 30.0), HEAD, Anchor::End, INK_2, note);
    }
    svg.begin(left, ABOVE);
    for arrow in &drawing.arrows {
        let (stroke, dash) = if arrow.against { (CRITICAL, "6 5") } else { (EDGE, "") };
        svg.path(&arrow.path, stroke, 2.0, dash);
        svg.area(&arrow.tip, stroke);
    }
    for one in &drawing.boxes {
        let [x, y, width, height] = one.rect;
        let (fill, stroke, thick) = colours(one.kind);
        svg.rect(one.rect, fill);
        let dash = if one.doubt { "6 5" } else { "" };
        svg.path(&format!("M{x:.1} {y:.1}h{width:.1}v{height:.1}h-{width:.1}z"), stroke, thick, dash);
        for (baseline, line, head) in one.baselines() {
            let (size, ink) = if head { (HEAD, INK_2) } else { (TEXT, INK) };
            svg.text((x + 10.0, baseline), size, Anchor::Start, ink, line);
        }
    }
    for arrow in drawing.arrows.iter().filter(|arrow| !arrow.label.is_empty()) {
        let wide = label_width(&arrow.label);
        svg.rect([arrow.at.0 - wide / 2.0, arrow.at.1 - 10.0, wide, 18.0], PAPER);
        svg.text((arrow.at.0, arrow.at.1 + 4.0), LABEL, Anchor::Middle, INK_2, &arrow.label);
    }
    svg.end();
    svg.finish()
}

/// Ground, border, and how thick that is.
fn colours(kind: NodeKind) -> (&'static str, &'static str, f64) {
    match kind {
        NodeKind::Before => ("#f4f5f7", "#9aa2b1", 1.0),
        NodeKind::Cause => ("#eaf1fb", BLUE, 2.0),
        NodeKind::Symptom => (PAPER, "#9aa2b1", 1.0),
        NodeKind::Alarm => ("#fbecec", CRITICAL, 2.0),
        NodeKind::Impact => ("#fff7e6", "#a05a00", 1.0),
    }
}
