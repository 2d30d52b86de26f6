//! Door: network. A local SQS with one queue: it speaks AWS JSON 1.0, hides what it hands out for as long as it is told, and
//! refuses receipts that are not the newest.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::{Answer, Protocol, Request, Server};
use super::sns::is_signed;

/// A running SQS.
pub struct Sqs {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    messages: Vec<Message>,
    receipts: usize,
    /// Whether it hands everything out again at once.
    forgetful: bool,
    /// An action that the caller may not use.
    denied: Option<&'static str>,
}

struct Message {
    id: String,
    body: String,
    receipt: Option<String>,
    hidden_until: Option<Instant>,
}

struct Api(Arc<Mutex<State>>);

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fault(status: u16, code: &str) -> Answer {
    let body = json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": "as the real one says it"});
    Answer::json(status, &body).header("content-type", "application/x-amz-json-1.0")
}

impl Protocol for Api {
    fn answer(&self, request: &Request) -> Answer {
        let action = request.header("x-amz-target").and_then(|target| target.strip_prefix("AmazonSQS."));
        let Some(action) = action.filter(|_| request.method == "POST") else {
            return fault(400, "InvalidAction");
        };
        if !is_signed(request, "sqs") {
            return fault(403, "MissingAuthenticationToken");
        }
        let mut state = lock(&self.0);
        if state.denied == Some(action) {
            return fault(403, "AccessDeniedException");
        }
        let asked = request.json();
        if !asked["QueueUrl"].as_str().is_some_and(|url| url.ends_with("/123456789012/dead")) {
            return fault(400, "QueueDoesNotExist");
        }
        let answer = match action {
            "ReceiveMessage" => state.receive(&asked),
            "DeleteMessage" => state.delete(&asked),
            _ => return fault(400, "InvalidAction"),
        };
        answer.map_or_else(
            |code| fault(400, code),
            |body| Answer::json(200, &body).header("content-type", "application/x-amz-json-1.0"),
        )
    }
}

impl State {
    fn receive(&mut self, asked: &Value) -> Result<Value, &'static str> {
        let number =
            |key: &str, most: u64| asked[key].as_u64().filter(|n| *n <= most).ok_or("InvalidParameterValue");
        let most = number("MaxNumberOfMessages", 10)?.max(1);
        let hidden = Duration::from_secs(number("VisibilityTimeout", 43_200)?);
        number("WaitTimeSeconds", 20)?;
        let now = Instant::now();
        let mut given = Vec::new();
        for message in &mut self.messages {
            if given.len() as u64 == most || message.hidden_until.is_some_and(|until| until > now) {
                continue;
            }
            self.receipts += 1;
            let receipt = format!("receipt-{}", self.receipts);
            message.receipt = Some(receipt.clone());
            message.hidden_until = (!self.forgetful).then_some(now + hidden);
            given.push(json!({
                "MessageId": message.id, "ReceiptHandle": receipt, "Body": message.body,
                "Attributes": {"SentTimestamp": "1795111620000"},
            }));
        }
        Ok(if given.is_empty() { json!({}) } else { json!({"Messages": given}) })
    }

    fn delete(&mut self, asked: &Value) -> Result<Value, &'static str> {
        let receipt = asked["ReceiptHandle"].as_str();
        let at = self.messages.iter().position(|one| one.receipt.as_deref() == receipt);
        self.messages.remove(at.ok_or("ReceiptHandleIsInvalid")?);
        Ok(json!({}))
    }
}

impl Sqs {
    /// Starts it, with an empty queue.
    pub fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        Self { server: Server::start(Arc::new(Api(Arc::clone(&state)))), state }
    }

    /// The queue's URL.
    pub fn url(&self) -> String {
        format!("{}/123456789012/dead", self.server.url())
    }

    /// Puts a message into the queue.
    pub fn put(&self, body: impl ToString) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        let message = Message { id: id.clone(), body: body.to_string(), receipt: None, hidden_until: None };
        lock(&self.state).messages.push(message);
        id
    }

    /// How many messages it holds, shown or hidden.
    pub fn len(&self) -> usize {
        lock(&self.state).messages.len()
    }

    /// As if the time for which messages are hidden were over.
    pub fn reappear(&self) {
        lock(&self.state).messages.iter_mut().for_each(|message| message.hidden_until = None);
    }

    /// From now on nothing is hidden.
    pub fn forget(&self) {
        lock(&self.state).forgetful = true;
    }

    /// From now on the caller may not do that.
    pub fn deny(&self, action: Option<&'static str>) {
        lock(&self.state).denied = action;
    }

    /// How often it was asked for messages.
    pub fn asked(&self) -> usize {
        let receives =
            |request: &&Request| request.header("x-amz-target") == Some("AmazonSQS.ReceiveMessage");
        self.server.requests().iter().filter(receives).count()
    }
}
