//! `slack:`: which messages of other apps an analysis is offered under.

use super::*;

const REST: &str = "route: { receiver: a }\nsummary: { provider: bedrock, model: m, region: eu-west-1 }\n";
const BOT: &str = "receivers: [{ name: a, slack_configs: [{ channel: c, bot_token: t }] }]\n";

fn offers(bot: &str, rest: &str, offer: &str) -> Result<Option<firstlook_core::notify::Offers>, String> {
    let text = format!("{bot}{rest}slack: {{ signing_secret: s{offer} }}\n");
    let config = read(&text).map_err(|error| error.to_string())?;
    Ok(config.slack.and_then(|slack| slack.offers))
}

#[test]
fn offers_are_off_unless_channels_are_named_by_their_ids() {
    assert_eq!(offers(BOT, REST, ""), Ok(None));
    let named =
        offers(BOT, REST, ", offer_analysis: { channels: [C0ALARMS, G0OPS], apps: [A0DATADOG, B0AWS] }");
    let named = named.unwrap().unwrap();
    assert_eq!((named.channels.len(), named.apps.len()), (2, 2));
    for (offer, said) in [
        ("{}", "`slack.offer_analysis.channels` is missing"),
        ("{ channels: [] }", "`slack.offer_analysis.channels` is missing"),
        (
            "{ channels: ['#alerts'] }",
            "`slack.offer_analysis.channels` has \"#alerts\": give the channel's id",
        ),
        (
            "{ channels: [C0ALARMS], apps: [datadog] }",
            "`slack.offer_analysis.apps` has \"datadog\": give the id of an app",
        ),
        ("{ channels: [C0ALARMS], bots: [] }", "unknown key `bots`"),
    ] {
        let error = offers(BOT, REST, &format!(", offer_analysis: {offer}")).unwrap_err();
        assert!(error.contains(said), "{offer}: {error}");
    }
}

#[test]
fn offers_need_a_bot_and_a_model() {
    let offer = ", offer_analysis: { channels: [C0ALARMS] }";
    let hook = "receivers: [{ name: a, slack_configs: [{ incoming_webhook_url: 'http://h' }] }]\n";
    assert!(offers(hook, REST, offer).unwrap_err().contains("needs a bot"));
    assert!(offers(BOT, "route: { receiver: a }\n", offer).unwrap_err().contains("needs a model"));
}
