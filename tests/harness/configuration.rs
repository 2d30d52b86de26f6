//! The configuration of a test: two receivers, one of which pages, and what the test asks for.

use super::{CHANGE_KEY, SIGNING_SECRET, Setup, TOKEN, WEBHOOK_SECRET};
use crate::support::pagerduty::{self, PagerDuty};
use crate::support::slack::{self, Slack};

pub(super) fn configuration(
    setup: &Setup,
    slack: &Slack,
    pagerduty: &PagerDuty,
    database: &str,
    port: u16,
) -> String {
    format!(
        r##"
server: {{ name: test, listen: "127.0.0.1:{port}", external_url: "http://127.0.0.1:{port}" }}
database: {{ url: "{database}" }}
sources:
  alertmanager: [{{ name: main, authorization: {{ credentials: {TOKEN} }}{source} }}]
  sns: {sns}
  changes: [{{ name: ci, authorization: {{ credentials: {TOKEN} }} }}, {{ name: actions, routing_key: {CHANGE_KEY} }}]
labels: {labels}
severity: {{ map: {{ page: critical }}, default: warning }}
incidents: {incidents}
{storm}
{more}
route:
  receiver: slack-alerts
  routes: [{{ matchers: ['severity="critical"'], receiver: oncall }}]
receivers:
  - name: oncall
    pagerduty_configs: [{{ routing_key: {key}, url: "{pagerduty}", max_per_minute: {pages}, webhook_secret: {WEBHOOK_SECRET}{pager} }}]
    webhook_configs: {webhooks}
    slack_configs: [{{ channel: "#alerts-critical", bot_token: {slack_token}, api_url: "{slack}", max_per_minute: {posts}{chat} }}]
  - name: slack-alerts
    slack_configs: [{{ channel: "#alerts", bot_token: {slack_token}, api_url: "{slack}", max_per_minute: {posts} }}]
{app}
runbooks: {{ path: "{runbooks}" }}
evidence:
{evidence}
summary: {summary}
"##,
        // Nothing is a storm where a test says nothing of it.
        storm = if setup.more.contains("storm:") { "" } else { "storm: { incidents: 1000000 }" },
        app = if setup.more.contains("slack:") {
            String::new()
        } else {
            format!("slack: {{ signing_secret: {SIGNING_SECRET} }}")
        },
        source = setup.source,
        sns = setup.sns,
        labels = setup.labels,
        more = setup.more,
        pager = setup.pager,
        chat = if setup.slack.is_empty() { String::new() } else { format!(", {}", setup.slack) },
        webhooks = setup.webhooks,
        pages = setup.per_minute.0,
        posts = setup.per_minute.1,
        incidents = setup.incidents,
        key = pagerduty::ROUTING_KEY,
        pagerduty = pagerduty.url(),
        slack_token = slack::TOKEN,
        slack = slack.api_url(),
        runbooks = setup.runbooks.display(),
        evidence = setup.evidence,
        summary = setup.summary,
    )
}
