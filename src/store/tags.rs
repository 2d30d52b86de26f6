//! Tags of alarms that were read ahead of time: which alarms there are, whose turn it is, and what they have.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::cloudwatch::Tags;
use sqlx::types::Json;

use super::{Store, StoreError};

/// The upkeep that reads the tags of a source's alarms, as its job's key; the source follows.
pub const LEARN: &str = "tags/";
/// An alarm that nobody has named for so long is forgotten: it was deleted, or leads elsewhere.
const FORGOTTEN: TimeDelta = TimeDelta::days(7);

/// What was learned of one alarm.
#[derive(Debug, sqlx::FromRow)]
pub struct Learned {
    arn: String,
    /// Its tags.
    #[sqlx(json)]
    pub tags: Tags,
    /// What they were before they last changed.
    #[sqlx(json)]
    pub before: Tags,
    /// When that was seen.
    pub changed_at: DateTime<Utc>,
}

/// Source, ARN and tags of an alarm, and of how many alarms some are known.
type Row = (String, String, Json<Tags>, i64);

impl Store {
    /// Names the alarms of a region that lead to a source's topics; `whole`: these are all that there are, and those that
    /// nobody has named for long are forgotten.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list_alarms(
        &self,
        source: &str,
        region: &str,
        arns: &[&str],
        whole: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO alarm_tags (source, arn, named_at, listed_at)
             SELECT $1, arn, $3, $3 FROM unnest($2::text[]) AS n (arn) ORDER BY arn
             ON CONFLICT (source, arn) DO UPDATE SET named_at = excluded.named_at, listed_at = excluded.listed_at",
        )
        .bind(source)
        .bind(arns)
        .bind(now)
        .execute(&self.pool)
        .await?;
        if whole {
            sqlx::query(
                "DELETE FROM alarm_tags WHERE source = $1 AND split_part(arn, ':', 4) = $2 AND named_at < $3",
            )
            .bind(source)
            .bind(region)
            .bind(now - FORGOTTEN)
            .execute(&self.pool)
            .await?;
        }
        Ok(())
    }

    /// Names alarms that fire here. Returns whether one of them was not known.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn name_alarms(
        &self,
        source: &str,
        arns: &[&str],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let named = sqlx::query(
            "INSERT INTO alarm_tags (source, arn, named_at)
             SELECT $1, arn, $3 FROM unnest($2::text[]) AS n (arn) ORDER BY arn ON CONFLICT DO NOTHING",
        )
        .bind(source)
        .bind(arns)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(named.rows_affected() > 0)
    }

    /// Has the tags of a source's alarms read at once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn learn_now(&self, source: &str) -> Result<(), StoreError> {
        self.hurry(&[format!("{LEARN}{source}")]).await
    }

    /// The regions of a source's alarms.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn alarm_regions(&self, source: &str) -> Result<Vec<String>, StoreError> {
        let regions = "SELECT DISTINCT split_part(arn, ':', 4) FROM alarm_tags WHERE source = $1";
        Ok(sqlx::query_scalar(regions).bind(source).fetch_all(&self.pool).await?)
    }

    /// When the alarms of a region were last listed, where there were any.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_listed(&self, source: &str, region: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT max(listed_at) FROM alarm_tags WHERE source = $1 AND split_part(arn, ':', 4) = $2",
        )
        .bind(source)
        .bind(region)
        .fetch_one(&self.pool)
        .await?)
    }

    /// At most `most` alarms of a region whose tags are not known, and then those that were asked for before `before`; those
    /// that wait longest come first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due_alarms(
        &self,
        source: &str,
        region: &str,
        before: DateTime<Utc>,
        most: i64,
    ) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT arn FROM alarm_tags WHERE source = $1 AND split_part(arn, ':', 4) = $2
                 AND (read_at IS NULL OR asked_at < $3)
             ORDER BY read_at IS NULL DESC, asked_at NULLS FIRST, named_at DESC, arn LIMIT $4",
        )
        .bind(source)
        .bind(region)
        .bind(before)
        .bind(most)
        .fetch_all(&self.pool)
        .await?)
    }

    /// Keeps an alarm's tags. Returns whether they have changed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_tags(
        &self,
        source: &str,
        arn: &str,
        tags: &Tags,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let changed: Option<bool> = sqlx::query_scalar(
            "UPDATE alarm_tags SET asked_at = $4, read_at = $4, tags = $3,
                 before = CASE WHEN tags = $3 THEN before ELSE tags END,
                 changed_at = CASE WHEN tags = $3 THEN changed_at ELSE $4 END
             WHERE source = $1 AND arn = $2 RETURNING changed_at IS NOT DISTINCT FROM $4",
        )
        .bind(source)
        .bind(arn)
        .bind(Json(tags))
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        Ok(changed.unwrap_or_default())
    }

    /// An alarm's tags could not be read: it is the turn of the others first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn put_off_alarm(&self, source: &str, arn: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let put_off = "UPDATE alarm_tags SET asked_at = $3 WHERE source = $1 AND arn = $2";
        sqlx::query(put_off).bind(source).bind(arn).bind(now).execute(&self.pool).await?;
        Ok(())
    }

    /// There is no such alarm any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_alarm(&self, source: &str, arn: &str) -> Result<(), StoreError> {
        let forget = "DELETE FROM alarm_tags WHERE source = $1 AND arn = $2";
        sqlx::query(forget).bind(source).bind(arn).execute(&self.pool).await?;
        Ok(())
    }

    /// Those of these alarms that have or had tags.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn learned(
        &self,
        source: &str,
        arns: &[&str],
    ) -> Result<BTreeMap<String, Learned>, StoreError> {
        let rows: Vec<Learned> = sqlx::query_as(
            "SELECT arn, tags, before, changed_at FROM alarm_tags
             WHERE source = $1 AND arn = ANY ($2) AND changed_at IS NOT NULL",
        )
        .bind(source)
        .bind(arns)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|one| (one.arn.clone(), one)).collect())
    }

    /// What changes whenever some alarm's tags do.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tags_mark(&self) -> Result<String, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT concat_ws('/', count(*), sum((extract(epoch FROM changed_at) * 1000000)::bigint))
             FROM alarm_tags WHERE changed_at IS NOT NULL",
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// Source, ARN and tags of the alarms that have any, of so many bytes in all; and of how many there was no room.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn known_tags(&self, most: i64) -> Result<(Vec<(String, String, Tags)>, i64), StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT source, arn, tags, alarms FROM (
                 SELECT source, arn, tags, count(*) OVER () AS alarms,
                     sum(octet_length(arn) + octet_length(tags::text)) OVER (ORDER BY source, arn) AS bytes
                 FROM alarm_tags WHERE tags <> '{}') n
             WHERE bytes <= $1",
        )
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        let left_out = rows.first().map_or(0, |(.., alarms)| alarms - rows.len() as i64);
        let one = |(source, arn, tags, _): Row| (source, arn, tags.0);
        Ok((rows.into_iter().map(one).collect(), left_out))
    }
}
