//! What a model was shown of each item in the pack: words that the item itself does not have, such as a median.
//!
//! Knows the pack's marks (its legend tells them to the model). Must not know claims.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::spelling::compiled;

/// What the pack tells of one item.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Line {
    /// Its lines, with the marks in words.
    pub text: String,
    /// Lines of a pattern in the window.
    pub now: Option<f64>,
    /// Lines of a pattern in the whole baseline, as the pack counts them.
    pub before: Option<f64>,
}

static COUNTS: LazyLock<Regex> = LazyLock::new(|| compiled(r"^[+^!=-](?:(\d+)->)?(\d+)$"));
static ARROW: LazyLock<Regex> = LazyLock::new(|| compiled(r"([a-z0-9]+) (-?[\d.]+)->(-?[\d.]+)"));

/// The lines of `pack` that begin with an id, by id.
pub(super) fn lines(pack: &str) -> BTreeMap<&str, Line> {
    let mut all: BTreeMap<&str, Line> = BTreeMap::new();
    for line in pack.lines() {
        let Some((id, rest)) = line.split_once(' ').filter(|(id, _)| is_id(id)) else { continue };
        let one = all.entry(id).or_default();
        let (mark, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let told = if let Some(found) = COUNTS.captures(mark) {
            let count = |n: usize| found.get(n).and_then(|m| m.as_str().parse::<f64>().ok());
            (one.before, one.now) = (count(1), count(2));
            rest.to_owned()
        } else if mark == "~median" || mark == "*value" {
            let whole = format!("{} {rest}", mark.trim_start_matches(['~', '*']));
            ARROW.replace_all(&whole, "$1 normally $2; $1 now $3;").into_owned()
        } else if mark == "in" && rest.starts_with("full: ") {
            rest.trim_start_matches("full: ").to_owned()
        } else {
            format!("{} {rest}", mark.trim_start_matches(['~', '*']))
        };
        one.text.push_str(&told);
        one.text.push('\n');
    }
    all
}

fn is_id(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c.is_ascii_uppercase())
        && (1..=4).contains(&chars.as_str().len())
        && chars.all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_put_into_words() {
        let pack = "Logs; 3 patterns.\nL1 ^3->80 09:10:33 orders ERROR Pool: full\nL1 in full: Pool: full at last\n\
                    L2 ~median 19->225 p95 30->400 of value 2 09:10:34 took\nL3 +12 09:00:00 x\nM1 5xx: 4 %\n";
        let all = lines(pack);
        assert_eq!((all["L1"].before, all["L1"].now), (Some(3.0), Some(80.0)));
        assert_eq!(all["L1"].text, "09:10:33 orders ERROR Pool: full\nPool: full at last\n");
        let two =
            "median normally 19; median now 225; p95 normally 30; p95 now 400; of value 2 09:10:34 took\n";
        assert_eq!((all["L2"].text.as_str(), all["L2"].now), (two, None));
        assert_eq!(
            (all["L3"].before, all["L3"].now, all["M1"].text.as_str()),
            (None, Some(12.0), "5xx: 4 %\n")
        );
    }
}
