//! The table of hostile bodies: what it is, what is sent, what is answered and kept, and why.

use super::{Kept, Row};

/// One alert as JSON: its `labels` without the name, and `more` members.
fn alert(name: &str, labels: &str, more: &str) -> String {
    let comma = if labels.is_empty() { "" } else { "," };
    format!(
        r#"{{"status":"firing","labels":{{"alertname":"{name}","severity":"warning"{comma}{labels}}},"annotations":{{"summary":"{name} is at 3%"}}{more}}}"#
    )
}

fn body(alerts: &str) -> Vec<u8> {
    format!(r#"{{"version":"4","status":"firing","groupKey":"{{}}:{{}}","alerts":[{alerts}]}}"#).into_bytes()
}

/// Accepted with one alert.
fn taken(name: &'static str, why: &'static str, labels: &str, more: &str) -> Row {
    Row::new(name, why, body(&alert(name, labels, more)), 200, Kept::Alerts(1))
}

/// Nothing in it can be used, so it is kept raw and told as an unreadable alarm.
fn refused(name: &'static str, why: &'static str, body: impl Into<Vec<u8>>) -> Row {
    Row::new(name, why, body.into(), 400, Kept::Rejected)
}

fn whole(name: &'static str, why: &'static str, bytes: impl Into<Vec<u8>>, status: u16, kept: Kept) -> Row {
    Row::new(name, why, bytes.into(), status, kept)
}

pub fn rows() -> Vec<Row> {
    [no_json(), other_json(), odd_json(), labels(), texts(), times(), identities(), encodings(), sizes()]
        .into_iter()
        .flatten()
        .collect()
}

fn no_json() -> Vec<Row> {
    let good = body(&alert("Truncated", "", ""));
    let utf16: Vec<u8> = String::from_utf8_lossy(&good).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n{}\r\n--b--\r\n";
    vec![
        refused("Empty", "says nothing", ""),
        refused("Blank", "says nothing", " \r\n\t "),
        refused("Truncated", "its end is missing, and with it who knows what", &good[..good.len() - 20]),
        refused("NotJson", "words", "the disk is full"),
        refused(
            "Xml",
            "another language",
            "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
        ),
        refused("Utf16", "JSON is UTF-8 (RFC 8259)", utf16),
        refused("Binary", "a picture", vec![0x89, b'P', b'N', b'G', 0, 0xff, 0xfe, 0]),
        refused("JsonLines", "two documents are none", "{\"alerts\":[]}\n{\"alerts\":[]}\n"),
        refused("Form", "a form", "payload=%7B%22alerts%22%3A%5B%5D%7D")
            .header("content-type", "application/x-www-form-urlencoded"),
        refused("Multipart", "a form with files", multipart)
            .header("content-type", "multipart/form-data; boundary=b"),
        refused("Deep", "100,000 levels must not overflow the stack", "[".repeat(100_000)),
    ]
}

fn other_json() -> Vec<Row> {
    vec![
        refused("Null", "JSON, and nothing", "null"),
        refused("Number", "a number for no type", "1e999999"),
        refused(
            "Array",
            "Prometheus' own body belongs to another address",
            "[{\"labels\":{\"alertname\":\"x\"}}]",
        ),
        refused("NoAlerts", "an object of somebody else", "{\"text\":\"hello\"}"),
        refused("AlertsNull", "no list", "{\"alerts\":null}"),
        refused("AlertsObject", "no list", "{\"alerts\":{\"labels\":{}}}"),
        refused("AlertsEmpty", "an empty list", "{\"alerts\":[]}"),
        refused("AlertsOfNulls", "a list of nothing", "{\"alerts\":[null,1,\"x\",[]]}"),
        refused("LabelsArray", "labels have names", r#"{"alerts":[{"labels":["alertname=x"]}]}"#),
        refused("LabelsMissing", "nobody knows what it is about", r#"{"alerts":[{"status":"firing"}]}"#),
    ]
}

fn odd_json() -> Vec<Row> {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_key = format!(r#"{{"x":{deep},"alerts":[{}]}}"#, alert("DeepUnread", "", ""));
    let named = |name: &str| alert(name, "", "");
    vec![
        whole("DeepUnread", "deep where nobody looks", deep_key, 200, Kept::Alerts(1)),
        taken(
            "DeepValue",
            "deep where a text should be",
            &format!(r#""x":{}"#, "[".repeat(900) + &"]".repeat(900)),
            "",
        ),
        whole(
            "SomeGood",
            "the good ones are taken",
            body(&format!("null,{},7", named("SomeGood"))),
            200,
            Kept::Partial(1),
        ),
        whole(
            "Version3",
            "its group key was a number",
            format!(r#"{{"version":"3","groupKey":17,"status":"firing","alerts":[{}]}}"#, named("Version3")),
            200,
            Kept::Alerts(1),
        ),
        whole(
            "Version5",
            "the next version may say the same",
            format!(r#"{{"version":"5","alerts":[{}]}}"#, named("Version5")),
            200,
            Kept::Alerts(1),
        ),
        whole(
            "UpperKeys",
            "Go reads keys in any case",
            format!(r#"{{"ALERTS":[{}]}}"#, named("UpperKeys").replace("labels", "Labels")),
            200,
            Kept::Alerts(1),
        ),
        whole(
            "Twice",
            "of equal keys the last counts",
            format!(r#"{{"alerts":[],"alerts":[{}]}}"#, named("Twice")),
            200,
            Kept::Alerts(1),
        ),
        whole(
            "HugeNumbers",
            "numbers that fit no type, where nobody counts",
            format!(
                r#"{{"version":1e999,"truncatedAlerts":-1e99,"status":123456789012345678901234567890,"alerts":[{}]}}"#,
                named("HugeNumbers")
            ),
            200,
            Kept::Alerts(1),
        ),
    ]
}

fn labels() -> Vec<Row> {
    vec![
        whole(
            "NullLabels",
            "as Go writes an empty map",
            r#"{"alerts":[{"status":"firing","labels":null,"annotations":null}]}"#,
            200,
            Kept::Alerts(1),
        ),
        taken(
            "NumericValues",
            "values are taken as they are written",
            r#""n":1e999,"b":true,"z":null,"o":{"a":[1]}"#,
            "",
        ),
        taken("EmptyName", "a label without a name", r#""":"x"," ":"y""#, ""),
        taken("DuplicateLabels", "the last counts", r#""pod":"a","pod":"b""#, ""),
        taken("NulValue", "Postgres refuses NUL", r#""pod":"a\u0000b""#, ""),
        taken("NulName", "in names too", r#""p\u0000d":"x""#, ""),
        taken("LoneSurrogate", "half a character", r#""pod":"a\ud800b","\udfff":"x""#, ""),
        taken("LookAlikes", "Cyrillic letters that look Latin", r#""pоd":"аpi","ѕeverity":"critical""#, ""),
        taken(
            "Direction",
            "text that turns the line around, escapes of terminals",
            r#""pod":"\u202eexe.txt\u202c","term":"\u001b[2J\u001b]0;x\u0007\u0008""#,
            "",
        ),
        taken(
            "PrometheusNames",
            "names that are no identifiers",
            r#""a.b/c d":"x","__name__":"y","9":"z""#,
            "",
        ),
    ]
}

fn texts() -> Vec<Row> {
    let said = |text: &str| {
        format!(r#","annotations":{{"summary":"{text}","description":"{text}","runbook_url":"{text}"}}"#)
    };
    vec![
        taken(
            "Html",
            "markup stays text",
            r#""pod":"<script>alert(1)</script>""#,
            &said(r#"<img src=x onerror=alert(1)>\"'><svg/onload=alert(1)>"#),
        ),
        taken(
            "SlackControls",
            "nobody is called by an alarm",
            r#""pod":"<!channel>""#,
            &said("<!channel> <!here> <@U123> <#C1|x> <https://evil.example.com|click> *b* _i_ ~s~ `c`"),
        ),
        taken(
            "Templates",
            "nothing is evaluated",
            r#""pod":"{{7*7}}""#,
            &said("{{ .Labels }} ${jndi:ldap://x} #{7*7} <%= 7 %> %n%n%s {{{raw}}}"),
        ),
        taken(
            "Sql",
            "nothing is pasted into SQL",
            r#""pod":"'; DROP TABLE incident; --""#,
            &said("' OR 1=1; -- \\\\ %_"),
        ),
        taken(
            "LogLines",
            "one line of the log stays one",
            r#""pod":"a\r\n{\"level\":\"error\"}""#,
            &said("a\\r\\nHTTP/1.1 200 OK\\r\\n\\r\\n"),
        ),
        taken("Urls", "links that run", "", r#","generatorURL":"javascript:alert(1)""#),
        taken("AnnotationsText", "annotations decide nothing", "", r#","annotations":"text""#),
        taken("StatusUnknown", "it fires, as its group does", "", r#","status":"on fire""#),
    ]
}

fn times() -> Vec<Row> {
    let starts = |at: &str| format!(r#","startsAt":{at},"endsAt":"0001-01-01T00:00:00Z""#);
    vec![
        taken("TimeZero", "Go's zero is no time", "", &starts("\"0001-01-01T00:00:00Z\"")),
        taken("TimeFuture", "a clock that is wrong", "", &starts("\"9999-12-31T23:59:59.999999999Z\"")),
        taken(
            "TimeYear10000",
            "past what RFC 3339 and Postgres know",
            "",
            &starts("\"10000-01-01T00:00:00Z\""),
        ),
        taken("TimeOffset", "past it by its offset", "", &starts("\"9999-12-31T23:59:59-14:00\"")),
        taken("TimeNegative", "before year 0", "", &starts("\"-4000-01-01T00:00:00Z\"")),
        taken("TimeLeap", "a second that most clocks do not have", "", &starts("\"2026-06-30T23:59:60Z\"")),
        taken("TimeEmpty", "an empty text", "", &starts("\"\"")),
        taken("TimeEpoch", "seconds", "", &starts("1764000000")),
        taken("TimeHuge", "a number for no clock", "", &starts("99999999999999999999")),
        taken("TimeNull", "null", "", &starts("null")),
        taken(
            "EndsBeforeStarts",
            "it cannot",
            "",
            r#","status":"resolved","startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z""#,
        ),
    ]
}

fn identities() -> Vec<Row> {
    let print = |value: &str| format!(r#","fingerprint":{value}"#);
    vec![
        taken("PrintEmpty", "it is computed", "", &print("\"\"")),
        taken("PrintNumber", "a number is taken as it is written", "", &print("18446744073709551616")),
        taken(
            "PrintHuge",
            "one that is too long is computed",
            "",
            &print(&format!("\"{}\"", "f".repeat(100_000))),
        ),
        taken(
            "PrintOdd",
            "it stands in no path and no query",
            "",
            &print(r#""../../etc/passwd\u0000\n<b>' OR 1=1""#),
        ),
        taken("PrintObject", "no text at all", "", &print(r#"{"a":[1]}"#)),
    ]
}

fn sizes() -> Vec<Row> {
    let many: Vec<String> = (0..10_500).map(|n| alert("TooMany", &format!(r#""pod":"p{n}""#), "")).collect();
    let wide: Vec<String> = (0..200_000).map(|n| format!(r#""l{n:x}":1"#)).collect();
    let most = 8 * 1024 * 1024;
    let mut padded = body(&alert("Padded", "", ""));
    padded.resize(most, b' ');
    let over = [padded.clone(), vec![b' ']].concat();
    vec![
        taken("Wide", "200,000 labels, of which some are kept", &wide.join(","), ""),
        taken("LongValue", "a value of 1 MB is cut", &format!(r#""pod":"{}""#, "x".repeat(1 << 20)), ""),
        taken("LongName", "and a name", &format!(r#""{}":"x""#, "n".repeat(1 << 20)), ""),
        taken(
            "LongText",
            "and a text",
            "",
            &format!(r#","annotations":{{"summary":"{}"}}"#, "重 ".repeat(1 << 18)),
        ),
        whole("Padded", "as long as a body may be", padded, 200, Kept::Alerts(1)),
        whole("PaddedOver", "one byte more", over, 413, Kept::Nothing),
        // Last: everything that lists incidents is slower from here on.
        whole(
            "TooMany",
            "10,000 alerts are read, the others counted",
            body(&many.join(",")),
            200,
            Kept::Partial(10_000),
        ),
    ]
}

fn encodings() -> Vec<Row> {
    let named = |name: &str| body(&alert(name, "", ""));
    let invalid = body(&alert("InvalidUtf8", r#""pod":"X""#, ""));
    let invalid: Vec<u8> = invalid
        .iter()
        .flat_map(|byte| if *byte == b'X' { vec![0xff, 0xc3, 0x28] } else { vec![*byte] })
        .collect();
    vec![
        whole("InvalidUtf8", "bytes that are no character", invalid, 200, Kept::Alerts(1)),
        whole(
            "Bom",
            "Windows writes it",
            [b"\xef\xbb\xbf".to_vec(), named("Bom")].concat(),
            200,
            Kept::Alerts(1),
        ),
        refused(
            "Gzip",
            "never inflated: a small one could become a large one",
            vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0],
        )
        .header("content-encoding", "gzip"),
        refused("Deflate", "the same", named("Deflate")).header("content-encoding", "deflate"),
        whole("Identity", "says that it is what it is", named("Identity"), 200, Kept::Alerts(1))
            .header("content-encoding", "identity"),
        whole("PlainType", "the type is not asked for", named("PlainType"), 200, Kept::Alerts(1))
            .header("content-type", "text/plain"),
        whole("OddType", "whatever it is", named("OddType"), 200, Kept::Alerts(1))
            .header("content-type", "a/b; charset=utf-7; x"),
    ]
}
