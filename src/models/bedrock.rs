//! Door: network. Models of Amazon Bedrock, through the Converse API (FACTS F).
//!
//! Knows the SDK's types and errors. Ids are configuration and are never taken apart; optional parameters are sent only
//! where they are configured, because some models refuse them.

use aws_config::SdkConfig;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::converse::{ConverseError, ConverseOutput};
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, ConverseOutput as Said, GuardrailConfiguration, InferenceConfiguration,
    JsonSchemaDefinition, Message, OutputConfig, OutputFormat, OutputFormatStructure, OutputFormatType,
    StopReason, SystemContentBlock, TokenUsage,
};
use firstlook_core::summary::answer::{SCHEMA_NAME, schema};
use firstlook_core::summary::price::Tokens;
use firstlook_core::summary::prompt::{ANSWER_TOKENS, Prompt, Role, Turn};

use super::extras::{Extras, Taken, is_too_long};
use super::{Answer, ModelError, RESPONSE_BYTES, Stop, TOO_LONG, estimated_tokens, is_passing, quoted};
use crate::aws::capped::Capped;

mod document;
mod talking;

/// What to ask.
#[derive(Debug, Clone)]
pub struct BedrockSettings {
    /// An id, inference profile or ARN.
    pub model: String,
    /// Left out where absent, and where the model refuses it.
    pub temperature: Option<f32>,
    /// The id and version of the guardrail that requests and answers are held against.
    pub guardrail: Option<(String, String)>,
}

/// A model of Bedrock.
#[derive(Debug, Clone)]
pub struct Bedrock {
    client: Client,
    settings: BedrockSettings,
    taken: Taken,
    taken_talking: Taken,
}

impl Bedrock {
    /// `shared` is [`crate::aws::config`]'s: region, endpoint, credentials.
    pub fn new(shared: &SdkConfig, settings: BedrockSettings) -> Self {
        let config = aws_sdk_bedrockruntime::config::Builder::from(shared)
            .retry_config(RetryConfig::disabled())
            .interceptor(Capped(RESPONSE_BYTES))
            .build();
        let temperature = settings.temperature.is_some();
        let taken = Taken::new(Extras { schema: true, temperature, cache: false, max_tokens: true });
        let taken_talking = Taken::new(Extras { schema: false, temperature, cache: true, max_tokens: true });
        Self { client: Client::from_conf(config), settings, taken, taken_talking }
    }

    pub(super) fn id(&self) -> &str {
        &self.settings.model
    }

    pub(super) async fn ask(&self, prompt: &Prompt) -> Result<Answer, ModelError> {
        let mut extras = self.taken.known();
        loop {
            let error = match self.once(prompt, extras).await? {
                Ok(output) => {
                    self.taken.remember(extras);
                    return Ok(answer(&output, prompt));
                }
                Err(error) => error,
            };
            let refused = error.code() == Some("ValidationException");
            let fewer = error.message().filter(|_| refused).and_then(|said| extras.without_refused(said));
            extras = fewer.ok_or_else(|| self.explained(&error))?;
        }
    }

    /// The outer error is of what could not be built.
    async fn once(
        &self,
        prompt: &Prompt,
        extras: Extras,
    ) -> Result<Result<ConverseOutput, SdkError<ConverseError>>, ModelError> {
        let tokens = i32::try_from(ANSWER_TOKENS).unwrap_or(i32::MAX);
        let temperature = self.settings.temperature.filter(|_| extras.temperature);
        let limits = InferenceConfiguration::builder().max_tokens(tokens).set_temperature(temperature);
        let request = self
            .client
            .converse()
            .model_id(&self.settings.model)
            .system(SystemContentBlock::Text(prompt.system().to_owned()))
            .set_messages(Some(prompt.turns().iter().map(message).collect::<Result<_, _>>()?))
            .inference_config(limits.build())
            .set_output_config(if extras.schema { Some(form()?) } else { None })
            .set_guardrail_config(self.settings.guardrail.as_ref().map(guardrail));
        Ok(request.send().await)
    }

    fn explained(&self, error: &SdkError<ConverseError>) -> ModelError {
        match error {
            SdkError::ServiceError(context) => self.refused(context.err(), context.raw().status().as_u16()),
            SdkError::TimeoutError(_) => ModelError::passing("Bedrock could not be reached in time."),
            SdkError::ResponseError(context) if context.raw().status().as_u16() == 200 => ModelError::fail(
                format!("Bedrock's answer broke off, or is longer than {RESPONSE_BYTES} bytes."),
            ),
            SdkError::ResponseError(_) => ModelError::passing("Bedrock's answer broke off."),
            SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
                ModelError::passing(
                    "Bedrock could not be reached. Check the network, or summary.endpoint_url.",
                )
            }
            other => unsent(&DisplayErrorContext(other).to_string()),
        }
    }

    fn refused(&self, error: &ConverseError, status: u16) -> ModelError {
        let model = &self.settings.model;
        let code = error.code().unwrap_or("an error");
        let said = quoted(error.message().unwrap_or_default());
        match code {
            "AccessDeniedException" => ModelError::fail(format!(
                "Bedrock refused access to {model}: allow bedrock:InvokeModel on it and enable the model in this region. {said}"
            )),
            "ResourceNotFoundException" => ModelError::fail(format!(
                "Bedrock has no model {model} in this region. Check summary.model. {said}"
            )),
            "ThrottlingException" => ModelError::throttled(format!("Bedrock is throttling {model}. {said}")),
            "ModelNotReadyException" => {
                ModelError::throttled(format!("Bedrock is still loading {model} ({code}). {said}"))
            }
            "ValidationException" if is_too_long(&said) => ModelError::fail(format!("{TOO_LONG} {said}")),
            _ if status == 200 => {
                ModelError::fail("Bedrock's answer is not one of Converse. Check summary.endpoint_url.")
            }
            _ if is_passing(status) => {
                ModelError::passing(format!("Bedrock failed with {code} (status {status}). {said}"))
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

/// The schema of the answer, as JSON text (FACTS F).
fn form() -> Result<OutputConfig, ModelError> {
    let schema = JsonSchemaDefinition::builder().name(SCHEMA_NAME).schema(schema().to_string()).build();
    let structure = OutputFormatStructure::JsonSchema(schema.map_err(|error| unbuilt(&error))?);
    let format = OutputFormat::builder().r#type(OutputFormatType::JsonSchema).structure(structure).build();
    Ok(OutputConfig::builder().text_format(format.map_err(|error| unbuilt(&error))?).build())
}

fn guardrail((id, version): &(String, String)) -> GuardrailConfiguration {
    GuardrailConfiguration::builder().guardrail_identifier(id).guardrail_version(version).build()
}

fn unbuilt(error: &BuildError) -> ModelError {
    ModelError::fail(format!("The request could not be built: {error}."))
}

fn message(turn: &Turn) -> Result<Message, ModelError> {
    let role = match turn.role {
        Role::User => ConversationRole::User,
        Role::Assistant => ConversationRole::Assistant,
    };
    let built = Message::builder().role(role).content(ContentBlock::Text(turn.text.clone())).build();
    built.map_err(|error| unbuilt(&error))
}

fn count(tokens: i32) -> u64 {
    u64::try_from(tokens).unwrap_or(0)
}

/// What is read from the cache and what is written into it stand beside the rest of what went in (FACTS F).
fn tokens(usage: &TokenUsage) -> Tokens {
    let read = usage.cache_read_input_tokens().map_or(0, count);
    let written = usage.cache_write_input_tokens().map_or(0, count);
    Tokens::within(count(usage.input_tokens()) + read + written, count(usage.output_tokens()), read, written)
}

fn answer(output: &ConverseOutput, prompt: &Prompt) -> Answer {
    let blocks = match output.output() {
        Some(Said::Message(message)) => message.content(),
        _ => &[],
    };
    // Reasoning blocks and tool calls are not the answer.
    let text: String = blocks.iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect();
    let usage = output.usage();
    Answer {
        tokens: usage.map_or_else(|| Tokens::plain(prompt.tokens(), estimated_tokens(&text)), tokens),
        stop: match output.stop_reason() {
            StopReason::MaxTokens => Stop::Truncated,
            StopReason::ContentFiltered | StopReason::GuardrailIntervened => Stop::Filtered,
            StopReason::ModelContextWindowExceeded => Stop::Overflow,
            _ => Stop::Complete,
        },
        text,
    }
}
