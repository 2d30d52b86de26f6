//! What a bot's token may do, as Slack says it: `auth.test` and its header `x-oauth-scopes` (FACTS D); and in which channels the bot is.
//!
//! Knows Slack's words for scopes. Must not know what they are needed for. Nothing here writes to Slack.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::http::answered;
use super::channels::{MOST_PAGES, Method};
use super::{BOT, SendError, Slack, classify, said, text};

/// Where Slack says what a token may do.
const SCOPES: &str = "x-oauth-scopes";

/// Who a token belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot {
    /// The name of its user, as Slack writes it.
    pub name: String,
    /// The name of its workspace.
    pub team: String,
    /// What it may do; `None` where Slack did not say.
    pub scopes: Option<BTreeSet<String>>,
}

impl Slack {
    /// `auth.test`, which needs no scope.
    ///
    /// # Errors
    /// As [`Slack::post`].
    pub async fn who(&self) -> Result<Bot, SendError> {
        let request = self.client.post(self.method("auth.test")).bearer_auth(self.token.expose());
        let no_fields: [(&str, &str); 0] = [];
        let answer =
            answered(request.form(&no_fields), BOT, &self.token).await.map_err(|e| e.without(&self.token))?;
        let given = answer.headers.get(SCOPES).and_then(|value| value.to_str().ok());
        let scopes = given.map(|all| all.split(',').map(|one| one.trim().to_owned()).collect());
        let bot = said(answer, classify, |body| {
            let name = text(body, "user")?;
            Some(Bot { name, team: text(body, "team").unwrap_or_default(), scopes })
        });
        bot.map_err(|error| error.without(&self.token))
    }

    /// The channels that the bot is in, by their ids and their names: `users.conversations`. `private`: which kind.
    ///
    /// # Errors
    /// As [`Slack::post`]; a missing scope is named.
    pub async fn its_channels(&self, private: bool) -> Result<BTreeSet<String>, SendError> {
        let (mut all, mut cursor) = (BTreeSet::new(), String::new());
        let method = Method::conversations(private);
        for _ in 0..MOST_PAGES {
            let (page, next) = self.channels(method, private, &cursor).await?;
            let names = |one: &Value| [text(one, "id"), text(one, "name")];
            all.extend(page.iter().flat_map(names).flatten());
            cursor = next;
            if cursor.is_empty() {
                break;
            }
        }
        Ok(all)
    }
}
