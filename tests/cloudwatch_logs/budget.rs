//! What a source's queries may read in a day: shared by replicas, remembered, and never passed in silence.

use chrono::TimeDelta;
use firstlook::evidence::{CloudWatchLogs as Door, FaultKind};
use firstlook::store::{Meter, Store};

use super::door::{CAPS, door, minutes, moment, place, window};
use crate::harness::PATIENCE;
use crate::support::cloudwatch_logs::CloudWatchLogs;
use crate::support::postgres::fresh_database;
use crate::support::wait::eventually;

/// Of all lines of the window, and of the second after it.
const LINES: u64 = 10 * 11 + 6 * 12;

async fn store(database: &str) -> Store {
    let store = Store::new(database, 3).unwrap();
    store.migrate().await.unwrap();
    store
}

async fn metered(logs: &CloudWatchLogs, store: &Store, source: &str, budget: u64) -> Door {
    let meter = Meter::new(store.clone(), source, budget);
    door(logs, &["/a"], None, 3).await.unwrap().metered(meter)
}

/// Whether as many bytes as `LINES` times `each`, and no more, were spent today.
async fn spent(store: &Store, bytes: u64) -> bool {
    let now = firstlook::clock::now();
    let reached = Meter::new(store.clone(), "logs", bytes).spend(0, now).await.unwrap();
    reached && !Meter::new(store.clone(), "logs", bytes + 1).spend(0, now).await.unwrap()
}

#[tokio::test]
async fn a_query_that_reads_more_than_the_day_has_is_stopped_and_the_next_does_not_begin() {
    let _place = place().await;
    let (logs, database) = (minutes(), fresh_database().await);
    let store = store(&database).await;
    logs.weigh(1_000);
    logs.end("Running");
    let first = metered(&logs, &store, "logs", 100_000).await;
    let asked = first.asked(&moment(&[])).await.unwrap();
    let found = asked.fetch(window(), CAPS).await.unwrap();
    assert_eq!(found.lines.len(), 7, "what came until then");
    let cut = found.truncated.unwrap();
    assert!(
        cut.starts_with("Logs Insights was stopped after ") && cut.ends_with("some of the lines"),
        "{cut}"
    );
    assert_eq!(found.faults.len(), 1);
    let fault = &found.faults[0];
    assert!(
        fault.reason.contains("100000 bytes, is used up") && fault.remedy.contains("`scan_budget`"),
        "{fault:?}"
    );
    assert_eq!(asked.scanned(), LINES * 1_000);
    eventually(PATIENCE, "the query is stopped", async || (logs.stopped() == 1).then_some(())).await;

    // Another replica, on another connection, after a restart.
    let other = metered(&logs, &Store::new(&database, 1).unwrap(), "logs", 100_000).await;
    let instead = other.asked(&moment(&[])).await.unwrap().fetch(window(), CAPS).await.unwrap();
    assert_eq!((instead.lines.len(), instead.faults.len(), instead.truncated), (15, 1, None));
    let fault = &instead.faults[0];
    assert!(
        fault.reason.ends_with("is used up; the lines were read with FilterLogEvents instead"),
        "{fault:?}"
    );
    let question = other.question("filter @message like 'line 3'", &moment(&[])).await.unwrap();
    let fault = question.lines(window(), CAPS).await.unwrap_err();
    assert!(fault.kind == FaultKind::Configuration && fault.remedy.contains("`scan_budget`"), "{fault:?}");
    assert_eq!(logs.queries(), (1, 0), "no other query began");
    assert!(spent(&store, LINES * 1_000).await);
}

#[tokio::test]
async fn each_source_and_each_day_has_its_own_and_old_days_are_forgotten() {
    let _place = place().await;
    let (logs, database) = (minutes(), fresh_database().await);
    let store = store(&database).await;
    let logs_of = metered(&logs, &store, "logs", 1 << 30).await;
    let asked = logs_of.asked(&moment(&[])).await.unwrap();
    for times in 1..=2 {
        let found = asked.fetch(window(), CAPS).await.unwrap();
        assert_eq!((found.lines.len(), found.faults.len()), (15, 0));
        assert_eq!(asked.scanned(), LINES * times);
        assert!(
            spent(&store, LINES * times).await,
            "a query is counted once, however often it was asked for"
        );
    }
    let now = firstlook::clock::now();
    let meter = |source| Meter::new(store.clone(), source, LINES);
    assert!(meter("logs").spend(0, now).await.unwrap());
    assert!(!meter("others").spend(0, now).await.unwrap());
    assert!(!meter("logs").spend(0, now + TimeDelta::days(1)).await.unwrap(), "tomorrow is another day");
    assert!(meter("logs").spend(u64::MAX, now).await.unwrap(), "it never wraps");
    assert!(meter("logs").spend(u64::MAX, now).await.unwrap());
    store.forget_scans(now - TimeDelta::days(8)).await.unwrap();
    assert!(meter("logs").spend(0, now).await.unwrap(), "today is not old");
    store.forget_scans(now + TimeDelta::days(1)).await.unwrap();
    assert!(!meter("logs").spend(0, now).await.unwrap());
}

#[tokio::test]
async fn without_the_database_the_logs_of_an_alarm_are_read_all_the_same() {
    let _place = place().await;
    let logs = minutes();
    let gone = Store::new("postgres://nobody@127.0.0.1:9/none", 1).unwrap();
    let door = door(&logs, &["/a"], None, 15).await.unwrap().metered(Meter::new(gone, "logs", 1));
    let found = door.asked(&moment(&[])).await.unwrap().fetch(window(), CAPS).await.unwrap();
    assert_eq!((found.lines.len(), found.faults.len()), (15, 0));
}

#[tokio::test]
async fn what_is_given_up_is_counted_to_its_end() {
    let _place = place().await;
    let (logs, database) = (minutes(), fresh_database().await);
    let store = store(&database).await;
    logs.end("Running");
    let door = metered(&logs, &store, "logs", 1 << 30).await;
    let asked = door.asked(&moment(&[])).await.unwrap();
    // After the query has begun, and before it is asked for the first time that it shows what it reads.
    let given_up =
        tokio::time::timeout(std::time::Duration::from_millis(400), asked.fetch(window(), CAPS)).await;
    assert!(given_up.is_err());
    eventually(PATIENCE, "it is counted", async || spent(&store, LINES).await.then_some(())).await;
    assert_eq!(logs.queries(), (1, 0));
}
