//! Looks for a message whose answer was lost, among those that stand in its channel or thread (FACTS D).
//!
//! Knows how Slack lists messages. Must not know what follows where one is, or is not, found.

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::notify::bears;
use serde_json::Value;

use super::super::http::answered;
use super::{BOT, Receipt, SendError, Slack, said, text};

/// Messages in one answer.
const PAGE: &str = "100";
/// Answers that are read: what was posted stands among the newest of a minute or few.
const MOST_PAGES: usize = 10;
/// How far Slack's clock may be behind ours.
const SKEW: TimeDelta = TimeDelta::minutes(1);

/// Where a message would stand.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The channel's id, or its name with or without `#`.
    pub channel: &'a str,
    /// The message under which it is an answer, if it is one.
    pub thread: Option<&'a str>,
}

impl Slack {
    /// The message that was posted there with this key (see [`firstlook_core::notify::keyed`]), not before `since`.
    /// `None` where everything since then was read, and it is not there.
    ///
    /// # Errors
    /// Where it cannot be told: without the scope `channels:history` (`groups:history` in a private channel), for a channel
    /// that is not found by its name (`channels:read`, `groups:read`), or as [`Slack::post`].
    pub async fn seek(
        &self,
        place: Place<'_>,
        since: DateTime<Utc>,
        key: &str,
    ) -> Result<Option<Receipt>, SendError> {
        let channel = self.channel_id(place.channel).await?;
        let oldest = format!("{}.000000", (since - SKEW).timestamp());
        let mut cursor = String::new();
        for _ in 0..MOST_PAGES {
            let page = self.page(&channel, place.thread, &oldest, &cursor).await?;
            let all = page.get("messages").and_then(Value::as_array).into_iter().flatten();
            if let Some(found) = all.into_iter().find(|one| bears(one, key)) {
                return Ok(text(found, "ts").map(|ts| Receipt { channel, ts }));
            }
            let next = page.pointer("/response_metadata/next_cursor").and_then(Value::as_str);
            cursor = next.unwrap_or_default().to_owned();
            if cursor.is_empty() {
                return Ok(None);
            }
        }
        Err(SendError::fail("too much was posted since then to find it among that"))
    }

    async fn page(
        &self,
        channel: &str,
        thread: Option<&str>,
        oldest: &str,
        cursor: &str,
    ) -> Result<Value, SendError> {
        let name = if thread.is_some() { "conversations.replies" } else { "conversations.history" };
        let mut fields = vec![
            ("channel", channel),
            ("oldest", oldest),
            ("include_all_metadata", "true"),
            ("limit", PAGE),
            ("cursor", cursor),
        ];
        fields.extend(thread.map(|ts| ("ts", ts)));
        let request = self.client.post(self.method(name)).bearer_auth(self.token.expose());
        let answer = answered(request.form(&fields), BOT, &self.token).await?.checked(BOT)?;
        let refused = |code: &str, details: &str| SendError::fail(format!("{name}: {code} {details}"));
        said(answer, refused, |body| body.get("messages").is_some().then(|| body.clone()))
            .map_err(|error| error.without(&self.token))
    }

    /// Slack lists by id alone.
    async fn channel_id(&self, channel: &str) -> Result<String, SendError> {
        if is_id(channel) {
            return Ok(channel.to_owned());
        }
        let name = channel.trim_start_matches('#');
        for private in [false, true] {
            if let Some(id) = self.find_channel(name, private, DateTime::UNIX_EPOCH).await? {
                return Ok(id);
            }
        }
        Err(SendError::fail(format!("the bot is in no channel {name}")))
    }
}

/// `C0123ABCD`: names have no capitals.
fn is_id(channel: &str) -> bool {
    channel.starts_with(['C', 'G', 'D'])
        && channel.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_told_from_an_id() {
        for (channel, expected) in [
            ("C0123ABCD", true),
            ("G0123ABCD", true),
            ("#alerts", false),
            ("cab12345678", false),
            ("Cab12345678", false),
        ] {
            assert_eq!(super::is_id(channel), expected, "{channel}");
        }
    }
}
