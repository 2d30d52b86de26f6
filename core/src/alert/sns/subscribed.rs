//! What is wrong with a topic's subscription, by what SNS says of it, each with its remedy.
//!
//! Knows the attributes of `GetSubscriptionAttributes`. Must not know how they were asked for.

use std::collections::HashMap;

use super::policy::{ABOUT_AN_HOUR_S, DeliveryPolicy};

/// Something that a person should mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether alarms do not come at all; otherwise they are lost in an outage, or can be switched off.
    pub grave: bool,
    /// What is wrong, and what puts it right.
    pub text: String,
}

/// Whether a subscription's endpoint is the address of `source` (`aws`): its host and path, where it is. What stands before
/// an `@` may be a password, and is left out.
pub fn address(endpoint: &str, source: &str) -> Option<String> {
    let (_, rest) = endpoint.split_once("://")?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let slash = rest.find('/')?;
    let (authority, path) = rest.split_at(slash);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let own = format!("/webhooks/sns/{source}");
    path.trim_end_matches('/').ends_with(&own).then(|| format!("{host}{path}"))
}

/// What is wrong with a confirmed subscription. `raw_delivery`: whether its source takes messages without an envelope;
/// `resync`: whether CloudWatch is asked on its behalf.
pub fn findings(attributes: &HashMap<String, String>, raw_delivery: bool, resync: bool) -> Vec<Finding> {
    let value = |key: &str| attributes.get(key).map(String::as_str).filter(|value| !value.is_empty());
    let mut found = Vec::new();
    let mut find = |grave: bool, text: String| found.push(Finding { grave, text });
    if value("PendingConfirmation") == Some("true") {
        find(true, PENDING.to_owned());
        return found;
    }
    if value("RawMessageDelivery") == Some("true") && !raw_delivery {
        let text = "raw message delivery is on, so messages have no signature and each is refused: set the subscription's RawMessageDelivery to false";
        find(true, text.to_owned());
    }
    let policy = value("EffectiveDeliveryPolicy").or_else(|| value("DeliveryPolicy"));
    let seconds = policy.and_then(DeliveryPolicy::parse).unwrap_or(DeliveryPolicy::DEFAULT).tries_for_s();
    if seconds < ABOUT_AN_HOUR_S {
        let tries = match seconds {
            ..120 => format!("{seconds} s"),
            _ => format!("{} min", seconds / 60),
        };
        find(
            false,
            format!(
                "SNS tries for {tries} and then gives a message up: set its DeliveryPolicy to the one in docs/SNS.md, which tries for 58 min"
            ),
        );
    }
    if value("RedrivePolicy").is_none() {
        let text = "it has no dead-letter queue, so what SNS gives up is lost: set its RedrivePolicy; `firstlook replay --from-sqs` takes what lies there";
        find(false, text.to_owned());
    }
    // Asking would need the policy's whole language, over attributes that no answer of CloudWatch has.
    if resync && value("FilterPolicy").is_some_and(|policy| policy.trim() != "{}") {
        let text = "it has a filter policy, and alarms that the filter keeps away are still found by asking CloudWatch: set `resync: false` where they are not wanted";
        find(false, text.to_owned());
    }
    if value("ConfirmationWasAuthenticated") == Some("false") {
        let text = "whoever has an unsubscribe link can end it: give `serve` AWS credentials with sns:ConfirmSubscription, delete the subscription, and subscribe again";
        find(false, text.to_owned());
    }
    found
}

/// What a subscription is that was not confirmed.
pub const PENDING: &str = "it waits to be confirmed: look into /deliveries and the log for a refused confirmation, and whether SNS reaches this address; then request the confirmation again";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_ours_by_its_path_and_its_password_is_not_shown() {
        for (endpoint, shown) in [
            ("https://fl.example/webhooks/sns/aws", Some("fl.example/webhooks/sns/aws")),
            (
                "https://fl.example:8443/on/call/webhooks/sns/aws/",
                Some("fl.example:8443/on/call/webhooks/sns/aws/"),
            ),
            ("https://sns:p@ss@fl.example/webhooks/sns/aws?x=y", Some("fl.example/webhooks/sns/aws")),
            ("https://sns:p/webhooks/sns/aws", Some("sns:p/webhooks/sns/aws")),
            ("https://fl.example/webhooks/sns/aws2", None),
            ("https://fl.example/?/webhooks/sns/aws", None),
            ("arn:aws:sqs:eu-west-1:123456789012:webhooks/sns/aws", None),
            ("someone@example.com", None),
            ("", None),
        ] {
            assert_eq!(address(endpoint, "aws").as_deref(), shown, "{endpoint}");
        }
    }

    /// What is found, by a word of each; a `!` where it is grave.
    fn found(attributes: &[(&str, &str)], raw_delivery: bool) -> Vec<String> {
        let attributes = attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let word = |one: Finding| {
            let known = [
                "waits",
                "raw",
                "tries for 60 s",
                "tries for 40 min",
                "dead-letter",
                "filter",
                "unsubscribe",
            ];
            let word = known.iter().find(|word| one.text.contains(*word)).unwrap();
            format!("{}{word}", if one.grave { "!" } else { "" })
        };
        findings(&attributes.collect(), raw_delivery, true).into_iter().map(word).collect()
    }

    #[test]
    fn each_fault_is_found_and_nothing_else() {
        let policy = |retries: u32| {
            format!(
                "{{\"healthyRetryPolicy\":{{\"numRetries\":{retries},\"minDelayTarget\":40,\"maxDelayTarget\":40}}}}"
            )
        };
        let (hour, short) = (policy(90), policy(60));
        let good = [
            ("PendingConfirmation", "false"),
            ("RawMessageDelivery", "false"),
            ("EffectiveDeliveryPolicy", &hour),
            ("RedrivePolicy", "{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:123456789012:dead\"}"),
            ("ConfirmationWasAuthenticated", "true"),
            ("FilterPolicy", ""),
        ];
        let with = |key: &str, value: &str, raw: bool| {
            let changed = good.iter().map(|(name, old)| (*name, if *name == key { value } else { *old }));
            found(&changed.collect::<Vec<_>>(), raw)
        };
        let none: [&str; 0] = [];
        assert_eq!(with("", "", false), none);
        assert_eq!(with("PendingConfirmation", "true", false), ["!waits"]);
        assert_eq!(with("RawMessageDelivery", "true", false), ["!raw"]);
        assert_eq!(with("RawMessageDelivery", "true", true), none);
        assert_eq!(with("EffectiveDeliveryPolicy", &short, false), ["tries for 40 min"]);
        assert_eq!(with("EffectiveDeliveryPolicy", "", false), ["tries for 60 s"]);
        assert_eq!(with("RedrivePolicy", "", false), ["dead-letter"]);
        assert_eq!(with("ConfirmationWasAuthenticated", "false", false), ["unsubscribe"]);
        assert_eq!(with("FilterPolicy", "{}", false), none);
        assert_eq!(with("FilterPolicy", r#"{"team":["edge"]}"#, false), ["filter"]);
        let unasked =
            [("RedrivePolicy", "{}"), ("DeliveryPolicy", hour.as_str()), ("FilterPolicy", "{\"a\":[]}")];
        let unasked = unasked.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert!(findings(&unasked.into(), false, false).is_empty(), "nobody is asked");
        assert_eq!(found(&[("DeliveryPolicy", &hour), ("RedrivePolicy", "{}")], false), none);
        assert_eq!(found(&[], false), ["tries for 60 s", "dead-letter"]);
    }
}
