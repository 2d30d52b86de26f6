//! A call of AWS's API as CloudTrail records it: who did what to which things, and whether it worked.
//!
//! Knows the record. Of a request only what names a thing is read: values may be secrets. Must not know how the record
//! came here.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use regex::Regex;
use serde_json::Value;

use super::pick::{first, list, short, text, word};
use super::principal::Principal;
use super::time::time;

/// Things that are named of one call.
const MOST_OBJECTS: usize = 20;
/// How deep a request is looked into, and at how many of its members.
const DEPTH: usize = 8;
const MOST_MEMBERS: usize = 2_000;
/// Longest name of a thing, in bytes.
const MOST_NAME: usize = 256;
/// The note that names the things, and what stands between two of them.
pub const ON: &str = "on";
/// See [`ON`].
pub const BETWEEN: &str = ", ";
/// The end of what a request calls a thing: `functionName`, `dBInstanceIdentifier`, `loadBalancerArns`.
const NAMING: [&str; 14] = [
    "name",
    "id",
    "arn",
    "identifier",
    "bucket",
    "cluster",
    "service",
    "taskdefinition",
    "repository",
    "table",
    "rule",
    "resource",
    "application",
    "environment",
];
/// What names no thing, or is better not told, whatever its end is: `accessKeyId`, `externalId`, `clientRequestId`.
const SILENT: [&str; 10] =
    ["key", "secret", "token", "password", "credential", "external", "request", "client", "session", "mfa"];
/// Calls that belong to any day: sessions and logins, agents that report, queries, streams of logs.
#[allow(clippy::expect_used, reason = "the pattern is a constant, and a test compiles it")]
static ROUTINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:sts|signin|sso|sso-oauth|health|notifications) |",
        r"^kms (?:Decrypt|Encrypt|ReEncrypt|GenerateDataKey|CreateGrant|RetireGrant)|",
        r"^logs (?:CreateLogStream|PutLogEvents)|",
        r"^ecs (?:Submit|RegisterContainerInstance|DiscoverPollEndpoint)|",
        r"^(?:ssm|ssmmessages|ec2messages) (?:UpdateInstance|Put(?:Inventory|Compliance)|Open|Create\w*Channel|Register\w*Instance)|",
        r"^ecr (?:InitiateLayerUpload|UploadLayerPart|CompleteLayerUpload)|",
        r" (?:StartQuery|StopQuery|Search|Test|Validate|Preview|Simulate|Heartbeat)"
    ))
    .expect("a constant pattern")
});

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `eventID`: the same however the record comes here.
    pub id: String,
    /// When it was.
    pub at: Option<DateTime<Utc>>,
    /// `eventSource`: `lambda.amazonaws.com`.
    pub origin: String,
    /// `eventName`.
    pub name: String,
    /// Who called.
    pub by: Principal,
    /// The error's code; empty where it worked.
    pub error: String,
    /// Whether it only reads.
    pub read_only: bool,
    /// Where it was called.
    pub region: String,
    /// Whose it is.
    pub account: String,
    /// The things that it was about, as far as they are named.
    pub objects: Vec<String>,
}

impl Call {
    /// The call of a record; `None` where it lacks its name.
    pub fn read(record: &Value) -> Option<Self> {
        let mut call = Self {
            id: word(record, "/eventID").unwrap_or_default(),
            at: time(&text(record, "/eventTime")),
            origin: word(record, "/eventSource")?,
            name: word(record, "/eventName")?,
            by: Principal::read(record),
            error: word(record, "/errorCode").unwrap_or_default(),
            read_only: record.get("readOnly").is_some_and(|value| *value == true || value == "true"),
            region: word(record, "/awsRegion").unwrap_or_default(),
            account: first(record, &["/recipientAccountId", "/userIdentity/accountId"]),
            objects: Vec::new(),
        };
        for resource in list(record, "/resources") {
            call.add(&first(resource, &["/ARN", "/resourceName"]));
        }
        if let Some(request) = record.get("requestParameters") {
            named(request, "", DEPTH, &mut MOST_MEMBERS.clone(), &mut |name| call.add(name));
        }
        Some(call)
    }

    /// Adds a thing that it was about.
    pub fn add(&mut self, object: &str) {
        let object = short(object.trim());
        let fits = !object.is_empty() && object.len() <= MOST_NAME && !object.contains(char::is_control);
        // A name within a longer one says nothing new: `function:pay` and `pay`.
        let known = |one: &String| one.rsplit([':', '/']).next() == Some(object) || one == object;
        if fits && self.objects.len() < MOST_OBJECTS && !self.objects.iter().any(known) {
            self.objects.push(object.to_owned());
        }
    }

    /// `lambda`.
    pub fn service(&self) -> &str {
        self.origin.split('.').next().unwrap_or_default()
    }

    /// What was done by whom, without on what: calls that say the same are one run.
    pub fn summary(&self) -> String {
        let done = format!("{} called {} {}", self.by.who, self.service(), self.name);
        if self.error.is_empty() { done } else { format!("{done}, which failed ({})", self.error) }
    }

    /// What else is told of it, by name.
    pub fn notes(&self) -> Vec<(&'static str, String)> {
        let all = [
            (ON, self.objects.join(BETWEEN)),
            ("with", self.by.with.to_owned()),
            ("through", self.by.through.clone()),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Whether it belongs to any day.
    pub fn is_routine(&self) -> bool {
        self.read_only || ROUTINE.is_match(&format!("{} {}", self.service(), self.name))
    }
}

/// Gives `found` each text that a member of `value`, called `key`, names a thing with.
fn named(value: &Value, key: &str, depth: usize, left: &mut usize, found: &mut dyn FnMut(&str)) {
    if depth == 0 || *left == 0 {
        return;
    }
    *left -= 1;
    match value {
        Value::String(text) if names(key) => found(text),
        Value::Array(all) => all.iter().for_each(|one| named(one, key, depth - 1, left, found)),
        Value::Object(members) => {
            members.iter().for_each(|(key, one)| named(one, key, depth - 1, left, found));
        }
        _ => {}
    }
}

fn names(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let one = key.strip_suffix('s').unwrap_or(&key);
    !SILENT.iter().any(|word| key.contains(word)) && NAMING.iter().any(|end| one.ends_with(end))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(source: &str, name: &str, request: Value) -> Value {
        json!({
            "eventVersion": "1.11", "eventID": "e-1", "eventTime": "2026-11-20T07:55:00Z",
            "eventSource": format!("{source}.amazonaws.com"), "eventName": name, "awsRegion": "eu-west-1",
            "recipientAccountId": "123456789012", "readOnly": false, "requestParameters": request,
            "userIdentity": {"type": "IAMUser", "userName": "deployer"},
        })
    }

    #[test]
    fn only_what_names_a_thing_is_taken_of_a_request() {
        for (request, objects) in [
            (
                json!({"functionName": "arn:aws:lambda:eu-west-1:123456789012:function:pay", "environment": {"variables": {"DB_PASSWORD": "hunter2"}}}),
                "function:pay",
            ),
            (
                json!({"cluster": "prod", "service": "web", "taskDefinition": "web:42", "desiredCount": 0}),
                "prod,web,web:42",
            ),
            (
                json!({"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}, "userData": "c2VjcmV0"}),
                "i-1,i-2",
            ),
            (json!({"dBInstanceIdentifier": "main", "masterUserPassword": "hunter2"}), "main"),
            (json!({"name": "/pay/key", "value": "hunter2", "type": "SecureString"}), "/pay/key"),
            (json!({"secretId": "s", "secretString": "hunter2", "accessKeyId": "AKIAX"}), ""),
            (json!({"clientRequestId": "c", "externalId": "hunter2", "names": ["a", "a", "b"]}), "a,b"),
            (json!({"name": "two\nlines", "id": "x".repeat(300), "arn": 7, "bucketName": "logs"}), "logs"),
            (json!(null), ""),
        ] {
            let call = Call::read(&record("x", "Change", request.clone())).unwrap();
            assert_eq!(call.objects.join(","), objects, "{request}");
            assert!(!format!("{call:?}").contains("hunter2"), "{request}");
        }
    }

    #[test]
    fn a_huge_request_is_read_in_part() {
        let many: Vec<Value> = (0..100_000).map(|n| json!({"instanceId": format!("i-{n}")})).collect();
        let mut deep = json!({"name": "at the bottom"});
        for _ in 0..100 {
            deep = json!({"x": deep});
        }
        let call = Call::read(&record("ec2", "RunInstances", json!({"many": many, "deep": deep}))).unwrap();
        assert_eq!((call.objects.len(), call.objects[0].as_str()), (MOST_OBJECTS, "i-0"));
    }

    #[test]
    fn what_was_done_is_a_sentence_and_a_failure_says_so() {
        let mut one = record("lambda", "UpdateFunctionCode", json!({}));
        assert_eq!(Call::read(&one).unwrap().summary(), "the user deployer called lambda UpdateFunctionCode");
        one["errorCode"] = "AccessDenied".into();
        let call = Call::read(&one).unwrap();
        assert_eq!(
            call.summary(),
            "the user deployer called lambda UpdateFunctionCode, which failed (AccessDenied)"
        );
        assert_eq!((call.account.as_str(), call.region.as_str()), ("123456789012", "eu-west-1"));
        for lacking in ["eventName", "eventSource"] {
            let mut one = one.clone();
            one[lacking] = json!(["x"]);
            assert_eq!(Call::read(&one), None, "{lacking}");
        }
    }

    #[test]
    fn what_belongs_to_any_day_is_told_from_changes() {
        for (source, name, routine) in [
            ("sts", "AssumeRole", true),
            ("signin", "ConsoleLogin", true),
            ("logs", "CreateLogStream", true),
            ("logs", "StartQuery", true),
            ("athena", "StartQueryExecution", true),
            ("kms", "GenerateDataKey", true),
            ("ecs", "SubmitTaskStateChange", true),
            ("ssm", "UpdateInstanceInformation", true),
            ("logs", "DeleteLogGroup", false),
            ("kms", "ScheduleKeyDeletion", false),
            ("ecs", "UpdateService", false),
            ("ssm", "PutParameter", false),
            ("lambda", "UpdateFunctionConfiguration20150331v2", false),
        ] {
            let call = Call::read(&record(source, name, json!({}))).unwrap();
            assert_eq!(call.is_routine(), routine, "{source} {name}");
        }
        let mut read = record("ec2", "DescribeInstances", json!({}));
        read["readOnly"] = "true".into();
        assert!(Call::read(&read).unwrap().is_routine());
    }
}
