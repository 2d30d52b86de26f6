//! What is said of a wrong configuration: its line and its remedy.

mod silence;
mod summary;

use super::*;

/// What follows [`REST`], so that its first line is line 3; the line and text of the error.
const FAULTS: &[(&str, usize, &str)] = &[
    ("serverr: {}", 3, "unknown key `serverr`: did you mean `server`?"),
    ("server:\n  lisen: x", 4, "unknown key `lisen` in `server`: did you mean `listen`?"),
    ("storms: {}", 3, "unknown key `storms`: did you mean `storm`?"),
    ("database: { zzzzzzz: 1 }", 3, "unknown key `zzzzzzz` in `database`: its keys are url, url_file"),
    ("server: []", 3, "`server` must be a mapping of keys to values"),
    ("server: x", 3, "`server` must be a mapping of keys to values"),
    ("server: { name: [a] }", 3, "`server.name` must be text"),
    ("server: { name: '' }", 3, "`server.name` is empty"),
    ("server:\n\n  name: '${EMPTY}'", 5, "`server.name` is empty"),
    ("server: { name: '${NOPE}' }", 3, "`server.name`: the environment variable \"NOPE\" is not set"),
    ("server: { name: '${NOPE' }", 3, "`server.name`: `${` has no `}`; write `$$` for a dollar sign"),
    ("server: {}\nserver: {}", 4, "`server` is given twice, first in line 3"),
    (
        "server: { listen: 8080 }",
        3,
        "`server.listen` \"8080\" is not an address and port: write one such as 127.0.0.1:8080",
    ),
    (
        "server:\n  listen: 0.0.0.0:8080",
        4,
        "`server.listen` 0.0.0.0:8080 is open to other machines, and this version has no login: keep the pages on 127.0.0.1 and give senders `webhooks_listen: 0.0.0.0:8080`",
    ),
    (
        "server:\n  auth:\n    mode: oidc",
        5,
        "`server.auth.mode` \"oidc\" is not in this version: write `none` and keep `listen` on loopback",
    ),
    (
        "server: { external_url: example.com }",
        3,
        "`server.external_url` is not a URL: it begins with http:// or https:// and a host",
    ),
    (
        "server: { external_url: 'http:///x' }",
        3,
        "`server.external_url` is not a URL: it begins with http:// or https:// and a host",
    ),
    (
        "incidents: { flapping: { transitions: 1 } }",
        3,
        "`incidents.flapping.transitions` \"1\" is not a whole number from 2 to 100",
    ),
    (
        "sources: { alertmanager: [{ name: m, stale_after: 5s }] }",
        3,
        "`sources.alertmanager[0].stale_after` is shorter than any sender repeats: write 1m or more",
    ),
    ("templates: { path: '' }", 3, "`templates.path` is empty"),
    (
        "templates: {}",
        3,
        "`templates.path` is missing: name the folder of your templates, such as ./templates",
    ),
    ("language: de", 3, "`language` \"de\" is not spoken: write `en` or `ja`"),
    (
        "time_zone: Asia/Edo",
        3,
        "`time_zone` \"Asia/Edo\" is no time zone: write a name such as Asia/Tokyo or UTC",
    ),
    ("database: { url: a, url_file: secret }", 3, "`database.url_file` and `url` are both given: keep one"),
    ("database:\n  url_file: nope", 4, "`database.url_file` etc/nope cannot be read: no such file"),
    ("database:\n  url_file: blank", 4, "`database.url_file` etc/blank is empty"),
    (
        "sources: { alertmanager: { name: m } }",
        3,
        "`sources.alertmanager` must be a list: begin each item with `-`",
    ),
    (
        "sources: { alertmanager: [{}] }",
        3,
        "`sources.alertmanager[0].name` is missing: it is the last part of the webhook's address",
    ),
    (
        "sources: { alertmanager: [{ name: a/b }] }",
        3,
        "`sources.alertmanager[0].name` \"a/b\" stands in an address: use letters, digits, `-`, `_` and `.`",
    ),
    (
        "sources:\n  alertmanager:\n    - name: a\n    - name: a",
        6,
        "`sources.alertmanager[1].name` \"a\" is taken: each source needs its own",
    ),
    (
        "server: { webhooks_listen: '0.0.0.0:81' }\nsources:\n  alertmanager:\n    - name: a",
        6,
        "`sources.alertmanager[0]` has no `authorization`, and other machines reach the webhooks: add `authorization: { credentials_file: … }` or `basic_auth`",
    ),
    (
        "sources: { alertmanager: [{ name: a, authorization: {} }] }",
        3,
        "`sources.alertmanager[0].authorization.credentials` is missing: add it or `credentials_file`",
    ),
    (
        "sources: { alertmanager: [{ name: a, authorization: { type: Basic, credentials: x } }] }",
        3,
        "`sources.alertmanager[0].authorization.type` Basic has its own key: write `basic_auth: { username, password }`",
    ),
    (
        "sources: { alertmanager: [{ name: a, basic_auth: { password: x } }] }",
        3,
        "`sources.alertmanager[0].basic_auth.username` is missing: write the name that is sent",
    ),
    (
        "sources: { alertmanager: [{ name: a, basic_auth: { username: x } }] }",
        3,
        "`sources.alertmanager[0].basic_auth.password` is missing: add it or `password_file`",
    ),
    (
        "sources: { alertmanager: [{ name: a, basic_auth: {}, authorization: {} }] }",
        3,
        "`sources.alertmanager[0].basic_auth` and `authorization` are both given: keep one",
    ),
    ("labels:\n  - { from: a }", 4, "`labels[0].to` is missing: name the label to set"),
    ("labels:\n  - { to: a }", 4, "`labels[0].from` is missing: name the label to read"),
    (
        "severity: { default: bad }",
        3,
        "`severity.default` \"bad\" is no severity: write critical, warning or info",
    ),
    (
        "severity:\n  map:\n    page: loud",
        5,
        "`severity.map.page` \"loud\" is no severity: write critical, warning or info",
    ),
    ("severity: { map: [] }", 3, "`severity.map` must be a mapping of keys to values"),
    (
        "incidents: { group_by: [] }",
        3,
        "`incidents.group_by` is empty: name the labels that tell incidents apart",
    ),
    ("incidents: { group_by: [a, ''] }", 3, "`incidents.group_by[1]` is empty"),
    (
        "incidents: { reopen_within: 15 }",
        3,
        "`incidents.reopen_within` \"15\" is not a duration: write `20s`, `15m`, `1h30m` or `2d`",
    ),
    ("runbooks: { pth: x }", 3, "unknown key `pth` in `runbooks`: did you mean `path`?"),
    (
        "evidence: { window: { before: 0s, after: 0s } }",
        3,
        "`evidence.window` is empty: give `before` or `after` a length",
    ),
    (
        "evidence:\n  baseline:\n    - preceding\n    - tomorrow",
        6,
        "`evidence.baseline` \"tomorrow\" is unknown: write preceding or yesterday",
    ),
    ("evidence: { timeout: 0s }", 3, "`evidence.timeout` is zero: no source could answer"),
    (
        "evidence: { pack_tokens: 4001 }",
        3,
        "`evidence.pack_tokens` \"4001\" is not a whole number from 100 to 4000",
    ),
    (
        "evidence: { sources: [{ name: a }] }",
        3,
        "`evidence.sources[0].type` is missing: write log_file, loki, prometheus, cloudwatch_logs, cloudwatch_metrics, cloudtrail, xray, athena, bedrock_knowledge_base, security_hub or guardduty",
    ),
    (
        "evidence: { sources: [{ name: a, type: cloudwatch_logs, scan_budget: 50 }] }",
        3,
        "`evidence.sources[0].scan_budget` \"50\" is not a size: write `500MB`, `50GiB` or `1TiB`",
    ),
    (
        "evidence: { sources: [{ name: a, type: cloudwatch_logs, scan_budget: 0GiB }] }",
        3,
        "`evidence.sources[0].scan_budget` \"0GiB\" is not a size: write `500MB`, `50GiB` or `1TiB`",
    ),
    (
        "evidence: { sources: [{ name: a, type: lok }] }",
        3,
        "`evidence.sources[0].type` \"lok\" is unknown: write log_file, loki, prometheus, cloudwatch_logs, cloudwatch_metrics, cloudtrail, xray, athena, bedrock_knowledge_base, security_hub or guardduty",
    ),
    (
        "sources: { changes: [{ name: ci }, { name: ci }] }",
        3,
        "`sources.changes[1].name` \"ci\" is taken: each source needs its own",
    ),
    (
        "evidence: { sources: [{ name: p, type: prometheus, url: \"http://p\", queries: [{ title: x }] }] }",
        3,
        "`evidence.sources[0].queries[0].query` is missing: write PromQL, such as sum(rate(errors_total{service=\"{{labels.service}}\"}[5m]))",
    ),
    (
        "evidence: { sources: [{ name: a, type: athena, table: alb }] }",
        3,
        "`evidence.sources[0].database` is missing: name the database of Athena that has the table",
    ),
    (
        "evidence: { sources: [{ name: a, type: athena, database: d }] }",
        3,
        "`evidence.sources[0].table` is missing: name the table of the load balancer's access logs, or write `queries`",
    ),
    (
        "evidence: { sources: [{ name: a, type: athena, database: d, queries: [{ title: x }] }] }",
        3,
        "`evidence.sources[0].queries[0].query` is missing: write a SELECT with `at >= {{start}} AND at < {{end}}`",
    ),
    (
        "evidence: { sources: [{ name: a, type: athena, database: d, table: alb, output_location: /tmp }] }",
        3,
        "`evidence.sources[0].output_location` must be a place in S3: s3://BUCKET/FOLDER/",
    ),
    (
        "evidence: { sources: [{ name: a, type: loki, query: q }] }",
        3,
        "`evidence.sources[0].url` is missing: write Loki's address",
    ),
    (
        "evidence: { sources: [{ name: a, type: log_file, url: q }] }",
        3,
        "unknown key `url` in `evidence.sources[0]`: its keys are name, type, matchers, path",
    ),
    (
        "evidence:\n  sources:\n    - { name: a, type: log_file, path: x }\n    - { name: a, type: log_file, path: y }",
        6,
        "`evidence.sources[1].name` \"a\" is taken: each source needs its own",
    ),
    ("<<: { a: b }", 3, "unknown key `<<`: its keys are "),
    ("? [a]\n: b", 3, "a key must be plain text"),
    ("---\na: b", 4, "a second document begins; a configuration is one document"),
    ("a: *nope", 3, "not YAML: "),
    ("a: [b", 3, "not YAML: "),
];

#[test]
fn each_fault_has_its_line_and_remedy() {
    for (text, line, expected) in FAULTS.iter().chain(summary::FAULTS).chain(silence::FAULTS) {
        let error = read(&format!("{REST}{text}\n")).expect_err(text);
        let begins = expected.ends_with([' ']);
        assert!(
            if begins { error.text.starts_with(expected) } else { error.text == *expected },
            "{text}\n{error}"
        );
        assert_eq!(error.line, Some(*line), "{text}\n{error}");
        assert!(error.to_string().starts_with(&format!("etc/firstlook.yml:{line}: ")), "{error}");
    }
}

/// How the fault of a matcher begins; its end is the parser's own.
const MATCHER: &str = "`route.routes[0].matchers`: matcher `x=~\"(\"`, character ";

/// Whole files.
const WHOLE: &[(&str, usize, &str)] = &[
    (
        "receivers: [{ name: a }]\nroute:\n  receiver: a\n  routes:\n    - matchers:\n        - a=b\n        - 'x=~\"(\"'",
        7,
        MATCHER,
    ),
    ("", 1, "`route` is missing: write `route: { receiver: NAME }` with the name of a receiver"),
    ("- a", 1, "`the configuration` must be a mapping of keys to values"),
    (
        "\nroute: {}\nreceivers: [{ name: r }]",
        2,
        "`route.receiver` is missing: the root tells one when no other route matches",
    ),
    ("route: { receiver: x }", 1, "`route.receiver` \"x\" is not one of `receivers`: there are none"),
    (
        "receivers: [{ name: a }, { name: b }]\nroute:\n  receiver: a\n  routes:\n    - receiver: c",
        5,
        "`route.routes[0].receiver` \"c\" is not one of `receivers`: there are a, b",
    ),
    (
        "receivers: [{ name: a }]\nroute: { receiver: a, matchers: [x=y] }",
        2,
        "`route.matchers` has no place in the root, which takes every alert: move it into `routes`",
    ),
    (
        "receivers: [{ name: a }]\nroute: { receiver: a, routes: [{ continue: maybe }] }",
        2,
        "`route.routes[0].continue` \"maybe\" is neither true nor false",
    ),
    (
        "receivers: [{ name: a }]\nroute: { receiver: a, routes: [{ matcher: [x=y] }] }",
        2,
        "unknown key `matcher` in `route.routes[0]`: did you mean `matchers`?",
    ),
    (
        "receivers:\n  - name: a\n  - name: a",
        3,
        "`receivers[1].name` \"a\" is taken: each receiver needs its own",
    ),
    ("receivers:\n  - {}", 2, "`receivers[0].name` is missing: routes refer to a receiver by it"),
    (
        "receivers: [{ name: a, pagerduty_configs: [{}] }]",
        1,
        "`receivers[0].pagerduty_configs[0].routing_key` is missing: add it or `routing_key_file`",
    ),
    (
        "receivers: [{ name: a, slack_configs: [{ channel: c }] }]",
        1,
        "`receivers[0].slack_configs[0].bot_token` is missing: add it, `bot_token_file`, or an `incoming_webhook_url`",
    ),
    (
        "receivers: [{ name: a, slack_configs: [{ bot_token: c }] }]",
        1,
        "`receivers[0].slack_configs[0].channel` is missing: name where the bot posts, such as \"#alerts\"",
    ),
    (
        "receivers: [{ name: a, slack_configs: [{ bot_token: c, incoming_webhook_url: d }] }]",
        1,
        "`receivers[0].slack_configs[0].incoming_webhook_url` and `bot_token` are both given: keep one",
    ),
    (
        "receivers: [{ name: a, slack_configs: [{ incoming_webhook_url: s3cret }] }]",
        1,
        "`receivers[0].slack_configs[0].incoming_webhook_url` is not a URL: it begins with http:// or https:// and a host",
    ),
    (
        "receivers: [{ name: a, webhook_configs: [{}] }]",
        1,
        "`receivers[0].webhook_configs[0].url` is missing: add it or `url_file`",
    ),
];

#[test]
fn faults_of_routes_and_receivers() {
    for (text, line, expected) in WHOLE {
        let error = read(text).expect_err(text);
        assert_eq!(error.line, Some(*line), "{text}\n{error}");
        let begins = *expected == MATCHER;
        assert!(
            if begins { error.text.starts_with(expected) } else { error.text == *expected },
            "{text}\n{error}"
        );
    }
}

#[test]
fn a_bad_regex_names_its_line() {
    let error = read(&format!("{REST}labels:\n  - from: a\n    to: b\n    regex: '('\n")).unwrap_err();
    assert_eq!(error.line, Some(6));
    assert!(error.text.starts_with("`labels[0].regex` is no regular expression"), "{error}");
}
