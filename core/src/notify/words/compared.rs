//! Words of how the logs differ from normal, and of why nothing is said of that.
//!
//! Knows changes and their figures. Must not know layouts.

use super::{count, number};
use crate::evidence::{Change, Frequency};

/// In the place of what is normal, where no baseline was read.
const NOTHING_TO_COMPARE: &str = "nothing to compare with";
/// Over what is told of logs where no baseline was read: that anything changed is not known then.
pub const STANDS_OUT: &str = "What stands out (no baseline to compare with)";

/// Why nothing is told of logs. `read`: how many sources brought the window's lines; `gaps`: how many things could not
/// be had; `patterns`: log patterns that were found; `compared`: whether there was a baseline.
pub fn nothing_told(read: usize, gaps: usize, patterns: usize, compared: bool) -> &'static str {
    match (read, gaps, patterns) {
        (0, 0, _) => "No logs were read: no source of evidence.sources applies to this incident.",
        (0, _, _) => "No logs were read: no source could be read; the reasons are told as gaps.",
        (_, _, 0) => "No log pattern was found in what could be read.",
        _ if compared => "Nothing differs from normal in what could be read.",
        _ => "Nothing stands out in what could be read; no baseline was there to compare with.",
    }
}

/// How a pattern differs from normal: a sign and a word, then the figures.
pub fn change(frequency: &Frequency) -> (String, String) {
    let lines = count(usize::try_from(frequency.now).unwrap_or(usize::MAX), "line", "lines");
    let figures = match frequency.normal {
        Some(normal) => format!("{lines}, normally {}", number(normal)),
        None => format!("{lines}, {NOTHING_TO_COMPARE}"),
    };
    let before = frequency.normal.unwrap_or_default();
    let sign = match frequency.change {
        Change::New => "+ New".to_owned(),
        Change::Rare => "+ Rare".to_owned(),
        Change::Gone => "− Gone".to_owned(),
        Change::Surged if before > 0.0 => {
            #[allow(clippy::cast_precision_loss, reason = "a factor for people, told with one decimal")]
            let factor = frequency.now as f64 / before;
            format!("↑ Surged ×{}", number(factor))
        }
        Change::Surged => "↑ Surged".to_owned(),
        Change::Severe => "! Severe".to_owned(),
        Change::Value if frequency.normal.is_none() => "≠ Rare value".to_owned(),
        Change::Value => "≠ New value".to_owned(),
        Change::Number => "≠ Numbers moved".to_owned(),
        Change::Common if frequency.normal.is_none() => "= Frequent".to_owned(),
        Change::Common => "= As usual".to_owned(),
    };
    (sign, figures)
}
