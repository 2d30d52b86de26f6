//! What the configuration says, as the parts that hops need: rules, receivers, evidence sources, the model.
//!
//! Knows the configuration and each part's constructor. Must not open a connection.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::TimeDelta;
use firstlook_core::alert::matchers::{MatcherError, Matchers, Operator};
use firstlook_core::incident::Grouping;
use firstlook_core::notify::rate::Rate;
use firstlook_core::notify::{Answers, Buttons};

use super::StartError;
use crate::config::{
    self, AlertmanagerSource, Authorization, Config, Declare, EvidenceKind, ModelSettings, Provider,
    Receiver, SlackVia,
};
use crate::deliver::{Deliver, Integration, Way, form};
use crate::evidence::{
    Athena, CloudTrail, CloudWatchLogs, CloudWatchMetrics, Door, Fault, LogFile, Loki, Prometheus, Source,
    Xray,
};
use crate::ingest::{Ingest, Rules};
use crate::models::{Bedrock, BedrockSettings, Model, Models, OpenAi, OpenAiSettings};
use crate::receivers::pagerduty::{PagerDuty, Rest};
use crate::receivers::slack::respond::Responder;
use crate::receivers::slack::{IncomingWebhook, Slack};
use crate::receivers::webhook::Webhook;
use crate::secret::Secret;
use crate::store::{Bucket, Meter, Store};
use crate::upkeep::{StormWay, Storms};
use crate::{aws, http, web};

/// How long a receiver may take to answer. A page is tried again after that, so it must not be long.
const RECEIVER_TIMEOUT: Duration = Duration::from_secs(8);

/// A source's name, and what its requests must show.
pub(super) fn senders(source: &AlertmanagerSource) -> (String, Option<Authorization>) {
    (source.name.clone(), source.authorization.clone())
}

/// What hop 1 decides by.
///
/// # Errors
/// Never for a configuration that was read; the built-in matchers are parsed here as well.
pub fn rules(config: &Config) -> Result<Rules, MatcherError> {
    let names = |receiver: &Receiver| {
        let of =
            |kind: &str, count: usize| (0..count).map(move |n| format!("{kind}/{n}")).collect::<Vec<_>>();
        let all = [
            of("pagerduty", receiver.pagerduty.len()),
            of("slack", receiver.slack.len()),
            of("webhook", receiver.webhook.len()),
        ];
        (receiver.name.clone(), all.concat())
    };
    Ok(Rules {
        labels: config.labels.clone(),
        severity: config.severity.clone(),
        default_severity: config
            .sns
            .iter()
            .map(|one| (format!("sns/{}", one.name), one.default_severity))
            .collect(),
        grouping: Grouping {
            group_by: config.incidents.group_by.clone(),
            correlate_by: config.incidents.correlate_by.clone(),
        },
        lifecycle: config.incidents.lifecycle,
        ignored: vec![
            (
                Matchers::parse(&[r#"alertname="Watchdog""#])?,
                "a heartbeat: it fires always, so that its absence can be noticed",
            ),
            (Matchers::parse(&[r#"alertname="InfoInhibitor""#])?, "a helper that only inhibits other alerts"),
        ],
        heartbeats: config.heartbeats.clone(),
        inhibition: config.inhibition.clone(),
        route: config.route.clone(),
        integrations: config.receivers.iter().map(names).collect(),
    })
}

/// Every way to reach somebody, by receiver and integration.
pub(super) fn ways(config: &Config) -> Result<BTreeMap<(String, String), Way>, StartError> {
    let client = http::client(RECEIVER_TIMEOUT)?;
    let mut all = BTreeMap::new();
    for receiver in &config.receivers {
        let mut add = |kind: &str, n: usize, way| {
            all.insert((receiver.name.clone(), format!("{kind}/{n}")), way);
        };
        for (n, one) in receiver.pagerduty.iter().enumerate() {
            let rest = one.notes.clone();
            let rest = rest.map(|one| Rest::new(client.clone(), one.api_url, one.token, one.from));
            let api = PagerDuty::new(client.clone(), &one.url, one.routing_key.clone());
            let api = api.with(one.changes_url.clone(), rest);
            let bucket = Bucket::new("pagerduty", &one.routing_key, "", Rate::per_minute(one.max_per_minute));
            add("pagerduty", n, Way::new(Integration::PagerDuty(api), bucket));
        }
        for (n, one) in receiver.slack.iter().enumerate() {
            let channel = one.channel.clone().unwrap_or_default();
            let rate = Rate::per_minute(one.max_per_minute);
            let (integration, bucket) = match &one.via {
                SlackVia::Bot { token, api_url } => {
                    let bucket = Bucket::new("slack", token, &channel, rate);
                    let api = Slack::new(client.clone(), api_url, token.clone());
                    (Integration::Slack { api, channel }, bucket)
                }
                SlackVia::IncomingWebhook { url } => {
                    let hook = IncomingWebhook::new(client.clone(), url.clone());
                    (Integration::SlackWebhook(hook), Bucket::new("slack", url, "", rate))
                }
            };
            add("slack", n, Way::new(integration, bucket));
        }
        for (n, one) in receiver.webhook.iter().enumerate() {
            let hook = Webhook::new(client.clone(), one.url.clone(), one.secret.clone());
            let template = one.template.clone();
            let rate = one.max_per_minute.map_or(Rate::UNLIMITED, Rate::per_minute);
            let bucket = Bucket::new("webhook", &one.url, "", rate);
            add("webhook", n, Way::new(Integration::Webhook { hook, template }, bucket));
        }
    }
    Ok(all)
}

/// What storms are judged by, and where they can have a message.
pub(super) fn storms(config: &Config, store: &Store, deliver: &Deliver) -> Storms {
    let way = |(key, way): (&(String, String), &Way)| {
        let form = form(&way.integration)?;
        Some((key.clone(), StormWay { form, bucket: way.bucket.name.clone(), rate: way.bucket.rate }))
    };
    Storms { store: store.clone(), limits: config.storm, ways: deliver.ways.iter().filter_map(way).collect() }
}

/// What the buttons below Slack's messages can do.
pub(super) fn buttons(config: &Config) -> Buttons {
    let (presses, analysis) = (config.slack.is_some(), !config.summary.models.is_empty());
    Buttons { presses, analysis, declare: !declarers(config).is_empty() }
}

/// The bots that may open channels, in their order, each with what it gives an incident.
pub(super) fn declarers(config: &Config) -> Vec<((String, String), Declare)> {
    let of = |receiver: &Receiver| {
        let all = receiver.slack.iter().enumerate();
        let bot = |(n, one): (usize, &config::Slack)| {
            Some(((receiver.name.clone(), format!("slack/{n}")), one.declare.clone()?))
        };
        all.filter_map(bot).collect::<Vec<_>>()
    };
    config.receivers.iter().flat_map(of).collect()
}

/// The Slack app whose presses are heard.
pub(super) fn slack_app(config: &Config, ingest: &Ingest) -> Result<Option<web::SlackApp>, StartError> {
    let Some(app) = &config.slack else { return Ok(None) };
    let bases =
        config.receivers.iter().flat_map(|receiver| &receiver.slack).filter_map(|one| match &one.via {
            SlackVia::Bot { api_url, .. } => Some(api_url.as_str()),
            SlackVia::IncomingWebhook { .. } => None,
        });
    let responder = Responder::new(http::client(RECEIVER_TIMEOUT)?, bases);
    let forms = forms(config, ingest)?;
    let (signing_secret, offers) = (app.signing_secret.clone(), app.offers.clone());
    Ok(Some(web::SlackApp { signing_secret, responder, forms, offers }))
}

/// The first bot that is configured: its receiver and integration, token and API.
fn first_bot(config: &Config) -> Option<((String, String), &Secret, &String)> {
    config.receivers.iter().find_map(|receiver| {
        receiver.slack.iter().enumerate().find_map(|(n, one)| match &one.via {
            SlackVia::Bot { token, api_url } => {
                Some(((receiver.name.clone(), format!("slack/{n}")), token, api_url))
            }
            SlackVia::IncomingWebhook { .. } => None,
        })
    })
}

/// Who speaks where no receiver does.
pub(super) fn bot(config: &Config) -> Option<(String, String)> {
    first_bot(config).map(|(bot, ..)| bot)
}

/// What opens forms: the first bot that is configured, and the services that the configuration knows.
fn forms(config: &Config, ingest: &Ingest) -> Result<Option<web::Forms>, StartError> {
    let Some((bot, token, api_url)) = first_bot(config) else { return Ok(None) };
    let named = config.evidence.sources.iter().flat_map(|source| source.matchers.iter());
    let named = named.filter(|one| one.name() == "service" && one.operator() == Operator::Equal);
    let services: BTreeSet<String> =
        named.map(|one| one.value().to_owned()).filter(|name| !name.is_empty()).collect();
    Ok(Some(web::Forms {
        api: Slack::new(http::client(RECEIVER_TIMEOUT)?, api_url, token.clone()),
        bot,
        services: services.into_iter().collect(),
        answers: answers(config),
        ingest: ingest.clone(),
    }))
}

/// What there is to answer what people ask about days.
pub(super) fn answers(config: &Config) -> Answers {
    let any = |has: fn(&EvidenceKind) -> bool| config.evidence.sources.iter().any(|one| has(&one.kind));
    Answers {
        model: !config.summary.models.is_empty(),
        metrics: any(|kind| {
            matches!(kind, EvidenceKind::Prometheus { .. } | EvidenceKind::CloudWatchMetrics { .. })
        }),
        findings: any(|kind| matches!(kind, EvidenceKind::SecurityHub(_) | EvidenceKind::GuardDuty(_))),
    }
}

/// The receivers that PagerDuty tells of, each with the secrets that sign for it.
pub(super) fn pagerduty_secrets(config: &Config) -> BTreeMap<String, Vec<Secret>> {
    let secrets = |receiver: &Receiver| -> Vec<Secret> {
        receiver.pagerduty.iter().filter_map(|one| one.webhook_secret.clone()).collect()
    };
    let all = config.receivers.iter().map(|receiver| (receiver.name.clone(), secrets(receiver)));
    all.filter(|(_, secrets)| !secrets.is_empty()).collect()
}

/// The pagers among them: they ring also while the store is away.
pub(super) fn pagers(ways: &BTreeMap<(String, String), Way>) -> BTreeMap<(String, String), PagerDuty> {
    let pager = |(key, way): (&(String, String), &Way)| match &way.integration {
        Integration::PagerDuty(api) => Some((key.clone(), api.clone())),
        _ => None,
    };
    ways.iter().filter_map(pager).collect()
}

/// Where evidence is, and for which incidents each source is asked.
pub(super) async fn sources(config: &Config, store: &Store) -> Result<Vec<(Matchers, Source)>, StartError> {
    let mut sources = Vec::new();
    for one in &config.evidence.sources {
        let opened = door(&one.kind, &config.evidence).await;
        let opened = opened.map_err(|fault| -> StartError {
            format!("evidence source {:?}: {}; {}", one.name, fault.reason, fault.remedy).into()
        })?;
        let Some(door) = opened else { continue };
        let door = match (door, &one.kind) {
            (Door::CloudWatchLogs(logs), EvidenceKind::CloudWatchLogs(said)) => {
                let meter = Meter::new(store.clone(), &one.name, said.scan_budget);
                Door::CloudWatchLogs(logs.metered(meter))
            }
            (Door::Athena(athena), EvidenceKind::Athena(said)) => {
                Door::Athena(athena.metered(Meter::new(store.clone(), &one.name, said.scan_budget)))
            }
            (other, _) => other,
        };
        sources.push((one.matchers.clone(), Source { name: one.name.clone(), door }));
    }
    Ok(sources)
}

/// None of a knowledge base, which is asked with words, once there are some, nor of what has findings, which is asked for a
/// digest of them alone.
async fn door(kind: &EvidenceKind, evidence: &config::Evidence) -> Result<Option<Door>, Fault> {
    let timeout = evidence.timeout;
    Ok(Some(match kind {
        EvidenceKind::KnowledgeBase(_) | EvidenceKind::SecurityHub(_) | EvidenceKind::GuardDuty(_) => {
            return Ok(None);
        }
        EvidenceKind::LogFile { path } => Door::LogFile(LogFile::new(path)?),
        EvidenceKind::Loki { url, query, authorization, tenant } => {
            Door::Loki(Loki::new(url, query, authorization.clone(), tenant.clone(), timeout)?)
        }
        EvidenceKind::Prometheus { url, queries, authorization, tenant } => {
            let (authorization, tenant) = (authorization.clone(), tenant.clone());
            Door::Prometheus(Prometheus::new(url, queries, authorization, tenant, timeout)?)
        }
        EvidenceKind::CloudWatchMetrics(metrics) => {
            Door::CloudWatchMetrics(cloudwatch_metrics(metrics, timeout).await?)
        }
        EvidenceKind::CloudTrail(trail) => {
            Door::CloudTrail(cloudtrail(trail, evidence.changes_before, timeout).await)
        }
        EvidenceKind::Athena(one) => Door::Athena(athena(one, timeout).await?),
        EvidenceKind::Xray(one) => Door::Xray(xray(one, timeout).await?),
        EvidenceKind::CloudWatchLogs(logs) => Door::CloudWatchLogs(cloudwatch_logs(logs, timeout).await?),
    }))
}

/// A source of CloudWatch's logs; also for `check`.
pub async fn cloudwatch_logs(
    logs: &config::CloudWatchLogs,
    timeout: Duration,
) -> Result<CloudWatchLogs, Fault> {
    let sdk = aws::config(logs.region.as_deref(), logs.endpoint_url.as_deref()).await;
    CloudWatchLogs::new(&sdk, logs.region.is_some(), &logs.log_groups, logs.filter.as_deref(), timeout)
}

/// A source of CloudWatch's metrics; also for `check`.
pub async fn cloudwatch_metrics(
    metrics: &config::CloudWatchMetrics,
    timeout: Duration,
) -> Result<CloudWatchMetrics, Fault> {
    let sdk = aws::config(metrics.region.as_deref(), metrics.endpoint_url.as_deref()).await;
    CloudWatchMetrics::new(&sdk, metrics.region.is_some(), &metrics.queries, timeout)
}

/// A source of CloudTrail's events; also for `check`.
pub async fn cloudtrail(trail: &config::CloudTrail, before: TimeDelta, timeout: Duration) -> CloudTrail {
    let sdk = aws::config(trail.region.as_deref(), trail.endpoint_url.as_deref()).await;
    CloudTrail::new(&sdk, trail.region.is_some(), trail.global_services, before, timeout)
}

/// A source of X-Ray's traces; also for `check`.
pub async fn xray(one: &config::Xray, timeout: Duration) -> Result<Xray, Fault> {
    let sdk = aws::config(one.region.as_deref(), one.endpoint_url.as_deref()).await;
    Xray::new(&sdk, one.region.is_some(), one.filter.as_deref(), timeout)
}

/// A source of access logs in Athena; also for `check`.
pub async fn athena(one: &config::Athena, timeout: Duration) -> Result<Athena, Fault> {
    let sdk = aws::config(one.region.as_deref(), one.endpoint_url.as_deref()).await;
    Athena::new(&sdk, one.region.is_some(), one.table.clone(), &one.queries, timeout)
}

/// Who writes summaries.
pub(super) async fn models(config: &Config) -> Result<Models, StartError> {
    let mut models = Vec::new();
    for ModelSettings { model, provider, temperature, prices } in &config.summary.models {
        let (model, temperature) = (model.clone(), *temperature);
        let opened = match provider {
            Provider::Bedrock { region, endpoint_url, guardrail } => {
                let sdk = aws::config(region.as_deref(), endpoint_url.as_deref()).await;
                let guardrail = guardrail.as_ref().map(|one| (one.id.clone(), one.version.clone()));
                Model::Bedrock(Bedrock::new(&sdk, BedrockSettings { model, temperature, guardrail }))
            }
            Provider::OpenAi { base_url, api_key } => {
                let (base_url, api_key) = (base_url.clone(), api_key.clone());
                Model::OpenAi(OpenAi::new(OpenAiSettings { base_url, model, api_key, temperature })?)
            }
        };
        models.push((opened, *prices));
    }
    Ok(Models::new(models))
}
