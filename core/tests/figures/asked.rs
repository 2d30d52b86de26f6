//! What a model is sent about what people ask of days: a question about metrics, and open findings.
//!
//! Knows invented findings and changes. Must not know how a prompt is compared.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::Severity;
use firstlook_core::evidence::changes::{self, ChangeEvent};
use firstlook_core::evidence::security::{self, Answer, asff, guardduty};
use firstlook_core::evidence::{About, Item, Kind, Redacted, Redactor, Window, compare, pack};
use firstlook_core::summary::analysis::prompt::{Guard, begin};
use firstlook_core::summary::analysis::talk::Talk;
use firstlook_core::summary::analysis::tools::{Offer, Queried};
use firstlook_core::summary::prompt::Facts;
use firstlook_core::{Language, runbook};
use serde_json::{Value, json};

use crate::measure::prompts::{PACK_TOKENS, nonces};

fn end() -> DateTime<Utc> {
    "2026-01-31T10:00:00Z".parse().unwrap()
}

fn week() -> Window {
    Window { start: end() - TimeDelta::days(7), end: end() }
}

/// The talk about `question`, over what stands in the evidence already.
fn talk(name: &str, question: &str, known: &[Item], offer: &Offer) -> Talk {
    let redactor = Redactor::default();
    let title = redactor.redact_line(question);
    // A question of days stands under the alarm as a person wrote it.
    let alarm = Item {
        id: "A1".into(),
        kind: Kind::Alarm,
        source: "alert".into(),
        title: title.clone(),
        text: redactor.redact(&format!("description: aya in Slack asks: {question}")),
        query: None,
        link: None,
        at: None,
        frequency: None,
        chart: None,
    };
    let items: Vec<Item> = std::iter::once(alarm).chain(known.iter().cloned()).collect();
    let no_lines = compare(std::iter::empty(), std::iter::empty(), None);
    let told = pack(known, &no_lines, PACK_TOKENS, &redactor).text;
    let labels = [("alertname", name), ("severity", "info")].map(|(name, value)| {
        let redact = |text: &str| redactor.redact_line(text);
        (redact(name), redact(value))
    });
    let architecture: Redacted = redactor.redact("ALB -> ECS (Spring) -> MySQL");
    let facts = Facts {
        title: &title,
        severity: Severity::Info,
        labels: &labels.into(),
        started_at: week().start,
        asked_at: end(),
        items: &items,
        gaps: &[],
        pack: &told,
        architecture: Some(&architecture),
        language: Language::En,
    };
    let (fence, canary) = nonces();
    begin(&facts, offer, 8, &Guard::new(fence, canary))
}

/// A question about metrics, where Prometheus and CloudWatch can be asked.
pub fn insight() -> Talk {
    let deploy = ChangeEvent {
        at: end() - TimeDelta::hours(49),
        source: "changes/ci".into(),
        summary: "Deploy mailer 7".into(),
        ..ChangeEvent::default()
    };
    let known = changes::dated(&[deploy], end(), &Redactor::default());
    let queries = vec![Queried {
        source: "prom".into(),
        language: runbook::Language::PromQl,
        reach: Duration::from_secs(3_600),
    }];
    let offer = Offer {
        about: About::Insight,
        days: Some(7),
        queries,
        metrics: vec!["cw".into()],
        ..Offer::default()
    };
    talk("Insight", "Is the mail queue longer than last week, and since when?", &known, &offer)
}

fn control(id: &str, label: &str, bucket: &str) -> Value {
    json!({
        "Id": format!("arn:aws:securityhub:eu-west-1:111122223333:security-control/{id}/finding/{bucket}"),
        "ProductName": "Security Hub", "AwsAccountId": "111122223333", "Region": "eu-west-1", "Title": "Buckets block public access",
        "Description": "This control checks whether a bucket blocks public access.", "Severity": {"Label": label},
        "FirstObservedAt": "2026-01-02T08:00:00Z", "LastObservedAt": "2026-01-31T08:00:00Z", "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE", "Compliance": {"Status": "FAILED", "SecurityControlId": id},
        "Remediation": {"Recommendation": {"Text": "Turn the block on."}},
        "Resources": [{"Type": "AwsS3Bucket", "Id": format!("arn:aws:s3:::{bucket}")}],
    })
}

/// Open findings, where CloudTrail can be asked as well.
pub fn findings() -> Talk {
    let stolen = json!({
        "id": "9ac1", "arn": "arn:aws:guardduty:eu-west-1:111122223333:detector/d1/finding/9ac1", "accountId": "111122223333",
        "region": "eu-west-1", "type": "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS", "severity": 8.0,
        "title": "Credentials of the instance role checkout-node are used from an external address.",
        "description": "They were made for i-0aaa and used from 198.51.100.7.",
        "resource": {"resourceType": "AccessKey", "accessKeyDetails": {"userName": "checkout-node", "userType": "AssumedRole"}},
        "service": {"archived": false, "count": 14, "eventFirstSeen": "2026-01-30T12:00:00Z", "eventLastSeen": "2026-01-31T09:00:00Z",
            "action": {"awsApiCallAction": {"api": "GetObject", "serviceName": "s3.amazonaws.com"}}},
    });
    let hub = [control("S3.8", "HIGH", "invoices"), control("S3.8", "HIGH", "exports")];
    let answer = |source: &str, findings: Vec<security::Finding>| Answer {
        source: source.into(),
        findings,
        query: format!("aws {source} get-findings"),
        ..Answer::default()
    };
    let answers = [
        answer("securityhub", hub.iter().filter_map(asff).collect()),
        answer("guardduty", guardduty(&stolen).into_iter().collect()),
    ];
    let known = security::items(&answers, week(), &Redactor::default());
    let offer = Offer { about: About::Findings, trail: true, documents: true, ..Offer::default() };
    talk("Findings", "Open security findings, and what is new in 7 days", &known, &offer)
}
