//! Door: network. One call after another of a security service: at its pace, bounded in time, again where it asks for patience.
//!
//! Knows turns, deadlines and what every service of AWS refuses in the same way. Must not know what is asked.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use super::super::Fault;
use super::super::cloudwatch_logs::refused;
use super::super::pace::Pace;
use crate::aws::plain::{Call, Failed, Plain, Service};
use crate::aws::refusal::Refusal;

/// A longer answer breaks off: 100 findings of at most 240 KB.
const RESPONSE_BYTES: usize = 32 * 1024 * 1024;
/// How often a call is made again that came too fast: others of the account ask as well.
const AGAIN: usize = 2;
/// How long it is waited then.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who asks one service in one region.
#[derive(Debug)]
pub(in crate::evidence) struct Asker {
    /// As people call it.
    name: &'static str,
    plain: Plain,
    pace: Pace,
}

impl Asker {
    /// Of the region and the credentials of `sdk`, with a call every `between`.
    pub fn new(name: &'static str, sdk: &SdkConfig, service: Service, between: Duration) -> Self {
        Self { name, plain: Plain::new(sdk, service, RESPONSE_BYTES), pace: Pace::new(between) }
    }

    /// Where it is; empty where that is not known.
    pub fn region(&self) -> &str {
        self.plain.region()
    }

    /// Makes a call, as far as it is answered before `until`. `own` knows what the service alone refuses.
    pub async fn ask(
        &self,
        call: Call,
        path: &str,
        body: Option<&Value>,
        until: Instant,
        own: impl Fn(&Failed) -> Option<Fault>,
    ) -> Result<Value, Fault> {
        if self.region().is_empty() {
            return Err(Fault::configuration(
                format!("no region of {} is known", self.name),
                "write `region` of this source, or set AWS_REGION",
            ));
        }
        let late = || Fault::timeout(format!("{} gave no answer in time", self.name));
        let mut tries = 0;
        loop {
            if !self.pace.turn(self.region(), until).await {
                return Err(late());
            }
            match timeout_at(until, self.plain.ask(call, path, body)).await {
                Err(_) => return Err(late()),
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => {
                    if tries < AGAIN && wants_patience(&error, call) && Instant::now() + PATIENCE < until {
                        tries += 1;
                        sleep(PATIENCE).await;
                        continue;
                    }
                    return Err(own(&error).unwrap_or_else(|| self.fault(&error, call)));
                }
            }
        }
    }

    fn fault(&self, error: &Failed, call: Call) -> Fault {
        match error {
            Failed::ResponseError(_) => Fault::unavailable(
                format!("the answer of {} to {} cannot be read", self.name, call.action()),
                "check `endpoint_url` of this source, and whether a proxy cuts long answers",
            ),
            Failed::ServiceError(_) if is_throttled(error) => Fault::unavailable(
                format!(
                    "AWS answers {} to {}: too much is asked at once",
                    error.code().unwrap_or("429"),
                    call.action()
                ),
                "let others of this account ask less often, or ask for the digest again later",
            ),
            _ => refused::fault(error, call.action()),
        }
    }
}

/// Whether others of the account, which has so many requests a second in a region, have taken them all.
fn is_throttled(error: &Failed) -> bool {
    let code = error.code().unwrap_or_default();
    error.raw_response().is_some_and(|response| response.status().as_u16() == 429)
        || ["Throttl", "TooManyRequests", "LimitExceeded"].iter().any(|word| code.contains(word))
}

/// Whether the service itself said that the same call may be answered in a moment.
fn wants_patience(error: &Failed, call: Call) -> bool {
    matches!(error, Failed::ServiceError(_))
        && (is_throttled(error) || matches!(Refusal::of(error, call.action()), Refusal::Unavailable(_)))
}
