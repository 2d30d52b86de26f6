//! What opens something, inside of messages: CodePipeline sends a token with which anybody approves a deployment (FACTS B7), and
//! who passes on a message of SNS passes on the address that ends its subscription (FACTS B4).

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// Stands for the value of a token.
const REMOVED: &str = "<removed>";
/// Members whose value opens something.
const KEYS: [&str; 3] = ["token", "subscribeurl", "unsubscribeurl"];
/// A member called so where no JSON can be read, its quotes plain or escaped; its end may be missing. Last, an
/// address that confirms or ends a subscription, wherever it stands.
#[allow(clippy::expect_used, reason = "the patterns are constants, and a test compiles them")]
static TOKENS: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    [
        r#"(?is)("(?:token|subscribeurl|unsubscribeurl)"\s*:\s*")(?:[^"\\]|\\.)*"#,
        r#"(?is)(\\+"(?:token|subscribeurl|unsubscribeurl)\\+"\s*:\s*\\+")(?:[^"\\]|\\+[^"\\])*"#,
        r#"(?i)()https?://[^\s"'<>\\]*\bAction=(?:Unsubscribe|ConfirmSubscription)\b[^\s"'<>\\]*"#,
    ]
    .map(|pattern| Regex::new(pattern).expect("a constant pattern"))
});

/// A message without the values of its tokens, where it has any. What is almost JSON, and JSON in a string, is searched
/// as well.
pub fn without_tokens(message: &str) -> Option<String> {
    let Ok(mut value) = serde_json::from_str::<Value>(message) else {
        let closed = replaced(message)?;
        // What made it no JSON may have stood in a token.
        return Some(without_tokens(&closed).unwrap_or(closed));
    };
    close(&mut value).then(|| value.to_string())
}

fn replaced(message: &str) -> Option<String> {
    let removed = format!("${{1}}{REMOVED}");
    let closed = TOKENS.iter().fold(Cow::Borrowed(message), |text, token| {
        Cow::Owned(token.replace_all(&text, &removed).into_owned())
    });
    (closed != message).then(|| closed.into_owned())
}

fn close(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => members.iter_mut().fold(false, |closed, (key, value)| {
            if value.is_string() && KEYS.iter().any(|one| key.eq_ignore_ascii_case(one)) {
                *value = Value::from(REMOVED);
                return true;
            }
            close(value) || closed
        }),
        Value::Array(all) => all.iter_mut().map(close).filter(|closed| *closed).count() > 0,
        Value::String(text) => match without_tokens(text) {
            Some(closed) => {
                *text = closed;
                true
            }
            None => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_removed_wherever_it_stands() {
        let inner = json!({"approval": {"token": "s3cret", "stageName": "x"}});
        let deep = format!("{}{inner}{}", "[".repeat(200), "]".repeat(200));
        for message in [
            inner.to_string(),
            json!({"TOKEN": "s3cret", "list": [{"Token": "s3cret"}]}).to_string(),
            json!({"Records": [{"Message": inner.to_string()}]}).to_string(),
            json!([json!({"m": inner.to_string()}).to_string()]).to_string(),
            r#"{"\u0074oken": "s3cret"}"#.to_owned(),
            r#"{"token": "s3cret", "n": 1e999}"#.to_owned(),
            r#"Approve: {"token" : "s3cret"} now"#.to_owned(),
            r#"{"token": "s3cret"#.to_owned(),
            r#"{"m": "{\"token\": \"s3cret\"}", "n": 1e999}"#.to_owned(),
            r#"{"m": "{\"token\": \"\u0041s3cret\"}", "n": 1e999}"#.to_owned(),
            r#"{"m": "{\"token\": \"x\\ns3cret\"}", "n": 1e999}"#.to_owned(),
            "{ \"token\": \"\u{1}s3cret\" }".to_owned(),
            json!({"Sns": {"UnsubscribeUrl": "https://sns/?s3cret", "SubscribeURL": "https://sns/?s3cret"}})
                .to_string(),
            "To stop: https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=s3cret, or ask"
                .to_owned(),
            json!({"text": "go to https://sns/?Action=ConfirmSubscription&Token=s3cret now"}).to_string(),
            deep,
        ] {
            let closed = without_tokens(&message).unwrap_or_else(|| panic!("{message}"));
            assert!(!closed.contains("s3cret") && closed.contains(REMOVED), "{closed}");
            assert_eq!(without_tokens(&closed).unwrap_or(closed.clone()), closed, "it is stable");
        }
    }

    #[test]
    fn what_has_none_is_left_as_it_is() {
        for message in
            ["", "token: x", "{\"tokens\": \"x\"}", "{\"token\": 7}", "[1, \"token\"]", "{\"a\":\"token\"}"]
        {
            assert_eq!(without_tokens(message), None, "{message}");
        }
    }
}
