//! The tools that ask one kind of source, through the doors of the first look: metrics, traces, access logs, changes by name.

use super::*;
use crate::support::athena::Athena;
use crate::support::cloudtrail::CloudTrail;
use crate::support::cloudwatch::CloudWatch;
use crate::support::plan::Behaviour;
use crate::support::sns::CREDENTIALS;
use crate::support::xray::Xray;

const REGION: &str = "eu-west-1";

/// AWS, as an incident of it left it.
struct Aws {
    cloudwatch: CloudWatch,
    xray: Xray,
    athena: Athena,
    trail: CloudTrail,
}

impl Aws {
    fn start() -> Self {
        let aws = Self {
            cloudwatch: CloudWatch::start(),
            xray: Xray::start(),
            athena: Athena::start(),
            trail: CloudTrail::start(),
        };
        let now = firstlook::clock::now();
        crate::xray::traffic(&aws.xray, now);
        crate::athena::traffic(&aws.athena, now);
        let pool = json!({"Namespace": "Shop", "MetricName": "PoolInUse", "Dimensions": [{"Name": "Pool", "Value": "orders"}]});
        let minute = DateTime::from_timestamp(now.timestamp().div_euclid(60) * 60, 0).unwrap();
        for ago in (1..40).chain(1_430..1_470) {
            let value = if ago < 4 { 50.0 } else { 4.0 + (ago % 3) as f64 };
            aws.cloudwatch.measure(&pool, minute - TimeDelta::minutes(ago), value);
        }
        // So many that the first look does not tell of the one that matters.
        for n in 1..30 {
            let other = json!({"requestParameters": {"bucketName": format!("bucket-{n}")}});
            aws.trail.record(
                REGION,
                "s3",
                &format!("PutBucketPolicy{n}"),
                now - TimeDelta::seconds(30 * n),
                &other,
            );
        }
        let resources = json!([{"resourceName": "orders-db", "type": "AWS::RDS::DBInstance"}]);
        let smaller =
            json!({"requestParameters": {"dBInstanceIdentifier": "orders-db"}, "resources": resources});
        aws.trail.record(REGION, "rds", "ModifyDBInstance", now - TimeDelta::hours(2), &smaller);
        aws
    }

    async fn firstlook(&self, model: &Model) -> Firstlook {
        let source = |name: &str, kind: &str, url: String, more: &str| {
            format!(
                "\n    - {{ name: {name}, type: {kind}, region: {REGION}, endpoint_url: \"{url}\"{more} }}"
            )
        };
        let evidence = format!(
            "  window: {{ before: 10m, after: 1s }}\n  sources:{}{}{}{}",
            source("cw", "cloudwatch_metrics", self.cloudwatch.server().url(), ""),
            source("tr", "xray", self.xray.server().url(), ""),
            source(
                "alb",
                "athena",
                self.athena.server().url(),
                ", database: logs, table: alb, workgroup: oncall"
            ),
            source("trail", "cloudtrail", self.trail.server().url(), ", global_services: false"),
        );
        let environment = CREDENTIALS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let summary = openai(model, "analysis: { max_steps: 4 }");
        let firstlook = Firstlook::start(Setup { evidence, summary, environment, ..Setup::default() }).await;
        assert_eq!(firstlook.post(body(&[alarm("api")])).await.status, 200);
        firstlook.idle().await;
        firstlook
    }
}

/// Asks the four tools, and then says what it was told.
fn asks(asked: &Asked) -> Said {
    let metric = json!({"source": "cw", "namespace": "Shop", "metric": "PoolInUse", "stat": "Maximum", "dimensions": {"Pool": "orders"}});
    let call = |id: &str, name: &str, input: Value| (id.to_owned(), name.to_owned(), input);
    match asked.answers {
        0 => Said {
            calls: vec![
                call("a", "metric", metric),
                call(
                    "b",
                    "traces",
                    json!({"source": "tr", "service": "orders-db", "words": ["SQLTransient"]}),
                ),
                call(
                    "c",
                    "access_logs",
                    json!({"source": "alb", "by": ["path", "status"], "target": "10.0.1.7:8080"}),
                ),
                call("d", "changes", json!({"words": ["orders-db"]})),
            ],
            ..Said::default()
        },
        _ => Said::text(r#"{"overview":[{"text":"38% of requests fail.","citations":["A1"]}]}"#),
    }
}

async fn analyze(firstlook: &Firstlook) -> Value {
    let url = format!("{}/api/v1/incidents/1/analyze", firstlook.url);
    assert_eq!(firstlook.send(|http| http.post(&url)).await.status, 200);
    firstlook.until("the analysis has ended", over).await["analysis"].clone()
}

/// Every time that a source was asked for lies in the window, in a normal time, or where changes are looked for.
fn asked_only_about_the_moment(aws: &Aws, incident: &Value) {
    let time = |value: &Value| value.as_str().unwrap().parse::<DateTime<Utc>>().unwrap().timestamp();
    let window = &incident["evidence"]["window"];
    let (start, end) = (time(&window["start"]), time(&window["end"]));
    let length = end - start;
    let allowed = |from: i64, to: i64| {
        [(start, end), (start - length, start), (start - 86_400, end - 86_400), (start - 4 * 3_600, end)]
            .iter()
            .any(|(first, last)| from >= first - 61 && to <= last + 61)
    };
    for server in [aws.xray.server(), aws.trail.server()] {
        for request in server.requests() {
            let body = request.json();
            let (Some(from), Some(to)) = (body["StartTime"].as_f64(), body["EndTime"].as_f64()) else {
                continue;
            };
            assert!(allowed(from as i64, to as i64), "{body} for {window}");
        }
    }
}

#[tokio::test]
async fn each_kind_of_source_answers_its_tool_and_what_it_brought_can_be_cited() {
    let (aws, model) = (Aws::start(), Model::start(summary));
    let firstlook = aws.firstlook(&model).await;
    let before = firstlook.incident(1).await["evidence"]["items"].to_string();
    assert!(!before.contains("ModifyDBInstance"), "the first look does not tell of it: {before}");
    model.talk(asks);
    let analysis = analyze(&firstlook).await;
    assert_eq!(analysis["state"], "ready", "{analysis:#}");
    let asked: Vec<(&str, bool)> = analysis["asked"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["tool"].as_str().unwrap(), one["ok"] == true))
        .collect();
    let all = ["metric", "traces", "access_logs", "changes"].map(|name| (name, true));
    assert_eq!(asked, all, "{analysis:#}");
    let last = talks(&model).pop().unwrap();
    for said in [
        "PoolInUse (Maximum): 50",
        "orders-db",
        "java.sql.SQLTransientConnectionException: no connection within 5000 ms for <email:",
        "requests by path and status, only target 10.0.1.7:8080: 5xx ",
        ", status 502: 5xx ",
        "called rds ModifyDBInstance on orders-db, ",
    ] {
        assert!(last.contains(said), "{said} is not in {last}");
    }
    assert!(!last.contains("bob@"), "{last}");
    let items = analysis["items"].as_array().unwrap();
    // What the first look has of the others may stand in the pack, where there is room.
    let grouped = items.iter().find(|item| item["title"].as_str().unwrap().contains("only target")).unwrap();
    assert!(!grouped.to_string().contains("10.0.1.8"), "{grouped}");
    let query =
        |part: &str| items.iter().any(|item| item["query"].as_str().unwrap_or_default().contains(part));
    for part in [
        "get-metric-data",
        "target = '\\''10.0.1.7:8080'\\''",
        "AttributeKey=ResourceName,AttributeValue=orders-db",
        "batch-get-traces",
    ] {
        assert!(query(part), "{part} is in no query of {items:#?}");
    }
    asked_only_about_the_moment(&aws, &firstlook.incident(1).await);
    let metrics = firstlook.get("/metrics").await.text;
    for tool in ["metric", "traces", "access_logs", "changes"] {
        let line = format!("firstlook_tool_calls_total{{tool=\"{tool}\",outcome=\"ok\"}} 1");
        assert!(metrics.contains(&line), "{line} is not in {metrics}");
    }
    assert_eq!(model.refusals(), Vec::<String>::new());
    firstlook.finish().await;
}

#[tokio::test]
async fn what_a_source_refuses_or_does_not_have_is_told_to_the_model() {
    let (aws, model) = (Aws::start(), Model::start(summary));
    let firstlook = aws.firstlook(&model).await;
    aws.athena.deny(&["StartQueryExecution"]);
    aws.trail.server().plan().repeat(Behaviour::status(500));
    model.talk(|asked| match asked.answers {
        0 => Said {
            calls: [
                (
                    "metric",
                    json!({"source": "cw", "namespace": "Shop", "metric": "PoolInUse", "stat": "Sum"}),
                ),
                ("traces", json!({"source": "tr", "service": "warehouse"})),
                ("access_logs", json!({"source": "alb", "by": ["client"]})),
                ("changes", json!({"words": ["orders-db"]})),
            ]
            .map(|(name, input)| (name.to_owned(), name.to_owned(), input))
            .to_vec(),
            ..Said::default()
        },
        1 => Said::call(
            "e",
            "traces",
            json!({"source": "tr", "service": "newsletter", "words": ["nobody says this"]}),
        ),
        _ => Said::text(r#"{"overview":[{"text":"38% of requests fail.","citations":["A1"]}]}"#),
    });
    let analysis = analyze(&firstlook).await;
    let asked: Vec<(&str, bool)> = analysis["asked"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["tool"].as_str().unwrap(), one["ok"] == true))
        .collect();
    let refused = ["metric", "traces", "access_logs", "changes"].map(|name| (name, false));
    assert_eq!(asked[..4], refused, "{analysis:#}");
    let last = talks(&model).pop().unwrap();
    for said in [
        "CloudWatch has no values of PoolInUse (Sum) in the window",
        "X-Ray knows no service warehouse in this window, but 4 others, such as",
        "athena:StartQueryExecution",
        "No such change is known around the window. Not looked at all of it:",
    ] {
        assert!(last.contains(said), "{said} is not in {last}");
    }
    assert_eq!(analysis["state"], "ready", "{analysis:#}");
    firstlook.finish().await;
}
