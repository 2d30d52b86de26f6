//! Rules about `deploy/terraform/`: its policy allows what the code calls, and it shows what docs/SNS.md shows.
//!
//! Knows the text of its files, not Terraform.

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;
use serde_json::Value;

use super::Fault;
use super::source::Source;

const POLICY: &str = "deploy/terraform/iam.tf";
const DELIVERY: &str = "deploy/terraform/delivery-policy.json";

/// Calls of AWS as the SDK names them, and the action that allows each; of several, the first whose SDK the file uses.
const ACTIONS: [(&str, &str); 30] = [
    ("get_query_execution", "athena:GetQueryExecution"),
    ("get_query_results", "athena:GetQueryResults"),
    ("start_query_execution", "athena:StartQueryExecution"),
    ("stop_query_execution", "athena:StopQueryExecution"),
    ("converse", "bedrock:InvokeModel"),
    ("retrieve", "bedrock:Retrieve"),
    ("set_guardrail_config", "bedrock:ApplyGuardrail"),
    ("lookup_events", "cloudtrail:LookupEvents"),
    ("describe_alarms", "cloudwatch:DescribeAlarms"),
    ("describe_alarm_contributors", "cloudwatch:DescribeAlarmContributors"),
    ("list_alarm_mute_rules", "cloudwatch:ListAlarmMuteRules"),
    ("get_metric_data", "cloudwatch:GetMetricData"),
    ("list_metrics", "cloudwatch:ListMetrics"),
    ("describe_log_groups", "logs:DescribeLogGroups"),
    ("filter_log_events", "logs:FilterLogEvents"),
    ("get_query_results", "logs:GetQueryResults"),
    ("start_query", "logs:StartQuery"),
    ("stop_query", "logs:StopQuery"),
    ("list_tags_for_resource", "cloudwatch:ListTagsForResource"),
    ("confirm_subscription", "sns:ConfirmSubscription"),
    ("get_subscription_attributes", "sns:GetSubscriptionAttributes"),
    ("get_topic_attributes", "sns:GetTopicAttributes"),
    ("list_subscriptions_by_topic", "sns:ListSubscriptionsByTopic"),
    ("list_topics", "sns:ListTopics"),
    ("receive_message", "sqs:ReceiveMessage"),
    ("delete_message", "sqs:DeleteMessage"),
    ("batch_get_traces", "xray:BatchGetTraces"),
    ("get_service_graph", "xray:GetServiceGraph"),
    ("get_time_series_service_statistics", "xray:GetTimeSeriesServiceStatistics"),
    ("get_trace_summaries", "xray:GetTraceSummaries"),
];

/// Something that a text names, and where it was found first: file and line.
type Found = BTreeMap<String, (String, usize)>;

/// The actions that the code of `src/` needs, and what it sends to AWS that nobody knows an action for.
fn called(house: &[Source]) -> (Found, Vec<Fault>) {
    let call = Regex::new(r"\.([a-z_]+)\(").unwrap();
    let (mut found, mut faults) = (Found::new(), Vec::new());
    for source in house.iter().filter(|one| one.path.starts_with("src/") && one.code.contains("aws_sdk_")) {
        let lines = source.code.lines().zip(&source.test).enumerate().filter(|(_, (_, test))| !**test);
        let athena = source.code.contains("aws_sdk_athena");
        let fits = |action: &str| athena || !action.starts_with("athena:");
        let mut unknown = 0_i32;
        let mut last = 1;
        for (n, (line, _)) in lines {
            for name in call.captures_iter(line).filter_map(|c| c.get(1)) {
                if let Some((_, action)) =
                    ACTIONS.iter().find(|(call, action)| *call == name.as_str() && fits(action))
                {
                    found.entry((*action).to_owned()).or_insert_with(|| (source.path.clone(), n + 1));
                    unknown -= 1;
                } else if name.as_str() == "send" {
                    unknown += 1;
                    last = n + 1;
                }
            }
        }
        if unknown > 0 {
            let what = format!(
                "sends to AWS what ACTIONS in tests/tidy/terraform.rs does not know: add it there and to {POLICY}"
            );
            faults.push(Fault::new(&source.path, last, what));
        }
    }
    (found, faults)
}

/// The actions of calls without a client of the SDK: `aws::plain` takes none that does not name its own.
fn plainly_called(house: &[Source]) -> (Found, Vec<Fault>) {
    let made = Regex::new(r"\bCall::(?:get|post)\(").unwrap();
    let named = Regex::new(r#"\bCall::(?:get|post)\("([a-z]+:[A-Z][A-Za-z]+)"\)"#).unwrap();
    let (mut found, mut faults) = (Found::new(), Vec::new());
    for source in house.iter().filter(|one| one.path.starts_with("src/")) {
        let lines = source.code.lines().zip(source.text.lines()).zip(&source.test).enumerate();
        for (n, ((code, text), _)) in lines.filter(|(_, (_, test))| !**test) {
            let actions: Vec<&str> =
                named.captures_iter(text).filter_map(|c| c.get(1)).map(|action| action.as_str()).collect();
            if made.find_iter(code).count() > actions.len() {
                let what = "makes a call of AWS whose IAM action does not stand beside it: write it there";
                faults.push(Fault::new(&source.path, n + 1, what.to_owned()));
            } else if made.is_match(code) {
                for action in actions {
                    found.entry(action.to_owned()).or_insert_with(|| (source.path.clone(), n + 1));
                }
            }
        }
    }
    (found, faults)
}

/// The actions that a policy allows.
fn allowed(policy: &str) -> Found {
    let action = Regex::new(r#""([a-z]+:[A-Z*][A-Za-z*]*)""#).unwrap();
    let lines = policy.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'));
    let actions =
        lines.flat_map(|(n, line)| action.captures_iter(line).map(move |c| (n + 1, c[1].to_owned())));
    actions.map(|(line, action)| (action, (POLICY.to_owned(), line))).collect()
}

/// What is called is allowed, and nothing else is.
fn differences(house: &[Source], policy: &str) -> Vec<Fault> {
    let ((mut called, mut faults), allowed) = (called(house), allowed(policy));
    let (plainly, more) = plainly_called(house);
    called.extend(plainly);
    faults.extend(more);
    let fault = |(path, line): &(String, usize), what: String| Fault::new(path, *line, what);
    let lacking = called.iter().filter(|(action, _)| !allowed.contains_key(*action));
    faults.extend(
        lacking.map(|(action, at)| fault(at, format!("needs {action}, which {POLICY} does not allow"))),
    );
    let idle = allowed.iter().filter(|(action, _)| !called.contains_key(*action));
    faults.extend(idle.map(|(action, at)| fault(at, format!("allows {action}, which nothing calls"))));
    faults
}

/// docs/SNS.md explains what the policy allows, but for the model, and nothing else.
fn unexplained(policy: &str, document: &str) -> Vec<Fault> {
    let action = Regex::new(r"`([a-z]+:[A-Z][A-Za-z]+)`").unwrap();
    let (allowed, mut faults) = (allowed(policy), Vec::new());
    for (action, (path, line)) in allowed.iter().filter(|(action, _)| !action.starts_with("bedrock:")) {
        if !document.contains(&format!("`{action}`")) {
            let what = format!("allows {action}, which docs/SNS.md does not explain");
            faults.push(Fault::new(path, *line, what));
        }
    }
    for (n, line) in document.lines().enumerate() {
        let named = action.captures_iter(line).map(|c| c[1].to_owned());
        faults.extend(named.filter(|action| !allowed.contains_key(action)).map(|action| {
            Fault::new("docs/SNS.md", n + 1, format!("names {action}, which {POLICY} does not allow"))
        }));
    }
    faults
}

/// The policy that firstlook's role gets is what firstlook calls, and what is explained.
pub fn permissions(root: &Path, house: &[Source]) -> Vec<Fault> {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let mut faults = differences(house, &read(POLICY));
    faults.extend(unexplained(&read(POLICY), &read("docs/SNS.md")));
    faults
}

/// The first block of JSON in a document.
fn json_block(document: &str) -> Option<Value> {
    let (_, rest) = document.split_once("```json")?;
    serde_json::from_str(rest.split_once("```")?.0).ok()
}

/// The subscription tries for as long as docs/SNS.md says, and has its dead-letter queue.
pub fn subscription(root: &Path) -> Vec<Fault> {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let (document, module) = (read("docs/SNS.md"), read("deploy/terraform/topic.tf"));
    let mut faults = Vec::new();
    let shipped: Value = serde_json::from_str(&read(DELIVERY)).unwrap();
    if json_block(&document) != Some(shipped) {
        faults.push(Fault::new(DELIVERY, 1, "is not the delivery policy that docs/SNS.md shows first"));
    }
    for (line, shown) in [
        (r#"delivery_policy = file("${path.module}/delivery-policy.json")"#, "healthyRetryPolicy"),
        (
            "redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letters.arn })",
            "deadLetterTargetArn",
        ),
    ] {
        if !(module.contains(line) && document.contains(shown)) {
            let what = format!("has no `{line}`, or docs/SNS.md does not show {shown}");
            faults.push(Fault::new("deploy/terraform/topic.tf", 1, what));
        }
    }
    faults
}

#[test]
fn what_is_called_and_not_allowed_is_noticed_and_the_reverse_too() {
    let file = |code: &str| {
        vec![Source::new("src/x.rs", &format!("//! Door: network. x\nuse aws_sdk_sqs::Client;\n{code}"))]
    };
    let code = "fn f() {\n    client\n        .receive_message()\n        .send();\n}\n";
    let policy = "actions = [\"sqs:ReceiveMessage\"]\n# not \"sqs:DeleteMessage\"\n";
    assert_eq!(differences(&file(code), policy), []);
    let faults = differences(&file(code), "actions = [\"sqs:*\", \"sqs:DeleteMessage\"]\n");
    let lines: Vec<(&str, usize)> = faults.iter().map(|one| (one.path.as_str(), one.line)).collect();
    assert_eq!(lines, [("src/x.rs", 5), (POLICY, 1), (POLICY, 1)]);
    let faults = differences(&file("fn f() { client.purge_queue().send(); }\n"), "");
    assert!(faults.len() == 1 && faults[0].what.contains("does not know"), "{faults:?}");
    let in_test = "#[cfg(test)]\nmod tests {\n    fn f() { client.purge_queue().send(); }\n}\n";
    assert_eq!(differences(&file(in_test), ""), []);
}

#[test]
fn a_call_without_a_client_names_its_action() {
    let file = |code: &str| vec![Source::new("src/x.rs", &format!("//! x\n{code}"))];
    let code = "const LIST: Call = Call::get(\"guardduty:ListDetectors\");\n";
    assert_eq!(differences(&file(code), "actions = [\"guardduty:ListDetectors\"]\n"), []);
    let faults = differences(&file(code), "");
    assert!(faults.len() == 1 && faults[0].what.contains("needs guardduty:ListDetectors"), "{faults:?}");
    for code in ["const C: Call = Call::post(ACTION);\n", "const C: Call = Call::post(\"any\");\n"] {
        let faults = differences(&file(code), "");
        assert!(faults.len() == 1 && faults[0].line == 2, "{faults:?}");
    }
    let in_words = "// Call::post(\"x:Nothing\")\nfn f() { say(\"Call::get(1)\"); }\n";
    assert_eq!(differences(&file(in_words), ""), []);
}

#[test]
fn what_is_allowed_and_not_explained_is_noticed_and_the_reverse_too() {
    let policy = "actions = [\"sqs:ReceiveMessage\", \"sns:ListTopics\", \"bedrock:InvokeModel\"]\n";
    assert_eq!(unexplained(policy, "`sqs:ReceiveMessage`, `sns:ListTopics`\n"), []);
    let faults = unexplained(policy, "x\n`sns:ListTopics`, `sns:Publish`\n");
    let lines: Vec<(&str, usize)> = faults.iter().map(|one| (one.path.as_str(), one.line)).collect();
    assert_eq!(lines, [(POLICY, 1), ("docs/SNS.md", 2)]);
}

#[test]
fn a_documents_json_is_found() {
    assert_eq!(json_block("x\n```json\n  {\"a\": 1}\n```\n"), Some(serde_json::json!({"a": 1})));
    assert_eq!(json_block("```yaml\na: 1\n```"), None);
}
