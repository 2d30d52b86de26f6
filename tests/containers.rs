//! Lines of containers as shippers bring them to Loki and CloudWatch Logs: read as the program wrote them, and joined only
//! within their container.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook::evidence::{Caps, Fetched, Loki as Door};
use firstlook_core::alert::Labels;
use serde_json::json;

use crate::cloudwatch_logs::door::{CAPS, door, moment, place, window};
use crate::support::cloudwatch_logs::CloudWatchLogs;
use crate::support::loki::Loki;

const GROUP: &str = "/aws/containerinsights/shop/application";

fn at(milliseconds: i64) -> DateTime<Utc> {
    window().start + TimeDelta::milliseconds(milliseconds)
}

/// As the Container Runtime Interface writes it.
fn cri(milliseconds: i64, output: &str, tag: char, text: &str) -> String {
    let time = at(milliseconds).to_rfc3339_opts(chrono::SecondsFormat::Nanos, true);
    format!("{time} {output} {tag} {text}")
}

/// As Fluent Bit sends it on, with the pod that it found.
fn record(pod: &str, tag: &str, text: &str) -> String {
    json!({
        "time": at(0), "stream": "stdout", "_p": tag, "log": text,
        "kubernetes": {"pod_name": pod, "namespace_name": "shop", "container_name": "app", "docker_id": pod},
    })
    .to_string()
}

fn said(fetched: &Fetched) -> Vec<(&str, &str)> {
    assert_eq!(fetched.truncated, None);
    fetched.lines.iter().map(|line| (line.stream.as_str(), line.text.as_str())).collect()
}

async fn from_loki(loki: &Loki, query: &str) -> Fetched {
    let door = Door::new(&loki.url(), query, None, None, Duration::from_secs(30)).unwrap();
    door.fetch(window(), &Labels::default(), Caps::default()).await.unwrap()
}

#[tokio::test]
async fn loki_s_streams_are_read_as_the_containers_wrote_them() {
    let loki = Loki::start();
    let push = |pod: &str, ms: i64, line: &str| loki.push(&[("app", "pay"), ("pod", pod)], at(ms), line);
    push("pay-0", 0, &cri(0, "stdout", 'P', "{\"msg\":\"no "));
    push("pay-1", 1, &cri(1, "stdout", 'F', "INFO up"));
    push("pay-1", 2, &cri(2, "stdout", 'P', "of another "));
    push("pay-0", 3, &cri(3, "stderr", 'F', "ERROR boom"));
    push("pay-0", 4, &cri(4, "stdout", 'F', "room\"}"));
    push("pay-1", 5, &cri(5, "stderr", 'F', "\tat other.C(D.java:1)"));
    push("pay-0", 6, &cri(6, "stderr", 'F', "\tat boom.C(D.java:1)"));
    push("pay-1", 7, &cri(7, "stdout", 'F', "pod"));
    let docker = json!({"log": "INFO docker\n", "stream": "stdout", "time": at(8)}).to_string();
    push("pay-1", 8, &docker);
    let own = r#"{"log":"of the program","user":"u"}"#;
    push("pay-1", 9, own);
    let found = from_loki(&loki, r#"{app="pay"}"#).await;
    assert_eq!(
        said(&found),
        [
            ("pay", "{\"msg\":\"no room\"}"),
            ("pay", "INFO up"),
            ("pay", "of another pod"),
            ("pay", "ERROR boom\n\tat boom.C(D.java:1)"),
            ("pay", "\tat other.C(D.java:1)"),
            ("pay", "INFO docker"),
            ("pay", own),
        ]
    );
    assert_eq!(found.lines[0].at, Some(at(0)));
    let some = from_loki(&loki, r#"{app="pay"} |= "stdout""#).await;
    assert!(
        said(&some).contains(&("pay", "{\"msg\":\"no ")),
        "a filter leaves parts alone: {:?}",
        said(&some)
    );
}

#[tokio::test]
async fn pods_that_a_shipper_puts_into_one_stream_are_told_apart() {
    let loki = Loki::start();
    let push = |ms: i64, line: &str| loki.push(&[("job", "fluent-bit")], at(ms), line);
    // More than one page, so that parts lie on two.
    for n in 0..6_000 {
        push(n, &record(&format!("pod-{}", n % 2), if n % 4 < 2 { "P" } else { "F" }, &format!("{n} ")));
    }
    let found = from_loki(&loki, r#"{job="fluent-bit"}"#).await;
    assert_eq!(found.lines.len(), 3_000);
    for (line, n) in found.lines.iter().zip(0_i64..) {
        // 0 and 2 are of one pod, 1 and 3 of the other.
        let first = n / 2 * 4 + n % 2;
        assert_eq!((line.stream.as_str(), line.at), (["pod-0", "pod-1"][n as usize % 2], Some(at(first))));
        assert_eq!(line.text, format!("{first} {} ", first + 2));
    }
}

#[tokio::test]
async fn container_insights_and_its_events_are_read_alike() {
    let _place = place().await;
    let logs = CloudWatchLogs::start();
    let write = |stream: &str, ms: i64, text: &str| logs.write(GROUP, at(ms), stream, text);
    // One instant for all: the order is that of the runtime, or that in which they were written.
    write("node-1", 0, &record("pay-0", "F", &cri(0, "stderr", 'P', "panic: ")));
    write("node-1", 0, &record("pay-1", "P", "INFO "));
    write("node-2", 0, &record("cart-0", "F", "ERROR boom"));
    write("node-1", 0, &record("pay-0", "F", &cri(1, "stderr", 'F', "nil")));
    write("node-2", 0, &record("cart-0", "F", "\tat boom.C(D.java:1)"));
    write("node-1", 0, &record("pay-1", "F", "up"));
    write("plain", 0, "ERROR no shipper");
    let ask = async |filter: Option<&str>| {
        let door = door(&logs, &[GROUP], filter, 10).await.unwrap();
        door.asked(&moment(&[])).await.unwrap().fetch(window(), CAPS).await.unwrap()
    };
    let expected = [
        ("pay-0", "panic: nil"),
        ("pay-1", "INFO up"),
        ("cart-0", "ERROR boom\n\tat boom.C(D.java:1)"),
        (GROUP, "ERROR no shipper"),
    ];
    let sorted = |fetched: &Fetched| {
        let place = |one: &(&str, &str)| expected.iter().position(|other| other == one);
        let mut all: Vec<_> =
            said(fetched).into_iter().map(|one| (place(&one), format!("{one:?}"))).collect();
        all.sort();
        all
    };
    let all = sorted(&ask(None).await);
    assert!(all.len() == 4 && all.iter().all(|(place, _)| place.is_some()), "{all:?}");
    let some = ask(Some("@message like 'pay-0'")).await;
    assert_eq!(said(&some), [("pay-0", "panic: "), ("pay-0", "nil")], "a filter leaves parts alone");
    logs.deny(&["StartQuery"]);
    assert_eq!(sorted(&ask(None).await), all, "events say the same");
}
