//! Door: network. PagerDuty's REST API: an incident by its key, and its notes, which events cannot write (FACTS C).
//!
//! Knows the token and what the API's answers mean. Must not know what a note says.

use reqwest::header::ACCEPT;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::super::SendError;
use super::super::http::{Answer, Who, answered};
use crate::secret::Secret;

const WHO: Who = Who { name: "PagerDuty's REST API", key: "pagerduty_configs.api_url" };
/// The version of the API that is spoken.
const VERSION: &str = "application/vnd.pagerduty+json;version=2";

/// The API as one user of it.
#[derive(Debug, Clone)]
pub struct Rest {
    client: Client,
    api_url: String,
    token: Secret,
    from: String,
}

impl Rest {
    /// `api_url`: the base of the methods, without a slash at its end. `from`: the mail address of the user as whom notes are
    /// written. `client`: from [`crate::http::client`].
    pub fn new(client: Client, api_url: impl Into<String>, token: Secret, from: impl Into<String>) -> Self {
        Self { client, api_url: api_url.into(), token, from: from.into() }
    }

    /// The newest incident of this dedup key, by PagerDuty's own id; `None` while there is none: an event is taken before its
    /// incident is there.
    ///
    /// # Errors
    /// As [`Rest::note`].
    pub async fn incident(&self, key: &str) -> Result<Option<String>, SendError> {
        // A dedup key is made of letters, digits and `-`.
        let query = format!("incident_key={key}&sort_by=created_at:desc&limit=5");
        let found = self.call(self.client.get(format!("{}/incidents?{query}", self.api_url))).await?;
        let all = found.get("incidents").and_then(Value::as_array).ok_or_else(|| strange(&found))?;
        let named = all.iter().find(|one| one.get("incident_key").is_none_or(|own| own == key));
        let id = named.and_then(|one| one.get("id")?.as_str());
        Ok(id.filter(|id| is_id(id)).map(str::to_owned))
    }

    /// The texts of an incident's notes.
    ///
    /// # Errors
    /// As [`Rest::note`].
    pub async fn notes(&self, incident: &str) -> Result<Vec<String>, SendError> {
        let found =
            self.call(self.client.get(format!("{}/incidents/{incident}/notes", self.api_url))).await?;
        let all = found.get("notes").and_then(Value::as_array).ok_or_else(|| strange(&found))?;
        Ok(all.iter().filter_map(|note| note.get("content")?.as_str()).map(str::to_owned).collect())
    }

    /// Writes a note on an incident. Sent twice, it stands there twice.
    ///
    /// # Errors
    /// 408, 429, 5xx and an unreachable API may be retried; other refusals not. Without an answer nobody knows.
    pub async fn note(&self, incident: &str, content: &str) -> Result<(), SendError> {
        let request = self.client.post(format!("{}/incidents/{incident}/notes", self.api_url));
        let request = request.header("From", &self.from).json(&json!({ "note": { "content": content } }));
        self.call(request).await.map(drop)
    }

    async fn call(&self, request: RequestBuilder) -> Result<Value, SendError> {
        let token = format!("Token token={}", self.token.expose());
        let request = request.header(reqwest::header::AUTHORIZATION, token).header(ACCEPT, VERSION);
        let answer = answered(request, WHO, &self.token).await;
        answer.and_then(read).map_err(|error| error.without(&self.token))
    }
}

fn read(answer: Answer) -> Result<Value, SendError> {
    let status = answer.status.as_u16();
    match status {
        401 | 403 => Err(SendError::fail(format!(
            "PagerDuty's REST API does not let `pagerduty_configs.api_token` in ({status}): it has to be a key that may write, \
             of this account and region"
        ))),
        400 => Err(SendError::fail(format!(
            "PagerDuty's REST API refused a note (400): {}; `pagerduty_configs.from` has to be the mail address of a user of the \
             account",
            answer.excerpt()
        ))),
        _ => {
            let answer = answer.checked(WHO)?;
            let body = answer.json();
            body.ok_or_else(|| {
                SendError::ambiguous(format!("{} is no JSON of PagerDuty's", answer.excerpt()))
            })
        }
    }
}

fn strange(found: &Value) -> SendError {
    let text: String = found.to_string().chars().take(200).collect();
    SendError::ambiguous(format!("{text} is not the answer of PagerDuty's REST API; check `{}`", WHO.key))
}

/// An id goes into addresses.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::super::super::fake::{Fake, Reply, client};
    use super::*;
    use crate::receivers::Class;

    const TOKEN: &str = "u+s3cr3t-t0ken";

    async fn at(reply: Reply) -> (Rest, Fake) {
        let fake = Fake::start(reply).await;
        (Rest::new(client(), &fake.url, Secret::new(TOKEN), "ops@example.com"), fake)
    }

    #[tokio::test]
    async fn an_incident_is_found_by_its_key_and_its_id_is_an_id() {
        let found = r#"{"incidents":[{"id":"PABC123","incident_key":"firstlook-1"}]}"#;
        let (rest, fake) = at(Reply::json(200, found)).await;
        assert!(!format!("{rest:?}").contains(TOKEN));
        assert_eq!(rest.incident("firstlook-1").await, Ok(Some("PABC123".into())));
        assert_eq!(rest.incident("firstlook-2").await, Ok(None), "another's");
        let request = &fake.requests()[0];
        assert!(request.starts_with("GET /incidents?incident_key=firstlook-1&sort_by="), "{request}");
        assert!(request.contains(&format!("authorization: Token token={TOKEN}\r\n")), "{request}");
        assert!(request.contains("version=2"), "{request}");
        for (body, expected) in [
            (r#"{"incidents":[]}"#, Ok(None)),
            (r#"{"incidents":[{"id":"../users","incident_key":"k"}]}"#, Ok(None)),
            (r#"{"incidents":[{"id":7}]}"#, Ok(None)),
            (r#"{"error":{}}"#, Err(Class::Ambiguous)),
            ("<html>", Err(Class::Ambiguous)),
        ] {
            let (rest, _fake) = at(Reply::json(200, body)).await;
            assert_eq!(rest.incident("k").await.map_err(|error| error.class), expected, "{body}");
        }
    }

    #[tokio::test]
    async fn a_note_is_written_as_somebody_and_each_failure_has_its_class() {
        let (rest, fake) = at(Reply::json(201, r#"{"note":{"id":"N1"}}"#)).await;
        assert_eq!(rest.note("PABC123", "seen").await, Ok(()));
        let request = &fake.requests()[0];
        assert!(request.starts_with("POST /incidents/PABC123/notes "), "{request}");
        assert!(request.contains("from: ops@example.com\r\n"), "{request}");
        assert!(request.ends_with(r#"{"note":{"content":"seen"}}"#), "{request}");
        let echo = format!(r#"{{"error":{{"message":"bad {TOKEN}"}}}}"#);
        for (reply, class, words) in [
            (Reply::json(401, &echo), Class::Fail, "api_token"),
            (Reply::json(400, &echo), Class::Fail, "`pagerduty_configs.from`"),
            (Reply::json(404, &echo), Class::Fail, "<secret>"),
            (Reply::json(429, ""), Class::Retry { after: None }, "slow down"),
            (Reply::json(503, ""), Class::Retry { after: None }, "fault"),
            (Reply::json(200, "<html>"), Class::Ambiguous, "no JSON"),
            (Reply::Hang, Class::Ambiguous, "in time"),
        ] {
            let (rest, _fake) = at(reply).await;
            let error = rest.note("PABC123", "seen").await.unwrap_err();
            assert_eq!(error.class, class, "{error}");
            assert!(error.reason.contains(words) && !error.reason.contains(TOKEN), "{error}");
        }
    }
}
