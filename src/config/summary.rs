//! `summary:`: which model writes the first-response text, and what it may cost.

use std::time::Duration;

use super::Error;
use super::section::Section;
use crate::secret::Secret;

/// `summary:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Who is asked.
    pub provider: Provider,
    /// What the model is told of the system, such as `ALB -> ECS -> Aurora`; may be empty.
    pub architecture: String,
    /// For one call.
    pub timeout: Duration,
    /// What calls may use.
    pub budget: Budget,
}

/// Who writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// Nobody: the first look stands alone.
    None,
    /// Amazon Bedrock, Converse.
    Bedrock {
        /// A model or inference profile id.
        model: String,
        /// Where absent, the environment's.
        region: Option<String>,
        /// In place of the region's own.
        endpoint_url: Option<String>,
    },
    /// An endpoint that speaks OpenAI's chat completions.
    OpenAi {
        /// The model's name there.
        model: String,
        /// Such as `https://api.openai.com/v1`, without a slash at the end.
        base_url: String,
        /// Local servers need none.
        api_key: Option<Secret>,
    },
}

/// Input and output tokens together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// For one incident over its life.
    pub tokens_per_incident: u64,
    /// For all in 24 hours.
    pub tokens_per_day: u64,
}

const KEYS: [&str; 10] = [
    "provider",
    "model",
    "region",
    "endpoint_url",
    "base_url",
    "api_key",
    "api_key_file",
    "architecture",
    "timeout",
    "budget",
];

/// Reads `summary:`.
pub fn read(top: &Section<'_>) -> Result<Summary, Error> {
    let mut summary = Summary {
        provider: Provider::None,
        architecture: String::new(),
        timeout: Duration::from_secs(45),
        budget: Budget { tokens_per_incident: 60_000, tokens_per_day: 3_000_000 },
    };
    let Some(section) = top.section("summary", &KEYS, &["analysis"])? else { return Ok(summary) };
    summary.provider = provider(&section)?;
    summary.architecture = section.text("architecture")?.unwrap_or_default();
    summary.timeout = section.duration("timeout", summary.timeout)?;
    if summary.timeout.is_zero() {
        return Err(section.error("timeout", "is zero: write provider `none` to go without a model"));
    }
    if let Some(budget) = section.section("budget", &["tokens_per_incident", "tokens_per_day"], &[])? {
        let any = 0..=u64::MAX;
        summary.budget = Budget {
            tokens_per_incident: budget.integer("tokens_per_incident", 60_000, any.clone())?,
            tokens_per_day: budget.integer("tokens_per_day", 3_000_000, any)?,
        };
    }
    Ok(summary)
}

fn provider(section: &Section<'_>) -> Result<Provider, Error> {
    let word = section.required("provider", "write none, bedrock or openai")?;
    let model = || section.required("model", "name the model to ask");
    match word.as_str() {
        "none" => Ok(Provider::None),
        "bedrock" => Ok(Provider::Bedrock {
            model: model()?,
            region: section.text("region")?,
            endpoint_url: section.url("endpoint_url")?,
        }),
        "openai" => Ok(Provider::OpenAi {
            model: model()?,
            base_url: section.url("base_url")?.ok_or_else(|| {
                section.error("base_url", "is missing: write the endpoint, such as https://api.openai.com/v1")
            })?,
            api_key: section.secret("api_key")?,
        }),
        _ => Err(section.error("provider", format!("{word:?} is unknown: write none, bedrock or openai"))),
    }
}
