//! Door: network. A local knowledge base of Bedrock: it speaks REST with JSON as the SDK does, finds its passages by shared
//! words, and gives the nearest first; what the real one refuses, it refuses.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::server::{Answer, Protocol, Request, Server};
use super::sns::is_signed;

/// The knowledge base that exists.
pub const ID: &str = "KB12345678";

/// A running Bedrock with one knowledge base.
pub struct KnowledgeBase {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Text and location.
    passages: Vec<(String, Value)>,
    /// Answered in place of everything else, so many times: status, code and words.
    refusal: Option<(usize, u16, &'static str, String)>,
}

/// Status, code and words of a refusal.
type Refused = (u16, &'static str, String);

struct Api(Arc<Mutex<State>>);

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fault(status: u16, code: &str, words: &str) -> Answer {
    Answer::json(status, &json!({"message": words}))
        .header("content-type", "application/json")
        .header("x-amzn-errortype", code)
}

fn invalid(words: &str) -> Refused {
    (400, "ValidationException", words.to_owned())
}

impl Protocol for Api {
    fn answer(&self, request: &Request) -> Answer {
        if !is_signed(request, "bedrock") {
            return fault(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
        }
        let id =
            request.path.strip_prefix("/knowledgebases/").and_then(|path| path.strip_suffix("/retrieve"));
        let Some(id) = id.filter(|_| request.method == "POST") else {
            return fault(404, "UnknownOperationException", "");
        };
        match lock(&self.0).retrieve(id, &request.json()) {
            Ok(body) => Answer::json(200, &body).header("content-type", "application/json"),
            Err((status, code, words)) => fault(status, code, &words),
        }
    }

    fn failure(&self, status: u16, _: &Request) -> Answer {
        let code = if status == 429 { "ThrottlingException" } else { "InternalServerException" };
        fault(status, code, "in words")
    }
}

impl State {
    fn retrieve(&mut self, id: &str, asked: &Value) -> Result<Value, Refused> {
        if let Some((times, status, code, words)) = self.refusal.as_mut().filter(|(times, ..)| *times > 0) {
            *times -= 1;
            return Err((*status, code, words.clone()));
        }
        if id.is_empty() || id.len() > 10 || !id.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(invalid("knowledgeBaseId must match [0-9a-zA-Z]+ and have at most 10 characters"));
        }
        if id != ID {
            let words = format!("Knowledge Base with id {id} does not exist");
            return Err((404, "ResourceNotFoundException", words));
        }
        let text = asked["retrievalQuery"]["text"].as_str().unwrap_or_default();
        if text.trim().is_empty() {
            return Err(invalid("Text input is required."));
        }
        if text.chars().count() > 1_000 {
            return Err(invalid("retrievalQuery.text must have at most 1000 characters"));
        }
        let most = match &asked["retrievalConfiguration"]["vectorSearchConfiguration"]["numberOfResults"] {
            Value::Null => 5,
            given => {
                let number = given.as_u64().filter(|n| (1..=100).contains(n));
                number.ok_or_else(|| invalid("numberOfResults must be 1 to 100"))?
            }
        };
        let wanted = words(text);
        let score = |text: &str| {
            let held = words(text);
            held.intersection(&wanted).count() as f64 / held.len().max(1) as f64
        };
        let mut found: Vec<Value> = self
            .passages
            .iter()
            .map(|(text, location)| {
                json!({
                    "content": {"text": text, "type": "TEXT"}, "location": location, "score": score(text),
                    "metadata": {"x-amz-bedrock-kb-data-source-id": "DS12345678"},
                })
            })
            .filter(|one| one["score"].as_f64() > Some(0.0))
            .collect();
        found.sort_by(|a, b| b["score"].as_f64().unwrap().total_cmp(&a["score"].as_f64().unwrap()));
        found.truncate(usize::try_from(most).unwrap());
        Ok(json!({"retrievalResults": found}))
    }
}

fn words(text: &str) -> BTreeSet<String> {
    let split = text.split(|c: char| !c.is_alphanumeric());
    split.filter(|word| word.len() > 2).map(str::to_lowercase).collect()
}

impl KnowledgeBase {
    /// Starts it, without a document.
    pub fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        Self { server: Server::start(Arc::new(Api(Arc::clone(&state)))), state }
    }

    /// The server, for plans and requests.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// A passage of a document in S3.
    pub fn keep(&self, uri: &str, text: &str) {
        self.keep_at(&json!({"type": "S3", "s3Location": {"uri": uri}}), text);
    }

    /// A passage of a document anywhere.
    pub fn keep_at(&self, location: &Value, text: &str) {
        lock(&self.state).passages.push((text.to_owned(), location.clone()));
    }

    /// Refuses the next requests.
    pub fn refuse(&self, times: usize, status: u16, code: &'static str, words: &str) {
        lock(&self.state).refusal = Some((times, status, code, words.to_owned()));
    }

    /// The questions that were asked.
    pub fn asked(&self) -> Vec<String> {
        let text =
            |one: &Request| one.json()["retrievalQuery"]["text"].as_str().unwrap_or_default().to_owned();
        self.server.requests().iter().map(text).collect()
    }
}
