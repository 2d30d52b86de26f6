//! Who is told when: intervals in which a route is active or muted, and delays, seen from outside; and that the tree tells
//! whom Alertmanager's own tells.

mod amtool;
mod escalation;
mod explain;
mod inhibition;
mod later;

use serde_json::Value;

use crate::harness::{Firstlook, Setup};
use crate::support::process;

/// Starts it with this in place of its `route:` (and what else stands at the top).
pub async fn routed(route: &str) -> Firstlook {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    reroute(&mut firstlook, route).await;
    firstlook
}

/// Has it come again with another `route:`.
pub async fn reroute(firstlook: &mut Firstlook, route: &str) {
    firstlook.kill();
    let path = firstlook.folder.path().join("firstlook.yml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, after) = text.split_once("\nroute:").unwrap();
    let (_, after) = after.split_once("\nreceivers:").unwrap();
    let before = before.split("\ntime_intervals:").next().unwrap();
    let text = format!("{before}\n{}\nreceivers:{after}", route.trim());
    std::fs::write(&path, text).unwrap();
    firstlook.launch().await;
}

/// Lets the next sweep come at once.
pub async fn sweep(firstlook: &Firstlook) {
    let soon = "WITH soon AS (UPDATE job SET run_at = now() WHERE key = 'sweep' RETURNING 1) SELECT count(*) FROM soon";
    assert_eq!(firstlook.sql(soon).await, 1);
}

/// What waits is looked at now, and everything that follows from that is done.
pub async fn due(firstlook: &Firstlook) {
    firstlook.sql("WITH due AS (UPDATE target SET held_until = now() WHERE held_until IS NOT NULL RETURNING 1) SELECT count(*) FROM due").await;
    sweep(firstlook).await;
    let waiting = "SELECT count(*) FROM target WHERE held_until <= now()";
    crate::support::wait::eventually(crate::harness::PATIENCE, "who waits is looked at", async || {
        (firstlook.sql(waiting).await == 0).then_some(())
    })
    .await;
    firstlook.idle().await;
}

/// Receiver, kind and state of each thing told of an incident, and why.
pub fn told(incident: &Value) -> Vec<(String, String, String)> {
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let one = |one: &Value| {
        (format!("{} {}", text(one, "receiver"), text(one, "kind")), text(one, "state"), text(one, "reason"))
    };
    incident["notifications"].as_array().unwrap().iter().map(one).collect()
}

/// Runs amtool, which has to succeed.
pub fn amtool(arguments: &[&str]) -> String {
    let program = process::program("amtool", &[], "prometheus");
    let output = std::process::Command::new(program).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}
