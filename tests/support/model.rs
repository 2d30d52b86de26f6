//! A model behind two protocols: OpenAI's `POST /v1/chat/completions` and Bedrock's `POST /model/{id}/converse`.
//! It refuses malformed requests as they do (FACTS F), and otherwise answers what the test's function says.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

mod tools;

use super::plan::Plan;
use super::server::{Answer, Protocol, Request, Server};
pub use tools::{Asked, Said};

/// The API key that the OpenAI form takes.
pub const API_KEY: &str = "sk-test-key";

type Script = dyn Fn(&str) -> String + Send + Sync;
type Talker = dyn Fn(&Asked) -> Said + Send + Sync;

struct Desk {
    script: Mutex<Arc<Script>>,
    talker: Mutex<Arc<Talker>>,
    prompts: Mutex<Vec<String>>,
    refusals: Mutex<Vec<String>>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("refusals", &self.refusals).finish_non_exhaustive()
    }
}

/// A model that says what the test wants.
#[derive(Debug)]
pub struct Model {
    server: Server,
    desk: Arc<Desk>,
}

impl Model {
    /// Starts a model that gives this text to a prompt (all texts of the request: system, then messages).
    pub fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let script: Arc<Script> = Arc::new(answer);
        let talker: Arc<Talker> = Arc::new(|_| Said::text("I was not asked for tools."));
        let (script, talker) = (Mutex::new(script), Mutex::new(talker));
        let desk = Desk { script, talker, prompts: Mutex::default(), refusals: Mutex::default() };
        let desk = Arc::new(desk);
        Self { server: Server::start(desk.clone()), desk }
    }

    /// For `endpoint_url` of Bedrock: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// For `base_url` of OpenAI: `http://127.0.0.1:PORT/v1`.
    pub fn openai_url(&self) -> String {
        self.server.url() + "/v1"
    }

    /// What the next requests meet.
    pub fn plan(&self) -> &Plan {
        self.server.plan()
    }

    /// Every request, refused and unanswered ones among them.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// Every prompt that was answered, in order.
    pub fn prompts(&self) -> Vec<String> {
        lock(&self.desk.prompts).clone()
    }

    /// What was refused, in the real ones' words. A test of the product wants it empty.
    pub fn refusals(&self) -> Vec<String> {
        lock(&self.desk.refusals).clone()
    }

    /// Answers requests with tools so from now on.
    pub fn talk(&self, talker: impl Fn(&Asked) -> Said + Send + Sync + 'static) {
        *lock(&self.desk.talker) = Arc::new(talker);
    }

    /// Answers differently from now on.
    pub fn answer(&self, answer: impl Fn(&str) -> String + Send + Sync + 'static) {
        *lock(&self.desk.script) = Arc::new(answer);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A refusal: status, the kind in Bedrock's words, the message.
type Refused = (u16, &'static str, String);

fn invalid<T>(message: impl Into<String>) -> Result<T, Refused> {
    Err((400, "ValidationException", message.into()))
}

/// Tokens as they are billed, near enough: one for four characters.
fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}

/// `AWS4-HMAC-SHA256 Credential=ID/DATE/REGION/bedrock/aws4_request, SignedHeaders=…, Signature=<64 hex>`.
fn signed(request: &Request) -> Result<(), Refused> {
    let missing = || (403, "MissingAuthenticationTokenException", "Missing Authentication Token".to_owned());
    let header = request.header("authorization").ok_or_else(missing)?;
    let fields = header.strip_prefix("AWS4-HMAC-SHA256 ").ok_or_else(missing)?;
    let field = |name: &str| fields.split(',').find_map(|f| f.trim().strip_prefix(name)?.strip_prefix('='));
    let scope: Vec<_> = field("Credential").unwrap_or_default().split('/').collect();
    let scoped = matches!(scope[..], [id, date, region, "bedrock", "aws4_request"]
        if !id.is_empty() && date.len() == 8 && !region.is_empty());
    let headers: Vec<_> = field("SignedHeaders").unwrap_or_default().split(';').collect();
    let covered = headers.contains(&"host")
        && headers.contains(&"x-amz-date")
        && request.header("x-amz-date").is_some();
    let signature =
        field("Signature").is_some_and(|s| s.len() == 64 && s.bytes().all(|b| b.is_ascii_hexdigit()));
    if scoped && covered && signature {
        return Ok(());
    }
    Err((403, "IncompleteSignatureException", format!("Authorization header is not complete: {header}")))
}

/// The prompt of a Converse request.
fn converse_prompt(body: &Value) -> Result<String, Refused> {
    let mut prompt = Vec::new();
    let system = body["system"].as_array().into_iter().flatten().filter(|one| one["cachePoint"].is_null());
    for (i, block) in system.enumerate() {
        match block["text"].as_str().filter(|t| !t.trim().is_empty()) {
            Some(text) => prompt.push(text),
            None => {
                return invalid(format!("The text of the SystemContentBlock object at system.{i} is blank."));
            }
        }
    }
    let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
    if messages.first().is_none_or(|m| m["role"] != "user") {
        return invalid(
            "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
        );
    }
    for (i, message) in messages.iter().enumerate() {
        let role = message["role"].as_str().unwrap_or_default();
        if !["user", "assistant"].contains(&role) {
            return invalid(format!(
                "Value '{role}' at 'messages.{i}.role' failed to satisfy constraint: Member must satisfy enum value set: [assistant, user]"
            ));
        }
        if i > 0 && messages[i - 1]["role"] == message["role"] {
            return invalid(
                "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.",
            );
        }
        let content = message["content"].as_array().map_or(&[][..], Vec::as_slice);
        if content.is_empty() {
            return invalid(format!(
                "The content field in the Message object at messages.{i} is empty. Add a ContentBlock object to the content field and try again."
            ));
        }
        for (j, block) in content.iter().enumerate() {
            match block["text"].as_str().map(str::trim) {
                Some("") => {
                    return invalid(format!(
                        "The text field in the ContentBlock object at messages.{i}.content.{j} is blank. Add text to the text field, and try again."
                    ));
                }
                Some(text) => prompt.push(text),
                None => {}
            }
        }
    }
    let tokens = &body["inferenceConfig"]["maxTokens"];
    if !tokens.is_null() && tokens.as_u64().is_none_or(|t| t == 0) {
        return invalid(
            "Value at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or equal to 1",
        );
    }
    let heat = &body["inferenceConfig"]["temperature"];
    if !heat.is_null() && heat.as_f64().is_none_or(|t| !(0.0..=1.0).contains(&t)) {
        return invalid(
            "Value at 'inferenceConfig.temperature' failed to satisfy constraint: Member must have value less than or equal to 1",
        );
    }
    Ok(prompt.join("\n"))
}

/// The prompt of a chat completion.
fn chat_prompt(body: &Value) -> Result<String, Refused> {
    if body["model"].as_str().is_none_or(str::is_empty) {
        return invalid("you must provide a model parameter");
    }
    let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
    if messages.is_empty() {
        return invalid(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        );
    }
    let mut prompt = Vec::new();
    for (i, message) in messages.iter().enumerate() {
        let role = message["role"].as_str().unwrap_or_default();
        if !["system", "developer", "user", "assistant", "tool"].contains(&role) {
            return invalid(format!(
                "Invalid value: '{role}' for 'messages[{i}].role'. Supported values are: 'system', 'assistant', 'user', 'tool', and 'developer'."
            ));
        }
        match &message["content"] {
            Value::String(text) if !text.is_empty() => prompt.push(text.as_str()),
            Value::Null if message["tool_calls"].is_array() => {}
            Value::Array(parts) if !parts.is_empty() => {
                prompt.extend(parts.iter().filter_map(|p| p["text"].as_str()))
            }
            _ => {
                return invalid(format!(
                    "Invalid value for 'messages[{i}].content': expected a string or a list of parts, and not an empty one."
                ));
            }
        }
    }
    if body["temperature"].as_f64().is_some_and(|t| !(0.0..=2.0).contains(&t)) {
        return invalid("Invalid 'temperature': decimal above maximum value. Expected a value <= 2.");
    }
    Ok(prompt.join("\n"))
}

impl Desk {
    fn say(&self, prompt: String) -> (String, usize, usize) {
        let script = lock(&self.script).clone();
        let text = script(&prompt);
        let counts = (tokens(&prompt), tokens(&text));
        lock(&self.prompts).push(prompt);
        (text, counts.0, counts.1)
    }

    /// What is said to a request, and what was read and written for it.
    fn said(&self, body: &Value, prompt: String) -> (Said, usize, usize) {
        let Some(asked) = tools::asked(body) else {
            let (text, input, output) = self.say(prompt);
            return (Said::text(text), input, output);
        };
        let talker = lock(&self.talker).clone();
        let said = talker(&asked);
        let counts = (tokens(&body.to_string()), tokens(&said.written()));
        lock(&self.prompts).push(asked.prompt);
        (said, counts.0, counts.1)
    }

    fn converse(&self, request: &Request) -> Result<Answer, Refused> {
        signed(request)?;
        let body = request.json();
        tools::converse(&body)?;
        let (said, input, output) = self.said(&body, converse_prompt(&body)?);
        // Where a point is set, what stands before it is kept: of the first turn new, of later ones from before.
        let kept = if body.to_string().contains("cachePoint") { input / 2 } else { 0 };
        let (kept, new) = if body["messages"][1].is_null() { (0, kept) } else { (kept, 0) };
        let (content, stop) = said.converse();
        Ok(Answer::json(
            200,
            &json!({
                "output": {"message": {"role": "assistant", "content": content}},
                "stopReason": stop,
                "usage": {
                    "inputTokens": input - kept - new, "outputTokens": output, "totalTokens": input + output,
                    "cacheReadInputTokens": kept, "cacheWriteInputTokens": new,
                },
                "metrics": {"latencyMs": 1},
            }),
        ))
    }

    fn chat(&self, request: &Request) -> Result<Answer, Refused> {
        if request.bearer() != Some(API_KEY) {
            return Err((401, "invalid_api_key", "Incorrect API key provided.".to_owned()));
        }
        let body = request.json();
        tools::chat(&body)?;
        let (said, input, output) = self.said(&body, chat_prompt(&body)?);
        let (message, stop) = said.chat();
        Ok(Answer::json(
            200,
            &json!({
                "id": "chatcmpl-test", "object": "chat.completion", "created": 0, "model": body["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": stop}],
                "usage": {
                    "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
                    "prompt_tokens_details": {"cached_tokens": if body["tools"].is_null() { 0 } else { input / 2 }},
                },
            }),
        ))
    }

    fn refusal(openai: bool, (status, kind, message): Refused) -> Answer {
        if openai {
            let code = if status == 401 { Value::from(kind) } else { Value::Null };
            let error =
                json!({"message": message, "type": "invalid_request_error", "param": null, "code": code});
            return Answer::json(status, &json!({"error": error}));
        }
        Answer::json(status, &json!({"message": message}))
            .header("content-type", "application/json")
            .header("x-amzn-errortype", kind)
    }
}

impl Protocol for Desk {
    fn answer(&self, request: &Request) -> Answer {
        let path: Vec<_> = request.path.trim_start_matches('/').split('/').collect();
        let openai = path[0] == "v1";
        let json = request.header("content-type").is_some_and(|t| t.starts_with("application/json"));
        let result = match path[..] {
            _ if request.method != "POST" || !json || !request.json().is_object() => {
                invalid("expected a JSON object by POST")
            }
            ["v1", "chat", "completions"] => self.chat(request),
            ["model", id, "converse"] if !id.is_empty() => self.converse(request),
            _ => Err((404, "UnknownOperationException", format!("no such operation: {}", request.path))),
        };
        result.unwrap_or_else(|refused| {
            lock(&self.refusals).push(format!("{} {}: {}", refused.0, refused.1, refused.2));
            Self::refusal(openai, refused)
        })
    }

    fn failure(&self, status: u16, request: &Request) -> Answer {
        let kind = match status {
            400 => "ValidationException",
            403 => "AccessDeniedException",
            424 => "ModelErrorException",
            429 => "ThrottlingException",
            503 => "ServiceUnavailableException",
            _ => "InternalServerException",
        };
        Self::refusal(request.path.starts_with("/v1"), (status, kind, format!("forced {status}")))
    }
}
