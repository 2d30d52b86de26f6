//! Which changes are told, in which order, and without what.

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_111_620 + seconds, 0).unwrap()
}

fn event(seconds: i64, summary: &str) -> ChangeEvent {
    ChangeEvent {
        at: at(seconds),
        source: "changes/ci".into(),
        summary: summary.into(),
        ..ChangeEvent::default()
    }
}

fn labels() -> Labels {
    [("service", "web"), ("severity", "critical"), ("dimension.FunctionName", "orders-fn"), ("zone", "prod")]
        .into_iter()
        .collect()
}

fn titles(events: &[ChangeEvent]) -> Vec<String> {
    items(events, &labels(), at(0), &Redactor::default()).iter().map(|item| item.title.to_string()).collect()
}

#[test]
fn what_names_the_same_comes_first_then_what_is_near() {
    let all = [
        event(-30, "Deploy search v2"),
        event(-7_300, "Deploy web v1"),
        event(-180, "Deploy web v2"),
        event(60, "web is rolled back"),
        event(-600, "orders-fn of Web is published"),
        event(-90, "webshop deployed to critical prod"),
    ];
    assert_eq!(
        titles(&all),
        [
            "orders-fn of Web is published, 10 min before the alarm",
            "web is rolled back, 60 s after the alarm began",
            "Deploy web v2, 3 min before the alarm",
            "Deploy web v1, 2 h before the alarm",
            "Deploy search v2, 30 s before the alarm",
            "webshop deployed to critical prod, 90 s before the alarm",
        ]
    );
    let many: Vec<ChangeEvent> = (0..40).map(|n| event(-n, if n % 2 == 0 { "web" } else { "x" })).collect();
    assert_eq!(titles(&many).len(), MOST_NAMED + MOST_OTHERS);
}

#[test]
fn details_are_told_and_secrets_are_not() {
    let one = ChangeEvent {
        origin: "eu-1".into(),
        details: vec![("api_key".into(), "correct horse".into()), ("commit".into(), "a1b2c3d".into())],
        link: Some("https://ci/run/7?token=a1b2c3d4e5".into()),
        ..event(-5, "Deploy web password=hunter2")
    };
    let item = items(&[one], &labels(), at(0), &Redactor::default()).remove(0);
    assert_eq!((item.id.as_str(), item.at), ("C1", Some(at(-5))));
    let text = item.text.as_str();
    assert!(
        text.starts_with("at 2026-11-19 ")
            && text.contains("5 s before the alarm\nof: eu-1\napi_key: <secret:"),
        "{text}"
    );
    assert!(text.contains("\ncommit: a1b2c3d"), "{text}");
    let all = format!("{item:?}");
    for secret in ["hunter2", "horse", "a1b2c3d4e5"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}

/// A call of AWS's API, as CloudTrail and EventBridge bring it.
fn call(seconds: i64, service: &str, summary: &str, on: &str) -> ChangeEvent {
    ChangeEvent {
        origin: format!("{service}.amazonaws.com"),
        details: vec![("on".into(), on.into())],
        event: Some(format!("{service}{seconds}")),
        query: Some("aws cloudtrail lookup-events".into()),
        ..event(seconds, summary)
    }
}

#[test]
fn runs_of_the_same_call_by_the_same_principal_are_one() {
    let all: Vec<ChangeEvent> = (1..=4)
        .map(|n| call(-60 * n, "ec2", "the role deploy called ec2 StopInstances", &format!("i-{n}, i-0")))
        .chain([call(-90, "ec2", "the role other called ec2 StopInstances", "i-9")])
        .collect();
    let items = items(&all, &labels(), at(0), &Redactor::default());
    let titles: Vec<&str> = items.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "the role deploy called ec2 StopInstances on i-1, i-0, i-2 and 2 more, 4 times, 60 s before the alarm",
            "the role other called ec2 StopInstances on i-9, 90 s before the alarm",
        ]
    );
    let text = items[0].text.as_str();
    assert!(
        text.contains("\n4 times since 2026-11-19 ") && text.contains("\non: i-1, i-0, i-2, i-3, i-4"),
        "{text}"
    );
    // What others report has no such runs: each has its own details.
    let deploys = [event(-60, "Deploy web"), event(-120, "Deploy web")];
    assert_eq!(super::items(&deploys, &labels(), at(0), &Redactor::default()).len(), 2);
}

#[test]
fn an_event_that_came_by_two_ways_is_one() {
    let found = call(-60, "lambda", "the role deploy called lambda UpdateFunctionCode", "orders-fn");
    let sent = ChangeEvent { source: "sns/aws".into(), query: None, ..found.clone() };
    for all in [[sent.clone(), found.clone()], [found, sent]] {
        let items = items(&all, &labels(), at(0), &Redactor::default());
        assert_eq!((items.len(), items[0].query.is_some()), (1, true), "{items:?}");
        assert!(!items[0].title.as_str().contains("times"), "{}", items[0].title);
    }
}

#[test]
fn what_nobody_meant_comes_last_and_the_alarms_own_service_before_others() {
    let by_aws =
        ChangeEvent { intent: Intent::Lesser, ..call(-10, "lambda", "scaling of orders-fn", "orders-fn") };
    let routine =
        ChangeEvent { intent: Intent::Routine, ..call(-5, "sts", "AssumeRole for orders-fn", "orders-fn") };
    let all = [
        routine,
        call(-20, "s3", "somebody called s3 PutBucketPolicy", "logs"),
        call(-300, "lambda", "somebody called lambda UpdateAlias", "other"),
        by_aws,
        call(-600, "lambda", "somebody called lambda UpdateFunctionCode", "orders-fn"),
    ];
    let mut labels = labels();
    labels.set("metric_namespace", "AWS/Lambda");
    let items = items(&all, &labels, at(0), &Redactor::default());
    let words: Vec<&str> =
        items.iter().filter_map(|item| item.title.as_str().split(" before").next()).collect();
    assert_eq!(
        words,
        [
            "somebody called lambda UpdateFunctionCode on orders-fn, 10 min",
            "scaling of orders-fn on orders-fn, 10 s",
            "somebody called lambda UpdateAlias on other, 5 min",
            "somebody called s3 PutBucketPolicy on logs, 20 s",
            "AssumeRole for orders-fn on orders-fn, 5 s",
        ]
    );
    assert!(items[2].text.as_str().contains("names nothing that the alarm names, but is of its service"));
}

#[test]
fn who_it_was_is_told_without_a_mail_address() {
    let one = call(-60, "rds", "bob@example.com (role Admin) called rds RebootDBInstance", "main");
    let item = items(&[one], &labels(), at(0), &Redactor::default()).remove(0);
    assert!(item.title.as_str().starts_with("<email:"), "{}", item.title);
    assert!(
        item.title.as_str().contains("> (role Admin) called rds RebootDBInstance on main"),
        "{}",
        item.title
    );
    assert!(!format!("{item:?}").contains("bob@"));
}
