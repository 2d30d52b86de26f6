//! What is silenced is not escalated, and has the time that was left once it is silent no more.

use super::{end, marked, texts};
use crate::harness::{PATIENCE, alert, body};
use crate::routing::{routed, sweep};
use crate::support::wait::eventually;

#[tokio::test]
async fn nobody_else_is_told_of_what_is_silenced_until_that_ends() {
    let firstlook = routed("route: { receiver: slack-alerts, escalate: { receiver: oncall } }").await;
    let labels = [("alertname", "Slow"), ("service", "api"), ("severity", "warning")];
    firstlook.post(body(&[alert(&labels, "Slow of api")])).await;
    firstlook.idle().await;
    let url = format!("{}/api/v1/incidents/1/silence", firstlook.url);
    assert_eq!(firstlook.send(|client| client.post(url)).await.status, 200);
    firstlook.run("UPDATE escalation SET due_at = now()").await;
    sweep(&firstlook).await;
    let swept = "SELECT count(*) FROM job WHERE key = 'sweep' AND state = 'ready' AND run_at > now()";
    eventually(PATIENCE, "it was looked at", async || (firstlook.sql(swept).await == 1).then_some(())).await;
    firstlook.idle().await;
    assert!(firstlook.pagerduty.events().is_empty());
    let silent = firstlook.incident(1).await;
    assert!(texts(&silent, "escalated").is_empty());
    assert_eq!(silent["escalates_at"], silent["silenced_until"], "not before the silence is over");
    end(&firstlook, 1).await;
    marked(&firstlook, 1, false).await;
    eventually(PATIENCE, "it is escalated", async || (firstlook.pagerduty.events().len() == 1).then_some(()))
        .await;
    firstlook.finish().await;
}
