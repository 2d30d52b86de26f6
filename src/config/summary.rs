//! `summary:`: which models write the first-response text, and what they may cost.

use std::time::Duration;

use firstlook_core::alert::matchers::Matchers;
use firstlook_core::summary::analysis::run::Limits;
use firstlook_core::summary::budget::{Budget, Limit, Purpose};
use firstlook_core::summary::price::Prices;

use super::Error;
use super::route::matchers;
use super::section::Section;
use crate::secret::Secret;

/// `summary:`.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Who is asked, and after that `fallback`; nobody where `provider` is `none`.
    pub models: Vec<ModelSettings>,
    /// What the model is told of the system, such as `ALB -> ECS -> Aurora`; may be empty.
    pub architecture: String,
    /// For one summary, whoever is asked.
    pub timeout: Duration,
    /// What calls may use.
    pub budget: Budget,
    /// `analysis:`.
    pub analysis: Analysis,
}

/// `summary.analysis:`.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// For which incidents one begins by itself; for none where absent.
    pub matchers: Option<Matchers>,
    /// Rounds of tool calls, and time.
    pub limits: Limits,
    /// What calls may use, beside those of summaries.
    pub budget: Budget,
}

/// A model that may be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSettings {
    /// Its name, inference profile or ARN.
    pub model: String,
    /// Where it is.
    pub provider: Provider,
    /// Left out where absent.
    pub temperature: Option<f32>,
    /// What its tokens cost.
    pub prices: Option<Prices>,
}

/// Who serves a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// Amazon Bedrock, Converse.
    Bedrock {
        /// Where absent, the environment's.
        region: Option<String>,
        /// In place of the region's own.
        endpoint_url: Option<String>,
        /// What Bedrock holds requests and answers against.
        guardrail: Option<Guardrail>,
    },
    /// An endpoint that speaks OpenAI's chat completions.
    OpenAi {
        /// Such as `https://api.openai.com/v1`, without a slash at the end.
        base_url: String,
        /// Local servers need none.
        api_key: Option<Secret>,
    },
}

/// A guardrail of Bedrock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardrail {
    /// Its id or ARN.
    pub id: String,
    /// `DRAFT` or a number.
    pub version: String,
}

const MODEL_KEYS: [&str; 10] = [
    "provider",
    "model",
    "region",
    "endpoint_url",
    "guardrail",
    "base_url",
    "api_key",
    "api_key_file",
    "temperature",
    "prices",
];
const KEYS: [&str; 5] = ["architecture", "timeout", "budget", "fallback", "analysis"];
const ANALYSIS_KEYS: [&str; 4] = ["matchers", "max_steps", "timeout", "budget"];
const BUDGET_KEYS: [&str; 4] = ["tokens_per_incident", "tokens_per_day", "usd_per_incident", "usd_per_day"];

/// Reads `summary:`.
pub fn read(top: &Section<'_>) -> Result<Summary, Error> {
    let tokens = |tokens| Limit { tokens, micro_usd: None };
    let mut summary = Summary {
        models: Vec::new(),
        architecture: String::new(),
        timeout: Duration::from_secs(45),
        budget: Budget { purpose: Purpose::Summary, incident: tokens(60_000), day: tokens(3_000_000) },
        analysis: Analysis {
            matchers: None,
            limits: Limits { max_steps: 8, timeout: Duration::from_secs(300) },
            budget: Budget { purpose: Purpose::Analysis, incident: tokens(400_000), day: tokens(4_000_000) },
        },
    };
    let keys = [&MODEL_KEYS[..], &KEYS].concat();
    let Some(section) = top.section("summary", &keys, &[])? else { return Ok(summary) };
    summary.models.extend(model(&section, "write none, bedrock or openai")?);
    if let Some(fallback) = section.section("fallback", &MODEL_KEYS, &[])? {
        if summary.models.is_empty() {
            return Err(section.error("fallback", "stands behind no model: `summary.provider` is none"));
        }
        let fallback = model(&fallback, "write bedrock or openai")?.ok_or_else(|| {
            section.error("fallback", "is nobody: leave it out to go without, or write bedrock or openai")
        })?;
        summary.models.push(fallback);
    }
    summary.architecture = section.text("architecture")?.unwrap_or_default();
    summary.timeout = section.duration("timeout", summary.timeout)?;
    if summary.timeout.is_zero() {
        return Err(section.error("timeout", "is zero: write provider `none` to go without a model"));
    }
    if let Some(section) = section.section("budget", &BUDGET_KEYS, &[])? {
        summary.budget = budget(&section, &summary, summary.budget)?;
    }
    if let Some(section) = section.section("analysis", &ANALYSIS_KEYS, &[])? {
        summary.analysis = analysis(&section, &summary)?;
    }
    Ok(summary)
}

fn analysis(section: &Section<'_>, summary: &Summary) -> Result<Analysis, Error> {
    let Analysis { limits, budget: default, .. } = summary.analysis.clone();
    let chosen = section.node("matchers").is_some().then(|| matchers(section)).transpose()?;
    if chosen.is_some() && summary.models.is_empty() {
        return Err(section.error("matchers", "start what nobody can do: `summary.provider` is none"));
    }
    let steps = section.integer("max_steps", u64::from(limits.max_steps), 1..=50)?;
    let timeout = section.duration("timeout", limits.timeout)?;
    if timeout.is_zero() {
        return Err(section.error("timeout", "is zero: leave `matchers` out to have none begin by itself"));
    }
    let limits = Limits { max_steps: u32::try_from(steps).unwrap_or(limits.max_steps), timeout };
    let budget = match section.section("budget", &BUDGET_KEYS, &[])? {
        Some(section) => budget(&section, summary, default)?,
        None => default,
    };
    Ok(Analysis { matchers: chosen, limits, budget })
}

fn budget(section: &Section<'_>, summary: &Summary, default: Budget) -> Result<Budget, Error> {
    let limit = |word: &str, default: Limit| {
        let key = format!("usd_per_{word}");
        let usd = number(section, &key)?;
        if usd.is_some() && summary.models.iter().any(|model| model.prices.is_none()) {
            let why = "needs prices: write `prices: { input, output }` beside each model";
            return Err(section.error(&key, why));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
        let micro_usd = usd.map(|usd| (usd * 1e6).round() as u64);
        let tokens = section.integer(&format!("tokens_per_{word}"), default.tokens, 0..=u64::MAX)?;
        Ok(Limit { tokens, micro_usd })
    };
    Ok(Budget {
        purpose: default.purpose,
        incident: limit("incident", default.incident)?,
        day: limit("day", default.day)?,
    })
}

/// The model of a section; `None` where its provider is `none`.
fn model(section: &Section<'_>, remedy: &str) -> Result<Option<ModelSettings>, Error> {
    let word = section.required("provider", remedy)?;
    let provider = match word.as_str() {
        "none" => return Ok(None),
        "bedrock" => Provider::Bedrock {
            region: section.text("region")?,
            endpoint_url: section.url("endpoint_url")?,
            guardrail: guardrail(section)?,
        },
        "openai" => Provider::OpenAi {
            base_url: section.url("base_url")?.ok_or_else(|| {
                section.error("base_url", "is missing: write the endpoint, such as https://api.openai.com/v1")
            })?,
            api_key: section.secret("api_key")?,
        },
        _ => return Err(section.error("provider", format!("{word:?} is unknown: {remedy}"))),
    };
    #[expect(clippy::cast_possible_truncation, reason = "a temperature has a few digits")]
    let temperature = number(section, "temperature")?.map(|temperature| temperature as f32);
    Ok(Some(ModelSettings {
        model: section.required("model", "name the model to ask")?,
        provider,
        temperature,
        prices: prices(section)?,
    }))
}

fn guardrail(section: &Section<'_>) -> Result<Option<Guardrail>, Error> {
    let Some(section) = section.section("guardrail", &["id", "version"], &[])? else { return Ok(None) };
    Ok(Some(Guardrail {
        id: section.required("id", "write the guardrail's id or ARN")?,
        version: section.required("version", "write its number, or DRAFT")?,
    }))
}

fn prices(section: &Section<'_>) -> Result<Option<Prices>, Error> {
    let Some(section) =
        section.section("prices", &["input", "output", "cached_input", "cache_write"], &[])?
    else {
        return Ok(None);
    };
    let price = |key| {
        let remedy = "is missing: write US dollars per million tokens";
        number(&section, key)?.ok_or_else(|| section.error(key, remedy))
    };
    Ok(Some(Prices {
        input: price("input")?,
        output: price("output")?,
        cached_input: number(&section, "cached_input")?,
        cache_write: number(&section, "cache_write")?,
    }))
}

/// A number that is not negative.
fn number(section: &Section<'_>, key: &str) -> Result<Option<f64>, Error> {
    let Some(text) = section.text(key)? else { return Ok(None) };
    let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.map(Some).ok_or_else(|| section.error(key, format!("{text:?} is not a number such as 0.25 or 3")))
}
