//! The form that asks for a look at a time: opened within three seconds, and what is filled in goes in by hop 1.
//!
//! Must not believe anything: who calls has checked the signature. The answer to a form says that it is committed.

use std::time::Duration;

use actix_web::HttpResponse;
use chrono::TimeDelta;
use firstlook_core::notify::{self, Form, Modal, Submission};
use firstlook_core::word;
use serde_json::Value;

use super::App;
use crate::clock;
use crate::ingest::{Answer, Ingest, Look};
use crate::receivers::slack::Slack;
use crate::store::{ELSEWHERE, Route};

/// Slack takes a trigger for 3 s after the deed, and the way to us is part of that.
const OPEN_WITHIN: Duration = Duration::from_millis(2_000);
/// How long the list of services may keep a form waiting.
const LIST_WITHIN: Duration = Duration::from_millis(700);
/// What is filled in is kept within that, else nothing is promised.
const KEEP_WITHIN: Duration = Duration::from_millis(2_300);
/// Services that incidents had so long ago are not offered.
const RECENT: TimeDelta = TimeDelta::days(90);
/// As many as Slack lets a form offer.
const MOST_SERVICES: i64 = 100;

/// What opens forms, and takes what is filled in.
pub struct Forms {
    /// The bot.
    pub api: Slack,
    /// The receiver and integration that it is configured for: what has a target elsewhere is told by it.
    pub bot: (String, String),
    /// Services that the configuration names.
    pub services: Vec<String>,
    /// Hop 1.
    pub ingest: Ingest,
}

/// Opens the form for whoever typed or pressed, in the `channel` where that was, if it is known.
///
/// # Errors
/// Why it was not opened, in words for them.
pub async fn open(app: &App, trigger: &str, channel: Option<&str>) -> Result<(), String> {
    let language = app.words.language;
    let forms = app.slack.as_ref().and_then(|slack| slack.forms.as_ref());
    let forms = forms.ok_or_else(|| notify::form_needs_a_bot(language).to_owned())?;
    let limits = app.analysis.ok_or_else(|| notify::form_needs_a_model(language).to_owned())?;
    let opening = async {
        let now = clock::now();
        let known = app.store.services(now - RECENT, MOST_SERVICES);
        let known = tokio::time::timeout(LIST_WITHIN, known).await;
        let mut services = known.ok().and_then(Result::ok).unwrap_or_default();
        let new: Vec<String> =
            forms.services.iter().filter(|name| !services.contains(name)).cloned().collect();
        services.extend(new);
        let form = Form { language, now, services: &services, steps: limits.max_steps, channel };
        forms.api.open(trigger, &notify::slack_form(&form)).await.map_err(|error| error.reason)
    };
    match tokio::time::timeout(OPEN_WITHIN, opening).await {
        Ok(opened) => opened,
        Err(_) => Err(word(
            "Slack did not open the form in time; ask again",
            "フォームを時間内に開けませんでした。もう一度試してください",
        )
        .of(language)
        .to_owned()),
    }
}

/// Does what a form or a shortcut asks for; `None` for a payload that is about neither.
pub async fn interacted(app: &App, payload: &str) -> Option<HttpResponse> {
    match notify::modal(payload).ok()?? {
        Modal::Wanted(trigger) => {
            if let Err(reason) = open(app, &trigger, None).await {
                tracing::warn!(reason, "a form was not opened");
            }
            Some(HttpResponse::Ok().finish())
        }
        Modal::Submitted(submission) => Some(match take(app, &submission).await {
            Ok(()) => HttpResponse::Ok().finish(),
            Err(faults) => HttpResponse::Ok().json(faults),
        }),
    }
}

/// Keeps what was asked for; else the faults, each at its block.
async fn take(app: &App, submission: &Submission) -> Result<(), Value> {
    let language = app.words.language;
    let now = clock::now();
    let faults = |faults: Vec<notify::FormFault>| notify::slack_form_faults(&faults);
    let seen = |text: &str| faults(vec![("seen", text.to_owned())]);
    let wanted = submission.wanted(language, now).map_err(faults)?;
    let forms = app.slack.as_ref().and_then(|slack| slack.forms.as_ref());
    let forms = forms.ok_or_else(|| seen(notify::form_needs_a_bot(language)))?;
    let (receiver, integration) = forms.bot.clone();
    let look = Look {
        id: format!("form-{}", submission.view),
        actor: submission.actor.clone(),
        seen: wanted.seen,
        services: wanted.services,
        time: wanted.time,
        route: Route {
            receiver,
            integration: format!("{integration}{ELSEWHERE}{}", wanted.channel),
            reason: format!("{} asked for it in this channel", submission.actor),
            hold: None,
            waived: None,
            escalation: false,
        },
    };
    match tokio::time::timeout(KEEP_WITHIN, forms.ingest.look_at(look, now)).await {
        Ok(Ok(Answer::Kept { .. } | Answer::Repeat { .. })) => Ok(()),
        Ok(Ok(Answer::Unusable { reason, .. })) => Err(seen(&reason)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "what a person asked for was not kept");
            Err(seen(notify::form_not_kept(language)))
        }
        // It may be committed yet; the same form again is taken once.
        Err(_) => Err(seen(notify::form_not_kept(language))),
    }
}
