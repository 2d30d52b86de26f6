//! What an analysis asks of access logs: requests in groups of its own choice, and of those with some values alone.
//!
//! Knows the statement and its rows. Must not know the API, nor take SQL from anybody: names are of a fixed list, and
//! values are strings.

use firstlook_core::evidence::access::{Counts, DIMENSIONS, Group, Grouped};
use firstlook_core::evidence::cloudwatch::console;

use super::super::{Fault, Moment};
use super::read::{Named, counts, text as cell};
use super::statement::{COUNTS, requests, text};
use super::{Athena, REMEDY, balancer};

/// Groups of one answer.
const MOST_GROUPS: usize = 200;

/// The requests in groups, and how they were had.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    /// What was counted.
    pub grouped: Grouped,
    /// How a person gets the same.
    pub query: String,
    /// Where a person sees it.
    pub link: Option<String>,
    /// Bytes that Athena read for it.
    pub scanned: u64,
}

impl Athena {
    /// The requests of the moment with the values `only`, counted by the dimensions `by` beside normal times, by one query.
    ///
    /// # Errors
    /// When the query cannot be run, or does not end in time.
    pub async fn group(
        &self,
        moment: &Moment,
        by: &[String],
        only: &[(String, String)],
    ) -> Result<Groups, Fault> {
        let Some(logs) = &self.table.table else {
            return Err(Fault::configuration("this source has no table of requests", "set its `table`"));
        };
        let (until, client, region) = self.whom(moment);
        let known = |name: &String| DIMENSIONS.contains(&name.as_str());
        if by.is_empty() || !by.iter().chain(only.iter().map(|(name, _)| name)).all(known) {
            return Err(Fault::configuration("requests have no such dimension", DIMENSIONS.join(", ")));
        }
        let all = requests(&self.table, logs, balancer(moment), moment.window, &moment.baselines);
        let statement = statement(&all, by, only);
        let answer = self.run(client, until, REMEDY).answer(&statement).await?;
        let (mut whole, mut groups) = (Group::default(), Vec::new());
        for row in &answer.rows {
            match group(row, by) {
                (true, group) => whole = group,
                (false, group) => groups.push(group),
            }
        }
        groups.retain(|one| (one.now, one.normal) != (Counts::default(), Counts::default()));
        let (by, only, times) = (by.to_vec(), only.to_vec(), moment.baselines.len());
        Ok(Groups {
            grouped: Grouped { by, only, whole, groups, times },
            query: self.command(&region, &statement),
            link: console::athena(&region, &answer.id),
            scanned: answer.scanned,
        })
    }
}

fn statement(requests: &str, by: &[String], only: &[(String, String)]) -> String {
    let terms: Vec<String> = only.iter().map(|(name, value)| format!("{name} = {}", text(value))).collect();
    let only = if terms.is_empty() { String::new() } else { format!("\nWHERE {}", terms.join(" AND ")) };
    let by = by.join(", ");
    format!(
        "{requests}
SELECT grouping({by}) AS by_what, {by},
{COUNTS}
FROM requests{only}
GROUP BY GROUPING SETS ((), ({by}))
ORDER BY now_failed DESC, greatest(now_requests, normal_requests) DESC, by_what, {by}
LIMIT {MOST_GROUPS}"
    )
}

/// A row as a group, and whether it is all together.
fn group(row: &Named, by: &[String]) -> (bool, Group) {
    let values = by.iter().map(|name| cell(row, name).unwrap_or_default().to_owned()).collect();
    let (now, normal) = counts(row);
    (cell(row, "by_what").is_some_and(|number| number != "0"), Group { values, now, normal })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn values_are_strings_whatever_stands_in_them() {
        let only = owned(&[("path", "x' OR 1 = 1 --"), ("status", "\\'; DROP TABLE alb")]);
        let sql = statement("WITH requests AS ()", &["path".to_owned(), "client".to_owned()], &only);
        for part in [
            "\nSELECT grouping(path, client) AS by_what, path, client,\n",
            "\nFROM requests\nWHERE path = 'x'' OR 1 = 1 --' AND status = '\\''; DROP TABLE alb'\n",
            "\nGROUP BY GROUPING SETS ((), (path, client))\n",
            "\nLIMIT 200",
        ] {
            assert!(sql.contains(part), "{part} in {sql}");
        }
        assert!(!statement("", &["path".to_owned()], &[]).contains("WHERE"));
    }

    #[test]
    fn the_row_of_all_is_told_from_the_groups() {
        let row = |cells: &[(&str, &str)]| -> Named { owned(cells).into_iter().collect() };
        let by = ["path".to_owned(), "status".to_owned()];
        let (whole, all) = group(&row(&[("by_what", "3"), ("now_requests", "9"), ("now_failed", "2")]), &by);
        assert_eq!((whole, all.now.requests, all.now.failed), (true, 9, 2));
        let (whole, one) = group(&row(&[("by_what", "0"), ("path", "GET /"), ("now_p95", "0.5")]), &by);
        assert_eq!(
            (whole, one.values, one.now.p95),
            (false, vec!["GET /".to_owned(), String::new()], Some(0.5))
        );
    }
}
