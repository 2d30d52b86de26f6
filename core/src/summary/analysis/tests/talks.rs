//! What each event leads to: calls that are run, calls that are answered, nudges, and every end.

use super::*;

const REPORT: &str = r#"{"overview":[{"text":"x","citations":["L1"]}]}"#;

#[test]
fn calls_are_run_one_after_another_and_their_results_are_one_turn() {
    let mut run = Stepped(run());
    assert_eq!(run.0.action(&offer()), Action::Ask);
    let action = run.said(vec![
        Block::Thought { text: "hm".into(), signature: Some("s".into()) },
        call("a", "logs", logs("pool")),
        call("b", "item", json!({"id": "[l1]", "offset": "10"})),
    ]);
    let contains = vec!["pool".to_owned()];
    let request = Request::Logs { source: "api".into(), contains, excludes: vec![], level: None };
    assert_eq!(action, Action::Call(request));
    assert_eq!(run.brought("12 lines"), Action::Call(Request::Item { id: "L1".into(), offset: 10 }));
    assert_eq!(run.brought(&format!("{}{FENCE}", "0123456789".repeat(700))), Action::Ask);
    let Some(Turn::Results { results, text: None }) = run.0.talk.turns.last() else {
        panic!("{:?}", run.0.talk)
    };
    assert_eq!((results[0].call.as_str(), results[1].call.as_str()), ("a", "b"));
    assert!(
        results[0].text.contains("Cite it as L9.") && results[0].text.contains("fenc| 12 lines"),
        "{results:?}"
    );
    assert!(
        results[1].text.contains("1012 more characters: read on with item, id L9, offset 6010."),
        "{results:?}"
    );
    assert_eq!(results[1].text.matches(FENCE).count(), 2, "a text cannot close its fence");
    assert_eq!(
        (run.0.steps, run.0.asked.len(), run.0.asked[0].words.as_str()),
        (1, 2, r#"log lines of api with "pool""#)
    );
    assert_eq!(run.said(vec![text(REPORT)]), Action::End(End::Report));
    assert_eq!(run.0.written().unwrap().overview[0].text, "x");
}

#[test]
fn what_is_wrong_with_a_call_is_named_and_nothing_is_run() {
    let long = "x".repeat(3_000);
    for (name, input, says) in [
        (
            "rm",
            json!({}),
            "There is no such tool. The tools are: item, logs, query, metric, traces, access_logs, changes, history, runbook.",
        ),
        ("logs", json!({"source": "web"}), "`source` is \"web\", and has to be one of: api."),
        (
            "logs",
            json!({"source": "api", "start": "now-7d"}),
            "`logs` has no input `start`. It takes: contains, excludes, level, source.",
        ),
        ("logs", json!({"source": "api", "contains": [1]}), "`contains` has to hold strings"),
        ("logs", json!({"source": "api", "level": "loud"}), "one of: info, warn, error"),
        ("item", json!({}), "`id` is missing."),
        ("item", json!({"id": 7}), "`id` has to be a string."),
        ("item", json!({"id": "L1", "offset": -1}), "`offset` has to be a whole number from 0."),
        ("query", json!({"source": "prom", "query": long}), "more than 2000 characters"),
        ("query", json!({"source": "prom", "query": "up offset 1w"}), "The times are the incident's"),
        ("query", json!({"source": "prom", "query": "up @ 0"}), "The times are the incident's"),
        ("query", json!({"source": "prom", "query": "# '\nup @ 0 # '"}), "The times are the incident's"),
        ("query", json!({"source": "prom", "query": "rate(x[30d])"}), "may come to at most 1h (`[1h]`)"),
        ("query", json!({"source": "prom", "query": "max_over_time(rate(x[5m])[1h:1m])"}), "too far back"),
        ("query", json!({"source": "loki", "query": "rate({a=\"b\"}[ 1y2d ])"}), "too far back"),
        ("query", json!({"source": "loki", "query": "rate({a=\"b\"}[1e9])"}), "too far back"),
        ("query", json!({"source": "loki", "query": "rate({a=\"b\"}[x])"}), "cannot be read"),
        ("history", json!({"words": []}), "at least one word"),
        ("runbook", json!({"step": "R9"}), "one of: R1."),
    ] {
        let mut run = Stepped(run());
        assert_eq!(run.said(vec![call("a", name, input.clone())]), Action::Ask, "{name} {input}");
        assert!(run.told().contains(says), "{name} {input}: {}", run.told());
        assert!(run.told().contains("brought nothing new"), "{}", run.told());
    }
    let fine = json!({"source": "prom", "query": r#"rate(x{a="offset @ \" @"}[5m])"#});
    assert!(matches!(
        Stepped(run()).said(vec![call("a", "query", fine)]),
        Action::Call(Request::Query { .. })
    ));
    let insights = json!({"source": "cw", "query": "fields @message | filter @message like /x/"});
    let asked = Stepped(run()).said(vec![call("a", "query", insights)]);
    assert!(matches!(asked, Action::Call(Request::Query { .. })), "names begin with @ there: {asked:?}");
    let fault = Block::Call(Call {
        id: "a".into(),
        name: "item".into(),
        input: json!({}),
        fault: Some("no JSON".into()),
    });
    let mut run = Stepped(run());
    assert_eq!(run.said(vec![fault]), Action::Ask);
    assert!(run.told().contains("Nothing was run: no JSON."));
}

#[test]
fn the_same_call_is_not_run_again_and_rounds_that_bring_nothing_end_the_calls() {
    let mut run = Stepped(run());
    assert!(matches!(
        run.said(vec![call("a", "logs", logs("x")), call("b", "logs", logs("x"))]),
        Action::Call(_)
    ));
    assert_eq!(run.brought("found"), Action::Ask);
    assert!(
        run.told().contains("You asked exactly this in step 1") && !run.told().contains("nothing new"),
        "{}",
        run.told()
    );
    assert_eq!(run.said(vec![call("c", "logs", logs("x"))]), Action::Ask);
    assert!(run.told().contains("exactly this in step 1") && run.told().contains("brought nothing new"));
    assert!(!run.0.talk.withdrawn);
    assert_eq!(run.said(vec![call("d", "logs", logs("x"))]), Action::Ask);
    assert!(
        run.0.talk.withdrawn
            && run.told().contains("Two steps in a row brought nothing new. Call no tool any more")
    );
    assert_eq!(run.said(vec![call("e", "logs", logs("y"))]), Action::Ask);
    assert!(run.told().contains("Answer with the one JSON object"));
    let Action::End(End::Failed(why)) = run.said(vec![call("f", "logs", logs("y"))]) else { panic!() };
    assert_eq!(why, Why::Insisted);
}

#[test]
fn endless_calls_end_with_the_steps() {
    let mut run = Stepped(run());
    for n in 0..4 {
        assert!(!run.0.talk.withdrawn, "{n}");
        assert!(matches!(run.said(vec![call("same", "logs", logs(&n.to_string()))]), Action::Call(_)));
        run.brought(&format!("found {n}"));
    }
    assert!(run.0.talk.withdrawn && run.told().contains("All 4 steps are used."), "{}", run.told());
    let ids: std::collections::BTreeSet<&str> = run
        .0
        .talk
        .turns
        .iter()
        .flat_map(|turn| match turn {
            Turn::Results { results, .. } => results.iter().map(|one| one.call.as_str()).collect::<Vec<_>>(),
            _ => Vec::new(),
        })
        .collect();
    assert_eq!(ids.len(), 4, "repeated ids are made different: {ids:?}");
    let many = (0..6).map(|n| call(&format!("m{n}"), "logs", logs("z"))).collect();
    let mut other = Stepped(super::run());
    assert!(matches!(other.said(many), Action::Call(_)));
    assert_eq!(other.brought("x"), Action::Ask);
    assert!(other.told().contains("at most 4 calls are run at once"), "{}", other.told());
}

#[test]
fn a_report_is_repaired_once_and_a_leak_never() {
    let mut run = Stepped(run());
    assert_eq!(run.stopped(vec![text("{\"overview\":[")], Stop::Truncated), Action::Ask);
    assert!(run.told().contains("cut off because it is too long"), "{}", run.told());
    let Action::End(End::Failed(why)) = run.said(vec![text("Sorry?")]) else { panic!() };
    assert!(told(&why).contains("could not be used: the answer contains no JSON object"), "{why:?}");
    for blocks in [vec![text(&REPORT.replace('x', CANARY))], vec![call("a", "logs", logs(CANARY))]] {
        let Action::End(End::Failed(why)) = Stepped(super::run()).said(blocks) else { panic!() };
        let why = told(&why);
        assert!(why.contains("repeats the instructions") && !why.contains(CANARY), "{why}");
    }
    let mut empty = Stepped(super::run());
    assert_eq!(empty.said(vec![]), Action::Ask);
    assert!(matches!(&empty.0.talk.turns[1], Turn::Model { blocks, .. } if *blocks == [text("(empty)")]));
}

#[test]
fn calls_in_words_are_calls_and_what_nobody_could_read_is_said() {
    let mut run = Stepped(run());
    let spelled = text(r#"<tool_call>{"name":"item","arguments":{"id":"L1"}}</tool_call>"#);
    assert_eq!(run.said(vec![spelled]), Action::Call(Request::Item { id: "L1".into(), offset: 0 }));
    let mut malformed = Stepped(super::run());
    assert_eq!(malformed.stopped(vec![], Stop::Malformed), Action::Ask);
    assert!(malformed.told().contains("could not be read") && malformed.0.steps == 1);
    let mut cut = Stepped(super::run());
    assert_eq!(cut.stopped(vec![call("a", "logs", logs("x"))], Stop::Truncated), Action::Ask);
    assert!(cut.told().contains("Nothing was run: the answer was cut off"), "{}", cut.told());
}

#[test]
fn time_budget_filters_and_length_have_their_ends() {
    let next = |run: &mut Run, event: Event<'_>, seconds| {
        run.next(event, &offer(), LIMITS, Duration::from_secs(seconds))
    };
    let spoken = |blocks: Vec<Block>, stop| Event::Said(Spoken { model: "m".into(), blocks, stop });
    let mut late = run();
    let action = next(&mut late, spoken(vec![call("a", "logs", logs("x"))], Stop::Complete), 71);
    assert!(matches!(action, Action::Call(_)), "what was begun is brought");
    let words = Redactor::default().redact("x");
    assert_eq!(next(&mut late, Event::Brought { text: &words, ids: vec![], ok: true }, 72), Action::Ask);
    assert!(late.talk.withdrawn);
    let Action::End(End::Failed(why)) = next(&mut late, spoken(vec![], Stop::Complete), 100) else {
        panic!()
    };
    assert_eq!(why, Why::OutOfTime { seconds: 100 });

    let mut poor = run();
    assert_eq!(next(&mut poor, Event::OverBudget("gone".into()), 1), Action::Ask);
    assert!(poor.talk.withdrawn);
    assert_eq!(
        next(&mut poor, Event::OverBudget("gone".into()), 1),
        Action::End(End::OverBudget("gone".into()))
    );

    let mut long = Stepped(run());
    long.said(vec![call("a", "logs", logs("x"))]);
    long.brought(&"y".repeat(5_000));
    assert_eq!(long.stopped(vec![], Stop::Overflow), Action::Ask);
    assert!(long.told().contains("the talk became too long") && long.told().len() < 1_200, "{}", long.told());
    assert!(matches!(long.stopped(vec![], Stop::Overflow), Action::End(End::Failed(_))));

    assert!(matches!(next(&mut run(), spoken(vec![], Stop::Filtered), 1), Action::End(End::Failed(_))));
    let down = Event::Unanswered("down".into());
    assert_eq!(next(&mut run(), down, 1), Action::End(End::Failed(Why::Said("down".into()))));
}

fn told(why: &Why) -> String {
    why.told(crate::Language::En)
}
