//! Incidents that somebody declared: the deed, and what is shown of it.
//!
//! The deed is committed with its job; what follows is that job's (`steps`).

mod steps;

use chrono::{DateTime, Utc};
use firstlook_core::evidence::Redactor;
use firstlook_core::incident::Status;
use firstlook_core::notify::declare::{Asked, Step};
use firstlook_core::notify::view::Declared;
use sqlx::PgConnection;
use uuid::Uuid;

use super::jobs::{self, JobKind, NewJob};
use super::row::At;
use super::{Store, StoreError, actions, incidents, told};

pub(super) use steps::give_up_declaring;
pub use steps::{Declaration, Place};

/// In the timeline: somebody declared it; something of that was not done.
const DECLARED: &str = "declared";
const UNDONE: &str = "not_declared";

/// Who declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaring {
    /// In words for the timeline: `aya in Slack`.
    pub actor: String,
    /// Slack's id of them, where Slack said so.
    pub lead: Option<String>,
    /// What they asked for by the form.
    pub asked: Option<Asked>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Began {
    /// Its steps are on their way.
    Now,
    /// They were, before; what was not done then is tried again.
    Again,
    /// It was declared before.
    Before,
    /// The incident is over.
    Over,
    /// There is no such incident.
    Unknown,
}

impl Store {
    /// The bot that declares this incident, or would: of `bots`, in their order, the first that tells of it, else the first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn declarer(
        &self,
        incident: &str,
        bots: &[(String, String)],
    ) -> Result<Option<(String, String)>, StoreError> {
        let Ok(incident) = Uuid::parse_str(incident) else { return Ok(None) };
        let mut connection = self.pool.acquire().await?;
        let bot = bot(&mut connection, incident, bots).await?;
        Ok(bot.map(|bot| (bot.receiver, bot.integration)))
    }

    /// Somebody declares an incident. `bots` are the receivers and integrations that may open channels, in their order: the first
    /// that tells of this incident does it, else the first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn declare(
        &self,
        name: &str,
        by: &Declaring,
        bots: &[(String, String)],
        now: DateTime<Utc>,
    ) -> Result<Began, StoreError> {
        let mut tx = self.pool.begin().await?;
        let Some(held) = actions::hold(&mut tx, name).await? else { return Ok(Began::Unknown) };
        let before: Option<bool> = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM declaration_step s WHERE s.incident = d.incident AND s.state = 'parked')
             FROM declaration d WHERE d.incident = $1",
        )
        .bind(held.id)
        .fetch_optional(&mut *tx)
        .await?;
        let began = match before {
            // What is filled in while somebody else declares it would be lost without a word.
            Some(left) if !left || by.asked.is_some() => return Ok(Began::Before),
            Some(_) => {
                again(&mut tx, held.id, &by.actor, now).await?;
                Began::Again
            }
            None if (At { table: "incident", row: &held.id }).status(&held.status)? == Status::Resolved => {
                return Ok(Began::Over);
            }
            None => {
                begin(&mut tx, held.id, by, bots, now).await?;
                Began::Now
            }
        };
        incidents::advance(&mut tx, held.id).await?;
        told::refresh(&mut tx, held.id).await?;
        let job = NewJob::now(JobKind::Declare, held.id.to_string(), held.id);
        jobs::enqueue(&mut tx, &[job]).await?;
        tx.commit().await?;
        Ok(began)
    }
}

async fn begin(
    tx: &mut PgConnection,
    incident: Uuid,
    by: &Declaring,
    bots: &[(String, String)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(bot) = bot(&mut *tx, incident, bots).await? else { return Ok(()) };
    let steps = Step::ALL.map(Step::as_str);
    let asked = by.asked.as_ref();
    sqlx::query(
        "WITH new AS (
             INSERT INTO declaration (incident, declared_by, declared_at, lead, receiver, integration, origin,
                 asked_name, private, users, user_groups)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING incident)
         INSERT INTO declaration_step (incident, step, state, at)
         SELECT incident, step, 'wanted', $3 FROM new, unnest($12::text[]) AS step",
    )
    .bind(incident)
    .bind(&by.actor)
    .bind(now)
    .bind(asked.map(|asked| &asked.lead).or(by.lead.as_ref()))
    .bind(bot.receiver)
    .bind(bot.integration)
    .bind(bot.origin)
    .bind(asked.map(|asked| &asked.name))
    .bind(asked.map(|asked| asked.private))
    .bind(asked.map_or(&[][..], |asked| &asked.users))
    .bind(asked.map_or(&[][..], |asked| &asked.groups))
    .bind(steps)
    .execute(&mut *tx)
    .await?;
    incidents::note(tx, incident, now, DECLARED, &by.actor, "declared it").await
}

#[derive(sqlx::FromRow)]
struct Bot {
    receiver: String,
    integration: String,
    origin: Option<Uuid>,
}

/// Of `bots`, in their order, the first that tells of this incident, with its message; else the first.
async fn bot(
    connection: &mut PgConnection,
    incident: Uuid,
    bots: &[(String, String)],
) -> Result<Option<Bot>, StoreError> {
    let (receivers, integrations): (Vec<&str>, Vec<&str>) =
        bots.iter().map(|(receiver, way)| (receiver.as_str(), way.as_str())).unzip();
    let bot = sqlx::query_as(
        "SELECT b.receiver, b.integration, t.id AS origin
         FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS b (receiver, integration, place)
             LEFT JOIN target t ON t.incident = $1 AND t.receiver = b.receiver
                 AND split_part(t.integration, '@', 1) = b.integration
         ORDER BY t.address IS NULL, t.id IS NULL, b.place LIMIT 1",
    )
    .bind(incident)
    .bind(receivers)
    .bind(integrations)
    .fetch_optional(connection)
    .await?;
    Ok(bot)
}

/// What was refused then may be allowed by now.
async fn again(
    tx: &mut PgConnection,
    incident: Uuid,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // Without a channel nothing else was to be done, and the thread says that there is none.
    sqlx::query(
        "UPDATE declaration_step SET state = 'wanted', at = $2, error = NULL
         WHERE incident = $1 AND (state IN ('parked', 'none') OR (step = 'link' AND EXISTS (
             SELECT FROM declaration_step WHERE incident = $1 AND step = 'create' AND state = 'parked')))",
    )
    .bind(incident)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let said = "declared it again: what was not done then is tried again";
    incidents::note(tx, incident, now, DECLARED, actor, said).await
}

#[derive(sqlx::FromRow)]
struct Row {
    declared_by: String,
    declared_at: DateTime<Utc>,
    lead: Option<String>,
    name: Option<String>,
    channel: Option<String>,
    link: Option<String>,
    steps: Vec<String>,
    errors: Vec<String>,
}

/// What is shown of it.
pub(super) async fn shown(
    tx: &mut PgConnection,
    incident: Uuid,
    redactor: &Redactor,
) -> Result<Option<Declared>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT declared_by, declared_at, lead, name, channel, link,
             ARRAY (SELECT step FROM declaration_step s WHERE s.incident = d.incident AND state = 'parked'
                    ORDER BY step) AS steps,
             ARRAY (SELECT error FROM declaration_step s WHERE s.incident = d.incident AND state = 'parked'
                    ORDER BY step) AS errors
         FROM declaration d WHERE incident = $1",
    )
    .bind(incident)
    .fetch_optional(tx)
    .await?;
    let undone = |(step, error): (String, String)| {
        let what = Step::parse(&step).map_or("", Step::undone);
        redactor.redact(&format!("{what}: {error}"))
    };
    Ok(row.map(|row| Declared {
        actor: redactor.redact(&row.declared_by),
        at: row.declared_at,
        lead: row.lead,
        name: row.name,
        channel: row.channel,
        link: row.link,
        undone: row.steps.into_iter().zip(row.errors).map(undone).collect(),
    }))
}
