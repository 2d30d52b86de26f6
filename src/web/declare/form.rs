//! The form that declares: opened within three seconds for who pressed, and what is filled in is declared as by a deed.
//!
//! Must not believe anything: who calls has checked the signature, and what comes back is looked at again.

use std::time::Duration;

use firstlook_core::incident::Status;
use firstlook_core::notify::declare::channel_name;
use firstlook_core::notify::view::Incident;
use firstlook_core::notify::{self, DeclareForm, DeclareSubmission, Press};
use serde_json::Value;

use super::super::App;
use super::super::forms::{KEEP_WITHIN, LIST_WITHIN, open_view};
use super::super::problem::Problem;
use super::super::slack::{late, refused};
use super::{bots, declare, in_slack};
use crate::config::Declare;
use crate::receivers::slack::Slack;
use crate::store::{Began, Declaring, StoreError};

/// How long the incident may keep its form waiting.
const READ_WITHIN: Duration = Duration::from_millis(900);

/// Opens the form for who pressed. What is said to them where there is none.
pub async fn open(app: &App, press: &Press) -> Option<Value> {
    let (language, number) = (app.words.language, press.incident);
    let Ok(read) = tokio::time::timeout(READ_WITHIN, about(app, number)).await else {
        return Some(late(app));
    };
    let (view, rules) = match read {
        Ok(Some(read)) => read,
        Ok(None) => return Some(notify::slack_unknown(language, number)),
        Err(error) => return Some(refused(app, &Problem::from(error))),
    };
    let forms = app.slack.as_ref().and_then(|slack| slack.forms.as_ref());
    let (Some(forms), Some(rules), true, None) =
        (forms, rules, view.status != Status::Resolved, &view.declared)
    else {
        // What there is to say is the same as without a form.
        return Some(in_slack(app, number, &press.actor, &press.user).await);
    };
    let groups = groups(&forms.api, rules).await;
    let form = DeclareForm {
        view: &view,
        user: &press.user,
        name: &channel_name(&rules.prefix, &view, 1),
        private: rules.private,
        invited: (rules.users.len(), rules.groups.len()),
        groups: groups.as_deref().map_err(String::as_str),
    };
    let opened = open_view(&forms.api, &press.trigger, &notify::slack_declare_form(&form), language).await;
    opened.err().map(|why| notify::slack_no_declare_form(language, number, &why))
}

/// The incident, and what the bot gives it that would declare it.
async fn about(app: &App, number: i64) -> Result<Option<(Incident, Option<&Declare>)>, StoreError> {
    let Some(view) = app.store.incident(&number.to_string(), &app.words).await? else { return Ok(None) };
    let bot = app.store.declarer(&view.id, &bots(app)).await?;
    let rules = app.declarers.iter().find(|(one, _)| Some(one) == bot.as_ref()).map(|(_, rules)| rules);
    Ok(Some((view, rules)))
}

/// The groups that can be brought in besides those of the configuration; else why none can be chosen.
async fn groups(api: &Slack, rules: &Declare) -> Result<Vec<(String, String)>, String> {
    let listed = tokio::time::timeout(LIST_WITHIN, api.groups()).await;
    let mut all =
        listed.map_err(|_| "Slack did not list them in time".to_owned())?.map_err(|error| error.reason)?;
    all.retain(|(id, _)| !rules.groups.contains(id));
    Ok(all)
}

/// Declares as somebody filled in; else the faults, each at its block.
pub async fn take(app: &App, submission: &DeclareSubmission) -> Result<(), Value> {
    let language = app.words.language;
    let faults = |faults: Vec<notify::FormFault>| notify::slack_form_faults(&faults);
    let asked = submission.wanted(language).map_err(faults)?;
    let number = submission.incident;
    let unknown = |known| faults(notify::declare_refused(language, number, known));
    let id = number.ok_or_else(|| unknown(false))?.to_string();
    let by = Declaring { actor: submission.actor.clone(), lead: None, asked: Some(asked) };
    match tokio::time::timeout(KEEP_WITHIN, declare(app, &id, &by)).await {
        Ok(Ok(Began::Now | Began::Again)) => {
            app.wake.all();
            Ok(())
        }
        Ok(Ok(Began::Before | Began::Over)) => Err(unknown(true)),
        Ok(Ok(Began::Unknown)) => Err(unknown(false)),
        Ok(Err(problem)) => Err(faults(notify::declare_fault(problem.words(language).1.as_str()))),
        // It may be declared yet; the same form again finds it so.
        Err(_) => Err(faults(notify::declare_fault(notify::form_not_kept(language)))),
    }
}
