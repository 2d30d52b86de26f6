//! What people do to an incident, whoever carries it here: page, API, Slack, PagerDuty.
//!
//! Knows what each deed asks of the store. Must not know how it is answered.

use actix_web::http::StatusCode;
use firstlook_core::incident::Deed;

use super::App;
use super::declare;
use super::problem::Problem;
use super::silences::{self, Wanted};
use crate::clock;
use crate::store::{Acted, Judged};

/// Most characters of what somebody says about an end.
const MOST_TEXT: usize = 2_000;
/// The longest cause that is kept, in characters.
const MOST_CAUSE: usize = 1_000;

/// Does what a person asked for; `text` says how it ended, what the cause was, or for how
/// long and why nobody is to be told. Doing it twice is not an error: two
/// people press at once.
///
/// # Errors
/// 400 where no model can analyse, 409 where there is no cause to judge, 503 where the database does not answer.
pub async fn perform(app: &App, id: &str, deed: Deed, actor: &str, text: &str) -> Result<Acted, Problem> {
    let now = clock::now();
    // Postgres keeps no NUL; and what is said is a sentence, not a file.
    let said = |most| text.replace('\0', "\u{fffd}").trim().chars().take(most).collect::<String>();
    let acted = match deed {
        Deed::Acknowledge => app.store.acknowledge(id, actor, now).await?,
        Deed::TakeOver => app.store.take_over(id, actor, now).await?,
        Deed::Resolve => app.store.resolve(id, actor, &said(MOST_TEXT), now).await?,
        Deed::Silence => match silences::of_incident(app, id, Wanted::of_words(text)?, actor, now).await {
            Ok(_) => Acted::Done,
            Err(problem) if problem.status() == StatusCode::NOT_FOUND => Acted::Unknown,
            Err(problem) => return Err(problem),
        },
        Deed::Analyze => {
            let limits = app.analysis.ok_or_else(|| {
                Problem::bad_request(
                    "no model is configured: set summary.provider to have incidents analysed",
                )
            })?;
            app.store.analyze(id, actor, limits.max_steps, now).await?
        }
        Deed::Declare => declare::perform(app, id, actor).await?,
        Deed::Right | Deed::Wrong => {
            match app.store.judge(id, deed == Deed::Right, &said(MOST_CAUSE), actor, now).await? {
                Judged::Kept => Acted::Done,
                Judged::Unknown => Acted::Unknown,
                Judged::NothingToJudge => {
                    return Err(Problem::conflict("this incident has no summary that names a cause"));
                }
            }
        }
    };
    if acted == Acted::Done {
        app.wake.all();
    }
    Ok(acted)
}

/// The same for who names an incident: one that there is not is an error.
///
/// # Errors
/// 404 where there is no such incident; else as [`perform`].
pub async fn known(app: &App, id: &str, deed: Deed, actor: &str, text: &str) -> Result<(), Problem> {
    match perform(app, id, deed, actor, text).await? {
        Acted::Unknown => Err(Problem::not_found("incident of this id or number")),
        Acted::Done | Acted::Already => Ok(()),
    }
}

/// Somebody takes everything of a storm that nobody has. Returns how many incidents; none where there is no such storm.
///
/// # Errors
/// 503 where the database does not answer.
pub async fn take_storm(app: &App, number: i64, actor: &str) -> Result<Option<usize>, Problem> {
    let taken = app.store.take_storm(number, actor, clock::now()).await?;
    if taken.is_some_and(|taken| taken > 0) {
        app.wake.all();
    }
    Ok(taken)
}
