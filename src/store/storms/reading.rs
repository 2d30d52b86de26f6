//! A storm as it is told: its figures by now, what its incidents share, and the most severe of them.

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::notify::DigestLine;
use firstlook_core::notify::storm::{Figures, Shared, Storm, shared};

use super::super::Words;
use super::super::told::DigestRow as Line;
use super::{Store, StoreError, StormMessage};

/// Incidents that are named.
const TOP: i64 = 10;
/// Labels that are counted further.
const LABELS: i64 = 50;

#[derive(sqlx::FromRow)]
struct Counted {
    critical: i64,
    warning: i64,
    info: i64,
    services: i64,
    open: i64,
    acknowledged: i64,
    singly: i64,
    by_storm: i64,
    left_over: i64,
    since: DateTime<Utc>,
    newest: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
}

/// `$1`: the storm, `$2`: the integration.
const COUNT: &str = "SELECT m.*, s.since, s.ended_at, now() AS now FROM storm s CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE i.severity = 'critical') AS critical,
            count(*) FILTER (WHERE i.severity = 'warning') AS warning,
            count(*) FILTER (WHERE i.severity = 'info') AS info,
            count(DISTINCT i.service) AS services,
            count(*) FILTER (WHERE i.status = 'open') AS open,
            count(*) FILTER (WHERE i.status = 'acknowledged') AS acknowledged,
            count(*) FILTER (WHERE e.sent) AS singly,
            count(*) FILTER (WHERE NOT e.sent AND t.storm_at IS NOT NULL) AS by_storm,
            count(*) FILTER (WHERE t.held_by = 'storm' AND i.status <> 'resolved') AS left_over,
            max(e.newest) AS newest
        FROM target t JOIN incident i ON i.id = t.incident CROSS JOIN LATERAL (
            SELECT COALESCE(bool_or(state = 'sent'), false) AS sent, max(at) AS newest FROM edge
            WHERE target = t.id AND kind NOT IN ('acknowledge', 'resolve')) e
        WHERE t.storm = s.id AND t.integration = $2) m
    WHERE s.id = $1";

impl Counted {
    fn figures(&self) -> Figures {
        let n = |count: i64| usize::try_from(count).unwrap_or(0);
        Figures {
            critical: n(self.critical),
            warning: n(self.warning),
            info: n(self.info),
            services: n(self.services),
            open: n(self.open),
            acknowledged: n(self.acknowledged),
            singly: n(self.singly),
            by_storm: n(self.by_storm),
            left: n(self.left_over),
            ended: self.ended_at.is_some(),
        }
    }

    /// Until it ended; while it lasts, until the newest, and not less than the window.
    fn span(&self) -> TimeDelta {
        self.ended_at.or(self.newest).unwrap_or(self.since) - self.since
    }
}

impl Store {
    /// A storm's figures at the integration of one of its messages.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn figures(&self, message: &StormMessage) -> Result<Figures, StoreError> {
        Ok(self.counted(message).await?.figures())
    }

    async fn counted(&self, message: &StormMessage) -> Result<Counted, StoreError> {
        Ok(sqlx::query_as(COUNT)
            .bind(message.storm())
            .bind(&message.integration)
            .fetch_one(&self.pool)
            .await?)
    }

    /// The storm as one of its messages tells it, and when that was counted.
    ///
    /// # Errors
    /// When the database does not answer, or holds something that this version cannot read.
    pub async fn told_storm(
        &self,
        message: &StormMessage,
        words: &Words,
    ) -> Result<(Storm, DateTime<Utc>), StoreError> {
        let counted = self.counted(message).await?;
        let figures = counted.figures();
        let storm = Storm {
            language: words.language,
            number: message.number,
            since: counted.since,
            // A storm of one moment began within its first second.
            span: counted.span().max(TimeDelta::seconds(1)),
            ended_at: counted.ended_at,
            figures,
            shared: self.shared_by(message, figures.all(), words).await?,
            top: self.worst(message, words).await?,
            url: format!("{}/?storm={}", words.external_url, message.number),
        };
        Ok((storm, counted.now))
    }

    async fn shared_by(
        &self,
        message: &StormMessage,
        all: usize,
        words: &Words,
    ) -> Result<Option<Shared>, StoreError> {
        let counts: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT l.key, l.value, count(*) FROM target t JOIN incident i ON i.id = t.incident
                 CROSS JOIN LATERAL jsonb_each_text(i.labels) l
             WHERE t.storm = $1 AND t.integration = $2
             GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT $3",
        )
        .bind(message.storm())
        .bind(&message.integration)
        .bind(LABELS)
        .fetch_all(&self.pool)
        .await?;
        let counts: Vec<(String, String, usize)> = counts
            .into_iter()
            .map(|(name, value, count)| (name, value, usize::try_from(count).unwrap_or(0)))
            .collect();
        Ok(shared(&counts, all).map(|(name, value, count)| Shared {
            label: words.redactor.redact(&format!("{name}={value}")),
            count: *count,
        }))
    }

    async fn worst(&self, message: &StormMessage, words: &Words) -> Result<Vec<DigestLine>, StoreError> {
        let rows: Vec<Line> = sqlx::query_as(
            "SELECT i.id, i.number, i.title, i.status, i.severity, i.owner, i.started_at, i.resolved_at
             FROM target t JOIN incident i ON i.id = t.incident
             WHERE t.storm = $1 AND t.integration = $2 AND i.status <> 'resolved'
             ORDER BY array_position(ARRAY['critical', 'warning', 'info'], i.severity), i.number LIMIT $3",
        )
        .bind(message.storm())
        .bind(&message.integration)
        .bind(TOP)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(|row| row.line(words)).collect()
    }
}
