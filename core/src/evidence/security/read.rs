//! Findings out of what Security Hub (ASFF) and GuardDuty answer.
//!
//! Knows their fields. What a finding lacks is left empty; one without a name and a title is none.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Finding, GUARDDUTY, HUB, Level, Resource, State};
use crate::alert::aws::pick::{first, line, list, text, word};
use crate::alert::aws::time::time;
use crate::alert::aws::{guardduty as event, security_hub};
use crate::evidence::cloudwatch::console;

/// Resources of a finding that are kept.
const RESOURCES: usize = 10;

/// What is told of an ASFF finding beside its sentences: who did what, and from where.
const ASFF: [(&str, &[&str]); 13] = [
    ("API call", &["/Action/AwsApiCallAction/Api"]),
    ("service", &["/Action/AwsApiCallAction/ServiceName"]),
    ("domain", &["/Action/DnsRequestAction/Domain"]),
    ("direction", &["/Action/NetworkConnectionAction/ConnectionDirection"]),
    (
        "port",
        &[
            "/Action/NetworkConnectionAction/LocalPortDetails/Port",
            "/Action/PortProbeAction/PortProbeDetails/0/LocalPortDetails/Port",
        ],
    ),
    (
        "remote address",
        &[
            "/Action/AwsApiCallAction/RemoteIpDetails/IpAddressV4",
            "/Action/NetworkConnectionAction/RemoteIpDetails/IpAddressV4",
            "/Action/PortProbeAction/PortProbeDetails/0/RemoteIpDetails/IpAddressV4",
        ],
    ),
    (
        "remote country",
        &[
            "/Action/AwsApiCallAction/RemoteIpDetails/Country/CountryName",
            "/Action/NetworkConnectionAction/RemoteIpDetails/Country/CountryName",
            "/Action/PortProbeAction/PortProbeDetails/0/RemoteIpDetails/Country/CountryName",
        ],
    ),
    ("vulnerability", &["/Vulnerabilities/0/Id"]),
    ("package", &["/Vulnerabilities/0/VulnerablePackages/0/Name"]),
    ("version", &["/Vulnerabilities/0/VulnerablePackages/0/Version"]),
    ("fixed in", &["/Vulnerabilities/0/VulnerablePackages/0/FixedInVersion"]),
    ("check", &["/Compliance/Status"]),
    ("reason", &["/Compliance/StatusReasons/0/ReasonCode"]),
];

/// The same of one of GuardDuty's own.
const DUTY: [(&str, &[&str]); 13] = [
    ("API call", &["/service/action/awsApiCallAction/api", "/service/action/kubernetesApiCallAction/verb"]),
    ("service", &["/service/action/awsApiCallAction/serviceName"]),
    ("caller", &["/service/action/awsApiCallAction/callerType"]),
    ("error", &["/service/action/awsApiCallAction/errorCode"]),
    ("request", &["/service/action/kubernetesApiCallAction/requestUri"]),
    ("domain", &["/service/action/dnsRequestAction/domain"]),
    ("direction", &["/service/action/networkConnectionAction/connectionDirection"]),
    (
        "port",
        &[
            "/service/action/networkConnectionAction/localPortDetails/port",
            "/service/action/portProbeAction/portProbeDetails/0/localPortDetails/port",
        ],
    ),
    ("user", &["/resource/accessKeyDetails/userName"]),
    ("user type", &["/resource/accessKeyDetails/userType"]),
    (
        "remote address",
        &[
            "/service/action/awsApiCallAction/remoteIpDetails/ipAddressV4",
            "/service/action/networkConnectionAction/remoteIpDetails/ipAddressV4",
            "/service/action/portProbeAction/portProbeDetails/0/remoteIpDetails/ipAddressV4",
            "/service/action/kubernetesApiCallAction/remoteIpDetails/ipAddressV4",
            "/service/action/rdsLoginAttemptAction/remoteIpDetails/ipAddressV4",
        ],
    ),
    (
        "remote country",
        &[
            "/service/action/awsApiCallAction/remoteIpDetails/country/countryName",
            "/service/action/networkConnectionAction/remoteIpDetails/country/countryName",
            "/service/action/portProbeAction/portProbeDetails/0/remoteIpDetails/country/countryName",
            "/service/action/kubernetesApiCallAction/remoteIpDetails/country/countryName",
            "/service/action/rdsLoginAttemptAction/remoteIpDetails/country/countryName",
        ],
    ),
    ("role", &["/service/resourceRole"]),
];

/// One finding of Security Hub's `GetFindings`, in AWS's Security Finding Format.
pub fn asff(one: &Value) -> Option<Finding> {
    let (id, title) = (word(one, "/Id")?, line(&text(one, "/Title")));
    if title.is_empty() {
        return None;
    }
    let product = match text(one, "/ProductName") {
        product if product.is_empty() => HUB.to_owned(),
        product => product,
    };
    let (account, region) = (text(one, "/AwsAccountId"), text(one, "/Region"));
    let state = match text(one, "/Workflow/Status").as_str() {
        _ if security_hub::over(one) => State::Over,
        "NOTIFIED" => State::Notified,
        _ => State::New,
    };
    Some(Finding {
        kind: kind(one, &product),
        level: Level::labelled(&text(one, "/Severity/Label")).unwrap_or_default(),
        state,
        resources: list(one, "/Resources").iter().filter_map(resource).take(RESOURCES).collect(),
        first_seen: at(one, &["/FirstObservedAt", "/CreatedAt"]),
        last_seen: at(one, &["/LastObservedAt", "/UpdatedAt"]),
        count: text(one, "/ProductFields/aws~1guardduty~1service~1count").parse().ok(),
        details: details(one, &ASFF),
        remedy: line(&text(one, "/Remediation/Recommendation/Text")),
        link: console::hub_finding(&region, &id),
        description: line(&text(one, "/Description")),
        id,
        product,
        title,
        account,
        region,
    })
}

/// One finding of GuardDuty's `GetFindings`.
pub fn guardduty(one: &Value) -> Option<Finding> {
    let (name, kind) = (word(one, "/id")?, word(one, "/type")?);
    let region = text(one, "/region");
    let archived = one.pointer("/service/archived").and_then(Value::as_bool).unwrap_or(false);
    let thing = first(one, &event::RESOURCES);
    let resource = Resource { kind: text(one, "/resource/resourceType"), id: thing };
    let more = list(one, "/resource/s3BucketDetails").iter().skip(1);
    let buckets = more.filter_map(|bucket| word(bucket, "/name"));
    let buckets = buckets.map(|id| Resource { kind: "S3Bucket".to_owned(), id });
    let title = match line(&text(one, "/title")) {
        title if title.is_empty() => kind.clone(),
        title => title,
    };
    Some(Finding {
        id: word(one, "/arn").unwrap_or_else(|| name.clone()),
        product: GUARDDUTY.to_owned(),
        title,
        description: line(&text(one, "/description")),
        level: one.get("severity").and_then(Value::as_f64).map(Level::of_guardduty).unwrap_or_default(),
        state: if archived { State::Over } else { State::New },
        account: text(one, "/accountId"),
        resources: std::iter::once(resource)
            .filter(|one| !one.id.is_empty())
            .chain(buckets)
            .take(RESOURCES)
            .collect(),
        first_seen: at(one, &["/service/eventFirstSeen", "/createdAt"]),
        last_seen: at(one, &["/service/eventLastSeen", "/updatedAt"]),
        count: one.pointer("/service/count").and_then(Value::as_u64),
        details: details(one, &DUTY),
        remedy: String::new(),
        link: console::guardduty_finding(&region, &name),
        kind,
        region,
    })
}

/// What is found again and again: a control by its id, which is the same in each standard; what GuardDuty calls it; a
/// vulnerability; else the last part of its type (`Software and Configuration Checks/Vulnerabilities/CVE`).
fn kind(one: &Value, product: &str) -> String {
    let of_type = || {
        let of = text(one, "/Types/0");
        of.rsplit('/').next().unwrap_or_default().to_owned()
    };
    let control =
        first(one, &["/Compliance/SecurityControlId", "/ProductFields/ControlId", "/ProductFields/RuleId"]);
    match control {
        control if !control.is_empty() => control,
        _ if product == GUARDDUTY => of_type(),
        _ => match text(one, "/Vulnerabilities/0/Id") {
            vulnerability if !vulnerability.is_empty() => vulnerability,
            _ => of_type(),
        },
    }
}

fn resource(one: &Value) -> Option<Resource> {
    Some(Resource { kind: text(one, "/Type"), id: word(one, "/Id")? })
}

fn at(one: &Value, pointers: &[&str]) -> Option<DateTime<Utc>> {
    pointers.iter().find_map(|pointer| time(&text(one, pointer)))
}

fn details(one: &Value, table: &[(&str, &[&str])]) -> Vec<(String, String)> {
    let detail = |(name, pointers): &(&str, &[&str])| {
        let value = line(&first(one, pointers));
        (!value.is_empty()).then(|| ((*name).to_owned(), value))
    };
    table.iter().filter_map(detail).collect()
}
