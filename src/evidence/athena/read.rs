//! The rows of an answer as what can be compared.
//!
//! Knows the columns that the statement gives. Must not know whom it asks.

use firstlook_core::evidence::access::{By, Counts, Row};
use firstlook_core::evidence::asked::table;

use super::statement::BY;

/// A row: columns and their values, in their order; what is null is not there.
pub(super) type Named = table::Row;

/// What the statement counted.
pub(super) fn rows(rows: &[Named]) -> Vec<Row> {
    rows.iter().filter_map(row).collect()
}

fn row(row: &Named) -> Option<Row> {
    let text = |name: &str| text(row, name);
    let by = by(text("by_what")?.parse().ok()?)?;
    let value = if by == By::All { "" } else { text("value")? };
    let (now, normal) = counts(row);
    Some(Row { by, value: value.to_owned(), now, normal })
}

/// The value of a column.
pub(super) fn text<'a>(row: &'a Named, name: &str) -> Option<&'a str> {
    row.iter().find(|(column, _)| column == name).map(|(_, value)| value.as_str())
}

/// What was counted in the window, and in normal times.
pub(super) fn counts(row: &Named) -> (Counts, Counts) {
    let text = |name: &str| text(row, name);
    let number = |name: String| text(&name).and_then(|value| value.parse::<u64>().ok()).unwrap_or(0);
    let seconds = |name: String| {
        let value = text(&name)?.parse::<f64>().ok()?;
        (value.is_finite() && value >= 0.0).then_some(value)
    };
    let of = |side: &str| Counts {
        requests: number(format!("{side}_requests")),
        failed: number(format!("{side}_failed")),
        p95: seconds(format!("{side}_p95")),
    };
    (of("now"), of("normal"))
}

/// `grouping` has a bit for each column, 0 where the row is counted by it.
fn by(number: u32) -> Option<By> {
    let all = (1_u32 << BY.len()) - 1;
    let kinds = [By::Target, By::Path, By::TargetStatus, By::Status, By::Client];
    if number == all {
        return Some(By::All);
    }
    let bit = |place: usize| 1_u32 << (BY.len() - 1 - place);
    kinds.into_iter().enumerate().find(|(place, _)| number == all & !bit(*place)).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(cells: &[(&str, &str)]) -> Named {
        cells.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn each_bit_is_a_column() {
        for (number, expected) in [
            (31, Some(By::All)),
            (15, Some(By::Target)),
            (23, Some(By::Path)),
            (27, Some(By::TargetStatus)),
            (29, Some(By::Status)),
            (30, Some(By::Client)),
            (0, None),
            (12, None),
            (63, None),
        ] {
            assert_eq!(by(number), expected, "{number}");
        }
    }

    #[test]
    fn what_is_null_or_odd_is_left_out() {
        let cells = [("by_what", "15"), ("value", "10.0.0.1:80"), ("now_requests", "7"), ("now_p95", "NaN")];
        let of = rows(&[named(&cells), named(&[("by_what", "x")]), named(&[("by_what", "15")])]);
        let now = Counts { requests: 7, ..Counts::default() };
        let expected = Row { by: By::Target, value: "10.0.0.1:80".into(), now, normal: Counts::default() };
        assert_eq!(of, [expected]);
    }
}
