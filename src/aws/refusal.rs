//! Door: network. What AWS says when a call fails, in words that name the permission or the remedy.
//!
//! Knows the SDK's errors. Never repeats AWS's own message, nor anything of the request: either may hold what opens
//! something.

use aws_sdk_sns::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// Codes about the caller that come with another status than 401 and 403.
const OF_THE_CALLER: [&str; 6] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "AccessDenied",
    "AccessDeniedException",
];

/// What codes hold that ask for patience, whatever status they come with: CloudWatch and SNS throttle with 400, and SNS
/// passes on that others do (`KMSThrottling`).
const LATER: [&str; 4] = ["Throttl", "TooManyRequests", "RequestLimitExceeded", "ServiceUnavailable"];
/// Codes that say that the question itself is not understood, or has a value that is not known there.
const UNKNOWN: [&str; 5] = [
    "ValidationError",
    "ValidationException",
    "InvalidParameterValue",
    "InvalidParameterValueException",
    "UnknownOperationException",
];

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// AWS does not let these credentials do that.
    Denied(String),
    /// AWS does not know what was asked: an older endpoint, or an emulator.
    Unknown(String),
    /// AWS does not do what was asked, whoever asks.
    Refused(String),
    /// Nobody answers, or not now: the same again may do.
    Unavailable(String),
}

impl Refusal {
    /// Of a call that needs the IAM action `action`, such as `sqs:ReceiveMessage`.
    pub fn of<E: std::error::Error + ProvideErrorMetadata + 'static>(
        error: &SdkError<E>,
        action: &str,
    ) -> Self {
        let SdkError::ServiceError(context) = error else { return unanswered(error, action) };
        let status = context.raw().status().as_u16();
        let code = context.err().code().unwrap_or("an error");
        match status {
            _ if LATER.iter().any(|word| code.contains(word)) => {
                Self::Unavailable(format!("AWS answers {code} to {action}: too much is asked at once"))
            }
            401 | 403 => Self::denied(action, code),
            _ if OF_THE_CALLER.contains(&code) => Self::denied(action, code),
            404 | 501 => Self::Unknown(format!("AWS answers {status} ({code}) to {action}")),
            _ if UNKNOWN.contains(&code) => Self::Unknown(format!("AWS answers {code} to {action}")),
            429 | 500.. => Self::Unavailable(format!("AWS answers {status} ({code}) to {action}")),
            _ => Self::Refused(format!("AWS answers {code} to {action}")),
        }
    }

    fn denied(action: &str, code: &str) -> Self {
        Self::Denied(format!("AWS does not allow {action} ({code}): allow it to the role of firstlook"))
    }

    /// What happened, and what to do where that is known.
    pub fn parts(&self) -> (&str, Option<&str>) {
        self.text().split_once(": ").map_or((self.text(), None), |(what, remedy)| (what, Some(remedy)))
    }

    /// For people.
    pub fn text(&self) -> &str {
        match self {
            Self::Denied(text) | Self::Unknown(text) | Self::Refused(text) | Self::Unavailable(text) => text,
        }
    }
}

fn unanswered<E: std::error::Error + 'static>(error: &SdkError<E>, action: &str) -> Refusal {
    // The SDK says only in words that it found no credentials.
    if matches!(error, SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_))
        && DisplayErrorContext(error).to_string().to_lowercase().contains("credentials")
    {
        return Refusal::Denied(format!(
            "{action} needs AWS credentials, and there are none: {NO_CREDENTIALS}"
        ));
    }
    Refusal::Unavailable(format!("AWS does not answer {action}: look at network, region and endpoint"))
}

/// What to do where there are no credentials.
pub const NO_CREDENTIALS: &str = "give firstlook a role, a profile or AWS_ACCESS_KEY_ID";
