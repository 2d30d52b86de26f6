//! A database with incidents, targets, edges and jobs that a test writes itself. Knows nothing of what they are for.

use firstlook::store::{Claim, JobKind, Store};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, FromRow, PgConnection};
use uuid::Uuid;

use crate::support::postgres::fresh_database;

/// The rows of one test.
pub struct World {
    /// What is tested.
    pub store: Store,
    rows: PgConnection,
}

impl World {
    /// Empty tables.
    pub async fn new() -> Self {
        let database = fresh_database().await;
        let store = Store::new(&database, 8).unwrap();
        store.migrate().await.unwrap();
        Self { store, rows: PgConnection::connect(&database).await.unwrap() }
    }

    /// Runs statements.
    pub async fn run(&mut self, sql: String) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.rows).await.unwrap();
    }

    /// One row.
    pub async fn row<T: Send + Unpin + for<'r> FromRow<'r, PgRow>>(&mut self, sql: String) -> T {
        sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut self.rows).await.unwrap()
    }

    /// A number.
    pub async fn number(&mut self, sql: &str) -> i64 {
        self.row::<(i64,)>(sql.to_owned()).await.0
    }

    /// An incident of the group `slot`; all but the newest of a group are over.
    pub async fn incident(&mut self, slot: &str) -> Uuid {
        let id = Uuid::now_v7();
        let hash = format!("sha256('{slot}'::bytea)");
        self.run(format!(
            "INSERT INTO slot (key_hash, key) VALUES ({hash}, '{{\"service\":\"{slot}\"}}') ON CONFLICT DO NOTHING;
             UPDATE incident SET status = 'resolved', resolved_at = now() WHERE slot = {hash};
             INSERT INTO incident (id, slot, status, severity, told_severity, title, labels, opened_at, started_at,
                 version)
             VALUES ('{id}', {hash}, 'open', 'critical', 'critical', 'ApiDown', '{{\"alertname\":\"ApiDown\"}}', now(),
                 now(), 1)"
        ))
        .await;
        id
    }

    /// Its target at an integration, with these edges: `(kind, state)` in their order. `place`: what was sent to.
    pub async fn target(
        &mut self,
        incident: Uuid,
        (receiver, integration): (&str, &str),
        edges: &[(&str, &str)],
        place: Option<&str>,
    ) -> Uuid {
        let id = Uuid::now_v7();
        let place = place.map_or("NULL".to_owned(), |place| format!("'{place}'"));
        self.run(format!(
            "INSERT INTO target (id, incident, receiver, integration, reason, place)
             VALUES ('{id}', '{incident}', '{receiver}', '{integration}', 'test', {place})"
        ))
        .await;
        for (seq, (kind, state)) in (1..).zip(edges) {
            let sent = if *state == "sent" { "now()" } else { "NULL" };
            self.run(format!(
                "INSERT INTO edge (target, seq, kind, state, created_at, sent_at)
                 VALUES ('{id}', {seq}, '{kind}', '{state}', now(), {sent})"
            ))
            .await;
        }
        id
    }

    /// A job that is due, of a new incident where it needs one; further columns as `column = value`.
    pub async fn job(&mut self, kind: &str, key: &str, incident: Option<Uuid>, set: &str) -> i64 {
        let incident = incident.map_or("NULL".to_owned(), |id| format!("'{id}'"));
        let insert = format!(
            "INSERT INTO job (kind, key, incident, state, run_at) VALUES ('{kind}', '{key}', {incident}, 'ready', now())
             RETURNING id"
        );
        let id = self.number(&insert).await;
        if !set.is_empty() {
            self.run(format!("UPDATE job SET {set} WHERE id = {id}")).await;
        }
        id
    }

    /// A bucket that is open, and takes one message in a minute.
    pub async fn bucket(&mut self, name: &str) {
        self.run(format!("INSERT INTO rate_bucket VALUES ('{name}', now(), '1 minute', '0')")).await;
    }

    /// The keys of what is claimed.
    pub async fn keys(&self, kind: JobKind, most: usize, full: &[&str]) -> Vec<String> {
        self.claims(kind, most, full).await.into_iter().map(|claim| claim.key).collect()
    }

    /// What is claimed.
    pub async fn claims(&self, kind: JobKind, most: usize, full: &[&str]) -> Vec<Claim> {
        let full: Vec<String> = full.iter().map(|name| (*name).to_owned()).collect();
        self.store.claim(kind, most, &full).await.unwrap()
    }

    /// The only job that is due.
    pub async fn claim(&self, kind: JobKind) -> Claim {
        let mut claims = self.claims(kind, 2, &[]).await;
        assert_eq!(claims.len(), 1, "{claims:?}");
        claims.remove(0)
    }
}
