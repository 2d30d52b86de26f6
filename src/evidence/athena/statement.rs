//! The statement that counts requests, in Athena's SQL.
//!
//! Knows the columns of the table that AWS documents for Application Load Balancers, and SQL's strings. Must not know the
//! API.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::evidence::Window;

use super::{Table, all};

/// Rows of the answer: those with failures first.
pub(super) const MOST_ROWS: usize = 2_000;

/// What is counted of a group.
pub(super) const COUNTS: &str = "  count_if(now) AS now_requests, count_if(now AND failed) AS now_failed,
  approx_percentile(CASE WHEN now THEN seconds END, 0.95) AS now_p95,
  count_if(NOT now) AS normal_requests, count_if(NOT now AND failed) AS normal_failed,
  approx_percentile(CASE WHEN NOT now THEN seconds END, 0.95) AS normal_p95";

/// By what is counted, in the order in which `grouping` numbers them: the last is bit 0.
pub(super) const BY: [&str; 5] = ["target", "path", "target_status", "status", "client"];

/// Counts the requests of `window` beside those of `baselines`, all together and by each of [`BY`].
pub(super) fn of(
    table: &Table,
    logs: &str,
    balancer: Option<&str>,
    window: Window,
    baselines: &[Window],
) -> String {
    format!(
        "{requests}
SELECT grouping({by}) AS by_what, coalesce({by}) AS value,
{COUNTS}
FROM requests
GROUP BY GROUPING SETS ((), {sets})
ORDER BY now_failed DESC, greatest(now_requests, normal_requests) DESC, by_what, value
LIMIT {MOST_ROWS}",
        requests = requests(table, logs, balancer, window, baselines),
        by = BY.join(", "),
        sets = BY.map(|column| format!("({column})")).join(", "),
    )
}

/// The requests of all windows with the columns [`BY`].
pub(super) fn requests(
    table: &Table,
    logs: &str,
    balancer: Option<&str>,
    window: Window,
    baselines: &[Window],
) -> String {
    let within =
        |window: Window| format!("time >= '{}' AND time < '{}'", second(window.start), second(window.end));
    let days: BTreeSet<String> = all(window, baselines).flat_map(days).collect();
    let days: Vec<String> = days.iter().map(|day| text(day)).collect();
    let times: Vec<String> = all(window, baselines).map(|one| format!("({})", within(one))).collect();
    let balancer = balancer.map(|name| format!("\n    AND elb = {}", text(name))).unwrap_or_default();
    format!(
        "WITH requests AS (
  SELECT {now} AS now,
    elb_status_code >= 500 AS failed,
    CASE WHEN target_processing_time >= 0 THEN target_processing_time END AS seconds,
    coalesce(target_ip || ':' || CAST(target_port AS varchar), target_ip, '-') AS target,
    coalesce(request_verb, '-') || ' ' || coalesce(regexp_replace(url_extract_path(request_url),
      '/([^/]*[0-9]{{3,}}[^/]*|[0-9]+)(/|$)', '/*$2'), '-') AS path,
    coalesce(target_status_code, '-') AS target_status,
    coalesce(CAST(elb_status_code AS varchar), '-') AS status,
    coalesce(client_ip, '-') AS client
  FROM {database}.{name}
  WHERE {partition} IN ({days})
    AND ({times}){balancer}
)",
        now = within(window),
        database = name(&table.database),
        name = name(logs),
        partition = name(&table.partition),
        days = days.join(", "),
        times = times.join(" OR "),
    )
}

/// Log times have fractions and a `Z` behind the second: as texts they come after it and before the next.
fn second(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The partitions of a window: a file is put where it was written, up to some minutes after its requests.
fn days(window: Window) -> Vec<String> {
    let (mut day, last) = (window.start.date_naive(), (window.end + TimeDelta::minutes(10)).date_naive());
    let mut days = Vec::new();
    while day <= last {
        days.push(day.format("%Y/%m/%d").to_string());
        let Some(next) = day.succ_opt() else { break };
        day = next;
    }
    days
}

/// As a string of SQL: a quote is doubled, and nothing else is special in there.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", escaped(value))
}

/// As it stands within a string of SQL.
pub(super) fn escaped(value: &str) -> String {
    value.replace('\'', "''")
}

/// As a name of SQL.
fn name(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(start: &str, end: &str) -> Window {
        Window { start: start.parse().unwrap(), end: end.parse().unwrap() }
    }

    fn table() -> Table {
        let (workgroup, output_location) = (None, None);
        Table {
            database: "logs".into(),
            table: Some("alb".into()),
            partition: "day".into(),
            workgroup,
            output_location,
        }
    }

    #[test]
    fn times_and_partitions_are_bounded() {
        let now = window("2026-03-01T23:45:00Z", "2026-03-01T23:58:30.5Z");
        let before = window("2026-02-28T23:45:00Z", "2026-02-28T23:58:30Z");
        let sql = of(&table(), "alb", None, now, &[before]);
        for part in [
            "SELECT time >= '2026-03-01T23:45:00' AND time < '2026-03-01T23:58:30' AS now,",
            "FROM \"logs\".\"alb\"\n",
            "WHERE \"day\" IN ('2026/02/28', '2026/03/01', '2026/03/02')\n",
            "AND ((time >= '2026-03-01T23:45:00' AND time < '2026-03-01T23:58:30') OR (time >= '2026-02-28T23:45:00' AND time < \
             '2026-02-28T23:58:30'))\n)",
            "'/([^/]*[0-9]{3,}[^/]*|[0-9]+)(/|$)', '/*$2'",
            "GROUP BY GROUPING SETS ((), (target), (path), (target_status), (status), (client))",
        ] {
            assert!(sql.contains(part), "{part} in {sql}");
        }
        assert!(!sql.contains("elb ="));
    }

    #[test]
    fn a_value_stays_inside_its_string_and_a_name_inside_its_quotes() {
        let now = window("2026-03-01T10:00:00Z", "2026-03-01T10:15:00Z");
        for (value, written) in [
            ("app/web/123", "elb = 'app/web/123'\n)"),
            ("x' OR 1 = 1 --", "elb = 'x'' OR 1 = 1 --'\n)"),
            ("\\' ; DROP TABLE alb", "elb = '\\'' ; DROP TABLE alb'\n)"),
        ] {
            let sql = of(&table(), "alb", Some(value), now, &[]);
            assert!(sql.contains(written), "{sql}");
            assert_eq!(sql.matches('\'').count() % 2, 0, "{sql}");
        }
        assert!(of(&table(), "a\".\"b", None, now, &[]).contains("FROM \"logs\".\"a\"\".\"\"b\"\n"));
    }
}
