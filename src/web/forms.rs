//! The form that asks for a look at a time: opened within three seconds, and what is filled in goes in by hop 1.
//!
//! Must not believe anything: who calls has checked the signature. The answer to a form says that it is committed.

use std::time::Duration;

use actix_web::HttpResponse;
use chrono::TimeDelta;
use firstlook_core::evidence::About;
use firstlook_core::notify::{
    self, Answers, Form, FormKind, Modal, Offering, Pointed, Submission, Under, Wanted,
};
use firstlook_core::{Language, word};
use serde_json::Value;

use super::{App, declare, menu, slack};
use crate::clock;
use crate::ingest::{Answer, Ingest, Look};
use crate::receivers::Class;
use crate::receivers::slack::Slack;
use crate::store::{ELSEWHERE, Route, THREAD};

/// Slack takes a trigger for 3 s after the deed: what is read before and the way to us are part of that.
const OPEN_WITHIN: Duration = Duration::from_millis(1_300);
/// How long a list of what can be chosen may keep a form waiting.
pub(super) const LIST_WITHIN: Duration = Duration::from_millis(700);
/// What is filled in is kept within that, else nothing is promised.
pub(super) const KEEP_WITHIN: Duration = Duration::from_millis(1_500);
/// How long it may take to see whether the answer can be posted.
const REACH_WITHIN: Duration = Duration::from_millis(900);
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
    /// What there is to answer questions.
    pub answers: Answers,
    /// Hop 1.
    pub ingest: Ingest,
}

/// Opens a form for whoever typed or pressed, in the `channel` where that was, if it is known, and about the message
/// `under` which the answer is to stand.
///
/// # Errors
/// Why it was not opened, in words for them.
pub async fn open(
    app: &App,
    kind: FormKind,
    trigger: &str,
    channel: Option<&str>,
    under: Option<&Under>,
) -> Result<(), String> {
    let language = app.words.language;
    let forms = app.slack.as_ref().and_then(|slack| slack.forms.as_ref());
    let forms = forms.ok_or_else(|| notify::form_needs_a_bot(language).to_owned())?;
    if let Some(lack) = forms.answers.lack(kind) {
        return Err(lack.of(language).to_owned());
    }
    let steps = app.analysis.map_or(0, |limits| limits.max_steps);
    let opening = async {
        let now = clock::now();
        let known = app.store.services(now - RECENT, MOST_SERVICES);
        let known = tokio::time::timeout(LIST_WITHIN, known).await;
        let mut services = known.ok().and_then(Result::ok).unwrap_or_default();
        let new: Vec<String> =
            forms.services.iter().filter(|name| !services.contains(name)).cloned().collect();
        services.extend(new);
        let form = Form { language, now, services: &services, steps, channel, under };
        match kind {
            FormKind::Moment => notify::slack_form(&form),
            FormKind::Insight => notify::slack_insight_form(&form),
            FormKind::Findings => notify::slack_findings_form(&form),
        }
    };
    open_view(&forms.api, trigger, &opening.await, language).await
}

/// Opens a form by a trigger.
///
/// # Errors
/// Why it was not opened, in words for whoever waits for it.
pub(super) async fn open_view(
    api: &Slack,
    trigger: &str,
    view: &Value,
    language: Language,
) -> Result<(), String> {
    match tokio::time::timeout(OPEN_WITHIN, api.open(trigger, view)).await {
        Ok(opened) => opened.map_err(|error| error.reason),
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
    if let Some(pointed) = notify::pointed(payload) {
        point(app, pointed).await;
        return Some(HttpResponse::Ok().finish());
    }
    if let Some(offering) = notify::offering(payload) {
        offered(app, offering).await;
        return Some(HttpResponse::Ok().finish());
    }
    match notify::modal(payload).ok()?? {
        Modal::Wanted(kind, trigger) => {
            if let Err(reason) = open(app, kind, &trigger, None, None).await {
                tracing::warn!(reason, "a form was not opened");
            }
            Some(HttpResponse::Ok().finish())
        }
        Modal::Submitted(submission) => Some(answer(take(app, &submission).await)),
        Modal::Deed(submission) => Some(answer(menu::take(app, &submission).await)),
        Modal::Declared(submission) => Some(answer(declare::form::take(app, &submission).await)),
    }
}

/// Nothing where a form is taken, which closes it.
fn answer(taken: Result<(), Value>) -> HttpResponse {
    match taken {
        Ok(()) => HttpResponse::Ok().finish(),
        Err(faults) => HttpResponse::Ok().json(faults),
    }
}

/// Opens the form about a message; who pressed is told where that fails.
async fn point(app: &App, pointed: Pointed) {
    let Pointed { trigger, message: mut under, response_url } = pointed;
    if under.said.is_empty() {
        // Without its words the form is of use as well.
        let said = tokio::time::timeout(LIST_WITHIN, app.store.offered(&under.channel, &under.ts)).await;
        under.said = said.ok().and_then(Result::ok).flatten().unwrap_or_default();
    }
    let channel = under.channel.clone();
    let opened = open(app, FormKind::Moment, &trigger, Some(&channel), Some(&under)).await;
    let Err(reason) = opened else { return };
    tracing::warn!(reason, "a form was not opened");
    say(app, response_url, notify::slack_not_done(app.words.language, &reason));
}

/// Keeps whether offers are wanted in a channel, and says so to who pressed.
async fn offered(app: &App, offering: Offering) {
    let language = app.words.language;
    let kept = tokio::time::timeout(KEEP_WITHIN, app.store.switch_offers(&offering, clock::now())).await;
    let answer = match kept {
        Ok(Ok(())) => {
            let Offering { channel, on, actor, .. } = &offering;
            tracing::info!(channel, on, actor, "whether an analysis is offered in a channel has changed");
            notify::slack_offering(language, channel, *on)
        }
        Ok(Err(_)) | Err(_) => slack::late(app),
    };
    say(app, offering.response_url, answer);
}

/// Tells one person; Slack waits for the status alone.
fn say(app: &App, response_url: String, answer: Value) {
    let Some(slack) = &app.slack else { return };
    let responder = slack.responder.clone();
    tokio::spawn(async move {
        if let Err(error) = responder.say(&response_url, &answer).await {
            tracing::warn!(reason = error.reason, "who pressed a button in Slack could not be answered");
        }
    });
}

/// Whether the bot may post where the answer goes: it tells whoever asks that it comes there. What else is wrong with Slack
/// may pass, and keeps nobody from asking.
async fn reaches(forms: &Forms, app: &App, user: &str, wanted: &Wanted) -> bool {
    let body = notify::slack_form_taken(app.words.language, user, wanted);
    match tokio::time::timeout(REACH_WITHIN, forms.api.say_to_one(&body)).await {
        Ok(Err(error)) => {
            tracing::warn!(reason = error.reason, "who asked in Slack could not be told that it is taken");
            error.class != Class::Gone
        }
        Ok(Ok(())) | Err(_) => true,
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
    if !reaches(forms, app, &submission.user, &wanted).await {
        return Err(seen(notify::form_no_way(language)));
    }
    let (receiver, integration) = forms.bot.clone();
    let thread = wanted.thread.map(|thread| format!("{THREAD}{thread}")).unwrap_or_default();
    let look = Look {
        id: format!("form-{}", submission.view),
        actor: submission.actor.clone(),
        seen: wanted.seen,
        services: wanted.services,
        time: wanted.time,
        about: match wanted.kind {
            FormKind::Moment => About::Moment,
            FormKind::Insight => About::Insight,
            FormKind::Findings => About::Findings,
        },
        route: Some(Route {
            receiver,
            integration: format!("{integration}{ELSEWHERE}{}{thread}", wanted.channel),
            reason: format!("{} asked for it in this channel", submission.actor),
            hold: None,
            waived: None,
            escalation: false,
        }),
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
