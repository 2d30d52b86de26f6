//! Door: files, network, processes. A local SNS: it signs with a certificate of its own, and knows which subscriptions
//! wait to be confirmed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::{Answer, Protocol, Request, Server};

/// The topic of every message that says no other.
pub const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarms-prod";
/// Opens the subscription.
pub const CONFIRM_TOKEN: &str = "2336412f37fbc0nf1rm";
/// What nobody may see who could end the subscription.
pub const UNSUBSCRIBE: &str = "b24e11a2-06bd-4e73-aa29-0ed2de3b41b5";

/// A running SNS. Nothing that it hands out in a message may be fetched: those addresses lead to `canary`.
pub struct Sns {
    folder: TempDir,
    api: Server,
    state: Arc<Mutex<State>>,
    canary: Server,
    /// `1` or `2`.
    pub version: &'static str,
}

/// Credentials that it knows, as environment of whoever calls.
pub const CREDENTIALS: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "a-secret-of-aws")];

/// What it knows of the topic.
#[derive(Default)]
struct State {
    /// Actions that the caller may not use.
    denied: Vec<&'static str>,
    /// Endpoint, ARN (or `PendingConfirmation`) and attributes of each subscription.
    subscriptions: Vec<(String, String, BTreeMap<String, String>)>,
    topic: BTreeMap<String, String>,
}

struct Api(Arc<Mutex<State>>);

/// Whether a request carries a signature of [`CREDENTIALS`] for `service` in a region (its value is the SDK's affair).
pub fn is_signed(request: &Request, service: &str) -> bool {
    let Some(given) = request.header("authorization") else { return false };
    let scope = format!("/eu-west-1/{service}/aws4_request, SignedHeaders=");
    given.starts_with(&format!("AWS4-HMAC-SHA256 Credential={}/", CREDENTIALS[0].1)) && given.contains(&scope)
}

fn fault(status: u16, code: &str) -> Answer {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>in words</Message></Error>");
    Answer::text(status, &format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"))
        .header("content-type", "text/xml")
}

fn result(action: &str, inner: &str) -> Answer {
    let text = format!("<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>");
    Answer::text(200, &text).header("content-type", "text/xml")
}

fn entries(attributes: &BTreeMap<String, String>) -> String {
    let escaped = |value: &String| value.replace('&', "&amp;").replace('<', "&lt;");
    let entry = |(key, value): (&String, &String)| {
        format!("<entry><key>{key}</key><value>{}</value></entry>", escaped(value))
    };
    format!("<Attributes>{}</Attributes>", attributes.iter().map(entry).collect::<String>())
}

impl Protocol for Api {
    fn answer(&self, request: &Request) -> Answer {
        let given = request.parameters();
        let value = |key: &str| given.get(key).map_or("", String::as_str);
        let (signed, action) = (is_signed(request, "sns"), value("Action"));
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if request.path != "/" || value("Version") != "2010-03-31" {
            return fault(400, "InvalidAction");
        }
        if signed && state.denied.contains(&action) {
            return fault(403, "AuthorizationError");
        }
        let protected = given.contains_key("AuthenticateOnUnsubscribe") || action != "ConfirmSubscription";
        if protected && !signed {
            return fault(403, "MissingAuthenticationToken");
        }
        let ours = ["", TOPIC].contains(&value("TopicArn"));
        match action {
            "ConfirmSubscription" if ours && value("Token") == CONFIRM_TOKEN => {
                result(action, &format!("<SubscriptionArn>{TOPIC}:1</SubscriptionArn>"))
            }
            "ListTopics" => {
                let topics = [TOPIC, "arn:aws:sns:eu-west-1:123456789012:others"];
                let member = |arn: &str| format!("<member><TopicArn>{arn}</TopicArn></member>");
                // In two pages.
                let (topic, next) = match value("NextToken") {
                    "" => (topics[1], "<NextToken>2</NextToken>"),
                    _ => (topics[0], ""),
                };
                result(action, &format!("<Topics>{}</Topics>{next}", member(topic)))
            }
            "ListSubscriptionsByTopic" if ours => {
                let member = |(endpoint, arn, _): &(String, String, _)| {
                    format!(
                        "<member><TopicArn>{TOPIC}</TopicArn><Protocol>https</Protocol>\
                         <SubscriptionArn>{arn}</SubscriptionArn><Endpoint>{endpoint}</Endpoint></member>"
                    )
                };
                let all: String = state.subscriptions.iter().map(member).collect();
                result(action, &format!("<Subscriptions>{all}</Subscriptions>"))
            }
            "GetSubscriptionAttributes" => {
                let asked = state.subscriptions.iter().find(|(_, arn, _)| arn == value("SubscriptionArn"));
                asked.map_or_else(|| fault(404, "NotFound"), |(_, _, one)| result(action, &entries(one)))
            }
            "GetTopicAttributes" if ours => result(action, &entries(&state.topic)),
            _ => fault(400, "InvalidParameter"),
        }
    }

    fn failure(&self, status: u16, _: &Request) -> Answer {
        fault(status, if status == 400 { "Throttling" } else { "InternalFailure" })
    }
}

struct Canary;

impl Protocol for Canary {
    fn answer(&self, _: &Request) -> Answer {
        Answer::text(200, "you have been seen")
    }
}

impl Sns {
    /// Starts it, with a key of its own.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        make_certificate(folder.path());
        let state = Arc::<Mutex<State>>::default();
        Self {
            folder,
            api: Server::start(Arc::new(Api(Arc::clone(&state)))),
            state,
            canary: Server::start(Arc::new(Canary)),
            version: "1",
        }
    }

    /// The certificate's file.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// A source in flow form that listens to [`TOPIC`] and its kin; `more` are further keys.
    pub fn source(&self, more: &str) -> String {
        format!(
            "[{{ name: aws, topic_arns: [\"arn:aws:sns:eu-west-1:123456789012:alarms-*\"], default_severity: warning, \
             signing_certificate_file: \"{}\", endpoint_url: \"{}\"{more} }}]",
            self.certificate().display(),
            self.api.url()
        )
    }

    /// Its API.
    pub fn api(&self) -> &Server {
        &self.api
    }

    /// From now on callers may not use these actions.
    pub fn deny(&self, actions: &[&'static str]) {
        self.state().denied = actions.to_vec();
    }

    /// Adds a subscription; `arn` is only its end.
    pub fn subscribe(&self, endpoint: &str, arn: &str, attributes: &[(&str, &str)]) {
        let arn = if arn == "PendingConfirmation" { arn.to_owned() } else { format!("{TOPIC}:{arn}") };
        let attributes = attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        self.state().subscriptions.push((endpoint.to_owned(), arn, attributes.collect()));
    }

    /// Sets an attribute of the topic.
    pub fn set_topic(&self, key: &str, value: &str) {
        self.state().topic.insert(key.to_owned(), value.to_owned());
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anybody has followed an address of a message.
    pub fn was_followed(&self) -> bool {
        !self.canary.requests().is_empty()
    }

    /// A notification, signed.
    pub fn notification(&self, subject: Option<&str>, message: &str) -> Value {
        let mut body = self.blank("Notification", message);
        if let Some(subject) = subject {
            body["Subject"] = subject.into();
        }
        let end = format!("{}/?Action=Unsubscribe&SubscriptionArn={TOPIC}:{UNSUBSCRIBE}", self.canary.url());
        body["UnsubscribeURL"] = end.into();
        self.sign(body)
    }

    /// A notification that was sent `ago` seconds before now.
    pub fn old(&self, message: &str, ago: i64) -> Value {
        let mut body = self.notification(None, message);
        let sent = firstlook::clock::now() - chrono::TimeDelta::seconds(ago);
        body["Timestamp"] = sent.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string().into();
        self.sign(body)
    }

    /// A notification that was sent `at` a time of its own, signed.
    pub fn notification_at(&self, message: &str, at: chrono::DateTime<chrono::Utc>) -> Value {
        let mut body = self.blank("Notification", message);
        body["Timestamp"] = at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string().into();
        self.sign(body)
    }

    /// A confirmation of either kind, signed.
    pub fn confirmation(&self, kind: &str) -> Value {
        let mut body = self.blank(kind, "You have chosen to subscribe to the topic.");
        body["Token"] = CONFIRM_TOKEN.into();
        body["SubscribeURL"] = format!("{}/?Token={CONFIRM_TOKEN}", self.canary.url()).into();
        self.sign(body)
    }

    fn blank(&self, kind: &str, message: &str) -> Value {
        let now = firstlook::clock::now().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        let address = format!("{}/SimpleNotificationService-{:032x}.pem", self.canary.url(), 7);
        json!({
            "Type": kind, "MessageId": uuid::Uuid::new_v4().to_string(), "TopicArn": TOPIC, "Message": message,
            "Timestamp": now, "SignatureVersion": self.version, "SigningCertURL": address,
        })
    }

    /// Signs a message as it is now.
    pub fn sign(&self, mut body: Value) -> Value {
        let keys: &[&str] = match body["Type"].as_str() {
            Some("Notification") => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
            _ => &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
        };
        let mut text = String::new();
        for key in keys {
            if let Some(value) = body[*key].as_str() {
                text += &format!("{key}\n{value}\n");
            }
        }
        let digest = if body["SignatureVersion"] == "2" { "-sha256" } else { "-sha1" };
        let mut openssl = Command::new("openssl")
            .args(["dgst", digest, "-sign", "key.pem", "-binary"])
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        openssl.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let signature = openssl.wait_with_output().unwrap();
        assert!(signature.status.success());
        body["Signature"] = STANDARD.encode(signature.stdout).into();
        body
    }
}

/// A key, and a certificate that is older than any message of a test.
fn make_certificate(folder: &Path) {
    let settings = "[ca]\ndefault_ca = d\n[d]\ndatabase = index\nnew_certs_dir = .\nrand_serial = yes\n\
                    default_md = sha256\npolicy = p\n[p]\ncommonName = supplied\n";
    std::fs::write(folder.join("ca.cnf"), settings).unwrap();
    std::fs::write(folder.join("index"), "").unwrap();
    for arguments in [
        "req -new -newkey rsa:2048 -nodes -subj /CN=sns.test -keyout key.pem -out request.pem",
        "ca -batch -selfsign -notext -config ca.cnf -keyfile key.pem -in request.pem -out cert.pem \
         -startdate 20200101000000Z -enddate 20990101000000Z",
    ] {
        let made =
            Command::new("openssl").args(arguments.split_whitespace()).current_dir(folder).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
}

/// CloudWatch's message about an alarm of `name`.
pub fn alarm(name: &str, state: &str, changed: chrono::DateTime<chrono::Utc>) -> Value {
    json!({
        "AlarmName": name, "AlarmDescription": "Errors at the edge. Runbook: https://wiki.example/edge",
        "AWSAccountId": "123456789012", "AlarmConfigurationUpdatedTimestamp": "2026-01-01T00:00:00.000+0000",
        "NewStateValue": state, "OldStateValue": "OK",
        "NewStateReason": "Threshold Crossed: 1 out of the last 1 datapoints [17.0 (05/07/24 15:18:00)] was greater than the threshold (10.0) (minimum 1 datapoint for OK -> ALARM transition).",
        "StateChangeTime": changed.format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string(), "Region": "EU (Ireland)",
        "AlarmArn": format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}"),
        "OKActions": [], "AlarmActions": [TOPIC], "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "HTTPCode_ELB_5XX_Count", "Namespace": "AWS/ApplicationELB", "StatisticType": "Statistic",
            "Statistic": "SUM", "Unit": null, "Dimensions": [{"value": "app/web/123", "name": "LoadBalancer"}],
            "Period": 60, "EvaluationPeriods": 1, "DatapointsToAlarm": 1,
            "ComparisonOperator": "GreaterThanThreshold", "Threshold": 10.0, "TreatMissingData": "missing",
        },
    })
}
