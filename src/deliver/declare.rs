//! A declared incident gets its channel, step by step, in a lane of its own: no page and no message waits for it.
//!
//! Knows the order of the steps and the policy of trying again. Must not know a word of them. Each step is recorded; what is
//! refused stops no other one, and two channels for one incident are never asked for.

use std::sync::Arc;

use firstlook_core::notify;
use firstlook_core::notify::declare::{MOST_NAMES, Step, channel_name, numbered, people, topic};
use firstlook_core::notify::rate::BESIDE;
use firstlook_core::notify::view::Incident;

use super::analysis::again;
use super::charts::ROOM;
use super::{Deliver, Integration};
use crate::clock;
use crate::config::Declare;
use crate::fail;
use crate::receivers::slack::Slack;
use crate::receivers::slack::channels::Opened;
use crate::receivers::{Class, SendError};
use crate::store::{Claim, Declaration, ELSEWHERE, Now, Outcome, Place, StoreError, Target};

/// Slack lets a call invite hundreds; who declares wants a crew, not a company.
const MOST_PEOPLE: usize = 100;
/// People who could not be brought in that are named.
const NAMED: usize = 5;

/// A bot, and who works with it on which incident.
struct Desk<'a> {
    claim: &'a Claim,
    api: &'a Slack,
    rules: &'a Declare,
    /// Whether only who is invited sees the channel.
    private: bool,
    view: &'a Incident,
}

/// How a step ended: `Some` where the job has to come again for it.
type Ended = Result<Option<Outcome>, StoreError>;

impl Deliver {
    /// Does what is left of a declaration.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub async fn declare(&self, claim: Arc<Claim>) -> Result<Outcome, StoreError> {
        let Some(declaration) = self.store.declaration(claim.incident).await? else {
            return Ok(Outcome::Done);
        };
        let Some(view) = self.store.told_incident(claim.incident, &self.words).await? else {
            return Ok(Outcome::Done);
        };
        let way = self.ways.get(&declaration.bot).map(|way| &way.integration);
        let (Some(Integration::Slack { api, .. }), Some(rules)) = (way, self.declares.get(&declaration.bot))
        else {
            return self.without_bot(&claim, &declaration).await;
        };
        let private = declaration.private.unwrap_or(rules.private);
        let desk = Desk { claim: &claim, api, rules, private, view: &view };
        if declaration.is_open(Step::Create)
            && let Some(wait) = self.create(&desk, &declaration).await?
        {
            return Ok(wait);
        }
        // The channel is there by now, or never will be.
        let Some(declaration) = self.store.declaration(claim.incident).await? else {
            return Ok(Outcome::Done);
        };
        let mut left = None;
        for step in [Step::Invite, Step::Topic, Step::Link, Step::Pin] {
            if declaration.is_open(step) {
                left = self.step(&desk, &declaration, step).await?.or(left);
            }
            // Once people are there to hear it, or cannot be had at once.
            if let (Step::Invite, Some(channel), false) = (step, &declaration.channel, declaration.is_told) {
                self.store.tell_in_channel(&claim, &declaration, channel, clock::now()).await?;
                self.wake.all();
            }
        }
        Ok(left.unwrap_or(Outcome::Done))
    }

    async fn step(&self, desk: &Desk<'_>, declaration: &Declaration, step: Step) -> Ended {
        if step == Step::Link {
            return self.link(desk, declaration).await;
        }
        let Some(channel) = declaration.channel.as_deref() else {
            return self.noted(desk, step, Now::None).await;
        };
        let answer = match (step, &declaration.message) {
            (Step::Invite, _) => return self.invite(desk, declaration, channel).await,
            (Step::Topic, _) => desk.api.set_topic(channel, desk.private, &topic(desk.view)).await,
            (_, Some(at)) => desk.api.pin(&at.channel, &at.ts).await,
            // Whoever posts the message has it pinned then.
            (_, None) => return Ok(None),
        };
        fail::pass(fail::Step::DeclareStep);
        match answer {
            Ok(()) => self.noted(desk, step, Now::Sent).await,
            Err(error) => self.undone(desk, step, error).await,
        }
    }

    /// Opens the channel. Where a try before may have done so, it is found by its name; where others have the name, the next one
    /// is tried.
    async fn create(&self, desk: &Desk<'_>, declaration: &Declaration) -> Ended {
        let Desk { claim, api, rules, private, view } = *desk;
        let named = |nth| match &declaration.asked_name {
            Some(name) => numbered(name, nth),
            None => channel_name(&rules.prefix, view, nth),
        };
        let names = || (1..=MOST_NAMES).map(named);
        // A name that was tried stays the one, whatever the configuration says by now.
        let tried = declaration.name.clone();
        let from = tried.as_ref().and_then(|(name, _)| names().position(|one| one == *name));
        let mut doubt = tried.as_ref().map(|(_, since)| *since);
        let first = tried.iter().map(|(name, _)| name.clone());
        let rest = names().skip(from.map_or(0, |at| at + 1));
        for name in first.chain(rest) {
            self.store.naming(claim, &name, clock::now()).await?;
            let answer = api.open_channel(&name, private).await;
            fail::pass(fail::Step::ChannelOpened);
            let found = match (answer, doubt.take()) {
                (Ok(Opened::New { id, name }), _) => Some((id, name)),
                (Ok(Opened::Taken), Some(since)) => match api.find_channel(&name, private, since).await {
                    Ok(found) => found.map(|id| (id, name)),
                    Err(error) => return self.undone(desk, Step::Create, unsent(error)).await,
                },
                (Ok(Opened::Taken), None) => None,
                (Err(error), _) => return self.undone(desk, Step::Create, error).await,
            };
            if let Some((id, name)) = found {
                self.store.opened(claim, (&name, &id), clock::now()).await?;
                tracing::info!(incident = view.number, channel = name, "declared: its channel is open");
                return Ok(None);
            }
        }
        let reason = format!(
            "Slack has channels of all the names from #{} on: choose another `declare.channel_prefix`",
            named(1)
        );
        self.noted(desk, Step::Create, Now::Parked(&reason)).await
    }

    /// Brings in who leads, and the people and groups that the configuration names, or whoever declared it.
    async fn invite(&self, desk: &Desk<'_>, declaration: &Declaration, channel: &str) -> Ended {
        let Desk { api, rules, private, .. } = *desk;
        let (mut all, mut missed) = ([rules.users.as_slice(), &declaration.users].concat(), Vec::new());
        let asked = declaration.groups.iter().filter(|group| !rules.groups.contains(group));
        for group in rules.groups.iter().chain(asked) {
            match api.members(group).await {
                Ok(members) => all.extend(members),
                Err(error) if matches!(error.class, Class::Fail | Class::Gone) => {
                    missed.push(format!("the group {group}: {}", error.reason));
                }
                Err(error) => return self.undone(desk, Step::Invite, unsent(error)).await,
            }
        }
        let (people, left_out) = people(declaration.lead.as_deref(), &all, MOST_PEOPLE);
        if people.is_empty() && missed.is_empty() {
            return self.noted(desk, Step::Invite, Now::None).await;
        }
        let answer = api.invite(channel, private, &people).await;
        fail::pass(fail::Step::DeclareStep);
        match answer {
            Ok(refused) => {
                let named = refused.iter().take(NAMED).map(|(user, why)| format!("{user} ({why})"));
                missed.extend(named);
                let more = refused.len().saturating_sub(NAMED) + left_out;
                missed
                    .extend((more > 0).then(|| format!("{more} more; at most {MOST_PEOPLE} are brought in")));
            }
            Err(error) if matches!(error.class, Class::Fail | Class::Gone) => missed.push(error.reason),
            Err(error) => return self.undone(desk, Step::Invite, unsent(error)).await,
        }
        match missed.is_empty() {
            true => self.noted(desk, Step::Invite, Now::Sent).await,
            false => self.noted(desk, Step::Invite, Now::Parked(&missed.join("; "))).await,
        }
    }

    /// Says in the alarm's own thread where the channel is, and has the channel's message lead back there.
    async fn link(&self, desk: &Desk<'_>, declaration: &Declaration) -> Ended {
        let Desk { claim, api, .. } = *desk;
        let Some(Place { receiver, integration, address }) = &declaration.origin else {
            return self.noted(desk, Step::Link, Now::None).await;
        };
        if declaration.is_begun(Step::Link) {
            let doubt = "whoever said it died before Slack's answer was kept; it may stand there, and is not said again";
            return self.noted(desk, Step::Link, Now::Parked(doubt)).await;
        }
        match api.permalink(&address.channel, &address.ts).await {
            Ok(link) if desk.view.declared.as_ref().and_then(|one| one.link.as_ref()) == Some(&link) => {}
            Ok(link) => self.store.linked(claim, &link).await?,
            Err(error) => tracing::warn!(reason = error.reason, "the alarm's own message has no address"),
        }
        let way = self.way_of(receiver, integration);
        let Some(way) = way else { return self.noted(desk, Step::Link, Now::None).await };
        if !self.store.take(claim, &way.bucket, BESIDE, 1).await? {
            return Ok(Some(Outcome::Wait(ROOM)));
        }
        // As it is by now: with the channel that was just opened, or the reason why there is none.
        let view = self.store.told_incident(claim.incident, &self.words).await?;
        let line =
            view.and_then(|view| notify::declared_line(&view, &self.zone, &address.channel, &address.ts));
        let Some(line) = line else { return self.noted(desk, Step::Link, Now::None).await };
        self.noted(desk, Step::Link, Now::Sending).await?;
        let answer = api.post(&line).await;
        fail::pass(fail::Step::DeclareStep);
        match answer {
            Ok(_) => self.noted(desk, Step::Link, Now::Sent).await,
            Err(error) if error.class == Class::Ambiguous => {
                let doubt = format!("{}; it may stand there, and is not said again", error.reason);
                self.noted(desk, Step::Link, Now::Parked(&doubt)).await
            }
            Err(error) => {
                let ended = self.undone(desk, Step::Link, error).await?;
                if ended.is_some() {
                    self.noted(desk, Step::Link, Now::Wanted).await?;
                }
                Ok(ended)
            }
        }
    }

    /// Has the message pinned that lives in an incident's own channel.
    pub(super) async fn want_pin(&self, claim: &Claim, target: &Target) -> Result<(), StoreError> {
        if target.integration.contains(ELSEWHERE) && self.store.want_pin(claim, target).await? {
            self.wake.all();
        }
        Ok(())
    }

    async fn noted(&self, desk: &Desk<'_>, step: Step, now: Now<'_>) -> Ended {
        if let Now::Parked(reason) = now {
            tracing::warn!(incident = desk.view.number, step = step.as_str(), reason, "not declared whole");
            self.wake.all();
        }
        self.store.note_step(desk.claim, step, now, clock::now()).await?;
        Ok(None)
    }

    /// Another try, or none.
    async fn undone(&self, desk: &Desk<'_>, step: Step, error: SendError) -> Ended {
        match again(desk.claim, &error, clock::now()) {
            Some(after) => Ok(Some(Outcome::Retry { after, error: error.reason })),
            None => self.noted(desk, step, Now::Parked(&error.reason)).await,
        }
    }

    /// The configuration has no such bot any more, or it may not declare.
    async fn without_bot(&self, claim: &Claim, declaration: &Declaration) -> Result<Outcome, StoreError> {
        let (receiver, integration) = &declaration.bot;
        let reason = format!(
            "the configuration has no bot {integration} of receiver {receiver:?} any more that may declare"
        );
        for step in Step::ALL.into_iter().filter(|step| declaration.is_open(*step)) {
            self.store.note_step(claim, step, Now::Parked(&reason), clock::now()).await?;
        }
        Ok(Outcome::Done)
    }
}

/// What may be done twice is not in doubt when its answer was lost.
fn unsent(error: SendError) -> SendError {
    match error.class {
        Class::Ambiguous => SendError { class: Class::Retry { after: None }, ..error },
        _ => error,
    }
}
