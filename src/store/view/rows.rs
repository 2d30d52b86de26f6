//! The rows of a list of incidents, by its filter.

use sqlx::PgConnection;

use super::super::{Filter, StoreError};
use super::{Row, SELECT};

/// The newest that the filter lets through, and one more where there is one.
pub(super) async fn rows(tx: &mut PgConnection, filter: &Filter) -> Result<Vec<Row>, StoreError> {
    let statuses: Vec<&str> = filter.status.iter().map(|status| status.as_str()).collect();
    let severities: Vec<&str> = filter.severity.iter().map(|severity| severity.as_str()).collect();
    // `strpos` and not LIKE: what people type holds no wildcard.
    let query = sqlx::AssertSqlSafe(format!(
        "{SELECT}
         WHERE (cardinality($1::text[]) = 0 OR i.status = ANY ($1))
           AND (cardinality($2::text[]) = 0 OR i.severity = ANY ($2))
           AND ($3::timestamptz IS NULL OR i.opened_at >= $3)
           AND ($4::bigint IS NULL OR i.number < $4)
           AND ($5::text IS NULL OR strpos(lower(i.title), lower($5)) > 0
                OR strpos(lower(i.service), lower($5)) > 0
                OR EXISTS (SELECT 1 FROM jsonb_each_text(i.labels) l
                           WHERE strpos(lower(l.value), lower($5)) > 0))
           AND ($7::bigint IS NULL OR EXISTS (SELECT FROM target t JOIN storm s ON s.id = t.storm
                                              WHERE t.incident = i.id AND s.number = $7))
           AND (NOT $8 OR NOT EXISTS (SELECT FROM target t JOIN storm s ON s.id = t.storm
                                      WHERE t.incident = i.id AND t.held_by = 'storm' AND s.ended_at IS NULL))
         ORDER BY i.number DESC LIMIT $6"
    ));
    Ok(sqlx::query_as(query)
        .bind(&statuses)
        .bind(&severities)
        .bind(filter.since)
        .bind(filter.before)
        .bind(filter.q.as_deref().map(|q| q.replace('\0', "\u{fffd}")))
        .bind(filter.limit.saturating_add(1))
        .bind(filter.storm)
        .bind(filter.fold_storms)
        .fetch_all(tx)
        .await?)
}
