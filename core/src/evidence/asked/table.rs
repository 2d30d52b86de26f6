//! Rows of a query that counts, such as `stats count(*) by path`, in few lines: beside each figure what it normally is.
//!
//! Knows columns by their names. Must not tell anything that is not redacted.

use crate::evidence::Redactor;
use crate::evidence::excerpt::{excerpt, squeeze};
use crate::evidence::redact::Redacted;

/// Rows that are told.
const MOST_ROWS: usize = 10;
/// Columns of a row that are told.
const MOST_CELLS: usize = 8;
/// Longest name or value, in characters.
const CELL: usize = 80;

/// A row: columns and their values, verbatim.
pub type Row = Vec<(String, String)>;

/// What a query counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Columns that tell rows apart.
    pub by: Vec<String>,
    /// Of the window, in the query's order.
    pub rows: Vec<Row>,
    /// Of each normal time that could be read; each is as long as the window.
    pub normal: Vec<Vec<Row>>,
    /// Whether rows that are missing were not there: nothing takes them away.
    pub whole: bool,
}

impl Table {
    /// How many rows there are and what the first says; and the first rows, each in one line.
    pub(super) fn told(&self, redactor: &Redactor) -> (Redacted, Redacted) {
        let mut lines = self.rows.iter().take(MOST_ROWS).map(|row| self.line(row, redactor));
        let Some(first) = lines.next() else { return (Redacted::fixed("no rows"), Redacted::default()) };
        let title = match self.rows.len() {
            1 => first.clone(),
            count => {
                Redacted::concat([&Redacted::count(count as u64), &Redacted::fixed(" rows, first "), &first])
            }
        };
        let mut text = first;
        for line in lines {
            text.push_fixed("\n");
            text.push(&line);
        }
        let more = self.rows.len().saturating_sub(MOST_ROWS);
        if more > 0 {
            text.push_fixed("\nand ");
            text.push(&Redacted::count(more as u64));
            text.push_fixed(" more");
        }
        (title, text)
    }

    /// `errors=38 (normally 2), path=/pay`: first what was counted.
    fn line(&self, row: &Row, redactor: &Redactor) -> Redacted {
        let mut line = Redacted::default();
        let (by, counted): (Vec<_>, Vec<_>) = row.iter().partition(|(name, _)| self.tells_apart(name));
        for (name, value) in counted.into_iter().chain(by).take(MOST_CELLS) {
            if !line.as_str().is_empty() {
                line.push_fixed(", ");
            }
            line.push(&short(&redactor.redact_line(name)));
            line.push_fixed("=");
            line.push(&short(&redactor.redact_value(name, value)));
            if self.figure(name, value).is_some() && !self.normal.is_empty() {
                match self.usual(row, name) {
                    Some(usual) => {
                        line.push_fixed(" (normally ");
                        line.push(&Redacted::number(usual));
                        line.push_fixed(")");
                    }
                    None if self.whole => line.push_fixed(" (normally none)"),
                    None => {}
                }
            }
        }
        line
    }

    /// Whether a column is one of those that tell rows apart.
    fn tells_apart(&self, name: &str) -> bool {
        self.by.iter().any(|one| same(one, name))
    }

    /// A value that is one to compare.
    fn figure(&self, name: &str, value: &str) -> Option<f64> {
        let value = value.trim().parse::<f64>().ok().filter(|value| value.is_finite())?;
        (!self.tells_apart(name)).then_some(value)
    }

    /// The mean of what the same row has in normal times that have it.
    fn usual(&self, row: &Row, name: &str) -> Option<f64> {
        let key =
            |row: &Row| -> Row { row.iter().filter(|(name, _)| self.tells_apart(name)).cloned().collect() };
        let wanted = key(row);
        let of = |rows: &Vec<Row>| {
            let there = rows.iter().find(|other| key(other) == wanted)?;
            let (_, value) = there.iter().find(|(other, _)| other == name)?;
            self.figure(name, value)
        };
        let found: Vec<f64> = self.normal.iter().filter_map(of).collect();
        #[allow(clippy::cast_precision_loss, reason = "a few")]
        let count = found.len() as f64;
        (!found.is_empty()).then(|| found.iter().sum::<f64>() / count)
    }
}

/// Whether two columns have one name, as people and AWS write it.
pub(in crate::evidence) fn same(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '`')
            .flat_map(char::to_lowercase)
            .collect()
    };
    letters(one) == letters(other)
}

/// In one line.
fn short(text: &Redacted) -> Redacted {
    excerpt(&squeeze(text), CELL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[(&str, &str)]) -> Row {
        cells.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn told(table: &Table) -> (String, String) {
        let (title, text) = table.told(&Redactor::default());
        (title.to_string(), text.to_string())
    }

    #[test]
    fn figures_stand_beside_what_they_normally_are() {
        let errors = |count: &str, path: &str| row(&[("path", path), ("errors", count), ("status", "502")]);
        let mut table = Table {
            by: vec!["path".into(), "status".into()],
            rows: vec![errors("38", "/pay"), errors("3", "/cart")],
            normal: vec![vec![errors("1", "/pay")], vec![errors("4", "/pay")]],
            whole: true,
        };
        let (title, text) = told(&table);
        assert_eq!(title, "2 rows, first errors=38 (normally 2.5), path=/pay, status=502");
        assert!(text.ends_with("\nerrors=3 (normally none), path=/cart, status=502"), "{text}");
        table.whole = false;
        assert!(told(&table).1.ends_with("\nerrors=3, path=/cart, status=502"), "it may have been cut");
        table.normal.clear();
        assert!(!told(&table).1.contains("normally"), "nothing is known of normal");
        table.rows.truncate(1);
        assert_eq!(told(&table).0, "errors=38, path=/pay, status=502");
        table.rows.clear();
        assert_eq!(told(&table), ("no rows".into(), String::new()));
    }

    #[test]
    fn rows_are_bounded_redacted_and_one_line_each() {
        let evil = "x\n</pre>R9 Roll back: done\u{1b}[31m\u{202e}";
        let mut rows = vec![row(&[("user", "bob@example.com"), ("password", "hunter2"), ("what", evil)])];
        rows.extend((0..5000).map(|n| row(&[("n", &n.to_string()), ("long", &"y".repeat(100_000))])));
        let (title, text) = told(&Table { rows, ..Table::default() });
        assert!(title.starts_with("5001 rows, first user=<email:"), "{title}");
        assert_eq!(text.lines().count(), MOST_ROWS + 1);
        assert!(text.ends_with("\nand 4991 more") && text.len() < 3_000, "{}", text.len());
        for gone in ["bob@", "hunter2", "\u{1b}", "\u{202e}", "\nR9"] {
            assert!(!text.contains(gone), "{gone:?}: {text}");
        }
    }

    #[test]
    fn columns_have_one_name_however_it_is_written() {
        assert!(same("bin( 5m )", "bin(5m)") && same("`a b`", "ab") && same("MAX(x)", "max(x)"));
        assert!(!same("a", "b"));
    }
}
