//! The page of an incident.

use std::collections::BTreeMap;

use firstlook_core::evidence::{Change, Window};
use firstlook_core::notify::view::{Feedback, Incident};
use firstlook_core::summary::{Confidence, HitRates, State};

use super::samples::{self, now, red};
use super::{check, in_order, keep, pages, states};
use crate::web::pages::IncidentView;

/// No cause was ever judged.
static NONE: HitRates = HitRates(BTreeMap::new());

fn seen(incident: &Incident, actions: bool) -> IncidentView<'_> {
    IncidentView { incident, actions, analysis: true, declare: true, rates: &NONE }
}

fn page(name: &str, incident: &Incident) -> String {
    let view = seen(incident, true);
    let html = pages().incident(&view, now()).unwrap();
    keep(name, &html);
    html
}

#[test]
fn five_facts_come_first_and_the_order_is_that_of_a_phone() {
    let html = page("open", &samples::open());
    in_order(
        &html,
        &[
            "Critical</span>",
            ">Open<",
            "<h1 id=\"title\">payment-api fails",
            "No database connection",
            "<dt>Since",
            "14 min",
            "<dt>How bad",
            "38.2%",
            "alarm 5%, normal 0.2%",
            "Do this first",
            "Roll back payment-api",
            "<dt>How sure",
            "2 of 3 verified, 2 gaps",
            "<dt>Who",
            "Nobody yet",
            "escalates at 18:37 UTC",
            "class=\"jump\"",
            "id=\"summary\"",
            "id=\"runbook\"",
            "id=\"before\"",
            "one time axis",
            "Log patterns (3)",
            "id=\"L1\"",
            "The alarm</h3>",
            "Why was I paged?</h2>",
            "id=\"alerts\"",
            "id=\"timeline\"",
        ],
    );
    assert!(html.contains("<time datetime=\"2026-11-19T18:07:00Z\">18:07</time> UTC"));
    assert!(
        html.contains("<title>Critical, open: payment-api fails 38.2% of requests, #482 | firstlook</title>")
    );
    assert!(!html.contains("http-equiv=\"refresh\""), "nothing moves under the reader's eyes");
}

#[test]
fn doubt_is_shown_and_what_is_refuted_is_not() {
    let html = page("open", &samples::open());
    assert_eq!(html.matches("Verified: </span>").count(), 2);
    in_order(
        &html,
        &[
            "Not verified</h3>",
            "Capture retries rose",
            "Nothing in it can be checked",
            "Could not be had (2)",
            "cloudtrail:LookupEvents",
        ],
    );
    assert!(!html.contains("2,300"), "a refuted sentence is never told");
    in_order(&html, &["Likely causes", ">Medium<", ">Low<", "Against it:", ">Ruled out<", "Next steps"]);
    assert!(html.contains("10,410 tokens in, 890 out, 11.6 s"));
    let mut known = samples::open();
    known.summary.as_mut().unwrap().cached.read = 8_192;
    assert!(page("open", &known).contains("10,410 tokens in (8,192 of them cached), 890 out, 11.6 s"));
}

#[test]
fn chips_lead_to_evidence_and_evidence_says_who_cites_it() {
    let html = page("open", &samples::open());
    assert!(html.contains("<a class=\"cite\" href=\"#L1\"><span class=\"vh\">evidence </span>L1</a>"));
    assert!(html.contains("<span class=\"muted mono\">L9</span>"), "an id that is not here is no link");
    assert!(html.contains("Cited by <a href=\"#s2\">sentence 2</a> <a href=\"#k1\">cause 1</a>"));
}

#[test]
fn patterns_say_how_they_differ_and_share_one_axis() {
    let html = page("open", &samples::open());
    in_order(
        &html,
        &[
            "17:52 to 18:09 UTC",
            "alarm 18:07:00</text>",
            "<text x=\"17.6%\"",
            "id=\"L1\"",
            "New</span>",
            "<b>260</b> now, 0 normally",
            "first seen 18:04:36",
            "<span class=\"ph\">&lt;num&gt;</span>ms",
            "Sample lines (2)",
            "id=\"L2\"",
            "Surged ×6.2",
            "<span class=\"red\">email 3f2a</span>",
            "id=\"L3\"",
            "Gone</span>",
            "last seen 18:05:10",
        ],
    );
    assert_eq!(html.matches("x1=\"88.2%\"").count(), 4, "the alarm's line crosses its row and each lane");
    assert_eq!(html.matches("class=\"mk\" d=\"M88.2 0V24\"").count(), 3, "and each sparkline");
}

#[test]
fn without_a_window_patterns_are_drawn_without_times() {
    let mut incident = samples::open();
    incident.evidence.as_mut().unwrap().window = None;
    let view = seen(&incident, true);
    let html = pages().incident(&view, now()).unwrap();
    check(&html);
    assert!(
        html.contains("class=\"bars\"")
            && !html.contains("class=\"mk\"")
            && !html.contains("The same as a table")
    );
    let late = Window { start: samples::at("18:10:00"), end: samples::at("18:20:00") };
    incident.evidence.as_mut().unwrap().window = Some(late);
    let html = pages().incident(&seen(&incident, true), now()).unwrap();
    assert!(html.contains("The same as a table") && !html.contains("class=\"mk\""), "the alarm lies outside");
}

#[test]
fn forms_are_there_when_the_state_allows_and_somebody_may() {
    let forms = |incident: &Incident| {
        let html = page("forms", incident);
        ["acknowledge", "resolve"]
            .map(|verb| html.contains(&format!("method=\"post\" action=\"/incidents/482/{verb}\"")))
    };
    assert_eq!(forms(&samples::open()), [true, true]);
    assert_eq!(forms(&states::acknowledged()), [false, true]);
    assert_eq!(forms(&states::resolved()), [false, false]);
    let html = page("open", &samples::open());
    assert!(html.contains("<body class=\"has-do\">"));
    let incident = samples::open();
    let view = seen(&incident, false);
    let html = pages().incident(&view, now()).unwrap();
    assert!(!html.contains("<form") && !html.contains("has-do"));
}

#[test]
fn each_state_of_the_summary_says_why_there_is_none() {
    let cases = [
        (State::Looking, "the summary is not yet", "Looking", true),
        (State::LeftToAnalysis, "The analysis answers", "See the analysis", false),
        (State::NoModel, "No model is configured", "First look only", false),
        (State::OverBudget, "token budget is used up", "First look only", false),
        (State::Failed, "no summary could be written", "First look only", false),
        (State::NothingVerified, "Nothing could be verified", "Nothing verified", false),
        (State::Ready, "had nothing to say", "No cause named", false),
    ];
    for (state, words, sure, reloads) in cases {
        let mut incident = states::without_summary(state, "because of <b>this</b>");
        incident.opened_at = samples::at("18:20:00");
        let html = page(&format!("{state:?}"), &incident);
        in_order(
            &html,
            &[sure, "id=\"summary\"", words, "because of &lt;b&gt;this&lt;/b&gt;", "Could not be had (2)"],
        );
        assert_eq!(html.contains("http-equiv=\"refresh\" content=\"10\""), reloads, "{state:?}");
        assert_eq!(html.contains("reloads itself"), reloads, "{state:?}");
        assert!(!html.contains("Likely causes") && !html.contains("Next steps"));
    }
}

#[test]
fn nothing_is_called_normal_that_was_not_read_or_compared() {
    let page_of = |name: &str, sources_read, normal| {
        let mut incident = samples::open();
        let evidence = incident.evidence.as_mut().unwrap();
        evidence.sources_read = sources_read;
        evidence.items.retain(|item| sources_read > 0 || item.frequency.is_none());
        for frequency in evidence.items.iter_mut().filter_map(|item| item.frequency.as_mut()) {
            (frequency.change, frequency.normal) = (Change::Rare, normal);
        }
        page(name, &incident)
    };
    let html = page_of("unread", 0, None);
    assert!(html.contains("No logs were read: no source could be read") && !html.contains("Nothing differs"));
    let html = page_of("uncompared", 1, None);
    assert!(html.contains("nothing to compare with") && html.contains("</svg>Rare"), "{html}");
    assert!(
        !html.contains(" normally") && !html.contains("</svg>New") && !html.contains("No logs were read")
    );
}

#[test]
fn the_first_look_of_a_second_ago_stands_alone() {
    let html = page("bare", &states::bare());
    in_order(
        &html,
        &[
            "http-equiv=\"refresh\"",
            "Info</span>",
            "31 s",
            "2 of 2 alerts firing",
            "in the alarm’s own words, above",
            "No first step is known",
            "evidence is being collected",
            "No runbook matched",
            "alertname=&quot;PaymentApi5xxRateHigh&quot;",
            "the first incident of its group",
            "Nothing has been told",
        ],
    );
    assert!(!html.contains("0 gaps"), "nothing was looked for yet");
    assert!(!html.contains("id=\"evidence\"") && !html.contains("href=\"#evidence\""));
    let mut old = states::bare();
    old.opened_at = samples::at("18:00:00");
    let html = page("bare-old", &old);
    assert!(!html.contains("http-equiv=\"refresh\""), "no page reloads for ever");
    assert!(!html.contains("reloads itself"), "and none says that it does");
}

#[test]
fn acknowledged_and_resolved_say_who_and_how() {
    let html = page("acknowledged", &states::acknowledged());
    in_order(
        &html,
        &["Acknowledged</span>", "Flapping", "Stale", "<dt>Who", "Aya Tanaka", "acknowledged 18:09:46 UTC"],
    );
    let html = page("resolved", &states::resolved());
    in_order(
        &html,
        &[
            "inc-resolved",
            "Resolved</span>",
            "was Critical",
            "<dt>When",
            "18:07:00",
            "18:20:02",
            "<dt>Lasted",
            "13 min",
            "How it ended",
            "All alerts resolved.",
            "<dt>To acknowledge",
            "2 min 46 s",
            "Aya Tanaka",
            "How it went",
            "nobody on it, 2 min 46 s",
            "acknowledged, 10 min",
            "All alerts resolved.",
            "incident opened",
            "id=\"summary\"",
        ],
    );
    assert!(!html.contains("Do this first"));
    let mut alone = states::resolved();
    (alone.acknowledged_at, alone.owner) = (None, None);
    let html = page("resolved-alone", &alone);
    in_order(&html, &["Nobody took it", "nobody on it, 13 min"]);
    assert!(!html.contains("class=\"p2\""));
}

#[test]
fn notifications_say_what_became_of_them() {
    let html = page("open", &samples::open());
    in_order(
        &html,
        &[
            "oncall, PagerDuty",
            ">page<",
            "Sent<",
            "18:07:00.600",
            "severity=&quot;critical&quot;",
            "oncall, Slack",
            "kept up to date",
            "Sent, 2nd try",
            "oncall, Slack 2",
            "first message",
            "Failed 3 times, still trying",
            "oncall, webhook",
            "Not sent, given up",
        ],
    );
}

#[test]
fn many_alerts_are_counted_not_listed() {
    let mut incident = samples::open();
    let one = incident.alerts[0].clone();
    incident.alerts = vec![one; 512];
    let html = page("many", &incident);
    in_order(&html, &["Alerts (512)", "412 alerts more not shown here.", "href=\"/api/v1/incidents/482\""]);
    assert_eq!(html.matches("data-l=\"Received\"").count(), 100);
    assert!(html.contains("<span class=\"why mono\">pod=a-1 </span>"), "only what is not common to all");
    let entry = incident.timeline.as_ref().unwrap()[0].clone();
    incident.timeline = Some(vec![entry; 130]);
    assert!(page("many", &incident).contains("30 entries more not shown here."));
}

#[test]
fn a_name_of_240_letters_is_shown_whole() {
    let mut incident = samples::open();
    let long = "x".repeat(240);
    incident.title = red(&long);
    incident.labels.insert(red("alertname"), red(&long));
    incident.alerts[0].labels.insert(red("alertname"), red(&long));
    assert_eq!(page("long", &incident).matches(long.as_str()).count(), 4, "title, h1, alarm's name, table");
}

#[test]
fn text_from_outside_stays_text_wherever_it_stands() {
    let html = page("nasty", &states::nasty());
    let whole = "&lt;script&gt;alert(1)&lt;/script&gt; &quot; onload=&quot;x&#x27; &amp; gnp.exe";
    assert!(html.matches(whole).count() > 50);
    for part in html.split("gnp.exe").filter(|p| !p.is_empty()) {
        assert!(!part.contains("x' &"));
    }
}

#[test]
fn a_cause_says_how_often_its_like_was_right_and_asks_for_a_word() {
    let incident = samples::open();
    let rates = HitRates([(Confidence::Likely, (8, 9)), (Confidence::Confirmed, (1, 1))].into());
    let view =
        IncidentView { incident: &incident, actions: true, analysis: true, declare: true, rates: &rates };
    let html = pages().incident(&view, now()).unwrap();
    in_order(&html, &["id=\"k1\"", "right 8 of 9 times: ", "id=\"k2\"", "Was the first cause right?"]);
    assert_eq!(html.matches(" times: ").count(), 1, "only first causes are judged");
    assert!(html.contains("action=\"/incidents/482/feedback\""), "{html}");
    let feedback = Feedback { right: false, cause: red("<b>The disk</b>"), actor: red("aya"), at: now() };
    let judged = Incident { feedback: Some(feedback), ..incident };
    let view = seen(&judged, false);
    let html = pages().incident(&view, now()).unwrap();
    let said = "UTC that the first cause was wrong. It was: &lt;b&gt;The disk&lt;/b&gt;";
    assert!(html.contains("aya said at ") && html.contains(said), "{html}");
    assert!(!html.contains("/feedback\""), "who may not act is not asked");
}
