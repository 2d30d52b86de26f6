//! Single values out of bodies that strangers wrote, and the names inside of them.

use serde_json::Value;

/// Hosts of AWS's consoles end so.
const CONSOLES: [&str; 3] = ["aws.amazon.com", "amazonaws.cn", "amazonaws-us-gov.com"];
/// Longest state, id or name that is one, in bytes.
const MOST_WORD: usize = 512;
/// Longest line of a text that is one value, in bytes.
const MOST_FIELD: usize = 4096;

/// The text or number at `pointer` (RFC 6901), or nothing.
pub fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The same, where there is one that can name something: one line of bounded length.
pub fn word(value: &Value, pointer: &str) -> Option<String> {
    let text = text(value, pointer);
    (!text.is_empty() && text.len() <= MOST_WORD && !text.contains('\n')).then_some(text)
}

/// The first of several places that has a text.
pub fn first(value: &Value, pointers: &[&str]) -> String {
    pointers.iter().map(|pointer| text(value, pointer)).find(|text| !text.is_empty()).unwrap_or_default()
}

/// A list, or none.
pub fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The `n`th part of an ARN, or nothing: 3 is the region, 4 the account, 5 all the rest.
pub fn of_arn(arn: &str, n: usize) -> &str {
    if !arn.starts_with("arn:") {
        return "";
    }
    arn.splitn(6, ':').nth(n).unwrap_or_default()
}

/// What people call the thing of an ARN: its last part. What is no ARN is its own name.
pub fn short(name: &str) -> &str {
    match of_arn(name, 5) {
        "" => name,
        rest => rest,
    }
}

/// In one line.
pub fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands behind `name:` in a line of a text.
pub fn field(text: &str, name: &str) -> Option<String> {
    let value =
        text.lines().find_map(|line| line.trim_start().strip_prefix(name)?.trim_start().strip_prefix(':'))?;
    let value = value.trim();
    (!value.is_empty() && value.len() <= MOST_FIELD).then(|| value.to_owned())
}

/// Some of many names, for a sentence.
pub fn some_of(names: &[String], most: usize) -> String {
    let named = names.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// An address of AWS's console; no other is taken over.
pub fn console(address: &str) -> Option<String> {
    let rest = address.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let ours = |end: &str| host.strip_suffix(end).is_some_and(|front| front.ends_with('.'));
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let fits = host.chars().all(plain) && CONSOLES.iter().any(|end| ours(end)) && !address.contains(odd);
    fits.then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_single_texts() {
        let value = json!({"a": {"b": " x "}, "n": 4.5, "l": [1], "long": "y".repeat(600), "two": "a\nb"});
        assert_eq!((text(&value, "/a/b").as_str(), text(&value, "/n").as_str()), ("x", "4.5"));
        assert_eq!((text(&value, "/l"), text(&value, "/none")), (String::new(), String::new()));
        assert_eq!((word(&value, "/long"), word(&value, "/two"), word(&value, "/l")), (None, None, None));
        assert_eq!(first(&value, &["/none", "/n"]), "4.5");
        assert_eq!(field("A: 1\n B :2\nC:\n", "B").as_deref(), Some("2"));
        assert_eq!(
            (field("A: 1", "B"), field("C:", "C"), field("Budget Name", "Budget Name")),
            (None, None, None)
        );
        assert_eq!(some_of(&["a".into(), "b".into(), "c".into()], 2), "a, b and 1 more");
    }

    #[test]
    fn arns_come_apart() {
        let arn = "arn:aws:rds:eu-west-1:123456789012:db:main";
        assert_eq!((of_arn(arn, 3), of_arn(arn, 4), short(arn)), ("eu-west-1", "123456789012", "db:main"));
        assert_eq!((short("main"), short("arn:x"), of_arn("a:b:c:d:e:f", 3)), ("main", "arn:x", ""));
    }

    #[test]
    fn only_consoles_of_aws_are_addresses() {
        for good in [
            "https://console.aws.amazon.com/rds/home?region=us-east-1#dbinstance:id=db",
            "https://eu-west-1.console.aws.amazon.com/x",
            "https://console.amazonaws.cn/x",
        ] {
            assert_eq!(console(good).as_deref(), Some(good));
        }
        for bad in [
            "http://console.aws.amazon.com/",
            "https://evil.example/console.aws.amazon.com",
            "https://console.aws.amazon.com.evil.example/",
            "https://evilaws.amazon.com/",
            "https://x@console.aws.amazon.com/",
            "https://console.aws.amazon.com/a b",
            "https://console.aws.amazon.com/\u{0}",
            "https://aws.amazon.com",
            "javascript:1",
            "",
        ] {
            assert_eq!(console(bad), None, "{bad}");
        }
    }
}
