//! What is said of a wrong `summary:`.

/// As the list of all.
pub(super) const FAULTS: &[(&str, usize, &str)] = &[
    ("summary: {}", 3, "`summary.provider` is missing: write none, bedrock or openai"),
    (
        "summary: { provider: none, analysis: { matchers: ['a=b'] } }",
        3,
        "`summary.analysis.matchers` start what nobody can do: `summary.provider` is none",
    ),
    (
        "summary: { provider: none, analysis: { max_steps: 0 } }",
        3,
        "`summary.analysis.max_steps` \"0\" is not a whole number from 1 to 50",
    ),
    (
        "summary: { provider: none, analysis: { timeout: 0s } }",
        3,
        "`summary.analysis.timeout` is zero: leave `matchers` out to have none begin by itself",
    ),
    (
        "summary: { provider: bedrock, model: m, analysis: { budget: { usd_per_incident: 1 } } }",
        3,
        "`summary.analysis.budget.usd_per_incident` needs prices: write `prices: { input, output }` beside each model",
    ),
    ("summary: { provider: gpt }", 3, "`summary.provider` \"gpt\" is unknown: write none, bedrock or openai"),
    (
        "summary: { provider: none, fallback: { provider: bedrock, model: m } }",
        3,
        "`summary.fallback` stands behind no model: `summary.provider` is none",
    ),
    (
        "summary: { provider: bedrock, model: m, fallback: { provider: none } }",
        3,
        "`summary.fallback` is nobody: leave it out to go without, or write bedrock or openai",
    ),
    (
        "summary: { provider: bedrock, model: m, fallback: { provider: bedrock, model: n, budget: {} } }",
        3,
        "unknown key `budget` in `summary.fallback`: its keys are provider, model, region, endpoint_url, guardrail, base_url, api_key, api_key_file, temperature, prices",
    ),
    (
        "summary: { provider: bedrock, model: m, prices: { input: 3 } }",
        3,
        "`summary.prices.output` is missing: write US dollars per million tokens",
    ),
    (
        "summary: { provider: bedrock, model: m, prices: { input: -3, output: 1 } }",
        3,
        "`summary.prices.input` \"-3\" is not a number such as 0.25 or 3",
    ),
    (
        "summary: { provider: bedrock, model: m, prices: { input: 3, output: 1, cached_input: cheap } }",
        3,
        "`summary.prices.cached_input` \"cheap\" is not a number such as 0.25 or 3",
    ),
    (
        "summary: { provider: bedrock, model: m, prices: { input: 3, output: 15 }, budget: { usd_per_day: 5 }, \
         fallback: { provider: bedrock, model: n } }",
        3,
        "`summary.budget.usd_per_day` needs prices: write `prices: { input, output }` beside each model",
    ),
    (
        "summary: { provider: bedrock, model: m, guardrail: { id: g } }",
        3,
        "`summary.guardrail.version` is missing: write its number, or DRAFT",
    ),
    ("summary: { provider: bedrock }", 3, "`summary.model` is missing: name the model to ask"),
    (
        "summary: { provider: openai, model: m }",
        3,
        "`summary.base_url` is missing: write the endpoint, such as https://api.openai.com/v1",
    ),
    (
        "summary: { provider: none, timeout: 0s }",
        3,
        "`summary.timeout` is zero: write provider `none` to go without a model",
    ),
    (
        "summary: { provider: none, budget: { tokens_per_day: many } }",
        3,
        "`summary.budget.tokens_per_day` \"many\" is not a whole number from 0 to 18446744073709551615",
    ),
];
