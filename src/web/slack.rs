//! Where Slack knocks: presses of buttons, and the command (FACTS D).
//!
//! Must not believe anything before the signature is checked, and answers within three seconds whatever else hangs.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, post, web};
use firstlook_core::incident::{Deed, Status};
use firstlook_core::notify::{self, Buttons, Command, Offers, Press};
use firstlook_core::word;
use serde_json::Value;

use super::App;
use super::forms::{self, Forms};
use super::problem::Problem;
use super::{declare, deeds, menu, signed, webhooks};
use crate::clock;
use crate::receivers::slack::respond::Responder;
use crate::secret::Secret;
use crate::store::{Acted, Filter};
use crate::telemetry::labels::SenderKind;

/// Slack gives up after 3 s; what is left is for the way.
pub(super) const WITHIN: Duration = Duration::from_millis(2_000);
/// How old a signature may be, in seconds: what is older was kept by somebody.
const FRESH_S: i64 = 300;
/// Incidents that the command lists.
const LISTED: i64 = 20;

/// The app whose presses are heard.
pub struct SlackApp {
    /// What Slack signs with.
    pub signing_secret: Secret,
    /// Answers to the one who pressed.
    pub responder: Responder,
    /// Opens forms, where there is a bot.
    pub forms: Option<Forms>,
    /// Which messages of other apps an analysis is offered under.
    pub offers: Option<Offers>,
}

/// A press of a button.
#[post("/slack/interactions")]
pub async fn interactions(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    webhooks::within(SenderKind::Slack, pressed(app, &request, payload)).await
}

/// `/firstlook`.
#[post("/slack/commands")]
pub async fn commands(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    webhooks::within(SenderKind::Slack, asked(app, &request, payload)).await
}

/// A body that Slack has signed.
pub(super) async fn signed_body(
    app: &App,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<String, Problem> {
    let Some(slack) = &app.slack else {
        return Err(Problem::not_found("Slack app here: set `slack.signing_secret`"));
    };
    let (body, _room) = app.room.read(request, payload).await?;
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let sent_at = header("x-slack-request-timestamp").unwrap_or_default();
    let fresh = sent_at.parse().is_ok_and(|at: i64| clock::now().timestamp().abs_diff(at) <= FRESH_S as u64);
    let signature = header("x-slack-signature").and_then(|value| value.strip_prefix("v0="));
    let message = [b"v0:", sent_at.as_bytes(), b":", &body].concat();
    if !fresh || !signed::signs(&slack.signing_secret, &message, signature.unwrap_or_default()) {
        tracing::warn!(fresh, "a request that Slack has not signed with `slack.signing_secret` is refused");
        return Err(Problem::unsigned(
            "the request is not signed by Slack with `slack.signing_secret`, or is older than five minutes",
        ));
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// The fields of a form that Slack has signed.
async fn signed_form(
    app: &App,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Vec<(String, String)>, Problem> {
    let body = signed_body(app, request, payload).await?;
    let form = web::Query::<Vec<(String, String)>>::from_query(&body);
    form.map(web::Query::into_inner).map_err(|error| Problem::bad_request(format!("no form: {error}")))
}

fn field<'a>(form: &'a [(String, String)], name: &str) -> &'a str {
    form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

async fn pressed(
    app: web::Data<App>,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let form = signed_form(&app, request, payload).await?;
    // A press walks one of many ways, and not each has to be carried along.
    if let Some(answer) = Box::pin(forms::interacted(&app, field(&form, "payload"))).await {
        return Ok(answer);
    }
    let press = notify::press(field(&form, "payload"))
        .map_err(|error| Problem::bad_request(format!("`payload` cannot be read: {error}")))?;
    match press {
        // All of a storm is many: Slack is answered before.
        Some(press) if press.storm => {
            tokio::spawn(async move {
                let answer = took(&app, &press).await;
                say(&app, &press, &answer).await;
            });
        }
        Some(press) => {
            if let Some(answer) = Box::pin(follow(&app, &press)).await {
                // Slack waits for the status alone; what is said to the one who pressed goes its own way.
                tokio::spawn(async move { say(&app, &press, &answer).await });
            }
        }
        None => {}
    }
    Ok(HttpResponse::Ok().finish())
}

/// Tells the one who pressed.
async fn say(app: &App, press: &Press, answer: &Value) {
    let Some(slack) = &app.slack else { return };
    if let Err(error) = slack.responder.say(&press.response_url, answer).await {
        tracing::warn!(reason = error.reason, "who pressed a button in Slack could not be answered");
    }
}

/// All of a storm that nobody has is taken by the one who pressed.
async fn took(app: &App, press: &Press) -> Value {
    match deeds::take_storm(app, press.incident, &press.actor).await {
        Ok(taken) => notify::slack_storm_taken(app.words.language, press.incident, taken),
        Err(problem) => refused(app, &problem),
    }
}

/// Does what a press asks for. What the message itself will show needs no answer.
async fn follow(app: &App, press: &Press) -> Option<Value> {
    if let Some(choice) = press.choice {
        return menu::chosen(app, press, choice).await;
    }
    let Some(deed) = press.deed else { return Some(notify::slack_dismiss()) };
    if deed == Deed::Declare {
        return declare::form::open(app, press).await;
    }
    let answer = act(app, press.incident, deed, &press.actor, "").await;
    match (answer, deed) {
        (Answer::Done, Deed::Silence) => Some(silenced(app, press.incident).await),
        (Answer::Done, _) if press.private => Some(notify::slack_dismiss()),
        (Answer::Done, Deed::Acknowledge | Deed::TakeOver | Deed::Resolve) => None,
        (Answer::Done, _) => Some(notify::slack_done(app.words.language, deed, press.incident)),
        (Answer::Said(said), _) => Some(said),
    }
}

async fn asked(
    app: web::Data<App>,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let form = signed_form(&app, request, payload).await?;
    let actor = notify::in_slack(field(&form, "user_name"));
    let command = notify::command(field(&form, "text"));
    if let Command::Form(kind) = command {
        let (trigger, channel) = (field(&form, "trigger_id"), field(&form, "channel_id"));
        let opened = forms::open(&app, kind, trigger, Some(channel), None).await;
        return Ok(match opened {
            Ok(()) => HttpResponse::Ok().finish(),
            Err(why) => HttpResponse::Ok().json(notify::slack_not_done(app.words.language, &why)),
        });
    }
    let who = (actor.as_str(), field(&form, "user_id"));
    let answer = match tokio::time::timeout(WITHIN, Box::pin(told(&app, who, &command))).await {
        Ok(answer) => answer,
        Err(_) => late(&app),
    };
    Ok(HttpResponse::Ok().json(answer))
}

async fn told(app: &App, (actor, user): (&str, &str), command: &Command) -> Value {
    let answer = match command {
        Command::Help | Command::Form(_) => Ok(notify::slack_help(app.words.language, &app.external_url)),
        Command::Open => {
            let status = vec![Status::Open, Status::Acknowledged];
            let filter = Filter { status, limit: LISTED, ..Filter::default() };
            let page = app.store.incidents(&filter, &app.words).await;
            page.map(|page| {
                notify::slack_open(app.words.language, &page.items, page.next.is_some(), &app.external_url)
            })
        }
        Command::Show(number) => {
            let found = app.store.incident(&number.to_string(), &app.words).await;
            let (analysis, declare) = (app.analysis.is_some(), !app.declarers.is_empty());
            let buttons = Buttons { presses: true, analysis, declare };
            found.map(|found| match found {
                Some(view) => notify::slack_show(&view, &app.zone, buttons),
                None => notify::slack_unknown(app.words.language, *number),
            })
        }
        Command::Why(number) => Ok(menu::why(app, *number).await),
        Command::Do(Deed::Declare, number, _) => Ok(declare::in_slack(app, *number, actor, user).await),
        Command::Do(deed, number, text) => match act(app, *number, *deed, actor, text).await {
            Answer::Done if *deed == Deed::Silence => Ok(silenced(app, *number).await),
            Answer::Done => Ok(notify::slack_done(app.words.language, *deed, *number)),
            Answer::Said(said) => Ok(said),
        },
    };
    answer.unwrap_or_else(|error| refused(app, &Problem::from(error)))
}

/// How a deed ended, for the one who asked.
enum Answer {
    Done,
    Said(Value),
}

async fn act(app: &App, number: i64, deed: Deed, actor: &str, text: &str) -> Answer {
    let id = number.to_string();
    let work = async {
        match deeds::perform(app, &id, deed, actor, text).await {
            Ok(Acted::Done) => Answer::Done,
            Ok(Acted::Unknown) => Answer::Said(notify::slack_unknown(app.words.language, number)),
            Ok(Acted::Already) => Answer::Said(match app.store.incident(&id, &app.words).await {
                Ok(Some(view)) => notify::slack_already(&view, deed, actor),
                Ok(None) => notify::slack_unknown(app.words.language, number),
                Err(error) => refused(app, &Problem::from(error)),
            }),
            Err(problem) => Answer::Said(refused(app, &problem)),
        }
    };
    tokio::time::timeout(WITHIN, work).await.unwrap_or_else(|_| Answer::Said(late(app)))
}

/// What came of a silence, for the one who asked for it.
async fn silenced(app: &App, number: i64) -> Value {
    match app.store.incident(&number.to_string(), &app.words).await {
        Ok(Some(view)) => notify::slack_silenced(&view, &app.zone, &app.external_url),
        Ok(None) | Err(_) => notify::slack_done(app.words.language, Deed::Silence, number),
    }
}

pub(super) fn refused(app: &App, problem: &Problem) -> Value {
    notify::slack_not_done(app.words.language, problem.words(app.words.language).1.as_str())
}

pub(super) fn late(app: &App) -> Value {
    let why = word(
        "the database of firstlook does not answer; try again in a minute",
        "firstlookのデータベースが応答していません。1分後にもう一度試してください",
    );
    notify::slack_not_done(app.words.language, why.of(app.words.language))
}
