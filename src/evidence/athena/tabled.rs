//! What people's own statements give, in the window and in normal times.
//!
//! Knows which columns tell rows apart. Must not know what a row means.

use firstlook_core::evidence::Window;
use firstlook_core::evidence::asked::table::{Row, Table};
use firstlook_core::evidence::cloudwatch::console;
use futures_util::future::{join, join_all};

use super::asked::Asked;
use super::run::{Answer, Run};
use super::{Athena, Counted};
use crate::evidence::{Fault, Moment, once};

/// What to do where Athena fails a statement of this kind.
pub(super) const REMEDY: &str = "correct this query under `queries` of this source";

/// The result of one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tabled {
    /// What people call it.
    pub title: String,
    /// Its rows.
    pub table: Table,
    /// How a person gets the same.
    pub query: String,
    /// Where a person sees it.
    pub link: Option<String>,
    /// What is missing of the window, for people.
    pub truncated: Option<String>,
}

impl Athena {
    /// Runs all statements, each once for the window and once for each normal time, all at once. What fails is a fault.
    pub(super) async fn tables(&self, run: &Run<'_>, region: &str, moment: &Moment) -> Counted {
        let each = self.asked.iter().map(|asked| self.tabled(asked, run, region, moment));
        let mut all = Counted::default();
        for one in join_all(each).await {
            all.tables.extend(one.tables);
            all.scanned += one.scanned;
            one.faults.into_iter().for_each(|fault| once(&mut all.faults, fault));
        }
        all
    }

    async fn tabled(&self, asked: &Asked, run: &Run<'_>, region: &str, moment: &Moment) -> Counted {
        let mut found = Counted::default();
        let ask = async |window: Window| {
            let statement = asked.fill(&moment.labels, window)?;
            Ok::<_, Fault>((run.answer(&statement).await?, statement))
        };
        let normal = join_all(moment.baselines.iter().map(|window| ask(*window)));
        let (now, normal) = join(ask(moment.window), normal).await;
        let named = |fault: Fault| Fault { reason: format!("{}: {}", asked.title, fault.reason), ..fault };
        let mut before = Vec::new();
        for answer in normal {
            match answer {
                Ok((answer, _)) => before.push(answer),
                Err(fault) => once(&mut found.faults, named(fault)),
            }
        }
        found.scanned = before.iter().map(|answer| answer.scanned).sum();
        let (answer, statement) = match now {
            Ok(now) => now,
            Err(fault) => {
                found.faults = vec![named(fault)];
                return found;
            }
        };
        found.scanned += answer.scanned;
        let whole = !before.iter().any(|answer| answer.cut);
        let truncated = answer.cut.then(|| format!("the first {} were read", answer.rows.len()));
        let link = console::athena(region, &answer.id);
        let normal: Vec<Vec<Row>> = before.into_iter().map(|Answer { rows, .. }| rows).collect();
        let by = apart(&asked.by, &answer.rows, &normal);
        let table = Table { by, rows: answer.rows, normal, whole };
        let query = self.command(region, &statement);
        found.tables.push(Tabled { title: asked.title.clone(), table, query, link, truncated });
        found
    }
}

/// The columns that tell rows apart: the configured ones, and those that do not hold numbers alone.
fn apart(by: &[String], rows: &[Row], normal: &[Vec<Row>]) -> Vec<String> {
    let mut apart = by.to_vec();
    for (name, value) in rows.iter().chain(normal.iter().flatten()).flatten() {
        if value.trim().parse::<f64>().is_err() && !apart.contains(name) {
            apart.push(name.clone());
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_hold_a_word_anywhere_tell_rows_apart() {
        let row = |cells: &[(&str, &str)]| -> Row {
            cells.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        let rows = [row(&[("path", "12"), ("status", "502"), ("n", "7")])];
        let normal = [vec![row(&[("path", "/pay"), ("status", "502"), ("n", "7.5")])]];
        assert_eq!(apart(&["status".into()], &rows, &normal), ["status", "path"]);
        assert_eq!(apart(&[], &rows, &[]), Vec::<String>::new());
    }
}
