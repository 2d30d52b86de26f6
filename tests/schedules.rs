//! Random schedules against a small model of the world: alerts of two Alertmanagers and alarms of CloudWatch that belong to
//! the same services, whose bodies come several times, late, in another order, to two replicas at once, to replicas that die,
//! and to a pager whose answers get lost. Whatever happens, what is accepted is kept, each message of SNS counts once, the
//! incidents agree with the world in the end, and the pager has rung once for each change, but for what flaps.
//!
//! `FIRSTLOOK_SCHEDULES=N` plays N of them in place of the usual, `FIRSTLOOK_SEED=S` begins at that one: with N = 1 it
//! plays one again. What happens is the seed's; the very instant of a death is the machine's.

mod checks;
mod cloud;
mod flaps;
mod replica;
mod world;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook::ingest::Answer;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use sqlx::{Connection, PgConnection, Row};

use crate::support::pagerduty::PagerDuty;
use crate::support::plan::Behaviour;
use crate::support::postgres;
use crate::support::sns::Sns;
use replica::Parts;
use world::{SOURCES, World, service};

/// Schedules of an ordinary run, over all threads.
const USUAL: u64 = 160;
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
        "schedules {count}: {} bodies accepted, {} of them repeats of SNS ({} at two replicas at once), {} deaths, {} lost \
         answers of the pager, {} changes, {} reopenings folded, {} sends; 0 lost, 0 doubled",
        sum(|t| t.accepted),
        sum(|t| t.repeats),
        sum(|t| t.races),
        sum(|t| t.deaths),
        sum(|t| t.faults),
        sum(|t| t.edges),
        sum(|t| t.folds),
        sum(|t| t.sends),
    );
    assert!(sum(|t| t.deaths) * 20 > count as usize, "hardly anything died: the schedules prove little");
    assert!(sum(|t| t.folds) * 20 > count as usize, "hardly anything flapped: the schedules prove little");
    assert!(sum(|t| t.races) * 5 > count as usize, "hardly any race: the schedules prove little");
}

/// What was done, for the report.
#[derive(Debug, Default)]
struct Tally {
    accepted: usize,
    repeats: usize,
    races: usize,
    deaths: usize,
    faults: usize,
    edges: usize,
    folds: usize,
    sends: usize,
}

async fn play_all(seeds: impl Iterator<Item = u64>) -> Tally {
    let folder = tempfile::tempdir().unwrap();
    let database = postgres::fresh_database().await;
    let pager = PagerDuty::start();
    let sns = Sns::start();
    let parts = Parts::new(&database, pager.url(), &sns, folder.path()).await;
    let sql = PgConnection::connect(&database).await.unwrap();
    let mut stage = Stage { parts, pager, sns, sql, tally: Tally::default() };
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
    sns: Sns,
    sql: PgConnection,
    tally: Tally,
}

impl Stage {
    async fn play(&mut self, seed: u64) {
        let mut rng = StdRng::seed_from_u64(seed);
        // Ahead of the clock, so that second looks come when the schedule says and not before.
        let zero = firstlook::clock::now() + TimeDelta::days(1);
        let world = World::new(&mut rng, &self.sns, seed, zero);
        let mut taken: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        for (at, body) in world.bodies.iter().enumerate() {
            self.second_looks(&world, zero, body.arrives).await;
            if rng.random_bool(0.5) {
                self.steady(zero + TimeDelta::seconds(body.arrives)).await;
            }
            self.deliver(&world, body, zero, &mut rng).await;
            if rng.random_bool(0.6) {
                self.tell(&mut rng).await;
            }
            if !world.reordered && rng.random_bool(0.1) && self.take(seed, body.group).await {
                taken.entry(body.group).or_default().push(at as i64);
            }
        }
        self.second_looks(&world, zero, i64::MAX).await;
        self.steady(zero + TimeDelta::days(30)).await;
        self.drain().await;
        self.check(&world, seed, zero, &taken).await;
    }

    /// A sender posts until it is answered. Each try may find a replica that dies.
    async fn deliver(&mut self, world: &World, body: &world::Body, zero: DateTime<Utc>, rng: &mut StdRng) {
        let mut arrives = body.arrives;
        loop {
            let lives = rng.random_bool(0.15).then(|| 1usize << rng.random_range(0..12));
            let now = zero + TimeDelta::seconds(arrives);
            let post = |lives| self.parts.post(SOURCES[body.source], &body.json, now, lives);
            // SNS has given up one try, and the next goes to another replica while the first still works at it.
            let twice = body.message.is_some() && rng.random_bool(0.25);
            let answers = match twice {
                true => {
                    self.tally.races += 1;
                    let (one, other) = tokio::join!(post(lives), post(None));
                    [one, other].into_iter().flatten().collect()
                }
                false => Vec::from_iter(post(lives).await),
            };
            self.tally.deaths += 1 + usize::from(twice) - answers.len();
            self.tally.accepted += answers.len();
            let repeats = answers.iter().filter(|answer| matches!(answer, Answer::Repeat { .. })).count();
            self.tally.repeats += repeats;
            assert!(answers.len() - repeats < 2, "taken twice at once: {}", body.json);
            if !answers.is_empty() {
                return;
            }
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

    /// The sweep looks for what has stopped to flap.
    async fn steady(&self, now: DateTime<Utc>) {
        self.parts.store().end_flaps(now).await.unwrap();
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
        let kept = "SELECT convert_from(body, 'UTF8') FROM delivery
                    WHERE source LIKE 'alertmanager/%' AND position($1 IN convert_from(body, 'UTF8')) > 0 LIMIT 1";
        let body: String = sqlx::query(kept).bind(name).fetch_one(&mut self.sql).await.unwrap().get(0);
        let body: Value = serde_json::from_str(&body).unwrap();
        let ours = body["alerts"].as_array().unwrap().iter().find(|alert| alert["fingerprint"] == name);
        ours.unwrap()["labels"].clone()
    }

    /// Somebody takes the group's incident, if there is one that nobody has.
    async fn take(&mut self, seed: u64, group: usize) -> bool {
        let open: Option<i64> = sqlx::query_scalar(
            "SELECT number FROM incident WHERE labels ->> 'service' = $1 AND status = 'open'",
        )
        .bind(service(seed, group))
        .fetch_optional(&mut self.sql)
        .await
        .unwrap();
        if let Some(number) = open {
            let number = number.to_string();
            self.parts.store().acknowledge(&number, "a person", firstlook::clock::now()).await.unwrap();
        }
        open.is_some()
    }
}
