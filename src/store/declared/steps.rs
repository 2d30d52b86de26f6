//! The steps of a declaration, each recorded: what was asked of Slack is noted before it is asked, and what came of it after.
//!
//! Whoever was paused past its lease can note nothing, hence asks for no second channel.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::notify::declare::Step;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::jobs::{self, Claim, JobKind, NewJob};
use super::super::row::At;
use super::super::told::{self, Address, Now, Target};
use super::super::{ELSEWHERE, Route, Store, StoreError, actions, incidents};
use super::UNDONE;

/// A declaration as far as it has come.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// The bot: a receiver and its integration.
    pub bot: (String, String),
    /// Who it was.
    pub actor: String,
    /// Slack's id of them.
    pub lead: Option<String>,
    /// What the channel is to be called, where whoever it was said so.
    pub asked_name: Option<String>,
    /// Whether only who is invited sees it, where they said so.
    pub private: Option<bool>,
    /// Slack's ids of people whom they want there as well.
    pub users: Vec<String>,
    /// The same of groups.
    pub groups: Vec<String>,
    /// The name of the channel, and since when this one is tried.
    pub name: Option<(String, DateTime<Utc>)>,
    /// Slack's id of the channel.
    pub channel: Option<String>,
    /// The alarm's own message.
    pub origin: Option<Place>,
    /// Whether the incident is told in it.
    pub is_told: bool,
    /// Where the message in the channel stands.
    pub message: Option<Address>,
    states: BTreeMap<Step, String>,
}

/// A message of the incident, and the integration that told it.
#[derive(Debug, Clone)]
pub struct Place {
    /// The receiver's name.
    pub receiver: String,
    /// The kind and its place in the receiver.
    pub integration: String,
    /// Where it stands.
    pub address: Address,
}

impl Declaration {
    /// Whether something is left to do of a step.
    pub fn is_open(&self, step: Step) -> bool {
        self.is(step, "wanted") || self.is_begun(step)
    }

    /// Whether somebody began it, and has not said how that ended.
    pub fn is_begun(&self, step: Step) -> bool {
        self.is(step, "sending")
    }

    fn is(&self, step: Step, state: &str) -> bool {
        self.states.get(&step).is_some_and(|known| known == state)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    receiver: String,
    integration: String,
    declared_by: String,
    lead: Option<String>,
    asked_name: Option<String>,
    private: Option<bool>,
    users: Vec<String>,
    user_groups: Vec<String>,
    name: Option<String>,
    tried_at: Option<DateTime<Utc>>,
    channel: Option<String>,
    origin_receiver: Option<String>,
    origin_integration: Option<String>,
    origin_address: Option<Value>,
    is_told: bool,
    message: Option<Value>,
}

impl Store {
    /// What is to be done for a declared incident.
    ///
    /// # Errors
    /// When the database does not answer, or holds what this version cannot read.
    pub async fn declaration(&self, incident: Uuid) -> Result<Option<Declaration>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT d.receiver, d.integration, d.declared_by, d.lead, d.asked_name, d.private, d.users,
                 d.user_groups, d.name, d.tried_at, d.channel,
                 o.receiver AS origin_receiver, o.integration AS origin_integration, o.address AS origin_address,
                 t.id IS NOT NULL AS is_told, t.address AS message
             FROM declaration d LEFT JOIN target o ON o.id = d.origin
                 LEFT JOIN target t ON t.incident = d.incident AND t.receiver = d.receiver
                     AND t.integration = d.integration || '@' || d.channel
             WHERE d.incident = $1",
        )
        .bind(incident)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let at = At { table: "declaration", row: &incident };
        let states: Vec<(String, String)> =
            sqlx::query_as("SELECT step, state FROM declaration_step WHERE incident = $1")
                .bind(incident)
                .fetch_all(&self.pool)
                .await?;
        let state = |(word, state): (String, String)| {
            let step = Step::parse(&word);
            Ok((step.ok_or_else(|| at.corrupt("step", format!("{word:?} is no step")))?, state))
        };
        let place = |value: Option<Value>| value.map(|value| at.json("address", value)).transpose();
        let origin = row.origin_receiver.zip(row.origin_integration).zip(place(row.origin_address)?);
        Ok(Some(Declaration {
            bot: (row.receiver, row.integration),
            actor: row.declared_by,
            lead: row.lead,
            asked_name: row.asked_name,
            private: row.private,
            users: row.users,
            groups: row.user_groups,
            name: row.name.zip(row.tried_at),
            channel: row.channel,
            origin: origin.map(|((receiver, integration), address)| Place { receiver, integration, address }),
            is_told: row.is_told,
            message: place(row.message)?,
            states: states.into_iter().map(state).collect::<Result<_, StoreError>>()?,
        }))
    }

    /// Notes that a channel of this name is about to be asked for.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job: then it must not be.
    pub async fn naming(&self, claim: &Claim, name: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "WITH step AS (
                 UPDATE declaration_step SET state = 'sending', at = $3 WHERE incident = $1 AND step = 'create')
             UPDATE declaration SET name = $2, tried_at = CASE WHEN name = $2 THEN tried_at ELSE $3 END
             WHERE incident = $1",
        )
        .bind(claim.incident)
        .bind(name)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Notes that the channel is open.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn opened(
        &self,
        claim: &Claim,
        (name, channel): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        // In the order of ingest: the slot, the incident, then its jobs.
        actions::hold(&mut tx, &claim.incident.to_string()).await?;
        incidents::advance(&mut tx, claim.incident).await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "WITH step AS (
                 UPDATE declaration_step SET state = 'sent', at = $4, error = NULL
                 WHERE incident = $1 AND step = 'create')
             UPDATE declaration SET name = $2, channel = $3 WHERE incident = $1",
        )
        .bind(claim.incident)
        .bind(name)
        .bind(channel)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let said = format!("opened the channel #{name} for it");
        incidents::note(&mut tx, claim.incident, now, super::DECLARED, "firstlook", &said).await?;
        told::refresh(&mut tx, claim.incident).await?;
        Ok(tx.commit().await?)
    }

    /// Has the incident told in its channel from now on: those who were brought in are there to hear it.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn tell_in_channel(
        &self,
        claim: &Claim,
        declaration: &Declaration,
        channel: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        actions::hold(&mut tx, &claim.incident.to_string()).await?;
        jobs::hold(&mut tx, claim).await?;
        let (receiver, integration) = declaration.bot.clone();
        let route = Route {
            receiver,
            integration: format!("{integration}{ELSEWHERE}{channel}"),
            reason: format!("{} declared it, and this is its channel", declaration.actor),
            hold: None,
            waived: None,
            escalation: false,
        };
        told::begin(&mut tx, claim.incident, &route, now).await?;
        Ok(tx.commit().await?)
    }

    /// Notes what became of a step; where it is not tried any more, timeline and messages say so.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job: then it must not be done.
    pub async fn note_step(
        &self,
        claim: &Claim,
        step: Step,
        state: Now<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        let (word, error) = state.word();
        if let Some(error) = error {
            incidents::advance(&mut tx, claim.incident).await?;
            let text = format!("{}: {error}", step.undone());
            incidents::note(&mut tx, claim.incident, now, UNDONE, "firstlook", &text).await?;
        }
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "UPDATE declaration_step SET state = $3, at = $4, error = $5 WHERE incident = $1 AND step = $2",
        )
        .bind(claim.incident)
        .bind(step.as_str())
        .bind(word)
        .bind(now)
        .bind(error)
        .execute(&mut *tx)
        .await?;
        if error.is_some() {
            told::refresh(&mut tx, claim.incident).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Keeps where the alarm's own message can be reached, and has the channel's message show it.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn linked(&self, claim: &Claim, link: &str) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        incidents::advance(&mut tx, claim.incident).await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query("UPDATE declaration SET link = $2 WHERE incident = $1")
            .bind(claim.incident)
            .bind(link)
            .execute(&mut *tx)
            .await?;
        told::refresh(&mut tx, claim.incident).await?;
        Ok(tx.commit().await?)
    }

    /// Has the message pinned that was just posted in an incident's channel. Returns whether there is something to pin.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn want_pin(&self, claim: &Claim, target: &Target) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        let wanted: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM declaration d JOIN declaration_step s USING (incident)
                 WHERE incident = $1 AND s.step = 'pin' AND s.state = 'wanted'
                     AND $2 = d.integration || '@' || d.channel)",
        )
        .bind(target.incident)
        .bind(&target.integration)
        .fetch_one(&mut *tx)
        .await?;
        if wanted {
            let job = NewJob::now(JobKind::Declare, target.incident.to_string(), target.incident);
            jobs::enqueue(&mut tx, &[job]).await?;
        }
        tx.commit().await?;
        Ok(wanted)
    }
}

/// What becomes of the steps of a job that is poison.
pub(in crate::store) async fn give_up_declaring(
    tx: &mut PgConnection,
    claim: &Claim,
    error: &str,
) -> Result<(), StoreError> {
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT now()").fetch_one(&mut *tx).await?;
    sqlx::query(
        "UPDATE declaration_step SET state = 'parked', error = $2, at = $3
         WHERE incident = $1 AND state IN ('wanted', 'sending')",
    )
    .bind(claim.incident)
    .bind(error)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let text = format!("what is left of declaring it is not done: {error}");
    incidents::note(tx, claim.incident, now, UNDONE, "firstlook", &text).await?;
    told::refresh(tx, claim.incident).await
}
