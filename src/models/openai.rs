//! Door: network. Servers that speak OpenAI's chat completions: vLLM, Ollama, LiteLLM and others (FACTS F).
//!
//! Knows their form and its dialects: content may be null, a list of parts, or follow a thought; usage may be missing.

use std::time::Duration;

use firstlook_core::summary::answer::{SCHEMA_NAME, schema};
use firstlook_core::summary::price::Tokens;
use firstlook_core::summary::prompt::{ANSWER_TOKENS, Prompt, Role};
use serde::Deserialize;
use serde_json::{Value, json};

use super::extras::{Extras, Taken, is_too_long};
use super::{Answer, ModelError, RESPONSE_BYTES, Stop, TOO_LONG, estimated_tokens, is_passing, quoted};
use crate::secret::Secret;

mod talking;

/// No request lives longer than this, whatever its deadline.
const AT_MOST: Duration = Duration::from_secs(300);

/// Where and what to ask.
#[derive(Debug, Clone)]
pub struct OpenAiSettings {
    /// Up to and without `/chat/completions`: `http://ollama:11434/v1`.
    pub base_url: String,
    /// The model's name there.
    pub model: String,
    /// Sent as a bearer token.
    pub api_key: Option<Secret>,
    /// Left out where absent, and where the model refuses it.
    pub temperature: Option<f32>,
}

/// A model behind an OpenAI-compatible server.
#[derive(Debug, Clone)]
pub struct OpenAi {
    client: reqwest::Client,
    url: String,
    settings: OpenAiSettings,
    taken: Taken,
    taken_talking: Taken,
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Value,
    /// In whatever form: read one by one.
    #[serde(default)]
    tool_calls: Value,
}

#[derive(Default, Deserialize)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    /// Null of servers that keep nothing.
    prompt_tokens_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    /// Part of `prompt_tokens`; what is kept is not counted apart.
    cached_tokens: Option<u64>,
}

impl Usage {
    /// What was read and written, where the server does not say it so many.
    fn tokens(&self, read: u64, written: u64) -> Tokens {
        let cached = self.prompt_tokens_details.as_ref().and_then(|details| details.cached_tokens);
        let input = self.prompt_tokens.unwrap_or(read);
        Tokens::within(input, self.completion_tokens.unwrap_or(written), cached.unwrap_or(0), 0)
    }
}

impl OpenAi {
    /// # Errors
    /// When the TLS roots of the system cannot be read.
    pub fn new(settings: OpenAiSettings) -> Result<Self, reqwest::Error> {
        let url = format!("{}/chat/completions", settings.base_url.trim_end_matches('/'));
        let temperature = settings.temperature.is_some();
        let taken = Taken::new(Extras { schema: true, temperature, cache: false, max_tokens: true });
        let taken_talking = Taken::new(Extras { schema: false, temperature, cache: false, max_tokens: true });
        Ok(Self { client: crate::http::client(AT_MOST)?, url, settings, taken, taken_talking })
    }

    pub(super) fn id(&self) -> &str {
        &self.settings.model
    }

    pub(super) async fn ask(&self, prompt: &Prompt) -> Result<Answer, ModelError> {
        answer(self.completed(&self.taken, |extras| self.body(prompt, extras)).await?, prompt)
    }

    /// The answer to the request that `body` makes, without the extras that are refused.
    async fn completed(
        &self,
        taken: &Taken,
        body: impl Fn(Extras) -> Value,
    ) -> Result<Completion, ModelError> {
        let mut extras = taken.known();
        loop {
            let (status, after, body) = self.send(&body(extras)).await?;
            if status == 200 {
                taken.remember(extras);
                return serde_json::from_slice(&body).map_err(|_| {
                    ModelError::fail(
                        "The model server's answer is not a chat completion. Check summary.base_url.",
                    )
                });
            }
            // Servers refuse what they do not know as a bad request; some as one that cannot be processed.
            let words = Some(String::from_utf8_lossy(&body)).filter(|_| matches!(status, 400 | 422));
            let fewer = words.and_then(|words| extras.without_refused(&words));
            extras = fewer.ok_or_else(|| ModelError { after, ..self.refused(status, &body) })?;
        }
    }

    async fn send(&self, body: &Value) -> Result<(u16, Option<Duration>, Vec<u8>), ModelError> {
        let mut request = self.client.post(&self.url).json(body);
        if let Some(key) = &self.settings.api_key {
            request = request.bearer_auth(key.expose());
        }
        let response = request.send().await.map_err(|error| self.unreached(&error))?;
        let status = response.status().as_u16();
        let after = response.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse().ok());
        Ok((status, after.map(Duration::from_secs), self.read(response).await?))
    }

    fn body(&self, prompt: &Prompt, extras: Extras) -> Value {
        let turns = prompt.turns().iter().map(|turn| match turn.role {
            Role::User => json!({"role": "user", "content": turn.text}),
            Role::Assistant => json!({"role": "assistant", "content": turn.text}),
        });
        let system = json!({"role": "system", "content": prompt.system()});
        let messages: Vec<Value> = std::iter::once(system).chain(turns).collect();
        let schema = json!({"name": SCHEMA_NAME, "strict": true, "schema": schema()});
        let given = [
            ("model", Some(json!(self.settings.model))),
            ("messages", Some(json!(messages))),
            (bound(extras), Some(json!(ANSWER_TOKENS))),
            ("temperature", self.settings.temperature.filter(|_| extras.temperature).map(|t| json!(t))),
            ("response_format", extras.schema.then(|| json!({"type": "json_schema", "json_schema": schema}))),
        ];
        given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Vec<u8>, ModelError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreached(&error))? {
            if body.len() + chunk.len() > RESPONSE_BYTES {
                return Err(ModelError::fail(format!(
                    "The model server's answer is longer than {RESPONSE_BYTES} bytes."
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Without the error's own words: they can hold the address with its password.
    fn unreached(&self, error: &reqwest::Error) -> ModelError {
        if error.is_connect() {
            ModelError::passing("The model server could not be reached. Check summary.base_url.")
        } else if error.is_builder() {
            ModelError::fail("summary.base_url is not an address.")
        } else {
            ModelError::passing("The connection to the model server broke off.")
        }
    }

    fn refused(&self, status: u16, body: &[u8]) -> ModelError {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = json.get("error").unwrap_or(&json);
        let word = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
        let key = self.settings.api_key.as_ref().map(Secret::expose).filter(|key| !key.is_empty());
        let said =
            key.map_or_else(|| word("message").to_owned(), |key| word("message").replace(key, "<secret>"));
        let said = quoted(&said);
        let model = &self.settings.model;
        match status {
            401 | 403 => ModelError::fail(format!(
                "The model server refused the key (status {status}). Check summary.api_key_file. {said}"
            )),
            404 => ModelError::fail(format!(
                "The model server has no {model} (status 404). Check summary.model and summary.base_url. {said}"
            )),
            // No quota comes back within an incident's minutes.
            429 if word("code") == "insufficient_quota" => {
                ModelError::fail(format!("The account of the model server is used up. {said}"))
            }
            429 => ModelError::throttled(format!("The model server is throttling. {said}")),
            400 if is_too_long(&said) || is_too_long(word("code")) => {
                ModelError::fail(format!("{TOO_LONG} {said}"))
            }
            _ if is_passing(status) => {
                ModelError::passing(format!("The model server failed with status {status}. {said}"))
            }
            _ => {
                ModelError::fail(format!("The model server refused the request with status {status}. {said}"))
            }
        }
    }
}

/// What the answer's bound is called.
fn bound(extras: Extras) -> &'static str {
    if extras.max_tokens { "max_tokens" } else { "max_completion_tokens" }
}

fn answer(completion: Completion, prompt: &Prompt) -> Result<Answer, ModelError> {
    let usage = completion.usage;
    let choice = completion.choices.into_iter().next();
    let choice = choice.ok_or_else(|| ModelError::passing("The model server answered without a choice."))?;
    let text = text(&choice.message.content);
    Ok(Answer {
        tokens: usage.unwrap_or_default().tokens(prompt.tokens(), estimated_tokens(&text)),
        stop: match choice.finish_reason.as_deref() {
            Some("length") => Stop::Truncated,
            Some("content_filter") => Stop::Filtered,
            _ => Stop::Complete,
        },
        text,
    })
}

/// A string, or the text parts of a list. What stands before `</think>` is a thought of a server without a parser for it.
fn text(content: &Value) -> String {
    let whole: String = match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    };
    match whole.rsplit_once("</think>") {
        Some((_, answer)) => answer.to_owned(),
        None => whole,
    }
}
