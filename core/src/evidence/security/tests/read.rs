//! Findings as the services write them, whole, bare and odd.

use serde_json::{Value, json};

use super::super::*;

fn control() -> Value {
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": "arn:aws:securityhub:eu-west-1:111122223333:security-control/S3.8/finding/5ef0",
        "ProductName": "Security Hub", "GeneratorId": "security-control/S3.8",
        "AwsAccountId": "111122223333", "Region": "eu-west-1",
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
        "FirstObservedAt": "2026-11-20T07:00:00.000Z", "LastObservedAt": "2026-11-25T07:00:00.123Z",
        "CreatedAt": "2026-11-21T07:00:00Z", "UpdatedAt": "2026-11-25T08:00:00Z",
        "Severity": {"Label": "HIGH", "Normalized": 70}, "Title": "S3 buckets should block public access",
        "Description": "This control checks\n whether a bucket blocks public access.",
        "Remediation": {"Recommendation": {"Text": "Block it.", "Url": "https://docs.example.org"}},
        "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::invoices"}, {"Type": "x"}],
        "Compliance": {"Status": "FAILED", "SecurityControlId": "S3.8", "StatusReasons": [{"ReasonCode": "S3_PUBLIC"}]},
        "Workflow": {"Status": "NOTIFIED"}, "RecordState": "ACTIVE",
    })
}

#[test]
fn a_failed_control_is_read_with_its_id_and_its_thing() {
    let found = asff(&control()).unwrap();
    assert_eq!((found.product.as_str(), found.kind.as_str()), ("Security Hub", "S3.8"));
    assert_eq!((found.level, found.state), (Level::High, State::Notified));
    assert_eq!(found.description, "This control checks whether a bucket blocks public access.");
    assert_eq!((found.account.as_str(), found.region.as_str()), ("111122223333", "eu-west-1"));
    let bucket = Resource { kind: "AwsS3Bucket".into(), id: "arn:aws:s3:::invoices".into() };
    assert_eq!(found.resources, [bucket], "one without a name is none");
    assert_eq!(found.first_seen, Some("2026-11-20T07:00:00Z".parse().unwrap()));
    assert_eq!(found.last_seen, Some("2026-11-25T07:00:00.123Z".parse().unwrap()));
    let detail = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(found.details, [detail("check", "FAILED"), detail("reason", "S3_PUBLIC")]);
    assert_eq!((found.remedy.as_str(), found.count), ("Block it.", None));
    assert_eq!(
        found.link.as_deref(),
        Some(
            "https://eu-west-1.console.aws.amazon.com/securityhub/home?region=eu-west-1#/findings?search=Id%3D%255Coperator%255C%253A\
             EQUALS%255C%253Aarn%253Aaws%253Asecurityhub%253Aeu-west-1%253A111122223333%253Asecurity-control%252FS3.8%252Ffinding\
             %252F5ef0"
        )
    );
}

#[test]
fn what_is_over_is_known_by_each_of_its_signs() {
    let with = |pointer: &str, value: &str| {
        let mut one = control();
        *one.pointer_mut(pointer).unwrap() = json!(value);
        asff(&one).unwrap().state
    };
    assert_eq!(with("/Workflow/Status", "NEW"), State::New);
    for (pointer, value) in [
        ("/Workflow/Status", "RESOLVED"),
        ("/Workflow/Status", "SUPPRESSED"),
        ("/RecordState", "ARCHIVED"),
        ("/Compliance/Status", "PASSED"),
    ] {
        assert_eq!(with(pointer, value), State::Over, "{pointer}");
    }
}

#[test]
fn the_kind_is_what_is_found_again_whoever_found_it() {
    for (product, more, kind) in [
        ("Security Hub", json!({"ProductFields": {"ControlId": "IAM.4"}}), "IAM.4"),
        ("Security Hub", json!({"ProductFields": {"RuleId": "1.12"}}), "1.12"),
        (
            "Inspector",
            json!({"Vulnerabilities": [{"Id": "CVE-2026-1234"}], "Types": ["A/B/CVE"]}),
            "CVE-2026-1234",
        ),
        (
            "GuardDuty",
            json!({"Types": ["TTPs/Discovery/Recon:EC2-PortProbeUnprotectedPort"]}),
            "Recon:EC2-PortProbeUnprotectedPort",
        ),
        (
            "Macie",
            json!({"Types": ["Sensitive Data Identifications/PII/S3Object-Personal"]}),
            "S3Object-Personal",
        ),
        ("Elsewhere", json!({}), ""),
    ] {
        let mut one = json!({"Id": "x", "Title": "t", "ProductName": product});
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let found = asff(&one).unwrap();
        assert_eq!((found.kind.as_str(), found.level, found.state), (kind, Level::Informational, State::New));
    }
}

fn stolen() -> Value {
    json!({
        "accountId": "111122223333", "region": "eu-west-1", "partition": "aws", "schemaVersion": "2.0",
        "id": "9ac1", "arn": "arn:aws:guardduty:eu-west-1:111122223333:detector/d1/finding/9ac1",
        "type": "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
        "title": "Credentials of an instance were used from outside.", "description": "From an unknown address.",
        "severity": 8.0, "createdAt": "2026-11-24T02:00:00.000Z", "updatedAt": "2026-11-25T02:00:00.000Z",
        "resource": {"resourceType": "AccessKey", "accessKeyDetails": {
            "accessKeyId": "ASIAEXAMPLE", "principalId": "AROA:i-0abc", "userName": "web-role", "userType": "AssumedRole"}},
        "service": {"archived": false, "count": 14, "resourceRole": "TARGET", "serviceName": "guardduty",
            "eventFirstSeen": "2026-11-24T01:12:11.000Z", "eventLastSeen": "2026-11-25T01:40:00.000Z",
            "action": {"actionType": "AWS_API_CALL", "awsApiCallAction": {
                "api": "ListBuckets", "serviceName": "s3.amazonaws.com", "callerType": "Remote IP",
                "remoteIpDetails": {"ipAddressV4": "198.51.100.7", "country": {"countryName": "Nowhere"}}}}},
    })
}

#[test]
fn guardduty_says_who_did_what_from_where() {
    let found = guardduty(&stolen()).unwrap();
    assert_eq!((found.level, found.state, found.count), (Level::High, State::New, Some(14)));
    assert_eq!(
        found.id, "arn:aws:guardduty:eu-west-1:111122223333:detector/d1/finding/9ac1",
        "as Security Hub has it"
    );
    assert_eq!(found.resources, [Resource { kind: "AccessKey".into(), id: "web-role".into() }]);
    let details: Vec<(&str, &str)> =
        found.details.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        details,
        [
            ("API call", "ListBuckets"),
            ("service", "s3.amazonaws.com"),
            ("caller", "Remote IP"),
            ("user", "web-role"),
            ("user type", "AssumedRole"),
            ("remote address", "198.51.100.7"),
            ("remote country", "Nowhere"),
            ("role", "TARGET"),
        ]
    );
    assert_eq!(found.first_seen, Some("2026-11-24T01:12:11Z".parse().unwrap()), "the deed, not the record");
    assert_eq!(
        found.link.as_deref(),
        Some(
            "https://eu-west-1.console.aws.amazon.com/guardduty/home?region=eu-west-1#/findings?macros=current&fId=9ac1"
        )
    );
    let mut archived = stolen();
    archived["service"]["archived"] = json!(true);
    assert_eq!(guardduty(&archived).unwrap().state, State::Over);
    for (number, level) in [
        (2.0, Level::Low),
        (4.0, Level::Medium),
        (6.9, Level::Medium),
        (7.0, Level::High),
        (9.0, Level::Critical),
    ] {
        assert_eq!(Level::of_guardduty(number), level, "{number}");
    }
}

#[test]
fn what_has_no_name_or_title_is_no_finding() {
    for odd in [
        json!(null),
        json!([]),
        json!({"Id": "x"}),
        json!({"Title": "t"}),
        json!({"Id": "a\nb", "Title": "t"}),
    ] {
        assert_eq!(asff(&odd), None, "{odd}");
    }
    for odd in [json!(3), json!({"id": "x"}), json!({"type": "t"}), json!({"id": 5, "type": ["t"]})] {
        assert_eq!(guardduty(&odd), None, "{odd}");
    }
    let bare = guardduty(
        &json!({"id": "x", "type": "A:B/C", "severity": "9", "resource": {"s3BucketDetails": [{"name": "a"}, {"name": "b"}, 3]}}),
    );
    let bare = bare.unwrap();
    assert_eq!((bare.title.as_str(), bare.level, bare.resources.len()), ("A:B/C", Level::Informational, 2));
}
