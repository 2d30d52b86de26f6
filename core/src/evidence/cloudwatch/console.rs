//! Where AWS's console shows something of CloudWatch, CloudTrail, GuardDuty and Security Hub, with absolute times where it has
//! times.
//!
//! Knows how the console writes objects into its addresses. Nobody documents it: it is what the console itself makes
//! (JSURL, with `*` and two digits for a byte).

use chrono::{DateTime, SecondsFormat, Utc};

use crate::evidence::Window;

/// An object of the console's addresses.
#[derive(Debug, Default)]
pub struct Object(String);

impl Object {
    /// Adds a text.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.raw(name, &format!("'{}", text(value)))
    }

    /// Adds a truth.
    #[must_use]
    pub fn flag(self, name: &str, value: bool) -> Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// Adds a list of texts.
    #[must_use]
    pub fn texts<'a>(self, name: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let values: String = values.into_iter().map(|value| format!("~'{}", text(value))).collect();
        self.raw(name, &format!("({values})"))
    }

    /// Adds an object.
    #[must_use]
    pub fn object(self, name: &str, value: &Self) -> Self {
        self.raw(name, &format!("({})", value.0))
    }

    fn raw(mut self, name: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push('~');
        }
        self.0.push_str(&format!("{name}~{value}"));
        self
    }

    /// As it stands in an address.
    pub fn written(&self) -> String {
        format!("~({})", self.0)
    }
}

/// What is no letter, digit, `_`, `-` or `.` in hexadecimal digits.
fn text(value: &str) -> String {
    let mut written = String::new();
    let mut units = [0; 2];
    for letter in value.chars() {
        match letter {
            '$' => written.push('!'),
            plain if plain.is_ascii_alphanumeric() || "_-.".contains(plain) => written.push(plain),
            other => {
                for unit in other.encode_utf16(&mut units) {
                    let code = if *unit < 256 { format!("*{unit:02x}") } else { format!("**{unit:04x}") };
                    written.push_str(&code);
                }
            }
        }
    }
    written
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The console's address of CloudWatch in a region; `None` where its partition has another console.
fn home(region: &str) -> Option<String> {
    service(region, "cloudwatch")
}

fn service(region: &str, name: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let other = ["cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"].iter().any(|start| region.starts_with(start));
    let known = !region.is_empty() && region.chars().all(fits) && !other;
    known.then(|| format!("https://{region}.console.aws.amazon.com/{name}/home?region={region}"))
}

/// Logs Insights with this query over these groups (names or ARNs).
pub fn insights(region: &str, groups: &[String], query: &str, window: Window) -> Option<String> {
    let detail = Object::default()
        .text("end", &time(window.end))
        .text("start", &time(window.start))
        .text("timeType", "ABSOLUTE")
        .text("tz", "UTC")
        .text("editorString", query)
        .flag("isLiveTail", false)
        .texts("source", groups.iter().map(String::as_str));
    Some(format!("{}#logsV2:logs-insights$3FqueryDetail$3D{}", home(region)?, detail.written()))
}

/// CloudTrail's event history: the calls `name` of a time.
pub fn calls(region: &str, name: &str, range: Window) -> Option<String> {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let (start, end) = (time(range.start), time(range.end));
    let home = service(region, "cloudtrailv2").filter(|_| plain)?;
    Some(format!("{home}#/events?EventName={name}&StartTime={start}&EndTime={end}"))
}

/// A finding of GuardDuty by its id.
pub fn guardduty_finding(region: &str, id: &str) -> Option<String> {
    let plain = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric());
    let home = service(region, "guardduty").filter(|_| plain)?;
    Some(format!("{home}#/findings?macros=current&fId={id}"))
}

/// A finding of Security Hub by its id, for the most part an ARN: a search, whose value is written as in two addresses.
pub fn hub_finding(region: &str, id: &str) -> Option<String> {
    let home = service(region, "securityhub").filter(|_| !id.is_empty())?;
    let twice = percent(&percent(id));
    Some(format!("{home}#/findings?search=Id%3D%255Coperator%255C%253AEQUALS%255C%253A{twice}"))
}

/// All findings that `name`, Security Hub or GuardDuty, has in a region.
pub fn findings(region: &str, name: &str) -> Option<String> {
    Some(format!("{}#/findings", service(region, name)?))
}

/// As a part of an address (RFC 3986, section 2.1).
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The traces that a filter expression of X-Ray finds.
pub fn traces(region: &str, filter: &str, window: Window) -> Option<String> {
    let query = Object::default().text("expression", filter);
    Some(format!("{}#xray:traces/query?{}", home(region)?, within(&query, window).written()))
}

/// One trace.
pub fn trace(region: &str, id: &str, window: Window) -> Option<String> {
    let object = within(&Object::default(), window);
    Some(format!("{}#xray:traces/{id}?{}", home(region)?, object.written()))
}

/// One query of Athena, with its text, state and results.
pub fn athena(region: &str, id: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let home = service(region, "athena").filter(|_| id.chars().all(fits))?;
    Some(format!("{home}#/query-editor/history/{id}"))
}

fn within(query: &Object, window: Window) -> Object {
    let range = Object::default().text("end", &time(window.end)).text("start", &time(window.start));
    let context = Object::default().object("timeRange", &range);
    Object::default().object("query", query).object("context", &context)
}

/// A metric as the console draws it.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the names are CloudWatch's own")]
pub struct Graph<'a> {
    pub namespace: &'a str,
    pub metric: &'a str,
    pub dimensions: Vec<(&'a str, &'a str)>,
    pub stat: &'a str,
    /// In seconds.
    pub period: i64,
}

/// The graph of a metric.
pub fn graph(region: &str, graph: &Graph<'_>, window: Window) -> Option<String> {
    let pairs = graph.dimensions.iter().flat_map(|(name, value)| [*name, *value]);
    let words = [graph.namespace, graph.metric].into_iter().chain(pairs);
    let row: String = words.map(|word| format!("~'{}", text(word))).collect();
    let options = Object::default().text("stat", graph.stat).raw("period", &graph.period.to_string());
    let object = Object::default()
        .text("view", "timeSeries")
        .flag("stacked", false)
        .raw("metrics", &format!("(~({row}{}))", options.written()))
        .text("region", region)
        .text("start", &time(window.start))
        .text("end", &time(window.end));
    Some(format!("{}#metricsV2:graph={}", home(region)?, object.written()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Redactor;

    fn window(start: &str, end: &str) -> Window {
        Window { start: start.parse().unwrap(), end: end.parse().unwrap() }
    }

    #[test]
    fn it_is_written_as_the_console_writes_it() {
        // What other tools are known to open the console with.
        for (groups, query, times, known) in [
            (
                &["fake-log-group-one", "fake-log-group-two"][..],
                "stats count(@message) by bin(1h)",
                ("2016-12-31T15:00:00Z", "2016-12-31T16:00:00Z"),
                "~(end~'2016-12-31T16*3a00*3a00.000Z~start~'2016-12-31T15*3a00*3a00.000Z~timeType~'ABSOLUTE~tz~'UTC\
                 ~editorString~'stats*20count*28*40message*29*20by*20bin*281h*29~isLiveTail~false\
                 ~source~(~'fake-log-group-one~'fake-log-group-two))",
            ),
            (
                &["/aws/lambda/x"],
                "fields @timestamp, @message\n| filter @message like '$é→'\n| limit 20",
                ("2020-12-30T21:59:59Z", "2020-12-30T23:59:59.5Z"),
                "~(end~'2020-12-30T23*3a59*3a59.500Z~start~'2020-12-30T21*3a59*3a59.000Z~timeType~'ABSOLUTE~tz~'UTC\
                 ~editorString~'fields*20*40timestamp*2c*20*40message*0a*7c*20filter*20*40message*20like*20*27!*e9**2192*27\
                 *0a*7c*20limit*2020~isLiveTail~false~source~(~'*2faws*2flambda*2fx))",
            ),
        ] {
            let groups: Vec<String> = groups.iter().map(|&group| group.to_owned()).collect();
            let link = insights("eu-west-1", &groups, query, window(times.0, times.1)).unwrap();
            let home = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1";
            assert_eq!(link, format!("{home}#logsV2:logs-insights$3FqueryDetail$3D{known}"));
            let told = Redactor::default().redact_url(&link);
            assert_eq!(told.as_ref().map(|told| told.as_str()), Some(link.as_str()), "people get it whole");
        }
    }

    #[test]
    fn a_metric_is_drawn_with_its_dimensions_and_absolute_times() {
        let (namespace, metric, dimensions) = ("AWS/Lambda", "Errors", vec![("FunctionName", "x")]);
        let one = Graph { namespace, metric, dimensions, stat: "Sum", period: 60 };
        let link = graph("eu-west-1", &one, window("2026-03-01T10:00:00Z", "2026-03-01T10:15:00Z")).unwrap();
        assert_eq!(
            link,
            "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#metricsV2:graph=~(view~'timeSeries\
             ~stacked~false~metrics~(~(~'AWS*2fLambda~'Errors~'FunctionName~'x~(stat~'Sum~period~60)))~region~'eu-west-1\
             ~start~'2026-03-01T10*3a00*3a00.000Z~end~'2026-03-01T10*3a15*3a00.000Z)"
        );
        assert_eq!(Redactor::default().redact_url(&link).map(|told| told.to_string()), Some(link));
    }

    #[test]
    fn calls_are_found_in_the_event_history() {
        let range = window("2026-03-01T10:00:00Z", "2026-03-01T10:15:00Z");
        let link = calls("eu-west-1", "UpdateService", range).unwrap();
        assert_eq!(
            link,
            "https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events?EventName=UpdateService\
             &StartTime=2026-03-01T10:00:00.000Z&EndTime=2026-03-01T10:15:00.000Z"
        );
        assert_eq!(Redactor::default().redact_url(&link).map(|told| told.to_string()), Some(link));
        for name in ["", "a b", "a&b", "a\nb", "é"] {
            assert_eq!(calls("eu-west-1", name, range), None, "{name}");
        }
    }

    #[test]
    fn traces_are_found_by_their_filter_or_id_within_absolute_times() {
        let window = window("2026-03-01T10:00:00Z", "2026-03-01T10:15:00Z");
        let home = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#xray:traces/";
        let context =
            "context~(timeRange~(end~'2026-03-01T10*3a15*3a00.000Z~start~'2026-03-01T10*3a00*3a00.000Z)))";
        let found = traces("eu-west-1", "service(\"x\")", window).unwrap();
        assert_eq!(found, format!("{home}query?~(query~(expression~'service*28*22x*22*29)~{context}"));
        let one = trace("eu-west-1", "1-69a40f20-000000000000000000000001", window).unwrap();
        assert_eq!(one, format!("{home}1-69a40f20-000000000000000000000001?~(query~()~{context}"));
        let id = "0b1c2d3e-0000-4000-8000-000000000001";
        let query = athena("eu-west-1", id).unwrap();
        let history = format!("athena/home?region=eu-west-1#/query-editor/history/{id}");
        assert_eq!(query, format!("https://eu-west-1.console.aws.amazon.com/{history}"));
        assert_eq!(athena("eu-west-1", "a/../b"), None);
        for link in [found, one, query] {
            assert_eq!(Redactor::default().redact_url(&link).map(|told| told.to_string()), Some(link));
        }
    }

    #[test]
    fn a_region_with_another_console_or_none_has_no_address() {
        for region in ["cn-north-1", "us-gov-west-1", "us-iso-east-1", "", "x/y", "EU"] {
            let window = window("2026-03-01T10:00:00Z", "2026-03-01T10:15:00Z");
            assert_eq!(insights(region, &[], "", window), None, "{region}");
        }
    }
}
