//! The local Security Hub and GuardDuty refuse what the real ones refuse. The SDK's own signer is held against theirs.

use aws_sdk_xray::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_xray::error::ProvideErrorMetadata;
use chrono::DateTime;
use firstlook::aws::plain::{Call, Plain, Service};
use serde_json::{Value, json};

use super::client;
use crate::support::security::{DETECTOR, Security, samples};
use crate::support::sns::CREDENTIALS;

const HUB: Service = Service { name: "securityhub", id: "SecurityHub" };
const DUTY: Service = Service { name: "guardduty", id: "GuardDuty" };
const ASK: Call = Call::post("securityhub:GetFindings");

async fn caller(security: &Security, service: Service, region: &'static str, secret: &str) -> Plain {
    let credentials = Credentials::new(CREDENTIALS[0].1, secret, None, None, "test");
    let sdk = firstlook::aws::config(Some(region), Some(&security.url())).await.into_builder();
    let sdk = sdk.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    Plain::new(&sdk, service, 1_000_000)
}

/// What a question comes to: its answer, or the code of its refusal.
async fn ask(plain: &Plain, path: &str, body: &Value) -> Result<Value, String> {
    let asked = plain.ask(ASK, path, Some(body)).await;
    asked.map_err(|error| error.code().unwrap_or("no code").to_owned())
}

fn filled() -> Security {
    let security = Security::start();
    let at = |n: i64| DateTime::from_timestamp(1_772_359_200 + n, 0).unwrap();
    let control = |n| samples::control("S3.8", "HIGH", ("AwsS3Bucket", &format!("arn:aws:s3:::b{n}")), at(n));
    security.hub((0..3).map(control));
    security.guardduty([samples::probe(1, "i-1", at(0)), samples::credentials(2, at(0))]);
    security
}

#[tokio::test]
async fn what_the_real_hub_refuses_is_refused() {
    let security = filled();
    let hub = caller(&security, HUB, "eu-west-1", CREDENTIALS[1].1).await;
    let equals = |value: &str| json!([{"Value": value, "Comparison": "EQUALS"}]);
    for asked in [
        json!({"MaxResults": 101}),
        json!({"MaxResults": 0}),
        json!({"Filters": {"Colour": equals("red")}}),
        json!({"Filters": {"SeverityLabel": []}}),
        json!({"Filters": {"SeverityLabel": [{"Value": "HIGH", "Comparison": "IS"}]}}),
        json!({"SortCriteria": [{"Field": "Colour", "SortOrder": "desc"}]}),
        json!({"SortCriteria": [{"Field": "LastObservedAt", "SortOrder": "DESC"}]}),
        json!({"NextToken": "token-0"}),
    ] {
        assert_eq!(ask(&hub, "/findings", &asked).await.unwrap_err(), "InvalidInputException", "{asked}");
    }
    let mut asked = json!({"Filters": {"SeverityLabel": equals("HIGH")}, "MaxResults": 2,
        "SortCriteria": [{"Field": "LastObservedAt", "SortOrder": "desc"}]});
    let first = ask(&hub, "/findings", &asked).await.unwrap();
    let of = |page: &Value| -> Vec<String> {
        let ids = page["Findings"].as_array().unwrap().iter().map(|one| &one["Resources"][0]["Id"]);
        ids.map(|id| id.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of(&first), ["arn:aws:s3:::b2", "arn:aws:s3:::b1"]);
    asked["NextToken"] = first["NextToken"].clone();
    let second = ask(&hub, "/findings", &asked).await.unwrap();
    assert_eq!((of(&second), &second["NextToken"]), (vec!["arn:aws:s3:::b0".to_owned()], &Value::Null));
    asked["Filters"] = json!({});
    assert_eq!(
        ask(&hub, "/findings", &asked).await.unwrap_err(),
        "InvalidInputException",
        "another question's token"
    );
    security.disable("securityhub");
    assert_eq!(ask(&hub, "/findings", &json!({})).await.unwrap_err(), "InvalidAccessException");
}

#[tokio::test]
async fn what_the_real_guardduty_refuses_is_refused() {
    let security = filled();
    let duty = caller(&security, DUTY, "eu-west-1", CREDENTIALS[1].1).await;
    let (list, get) =
        (format!("/detector/{DETECTOR}/findings"), format!("/detector/{DETECTOR}/findings/get"));
    let criterion =
        |name: &str, condition: Value| json!({"findingCriteria": {"criterion": {name: condition}}});
    let ids: Vec<String> = (0..51).map(|n| n.to_string()).collect();
    for (path, asked) in [
        (list.as_str(), json!({"maxResults": 51})),
        (&list, json!({"maxResults": 0})),
        (&list, criterion("colour", json!({"equals": ["red"]}))),
        (&list, criterion("severity", json!({"greaterThanOrEqual": 4.5}))),
        (&list, json!({"sortCriteria": {"attributeName": "severity", "orderBy": "desc"}})),
        (&list, json!({"nextToken": "token-0"})),
        ("/detector/other/findings", json!({})),
        ("/detector/other/findings/get", json!({"findingIds": ["1"]})),
        (&get, json!({"findingIds": []})),
        (&get, json!({"findingIds": ids})),
    ] {
        assert_eq!(ask(&duty, path, &asked).await.unwrap_err(), "BadRequestException", "{path} {asked}");
    }
    let worst = json!({"sortCriteria": {"attributeName": "severity", "orderBy": "DESC"}, "maxResults": 1});
    let page = ask(&duty, &list, &worst).await.unwrap();
    assert_eq!(page["findingIds"], json!([format!("{:032x}", 2)]));
    let found = ask(&duty, &get, &json!({"findingIds": [page["findingIds"][0], "gone"]})).await.unwrap();
    assert_eq!(found["findings"].as_array().unwrap().len(), 1, "an id that is gone is left out");
    let severe = ask(&duty, &list, &criterion("severity", json!({"greaterThanOrEqual": 4}))).await.unwrap();
    assert_eq!((severe["findingIds"].as_array().unwrap().len(), &severe["nextToken"]), (1, &json!("")));
}

#[tokio::test]
async fn who_does_not_sign_for_the_service_its_region_and_the_body_is_refused() {
    let security = filled();
    for (service, region, secret, code) in [
        (HUB, "eu-west-1", CREDENTIALS[1].1, None),
        (DUTY, "eu-west-1", CREDENTIALS[1].1, Some("SignatureDoesNotMatch")),
        (HUB, "eu-west-2", CREDENTIALS[1].1, Some("SignatureDoesNotMatch")),
        (HUB, "eu-west-1", "another secret", Some("SignatureDoesNotMatch")),
    ] {
        let plain = caller(&security, service, region, secret).await;
        assert_eq!(ask(&plain, "/findings", &json!({})).await.err().as_deref(), code, "{service:?} {region}");
    }
    let signed = security.server().requests()[0].clone();
    for (body, status) in [("{}", 200), ("{\"MaxResults\": 1}", 403)] {
        let mut request = client().post(format!("{}/findings", security.url())).body(body);
        for (name, value) in
            signed.headers.iter().filter(|(name, _)| name != "content-length" && name != "host")
        {
            request = request.header(name, value);
        }
        assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{body}");
    }
    let unsigned = client().post(format!("{}/findings", security.url())).body("{}").send().await.unwrap();
    assert_eq!(
        unsigned.headers()["x-amzn-errortype"].to_str().unwrap().split(':').next(),
        Some("MissingAuthenticationTokenException")
    );
    assert_eq!(security.calls().len(), 2, "only what was signed counts");
}
