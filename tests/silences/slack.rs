//! Silences from Slack: by the button below a message, and by the command.

use serde_json::json;

use super::{critical, marked, texts};
use crate::harness::{Firstlook, PATIENCE, Setup, body};
use crate::support::wait::eventually;

#[tokio::test]
async fn a_button_and_a_command_silence_the_alerts_of_an_incident() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.post(body(&[critical("Down", "api")])).await;
    firstlook.post(body(&[critical("Down", "db")])).await;
    firstlook.idle().await;
    let message = firstlook.slack.messages().into_iter().find(|one| one.text().contains("api")).unwrap();
    assert!(message.words().contains("Silence 1 h"), "{}", message.words());
    firstlook.press("aya", "silence_1h", &json!(1), false).await;
    let silenced = marked(&firstlook, 1, true).await;
    let said = texts(&silenced, "silenced");
    assert!(
        said[0].starts_with("aya in Slack: silenced until ") && said[0].ends_with("silenced on the incident"),
        "{said:?}"
    );
    let answers = eventually(PATIENCE, "she is answered", async || {
        Some(firstlook.slack.answers()).filter(|answers| !answers.is_empty())
    })
    .await;
    let until = &silenced["silenced_until"].as_str().unwrap()[11..16];
    let answer = answers[0].to_string();
    assert!(
        answer.contains(&format!("Silenced until {until}")) && answer.contains("1 alert of #1"),
        "{answer}"
    );
    assert!(answer.contains("/silences"), "{answer}");

    let answer = firstlook.command("ken", "silence 2 2h  moving it").await.to_string();
    assert!(answer.contains("1 alert of #2"), "{answer}");
    let said = texts(&marked(&firstlook, 2, true).await, "silenced");
    assert!(said[0].starts_with("ken in Slack: ") && said[0].ends_with(": moving it"), "{said:?}");
    for (words, refused) in [
        ("silence 2 400d", "at most 90 days"),
        ("silence 2 2hours", "no length of time"),
        ("silence 99", "#99"),
    ] {
        let answer = firstlook.command("ken", words).await.to_string();
        assert!(answer.contains(refused), "{words}: {answer}");
    }
    firstlook.finish().await;
}
