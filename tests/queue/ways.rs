//! Hop 3 by itself: what stands before a page at the place that it goes to, and who waits while a receiver hangs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use firstlook::deliver::{Deliver, Integration, Way};
use firstlook::fonts::Fonts;
use firstlook::receivers::pagerduty::PagerDuty;
use firstlook::receivers::slack::Slack;
use firstlook::secret::Secret;
use firstlook::store::{Bucket, JobKind, Outcome, Words};
use firstlook::worker::{self, Wake};
use firstlook_core::Language;
use firstlook_core::evidence::Redactor;
use firstlook_core::notify::rate::Rate;
use firstlook_core::notify::{Buttons, Zone};
use tokio_util::sync::CancellationToken;

use super::world::World;
use crate::harness::PATIENCE;
use crate::support::pagerduty::{self as fake, ROUTING_KEY};
use crate::support::plan::Behaviour;
use crate::support::slack as chat;
use crate::support::wait::eventually;

const OTHER_KEY: &str = "R0UT1NGKEY0F32CHARACTERSEXACTLY1";

/// One way for each receiver, each to a PagerDuty under a key.
fn deliver(world: &World, ways: &[(&str, &fake::PagerDuty, &str)], rate: Rate) -> Deliver {
    let client = firstlook::http::client(Duration::from_secs(8)).unwrap();
    let way = |(receiver, pager, key): &(&str, &fake::PagerDuty, &str)| {
        let api = PagerDuty::new(client.clone(), pager.url(), Secret::new(*key));
        let bucket = Bucket::new("pagerduty", &Secret::new(*key), "", rate);
        (((*receiver).to_owned(), "pagerduty/0".to_owned()), Way::new(Integration::PagerDuty(api), bucket))
    };
    Deliver {
        store: world.store.clone(),
        words: Words {
            redactor: Redactor::default(),
            external_url: "http://127.0.0.1".into(),
            language: Language::En,
        },
        name: "ways".into(),
        zone: Zone::utc(),
        ways: ways.iter().map(way).collect(),
        templates: Default::default(),
        fonts: Fonts::default(),
        wake: Wake::default(),
        buttons: Buttons::default(),
        declares: BTreeMap::new(),
        bot: None,
    }
}

fn place(key: &str) -> String {
    Bucket::new("pagerduty", &Secret::new(key), "", Rate::UNLIMITED).name
}

async fn work(world: &World, deliver: &Deliver, kind: JobKind) -> Outcome {
    let claim = Arc::new(world.claim(kind).await);
    let outcome = deliver.work(Arc::clone(&claim)).await.unwrap();
    world.store.finish(Arc::into_inner(claim).unwrap(), &outcome).await.unwrap();
    outcome
}

fn actions(pager: &fake::PagerDuty) -> Vec<String> {
    pager.events().iter().map(|event| event.action().to_owned()).collect()
}

#[tokio::test]
async fn a_page_waits_for_what_another_receiver_has_to_tell_under_the_same_key() {
    for (key, waits) in [(ROUTING_KEY, true), (OTHER_KEY, false)] {
        let (mut world, pager) = (World::new().await, fake::PagerDuty::start());
        let deliver =
            deliver(&world, &[("day", &pager, ROUTING_KEY), ("night", &pager, key)], Rate::UNLIMITED);
        let first = world.incident("api").await;
        let edges = [("trigger", "sent"), ("resolve", "pending")];
        let resolve = world.target(first, ("day", "pagerduty/0"), &edges, None).await;
        let put_off = "run_at = now() + interval '5 minutes', bucket = 'x', urgency = 3";
        world.job("page", &resolve.to_string(), Some(first), put_off).await;
        let second = world.incident("api").await;
        let page = world.target(second, ("night", "pagerduty/0"), &[("trigger", "pending")], None).await;
        world.job("page", &page.to_string(), Some(second), "").await;
        let outcome = work(&world, &deliver, JobKind::Page).await;
        assert_eq!(matches!(outcome, Outcome::Wait(_)), waits, "{outcome:?}");
        assert_eq!(actions(&pager).is_empty(), waits);
        let hurried = "SELECT count(*) FROM job WHERE urgency = -1 AND run_at < now() + interval '3 seconds'";
        assert_eq!(world.number(hurried).await, i64::from(waits), "what stands before it goes first");
    }
}

#[tokio::test]
async fn a_page_rings_although_the_end_of_the_incident_before_it_was_not_told() {
    let there = place(ROUTING_KEY);
    let elsewhere = place(OTHER_KEY);
    // (the earlier incident's receiver, what it was told, where; what is sent for the new one)
    let taken = [("trigger", "sent"), ("acknowledge", "sent")];
    let parked = [taken[0], taken[1], ("resolve", "parked")];
    let over = [taken[0], taken[1], ("resolve", "sent")];
    for (receiver, edges, place, sent) in [
        ("oncall", &parked, None, &["resolve", "trigger"][..]),
        ("oncall", &parked, Some(&there), &["resolve", "trigger"]),
        ("as it was called before", &parked, Some(&there), &["resolve", "trigger"]),
        ("oncall", &parked, Some(&elsewhere), &["trigger"]),
        ("oncall", &over, Some(&there), &["trigger"]),
    ] {
        let (mut world, pager) = (World::new().await, fake::PagerDuty::start());
        let deliver = deliver(&world, &[("oncall", &pager, ROUTING_KEY)], Rate::UNLIMITED);
        let first = world.incident("api").await;
        world.target(first, (receiver, "pagerduty/0"), edges, place.map(String::as_str)).await;
        let second = world.incident("api").await;
        let page = world.target(second, ("oncall", "pagerduty/0"), &[("trigger", "pending")], None).await;
        world.job("page", &page.to_string(), Some(second), "").await;
        assert_eq!(work(&world, &deliver, JobKind::Page).await, Outcome::Done);
        assert_eq!(actions(&pager), sent, "{receiver}, {edges:?}, {place:?}");
        // What follows does not end what has just rung.
        world
            .run(format!(
                "INSERT INTO edge (target, seq, kind, state, created_at)
                 VALUES ('{page}', 2, 'repeat', 'pending', now())"
            ))
            .await;
        world.job("page", &page.to_string(), Some(second), "").await;
        work(&world, &deliver, JobKind::Page).await;
        assert_eq!(actions(&pager).len(), sent.len() + 1);
    }
}

#[tokio::test]
async fn an_end_waits_at_its_own_place_and_not_at_its_triggers() {
    for (before, after) in [(0, 3), (-1, -1)] {
        let (mut world, pager) = (World::new().await, fake::PagerDuty::start());
        let deliver = deliver(&world, &[("oncall", &pager, ROUTING_KEY)], Rate::per_minute(1));
        let incident = world.incident("api").await;
        let edges = [("trigger", "pending"), ("resolve", "pending")];
        let page = world.target(incident, ("oncall", "pagerduty/0"), &edges, None).await;
        world.bucket(&place(ROUTING_KEY)).await;
        let waits = format!("bucket = '{}', urgency = {before}", place(ROUTING_KEY));
        world.job("page", &page.to_string(), Some(incident), &waits).await;
        let outcome = work(&world, &deliver, JobKind::Page).await;
        assert_eq!(actions(&pager), ["trigger"]);
        assert_eq!(outcome, Outcome::Throttled { bucket: place(ROUTING_KEY), urgency: after });
    }
}

#[tokio::test]
async fn what_a_receiver_takes_is_as_it_is_configured_from_the_start() {
    let (mut world, pager) = (World::new().await, fake::PagerDuty::start());
    let deliver = deliver(&world, &[("oncall", &pager, ROUTING_KEY)], Rate::per_minute(60));
    world.bucket(&place(ROUTING_KEY)).await;
    deliver.prepare().await.unwrap();
    let every = "SELECT count(*) FROM rate_bucket WHERE name <> '' AND every < interval '2 seconds'";
    assert_eq!(world.number(every).await, 1);
}

#[tokio::test]
async fn a_pager_that_hangs_holds_up_its_own_pages_alone() {
    let (mut world, hangs, healthy) =
        (World::new().await, fake::PagerDuty::start(), fake::PagerDuty::start());
    hangs.plan().repeat(Behaviour::Hang);
    let deliver =
        Arc::new(deliver(&world, &[("a", &hangs, ROUTING_KEY), ("b", &healthy, OTHER_KEY)], Rate::UNLIMITED));
    for n in 0..300 {
        let incident = world.incident(&format!("api-{n}")).await;
        let receiver = if n == 299 { "b" } else { "a" };
        let page = world.target(incident, (receiver, "pagerduty/0"), &[("trigger", "pending")], None).await;
        world.job("page", &page.to_string(), Some(incident), "").await;
    }
    let stop = CancellationToken::new();
    let begun = Instant::now();
    let (ways, tell) = (Arc::clone(&deliver), Arc::clone(&deliver));
    let tell = move |claim| {
        let deliver = Arc::clone(&tell);
        async move { deliver.work(claim).await }
    };
    let full = move || ways.full();
    let lane = worker::lane(world.store.clone(), JobKind::Page, Wake::default(), stop.clone(), full, tell);
    let lane = tokio::spawn(lane);
    eventually(PATIENCE, "the healthy one is told", async || (healthy.incidents().len() == 1).then_some(()))
        .await;
    eprintln!("behind 299 pages of a pager that hangs: {:?}", begun.elapsed());
    // Had it waited for one of those to be given up, the next one of them would have begun.
    assert!(hangs.requests().len() <= 8, "it has half of the lane, and none of its pages has ended");
    lane.abort();
}

#[tokio::test]
async fn an_edit_is_tried_again_however_long_it_has_waited_and_not_for_ever() {
    // (since when it fails, whether it is tried again)
    for (since, again) in [("NULL", true), ("now() - interval '2 hours'", false)] {
        let (mut world, slack) = (World::new().await, chat::Slack::start());
        let client = firstlook::http::client(Duration::from_secs(8)).unwrap();
        let token = Secret::new(chat::TOKEN);
        let bucket = Bucket::new("slack", &token, "#alerts", Rate::UNLIMITED);
        let api = Slack::new(client, slack.api_url(), token);
        let way = Way::new(Integration::Slack { api, channel: "#alerts".into() }, bucket);
        let mut deliver = deliver(&world, &[], Rate::UNLIMITED);
        deliver.ways = BTreeMap::from([(("oncall".to_owned(), "slack/0".to_owned()), way)]);
        let incident = world.incident("api").await;
        let message = world.target(incident, ("oncall", "slack/0"), &[("trigger", "sent")], None).await;
        world
            .run(format!(
                r#"UPDATE target SET address = '{{"channel":"C1","ts":"1.2"}}', edit_fails_since = {since}
                 WHERE id = '{message}'"#
            ))
            .await;
        let old = "created_at = now() - interval '2 hours'";
        world.job("message", &message.to_string(), Some(incident), old).await;
        slack.plan().then_on("chat.update", Behaviour::status(500));
        let outcome = work(&world, &deliver, JobKind::Message).await;
        assert_eq!(matches!(outcome, Outcome::Retry { .. }), again, "{since}: {outcome:?}");
        let given_up =
            "SELECT count(*) FROM target WHERE edit_error IS NOT NULL AND edit_fails_since IS NULL";
        assert_eq!(world.number(given_up).await, i64::from(!again));
    }
}
