//! What `pagerduty_configs`, `slack_configs` and `webhook_configs` say, and what is said of wrong ones.

use super::*;

fn receiver(keys: &str) -> Result<Config, Error> {
    read(&format!("route: {{ receiver: a }}\nreceivers:\n  - name: a\n    {keys}\n"))
}

fn pager(keys: &str) -> Result<PagerDuty, Error> {
    let config = receiver(&format!("pagerduty_configs: [{{ routing_key: k{keys} }}]"))?;
    Ok(config.receivers[0].pagerduty[0].clone())
}

#[test]
fn a_region_gives_the_addresses_and_each_can_be_another() {
    let us = pager("").unwrap();
    assert_eq!(us.url, "https://events.pagerduty.com/v2/enqueue");
    assert_eq!((us.notes, us.changes_url), (None, None));
    let keys = ", api_token_file: secret, from: a@example.com, change_events: true";
    let eu = pager(&format!(", region: eu{keys}")).unwrap();
    assert_eq!(eu.url, "https://events.eu.pagerduty.com/v2/enqueue");
    assert_eq!(eu.changes_url.as_deref(), Some("https://events.eu.pagerduty.com/v2/change/enqueue"));
    let notes = eu.notes.clone().unwrap();
    assert_eq!(
        (notes.api_url.as_str(), notes.from.as_str()),
        ("https://api.eu.pagerduty.com", "a@example.com")
    );
    assert_eq!(notes.token.expose(), "from file");
    assert!(!format!("{eu:?}").contains("from file"));
    let own = pager(&format!(", url: 'http://h/v2/enqueue', api_url: 'http://i/'{keys}")).unwrap();
    assert_eq!(own.changes_url.as_deref(), Some("http://h/v2/change/enqueue"));
    assert_eq!(own.notes.unwrap().api_url, "http://i");
}

#[test]
fn a_webhook_has_a_secret_and_a_template_of_the_folder() {
    let keys = "webhook_configs: [{ url: 'http://h/x', secret_file: secret, template: my-teams }]";
    let config = receiver(&format!("{keys}\ntemplates: {{ path: own }}")).unwrap();
    assert_eq!(config.templates.as_deref(), Some(Path::new("etc/own")));
    let hook = &config.receivers[0].webhook[0];
    assert_eq!(
        (hook.secret.as_ref().unwrap().expose(), hook.template.as_deref()),
        ("from file", Some("my-teams"))
    );
    assert!(!format!("{config:?}").contains("from file"));
}

#[test]
fn a_bot_may_declare_unless_that_is_forbidden_and_an_incoming_webhook_never() {
    let slack = |keys: &str| {
        let config = receiver(&format!("slack_configs: [{{ channel: x, bot_token: t{keys} }}]")).unwrap();
        config.receivers[0].slack[0].declare.clone()
    };
    assert_eq!(slack(""), Some(Declare::default()));
    assert_eq!(slack(", declare: {}"), Some(Declare::default()));
    assert_eq!(slack(", declare: { enabled: false }"), None);
    let whole =
        slack(", declare: { channel_prefix: out_, private: true, invite: [U0KEN, S0TEAM, W0MIA] }").unwrap();
    let ids = |all: &[&str]| all.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    assert_eq!((whole.prefix.as_str(), whole.private), ("out_", true));
    assert_eq!((whole.users, whole.groups), (ids(&["U0KEN", "W0MIA"]), ids(&["S0TEAM"])));
    let config = receiver("slack_configs: [{ incoming_webhook_url: 'http://h' }]").unwrap();
    assert_eq!(config.receivers[0].slack[0].declare, None);
}

#[test]
fn faults_have_a_remedy() {
    for (keys, expected) in [
        (
            "pagerduty_configs: [{ routing_key: k, region: apac }]",
            "\"apac\" is no service region: write `us` or `eu`",
        ),
        ("pagerduty_configs: [{ routing_key: k, api_token: t }]", "give the mail address of one"),
        ("pagerduty_configs: [{ routing_key: k, from: t }]", "has no effect without `api_token`"),
        (
            "pagerduty_configs: [{ routing_key: k, url: 'http://h/x', change_events: true }]",
            "needs a `url` that ends in /v2/enqueue",
        ),
        (
            "slack_configs: [{ incoming_webhook_url: 'http://h', declare: {} }]",
            "needs a `bot_token`: an incoming webhook cannot open channels",
        ),
        (
            "slack_configs: [{ channel: x, bot_token: t, declare: { channel_prefix: Inc- } }]",
            "write at most 21 small letters",
        ),
        (
            "slack_configs: [{ channel: x, bot_token: t, declare: { invite: ['@aya'] } }]",
            "copy the member ID from a person's profile",
        ),
        (
            "webhook_configs: [{ url: 'http://h', template: teams }]",
            "write `templates: { path: ./templates }`",
        ),
        ("webhook_configs: [{ url: 'http://h', template: ../teams }]", "is no name: write that of a file"),
        (
            "webhook_configs: [{ url: 'http://h', secret: '' }]",
            "`receivers[0].webhook_configs[0].secret` is empty",
        ),
    ] {
        let error = receiver(keys).expect_err(keys);
        assert!(error.text.contains(expected) && error.line.is_some(), "{keys}\n{error}");
    }
}
