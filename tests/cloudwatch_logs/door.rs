//! The source itself against the local CloudWatch Logs: what is denied, throttled, missing, cut, or given up.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::config::{Credentials, SharedCredentialsProvider};
use chrono::{DateTime, TimeDelta, Utc};
use firstlook::evidence::{Alert, Caps, CloudWatchLogs as Door, Fault, FaultKind, Fetched, Moment};
use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;
use tokio::sync::{RwLock, RwLockReadGuard};

use crate::harness::PATIENCE;
use crate::support::cloudwatch_logs::CloudWatchLogs;
use crate::support::sns::CREDENTIALS;
use crate::support::wait::eventually;

/// The places for queries are those of a process, and tests share one: who takes all of them is alone.
static PLACES: RwLock<()> = RwLock::const_new(());

/// Held by a test that needs a place.
pub(crate) async fn place() -> RwLockReadGuard<'static, ()> {
    PLACES.read().await
}

pub(crate) const CAPS: Caps = Caps { lines: 60_000, bytes: 20_000_000 };

fn start() -> DateTime<Utc> {
    "2026-03-01T10:00:00Z".parse().unwrap()
}

pub(crate) fn window() -> Window {
    Window { start: start(), end: start() + TimeDelta::minutes(15) }
}

pub(crate) fn moment(pairs: &[(&str, &str)]) -> Moment {
    let labels: Labels = pairs.iter().copied().collect();
    let alerts = vec![Alert { source: "sns/aws".into(), labels: labels.clone() }];
    Moment { alerts, labels, window: window(), baselines: vec![] }
}

pub(crate) async fn door(
    logs: &CloudWatchLogs,
    groups: &[&str],
    filter: Option<&str>,
    seconds: u64,
) -> Result<Door, Fault> {
    let credentials = Credentials::new(CREDENTIALS[0].1, CREDENTIALS[1].1, None, None, "test");
    let sdk = firstlook::aws::config(Some("eu-west-1"), Some(&logs.url())).await.into_builder();
    let sdk = sdk.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    let groups: Vec<String> = groups.iter().map(|&group| group.to_owned()).collect();
    Door::new(&sdk, true, &groups, filter, Duration::from_secs(seconds))
}

async fn fetch(logs: &CloudWatchLogs, groups: &[&str], filter: Option<&str>) -> Result<Fetched, Fault> {
    let door = door(logs, groups, filter, 3).await?;
    door.asked(&moment(&[("service", "api")])).await?.fetch(window(), CAPS).await
}

/// A line each minute in `/a`, numbered.
pub(super) fn minutes() -> CloudWatchLogs {
    let logs = CloudWatchLogs::start();
    for n in -5..20 {
        logs.write("/a", start() + TimeDelta::minutes(n), "s", &format!("it's line {n}"));
    }
    logs
}

fn reasons(fetched: &Fetched) -> Vec<&str> {
    fetched.faults.iter().map(|fault| fault.reason.as_str()).collect()
}

#[tokio::test]
async fn the_windows_lines_come_in_order_and_a_filter_holds_its_value() {
    let _place = place().await;
    let logs = minutes();
    logs.write("/a", window().end - TimeDelta::milliseconds(1), "s", "the last");
    logs.write("/a", window().end, "s", "too late");
    let all = door(&logs, &["/a"], None, 3).await.unwrap().asked(&moment(&[])).await.unwrap();
    let fetched = all.fetch(window(), CAPS).await.unwrap();
    let texts: Vec<&str> = fetched.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!((texts.len(), texts[0], texts[15]), (16, "it's line 0", "the last"));
    assert_eq!((fetched.truncated, fetched.faults.len(), fetched.lines[0].stream.as_str()), (None, 0, "/a"));
    assert!(all.scanned() > 100, "{}", all.scanned());
    let filter = Some("@message like '{{labels.text}}'");
    let door = door(&logs, &["/{{labels.group}}"], filter, 5).await.unwrap();
    let asked = door.asked(&moment(&[("group", "a"), ("text", "it's line 7")])).await.unwrap();
    let found = asked.fetch(window(), CAPS).await.unwrap();
    assert_eq!((found.lines.len(), found.lines[0].text.as_str()), (1, "it's line 7"));
    for (pairs, said) in
        [(&[("group", "a")][..], "no label `text`"), (&[("text", "x"), ("group", "a b")], "name")]
    {
        let fault = door.asked(&moment(pairs)).await.unwrap_err();
        assert!(fault.kind == FaultKind::Configuration && fault.reason.contains(said), "{fault:?}");
    }
}

#[tokio::test]
async fn more_lines_than_a_query_gives_are_read_in_pieces() {
    let _place = place().await;
    let logs = CloudWatchLogs::start();
    for n in 0..24_000_i64 {
        logs.write("/a", start() + TimeDelta::milliseconds(n * 37), "s", &format!("line {n}"));
    }
    let door = door(&logs, &["/a"], None, 60).await.unwrap();
    let asked = door.asked(&moment(&[])).await.unwrap();
    let all = asked.fetch(window(), CAPS).await.unwrap();
    assert_eq!((all.lines.len(), &all.truncated, all.faults.len()), (24_000, &None, 0));
    assert!(
        all.lines.iter().enumerate().all(|(n, line)| line.text == format!("line {n}")),
        "each once, in order"
    );
    assert!(logs.queries().0 <= 5, "{:?}", logs.queries());
    let few = asked.fetch(window(), Caps { lines: 2_000, ..CAPS }).await.unwrap();
    assert_eq!((few.lines.len(), few.lines[1_999].text.as_str()), (2_000, "line 23999"), "the newest stay");
    assert_eq!(
        few.truncated.as_deref(),
        Some("the caps allow no more than the lines since 2026-03-01T10:13:34Z")
    );
    let bytes = asked.fetch(window(), Caps { bytes: 1_000, ..CAPS }).await.unwrap();
    assert_eq!(bytes.lines.len(), 100);
}

#[tokio::test]
async fn what_is_not_allowed_is_named_and_the_events_are_read_instead() {
    let _place = place().await;
    let logs = minutes();
    logs.deny(&["StartQuery"]);
    let fetched = fetch(&logs, &["/a"], Some("@message like 'line 3'")).await.unwrap();
    assert_eq!((fetched.lines.len(), fetched.lines[3].text.as_str()), (15, "it's line 3"));
    assert_eq!(fetched.faults.len(), 1);
    let fault = &fetched.faults[0];
    assert!(
        fault.reason.ends_with("read with FilterLogEvents instead, and without `filter`")
            && fault.remedy == "allow `logs:StartQuery` to the role of firstlook",
        "{fault:?}"
    );
    assert_eq!(logs.asked("FilterLogEvents")[0]["startTime"], start().timestamp_millis());
    for (denied, action) in
        [(&["StartQuery", "FilterLogEvents"][..], "StartQuery"), (&["GetQueryResults"], "GetQueryResults")]
    {
        logs.deny(denied);
        let fault = fetch(&logs, &["/a"], None).await.unwrap_err();
        assert_eq!(fault.remedy, format!("allow `logs:{action}` to the role of firstlook"));
    }
    eventually(PATIENCE, "the query is stopped", async || (logs.queries() == (1, 0)).then_some(())).await;
    logs.deny(&["DescribeLogGroups"]);
    let lambda = moment(&[("metric_namespace", "AWS/Lambda"), ("dimension.FunctionName", "pay")]);
    let fault = door(&logs, &[], None, 5).await.unwrap().asked(&lambda).await.unwrap_err();
    assert!(fault.remedy.contains("`logs:DescribeLogGroups`"), "{fault:?}");
}

#[tokio::test]
async fn a_query_waits_for_a_place_and_is_done_without_when_none_comes() {
    let _place = place().await;
    let logs = minutes();
    logs.busy(2);
    let fetched = fetch(&logs, &["/a"], None).await.unwrap();
    assert_eq!((fetched.lines.len(), fetched.faults.len()), (15, 0));
    assert!(logs.asked("StartQuery").len() == 3 && logs.asked("FilterLogEvents").is_empty());
    logs.busy(usize::MAX);
    let fetched = fetch(&logs, &["/a"], None).await.unwrap();
    assert_eq!((fetched.lines.len(), fetched.faults.len()), (15, 1));
    let said = &fetched.faults[0].reason;
    assert!(said.starts_with("AWS answers LimitExceededException to logs:StartQuery"), "{said}");
}

#[tokio::test]
async fn a_group_that_is_missing_is_left_out_and_said() {
    let _place = place().await;
    let logs = minutes();
    let fetched = fetch(&logs, &["/a", "/gone", "/gone/too"], None).await.unwrap();
    assert_eq!(fetched.lines.len(), 15);
    let mut said = reasons(&fetched);
    said.sort_unstable();
    assert_eq!(said, ["there is no log group /gone", "there is no log group /gone/too"]);
    assert!(!fetched.query.contains("gone") && fetched.query.contains("'/a'"), "{}", fetched.query);
    let arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/a:*";
    assert_eq!(fetch(&logs, &[arn], None).await.unwrap().lines.len(), 15);
    let fault = fetch(&logs, &["/gone"], None).await.unwrap_err();
    assert!(fault.kind == FaultKind::Configuration && fault.reason.contains("/gone"), "{fault:?}");
    for (pairs, said) in [
        (
            &[("metric_namespace", "AWS/Lambda"), ("dimension.FunctionName", "pay")][..],
            "no log group /aws/lambda/pay",
        ),
        (&[("metric_namespace", "Shop")], "where an alarm of Shop has its logs"),
        (&[], "where the alarm has its logs"),
    ] {
        let fault = door(&logs, &[], None, 5).await.unwrap().asked(&moment(pairs)).await.unwrap_err();
        assert!(fault.reason.contains(said) && fault.remedy.contains("`log_groups`"), "{fault:?}");
    }
}

#[tokio::test]
async fn what_ends_otherwise_and_what_cannot_be_read_is_said() {
    let _place = place().await;
    let logs = minutes();
    let fault = fetch(&logs, &["/a"], Some("((")).await.unwrap_err();
    assert!(
        fault.reason.contains("at line 2") && fault.remedy == "correct `filter` of this source",
        "{fault:?}"
    );
    for (end, said) in [("Failed", "failed"), ("Cancelled", "stopped"), ("Timeout", "longer than")] {
        logs.end(end);
        let fault = fetch(&logs, &["/a"], None).await.unwrap_err();
        assert!(fault.reason.contains(said), "{end}: {fault:?}");
    }
    assert_eq!(logs.stopped(), 0, "what has ended needs no stop");
    logs.end("Unknown");
    let fault = fetch(&logs, &["/a"], None).await.unwrap();
    assert!(fault.truncated.unwrap().contains("had not finished"), "unknown may still become known");
    for filter in ["a = {{labels.x}}", "a = 1 | limit 1"] {
        assert_eq!(door(&logs, &["/a"], Some(filter), 5).await.unwrap_err().kind, FaultKind::Configuration);
    }
}

#[tokio::test]
async fn a_query_is_stopped_when_nobody_waits_for_it_any_more() {
    let _place = place().await;
    let logs = minutes();
    logs.end("Running");
    let door = door(&logs, &["/a"], None, 60).await.unwrap();
    let asked = door.asked(&moment(&[])).await.unwrap();
    let given_up = tokio::time::timeout(Duration::from_secs(2), asked.fetch(window(), CAPS)).await;
    assert!(given_up.is_err());
    eventually(PATIENCE, "the query is stopped", async || (logs.stopped() == 1).then_some(())).await;
    assert_eq!(logs.queries(), (1, 0));
}

#[tokio::test]
async fn no_more_than_five_queries_run_at_once() {
    let _alone = PLACES.write().await;
    let logs = minutes();
    logs.end("Running");
    let door = door(&logs, &["/a"], None, 4).await.unwrap();
    let asked = door.asked(&moment(&[])).await.unwrap();
    let all = futures_util::future::join_all((0..8).map(|_| asked.fetch(window(), CAPS)));
    let (all, most) = tokio::join!(all, async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        logs.queries().1
    });
    assert!((1..=5).contains(&most), "{most}");
    let instead = all.iter().flatten().filter(|one| !one.faults.is_empty()).count();
    assert!(instead >= 3, "those that found no place were read in another way: {instead}");
    let no_answer = CloudWatchLogs::start();
    no_answer.server().plan().repeat(crate::support::plan::Behaviour::Hang);
    let fault = fetch(&no_answer, &["/a"], None).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Timeout, "{fault:?}");
}
