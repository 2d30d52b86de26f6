//! Door: network. A talk with tools, through Converse (FACTS F).
//!
//! Knows where calls, results, thoughts and cache points stand in a request. Must not know what a tool does. All results of
//! one turn go in one message, and thoughts go back unmodified to the model that had them.

use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::converse::{ConverseError, ConverseOutput};
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    CachePointBlock, CachePointType, ContentBlock, ConversationRole, ConverseOutput as Output,
    InferenceConfiguration, Message, ReasoningContentBlock, ReasoningTextBlock, StopReason,
    SystemContentBlock, Tool, ToolConfiguration, ToolInputSchema, ToolResultBlock, ToolResultContentBlock,
    ToolResultStatus, ToolSpecification, ToolUseBlock,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use firstlook_core::summary::analysis::talk::{
    ANSWER_TOKENS, Block, Call, Spec, Spoken, Stop, Talk, ToolResult, Turn,
};

use firstlook_core::summary::price::Tokens;

use super::document::{document, value};
use super::{Bedrock, guardrail, tokens as taken, unbuilt};
use crate::models::extras::Extras;
use crate::models::{ModelError, Said, TOO_LONG, estimated_tokens};

impl Bedrock {
    /// What the model says next.
    pub(in crate::models) async fn talk(&self, talk: &Talk) -> Result<Said, ModelError> {
        let mut extras = self.taken_talking.known();
        loop {
            let error = match self.say(talk, extras).await? {
                Ok(output) => {
                    self.taken_talking.remember(extras);
                    return Ok(self.said(&output, talk));
                }
                Err(error) => error,
            };
            let refused = error.code() == Some("ValidationException");
            if let Some(fewer) =
                error.message().filter(|_| refused).and_then(|said| extras.without_refused(said))
            {
                extras = fewer;
                continue;
            }
            let explained = self.explained(&error);
            if !explained.reason.starts_with(TOO_LONG) {
                return Err(explained);
            }
            // It is for the talk to become shorter.
            let spoken = Spoken { model: self.id().to_owned(), blocks: Vec::new(), stop: Stop::Overflow };
            return Ok(Said { spoken, tokens: Tokens::default() });
        }
    }

    async fn say(
        &self,
        talk: &Talk,
        extras: Extras,
    ) -> Result<Result<ConverseOutput, SdkError<ConverseError>>, ModelError> {
        let tokens = i32::try_from(ANSWER_TOKENS).unwrap_or(i32::MAX);
        let temperature = self.settings.temperature.filter(|_| extras.temperature);
        let limits = InferenceConfiguration::builder().max_tokens(tokens).set_temperature(temperature);
        let mut system = vec![SystemContentBlock::Text(talk.rules.clone())];
        if extras.cache {
            system.push(SystemContentBlock::CachePoint(cache_point()?));
        }
        system.push(SystemContentBlock::Text(talk.own.clone()));
        let request = self
            .client
            .converse()
            .model_id(&self.settings.model)
            .set_system(Some(system))
            .set_messages(Some(self.messages(talk, extras.cache)?))
            .tool_config(tools(&talk.tools)?)
            .inference_config(limits.build())
            .set_guardrail_config(self.settings.guardrail.as_ref().map(guardrail));
        Ok(request.send().await)
    }

    /// What the next request says again, up to the first message and up to the last, ends with a cache point.
    fn messages(&self, talk: &Talk, cache: bool) -> Result<Vec<Message>, ModelError> {
        let last = talk.turns.len().saturating_sub(1);
        let message = |(at, turn): (usize, &Turn)| {
            let (role, mut content) = match turn {
                Turn::User { text } => (ConversationRole::User, vec![ContentBlock::Text(text.clone())]),
                Turn::Model { model, blocks } => {
                    let own = model == self.id();
                    let sent: Vec<Option<ContentBlock>> =
                        blocks.iter().map(|one| block(one, own)).collect::<Result<_, _>>()?;
                    (ConversationRole::Assistant, sent.into_iter().flatten().collect())
                }
                Turn::Results { results, text } => {
                    let mut content: Vec<ContentBlock> =
                        results.iter().map(result).collect::<Result<_, _>>()?;
                    content.extend(text.clone().map(ContentBlock::Text));
                    (ConversationRole::User, content)
                }
            };
            if content.is_empty() {
                content.push(ContentBlock::Text("(a thought)".to_owned()));
            }
            if cache && (at == 0 || at == last) {
                content.push(ContentBlock::CachePoint(cache_point()?));
            }
            let built = Message::builder().role(role).set_content(Some(content)).build();
            built.map_err(|error| unbuilt(&error))
        };
        talk.turns.iter().enumerate().map(message).collect()
    }

    fn said(&self, output: &ConverseOutput, talk: &Talk) -> Said {
        let blocks = match output.output() {
            Some(Output::Message(message)) => message.content().iter().filter_map(heard).collect(),
            _ => Vec::new(),
        };
        let stop = match output.stop_reason() {
            StopReason::MaxTokens => Stop::Truncated,
            StopReason::ContentFiltered | StopReason::GuardrailIntervened => Stop::Filtered,
            StopReason::ModelContextWindowExceeded => Stop::Overflow,
            StopReason::MalformedToolUse | StopReason::MalformedModelOutput => Stop::Malformed,
            _ => Stop::Complete,
        };
        let estimated = || Tokens::plain(talk.tokens(), estimated_tokens(&format!("{blocks:?}")));
        Said {
            tokens: output.usage().map_or_else(estimated, taken),
            spoken: Spoken { model: self.id().to_owned(), blocks, stop },
        }
    }
}

fn cache_point() -> Result<CachePointBlock, ModelError> {
    let built = CachePointBlock::builder().r#type(CachePointType::Default).build();
    built.map_err(|error| unbuilt(&error))
}

fn tools(specs: &[Spec]) -> Result<ToolConfiguration, ModelError> {
    let tool = |spec: &Spec| {
        let built = ToolSpecification::builder()
            .name(&spec.name)
            .description(&spec.description)
            .input_schema(ToolInputSchema::Json(document(&spec.input)))
            .build();
        built.map(Tool::ToolSpec)
    };
    let tools = specs.iter().map(tool).collect::<Result<_, _>>().map_err(|error| unbuilt(&error))?;
    ToolConfiguration::builder().set_tools(Some(tools)).build().map_err(|error| unbuilt(&error))
}

/// A piece of an earlier answer; `own`: of this model. Blank words are refused, and strangers' thoughts are too.
fn block(block: &Block, own: bool) -> Result<Option<ContentBlock>, ModelError> {
    let built = match block {
        Block::Text { text } if text.trim().is_empty() => return Ok(None),
        Block::Text { text } => Ok(ContentBlock::Text(text.clone())),
        Block::Call(Call { id, name, input, .. }) => ToolUseBlock::builder()
            .tool_use_id(id)
            .name(name)
            .input(document(input))
            .build()
            .map(ContentBlock::ToolUse),
        Block::Thought { .. } | Block::Sealed { .. } if !own => return Ok(None),
        Block::Thought { text, signature } => ReasoningTextBlock::builder()
            .text(text)
            .set_signature(signature.clone())
            .build()
            .map(|thought| ContentBlock::ReasoningContent(ReasoningContentBlock::ReasoningText(thought))),
        Block::Sealed { data } => {
            let data = STANDARD.decode(data).unwrap_or_default();
            Ok(ContentBlock::ReasoningContent(ReasoningContentBlock::RedactedContent(Blob::new(data))))
        }
    };
    built.map(Some).map_err(|error| unbuilt(&error))
}

fn result(result: &ToolResult) -> Result<ContentBlock, ModelError> {
    let status = if result.ok { ToolResultStatus::Success } else { ToolResultStatus::Error };
    let built = ToolResultBlock::builder()
        .tool_use_id(&result.call)
        .content(ToolResultContentBlock::Text(result.text.clone()))
        .status(status)
        .build();
    built.map(ContentBlock::ToolResult).map_err(|error| unbuilt(&error))
}

fn heard(block: &ContentBlock) -> Option<Block> {
    match block {
        ContentBlock::Text(text) => Some(Block::Text { text: text.clone() }),
        ContentBlock::ToolUse(call) => Some(Block::Call(Call {
            id: call.tool_use_id().to_owned(),
            name: call.name().to_owned(),
            input: value(call.input()),
            fault: (!call.input().is_object()).then(|| "the input is no JSON object".to_owned()),
        })),
        ContentBlock::ReasoningContent(ReasoningContentBlock::ReasoningText(thought)) => {
            let signature = thought.signature().map(str::to_owned);
            Some(Block::Thought { text: thought.text().to_owned(), signature })
        }
        ContentBlock::ReasoningContent(ReasoningContentBlock::RedactedContent(data)) => {
            Some(Block::Sealed { data: STANDARD.encode(data.as_ref()) })
        }
        _ => None,
    }
}
