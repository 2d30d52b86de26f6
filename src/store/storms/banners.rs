//! Storms that last, as lists show them in place of their incidents.

use chrono::{DateTime, Utc};
use firstlook_core::notify::storm::Banner;

use super::{Store, StoreError};

impl Store {
    /// The storms that last, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn banners(&self) -> Result<Vec<Banner>, StoreError> {
        let rows: Vec<(i64, String, DateTime<Utc>, i64, i64, i64)> = sqlx::query_as(
            "SELECT s.number, s.receiver, s.since, count(DISTINCT t.incident),
                    count(DISTINCT t.incident) FILTER (WHERE t.held_by = 'storm'),
                    count(DISTINCT t.incident) FILTER (WHERE i.status = 'open')
             FROM storm s LEFT JOIN target t ON t.storm = s.id LEFT JOIN incident i ON i.id = t.incident
             WHERE s.ended_at IS NULL
             GROUP BY s.id ORDER BY s.number DESC",
        )
        .fetch_all(&self.pool)
        .await?;
        let n = |count: i64| usize::try_from(count).unwrap_or(0);
        let one = |(number, receiver, since, incidents, folded, open)| Banner {
            number,
            receiver,
            since,
            incidents: n(incidents),
            folded: n(folded),
            open: n(open),
        };
        Ok(rows.into_iter().map(one).collect())
    }
}
