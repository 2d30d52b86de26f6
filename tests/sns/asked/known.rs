//! Only what began since a source is known, and not long ago, is raised: nobody was to be told of anything older.

use chrono::TimeDelta;

use super::{Asked, METRIC, ago, arn, told};
use crate::support::cloudwatch::CloudWatch;

/// Makes the alarm, in alarm for so many minutes.
fn alarm(cloudwatch: &CloudWatch, name: &str, minutes: i64) {
    cloudwatch.put(METRIC, &arn(name), "ALARM", ago(minutes), &told());
}

/// The names of what is open.
async fn open(asked: &Asked) -> Vec<String> {
    asked.statuses().await.into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn what_has_been_in_alarm_since_before_the_source_was_known_does_not_ring() {
    let asked = Asked::start(true, "").await;
    asked.has_asked().await;
    asked.known_for("30 minutes").await;
    alarm(&asked.cloudwatch, "[P1] before", 40);
    alarm(&asked.cloudwatch, "[P1] since", 20);
    asked.ask().await;
    assert_eq!(open(&asked).await, ["[P1] since"]);
    // What fires here ends, whenever it began.
    asked.world.alarm("[P1] before", "ALARM", 40 * 60).await;
    asked.cloudwatch.put(METRIC, &arn("[P1] before"), "OK", ago(35), &told());
    asked.long_silence().await;
    asked.ask().await;
    let resolved = ("[P1] before".to_owned(), "resolved".to_owned());
    assert!(asked.statuses().await.contains(&resolved), "{:?}", asked.statuses().await);
    // Nobody needs to hear now of what began half a month ago.
    asked.known_for("30 days").await;
    let days = |days| TimeDelta::days(days).num_minutes();
    alarm(&asked.cloudwatch, "[P1] older", days(15) + 5);
    alarm(&asked.cloudwatch, "[P1] old", days(15) - 5);
    asked.ask().await;
    let names = open(&asked).await;
    assert!(names.contains(&"[P1] old".to_owned()) && !names.contains(&"[P1] older".to_owned()), "{names:?}");
    asked.world.told().await;
    asked.finish().await;
}

#[tokio::test]
async fn a_new_source_is_known_from_its_first_start_and_one_from_before_by_what_it_brought() {
    const FORGET: &str =
        "WITH s AS (DELETE FROM source_known WHERE source = 'sns/aws' RETURNING 1) SELECT count(*) FROM s";
    let asked = Asked::start(true, "").await;
    asked.has_asked().await;
    alarm(&asked.cloudwatch, "[P1] lost", 10);
    assert_eq!(asked.firstlook().sql(FORGET).await, 1);
    asked.ask().await;
    asked.ask().await;
    assert_eq!(asked.deliveries().await, 0);
    let now = "SELECT count(*) FROM source_known WHERE since > now() - interval '1 minute'";
    assert_eq!(asked.firstlook().sql(now).await, 1, "it is known now, and stays so");

    // As after an upgrade: nothing is written of it, but it has brought something.
    asked.world.alarm("[P1] heard", "ALARM", 30).await;
    let aged = "WITH d AS (UPDATE delivery SET received_at = now() - interval '20 minutes' RETURNING 1) SELECT count(*) FROM d";
    assert_eq!((asked.firstlook().sql(aged).await, asked.firstlook().sql(FORGET).await), (1, 1));
    asked.ask().await;
    assert_eq!(open(&asked).await, ["[P1] heard", "[P1] lost"]);
    assert_eq!(asked.world.told().await, ["trigger", "trigger"]);
    asked.finish().await;
}
