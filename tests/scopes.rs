//! `check --online` says of each bot what it may not do of all that is configured, and where it is not.

use crate::harness::command;
use crate::support::plan::Behaviour;
use crate::support::slack::{Slack, TOKEN};

fn check(slack: &Slack, more: &str) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "sources: {{ alertmanager: [{{ name: main }}] }}\nroute: {{ receiver: chat }}\nreceivers:\n  - name: chat\n    \
         slack_configs: [{{ channel: \"#alerts\", bot_token: {TOKEN}, api_url: \"{}\"{more}\n",
        slack.api_url()
    );
    std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
    let output = command(folder.path(), &["check", "--online"]).output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains(TOKEN), "{said}");
    (output.status.success(), said)
}

const APP: &str = " }]\nslack: { signing_secret: x }";

/// What is said of the one bot, and how that line is marked.
fn lines(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.contains("  chat slack/0  ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bot_may_not_do_of_what_is_configured_is_named_with_its_remedy() {
    let slack = Slack::start();
    let (fine, said) = check(&slack, APP);
    assert!(fine && said.contains("@firstlook in \"Test\" has every scope that it needs"), "{said}");
    assert!(said.contains("ok     chat slack/0") && said.contains("is in #alerts"), "{said}");

    for scope in ["commands", "pins:write", "usergroups:read", "channels:manage"] {
        slack.forbid(scope);
    }
    let (fine, said) = check(&slack, APP);
    let faults: Vec<&str> = lines(&said).into_iter().filter(|line| line.starts_with("FAULT")).collect();
    assert!(!fine && faults.len() == 1 && faults[0].contains("lacks the scope commands"), "{said}");
    assert!(faults[0].contains("OAuth & Permissions, and install the app again"), "{said}");
    for scope in ["pins:write", "usergroups:read", "channels:manage"] {
        let noted = lines(&said).into_iter().any(|line| {
            line.starts_with("note ") && line.contains(&format!("lacks the scope {scope} (declare: "))
        });
        assert!(noted, "{scope} is not in\n{said}");
    }
    // What is not configured needs nothing: no app, no declaring, and private channels in place of public ones.
    let (fine, said) = check(&slack, ", declare: { enabled: false } }]");
    assert!(fine && said.contains("has every scope that it needs"), "{said}");
    let (fine, said) = check(&slack, ", declare: { private: true } }]");
    assert!(fine && said.contains("pins:write") && !said.contains("usergroups:read"), "{said}");
    assert!(!said.contains("channels:manage"), "{said}");
    slack.forbid("chat:write");
    slack.forbid("channels:history");
    let (fine, said) = check(
        &slack,
        " }]\nslack: { signing_secret: x, offer_analysis: { channels: [C0123ABCD] } }\nsummary: { provider: openai, base_url: \"http://127.0.0.1:1/v1\", model: x }",
    );
    assert!(!fine && said.contains("lacks the scope chat:write (the message"), "{said}");
    assert!(said.contains("lacks the scope channels:history or groups:history"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_bot_is_not_is_said_as_far_as_it_may_look() {
    let slack = Slack::start();
    slack.remove_bot("#alerts");
    let (fine, said) = check(&slack, " }]");
    assert!(!fine && said.contains("the bot is not in #alerts: write /invite @firstlook there"), "{said}");
    slack.forbid("groups:read");
    let (fine, said) = check(&slack, ", declare: { enabled: false } }]");
    assert!(fine && said.contains("it may not look at without the scope groups:read"), "{said}");
    // Where the token is refused, that alone is said.
    slack.plan().then_on("auth.test", Behaviour::status(500));
    let (fine, said) = check(&slack, " }]");
    assert!(!fine && said.contains("FAULT  chat slack/0   Slack has a fault (500)"), "{said}");
}
