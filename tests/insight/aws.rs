//! Questions that CloudWatch answers: all pages of its metrics, exact namespaces, refusals by the permission's name.

use super::*;
use crate::support::cloudwatch::CloudWatch;

/// Errors of a function, of which there are twice as many since yesterday; and 5,000 metrics beside it.
fn cloudwatch(now: DateTime<Utc>) -> CloudWatch {
    let cloudwatch = CloudWatch::start();
    let metric = |namespace: &str, name: &str, function: &str| json!({"Namespace": namespace, "MetricName": name, "Dimensions": [{"Name": "FunctionName", "Value": function}]});
    let slot = DateTime::from_timestamp(now.timestamp().div_euclid(600) * 600, 0).unwrap();
    let errors = metric("AWS/Lambda", "Errors", "pay");
    for n in 1..6 * 24 * 10 {
        let at = slot - TimeDelta::minutes(10 * n);
        cloudwatch.measure(&errors, at, if n <= 6 * 30 { 40.0 } else { 20.0 });
    }
    for n in 0..5_000 {
        cloudwatch.measure(&metric("Shop", &format!("Stock{}", n % 400), &format!("f{n}")), slot, 1.0);
    }
    cloudwatch
}

fn calls(all: &[(&str, Value)]) -> Said {
    let call =
        |(at, (name, input)): (usize, &(&str, Value))| (format!("c{at}"), (*name).to_owned(), input.clone());
    Said { calls: all.iter().enumerate().map(call).collect(), ..Said::default() }
}

/// Names the namespace without its prefix, a metric that there is not, and then the right one.
fn mistakes(asked: &Asked) -> Said {
    let errors = |namespace: &str, metric: &str| json!({"source": "cw", "namespace": namespace, "metric": metric, "stat": "Sum", "dimensions": {"FunctionName": "pay"}});
    match asked.answers {
        0 => calls(&[
            ("metrics", json!({"source": "cw", "namespace": "Lambda", "words": ["errors"]})),
            ("metrics", json!({"source": "cw", "words": ["nonsense"]})),
            ("metrics", json!({"source": "cw", "words": ["stock399", "f4799"]})),
            ("metric", errors("Lambda", "Errors")),
        ]),
        1 => Said::call("right", "metric", errors("AWS/Lambda", "Errors")),
        _ => {
            let id = cited(asked);
            let step = line(asked, "step: from ").trim_start_matches("step: ").split(" on (").next().unwrap();
            report(&[(&format!("The errors went {step}."), &id)], &[])
        }
    }
}

async fn start(cloudwatch: &CloudWatch, folder: &std::path::Path, model: &Model) -> Firstlook {
    let source = format!(
        "    - {{ name: cw, type: cloudwatch_metrics, region: eu-west-1, endpoint_url: \"{}\" }}",
        cloudwatch.server().url()
    );
    let environment = CloudWatch::credentials();
    Firstlook::start(Setup { environment, ..setup(&source, folder, model) }).await
}

#[tokio::test]
async fn all_pages_are_read_and_a_wrong_namespace_is_answered_with_those_that_there_are() {
    let (folder, now) = (tempfile::tempdir().unwrap(), firstlook::clock::now());
    let (cloudwatch, model) = (cloudwatch(now), Model::start(unasked));
    model.talk(mistakes);
    let firstlook = start(&cloudwatch, folder.path(), &model).await;
    asks(&firstlook, &json!({"question": "Are there more errors?", "days": 3})).await;
    let incident = firstlook.until("it is answered", over).await;
    let analysis = &incident["analysis"];
    assert_eq!(analysis["state"], "ready", "{analysis:#}");
    let asked: Vec<bool> =
        analysis["asked"].as_array().unwrap().iter().map(|one| one["ok"] == true).collect();
    assert_eq!(asked, [true, false, true, false, true], "{:#}", analysis["asked"]);
    let prompts = model.prompts();
    for said in [
        "AWS/Lambda Errors by FunctionName: 1",
        "there is no namespace Lambda; all were looked at instead",
        "0 metrics of 5001 with 0 of these 1 words. The namespaces are: AWS/Lambda, Shop",
        // On the tenth page.
        "{FunctionName=\"f4799\"}",
        "CloudWatch has no values of Errors (Sum) in the window",
        "What there is (there is no namespace Lambda; all were looked at instead):",
    ] {
        assert!(prompts[1].contains(said), "{said} is not in {}", prompts[1]);
    }
    let items = analysis["items"].as_array().unwrap();
    let series = items.iter().find(|item| item["title"].as_str().unwrap().contains("over 3 days")).unwrap();
    let text = series["text"].as_str().unwrap();
    assert!(text.contains("step: from 20 to 40 in the hour from ") && text.contains(", total "), "{text}");
    for request in cloudwatch.server().requests().iter().filter(|one| one.path.ends_with("/GetMetricData")) {
        assert!(request.body.len() < 2_000, "one metric is asked for at a time");
    }
    firstlook.finish().await;
}

#[tokio::test]
async fn a_missing_permission_is_told_by_its_name() {
    let (folder, now) = (tempfile::tempdir().unwrap(), firstlook::clock::now());
    let (cloudwatch, model) = (cloudwatch(now), Model::start(unasked));
    cloudwatch.allow("ListMetrics", false);
    model.talk(|asked| match asked.answers {
        0 => calls(&[("metrics", json!({"source": "cw"}))]),
        _ => report(&[("There are 40 errors.", "M1")], &["Which metrics there are."]),
    });
    let firstlook = start(&cloudwatch, folder.path(), &model).await;
    asks(&firstlook, &json!({"question": "Are there more errors?", "days": 14})).await;
    firstlook.until("it has ended", over).await;
    let last = model.prompts().pop().unwrap();
    assert!(last.contains("cloudwatch:ListMetrics"), "{last}");
    firstlook.finish().await;
}
