//! Door: network. Models of Amazon Bedrock, through the Converse API (FACTS F).
//!
//! Knows the SDK's types and errors. Ids are configuration and are never taken apart; optional parameters are sent only
//! where they are configured, because some models refuse them.

use aws_config::SdkConfig;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::converse::{ConverseError, ConverseOutput};
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, ConverseOutput as Said, InferenceConfiguration, Message, StopReason,
    SystemContentBlock,
};
use firstlook_core::summary::prompt::{ANSWER_TOKENS, Prompt, Role, Turn};

use super::{Answer, ModelError, RESPONSE_BYTES, Stop, estimated_tokens, is_passing, quoted};
use crate::aws::capped::Capped;

/// A model of Bedrock.
#[derive(Debug, Clone)]
pub struct Bedrock {
    client: Client,
    model: String,
    temperature: Option<f32>,
}

impl Bedrock {
    /// The model `model` (an id, inference profile or ARN). `shared` is [`crate::aws::config`]'s: region, endpoint,
    /// credentials.
    pub fn new(shared: &SdkConfig, model: String, temperature: Option<f32>) -> Self {
        let config = aws_sdk_bedrockruntime::config::Builder::from(shared)
            .retry_config(RetryConfig::disabled())
            .interceptor(Capped(RESPONSE_BYTES))
            .build();
        Self { client: Client::from_conf(config), model, temperature }
    }

    pub(super) fn id(&self) -> &str {
        &self.model
    }

    pub(super) async fn ask(&self, prompt: &Prompt) -> Result<Answer, ModelError> {
        let tokens = i32::try_from(ANSWER_TOKENS).unwrap_or(i32::MAX);
        let limits = InferenceConfiguration::builder().max_tokens(tokens).set_temperature(self.temperature);
        let request = self
            .client
            .converse()
            .model_id(&self.model)
            .system(SystemContentBlock::Text(prompt.system().to_owned()))
            .set_messages(Some(prompt.turns().iter().map(message).collect::<Result<_, _>>()?))
            .inference_config(limits.build());
        match request.send().await {
            Ok(output) => Ok(answer(&output, prompt)),
            Err(error) => Err(self.explained(&error)),
        }
    }

    fn explained(&self, error: &SdkError<ConverseError>) -> ModelError {
        match error {
            SdkError::ServiceError(context) => self.refused(context.err(), context.raw().status().as_u16()),
            SdkError::TimeoutError(_) => ModelError::retry("Bedrock could not be reached in time."),
            SdkError::ResponseError(context) if context.raw().status().as_u16() == 200 => ModelError::fail(
                format!("Bedrock's answer broke off, or is longer than {RESPONSE_BYTES} bytes."),
            ),
            SdkError::ResponseError(_) => ModelError::retry("Bedrock's answer broke off."),
            SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
                ModelError::retry("Bedrock could not be reached. Check the network, or summary.endpoint_url.")
            }
            other => unsent(&DisplayErrorContext(other).to_string()),
        }
    }

    fn refused(&self, error: &ConverseError, status: u16) -> ModelError {
        let model = &self.model;
        let code = error.code().unwrap_or("an error");
        let said = quoted(error.message().unwrap_or_default());
        match code {
            "AccessDeniedException" => ModelError::fail(format!(
                "Bedrock refused access to {model}: allow bedrock:InvokeModel on it and enable the model in this region. {said}"
            )),
            "ResourceNotFoundException" => ModelError::fail(format!(
                "Bedrock has no model {model} in this region. Check summary.model. {said}"
            )),
            "ThrottlingException" => ModelError::retry(format!("Bedrock is throttling {model}. {said}")),
            _ if status == 200 => {
                ModelError::fail("Bedrock's answer is not one of Converse. Check summary.endpoint_url.")
            }
            _ if is_passing(status) => {
                ModelError::retry(format!("Bedrock failed with {code} (status {status}). {said}"))
            }
            _ => {
                ModelError::fail(format!("Bedrock refused the request with {code} (status {status}). {said}"))
            }
        }
    }
}

/// Why a request never left. The SDK tells it only in words.
fn unsent(words: &str) -> ModelError {
    let lower = words.to_lowercase();
    if lower.contains("credentials") {
        return ModelError::fail(
            "There are no AWS credentials. Give firstlook a role, a profile or AWS_ACCESS_KEY_ID.",
        );
    }
    if lower.contains("region") {
        return ModelError::fail("No AWS region is set. Set summary.region.");
    }
    ModelError::fail(format!("The request to Bedrock could not be sent: {}.", quoted(words)))
}

fn message(turn: &Turn) -> Result<Message, ModelError> {
    let role = match turn.role {
        Role::User => ConversationRole::User,
        Role::Assistant => ConversationRole::Assistant,
    };
    let built = Message::builder().role(role).content(ContentBlock::Text(turn.text.clone())).build();
    built.map_err(|error| ModelError::fail(format!("The request could not be built: {error}.")))
}

fn answer(output: &ConverseOutput, prompt: &Prompt) -> Answer {
    let blocks = match output.output() {
        Some(Said::Message(message)) => message.content(),
        _ => &[],
    };
    // Reasoning blocks and tool calls are not the answer.
    let text: String = blocks.iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect();
    let count = |tokens: i32| u64::try_from(tokens).unwrap_or(0);
    let usage = output.usage();
    Answer {
        input_tokens: usage.map_or_else(|| prompt.tokens(), |u| count(u.input_tokens())),
        output_tokens: usage.map_or_else(|| estimated_tokens(&text), |u| count(u.output_tokens())),
        stop: match output.stop_reason() {
            StopReason::MaxTokens => Stop::Truncated,
            StopReason::ContentFiltered | StopReason::GuardrailIntervened => Stop::Filtered,
            StopReason::ModelContextWindowExceeded => Stop::Overflow,
            _ => Stop::Complete,
        },
        text,
    }
}
