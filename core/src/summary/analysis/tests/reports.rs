//! What is kept of a report, and how ids and queries of what was brought are told.

use super::*;
use crate::evidence::Item;
use crate::language::Language;

fn item(id: &str, text: &str) -> Item {
    let redactor = Redactor::default();
    let kind = match &id[..1] {
        "L" => Kind::Log,
        "M" => Kind::Metric,
        _ => Kind::Runbook,
    };
    Item {
        id: id.into(),
        kind,
        source: "api".into(),
        title: redactor.redact(text),
        text: redactor.redact(text),
        query: (kind == Kind::Log).then(|| redactor.redact("logcli query --from=2026-01-31T10:00:00Z")),
        link: None,
        at: None,
        frequency: None,
        chart: None,
    }
}

fn items() -> Vec<Item> {
    vec![
        item("L1", "412 lines: ERROR Pool: connection refused at 10:03:12"),
        item("L12", "12 lines: ERROR Lease: expired at 10:02:58"),
        item("R2", "Restart: `kubectl rollout restart deploy/api`"),
    ]
}

fn checked(report: &Value) -> (Option<Report>, crate::summary::grounding::Counts) {
    let mut run = run();
    let blocks = vec![text(&report.to_string())];
    let spoken = Spoken { model: "m".into(), blocks, stop: Stop::Complete };
    let action = run.next(Event::Said(spoken), &offer(), LIMITS, Duration::ZERO);
    assert_eq!(action, Action::End(End::Report));
    Report::checked(&run.written().unwrap(), &items(), &Redactor::default(), Language::En)
}

fn whole() -> Value {
    json!({
        "overview": [
            {"text": "412 lines say \"connection refused\".", "citations": ["L1"]},
            {"text": "The moon did it.", "citations": []},
            {"text": "99 lines of it.", "citations": ["L77"]},
        ],
        "root_causes": [{"text": "The lease ran out: \"ERROR Lease: expired\", 12 lines.", "severity": "critical",
            "confidence": "likely", "citations": ["L12"], "against": ["L1", "L99"]}],
        "timeline": [
            {"at": "2026-01-31T10:02:58Z", "text": "12 lines of \"Lease: expired\".", "citations": ["L12"]},
            {"at": "10:09:59", "text": "12 lines of \"Lease: expired\".", "citations": ["L12"]},
        ],
        "actions": [
            {"text": "R2: run `kubectl rollout restart deploy/api`", "citations": ["R2", "R9"]},
            "run `kubectl delete ns prod`",
        ],
        "prevention": ["See <!here> https://evil.example"],
        "gaps": ["<@U1> knows www.evil.example"],
    })
}

#[test]
fn every_sentence_is_checked_and_what_is_refuted_is_not_in_it() {
    let (report, counts) = checked(&whole());
    let report = report.unwrap();
    assert_eq!((report.overview.len(), report.overview[0].verdict), (1, Verdict::Verified));
    let cause = &report.root_causes[0];
    assert_eq!(
        (cause.sentence.verdict, cause.against.as_slice()),
        (Verdict::Verified, &["L1".to_owned()][..])
    );
    assert_eq!(
        (report.timeline[0].at.as_str(), report.timeline[0].sentence.verdict),
        ("10:02:58", Verdict::Verified)
    );
    assert!(
        report.timeline.iter().skip(1).all(|one| one.sentence.verdict != Verdict::Verified),
        "a time that no item says"
    );
    assert!(!report.timeline[0].sentence.text.as_str().contains("10:02"), "{:?}", report.timeline);
    assert_eq!((report.actions.len(), report.actions[0].citations.as_slice()), (1, &["R2".to_owned()][..]));
    let told = json!(report).to_string();
    for never in ["moon", "L77", "delete ns", "<!here", "https://", "<@U1", "www.evil"] {
        assert!(!told.contains(never), "{never}: {told}");
    }
    assert!(counts.refuted >= 2 && counts.verified == 3, "{counts:?}");
    let left_out = report.left_out.as_ref().unwrap().as_str();
    assert!(left_out.contains("that were refuted") && left_out.contains("2 pieces of advice"), "{left_out}");
    assert!(report.cites("L12") && report.cites("R2") && !report.cites("L77"));
    let stored: Report<String> = serde_json::from_value(json!(report)).unwrap();
    assert_eq!(stored.told(&Redactor::default()), report);
}

#[test]
fn a_report_with_nothing_verified_is_none() {
    let invented = json!({"overview": [{"text": "It is the DNS.", "citations": []}], "actions": ["wait"]});
    let (report, counts) = checked(&invented);
    assert_eq!((report, counts.refuted), (None, 1));
}

#[test]
fn what_tools_bring_goes_on_from_the_highest_id_and_is_reproduced_once() {
    assert_eq!(highest(&items()), [(Kind::Log, 12), (Kind::Runbook, 2)].into());
    let again = reproduce(&items());
    assert_eq!((again.len(), again[0].id.as_str()), (1, "L1"), "the same query is told once");
    let asked = Asked {
        step: 1,
        tool: "logs".to_owned(),
        words: "<!here> password=hunter2 x".to_owned(),
        items: vec![],
        ok: true,
    };
    let told = asked.told(&Redactor::default()).words;
    assert!(!told.as_str().contains("<!here") && !told.as_str().contains("hunter2"), "{told}");
}
