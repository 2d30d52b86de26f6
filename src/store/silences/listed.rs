//! Silences as people see them, with the incidents that each was about.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::super::{Store, StoreError};

/// Incidents that are named of each; the others are counted.
const NAMED: i64 = 20;

/// Where a silence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It holds.
    Active,
    /// It will.
    Pending,
    /// It is over.
    Expired,
}

impl State {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 3] = [Self::Active, Self::Pending, Self::Expired];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Expired => "expired",
        }
    }
}

/// A silence.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Silenced {
    /// What people call it by.
    #[sqlx(rename = "number")]
    pub id: i64,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: State,
    /// In Alertmanager's grammar; empty where it names the alerts of an incident.
    pub matchers: Vec<String>,
    /// That incident's number.
    pub incident: Option<i64>,
    /// How many alerts it names.
    pub alerts: i64,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when, where it has an end.
    pub ends_at: Option<DateTime<Utc>>,
    /// Names of intervals, or spans.
    pub recurring: Option<Value>,
    /// From when it holds now, or next.
    pub holds_from: DateTime<Utc>,
    /// Until when.
    pub holds_until: DateTime<Utc>,
    /// Why.
    pub comment: String,
    /// The Alertmanagers that are to have it as well: `source`, `id` there, `state`, `error`.
    pub mirrors: Value,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: String,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// Incidents of which somebody was not told, or not again, because of it.
    pub suppressed: i64,
    /// The newest of them.
    pub incidents: Vec<i64>,
}

impl TryFrom<String> for State {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == word);
        found.ok_or_else(|| format!("{word:?} is no state of a silence"))
    }
}

const SELECT: &str = "SELECT * FROM (SELECT s.number,
        CASE WHEN s.ended_at IS NOT NULL OR s.holds_until <= $1 AND s.recurring IS NULL THEN 'expired'
             WHEN s.holds_from <= $1 AND s.holds_until > $1 THEN 'active' ELSE 'pending' END AS state,
        s.matchers, (SELECT number FROM incident i WHERE i.id = s.incident) AS incident,
        (SELECT count(*) FROM silence_alert a WHERE s.incident IS NOT NULL AND a.silence = s.number) AS alerts,
        s.starts_at, s.ends_at, s.recurring, s.holds_from, s.holds_until, s.comment, s.created_at, s.created_by,
        s.ended_at, s.ended_by,
        COALESCE((SELECT jsonb_agg(jsonb_build_object('source', source, 'id', remote, 'state', m.state, 'error', error)
                      ORDER BY source) FROM silence_mirror m WHERE m.silence = s.number), '[]') AS mirrors,
        (SELECT count(*) FROM suppressed p WHERE p.silence = s.number) AS suppressed,
        ARRAY(SELECT i.number FROM suppressed p JOIN incident i ON i.id = p.incident WHERE p.silence = s.number
              ORDER BY i.number DESC LIMIT $2) AS incidents
    FROM silence s) n";

impl Store {
    /// Silences in these states, or in any where none is named, the newest first, numbered below `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn silences(
        &self,
        states: &[State],
        before: Option<i64>,
        limit: i64,
        now: DateTime<Utc>,
    ) -> Result<Vec<Silenced>, StoreError> {
        let states: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
        let query = sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE (cardinality($3::text[]) = 0 OR state = ANY ($3)) AND ($4::bigint IS NULL OR number < $4)
             ORDER BY number DESC LIMIT $5"
        ));
        Ok(sqlx::query_as(query)
            .bind(now)
            .bind(NAMED)
            .bind(&states)
            .bind(before)
            .bind(limit)
            .fetch_all(&self.pool)
            .await?)
    }

    /// One of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn silence_of(&self, number: i64, now: DateTime<Utc>) -> Result<Option<Silenced>, StoreError> {
        let query = sqlx::AssertSqlSafe(format!("{SELECT} WHERE number = $3"));
        Ok(sqlx::query_as(query).bind(now).bind(NAMED).bind(number).fetch_optional(&self.pool).await?)
    }
}
