//! Where a decision belongs that changes no incident: to the incident in which its alert fires.

use std::collections::BTreeMap;

use firstlook_core::alert::AlertId;
use firstlook_core::incident::{Action, Decision};
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;

/// The incidents in which the alerts of what is noted fire.
pub(super) async fn homes<'a>(
    tx: &mut PgConnection,
    aside: impl Iterator<Item = &'a Decision>,
) -> Result<BTreeMap<AlertId, Uuid>, StoreError> {
    let noted: Vec<&AlertId> =
        aside.filter(|one| one.action == Action::Noted).map(|one| &one.alert).collect();
    if noted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(String, String, Uuid)> = sqlx::query_as(
        "SELECT a.source, a.fingerprint, a.incident FROM incident_alert a
         JOIN unnest($1::text[], $2::text[]) AS n (source, fingerprint) USING (source, fingerprint)
         WHERE a.status = 'firing'",
    )
    .bind(noted.iter().map(|id| id.source.as_str()).collect::<Vec<_>>())
    .bind(noted.iter().map(|id| id.fingerprint.as_str()).collect::<Vec<_>>())
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|(source, fingerprint, at)| (AlertId { source, fingerprint }, at)).collect())
}
