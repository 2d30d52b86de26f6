//! Door: files, network, processes. A local SNS: it signs with a certificate of its own, and knows which subscriptions
//! wait to be confirmed.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

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
    canary: Server,
    /// `1` or `2`.
    pub version: &'static str,
}

struct Api;

impl Protocol for Api {
    fn answer(&self, request: &Request) -> Answer {
        let given = request.parameters();
        let is = |key: &str, wanted: &str| given.get(key).is_some_and(|value| value == wanted);
        let known =
            is("Action", "ConfirmSubscription") && is("Version", "2010-03-31") && is("TopicArn", TOPIC);
        match request.method == "GET" && request.path == "/" && known && is("Token", CONFIRM_TOKEN) {
            true => Answer::text(200, "<ConfirmSubscriptionResponse/>"),
            false => Answer::text(400, "<Code>InvalidParameter</Code>"),
        }
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
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=sns.test"])
            .args(["-keyout", "key.pem", "-out", "cert.pem"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self {
            folder,
            api: Server::start(Arc::new(Api)),
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
