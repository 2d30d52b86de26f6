//! Findings as the two services give them, of our own invention after their API references.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{ACCOUNT, DETECTOR, REGION};

fn at(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn instance_arn(id: &str) -> String {
    format!("arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{id}")
}

/// A finding of GuardDuty: `number` makes its id, `times` are when it was first and last seen.
fn duty(number: u32, kind: &str, severity: f64, times: (DateTime<Utc>, DateTime<Utc>)) -> Value {
    let id = format!("{number:032x}");
    json!({
        "schemaVersion": "2.0", "accountId": ACCOUNT, "region": REGION, "partition": "aws", "id": id,
        "arn": format!("arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/{DETECTOR}/finding/{id}"),
        "type": kind, "severity": severity, "createdAt": at(times.0), "updatedAt": at(times.1),
        "service": {
            "serviceName": "guardduty", "detectorId": DETECTOR, "archived": false, "count": 3,
            "eventFirstSeen": at(times.0), "eventLastSeen": at(times.1), "resourceRole": "TARGET",
        },
    })
}

/// Credentials of an instance's role that somebody uses from outside of AWS.
pub fn credentials(number: u32, seen: DateTime<Utc>) -> Value {
    let kind = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS";
    let mut one = duty(number, kind, 8.0, (seen - TimeDelta::hours(2), seen));
    one["title"] = "Credentials of the instance role checkout-node are used from an external address.".into();
    one["description"] =
        "Credentials that were made for i-0c0ffee0c0ffee001 were used from 198.51.100.7, outside of AWS."
            .into();
    one["resource"] = json!({
        "resourceType": "AccessKey",
        "accessKeyDetails": {
            "accessKeyId": "ASIAIOSFODNN7EXAMPLE", "principalId": "AROAEXAMPLE:i-0c0ffee0c0ffee001",
            "userType": "AssumedRole", "userName": "checkout-node",
        },
        "instanceDetails": {"instanceId": "i-0c0ffee0c0ffee001", "instanceType": "m6i.large"},
    });
    one["service"]["action"] = json!({
        "actionType": "AWS_API_CALL",
        "awsApiCallAction": {
            "api": "GetObject", "serviceName": "s3.amazonaws.com", "callerType": "Remote IP",
            "remoteIpDetails": {
                "ipAddressV4": "198.51.100.7", "country": {"countryName": "Exampleland"},
                "organization": {"asn": "64500", "asnOrg": "Example Hosting"},
            },
        },
    });
    one
}

/// An instance that asks for a domain of people who mine.
pub fn mining(number: u32, instance: &str, seen: DateTime<Utc>) -> Value {
    let mut one =
        duty(number, "CryptoCurrency:EC2/BitcoinTool.B!DNS", 8.0, (seen - TimeDelta::days(1), seen));
    one["title"] = format!("{instance} asks for a domain that is known for cryptocurrency.").into();
    one["description"] = format!("The EC2 instance {instance} asked for pool.mining.example.").into();
    one["resource"] = json!({
        "resourceType": "Instance",
        "instanceDetails": {
            "instanceId": instance, "instanceType": "c6i.xlarge", "imageId": "ami-0example",
            "tags": [{"key": "service", "value": "checkout"}],
            "networkInterfaces": [{"privateIpAddress": "10.0.1.15", "vpcId": "vpc-0example", "subnetId": "subnet-0example"}],
        },
    });
    one["service"]["action"] = json!({
        "actionType": "DNS_REQUEST",
        "dnsRequestAction": {"domain": "pool.mining.example", "protocol": "UDP", "blocked": false},
    });
    one
}

/// A port that is open to all, and that somebody tries; of low severity.
pub fn probe(number: u32, instance: &str, seen: DateTime<Utc>) -> Value {
    let mut one = duty(number, "Recon:EC2/PortProbeUnprotectedPort", 2.0, (seen - TimeDelta::days(3), seen));
    one["title"] = format!("The open port 22 of {instance} is being probed.").into();
    one["description"] = format!("A known scanner tries the port 22 of {instance}.").into();
    one["resource"] = json!({"resourceType": "Instance", "instanceDetails": {"instanceId": instance}});
    one["service"]["action"] = json!({
        "actionType": "PORT_PROBE",
        "portProbeAction": {"portProbeDetails": [{
            "localPortDetails": {"port": 22, "portName": "SSH"},
            "remoteIpDetails": {"ipAddressV4": "203.0.113.40", "country": {"countryName": "Exampleland"}},
        }]},
    });
    one
}

/// A finding of ASFF.
fn asff(id: &str, product: &str, label: &str, times: (DateTime<Utc>, DateTime<Utc>)) -> Value {
    let normalized = match label {
        "CRITICAL" => 90,
        "HIGH" => 70,
        "MEDIUM" => 40,
        "LOW" => 1,
        _ => 0,
    };
    json!({
        "SchemaVersion": "2018-10-08", "Id": id, "AwsAccountId": ACCOUNT, "Region": REGION,
        "ProductArn": format!("arn:aws:securityhub:{REGION}::product/aws/{}", product.to_lowercase().replace(' ', "")),
        "ProductName": product, "CompanyName": "AWS",
        "Severity": {"Label": label, "Normalized": normalized, "Original": label},
        "FirstObservedAt": at(times.0), "LastObservedAt": at(times.1), "CreatedAt": at(times.0), "UpdatedAt": at(times.1),
        "Workflow": {"Status": "NEW"}, "WorkflowState": "NEW", "RecordState": "ACTIVE",
    })
}

/// What Security Hub has of a finding that GuardDuty hands to it.
pub fn handed_on(finding: &Value) -> Value {
    let severity = finding["severity"].as_f64().unwrap();
    let label = match severity {
        nine if nine >= 9.0 => "CRITICAL",
        seven if seven >= 7.0 => "HIGH",
        four if four >= 4.0 => "MEDIUM",
        _ => "LOW",
    };
    let time = |name: &str| finding["service"][name].as_str().unwrap().parse().unwrap();
    let times = (time("eventFirstSeen"), time("eventLastSeen"));
    let mut one = asff(finding["arn"].as_str().unwrap(), "GuardDuty", label, times);
    one["Title"] = finding["title"].clone();
    one["Description"] = finding["description"].clone();
    one["GeneratorId"] = format!("arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/{DETECTOR}").into();
    one["Types"] =
        json!([format!("TTPs/Initial Access/{}", finding["type"].as_str().unwrap().replace('/', "-"))]);
    one["ProductFields"] = json!({"aws/guardduty/service/count": finding["service"]["count"].to_string()});
    let (kind, id) = match finding["resource"]["accessKeyDetails"]["accessKeyId"].as_str() {
        Some(key) => ("AwsIamAccessKey", format!("AWS::IAM::AccessKey:{key}")),
        None => (
            "AwsEc2Instance",
            instance_arn(finding["resource"]["instanceDetails"]["instanceId"].as_str().unwrap()),
        ),
    };
    one["Resources"] = json!([{"Type": kind, "Id": id, "Partition": "aws", "Region": REGION}]);
    one
}

/// A control of Security Hub's standards, such as `S3.8`, that a resource fails.
pub fn control(id: &str, label: &str, resource: (&str, &str), seen: DateTime<Utc>) -> Value {
    let (kind, name) = resource;
    let number =
        format!("{id}/{name}").bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31) ^ u64::from(byte));
    let arn = format!("arn:aws:securityhub:{REGION}:{ACCOUNT}:security-control/{id}/finding/{number:016x}");
    let mut one = asff(&arn, "Security Hub", label, (seen - TimeDelta::days(20), seen));
    one["GeneratorId"] = format!("security-control/{id}").into();
    one["Types"] = json!(["Software and Configuration Checks/Industry and Regulatory Standards"]);
    one["Title"] = format!("{kind} must meet the control {id}").into();
    one["Description"] = format!("This control checks whether {kind} is set as the standard asks.").into();
    one["Remediation"] = json!({"Recommendation": {
        "Text": "Change the setting as the control's documentation says.", "Url": format!("https://docs.example.com/{id}"),
    }});
    one["Compliance"] = json!({
        "Status": "FAILED", "SecurityControlId": id, "AssociatedStandards": [{"StandardsId": "standards/example/v/1.0.0"}],
    });
    one["Resources"] = json!([{"Type": kind, "Id": name, "Partition": "aws", "Region": REGION}]);
    one
}

/// A vulnerability that Inspector has found in a package of an instance.
pub fn vulnerability(cve: &str, label: &str, instance: &str, seen: DateTime<Utc>) -> Value {
    let arn = format!("arn:aws:inspector2:{REGION}:{ACCOUNT}:finding/{cve}-{instance}");
    let mut one = asff(&arn, "Inspector", label, (seen - TimeDelta::days(2), seen));
    one["GeneratorId"] = "AWSInspector".into();
    one["Types"] = json!(["Software and Configuration Checks/Vulnerabilities/CVE"]);
    one["Title"] = format!("{cve} - openssl").into();
    one["Description"] = "A crafted message can end the process.".into();
    one["Remediation"] = json!({"Recommendation": {"Text": "Update the package."}});
    one["Vulnerabilities"] = json!([{
        "Id": cve, "FixAvailable": "YES", "ExploitAvailable": "NO",
        "VulnerablePackages": [{"Name": "openssl", "Version": "3.0.2", "FixedInVersion": "0:3.0.2-0example1", "PackageManager": "OS"}],
    }]);
    one["Resources"] = json!([{"Type": "AwsEc2Instance", "Id": instance_arn(instance), "Partition": "aws", "Region": REGION}]);
    one
}
