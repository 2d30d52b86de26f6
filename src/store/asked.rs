//! Incidents that a person asked for: the time that they are about, and where the answer goes.
//!
//! Written in the transaction of ingest, so that an incident never stands there without what it was asked for.

use chrono::{DateTime, Utc};
use firstlook_core::evidence::{About, Window};
use sqlx::PgConnection;
use uuid::Uuid;

use super::ingest::{Batch, Placed};
use super::{Route, Store, StoreError, incidents, told};

/// What a person asks for with a body that firstlook made for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// Who it is, in words for the timeline: `aya in Slack`. The incident is theirs from its beginning.
    pub actor: String,
    /// The time that they mean.
    pub time: Window,
    /// The services that it is about.
    pub services: Vec<String>,
    /// Where the answer goes, whatever the tree says; it stands on the page alone where nobody is told.
    pub route: Option<Route>,
    /// What for.
    pub about: About,
}

/// What a person means with an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meant {
    /// The time.
    pub time: Window,
    /// What for: of days no logs may be read.
    pub about: About,
}

/// Keeps what belongs to the incident that a body of this kind has opened.
pub(super) async fn keep(
    tx: &mut PgConnection,
    bodies: &[&Batch],
    placed: &[Placed],
) -> Result<(), StoreError> {
    for body in bodies {
        let Some((asking, incident)) = body.asking.as_ref().zip(opened(body, placed)) else { continue };
        let now = body.delivery.received_at;
        let new = sqlx::query(
            "INSERT INTO asked (incident, asked_by, began_at, ended_at, services, kind) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT DO NOTHING",
        )
        .bind(incident)
        .bind(&asking.actor)
        .bind(asking.time.start)
        .bind(asking.time.end)
        .bind(&asking.services)
        .bind(asking.about.name())
        .execute(&mut *tx)
        .await?;
        if new.rows_affected() == 0 {
            continue;
        }
        sqlx::query(
            "UPDATE incident SET status = 'acknowledged', acknowledged_at = $2, owner = $3 WHERE id = $1 AND status = 'open'",
        )
        .bind(incident)
        .bind(now)
        .bind(&asking.actor)
        .execute(&mut *tx)
        .await?;
        let time = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC").to_string();
        let what = match asking.about {
            About::Moment => "asked for a look at",
            About::Insight => "asked about the metrics of",
            About::Findings => "asked for the security findings of",
        };
        let said = format!("{what} {} to {}", time(asking.time.start), time(asking.time.end));
        incidents::note(tx, incident, now, "asked", &asking.actor, &said).await?;
        if let Some(route) = &asking.route {
            told::begin(tx, incident, route, now).await?;
        }
    }
    Ok(())
}

/// The incident that a body has opened.
fn opened(body: &Batch, placed: &[Placed]) -> Option<Uuid> {
    let mut alerts = body.groups.values().flat_map(|group| &group.incoming).map(|one| &one.message.id);
    let alert = alerts.next()?;
    Some(placed.iter().find(|one| one.touched.new && one.named.contains(alert))?.id)
}

impl Store {
    /// What a person means with an incident; none where nobody asked for it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn asked(&self, incident: Uuid) -> Result<Option<Meant>, StoreError> {
        let row: Option<(DateTime<Utc>, DateTime<Utc>, String)> =
            sqlx::query_as("SELECT began_at, ended_at, kind FROM asked WHERE incident = $1")
                .bind(incident)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(start, end, kind)| Meant { time: Window { start, end }, about: About::named(&kind) }))
    }

    /// The services that a person means with an incident, where they named more than one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn asked_services(&self, incident: Uuid) -> Result<Vec<String>, StoreError> {
        let services: Option<Vec<String>> = sqlx::query_scalar(
            "SELECT services FROM asked WHERE incident = $1 AND cardinality(services) > 1",
        )
        .bind(incident)
        .fetch_optional(&self.pool)
        .await?;
        Ok(services.unwrap_or_default())
    }

    /// The services that incidents have had, those first that had most of late; at most `most`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn services(&self, since: DateTime<Utc>, most: i64) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT service FROM incident WHERE service <> '' AND opened_at >= $1
             GROUP BY service ORDER BY count(*) DESC, service LIMIT $2",
        )
        .bind(since)
        .bind(most)
        .fetch_all(&self.pool)
        .await?)
    }
}
