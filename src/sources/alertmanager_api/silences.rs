//! Door: network. Silences in Alertmanager: made, found again, ended (FACTS A8).
//!
//! Must not know which silences there are here.

use firstlook_core::alert::matchers::{Matcher, Matchers, Operator};
use reqwest::{Method, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Api, ApiError, MOST_ALERTS, MOST_STATUS, body, refused, unreachable};

/// From this version on a matcher can say what must not be; an older one would silence the opposite.
const NEGATIVE_SINCE: (u32, u32) = (0, 22);
/// Bytes of the answer to one silence.
const MOST_ANSWER: usize = 64 * 1024;
/// Characters of what Alertmanager says of a silence that it refuses.
const MOST_WORDS: usize = 300;

/// Why a silence does not stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSilenced {
    /// The same again may do.
    Later(ApiError),
    /// The same again will not do.
    Never(String),
}

impl From<ApiError> for NotSilenced {
    fn from(error: ApiError) -> Self {
        Self::Later(error)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Standing {
    #[serde(default)]
    id: String,
    #[serde(default)]
    created_by: String,
    #[serde(default)]
    status: State,
}

#[derive(Default, Deserialize)]
struct State {
    #[serde(default)]
    state: String,
}

impl Api {
    /// The id of the silence that `by` has made and that is not over: where the answer to its making was lost, it stands.
    ///
    /// # Errors
    /// When it does not answer, or not with silences.
    pub async fn silence_of(&self, by: &str) -> Result<Option<String>, ApiError> {
        let bytes = self.get("/api/v2/silences", MOST_ALERTS).await?;
        let all: Vec<Standing> = serde_json::from_slice(&bytes).map_err(|_| {
            ApiError::new("its silences cannot be read", "check that `api_url` leads to an Alertmanager")
        })?;
        let found = all.into_iter().find(|one| one.created_by == by && one.status.state != "expired");
        Ok(found.map(|one| one.id))
    }

    /// Makes a silence; its id there.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn silence(&self, matchers: &Matchers, mut silence: Value) -> Result<String, NotSilenced> {
        let negative = |one: &Matcher| matches!(one.operator(), Operator::NotEqual | Operator::NotRegex);
        if matchers.iter().any(negative) && !self.knows_negative().await? {
            let why = "is older than 0.22 and would silence the opposite of what a matcher with ! says";
            return Err(NotSilenced::Never(why.to_owned()));
        }
        silence["matchers"] = matchers.iter().map(matcher).collect();
        let response = self.request(Method::POST, "/api/v2/silences").json(&silence).send().await;
        let response = response.map_err(unreachable)?;
        let status = response.status().as_u16();
        let answer = body(response, MOST_ANSWER).await?;
        match status {
            200 => {
                let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
                let id = answer["silenceID"].as_str().map(str::to_owned);
                Ok(id.ok_or_else(|| ApiError::new("it names no silence", "see Alertmanager's log"))?)
            }
            400 | 422 => {
                let words: String = String::from_utf8_lossy(&answer).chars().take(MOST_WORDS).collect();
                Err(NotSilenced::Never(format!("it answers {status}: {words}")))
            }
            status => Err(refused(status).into()),
        }
    }

    /// Ends a silence. One that is not there is over.
    ///
    /// # Errors
    /// When it does not answer, or does not do it.
    pub async fn end_silence(&self, id: &str) -> Result<(), ApiError> {
        // What an Alertmanager has named may hold anything.
        let plain = id.chars().all(|one| one.is_ascii_alphanumeric() || one == '-');
        let path = format!("/api/v2/silence/{}", if plain { id } else { "unreadable" });
        let response = self.request(Method::DELETE, &path).send().await.map_err(unreachable)?;
        let status = response.status().as_u16();
        let answer = body(response, MOST_ANSWER).await?;
        match status {
            200 | 404 => Ok(()),
            // What is over already is refused in these words.
            500 if String::from_utf8_lossy(&answer).contains("already expired") => Ok(()),
            status => Err(refused(status)),
        }
    }

    async fn knows_negative(&self) -> Result<bool, ApiError> {
        let status: Value =
            serde_json::from_slice(&self.get("/api/v2/status", MOST_STATUS).await?).unwrap_or_default();
        let version = status["versionInfo"]["version"].as_str().unwrap_or_default();
        let mut numbers = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().ok());
        let known = numbers.next().flatten().zip(numbers.next().flatten());
        Ok(known.is_some_and(|known| known >= NEGATIVE_SINCE))
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        let request = self.client.request(method, url).header(header::ACCEPT, "application/json");
        crate::http::authorized(request, self.authorization.as_ref())
    }
}

fn matcher(one: &Matcher) -> Value {
    let regex = matches!(one.operator(), Operator::Regex | Operator::NotRegex);
    let equal = matches!(one.operator(), Operator::Equal | Operator::Regex);
    json!({ "name": one.name(), "value": one.value(), "isRegex": regex, "isEqual": equal })
}
