//! Door: network. Files for the thread of a message: a place for the bytes, the bytes, and then the posting (FACTS D).
//!
//! Knows Slack's three calls, and that nobody sees a file before the third. Must not know what a file shows.

use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::super::http::answered;
use super::{BOT, SendError, Slack, classify, said, text};
use crate::secret::Secret;

/// A file to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// `incident-482-M1.png`.
    pub name: String,
    /// What people read over it.
    pub title: String,
    /// What is read aloud in a picture's place; at most 1,000 characters. Empty for what can be read itself.
    pub alt: String,
    /// What it is: `image/png`.
    pub kind: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A file whose bytes Slack has, and that nobody sees yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    id: String,
    title: String,
}

impl Slack {
    /// `files.getUploadURLExternal`, and the bytes to where it says. May be done again: what is not posted is seen by nobody.
    ///
    /// # Errors
    /// As [`Slack::post`]; a missing scope is named.
    pub async fn upload(&self, file: &File) -> Result<Uploaded, SendError> {
        let length = file.bytes.len().to_string();
        // As a form: of this method Slack's older documents know no JSON.
        let mut form = vec![("filename", file.name.as_str()), ("length", &length)];
        if !file.alt.is_empty() {
            form.push(("alt_txt", &file.alt));
        }
        let request =
            self.client.post(self.method("files.getUploadURLExternal")).bearer_auth(self.token.expose());
        let answer = answered(request.form(&form), BOT, &self.token).await;
        let place = answer.and_then(|answer| {
            said(answer, judge, |body| Some((text(body, "upload_url")?, text(body, "file_id")?)))
        });
        let (url, id) = place.map_err(|error| error.without(&self.token))?;
        // Whoever has the address may write there.
        let url = Secret::new(url);
        if !self.is_its_own(url.expose()) {
            return Err(SendError::fail(format!(
                "Slack names a place for files that is not its own; check `{}` and proxies on the way",
                BOT.key
            )));
        }
        let request = self.client.post(url.expose()).header(CONTENT_TYPE, file.kind);
        let sent = answered(request.body(file.bytes.clone()), BOT, &url).await;
        sent.and_then(|answer| answer.checked(BOT)).map_err(|error| error.without(&url))?;
        Ok(Uploaded { id, title: file.title.clone() })
    }

    /// `files.completeUploadExternal`: posts the files as one message in the thread of `ts`. `channel`: its id. After
    /// [`Class::Ambiguous`](super::Class::Ambiguous) they may stand there.
    ///
    /// # Errors
    /// As [`Slack::post`].
    pub async fn share(&self, files: &[Uploaded], channel: &str, ts: &str) -> Result<(), SendError> {
        let files: Vec<_> = files.iter().map(|file| json!({ "id": file.id, "title": file.title })).collect();
        let body = json!({ "files": files, "channel_id": channel, "thread_ts": ts });
        let url = self.method("files.completeUploadExternal");
        let answer = super::post(&self.client, &url, Some(&self.token), &body, BOT, &self.token).await;
        let taken = answer.and_then(|answer| said(answer, judge, |_| Some(())));
        taken.map_err(|error| error.without(&self.token))
    }

    /// Whether an address that an answer named belongs to whom we asked: `files.slack.com` to `slack.com`.
    fn is_its_own(&self, url: &str) -> bool {
        let (Ok(api), Ok(url)) = (self.api_url.parse::<Url>(), url.parse::<Url>()) else { return false };
        let (Some(ours), Some(named)) = (api.host_str(), url.host_str()) else { return false };
        let within = named.strip_suffix(ours).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        within && url.scheme() == api.scheme()
    }
}

/// What an error code means where a file is what was refused.
fn judge(code: &str, details: &str) -> SendError {
    let remedy = match code {
        "missing_scope" | "not_allowed_token_type" | "no_permission" => {
            "add the scope files:write to the Slack app and install it again"
        }
        "file_uploads_disabled" | "file_uploads_except_images_disabled" | "file_type_not_allowed" => {
            "the workspace forbids files; its administrators decide that"
        }
        "file_upload_size_restricted" => "the workspace forbids files of this size",
        "posting_to_channel_denied" => "a workspace rule forbids posting in this channel",
        "file_not_found" | "file_update_failed" => {
            return SendError::retry(format!("Slack lost the file ({code})"));
        }
        _ => return classify(code, details),
    };
    let details = if details.is_empty() { String::new() } else { format!(" [{details}]") };
    SendError::fail(format!("Slack refused the file ({code}){details}: {remedy}"))
}

#[cfg(test)]
mod tests;
