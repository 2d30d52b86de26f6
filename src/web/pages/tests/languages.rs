//! That each page speaks one language: no word of another, none that templates do not ask for.

use firstlook_core::Language;
use firstlook_core::notify::storm::Banner;
use firstlook_core::notify::view::{Feedback, Incident};
use firstlook_core::notify::{Node, Routing, Walk, Zone};
use firstlook_core::route::walk::Verdict;
use firstlook_core::summary::{Confidence, HitRates, State};
use regex::Regex;

use super::samples::{self, at, now, red};
use super::{asked, check, declared, keep, looks, silences, states};
use crate::web::pages::{
    DeliveriesView, DeliveryDetail, DeliveryRow, ErrorView, Filter, IncidentView, ListView, Pages,
    RunbookRow, RunbooksView, SilencesView, TEMPLATES, TraceLine,
};

/// In the place of all that others wrote.
const DATA: &str = "データ";
/// What is called the same in every language.
const NAMES: [&str; 10] =
    ["UTC", "firstlook", "Slack", "PagerDuty", "webhook", "Alertmanager", "Markdown", "API", "kB", "LogQL"];

/// The Latin words of `text`, two letters in a row, that are none of `names`.
fn latin<'t>(text: &'t str, names: &[&str]) -> Vec<&'t str> {
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    words.filter(|word| word.len() > 1 && !names.contains(word)).collect()
}

fn pages() -> Pages {
    Pages::new(Language::Ja, Zone::utc()).unwrap()
}

/// What a person reads or is read to: text outside of code, and the attributes that are words.
fn words(html: &str) -> String {
    let replaced =
        |text: &str, pattern: &str| Regex::new(pattern).unwrap().replace_all(text, "\n").into_owned();
    let attributes: String = Regex::new(r#" (?:aria-label|placeholder|data-l|alt|title)="([^"]*)""#)
        .unwrap()
        .captures_iter(html)
        .map(|found| format!("\n{}", &found[1]))
        .collect();
    let text = replaced(html, r"(?s)<(?:pre|code)\b.*?</(?:pre|code)>");
    let text = replaced(&text, r#"<(?:span|p|dd) class="(?:[a-z]+ )*mono"[^>]*>[^<]*"#);
    replaced(&text, r"(?s)<[^>]*>") + &attributes
}

fn speaks_japanese(name: &str, html: &str) {
    keep(&format!("ja-{name}"), html);
    assert!(html.contains("<html lang=\"ja\">"));
    let words = words(html);
    let foreign = latin(&words, &NAMES);
    assert!(foreign.is_empty(), "{name} says {foreign:?}");
}

fn incident(name: &str, incident: Incident, filled: bool) -> String {
    let incident = Incident { language: Language::Ja, ..incident };
    let incident = if filled { states::fill(incident, DATA) } else { incident };
    let rates = HitRates([(Confidence::Likely, (8, 9))].into());
    let view =
        IncidentView { incident: &incident, actions: true, analysis: true, declare: true, rates: &rates };
    let html = pages().incident(&view, now()).unwrap();
    check(&html);
    if filled {
        speaks_japanese(name, &html);
    } else {
        keep(&format!("ja-{name}"), &html);
    }
    html
}

#[test]
fn an_incident_in_every_state_is_told_in_japanese_alone() {
    incident("sample", samples::open(), false);
    let html = incident("open", samples::open(), true);
    for part in
        ["<dt>発生", "14分前", "<dt>影響", "38.2%", "しきい値5%、平常時0.2%", "3文中2文に裏付け、未取得2件"]
    {
        assert!(html.contains(part), "{part}");
    }
    assert!(html.contains("<title>【重大・未対応】データ #482 | firstlook</title>"));
    incident("acknowledged", states::acknowledged(), true);
    for undone in [vec![], vec![red(DATA)]] {
        incident("declared", declared::declared(DATA, undone), true);
    }
    incident("bare", Incident { labels: Default::default(), ..states::bare() }, true);
    let ended = incident("resolved", states::resolved(), true);
    assert!(ended.contains("担当者なし、2分46秒") && ended.contains("対応中、10分"), "{ended}");
    for state in [
        State::Looking,
        State::LeftToAnalysis,
        State::NoModel,
        State::OverBudget,
        State::Failed,
        State::NothingVerified,
        State::Ready,
    ] {
        incident(&format!("{state:?}"), states::without_summary(state, DATA), true);
    }
    for right in [true, false] {
        let said = Feedback { right, cause: red(DATA), actor: red(DATA), at: now() };
        incident("judged", Incident { feedback: Some(said), ..samples::open() }, true);
    }
}

/// A node that did each of what nodes do.
fn routing() -> Routing {
    let node = |verdict, last| Node {
        path: "route.routes[0]".to_owned(),
        receiver: DATA.to_owned(),
        matchers: vec![(red(DATA), red(DATA), true), (red(DATA), red(DATA), false)],
        verdict,
        last,
        when: Some(red(DATA)),
    };
    let nodes = vec![node(Verdict::Passes, false), node(Verdict::Refuses, false), node(Verdict::Takes, true)];
    Routing { walks: vec![Walk { at: now(), nodes }], escalations: Vec::new() }
}

#[test]
fn the_way_through_the_routes_is_told_in_japanese_alone() {
    let html = incident("routed", Incident { routing: routing(), ..samples::open() }, true);
    for part in ["ルートの経路", "一致しません", "下位のルートへ", "データへ通知。以降のルートは対象外"]
    {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn an_analysis_in_every_state_is_told_in_japanese_alone() {
    for analysis in looks::every(DATA) {
        let name = format!("analysis-{:?}", analysis.state);
        let html = incident(&name, Incident { analysis: Some(analysis), ..samples::open() }, true);
        assert!(html.contains("最大8ステップ中2ステップ"), "{html}");
    }
}

#[test]
fn a_question_about_days_is_told_in_japanese_alone() {
    let mut without = asked::asked(DATA);
    without.analysis = None;
    for (name, one) in [("asked", asked::asked(DATA)), ("asked-waiting", without)] {
        let answered = one.analysis.is_some();
        let html = incident(name, one, true);
        for part in ["調査を参照", "調査が回答します", "この依頼では、ログは読み取りません。"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("該当するランブック") && !html.contains("evidence.sources"), "{html}");
        assert_eq!(html.contains("charts/M1.png"), answered, "its series is drawn");
    }
}

fn delivery(status: u16) -> DeliveryRow {
    DeliveryRow {
        id: "0193".to_owned(),
        received_at: at("18:09:12.402"),
        source: DATA.to_owned(),
        status,
        reason: red(DATA),
        alerts: Some(3),
        incidents: vec![482],
        size: 4_100,
    }
}

fn storm() -> Banner {
    Banner { number: 7, receiver: DATA.to_owned(), since: now(), incidents: 34, folded: 31, open: 30 }
}

#[test]
fn the_other_pages_are_told_in_japanese_alone() {
    let pages = pages();
    let japanese = |incident| states::fill(Incident { language: Language::Ja, ..incident }, DATA);
    let incidents =
        [states::resolved(), states::bare(), states::acknowledged(), samples::open()].map(japanese);
    let filter = Filter {
        status: incidents.iter().map(|i| i.status).collect(),
        q: DATA.to_owned(),
        storm: Some(7),
        ..Filter::default()
    };
    for (n, (incidents, ever)) in [(&incidents[..], true), (&[], true), (&[], false)].into_iter().enumerate()
    {
        for default_filter in [true, false] {
            let view = ListView {
                incidents,
                filter: filter.clone(),
                default_filter,
                storms: vec![storm()],
                next_cursor: (n == 0).then(|| "x".to_owned()),
                ever,
                webhook_url: String::new(),
            };
            speaks_japanese(&format!("list-{n}{default_filter}"), &pages.list(&view, now()).unwrap());
        }
    }
    let rows = [200, 400, 401, 503].map(delivery).into();
    let view = DeliveriesView { rows, next_cursor: Some("x".to_owned()) };
    speaks_japanese("deliveries", &pages.deliveries(&view, now()).unwrap());
    speaks_japanese("deliveries-none", &pages.deliveries(&DeliveriesView::default(), now()).unwrap());
    let actions = firstlook_core::incident::Action::ALL.map(|action| action.as_str());
    let line = |action: &str| TraceLine {
        action: action.to_owned(),
        alert: red(DATA),
        reason: red(DATA),
        incident: None,
    };
    for trace in [actions.map(line).into(), vec![]] {
        let detail = DeliveryDetail { row: delivery(200), trace, body: Some(red(DATA)) };
        speaks_japanese("delivery", &pages.delivery(&detail).unwrap());
    }
    let row = RunbookRow {
        path: DATA.to_owned(),
        title: DATA.to_owned(),
        matchers: vec!["service=\"api\"".to_owned()],
        owner: Some(DATA.to_owned()),
        steps: 4,
        faults: vec![DATA.to_owned()],
    };
    for runbooks in [vec![row], vec![]] {
        let view = RunbooksView { origin: DATA.to_owned(), runbooks };
        speaks_japanese("runbooks", &pages.runbooks(&view).unwrap());
    }
    let view = ErrorView {
        status: 503,
        title: DATA.to_owned(),
        what: DATA.to_owned(),
        remedies: vec![DATA.to_owned()],
    };
    speaks_japanese("error", &pages.error(&view).unwrap());
}

#[test]
fn silences_are_told_in_japanese_alone() {
    for (name, view) in [("silences", silences::view(DATA)), ("silences-none", SilencesView::default())] {
        let mut view = view;
        view.silences.iter_mut().for_each(|one| one.recurring = one.recurring.take().map(|_| DATA.into()));
        view.silences
            .iter_mut()
            .for_each(|one| one.mirrors = serde_json::json!([{"source": DATA, "state": "refused"}]));
        view.mirrors = view.mirrors.iter().map(|_| DATA.to_owned()).collect();
        view.intervals = view.intervals.iter().map(|_| DATA.to_owned()).collect();
        speaks_japanese(name, &pages().silences(&view, now()).unwrap());
    }
}

#[test]
fn templates_have_no_words_of_their_own() {
    let asked = Regex::new(r"\{\{[^}]*\}\}").unwrap();
    for (name, template) in TEMPLATES {
        let words = words(&asked.replace_all(template, ""));
        let own = latin(&words, &["UTC", "firstlook"]);
        assert!(own.is_empty(), "{name} says {own:?} itself; give it a key in words/table.rs");
    }
}
