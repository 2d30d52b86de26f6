//! What must be true at the end of a schedule, of alerts, incidents and the pager.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Row;

use super::Stage;
use super::cloud::Alarm;
use super::flaps::Heard;
use super::world::{World, service};
use crate::support::pagerduty;

impl Stage {
    pub(super) async fn check(
        &mut self,
        world: &World,
        seed: u64,
        zero: DateTime<Utc>,
        taken: &BTreeMap<usize, Vec<i64>>,
    ) {
        let context = format!("FIRSTLOOK_SEED={seed} FIRSTLOOK_SCHEDULES=1: {world:#?}");
        for alert in &world.alerts {
            let truth = if alert.fires(i64::MAX) { "firing" } else { "resolved" };
            assert_eq!(self.alert(&alert.name, &context).await.0, truth, "{}\n{context}", alert.name);
        }
        for alarm in &world.alarms {
            self.check_alarm(alarm, zero, &context).await;
        }
        for body in world.bodies.iter().filter(|body| body.message.is_some()) {
            let message = body.message.as_deref().unwrap();
            let kept = "SELECT count(*) FROM delivery WHERE position($1 IN convert_from(body, 'UTF8')) > 0 AND source = 'sns/aws'";
            let kept: i64 = sqlx::query_scalar(kept).bind(message).fetch_one(&mut self.sql).await.unwrap();
            assert_eq!(kept, 1, "the message {message} was accepted and is kept so often\n{context}");
        }
        for (group, firing) in world.firing() {
            let open = firing > 0;
            assert_eq!(self.members(seed, group).await, firing as i64, "group {group}\n{context}");
            let edges = self.edges(seed, group).await;
            let told = self.told(seed, group).await;
            self.tally.edges += edges.len();
            let unresolved: i64 = sqlx::query(
                "SELECT count(*) FROM incident WHERE labels ->> 'service' = $1 AND status <> 'resolved'",
            )
            .bind(service(seed, group))
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
                let wanted = world.heard(group, taken.get(&group).map_or(&[], Vec::as_slice));
                let heard = Heard { rings, folds: self.folds(seed, group).await };
                assert_eq!(heard, wanted, "group {group}\n{edges:?}\n{taken:?}\n{context}");
                self.tally.folds += heard.folds;
            }
        }
    }

    /// What is known of an alert: its status, its start and its newest end.
    async fn alert(&mut self, name: &str, context: &str) -> (String, DateTime<Utc>, Option<DateTime<Utc>>) {
        sqlx::query_as("SELECT status, starts_at, ends_at FROM alert WHERE fingerprint = $1")
            .bind(name)
            .fetch_one(&mut self.sql)
            .await
            .unwrap_or_else(|error| panic!("{name} was accepted and is lost: {error}\n{context}"))
    }

    /// Whatever the order, what the newest change said holds, from then on, and no message counts twice.
    async fn check_alarm(&mut self, alarm: &Alarm, zero: DateTime<Utc>, context: &str) {
        let Some(fires) = alarm.fires() else { return };
        let (status, starts_at, ends_at) = self.alert(&alarm.arn(), context).await;
        let truth = if fires { "firing" } else { "resolved" };
        assert_eq!(status, truth, "{}\n{context}", alarm.name);
        let since = if fires { starts_at } else { ends_at.unwrap() };
        // CloudWatch's times have milliseconds.
        let since = (since - zero + TimeDelta::milliseconds(1)).num_seconds();
        assert!(alarm.last().contains(&since), "{} {truth} since {since}\n{context}", alarm.name);
        let counted: Option<i64> =
            sqlx::query_scalar("SELECT sum(received)::bigint FROM incident_alert WHERE fingerprint = $1")
                .bind(alarm.arn())
                .fetch_one(&mut self.sql)
                .await
                .unwrap();
        let sent: i64 = sqlx::query_scalar(
            "SELECT count(DISTINCT message_id) FROM sns_seen s JOIN delivery d ON d.id = s.delivery
             WHERE position($1 IN convert_from(d.body, 'UTF8')) > 0",
        )
        .bind(format!("alarm:{}\\\"", alarm.name))
        .fetch_one(&mut self.sql)
        .await
        .unwrap();
        assert!(counted.unwrap_or(0) <= sent, "{} counted {counted:?} of {sent}\n{context}", alarm.name);
    }

    /// How many alerts fire in what is open of the group.
    async fn members(&mut self, seed: u64, group: usize) -> i64 {
        sqlx::query_scalar(
            "SELECT count(*) FROM incident_alert a JOIN incident i ON i.id = a.incident
             WHERE i.labels ->> 'service' = $1 AND i.status <> 'resolved' AND a.status = 'firing'",
        )
        .bind(service(seed, group))
        .fetch_one(&mut self.sql)
        .await
        .unwrap()
    }

    /// What had to be told, in order, with the number of tries.
    async fn edges(&mut self, seed: u64, group: usize) -> Vec<(String, i32)> {
        sqlx::query_as(
            "SELECT e.kind, e.attempts FROM edge e JOIN target t ON t.id = e.target JOIN incident i ON i.id = t.incident
             WHERE i.labels ->> 'service' = $1 ORDER BY i.number, e.seq",
        )
        .bind(service(seed, group))
        .fetch_all(&mut self.sql)
        .await
        .unwrap()
    }

    /// How often it is recorded that something fired again and rang for nobody.
    async fn folds(&mut self, seed: u64, group: usize) -> usize {
        let folds: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM decision d JOIN incident i ON i.id = d.incident
             WHERE i.labels ->> 'service' = $1 AND d.kind = 'folded'",
        )
        .bind(service(seed, group))
        .fetch_one(&mut self.sql)
        .await
        .unwrap();
        folds as usize
    }

    /// What the pager made of it: its incidents under the group's key, oldest first.
    async fn told(&mut self, seed: u64, group: usize) -> Vec<pagerduty::Incident> {
        let slot: Option<String> = sqlx::query_scalar(
            "SELECT encode(slot, 'hex') FROM incident WHERE labels ->> 'service' = $1 LIMIT 1",
        )
        .bind(service(seed, group))
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
