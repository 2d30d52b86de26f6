//! The commands, as a person types them.

use std::path::Path;
use std::process::Output;

use crate::harness::{alert, body, command};
use crate::support::postgres;

fn configured(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
    folder
}

const CONFIGURATION: &str = r##"
sources: { alertmanager: [{ name: main }] }
route: { receiver: chat, routes: [{ matchers: ['severity="critical"'], receiver: oncall }] }
receivers:
  - { name: oncall, pagerduty_configs: [{ routing_key: 0123456789abcdef0123456789abcdef }] }
  - { name: chat, slack_configs: [{ channel: "#alerts", bot_token: xoxb-secret }] }
"##;

fn run(folder: &Path, arguments: &[&str]) -> (Output, String) {
    let output = command(folder, arguments).output().unwrap();
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output, text)
}

#[test]
fn check_says_what_is_right_and_what_is_not() {
    let folder = configured(CONFIGURATION);
    let (output, text) = run(folder.path(), &["check"]);
    assert!(output.status.success() && text.contains("1 sources, 2 receivers"), "{text}");
    assert!(!text.contains("xoxb-secret"));
    let broken = configured(&CONFIGURATION.replace("receiver: chat", "receiver: chta"));
    let (output, text) = run(broken.path(), &["check"]);
    assert!(!output.status.success() && text.contains("firstlook.yml:3") && text.contains("chat"), "{text}");
}

#[test]
fn check_online_names_the_dependency_that_does_not_answer() {
    let text = format!("{CONFIGURATION}database: {{ url: \"postgres://nobody:hunter2@127.0.0.1:1/x\" }}\n");
    let text = text.replace("bot_token:", "api_url: \"http://127.0.0.1:1\", bot_token:");
    let text = text.replace("routing_key:", "url: \"http://127.0.0.1:1/v2/enqueue\", routing_key:");
    let folder = configured(&text);
    let (output, text) = run(folder.path(), &["check", "--online"]);
    assert!(!output.status.success(), "{text}");
    for line in ["FAULT  database", "FAULT  oncall pagerduty/0", "FAULT  chat slack/0"] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn triage_shows_who_would_be_told_and_sends_nothing() {
    let folder = configured(CONFIGURATION);
    let labels = [("alertname", "ApiDown"), ("service", "api"), ("severity", "critical")];
    std::fs::write(folder.path().join("body.json"), body(&[alert(&labels, "api is down")])).unwrap();
    let payload = folder.path().join("body.json").display().to_string();
    let (output, text) = run(folder.path(), &["triage", "--payload", &payload]);
    assert!(output.status.success(), "{text}");
    for words in [
        "incident: api is down (critical)",
        "trigger to oncall (pagerduty/0), because route.routes[0]: severity=\"critical\"",
        "Nothing was sent, and nothing was written.",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    std::fs::write(folder.path().join("body.json"), "{}").unwrap();
    let (output, text) = run(folder.path(), &["triage", "--payload", &payload]);
    assert!(!output.status.success() && text.starts_with("400: "), "{text}");
    let (output, text) = run(folder.path(), &["triage", "--payload", &payload, "--source", "sns/aws"]);
    assert!(!output.status.success() && text.contains("alertmanager/main"), "{text}");
}

#[tokio::test]
async fn migrate_can_be_run_again() {
    let url = postgres::fresh_database().await;
    let folder = configured(&format!("{CONFIGURATION}database: {{ url: \"{url}\" }}\n"));
    for _ in 0..2 {
        let (output, text) = run(folder.path(), &["migrate"]);
        assert!(output.status.success() && text.contains("The schema is that of firstlook"), "{text}");
    }
}

#[test]
fn a_missing_configuration_comes_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let (output, text) = run(folder.path(), &["serve"]);
    assert!(!output.status.success() && text.contains("receivers:"), "{text}");
}

#[test]
fn sns_sources_are_checked_and_their_messages_tried() {
    let samples = format!("{}/tests/samples/sns", env!("CARGO_MANIFEST_DIR"));
    let sns = |more: &str| {
        let topics = "topic_arns: [\"arn:aws:sns:us-east-1:000000000000:alarms-*\"]";
        let source = format!("{{ name: aws, {topics}, default_severity: critical{more} }}");
        let known = "sources: { alertmanager: [{ name: main }]";
        CONFIGURATION.replace(known, &format!("{known}, sns: [{source}]"))
    };
    let folder = configured(&sns(""));
    let (output, text) = run(folder.path(), &["check"]);
    assert!(output.status.success() && text.contains("2 sources, 2 receivers"), "{text}");
    for words in ["sns/aws", "signed by AWS; critical unless", "a delivery policy and a dead-letter queue"] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    let payload = format!("{samples}/localstack-07-Notification.json");
    let (output, text) = run(folder.path(), &["triage", "--payload", &payload, "--source", "sns/aws"]);
    assert!(output.status.success(), "{text}");
    for words in
        ["HighErr: Errors (Sum)", "above 1, for 10 s (critical)", "trigger to oncall", "not checked here"]
    {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    let pinned = format!(", signing_certificate_file: \"{samples}/signed_certificate_7506a1e3.pem\"");
    let (output, text) = run(configured(&sns(&pinned)).path(), &["check"]);
    assert!(!output.status.success() && text.contains("NOT valid now"), "{text}");
}

#[test]
fn templates_are_checked_and_shown() {
    let text = CONFIGURATION.replace(
        "- { name: chat,",
        "- { name: chat, webhook_configs: [{ url: 'http://h/x', template: teams }],",
    );
    let more = "language: ja\ntemplates: { path: ./own }\nserver: { listen: \"127.0.0.1:0\" }\n";
    let folder = configured(&format!("{text}{more}"));
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    let (output, said) = run(folder.path(), &["check"]);
    assert!(!output.status.success() && said.contains("FAULT  teams.hbs:1"), "{said}");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/messages");
    for entry in std::fs::read_dir(examples).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, own.join(path.file_name().unwrap())).unwrap();
    }
    let (output, said) = run(folder.path(), &["check"]);
    assert!(output.status.success() && said.contains("ok     templates"), "the examples work: {said}");
    let (output, said) = run(folder.path(), &["preview", "slack_title"]);
    assert!(output.status.success() && said == "🛑 重大：payment-api: PaymentApi5xxRateHigh\n", "{said}");
    let (_, said) = run(folder.path(), &["preview", "teams"]);
    assert!(said.contains("\"text\": \"重大：payment-api"), "{said}");
    let (_, said) = run(folder.path(), &["preview", "slack_storm"]);
    assert!(said.contains("アラーム多発") || said.contains("Storm"), "{said}");
    let (output, said) = run(folder.path(), &["preview", "slack_storm", "--incident", "1"]);
    assert!(!output.status.success() && said.contains("slack_storm is about many incidents"), "{said}");
    let (output, said) = run(folder.path(), &["preview", "slack"]);
    assert!(!output.status.success() && said.contains("there are: slack_title, slack_note"), "{said}");
    std::fs::write(own.join("slack_note.hbs"), "a\n{{incident.owner.name}}\n").unwrap();
    let (output, said) = run(folder.path(), &["check"]);
    assert!(!output.status.success() && said.contains("FAULT  slack_note.hbs:2"), "{said}");
    assert!(said.contains("not every incident has `incident.owner.name`; put what may be absent"), "{said}");
    let (output, said) = run(folder.path(), &["serve"]);
    assert!(!output.status.success() && said.contains("`templates.path`: slack_note.hbs:2: "), "{said}");
}
