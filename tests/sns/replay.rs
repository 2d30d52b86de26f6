//! `replay`: what could not be delivered, or was kept, goes through the same door again; once, whatever dies in between.

mod known;

use std::process::Output;

use serde_json::{Value, json};

use super::World;
use crate::harness::{alert, body, command, resolved};
use crate::support::sns::{CONFIRM_TOKEN, CREDENTIALS, UNSUBSCRIBE, alarm};
use crate::support::sqs::Sqs;

/// The command beside the running service, with its exit code's success and what it prints.
fn replay(world: &World, arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
    let mut command = command(world.firstlook.folder.path(), &[&["replay"], arguments].concat());
    command.envs(CREDENTIALS).env("AWS_REGION", "eu-west-1").envs(environment.iter().copied());
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    for secret in [CONFIRM_TOKEN, UNSUBSCRIBE, CREDENTIALS[1].1] {
        assert!(!text.contains(secret), "{secret} is printed: {text}");
    }
    (status.success(), text)
}

fn from(world: &World, sqs: &Sqs, more: &[&str]) -> (bool, String) {
    replay(world, &[&["--from-sqs", &sqs.url()], more].concat(), &[])
}

fn contains(text: &str, all: &[&str]) {
    for words in all {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
}

/// An alarm that changed so many seconds ago, in a message of the same age.
fn old(world: &World, name: &str, state: &str, ago: i64) -> Value {
    let changed = firstlook::clock::now() - chrono::TimeDelta::seconds(ago);
    world.sns.old(&alarm(name, state, changed).to_string(), ago)
}

const HOUR: i64 = 3_600;

#[tokio::test]
async fn an_outage_longer_than_the_retries_is_made_good_from_the_dead_letter_queue() {
    let mut world = World::start("").await;
    let sqs = Sqs::start();
    world.firstlook.kill();
    let letters: Vec<Value> =
        (0..12).map(|n| old(&world, &format!("[P1] lost {n}"), "ALARM", 3 * HOUR)).collect();
    letters.iter().for_each(|letter| drop(sqs.put(letter)));
    world.firstlook.launch().await;
    assert_eq!(world.post(&letters[0]).await.status, 400, "at the front it is too old");
    let (ok, text) = from(&world, &sqs, &["--max", "4"]);
    assert!(ok && sqs.len() == 8, "{text}");
    let (ok, text) = from(&world, &sqs, &[]);
    contains(&text, &["8 taken, 0 taken before", "opened", "played back from a dead-letter queue"]);
    assert!(ok && sqs.len() == 0);
    // A running service tells what the command has committed.
    assert_eq!(world.told().await.len(), 12);
    letters.iter().for_each(|letter| drop(sqs.put(letter)));
    let (ok, text) = from(&world, &sqs, &[]);
    contains(&text, &["0 taken, 12 taken before"]);
    assert!(ok && sqs.len() == 0);
    assert_eq!(world.told().await.len(), 12);
    for (count, wanted) in [
        ("SELECT count(*) FROM delivery", 12),
        ("SELECT count(*) FROM incident", 12),
        ("SELECT max(received) FROM incident_alert", 1),
    ] {
        assert_eq!(world.firstlook.sql(count).await, wanted, "{count}");
    }
    world.finish().await;
}

#[tokio::test]
async fn killed_around_its_commit_a_message_is_neither_lost_nor_doubled() {
    let world = World::start("").await;
    let sqs = Sqs::start();
    for (step, kept) in [("read:1", 0), ("before-commit:1", 0), ("committed:1", 1)] {
        let text = format!("free text, which has no times of its own: {step}");
        sqs.put(world.sns.old(&text, 3 * HOUR));
        let before = world.firstlook.sql("SELECT count(*) FROM delivery").await;
        let url = sqs.url();
        let (ok, _) = replay(&world, &["--from-sqs", &url], &[(firstlook::fail::VARIABLE, step)]);
        assert!(!ok && sqs.len() == 1, "{step}");
        assert_eq!(world.firstlook.sql("SELECT count(*) FROM delivery").await, before + kept, "{step}");
        sqs.reappear();
        let (ok, text) = from(&world, &sqs, &[]);
        assert!(ok && sqs.len() == 0, "{text}");
        contains(&text, &[&format!("{} taken, {kept} taken before", 1 - kept)]);
        assert_eq!(world.firstlook.sql("SELECT count(*) FROM delivery").await, before + 1, "{step}");
    }
    assert_eq!(world.firstlook.sql("SELECT max(received) FROM incident_alert").await, 1);
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn what_is_refused_stays_and_is_listed_and_the_command_ends() {
    let world = World::start("").await;
    for forgetful in [false, true] {
        let sqs = Sqs::start();
        if forgetful {
            sqs.forget();
        }
        let mut forged = old(&world, "[P1] forged", "ALARM", 60);
        forged["Message"] = forged["Message"].as_str().unwrap().replace("forged", "forgeD").into();
        let mut foreign = world.sns.notification(None, "x");
        foreign["TopicArn"] = "arn:aws:sns:eu-west-1:123456789012:other".into();
        let stay = [
            (sqs.put(forged), "the signature is not that of its certificate"),
            (sqs.put(world.sns.sign(foreign)), "no source has"),
            (sqs.put("no envelope"), "name its source with --source"),
            (sqs.put(world.sns.confirmation("SubscriptionConfirmation")), "is not played back"),
        ];
        sqs.put(old(&world, &format!("[P1] good {forgetful}"), "ALARM", 3 * HOUR));
        let (ok, text) = from(&world, &sqs, &[]);
        assert!(!ok && sqs.len() == 4, "{text}");
        contains(&text, &["1 taken", "4 stay in the queue"]);
        for (id, why) in stay {
            assert!(text.lines().any(|line| line.contains(&id) && line.contains(why)), "{id}: {why}\n{text}");
        }
        assert!(sqs.asked() <= 5, "{}", sqs.asked());
    }
    assert!(world.sns.api().requests().is_empty(), "nothing was confirmed");
    assert_eq!(world.firstlook.sql("SELECT count(*) FROM delivery").await, 2);
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn alarms_are_judged_by_their_own_times_in_whatever_order_they_come_back() {
    let world = World::start("").await;
    let sqs = Sqs::start();
    // Its end was delivered, its beginning was not.
    world.alarm("[P1] over", "OK", 600).await;
    sqs.put(old(&world, "[P1] over", "ALARM", 3 * HOUR));
    let (ok, text) = from(&world, &sqs, &[]);
    contains(&text, &["late", "and was over by"]);
    assert!(ok && world.firstlook.incidents().await.is_empty());
    // Neither was: whichever the queue gives first, the end is known.
    sqs.put(old(&world, "[P1] both", "OK", 2 * HOUR));
    sqs.put(old(&world, "[P1] both", "ALARM", 3 * HOUR));
    let (ok, text) = from(&world, &sqs, &[]);
    contains(&text, &["2 taken", "late", "and was over by"]);
    assert!(ok && world.firstlook.incidents().await.is_empty(), "nobody is called for what is over");
    // It goes on, as is known: what comes back changes nothing.
    world.alarm("[P1] on", "ALARM", 60).await;
    sqs.put(old(&world, "[P1] on", "OK", 3 * HOUR));
    sqs.put(old(&world, "[P1] on", "ALARM", 4 * HOUR));
    assert!(from(&world, &sqs, &[]).0);
    assert_eq!(world.firstlook.incidents().await[0]["status"], "open");
    assert_eq!(world.told().await, ["trigger"]);
    world.finish().await;
}

#[tokio::test]
async fn a_dry_run_shows_what_would_be_and_changes_nothing() {
    let world = World::start("").await;
    let sqs = Sqs::start();
    world.alarm("[P1] over", "OK", 600).await;
    let known = world.sns.notification(None, "known");
    world.post(&known).await;
    world.told().await;
    sqs.put(old(&world, "[P1] over", "ALARM", 3 * HOUR));
    sqs.put(old(&world, "[P1] new", "ALARM", 3 * HOUR));
    sqs.put(&known);
    sqs.put("no envelope");
    let rows = async || {
        let mut rows = Vec::new();
        for count in [
            "SELECT count(*) FROM delivery",
            "SELECT count(*) FROM incident",
            "SELECT count(*) FROM decision",
            "SELECT count(*) FROM edge",
            "SELECT count(*) FROM slot",
            "SELECT count(*) FROM sns_seen",
            "SELECT last_value FROM incident_number_seq",
        ] {
            rows.push(world.firstlook.sql(count).await);
        }
        rows
    };
    let before = rows().await;
    let (ok, text) = from(&world, &sqs, &["--dry-run"]);
    contains(
        &text,
        &[
            "would ",
            "late  arn:aws:cloudwatch:eu-west-1:123456789012:alarm:[P1] over",
            "opened  arn:aws",
            "incident: [P1] new",
            "trigger to oncall (pagerduty/0)",
            "repeat ",
            "Nothing was written",
            "1 stay in the queue",
        ],
    );
    assert!(!ok && !text.contains("trigger to oncall (pagerduty/0), because route.routes[1]"), "{text}");
    assert_eq!(text.matches("incident: ").count(), 1, "{text}");
    assert_eq!(rows().await, before);
    assert_eq!(sqs.len(), 4);
    sqs.reappear();
    let (_, text) = from(&world, &sqs, &[]);
    contains(&text, &["2 taken, 1 taken before", "late", "opened"]);
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn a_raw_message_is_taken_back_by_the_source_that_takes_such() {
    let raw = ", raw_delivery: true, basic_auth: { username: sns, password: a-secret }";
    for (more, taken) in [("", false), (raw, true)] {
        let world = World::start(more).await;
        let sqs = Sqs::start();
        sqs.put(alarm("[P1] raw", "ALARM", firstlook::clock::now()));
        let (ok, text) = from(&world, &sqs, &["--source", "sns/aws"]);
        assert_eq!((ok, sqs.len()), (taken, usize::from(!taken)), "{text}");
        contains(&text, &[if taken { "opened" } else { "only a source with `raw_delivery` takes it" }]);
        world.told().await;
        world.finish().await;
    }
}

#[tokio::test]
async fn a_missing_permission_is_named_and_nothing_is_lost() {
    let world = World::start("").await;
    let sqs = Sqs::start();
    sqs.put(old(&world, "[P1] one", "ALARM", 3 * HOUR));
    sqs.deny(Some("ReceiveMessage"));
    let (ok, text) = from(&world, &sqs, &[]);
    assert!(!ok);
    contains(&text, &["AWS does not allow sqs:ReceiveMessage (AccessDeniedException)"]);
    sqs.deny(Some("DeleteMessage"));
    let (ok, text) = from(&world, &sqs, &[]);
    assert!(!ok && sqs.len() == 1);
    contains(&text, &["it was taken and cannot be deleted", "sqs:DeleteMessage"]);
    sqs.deny(None);
    sqs.reappear();
    contains(&from(&world, &sqs, &[]).1, &["0 taken, 1 taken before"]);
    assert_eq!(sqs.len(), 0);
    let url = sqs.url();
    let none = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")];
    contains(&replay(&world, &["--from-sqs", &url], &none).1, &["needs AWS credentials"]);
    let gone = url.replace("/dead", "/none");
    contains(&from(&world, &Sqs::start(), &["--source", "sns/none"]).1, &["0 taken"]);
    contains(
        &replay(&world, &["--from-sqs", &gone], &[]).1,
        &["QueueDoesNotExist", "a queue which is there"],
    );
    contains(&replay(&world, &["--from-sqs", "dead"], &[]).1, &["is no queue's URL"]);
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn files_and_kept_deliveries_are_played_back_as_well() {
    let world = World::start("").await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, body: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, body).unwrap();
        path.display().to_string()
    };
    let message = file("sns.json", &old(&world, "[P1] file", "ALARM", 3 * HOUR).to_string());
    let labels = [("alertname", "Down"), ("service", "api"), ("severity", "page")];
    let down = alert(&labels, "api is down");
    let firing = body(std::slice::from_ref(&down));
    let posted = file("alertmanager.json", &firing);
    let (ok, text) = replay(&world, &["--from-files", &message], &[]);
    assert!(ok, "{text}");
    let (ok, text) = replay(&world, &["--from-files", &posted, &message], &[]);
    assert!(!ok);
    contains(&text, &["name its source with --source", "0 taken, 1 taken before"]);
    let (ok, text) = replay(&world, &["--from-files", &posted, "--source", "alertmanager/main"], &[]);
    assert!(ok && text.contains("opened"), "{text}");
    let (ok, text) = replay(&world, &["--from-files", &posted, "--source", "alertmanager/other"], &[]);
    assert!(!ok && text.contains("there is no source \"alertmanager/other\""), "{text}");
    assert_eq!(world.told().await, ["trigger", "trigger"]);
    world.firstlook.post(body(&[resolved(&down)])).await;
    let deliveries = world.firstlook.get("/api/v1/deliveries").await.json()["items"].clone();
    let id = |n: usize| deliveries[n]["id"].as_str().unwrap().to_owned();
    // 0 is the end, 1 the beginning, 2 that of SNS, whose token is gone and which is read as it was kept.
    let (ok, text) = replay(&world, &[&id(1), &id(2)], &[]);
    assert!(ok, "{text}");
    contains(&text, &["late", "and was over by", "duplicate", "played back: delivery"]);
    let nobody = "00000000-0000-0000-0000-000000000000";
    let (ok, text) = replay(&world, &[&id(0), nobody, "--dry-run"], &[]);
    assert!(
        !ok && text.contains("there is no delivery of this id") && text.contains("already resolved"),
        "{text}"
    );
    let api = async |id: &str, origin: Option<&str>| {
        let url = format!("{}/api/v1/deliveries/{id}/replay", world.firstlook.url);
        let send = |client: &reqwest::Client| match origin {
            Some(origin) => client.post(url).header("origin", origin),
            None => client.post(url),
        };
        world.firstlook.send(send).await
    };
    let answer = api(&id(1), None).await;
    assert_eq!(answer.json()["alerts"][0]["action"], json!("late"), "{}", answer.text);
    assert_eq!(api(nobody, None).await.status, 404);
    assert_eq!(api(&id(1), Some("https://elsewhere.example")).await.status, 403);
    let confirmed = world.post(&world.sns.confirmation("SubscriptionConfirmation")).await.json();
    let answer = api(confirmed["delivery"].as_str().unwrap(), None).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    for wrong in [&["--from-files"][..], &[], &[&id(0), "--from-sqs", "x"], &["--max", "3", &id(0)]] {
        assert!(!replay(&world, wrong, &[]).0, "{wrong:?}");
    }
    assert_eq!(world.told().await, ["trigger", "trigger", "resolve"]);
    world.finish().await;
}
