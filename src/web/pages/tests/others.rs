//! List, deliveries, runbooks and errors.

use firstlook_core::alert::Severity;
use firstlook_core::incident::Status;
use firstlook_core::notify::storm::Banner;
use firstlook_core::notify::view::Incident;

use super::samples::{self, at, now, red};
use super::{in_order, keep, pages, states};
use crate::web::pages::{
    DeliveriesView, DeliveryDetail, DeliveryRow, ErrorView, Filter, ListView, RunbookRow, RunbooksView,
    TraceLine,
};

fn view(incidents: &[Incident]) -> ListView<'_> {
    ListView {
        incidents,
        filter: Filter { status: vec![Status::Open, Status::Acknowledged], ..Filter::default() },
        default_filter: true,
        storms: Vec::new(),
        next_cursor: None,
        ever: true,
        webhook_url: "http://127.0.0.1:8080/webhooks/alertmanager/main".to_owned(),
    }
}

fn list(name: &str, view: &ListView<'_>) -> String {
    let html = pages().list(view, now()).unwrap();
    keep(name, &html);
    html
}

#[test]
fn incidents_stand_in_groups_with_their_facts() {
    let incidents =
        [states::resolved(), states::bare(), states::acknowledged(), samples::open(), states::nasty()];
    let mut all = view(&incidents);
    all.next_cursor = Some("a b&c".to_owned());
    let html = list("list", &all);
    in_order(&html, &["The newest 5 incidents that match. Updated", "<time", "id=\"g-open\""]);
    in_order(
        &html,
        &[
            "id=\"g-open\"",
            "href=\"/incidents/482\"",
            "Nobody yet",
            "id=\"g-acknowledged\"",
            "Aya Tanaka",
            "id=\"g-resolved\"",
            "class=\"calmrow\"",
            "18:20:02",
        ],
    );
    in_order(
        &html,
        &[
            "#482</span>",
            "2 alerts</span>",
            "summary in progress</span>",
            "no runbook</span>",
            "31 s",
            "payment-api</span>",
            "likely cause (Medium): Each capture",
            "14 min",
        ],
    );
    assert!(html.contains("lasted 13 min</span>"));
    assert!(html.contains("href=\"/?status=open&amp;status=acknowledged&amp;cursor=a%20b%26c\">Older"));
    assert!(html.contains("value=\"open\" checked") && html.contains("value=\"resolved\">"));
    assert!(!html.contains("Filtered by"), "the default is no filter");
}

#[test]
fn each_part_of_a_filter_can_be_taken_away() {
    let incidents = [samples::open()];
    let filter = Filter {
        status: vec![Status::Open],
        severity: vec![Severity::Critical],
        q: "a\"b".to_owned(),
        storm: Some(7),
    };
    let html = list("filtered", &ListView { filter, default_filter: false, ..view(&incidents) });
    in_order(
        &html,
        &[
            "value=\"a&quot;b\"",
            "Filtered by",
            "href=\"/?severity=critical&amp;q=a%22b&amp;storm=7\">Open",
            "href=\"/?status=open&amp;q=a%22b&amp;storm=7\">Critical",
            "href=\"/?status=open&amp;severity=critical&amp;storm=7\">“a&quot;b”",
            "href=\"/?status=open&amp;severity=critical&amp;q=a%22b\">Storm 7",
            "value=\"critical\" checked",
        ],
    );
    assert!(html.contains("1 incident."));
}

#[test]
fn a_storm_stands_in_place_of_what_only_its_message_tells() {
    let storm = Banner {
        number: 7,
        receiver: "<oncall>".to_owned(),
        since: now(),
        incidents: 1_034,
        folded: 1_031,
        open: 1_000,
    };
    let html = list("storm", &ListView { storms: vec![storm], ..view(&[samples::open()]) });
    in_order(
        &html,
        &[
            "<section class=\"banner\"",
            "Storm 7 at &lt;oncall&gt;: 1,034 incidents since ",
            "1,031 of them are told by its message alone, and are not listed here.",
            "formmethod=\"post\" formaction=\"/storms/7/acknowledge\">Acknowledge all 1,000</button>",
            "href=\"/?storm=7\">Show all 1,034",
            "class=\"group\"",
        ],
    );
}

#[test]
fn an_empty_list_says_why() {
    let html = list("empty", &view(&[]));
    assert!(html.contains("Nothing is open") && html.contains("href=\"/?status=resolved\""));
    let html = list("nomatch", &ListView { default_filter: false, ..view(&[]) });
    assert!(html.contains("Nothing matches this filter") && html.contains("href=\"/\">Remove the filter"));
    let html = list("never", &ListView { ever: false, ..view(&[]) });
    assert!(
        html.contains("url: http://127.0.0.1:8080/webhooks/alertmanager/main") && !html.contains("<form")
    );
}

fn delivery(id: &str, status: u16, reason: &str) -> DeliveryRow {
    DeliveryRow {
        id: id.to_owned(),
        received_at: at("18:09:12.402"),
        source: "alertmanager/main".to_owned(),
        status,
        reason: red(reason),
        alerts: (status == 200).then_some(3),
        incidents: if status == 200 { vec![482] } else { vec![] },
        size: 4_100,
    }
}

#[test]
fn deliveries_say_what_was_made_of_them() {
    let rows = vec![
        delivery("0193-a", 200, "joined an open incident"),
        delivery("0193/b", 400, "byte 312: expected “alerts” <b>"),
        delivery("c", 401, "the bearer token does not fit"),
        delivery("d", 503, "the store did not answer"),
    ];
    let html =
        pages().deliveries(&DeliveriesView { rows, next_cursor: Some("x".to_owned()) }, now()).unwrap();
    keep("deliveries", &html);
    in_order(
        &html,
        &[
            "href=\"/deliveries/0193-a\"",
            "18:09:12.402",
            "Accepted 200",
            "joined an open",
            "href=\"/incidents/482\"",
            "4.1 kB",
            "href=\"/deliveries/0193%2Fb\"",
            "Not understood 400",
            "&lt;b&gt;",
            "Refused 401",
            "Not taken 503",
            "/deliveries?cursor=x",
        ],
    );
    let html = pages().deliveries(&DeliveriesView::default(), now()).unwrap();
    keep("deliveries-none", &html);
    assert!(html.contains("Nothing has been delivered"));
}

#[test]
fn one_delivery_shows_its_decisions_and_its_body() {
    let line = |action: &str, incident| TraceLine {
        action: action.to_owned(),
        alert: red("PaymentApi5xxRateHigh <i>"),
        reason: red("no incident of this group is open"),
        incident,
    };
    let mut detail = DeliveryDetail {
        row: delivery("0193-a", 200, "opened an incident"),
        trace: vec![line("opened", Some(482)), line("duplicate", None)],
        body: Some(red("{\"status\":\"firing\",\n \"url\":\"<token:3f2a>\"}")),
    };
    let html = pages().delivery(&detail).unwrap();
    keep("delivery", &html);
    in_order(
        &html,
        &[
            "19 Nov 2026, 18:09:12.402",
            "0193-a",
            "Accepted 200",
            "<b>opened</b> <a href=\"/incidents/482\"",
            "&lt;i&gt;",
            "no incident of this group",
            "<b>duplicate</b>",
            "&quot;status&quot;:&quot;firing&quot;,\n &quot;url&quot;:&quot;<span class=\"red\">token 3f2a</span>",
        ],
    );
    (detail.trace, detail.body) = (vec![], None);
    let html = pages().delivery(&detail).unwrap();
    keep("delivery-bare", &html);
    assert!(html.contains("Nothing was decided") && !html.contains("Body, redacted"));
}

#[test]
fn runbooks_show_their_faults() {
    let row = |path: &str, faults: &[&str]| RunbookRow {
        path: path.to_owned(),
        title: "High error rate".to_owned(),
        matchers: vec!["alertname=\"HighErrorRate\"".to_owned(), "service=~\"api|web\"".to_owned()],
        owner: (faults.is_empty()).then(|| "platform".to_owned()),
        steps: 4,
        faults: faults.iter().map(|f| (*f).to_owned()).collect(),
    };
    let view = RunbooksView {
        origin: "./runbooks".to_owned(),
        runbooks: vec![
            row("high-error-rate.md", &[]),
            row("<x>.md", &["line 3: matcher “a=” has no value; write a=\"…\""]),
        ],
    };
    let html = pages().runbooks(&view).unwrap();
    keep("runbooks", &html);
    in_order(
        &html,
        &[
            "2 runbooks",
            "./runbooks",
            "high-error-rate.md",
            "alertname=&quot;HighErrorRate&quot;",
            "platform",
            "&lt;x&gt;.md",
            "line 3: matcher",
        ],
    );
    let html = pages().runbooks(&RunbooksView::default()).unwrap();
    keep("runbooks-none", &html);
    assert!(html.contains("No runbook is loaded"));
}

#[test]
fn an_error_says_what_to_do() {
    let view = ErrorView {
        status: 503,
        title: "The history cannot be read right now".to_owned(),
        what: "Postgres does not answer. No alarm is lost: senders are told to try again.".to_owned(),
        remedies: vec![
            "Load this page again.".to_owned(),
            "On the host: firstlook check --online names what is down.".to_owned(),
        ],
    };
    let html = pages().error(&view).unwrap();
    keep("error", &html);
    in_order(
        &html,
        &[
            "<title>503: The history",
            "503</p>",
            "<h1>The history",
            "No alarm is lost",
            "What to do",
            "Load this page",
            "check --online",
        ],
    );
    let html = pages().error(&ErrorView { remedies: vec![], ..view }).unwrap();
    assert!(!html.contains("What to do"));
}
