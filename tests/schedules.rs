//! Random schedules against a small model of the world: alerts of two senders, whose bodies come several times, late,
//! in another order, to replicas that die and to a pager whose answers get lost. Whatever happens, what is accepted is
//! kept, the incidents agree with the world in the end, and the pager has rung once for each change.
//!
//! `FIRSTLOOK_SCHEDULES=N` plays N of them in place of the usual, `FIRSTLOOK_SEED=S` begins at that one: with N = 1 it
//! plays one again. What happens is the seed's; the very instant of a death is the machine's.

mod replica;
mod world;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use sqlx::{Connection, PgConnection, Row};

use crate::support::pagerduty::{self, PagerDuty};
use crate::support::plan::Behaviour;
use crate::support::postgres;
use replica::Parts;
use world::{SOURCES, World};

/// Schedules of an ordinary run, over all threads.
const USUAL: u64 = 240;
const THREADS: u64 = 2;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn whatever_happens_the_incidents_agree_with_the_world_and_each_change_rings_once() {
    let (first, count) =
        (number("FIRSTLOOK_SEED").unwrap_or(1), number("FIRSTLOOK_SCHEDULES").unwrap_or(USUAL));
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let seeds = (first..first + count).filter(move |seed| seed % THREADS == thread);
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(play_all(seeds))
            })
        })
        .collect();
    let tallies: Vec<Tally> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let sum = |field: fn(&Tally) -> usize| tallies.iter().map(field).sum::<usize>();
    println!(
        "schedules {count}: {} bodies accepted, {} deaths, {} lost answers of the pager, {} changes, {} sends; 0 lost, 0 doubled",
        sum(|t| t.accepted),
        sum(|t| t.deaths),
        sum(|t| t.faults),
        sum(|t| t.edges),
        sum(|t| t.sends),
    );
    assert!(sum(|t| t.deaths) * 20 > count as usize, "hardly anything died: the schedules prove little");
}

/// What was done, for the report.
#[derive(Debug, Default)]
struct Tally {
    accepted: usize,
    deaths: usize,
    faults: usize,
    edges: usize,
    sends: usize,
}

async fn play_all(seeds: impl Iterator<Item = u64>) -> Tally {
    let folder = tempfile::tempdir().unwrap();
    let database = postgres::fresh_database().await;
    let pager = PagerDuty::start();
    let parts = Parts::new(&database, pager.url(), folder.path()).await;
    let sql = PgConnection::connect(&database).await.unwrap();
    let mut stage = Stage { parts, pager, sql, tally: Tally::default() };
    for seed in seeds {
        stage.play(seed).await;
    }
    stage.tally.sends = stage.pager.events().len();
    stage.tally
}

/// What the schedules of one thread share.
struct Stage {
    parts: Parts,
    pager: PagerDuty,
    sql: PgConnection,
    tally: Tally,
}

impl Stage {
    async fn play(&mut self, seed: u64) {
        let mut rng = StdRng::seed_from_u64(seed);
        // Ahead of the clock, so that second looks come when the schedule says and not before.
        let zero = firstlook::clock::now() + TimeDelta::days(1);
        let world = World::new(&mut rng, seed, zero);
        let mut taken: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        for (at, body) in world.bodies.iter().enumerate() {
            self.second_looks(&world, zero, body.arrives).await;
            self.deliver(&world, body, zero, &mut rng).await;
            if rng.random_bool(0.6) {
                self.tell(&mut rng).await;
            }
            if !world.reordered && rng.random_bool(0.1) && self.take(seed, body.group).await {
                taken.entry(body.group).or_default().push(at as i64);
            }
        }
        self.second_looks(&world, zero, i64::MAX).await;
        self.drain().await;
        self.check(&world, seed, &taken).await;
    }

    /// A sender posts until it is answered. Each try may find a replica that dies.
    async fn deliver(&mut self, world: &World, body: &world::Body, zero: DateTime<Utc>, rng: &mut StdRng) {
        let mut arrives = body.arrives;
        loop {
            let lives = rng.random_bool(0.15).then(|| 1usize << rng.random_range(0..12));
            let now = zero + TimeDelta::seconds(arrives);
            if self.parts.post(SOURCES[body.source], &body.json, now, lives).await.is_some() {
                self.tally.accepted += 1;
                return;
            }
            self.tally.deaths += 1;
            arrives += i64::from(!world.reordered);
        }
    }

    /// Tells the pager, whose answers may get lost, or dies while doing so.
    async fn tell(&mut self, rng: &mut StdRng) {
        self.retake().await;
        if rng.random_bool(0.2) {
            self.tally.faults += 1;
            let fault = [Behaviour::Half, Behaviour::Reset, Behaviour::status(503)];
            self.pager.plan().then(fault[rng.random_range(0..3)].clone());
        }
        let lives = rng.random_bool(0.3).then(|| 1usize << rng.random_range(0..13));
        self.tally.deaths += usize::from(lives.is_some());
        self.parts.tell(lives).await;
    }

    /// Time passes: leases of the dead end, and what waits for another try is due.
    async fn retake(&mut self) {
        sqlx::query(
            "UPDATE job SET lease_until = CASE WHEN state = 'running' THEN now() - interval '1 second' END,
                 run_at = least(run_at, now()) WHERE kind = 'page'",
        )
        .execute(&mut self.sql)
        .await
        .unwrap();
    }

    /// Until nothing is left to tell.
    async fn drain(&mut self) {
        self.pager.plan().heal();
        for _ in 0..20 {
            self.retake().await;
            self.parts.tell(None).await;
            let left: i64 = sqlx::query("SELECT count(*) FROM job WHERE kind = 'page'")
                .fetch_one(&mut self.sql)
                .await
                .unwrap()
                .get(0);
            if left == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the pager is never told everything");
    }

    /// Late firings are looked at again when their time has come: their sender is asked, and says the truth.
    async fn second_looks(&mut self, world: &World, zero: DateTime<Utc>, until: i64) {
        let until = zero + TimeDelta::seconds(until.min(1_000_000));
        let due: Vec<(i64, Value)> = sqlx::query_as(
            "SELECT id, payload FROM job WHERE kind = 'upkeep' AND (payload ->> 'due')::timestamptz <= $1 ORDER BY run_at",
        )
        .bind(until)
        .fetch_all(&mut self.sql)
        .await
        .unwrap();
        for (job, payload) in due {
            let at: DateTime<Utc> = payload["due"].as_str().unwrap().parse().unwrap();
            let (source, name) =
                (payload["source"].as_str().unwrap(), payload["fingerprint"].as_str().unwrap());
            let alert = world.alerts.iter().find(|alert| alert.name == name).unwrap();
            let known: String = sqlx::query("SELECT status FROM alert WHERE fingerprint = $1")
                .bind(name)
                .fetch_one(&mut self.sql)
                .await
                .unwrap()
                .get(0);
            if alert.fires((at - zero).num_seconds()) && known == "resolved" {
                let start =
                    alert.episodes.iter().rev().find(|(start, _)| *start <= (at - zero).num_seconds());
                let body = serde_json::json!({"version": "4", "alerts": [{
                    "status": "firing", "fingerprint": name, "startsAt": zero + TimeDelta::seconds(start.unwrap().0),
                    "labels": self.labels(name).await, "annotations": {"summary": "asked: fails 5 of 9 probes."},
                }]});
                self.parts.post(source, &body.to_string(), at, None).await.unwrap();
            }
            sqlx::query("DELETE FROM job WHERE id = $1").bind(job).execute(&mut self.sql).await.unwrap();
        }
    }

    async fn labels(&mut self, name: &str) -> Value {
        let kept = "SELECT convert_from(body, 'UTF8') FROM delivery WHERE position($1 IN convert_from(body, 'UTF8')) > 0 LIMIT 1";
        let body: String = sqlx::query(kept).bind(name).fetch_one(&mut self.sql).await.unwrap().get(0);
        let body: Value = serde_json::from_str(&body).unwrap();
        let ours = body["alerts"].as_array().unwrap().iter().find(|alert| alert["fingerprint"] == name);
        ours.unwrap()["labels"].clone()
    }

    /// Somebody takes the group's incident, if there is one that nobody has.
    async fn take(&mut self, seed: u64, group: usize) -> bool {
        let open: Option<i64> = sqlx::query_scalar(
            "SELECT number FROM incident WHERE labels ->> 'schedule' = $1 AND labels ->> 'group' = $2 AND status = 'open'",
        )
        .bind(seed.to_string())
        .bind(group.to_string())
        .fetch_optional(&mut self.sql)
        .await
        .unwrap();
        if let Some(number) = open {
            let number = number.to_string();
            self.parts.store().acknowledge(&number, "a person", firstlook::clock::now()).await.unwrap();
        }
        open.is_some()
    }

    async fn check(&mut self, world: &World, seed: u64, taken: &BTreeMap<usize, Vec<i64>>) {
        let context = format!("FIRSTLOOK_SEED={seed} FIRSTLOOK_SCHEDULES=1: {world:#?}");
        for alert in &world.alerts {
            let status: String = sqlx::query("SELECT status FROM alert WHERE fingerprint = $1")
                .bind(&alert.name)
                .fetch_one(&mut self.sql)
                .await
                .unwrap_or_else(|error| panic!("{} was accepted and is lost: {error}\n{context}", alert.name))
                .get(0);
            let truth = if alert.fires(i64::MAX) { "firing" } else { "resolved" };
            assert_eq!(status, truth, "{}\n{context}", alert.name);
        }
        for (group, open) in world.open() {
            let edges = self.edges(seed, group).await;
            let told = self.told(seed, group).await;
            self.tally.edges += edges.len();
            let unresolved: i64 = sqlx::query(
                "SELECT count(*) FROM incident WHERE labels ->> 'schedule' = $1 AND labels ->> 'group' = $2 AND status <> 'resolved'",
            )
            .bind(seed.to_string())
            .bind(group.to_string())
            .fetch_one(&mut self.sql)
            .await
            .unwrap()
            .get(0);
            assert_eq!(unresolved, i64::from(open), "group {group}\n{context}");
            let (rings, rung) = expected(&edges);
            let opened = told.len();
            let is_open = told.last().is_some_and(|last| last.status != pagerduty::Status::Resolved);
            assert_eq!(is_open, open, "group {group} at the pager\n{context}");
            assert_eq!(rung, open);
            // What a lost answer leaves in doubt is told again: an end and a new beginning may be doubled then.
            let doubts = edges.iter().filter(|(kind, attempts)| kind == "joined" && *attempts > 1);
            let doubled: usize = doubts.map(|(_, attempts)| *attempts as usize - 1).sum();
            assert!(
                (rings..=rings + doubled).contains(&opened),
                "group {group} rang {opened} times for {rings}\n{edges:?}\n{context}"
            );
            if !world.reordered {
                let wanted = world.rings(group, taken.get(&group).map_or(&[], Vec::as_slice));
                assert_eq!(rings, wanted, "group {group}\n{edges:?}\n{taken:?}\n{context}");
            }
        }
    }

    /// What had to be told, in order, with the number of tries.
    async fn edges(&mut self, seed: u64, group: usize) -> Vec<(String, i32)> {
        sqlx::query_as(
            "SELECT e.kind, e.attempts FROM edge e JOIN target t ON t.id = e.target JOIN incident i ON i.id = t.incident
             WHERE i.labels ->> 'schedule' = $1 AND i.labels ->> 'group' = $2 ORDER BY i.number, e.seq",
        )
        .bind(seed.to_string())
        .bind(group.to_string())
        .fetch_all(&mut self.sql)
        .await
        .unwrap()
    }

    /// What the pager made of it: its incidents under the group's key, oldest first.
    async fn told(&mut self, seed: u64, group: usize) -> Vec<pagerduty::Incident> {
        let slot: Option<String> = sqlx::query_scalar(
            "SELECT encode(slot, 'hex') FROM incident WHERE labels ->> 'schedule' = $1 AND labels ->> 'group' = $2 LIMIT 1",
        )
        .bind(seed.to_string())
        .bind(group.to_string())
        .fetch_optional(&mut self.sql)
        .await
        .unwrap();
        let Some(slot) = slot else { return Vec::new() };
        let key = firstlook_core::notify::dedup_key("schedules", &slot);
        self.pager.incidents().into_iter().filter(|one| one.dedup_key == key).collect()
    }
}

/// How often a pager rings anew for these changes, told once each and in order, and whether it rings in the end.
fn expected(edges: &[(String, i32)]) -> (usize, bool) {
    let (mut rings, mut open, mut taken) = (0, false, false);
    for (kind, _) in edges {
        match kind.as_str() {
            "resolve" => (open, taken) = (false, false),
            "acknowledge" => taken = open,
            _ if !open || taken => {
                rings += 1;
                (open, taken) = (true, false);
            }
            _ => {}
        }
    }
    (rings, open)
}
