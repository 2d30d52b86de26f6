//! How long SNS tries to deliver a message before it gives it up (FACTS B5): what a delivery policy comes to.
//!
//! Knows the policy's four phases. Must not know how it was asked for.

use serde_json::Value;

/// SNS allows an hour in all. Below this, a policy does not outlast an outage of about that long.
pub const ABOUT_AN_HOUR_S: u64 = 3_300;
/// More retries than SNS allows in a policy.
const MOST: u64 = 1_000;

/// A delivery policy of an HTTP(S) subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryPolicy {
    /// All of them; what the other phases leave over is the backoff.
    retries: u64,
    at_once: u64,
    before: u64,
    after: u64,
    shortest_s: u64,
    longest_s: u64,
    /// Whether the delays of the backoff multiply.
    multiplies: bool,
}

impl DeliveryPolicy {
    /// What SNS does where nobody says otherwise: three retries, 20 s apart.
    pub const DEFAULT: Self = Self {
        retries: 3,
        at_once: 0,
        before: 0,
        after: 0,
        shortest_s: 20,
        longest_s: 20,
        multiplies: false,
    };

    /// Reads `DeliveryPolicy` or `EffectiveDeliveryPolicy`, of a subscription or a topic. What it does not say is as in
    /// [`Self::DEFAULT`]. `None` where it is no JSON object.
    pub fn parse(text: &str) -> Option<Self> {
        let policy: Value = serde_json::from_str(text).ok().filter(Value::is_object)?;
        let retry = ["/healthyRetryPolicy", "/http/defaultHealthyRetryPolicy"]
            .iter()
            .find_map(|at| policy.pointer(at).filter(|retry| retry.is_object()));
        let Some(retry) = retry else { return Some(Self::DEFAULT) };
        let number = |key: &str, default: u64| retry.get(key).and_then(Value::as_u64).unwrap_or(default);
        let count = |key: &str, default: u64| number(key, default).min(MOST);
        Some(Self {
            retries: count("numRetries", Self::DEFAULT.retries),
            at_once: count("numNoDelayRetries", 0),
            before: count("numMinDelayRetries", 0),
            after: count("numMaxDelayRetries", 0),
            shortest_s: number("minDelayTarget", Self::DEFAULT.shortest_s),
            longest_s: number("maxDelayTarget", Self::DEFAULT.longest_s),
            multiplies: matches!(
                retry.get("backoffFunction").and_then(Value::as_str),
                Some("geometric" | "exponential")
            ),
        })
    }

    /// The time from the first try to the last, in seconds, without what each try takes. AWS does not say how the delays
    /// of the backoff are spread; they are taken as even steps from the shortest to the longest.
    pub fn tries_for_s(&self) -> u64 {
        let fixed = self.at_once + self.before + self.after;
        let steps = self.retries.saturating_sub(fixed);
        let (shortest, longest) = (self.shortest_s as f64, self.longest_s.max(self.shortest_s) as f64);
        let delay = |step: u64| {
            let part = if steps > 1 { step as f64 / (steps - 1) as f64 } else { 0.0 };
            match self.multiplies {
                true => shortest.max(1.0) * (longest.max(1.0) / shortest.max(1.0)).powf(part),
                false => shortest + (longest - shortest) * part,
            }
        };
        let backoff: f64 = (0..steps).map(delay).sum();
        (self.before as f64 * shortest + backoff + self.after as f64 * longest).round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries_for_s(text: &str) -> Option<u64> {
        DeliveryPolicy::parse(text).map(|policy| policy.tries_for_s())
    }

    #[test]
    fn what_policies_come_to() {
        let own = |inner: &str| format!("{{\"healthyRetryPolicy\":{{{inner}}}}}");
        let even = "\"numRetries\":10,\"minDelayTarget\":5,\"maxDelayTarget\":15";
        for (policy, seconds) in [
            ("{}".to_owned(), 60),
            ("{\"healthyRetryPolicy\":null}".to_owned(), 60),
            (own(""), 60),
            // As GetSubscriptionAttributes gives the default.
            (
                own("\"minDelayTarget\":20,\"maxDelayTarget\":20,\"numRetries\":3,\"numMaxDelayRetries\":0,\
                    \"numNoDelayRetries\":0,\"numMinDelayRetries\":0,\"backoffFunction\":\"linear\""),
                60,
            ),
            ("{\"http\":{\"defaultHealthyRetryPolicy\":{\"numRetries\":4}}}".to_owned(), 80),
            (own("\"numRetries\":0"), 0),
            (own("\"numRetries\":5,\"numNoDelayRetries\":5"), 0),
            (own(even), 100),
            (own(&format!("{even},\"numMinDelayRetries\":2,\"numMaxDelayRetries\":8")), 130),
            // The example of the developer guide: three at once, two after 1 s, ten that double or so, 35 after a minute.
            (
                own("\"minDelayTarget\":1,\"maxDelayTarget\":60,\"numRetries\":50,\"numNoDelayRetries\":3,\
                    \"numMinDelayRetries\":2,\"numMaxDelayRetries\":35,\"backoffFunction\":\"exponential\""),
                2_264,
            ),
            (own("\"minDelayTarget\":0,\"maxDelayTarget\":0,\"backoffFunction\":\"geometric\""), 3),
            (own("\"numRetries\":1,\"minDelayTarget\":7,\"maxDelayTarget\":9"), 7),
        ] {
            assert_eq!(tries_for_s(&policy), Some(seconds), "{policy}");
        }
        for none in ["", "null", "[]", "x"] {
            assert_eq!(tries_for_s(none), None, "{none}");
        }
    }

    #[test]
    fn the_documented_policy_tries_for_about_the_hour_that_sns_allows() {
        let document = include_str!("../../../../docs/SNS.md");
        let begin = document.find("{\n     \"healthyRetryPolicy\"").unwrap();
        let end = begin + document[begin..].find("```").unwrap();
        let seconds = tries_for_s(&document[begin..end]).unwrap();
        assert!((ABOUT_AN_HOUR_S..=3_600).contains(&seconds), "{seconds}");
        assert_eq!(seconds, 3_465);
    }
}
