//! Door: network. A local Security Hub and GuardDuty of one account in one region, both of one address: REST with JSON,
//! signed for the one or the other. What the real ones refuse, it refuses; which findings there are is the test's affair.

mod duty;
mod hub;
pub mod samples;
mod signed;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

use super::server::{Answer, Protocol, Request, Server};

/// Whose findings these are.
pub const ACCOUNT: &str = "111122223333";
/// Where.
pub const REGION: &str = "eu-west-1";
/// The detector of the account.
pub const DETECTOR: &str = "12abc34d567e8fa901bc2d34e56789f0";

/// The running services.
pub struct Security {
    server: Server,
    state: Arc<Mutex<State>>,
}

/// One call: `securityhub:GetFindings`, and what it asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The IAM action.
    pub action: &'static str,
    /// Its body; null where it has none.
    pub body: Value,
    /// When it came.
    pub at: Instant,
}

#[derive(Default)]
struct State {
    hub: Vec<Value>,
    duty: Vec<Value>,
    /// Services that are not enabled: `securityhub`, `guardduty`.
    off: Vec<&'static str>,
    /// Findings that are listed and not given.
    hidden: Vec<String>,
    calls: Vec<Asked>,
    /// What a token continues: the service's question and where it goes on.
    tokens: Vec<(Value, usize)>,
    failures: Vec<Failure>,
}

/// What some calls meet in place of an answer.
struct Failure {
    action: &'static str,
    times: usize,
    status: u16,
    code: &'static str,
    words: String,
}

/// Status, code and words of a refusal.
type Refused = (u16, &'static str, String);

struct Api(Arc<Mutex<State>>);

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a request calls, its service, and the detector that it names.
fn action(request: &Request) -> Option<(&'static str, &'static str, String)> {
    let parts: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
    Some(match (request.method.as_str(), parts.as_slice()) {
        ("POST", ["findings"]) => ("securityhub", hub::GET_FINDINGS, String::new()),
        ("GET", ["detector"]) => ("guardduty", duty::LIST_DETECTORS, String::new()),
        ("POST", ["detector", id, "findings"]) => ("guardduty", duty::LIST_FINDINGS, (*id).to_owned()),
        ("POST", ["detector", id, "findings", "get"]) => ("guardduty", duty::GET_FINDINGS, (*id).to_owned()),
        _ => return None,
    })
}

impl Protocol for Api {
    fn answer(&self, request: &Request) -> Answer {
        let Some((service, action, detector)) = action(request) else {
            return fault("", (404, "UnknownOperationException", "no such call".to_owned()));
        };
        let answer = signed::verify(request, service, REGION)
            .and_then(|()| lock(&self.0).answer(action, &detector, request));
        match answer {
            Ok(body) => Answer::json(200, &body).header("content-type", "application/json"),
            Err(refused) => fault(service, refused),
        }
    }

    fn failure(&self, status: u16, request: &Request) -> Answer {
        let service = action(request).map_or("", |(service, ..)| service);
        let code = if service == "guardduty" { "InternalServerErrorException" } else { "InternalException" };
        fault(service, (status, code, "in words".to_owned()))
    }
}

/// The code stands in the header, and the address of its namespace behind it.
fn fault(service: &str, (status, code, words): Refused) -> Answer {
    let body = match service {
        "securityhub" => json!({"Code": code, "Message": words}),
        // Its type says more than its code does.
        _ => json!({"__type": "InvalidInputException", "message": words}),
    };
    let of = format!("{code}:http://internal.amazon.com/coral/com.amazonaws.{service}/");
    Answer::json(status, &body).header("content-type", "application/json").header("x-amzn-errortype", &of)
}

impl State {
    fn answer(&mut self, action: &'static str, detector: &str, request: &Request) -> Result<Value, Refused> {
        let body = request.json();
        self.calls.push(Asked { action, body: body.clone(), at: request.at });
        if let Some(failure) = self.failures.iter_mut().find(|one| one.action == action && one.times > 0) {
            failure.times -= 1;
            return Err((failure.status, failure.code, failure.words.clone()));
        }
        match action {
            hub::GET_FINDINGS => self.hub_findings(&body),
            duty::LIST_DETECTORS => Ok(self.detectors()),
            duty::LIST_FINDINGS => self.duty_ids(detector, &body),
            _ => self.duty_findings(detector, &body),
        }
    }

    /// Some of what was found, and the token of the rest. A token belongs to its question.
    fn some(
        &mut self,
        question: Value,
        token: Option<&str>,
        most: usize,
        all: &[Value],
    ) -> Option<(Vec<Value>, Option<String>)> {
        let from = match token {
            None => 0,
            Some(token) => {
                let number = token.strip_prefix("token-").and_then(|n| n.parse::<usize>().ok());
                self.tokens.get(number?).filter(|(of, _)| *of == question)?.1
            }
        };
        let page: Vec<Value> = all.iter().skip(from).take(most).cloned().collect();
        let next = (from + most < all.len()).then(|| {
            self.tokens.push((question, from + most));
            format!("token-{}", self.tokens.len() - 1)
        });
        Some((page, next))
    }
}

/// A number of results from 1 to `most`.
fn results(given: &Value, most: usize) -> Option<usize> {
    match given {
        Value::Null => Some(most),
        given => usize::try_from(given.as_u64()?).ok().filter(|number| (1..=most).contains(number)),
    }
}

impl Security {
    /// Starts both, enabled and without a finding.
    pub fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        Self { server: Server::start(Arc::new(Api(Arc::clone(&state)))), state }
    }

    /// Where both are.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The server, for plans and requests.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// More findings of Security Hub, in ASFF.
    pub fn hub(&self, findings: impl IntoIterator<Item = Value>) {
        lock(&self.state).hub.extend(findings);
    }

    /// More findings of GuardDuty.
    pub fn guardduty(&self, findings: impl IntoIterator<Item = Value>) {
        lock(&self.state).duty.extend(findings);
    }

    /// `securityhub` or `guardduty` is not enabled.
    pub fn disable(&self, service: &'static str) {
        lock(&self.state).off.push(service);
    }

    /// GuardDuty lists this finding from now on, and does not give it.
    pub fn hide(&self, id: &str) {
        lock(&self.state).hidden.push(id.to_owned());
    }

    /// The next calls of an IAM action, such as `guardduty:ListFindings`, are refused.
    pub fn fail(&self, action: &'static str, times: usize, status: u16, code: &'static str, words: &str) {
        let failure = Failure { action, times, status, code, words: words.to_owned() };
        lock(&self.state).failures.push(failure);
    }

    /// All calls that were signed, in their order.
    pub fn calls(&self) -> Vec<Asked> {
        lock(&self.state).calls.clone()
    }
}
