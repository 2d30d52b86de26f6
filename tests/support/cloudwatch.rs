//! Door: network. A local CloudWatch that speaks Smithy's RPC v2 in CBOR, as the SDK does: alarms in several regions of
//! one account, in pages, refused as the real one refuses.

mod data;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use ciborium::Value as Cbor;
use serde_json::{Value, json};

use super::server::{Answer, Protocol, Request, Server};
use super::sns::CREDENTIALS;
use data::Measured;

/// Whose alarms these are.
pub const ACCOUNT: &str = "123456789012";
const SERVICE: &str = "/service/GraniteServiceVersion20100801/operation/";
const INVALID: Refused = (400, "ValidationError", "1 validation error detected");
const TYPES: [&str; 3] = ["MetricAlarm", "CompositeAlarm", "LogAlarm"];

/// A running CloudWatch.
pub struct CloudWatch {
    server: Server,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared(Mutex<World>);

#[derive(Default)]
struct World {
    /// Type and description, by ARN.
    alarms: BTreeMap<String, (String, Value)>,
    contributors: BTreeMap<String, Vec<Value>>,
    /// By ARN.
    tags: BTreeMap<String, Value>,
    muted: BTreeSet<String>,
    denied: BTreeSet<String>,
    measured: Measured,
    /// Alarms of a page; 0 means as many as were asked for.
    page: usize,
    /// It knows no log alarms.
    older: bool,
}

impl CloudWatch {
    /// Starts it without any alarm.
    pub fn start() -> Self {
        let shared = Arc::<Shared>::default();
        Self { server: Server::start(Arc::clone(&shared) as Arc<dyn Protocol>), shared }
    }

    /// The server, for plans and requests.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The environment of a process that may ask.
    pub fn credentials() -> Vec<(String, String)> {
        CREDENTIALS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    /// Makes an alarm, or changes it. `kind` is its type; `more` are members as the API has them.
    pub fn put(&self, kind: &str, arn: &str, state: &str, since: DateTime<Utc>, more: &Value) {
        let seconds = since.timestamp_millis() as f64 / 1000.0;
        let mut alarm = json!({
            "AlarmName": arn.splitn(7, ':').nth(6), "AlarmArn": arn, "ActionsEnabled": true, "OKActions": [],
            "AlarmActions": [], "InsufficientDataActions": [], "StateValue": state, "StateReason": "it was set",
            "StateUpdatedTimestamp": seconds, "StateTransitionedTimestamp": seconds,
        });
        for (name, value) in more.as_object().unwrap() {
            alarm[name] = value.clone();
        }
        self.world().alarms.insert(arn.to_owned(), (kind.to_owned(), alarm));
    }

    /// Becomes one that has not heard of the newest type yet.
    pub fn forget_log_alarms(&self) {
        self.world().older = true;
    }

    /// The contributors of an alarm that are in alarm, with the seconds since when.
    pub fn contributors(&self, name: &str, ids: &[(&str, DateTime<Utc>)]) {
        let one = |(id, since): &(&str, DateTime<Utc>)| {
            json!({
                "ContributorId": id, "ContributorAttributes": {"InstanceId": format!("i-{id}")}, "StateReason": "high",
                "StateTransitionedTimestamp": since.timestamp_millis() as f64 / 1000.0,
            })
        };
        self.world().contributors.insert(name.to_owned(), ids.iter().map(one).collect());
    }

    /// Has an alarm have these tags and no others.
    pub fn tag(&self, arn: &str, tags: &[(&str, &str)]) {
        let one = |(key, value): &(&str, &str)| json!({"Key": key, "Value": value});
        self.world().tags.insert(arn.to_owned(), tags.iter().map(one).collect());
    }

    /// There is no such alarm any more.
    pub fn delete(&self, arn: &str) {
        self.world().alarms.remove(arn);
    }

    /// People mute it.
    pub fn mute(&self, name: &str) {
        self.world().muted.insert(name.to_owned());
    }

    /// An operation that is not allowed any more, or again.
    pub fn allow(&self, operation: &str, allowed: bool) {
        match allowed {
            true => self.world().denied.remove(operation),
            false => self.world().denied.insert(operation.to_owned()),
        };
    }

    /// Measures a value of a metric.
    pub fn measure(&self, metric: &Value, at: DateTime<Utc>, value: f64) {
        self.world().measured.put(metric, at.timestamp(), value);
    }

    /// How values are given from now on: whether in two pages, and what any metric is expected to be.
    pub fn give(&self, paged: bool, band: (f64, f64)) {
        let mut world = self.world();
        (world.measured.paged, world.measured.band) = (paged, band);
    }

    /// So many alarms stand on a page.
    pub fn page(&self, alarms: usize) {
        self.world().page = alarms;
    }

    /// How often an operation was called.
    pub fn calls(&self, operation: &str) -> usize {
        self.server.requests().iter().filter(|one| one.path.ends_with(&format!("/{operation}"))).count()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Status, code and message of a refusal.
type Refused = (u16, &'static str, &'static str);

impl Protocol for Shared {
    fn answer(&self, request: &Request) -> Answer {
        let world = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match taken(request).and_then(|(operation, region, input)| world.take(operation, &region, &input)) {
            Ok(output) => cbor(200, &output),
            Err((status, code, message)) => refusal(status, code, message),
        }
    }

    fn failure(&self, status: u16, _: &Request) -> Answer {
        match status {
            400 => refusal(400, "ThrottlingException", "Rate exceeded"),
            _ => refusal(status, "InternalServiceFault", "it failed"),
        }
    }
}

fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let kind = format!("com.amazonaws.cloudwatch.v2010_08_01#{code}");
    cbor(status, &json!({"__type": kind, "message": message}))
}

/// Operation, region and input of a request that is signed by somebody who is known.
fn taken(request: &Request) -> Result<(&str, String, Value), Refused> {
    let operation = request.path.strip_prefix(SERVICE).filter(|_| request.method == "POST");
    let operation = operation.ok_or((404, "UnknownOperationException", "no such operation"))?;
    if request.header("smithy-protocol") != Some("rpc-v2-cbor")
        || request.header("content-type") != Some("application/cbor")
    {
        return Err((400, "SerializationException", "another protocol"));
    }
    let signed =
        request.header("authorization").and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 Credential="));
    let scope = signed.ok_or((403, "MissingAuthenticationToken", "not signed"))?;
    let scope: Vec<&str> = scope.split(',').next().unwrap_or_default().split('/').collect();
    match scope.as_slice() {
        [key, _, region, "monitoring", "aws4_request"] if *key == CREDENTIALS[0].1 => {
            let input: Cbor = ciborium::from_reader(request.body.as_slice())
                .map_err(|_| (400, "SerializationException", "no CBOR"))?;
            Ok((operation, (*region).to_owned(), plain(&input)))
        }
        _ => Err((403, "InvalidClientTokenId", "nobody knows these credentials")),
    }
}

impl World {
    fn take(&self, operation: &str, region: &str, input: &Value) -> Result<Value, Refused> {
        if self.denied.contains(operation) {
            return Err((403, "AccessDenied", "no policy of this role allows it"));
        }
        let name = input["AlarmName"].as_str().unwrap_or_default();
        match operation {
            "DescribeAlarms" => self.describe(region, input),
            "ListTagsForResource" => self.tags(region, input["ResourceARN"].as_str().unwrap_or_default()),
            "GetMetricData" => self.measured.get(input),
            "ListMetrics" => self.measured.list(input),
            "DescribeAlarmContributors" => match self.contributors.get(name) {
                Some(all) => Ok(json!({"AlarmContributors": all})),
                None => Err((404, "ResourceNotFoundException", "no such alarm")),
            },
            "ListAlarmMuteRules" if input["Statuses"] == json!(["ACTIVE"]) => {
                let rules: &[&str] = if self.muted.contains(name) { &["quiet"] } else { &[] };
                let rule = |name: &&str| json!({"AlarmMuteRuleArn": name, "Status": "ACTIVE"});
                Ok(json!({"AlarmMuteRuleSummaries": rules.iter().map(rule).collect::<Vec<_>>()}))
            }
            _ => Err((400, "ValidationError", "not understood")),
        }
    }

    fn tags(&self, region: &str, arn: &str) -> Result<Value, Refused> {
        let parts: Vec<&str> = arn.splitn(7, ':').collect();
        let ours = matches!(parts.as_slice(), ["arn", "aws", "cloudwatch", place, ACCOUNT, "alarm", name]
            if *place == region && !name.is_empty());
        if !ours || arn.len() > 1024 {
            return Err((400, "InvalidParameterValueException", "not the ARN of a resource of this region"));
        }
        match self.alarms.contains_key(arn) {
            true => Ok(json!({"Tags": self.tags.get(arn).cloned().unwrap_or_else(|| json!([]))})),
            false => Err((404, "ResourceNotFoundException", "no such alarm")),
        }
    }

    /// The alarms that a composite's rule names: of each, what this call gives.
    fn children(&self, region: &str, parent: &str, input: &Value) -> Result<Value, Refused> {
        let beside = input.as_object().unwrap().keys();
        if beside
            .into_iter()
            .any(|key| !["ChildrenOfAlarmName", "MaxRecords", "NextToken"].contains(&key.as_str()))
        {
            return Err(INVALID);
        }
        let here = |arn: &str| arn.split(':').nth(3) == Some(region);
        let rule = self.alarms.iter().find(|(arn, (_, alarm))| here(arn) && alarm["AlarmName"] == parent);
        let rule = rule.and_then(|(_, (_, alarm))| alarm["AlarmRule"].as_str()).ok_or(INVALID)?;
        let of = |kind: &str| -> Vec<Value> {
            let all = self.alarms.iter().filter(|(arn, (is, alarm))| {
                here(arn) && is == kind && rule.contains(&format!("({})", alarm["AlarmName"]))
            });
            let members = ["AlarmName", "AlarmArn", "StateValue", "StateUpdatedTimestamp"];
            all.map(|(_, (_, alarm))| members.map(|member| (member.to_owned(), alarm[member].clone())))
                .map(|members| Value::Object(members.into_iter().collect()))
                .collect()
        };
        Ok(json!({"MetricAlarms": of(TYPES[0]), "CompositeAlarms": of(TYPES[1])}))
    }

    fn describe(&self, region: &str, input: &Value) -> Result<Value, Refused> {
        if let Some(parent) = input["ChildrenOfAlarmName"].as_str() {
            return self.children(region, parent, input);
        }
        let list = |key: &str| {
            let texts = |all: &Vec<Value>| all.iter().map(|one| one.as_str().unwrap().to_owned()).collect();
            input[key].as_array().map(texts).unwrap_or_default()
        };
        let (names, mut types): (Vec<String>, Vec<String>) = (list("AlarmNames"), list("AlarmTypes"));
        let most = input["MaxRecords"].as_u64().unwrap_or(50) as usize;
        let known = if self.older { &TYPES[..2] } else { &TYPES };
        let unknown = types.iter().any(|one| !known.contains(&one.as_str()));
        if names.len() > 100 || !(1..=100).contains(&most) || unknown || !input["AlarmNamePrefix"].is_null() {
            return Err(INVALID);
        }
        if types.is_empty() {
            types.push("MetricAlarm".into());
        }
        let prefix = input["ActionPrefix"].as_str().unwrap_or_default();
        if !input["ActionPrefix"].is_null() && !(1..=1024).contains(&prefix.len()) {
            return Err(INVALID);
        }
        let acts = |alarm: &Value| {
            let lists =
                ["AlarmActions", "OKActions", "InsufficientDataActions"].map(|list| alarm[list].as_array());
            lists.into_iter().flatten().flatten().any(|one| one.as_str().unwrap().starts_with(prefix))
        };
        let wanted = |(arn, (kind, alarm)): &(&String, &(String, Value))| {
            arn.split(':').nth(3) == Some(region)
                && types.contains(kind)
                && (names.is_empty() || names.iter().any(|name| alarm["AlarmName"] == **name))
                && (prefix.is_empty() || acts(alarm))
                && (input["StateValue"].is_null() || alarm["StateValue"] == input["StateValue"])
        };
        let from = match input["NextToken"].as_str() {
            None => 0,
            Some(token) => token
                .strip_prefix("from-")
                .and_then(|number| number.parse::<usize>().ok())
                .ok_or((400, "InvalidNextToken", "not one of ours"))?,
        };
        let size = if self.page == 0 { most } else { self.page.min(most) };
        let all: Vec<_> = self.alarms.iter().filter(wanted).collect();
        let page: Vec<_> = all.iter().skip(from).take(size).collect();
        let of = |kind: &str| -> Vec<&Value> {
            page.iter().filter(|(_, (is, _))| is == kind).map(|(_, (_, alarm))| alarm).collect()
        };
        let token = (from + size < all.len()).then(|| format!("from-{}", from + size));
        Ok(json!({
            "MetricAlarms": of(TYPES[0]), "CompositeAlarms": of(TYPES[1]), "LogAlarms": of(TYPES[2]), "NextToken": token,
        }))
    }
}

fn cbor(status: u16, body: &Value) -> Answer {
    let mut bytes = Vec::new();
    ciborium::into_writer(&tagged("", body), &mut bytes).unwrap();
    Answer { body: bytes, ..Answer::text(status, "") }
        .header("content-type", "application/cbor")
        .header("smithy-protocol", "rpc-v2-cbor")
}

/// JSON as CBOR; members whose names say so are times.
fn tagged(key: &str, value: &Value) -> Cbor {
    match value {
        Value::Number(number) if key.ends_with("Timestamp") => {
            Cbor::Tag(1, Box::new(Cbor::Float(number.as_f64().unwrap())))
        }
        Value::Array(all) => {
            Cbor::Array(all.iter().map(|one| tagged(key.trim_end_matches('s'), one)).collect())
        }
        Value::Object(members) => {
            let there = members.iter().filter(|(_, value)| !value.is_null());
            Cbor::Map(there.map(|(key, value)| (Cbor::Text(key.clone()), tagged(key, value))).collect())
        }
        other => Cbor::serialized(other).unwrap(),
    }
}

/// CBOR as JSON.
fn plain(value: &Cbor) -> Value {
    match value {
        Cbor::Text(text) => json!(text),
        Cbor::Bool(truth) => json!(truth),
        Cbor::Integer(number) => json!(i64::try_from(*number).unwrap()),
        Cbor::Float(number) => json!(number),
        Cbor::Tag(_, inner) => plain(inner),
        Cbor::Array(all) => all.iter().map(plain).collect(),
        Cbor::Map(members) => {
            members.iter().map(|(key, value)| (key.as_text().unwrap().to_owned(), plain(value))).collect()
        }
        _ => Value::Null,
    }
}
