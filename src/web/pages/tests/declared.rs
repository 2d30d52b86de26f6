//! A declared incident on its page: who did it, where its channel is, what was not done.

use firstlook_core::evidence::Redacted;
use firstlook_core::notify::view::{Declared, Incident};
use firstlook_core::summary::HitRates;

use super::samples::{at, now, open, red};
use super::{check, keep, pages, states};
use crate::web::pages::IncidentView;

/// [`open`], declared by `actor`.
pub(super) fn declared(actor: &str, undone: Vec<Redacted>) -> Incident {
    let one = Declared {
        actor: red(actor),
        at: at("18:12:00"),
        lead: None,
        name: Some("inc-482-payment-api".to_owned()),
        channel: Some("C0INC".to_owned()),
        link: Some("https://example.slack.com/archives/C0ALERTCRIT/p1795111621000100".to_owned()),
        undone,
    };
    Incident { declared: Some(one), ..open() }
}

fn page(incident: &Incident, declare: bool) -> String {
    let rates = HitRates::default();
    let view = IncidentView { incident, actions: true, analysis: true, declare, rates: &rates };
    let html = pages().incident(&view, now()).unwrap();
    keep("declared", &html);
    check(&html);
    html
}

#[test]
fn the_form_is_there_until_it_is_declared_and_the_way_to_the_channel_from_then_on() {
    let form = "action=\"/incidents/482/declare\"";
    let html = page(&open(), true);
    assert!(html.contains(form) && html.contains(">Declare incident<") && !html.contains("Declared by"));
    assert!(!page(&open(), false).contains(form), "no bot may");
    let html = page(&declared("Aya <b>", vec![]), true);
    assert!(!html.contains(form) && html.contains("Declared by Aya &lt;b&gt;, <time"), "{html}");
    let way = "<a href=\"https://example.slack.com/archives/C0INC\" rel=\"noopener noreferrer\"><span class=\"mono\">#inc-482-payment-api</span></a>";
    assert!(html.contains(way), "{html}");
    let mut ended = declared("Aya", vec![]);
    ended.status = states::resolved().status;
    ended.resolved_at = states::resolved().resolved_at;
    let html = page(&ended, true);
    assert!(html.contains(way) && !html.contains(form), "the way there stays");
}

#[test]
fn what_was_not_done_stands_there_and_can_be_tried_again() {
    let mut incident = declared("Aya", vec![red("no channel was opened: add the scope <channels:manage>")]);
    let one = incident.declared.as_mut().unwrap();
    (one.channel, one.link) = (None, None);
    let html = page(&incident, true);
    assert!(
        html.contains("Not done: no channel was opened: add the scope &lt;channels:manage&gt;"),
        "{html}"
    );
    assert!(
        html.contains(">Try what was not done again<") && !html.contains("inc-482-payment-api"),
        "{html}"
    );
}
