//! Somebody declares an incident: what is asked of the store, and what is said to whoever asked in Slack.
//!
//! Must not know how a channel is opened: that is done after this, by a job.

pub mod form;

use firstlook_core::incident::Deed;
use firstlook_core::notify;
use serde_json::Value;

use super::App;
use super::problem::Problem;
use super::slack::{WITHIN, late, refused};
use crate::clock;
use crate::store::{Acted, Began, Declaring};

/// Declares an incident.
///
/// # Errors
/// 400 where no bot may open channels, 409 where the incident is over, 503 where the database does not answer.
pub async fn declare(app: &App, id: &str, by: &Declaring) -> Result<Began, Problem> {
    if app.declarers.is_empty() {
        return Err(Problem::bad_request(
            "no `slack_configs` may open channels: one with a `bot_token` is needed, without `declare.enabled: false`; an \
             incoming webhook cannot",
        ));
    }
    match app.store.declare(id, by, &bots(app), clock::now()).await? {
        Began::Over => Err(Problem::conflict("this incident is over: reopened, it can be declared")),
        began => Ok(began),
    }
}

/// The receivers and integrations that may open channels.
fn bots(app: &App) -> Vec<(String, String)> {
    app.declarers.iter().map(|(bot, _)| bot.clone()).collect()
}

/// The same as other deeds end.
///
/// # Errors
/// As [`declare`].
pub async fn perform(app: &App, id: &str, actor: &str) -> Result<Acted, Problem> {
    let by = Declaring { actor: actor.to_owned(), lead: None, asked: None };
    Ok(match declare(app, id, &by).await? {
        Began::Now | Began::Again => Acted::Done,
        Began::Before | Began::Over => Acted::Already,
        Began::Unknown => Acted::Unknown,
    })
}

/// Declares for somebody in Slack; what is said to them.
pub async fn in_slack(app: &App, number: i64, actor: &str, user: &str) -> Value {
    let language = app.words.language;
    let id = number.to_string();
    let work = async {
        let lead = Some(user).filter(|user| notify::declare::is_user(user)).map(str::to_owned);
        match declare(app, &id, &Declaring { actor: actor.to_owned(), lead, asked: None }).await {
            Ok(Began::Now) => {
                app.wake.all();
                notify::slack_done(language, Deed::Declare, number)
            }
            Ok(Began::Again) => {
                app.wake.all();
                notify::slack_declaring_again(language, number)
            }
            Ok(Began::Unknown) => notify::slack_unknown(language, number),
            Ok(Began::Before | Began::Over) => match app.store.incident(&id, &app.words).await {
                Ok(Some(view)) => notify::slack_declared_before(&view),
                Ok(None) => notify::slack_unknown(language, number),
                Err(error) => refused(app, &Problem::from(error)),
            },
            Err(problem) => refused(app, &problem),
        }
    };
    tokio::time::timeout(WITHIN, work).await.unwrap_or_else(|_| late(app))
}
