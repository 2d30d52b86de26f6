//! What Slack refuses of a declaration: each says what it needs, and keeps no other step from being done.

use serde_json::json;

use super::{ID, INVITED, NAME, both, declare, lines, start};
use crate::support::plan::Behaviour;
use crate::support::slack::workspace::words;

#[tokio::test]
async fn each_missing_scope_is_named_and_stops_no_other_step() {
    let firstlook = start(INVITED).await;
    let slack = &firstlook.slack;
    for scope in ["channels:manage", "usergroups:read", "pins:write"] {
        slack.forbid(scope);
    }
    declare(&firstlook).await;
    firstlook.idle().await;
    let incident = firstlook.incident(1).await;
    let needs = |scope: &str| {
        format!("add the scope {scope} to the Slack app, install it again, and declare once more")
    };
    let undone = lines(&incident, "not_declared");
    assert!(
        undone.len() == 1
            && undone[0].starts_with("no channel was opened: Slack refused conversations.create"),
        "{undone:?}"
    );
    assert!(undone[0].contains(&needs("channels:manage")), "{undone:?}");
    assert!(slack.made().is_empty());
    let alarm = slack.messages()[0].clone();
    let thread = slack.replies(&alarm.ts);
    assert_eq!(thread.len(), 1);
    for text in [alarm.words(), thread[0].words()] {
        assert!(text.contains("It has no channel.") && text.contains(&needs("channels:manage")), "{text}");
    }
    let page = firstlook.get("/incidents/1").await.text;
    assert!(page.contains("channels:manage") && page.contains("Try what was not done again"), "{page}");

    // With the first one given, the others are still missing.
    slack.allow_all();
    slack.forbid("usergroups:read");
    slack.forbid("pins:write");
    let said = declare(&firstlook).await;
    assert!(said.contains("what was not done then is tried again"), "{said}");
    firstlook.until("its channel is open", |one| one["declared"]["channel"] == ID).await;
    firstlook.idle().await;
    let channel = slack.seen(NAME);
    assert_eq!(channel.members, ["U0TEST", "U0KEN", "U0MIA"], "those who could be brought in are there");
    assert!(!channel.topic.is_empty() && channel.pins.is_empty(), "{channel:?}");
    let undone = firstlook.incident(1).await["declared"]["undone"].to_string();
    assert!(undone.contains("the group S0PLATFORM") && undone.contains("usergroups:read"), "{undone}");
    assert!(undone.contains("not pinned") && undone.contains("pins:write"), "{undone}");
    let (alarm, own) = both(&firstlook);
    assert!(words(&alarm).contains("pins:write") && words(&own).contains("pins:write"), "{own:#}");

    slack.allow_all();
    declare(&firstlook).await;
    firstlook.until("all is done", |one| one["declared"]["undone"] == json!([])).await;
    firstlook.idle().await;
    let channel = slack.seen(NAME);
    assert_eq!(channel.members, ["U0TEST", "U0KEN", "U0MIA", "U0BOB"]);
    assert_eq!((channel.pins.len(), slack.made().len()), (1, 1));
    firstlook.finish().await;
}

#[tokio::test]
async fn a_name_that_others_have_gives_way_to_the_next_and_people_who_are_gone_are_named() {
    let firstlook = start("declare: { invite: [U0KEN, U0GONE, S0GONE, U0FIRSTLOOK] }").await;
    let slack = &firstlook.slack;
    slack.add_channel(NAME);
    slack.remove_bot(&format!("#{NAME}"));
    slack.add_channel(&format!("{NAME}-2"));
    slack.archive(&format!("#{NAME}-2"));
    declare(&firstlook).await;
    firstlook.until("its channel is open", |one| one["declared"]["channel"].is_string()).await;
    firstlook.idle().await;
    assert_eq!(slack.made(), [format!("{NAME}-3")]);
    assert_eq!(
        slack.seen(&format!("{NAME}-3")).members,
        ["U0TEST", "U0KEN"],
        "that the bot is in it is no fault"
    );
    let undone = lines(&firstlook.incident(1).await, "not_declared");
    assert_eq!(undone.len(), 1, "{undone:?}");
    assert!(
        undone[0].contains("U0GONE (user_not_found)") && undone[0].contains("the group S0GONE"),
        "{undone:?}"
    );
    assert!(undone[0].contains("name a group that there is in `declare.invite`"), "{undone:?}");
    firstlook.finish().await;
}

#[tokio::test]
async fn a_channel_full_of_pins_and_patience_asked_for_are_no_reason_to_stop() {
    let firstlook = start(INVITED).await;
    let plan = firstlook.slack.plan();
    plan.then_on("conversations.create", Behaviour::retry_after(429, 1));
    plan.then_on("conversations.setTopic", Behaviour::status(500));
    plan.then_on("conversations.invite", Behaviour::Reset);
    declare(&firstlook).await;
    firstlook.until("its channel is open", |one| one["declared"]["channel"] == ID).await;
    firstlook.slack.fill_pins(NAME, 100);
    firstlook.idle().await;
    let channel = firstlook.slack.seen(NAME);
    assert_eq!(
        (channel.members.len(), channel.topic.is_empty(), firstlook.slack.made().len()),
        (4, false, 1)
    );
    assert_eq!(firstlook.slack.plan().left(), 0);
    firstlook.finish().await;
}
