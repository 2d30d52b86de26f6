//! What a configuration says, and what is said of a wrong one.

use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;

use super::*;

mod escalation;
mod faults;
mod inhibit;
mod intervals;
mod knowledge;
mod receivers;
mod security;
mod slack;
mod sns;

/// Three variables and one file.
fn read(text: &str) -> Result<Config, Error> {
    let variable = |name: &str| match name {
        "TOKEN" => Some("t0ken".to_owned()),
        "EVIL" => Some("x\nroute: { receiver: evil } # \" '".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    let read = |path: &Path| match path.to_str() {
        Some("etc/secret") => Ok("from file\r\n".to_owned()),
        Some("etc/blank") => Ok("\n".to_owned()),
        _ => Err("no such file".to_owned()),
    };
    parse(text, "etc/firstlook.yml", &Surroundings { variable: &variable, read: &read })
}

const REST: &str = "route: { receiver: r }\nreceivers: [{ name: r }]\n";

fn with(text: &str) -> Config {
    read(&format!("{REST}{text}")).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn the_example_is_whole_and_true() {
    let text = include_str!("../../firstlook.example.yml");
    let any =
        Surroundings { variable: &|name| Some(format!("https://{name}")), read: &|_| Err("no".to_owned()) };
    let config = parse(text, "firstlook.yml", &any).unwrap();
    assert_eq!(config.warnings, []);
    assert_eq!(config.database_url.as_ref().unwrap().expose(), "https://DATABASE_URL");
    assert_eq!((config.alertmanager.len(), config.labels.len(), config.receivers.len()), (2, 3, 4));
    assert_eq!(config.sns.iter().map(|one| one.raw_delivery).collect::<Vec<_>>(), [false, true]);
    assert_eq!(config.route.routes[1].routes[0].receiver.as_deref(), Some("oncall"));
    assert!(config.route.routes[1].continue_matching && !config.route.routes[0].continue_matching);
    let batch =
        [("namespace", "batch"), ("severity", "warning"), ("service", "billing")].into_iter().collect();
    let told: Vec<_> = config.route.receivers(&batch).into_iter().map(|told| told.receiver).collect();
    assert_eq!(told, ["oncall"]);
    assert_eq!(
        config.receiver("oncall").unwrap().pagerduty[0].routing_key.expose(),
        "https://PAGERDUTY_ROUTING_KEY"
    );
    assert!(matches!(config.receiver("batch-team").unwrap().slack[0].via, SlackVia::IncomingWebhook { .. }));
    assert!(
        matches!(&config.evidence.sources[1].kind, EvidenceKind::Loki { tenant: Some(t), .. } if t == "ops")
    );
    assert!(
        matches!(&config.summary.models[0].provider, Provider::Bedrock { region: Some(r), .. } if r == "ap-northeast-1")
    );
    assert!(!format!("{config:?}").contains("PAGERDUTY_ROUTING_KEY"));
}

#[test]
fn defaults_are_those_of_the_contract() {
    let config = with("");
    let example = parse(
        include_str!("../../firstlook.example.yml"),
        "etc/firstlook.yml",
        &Surroundings { variable: &|_| Some("https://x".to_owned()), read: &|_| Err("no".to_owned()) },
    )
    .unwrap();
    assert_eq!(config.server.listen, example.server.listen);
    assert_eq!(config.server.external_url, example.server.external_url);
    assert_eq!(config.severity, example.severity);
    assert_eq!(config.incidents, example.incidents);
    assert_eq!(config.data_dir, example.data_dir);
    assert_eq!(config.evidence.before, example.evidence.before);
    assert_eq!(config.evidence.baseline, example.evidence.baseline);
    assert_eq!(config.summary.budget, example.summary.budget);
    assert_eq!(config.summary.timeout, example.summary.timeout);
    assert_eq!(config.summary.analysis.limits, example.summary.analysis.limits);
    assert_eq!(config.summary.analysis.budget, example.summary.analysis.budget);
    assert!(config.summary.analysis.matchers.is_none() && example.summary.analysis.matchers.is_some());
    assert!(config.summary.models.is_empty());
    assert!(config.database_url.is_none() && config.runbooks.is_none());
}

#[test]
fn variables_are_put_into_scalars_and_cannot_change_the_file() {
    let config = with("server: { name: '${TOKEN}-$$x-$y-$${TOKEN}' }");
    assert_eq!(config.server.name, "t0ken-$x-$y-${TOKEN}");
    let config = with("server: { name: '${EVIL}' }");
    assert_eq!(config.server.name, "x\nroute: { receiver: evil } # \" '");
    assert_eq!(config.route.receiver, "r");
}

#[test]
fn secrets_come_from_files_and_keep_their_spelling() {
    let bearer =
        with("sources: { alertmanager: [{ name: m, authorization: { credentials_file: secret } }] }");
    let Some(Authorization::Header { scheme, credentials }) = &bearer.alertmanager[0].authorization else {
        panic!("no header")
    };
    assert_eq!((scheme.as_str(), credentials.expose()), ("Bearer", "from file"));
    let basic =
        with("sources: { alertmanager: [{ name: m, basic_auth: { username: 007, password: 0123 } }] }");
    let Some(Authorization::Basic { username, password }) = &basic.alertmanager[0].authorization else {
        panic!("no basic")
    };
    assert_eq!((username.as_str(), password.expose()), ("007", "0123"));
}

#[test]
fn values_are_read() {
    let config = with(
        "incidents: { reopen_within: 1h30m, group_by: [a] }\nevidence: { timeout: 5s, baseline: [] }\nrunbooks: { path: rb }\n",
    );
    assert_eq!(config.incidents.lifecycle.reopen_within, TimeDelta::minutes(90));
    assert_eq!(config.evidence.timeout, Duration::from_secs(5));
    assert_eq!(config.evidence.baseline, []);
    assert_eq!(config.runbooks.unwrap().path, Path::new("etc/rb"));
    let config = with(
        "severity: { map: { sev1: critical }, label: level, default: info }\nserver: { listen: 'localhost:0' }",
    );
    assert_eq!((config.severity.map.len(), config.severity.label.as_str()), (1, "level"));
    assert_eq!(config.server.external_url, "http://127.0.0.1:0");
}

#[test]
fn what_belongs_to_later_versions_warns_with_its_line() {
    let text = r#"
sources:
  alertmanager: [{ name: m }]
  sns: []
evidence: { sources: [{ name: x, type: knowledge, anything: goes }, { name: l, type: log_file, path: l }] }
summary: { provider: none }
briefings: []
runbooks: { git: { url: x } }
route: { receiver: r, routes: [{ matchers: [a=b] }] }
receivers: [{ name: r, pagerduty_configs: [{ routing_key: k }] }]
"#;
    let config = read(text).unwrap();
    let warned: Vec<_> = config.warnings.iter().map(|w| (w.line, w.key.as_str())).collect();
    let expected = [(5, "evidence.sources[0].type"), (7, "briefings"), (8, "runbooks.git")];
    assert_eq!(warned, expected);
    assert_eq!(config.warnings[1].text, "in this version `briefings` has no effect");
    assert_eq!(
        config.warnings[0].text,
        "similar incidents are always looked for, without a source: remove it"
    );
    assert_eq!(config.evidence.sources.len(), 1);
    assert_eq!(config.route.routes[0].receiver, None);
}

#[test]
fn what_is_a_storm_is_configured() {
    let usual = with("").storm;
    assert_eq!((usual.incidents, usual.window), (20, TimeDelta::minutes(1)));
    let storm = with("storm: { incidents: 5, window: 30s }\n").storm;
    assert_eq!((storm.incidents, storm.window), (5, TimeDelta::seconds(30)));
}

#[test]
fn the_life_of_an_incident_has_its_own_times() {
    let text = "incidents: { reorder_window: 30s, repeat_interval: 0s, flapping: { transitions: 5, window: 1h } }\n\
                sources: { alertmanager: [{ name: m, stale_after: 2h }] }";
    let config = with(text);
    let (lifecycle, flapping) = (config.incidents.lifecycle, config.incidents.lifecycle.flapping);
    assert_eq!(
        (lifecycle.reopen_within, lifecycle.reorder_window),
        (TimeDelta::minutes(15), TimeDelta::seconds(30))
    );
    assert_eq!((flapping.transitions, flapping.window), (5, TimeDelta::hours(1)));
    assert_eq!(
        (config.incidents.repeat_interval, config.alertmanager[0].stale_after),
        (TimeDelta::zero(), TimeDelta::hours(2))
    );
}

#[test]
fn a_variable_without_quotes_in_braces_is_explained() {
    let error = read(&format!("{REST}database: {{ url: ${{TOKEN}} }}\n")).unwrap_err();
    assert_eq!(error.line, Some(3));
    assert!(error.text.ends_with("; write \"${VAR}\" with quotes"), "{error}");
    assert_eq!(with("database:\n  url: ${TOKEN}\n").database_url.unwrap().expose(), "t0ken");
}

#[test]
fn an_alertmanager_that_can_be_asked() {
    let with = |source: &str| read(&format!("sources: {{ alertmanager: [{{ name: m{source} }}] }}\n{REST}"));
    let api = |source: &str| with(source).unwrap().alertmanager.remove(0).api;
    assert_eq!(api(""), None);
    let plain = api(", api_url: 'http://am:9093/'").unwrap();
    assert_eq!((plain.url.as_str(), plain.authorization, plain.receiver), ("http://am:9093", None, None));
    let whole =
        api(", api_url: https://am, receiver: web.hook, api_basic_auth: { username: u, password: p }")
            .unwrap();
    assert_eq!(whole.receiver.as_deref(), Some("web.hook"));
    assert!(matches!(whole.authorization, Some(Authorization::Basic { username, .. }) if username == "u"));
    let error = with(", receiver: web.hook").unwrap_err().to_string();
    assert!(error.contains("`sources.alertmanager[0].receiver` says how Alertmanager is asked"), "{error}");
    let both = ", api_url: http://am, api_authorization: { credentials: x }, api_basic_auth: { username: u, password: p }";
    let error = with(both).unwrap_err().to_string();
    assert!(error.contains("`sources.alertmanager[0].api_basic_auth` and `api_authorization`"), "{error}");
}

#[test]
fn what_a_receiver_takes_in_a_minute_has_a_default_and_may_be_given() {
    let read = |most: &str| {
        let text = format!(
            "route: {{ receiver: r }}
receivers:
  - name: r
    pagerduty_configs: [{{ routing_key: k{most} }}]
    slack_configs: [{{ incoming_webhook_url: 'http://h'{most} }}]
    webhook_configs: [{{ url: 'http://w'{most} }}]"
        );
        let config = read(&text)?;
        let one = config.receiver("r").unwrap();
        Ok::<_, Error>((
            one.pagerduty[0].max_per_minute,
            one.slack[0].max_per_minute,
            one.webhook[0].max_per_minute,
        ))
    };
    assert_eq!(read("").unwrap(), (120, 60, None));
    assert_eq!(read(", max_per_minute: 30").unwrap(), (30, 30, Some(30)));
    assert!(read(", max_per_minute: 0").unwrap_err().to_string().contains("whole number from 1"));
}
