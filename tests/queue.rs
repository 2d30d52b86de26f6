//! The queue by itself, over a real database: what is claimed beside what, and what becomes of a claim that ends.

mod ways;
mod world;

use std::sync::Arc;
use std::time::Duration;

use firstlook::store::{Bucket, JobKind, Outcome, StoreError};
use firstlook::worker::{self, Wake};
use firstlook_core::notify::rate::{BESIDE, Rate};
use tokio_util::sync::CancellationToken;

use crate::harness::PATIENCE;
use world::World;

const RUNS: &str = "state = 'running', lease_until = now() + interval '15 seconds'";

#[tokio::test]
async fn a_lost_page_waits_for_lost_pages_alone_and_goes_before_other_lost_jobs() {
    let mut world = World::new().await;
    let incident = Some(world.incident("api").await);
    world.job("triage", "killer", incident, &format!("lost = 2, {RUNS}")).await;
    world.job("triage", "other", incident, "lost = 1").await;
    world.job("message", "chat", incident, "lost = 1").await;
    world.job("page", "first", incident, "lost = 1").await;
    world.job("page", "second", incident, "lost = 3").await;
    assert!(world.keys(JobKind::Triage, 4, &[]).await.is_empty(), "a look runs that may be what kills");
    world.run("DELETE FROM job WHERE key = 'killer'".into()).await;
    assert!(world.keys(JobKind::Triage, 4, &[]).await.is_empty(), "a lost page goes first");
    assert!(world.keys(JobKind::Message, 4, &[]).await.is_empty(), "a lost page goes first");
    world.job("triage", "killer", incident, &format!("lost = 2, {RUNS}")).await;
    assert_eq!(world.keys(JobKind::Page, 4, &[]).await, ["first"], "a page does not wait for a look");
    assert_eq!(world.keys(JobKind::Page, 4, &[]).await, ["second"]);
    world.job("page", "third", incident, "lost = 1").await;
    assert!(world.keys(JobKind::Page, 4, &[]).await.is_empty(), "but for a page that may be what kills");
    world.job("page", "sound", incident, "").await;
    assert_eq!(world.keys(JobKind::Page, 4, &[]).await, ["sound"], "what was not lost waits for nothing");
}

#[tokio::test]
async fn one_message_that_is_paid_for_is_one_job() {
    let mut world = World::new().await;
    let incident = Some(world.incident("api").await);
    world.bucket("b").await;
    world.job("page", "lost", incident, "bucket = 'b', urgency = 0, lost = 1").await;
    world.job("page", "other", incident, "bucket = 'b', urgency = 0").await;
    assert_eq!(world.keys(JobKind::Page, 8, &[]).await, ["lost"]);
    assert!(world.keys(JobKind::Page, 8, &[]).await.is_empty(), "the room is used");
}

#[tokio::test]
async fn a_picture_waits_for_every_word_of_its_place() {
    let mut world = World::new().await;
    let incident = Some(world.incident("api").await);
    world.bucket("b").await;
    let words = world.job("message", "words", incident, "bucket = 'b', urgency = 4").await;
    world.job("charts", "picture", incident, "").await;
    let bucket = Bucket { name: "b".into(), rate: Rate::per_minute(1) };
    let claim = world.claim(JobKind::Charts).await;
    let take = async |world: &World| world.store.take(&claim, &bucket, BESIDE, 1).await.unwrap();
    assert!(!take(&world).await, "an edit waits for the same channel");
    assert_eq!(world.keys(JobKind::Message, 8, &[]).await, ["words"]);
    assert!(!take(&world).await, "the room is used");
    world.run(format!("DELETE FROM job WHERE id = {words}; UPDATE rate_bucket SET opens_at = now()")).await;
    assert!(take(&world).await);
}

#[tokio::test]
async fn what_is_new_and_what_waits_take_turns_and_a_full_place_holds_up_nobody() {
    let mut world = World::new().await;
    let incident = Some(world.incident("api").await);
    for n in 0..4 {
        world.bucket(&format!("b{n}")).await;
        world.job("message", &format!("edit {n}"), incident, &format!("bucket = 'b{n}', urgency = 4")).await;
    }
    world.job("message", "new 1", incident, "").await;
    assert_eq!(
        world.keys(JobKind::Message, 1, &[]).await,
        ["new 1"],
        "a backlog does not hold up what is new"
    );
    for n in 2..9 {
        world.job("message", &format!("new {n}"), incident, "").await;
    }
    let mut both = world.keys(JobKind::Message, 4, &["b0"]).await;
    both.sort();
    assert_eq!(both, ["edit 1", "edit 2", "new 2", "new 3"], "nor what is new a backlog");
}

#[tokio::test]
async fn an_edge_that_came_while_an_edit_failed_is_told_at_once() {
    let mut world = World::new().await;
    let incident = world.incident("api").await;
    let ours = ("oncall", "slack/0");
    // (what came meanwhile, whether it was tried, whether it runs at once)
    for (edges, tried, at_once) in [
        (&[("trigger", "sent"), ("retrigger", "pending")][..], false, true),
        (&[("trigger", "sent"), ("retrigger", "pending")], true, false),
        (&[("trigger", "sent")], false, false),
    ] {
        let target = world.target(incident, ours, edges, None).await;
        let id = world.job("message", &target.to_string(), Some(incident), "bucket = '', urgency = 4").await;
        if tried {
            world.run(format!("UPDATE edge SET attempts = 1 WHERE target = '{target}'")).await;
        }
        for outcome in [
            Outcome::Retry { after: Duration::from_secs(300), error: "no".into() },
            Outcome::Wait(Duration::from_secs(300)),
        ] {
            world.run(format!("UPDATE job SET run_at = now() WHERE id = {id}")).await;
            let claim = world.claim(JobKind::Message).await;
            world.run(format!("UPDATE job SET again = true WHERE id = {id}")).await;
            world.store.finish(claim, &outcome).await.unwrap();
            let (due,): (bool,) = world.row("SELECT run_at <= now() FROM job".into()).await;
            assert_eq!(due, at_once, "{edges:?}, tried: {tried}, {outcome:?}");
        }
        world.run("DELETE FROM job; DELETE FROM edge; DELETE FROM target".into()).await;
    }
}

#[tokio::test]
async fn what_was_handed_back_was_not_lost() {
    let mut world = World::new().await;
    let incident = Some(world.incident("api").await);
    world.bucket("b").await;
    let id = world.job("page", "x", incident, "").await;
    let throttled = Outcome::Throttled { bucket: "b".into(), urgency: 0 };
    for outcome in [Outcome::Wait(Duration::ZERO), throttled] {
        world.run(format!("UPDATE job SET lost = 1 WHERE id = {id}")).await;
        let claim = world.claim(JobKind::Page).await;
        world.store.finish(claim, &outcome).await.unwrap();
        assert_eq!(world.number("SELECT lost::bigint FROM job").await, 0, "{outcome:?}");
    }
}

#[tokio::test]
async fn what_stops_hands_back_what_it_cannot_finish() {
    let mut world = World::new().await;
    let incident = Some(world.incident("api").await);
    world.job("triage", "endless", incident, "").await;
    world.job("triage", "taken", incident, "").await;
    let stop = CancellationToken::new();
    let work = |_| std::future::pending::<Result<Outcome, StoreError>>();
    let lane =
        worker::lane(world.store.clone(), JobKind::Triage, Wake::default(), stop.clone(), Vec::new, work);
    let lane = tokio::spawn(lane);
    let both = "SELECT count(*) FROM job WHERE state = 'running'";
    for _ in 0..200 {
        if world.number(both).await == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Another worker has it meanwhile: that claim is not ours to hand back.
    world.run("UPDATE job SET fence = fence + 1 WHERE key = 'taken'".into()).await;
    let begun = std::time::Instant::now();
    stop.cancel();
    lane.await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(8_500), "{:?}", begun.elapsed());
    let is = |key| format!("SELECT state, lost, attempts FROM job WHERE key = '{key}'");
    assert_eq!(world.row::<(String, i32, i32)>(is("endless")).await, ("ready".into(), 0, 0));
    assert_eq!(world.row::<(String, i32, i32)>(is("taken")).await, ("running".into(), 0, 1));
}

#[tokio::test]
async fn a_job_that_cannot_be_read_is_parked_and_its_group_goes_on() {
    let mut world = World::new().await;
    let incident = world.incident("api").await;
    world.job("page", "no key", Some(incident), "").await;
    let nobody = uuid::Uuid::now_v7();
    world.job("message", &nobody.to_string(), Some(incident), "").await;
    let stop = CancellationToken::new();
    let mut lanes = Vec::new();
    for kind in [JobKind::Page, JobKind::Message] {
        let store = world.store.clone();
        let work = move |claim: Arc<_>| {
            let store = store.clone();
            async move { store.target(&claim).await.map(|_| Outcome::Done) }
        };
        let lane = worker::lane(world.store.clone(), kind, Wake::default(), stop.clone(), Vec::new, work);
        lanes.push(tokio::spawn(lane));
    }
    let begun = std::time::Instant::now();
    while world.number("SELECT count(*) FROM job WHERE state = 'parked'").await < 2 {
        assert!(begun.elapsed() < PATIENCE, "they are tried for ever");
        world.run("UPDATE job SET run_at = now() WHERE state = 'ready'".into()).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let errors = "SELECT string_agg(error, '; ') FROM job";
    let (errors,): (String,) = world.row(errors.into()).await;
    assert!(errors.contains("column key") && errors.contains("no such target"), "{errors}");
    stop.cancel();
    for lane in lanes {
        lane.await.unwrap();
    }
}

#[tokio::test]
async fn upkeep_that_stands_is_put_off_and_never_parked() {
    let mut world = World::new().await;
    world.job("upkeep", "sweep", None, "").await;
    for _ in 0..12 {
        world.run("UPDATE job SET run_at = now()".into()).await;
        let claim = world.claim(JobKind::Upkeep).await;
        let broken = Outcome::Broken { after: Duration::ZERO, error: "a bug".into() };
        assert!(!world.store.finish(claim, &broken).await.unwrap(), "it was parked");
    }
    let later = "SELECT count(*) FROM job WHERE run_at > now() + interval '4 minutes' AND lost < 5";
    assert_eq!(world.number(later).await, 1, "it is tried seldom, and tried");
}

#[tokio::test]
async fn a_pager_that_missed_an_acknowledgement_alone_rings_nobody_elsewhere() {
    for (kind, rings) in [("acknowledge", 0), ("retrigger", 1)] {
        let mut world = World::new().await;
        let incident = world.incident("api").await;
        let edges = [("trigger", "sent"), (kind, "pending")];
        let page = world.target(incident, ("oncall", "pagerduty/0"), &edges, None).await;
        world.target(incident, ("oncall", "slack/0"), &[("trigger", "sent")], None).await;
        world.job("page", &page.to_string(), Some(incident), "lost = 4").await;
        let claim = world.claim(JobKind::Page).await;
        let broken = Outcome::Broken { after: Duration::ZERO, error: "a bug".into() };
        assert!(world.store.finish(claim, &broken).await.unwrap());
        let told = "SELECT count(*) FROM edge WHERE kind = 'unpaged'";
        assert_eq!(world.number(told).await, rings, "{kind}");
    }
}
