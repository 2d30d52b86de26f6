//! What is chosen from the menu beside a message's buttons: a form that is opened, or why somebody was told.
//!
//! Must not believe anything: who calls has checked the signature. What is filled in is done as by the button or on the page.

use std::time::Duration;

use actix_web::http::StatusCode;
use firstlook_core::incident::Deed;
use firstlook_core::notify::view::Incident;
use firstlook_core::notify::{self, Choice, DeedSubmission, DeedWanted, Press};
use serde_json::Value;

use super::forms::{KEEP_WITHIN, open_view};
use super::problem::Problem;
use super::silences::{self, Wanted};
use super::slack::{late, refused};
use super::{App, declare, deeds};
use crate::clock;
use crate::store::Acted;

/// How long the incident may keep a form waiting.
const READ_WITHIN: Duration = Duration::from_millis(900);

/// Does what was chosen. What is said to who chose, where anything is.
pub async fn chosen(app: &App, press: &Press, choice: Choice) -> Option<Value> {
    if choice == Choice::Declare {
        return declare::form::open(app, press).await;
    }
    let view = match read(app, press.incident).await {
        Ok(view) => view,
        Err(said) => return Some(said),
    };
    let form = match choice {
        Choice::Resolve => notify::slack_resolve_form(&view),
        Choice::Silence => notify::slack_silence_form(&view),
        Choice::Why | Choice::Declare => return Some(notify::slack_why(&view, &app.zone)),
    };
    let forms = app.slack.as_ref().and_then(|slack| slack.forms.as_ref());
    let language = app.words.language;
    let opened = match forms {
        Some(forms) => open_view(&forms.api, &press.trigger, &form, language).await,
        None => Err(notify::form_needs_a_bot(language).trim_end_matches('。').to_owned()),
    };
    opened.err().map(|why| {
        tracing::warn!(reason = why, "a form was not opened");
        notify::slack_not_done(language, &why)
    })
}

/// Why people were told of an incident, for who asks.
pub async fn why(app: &App, number: i64) -> Value {
    match read(app, number).await {
        Ok(view) => notify::slack_why(&view, &app.zone),
        Err(said) => said,
    }
}

/// The incident; else what is said.
async fn read(app: &App, number: i64) -> Result<Incident, Value> {
    let name = number.to_string();
    match tokio::time::timeout(READ_WITHIN, app.store.incident(&name, &app.words)).await {
        Ok(Ok(Some(view))) => Ok(view),
        Ok(Ok(None)) => Err(notify::slack_unknown(app.words.language, number)),
        Ok(Err(error)) => Err(refused(app, &Problem::from(error))),
        Err(_) => Err(late(app)),
    }
}

/// Does what a form asks for; else the faults, each at its block.
pub async fn take(app: &App, submission: &DeedSubmission) -> Result<(), Value> {
    let language = app.words.language;
    let wanted =
        submission.wanted(language, clock::now()).map_err(|faults| notify::slack_form_faults(&faults))?;
    let why = match tokio::time::timeout(KEEP_WITHIN, done(app, submission, &wanted)).await {
        Ok(Ok(Acted::Done | Acted::Already)) => return Ok(()),
        Ok(Ok(Acted::Unknown)) => notify::no_incident(language, wanted.incident),
        Ok(Err(problem)) => problem.words(language).1.as_str().to_owned(),
        // It may be done yet; the same form again is harmless.
        Err(_) => notify::form_not_kept(language).to_owned(),
    };
    Err(notify::slack_form_faults(&submission.refused(&why)))
}

async fn done(app: &App, submission: &DeedSubmission, wanted: &DeedWanted) -> Result<Acted, Problem> {
    let (id, actor) = (wanted.incident.to_string(), submission.actor.as_str());
    let Some(until) = wanted.until else {
        return deeds::perform(app, &id, Deed::Resolve, actor, &wanted.text).await;
    };
    let asked = Wanted::until(until, &wanted.text);
    match silences::of_incident(app, &id, asked, actor, clock::now()).await {
        Ok(_) => Ok(Acted::Done),
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => Ok(Acted::Unknown),
        Err(problem) => Err(problem),
    }
}
