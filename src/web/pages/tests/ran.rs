//! A summary's next steps that are the runbook's, and whose queries were run already: ticked, with what they brought.

use firstlook_core::Language;
use firstlook_core::evidence::asked::Asked;
use firstlook_core::evidence::{Item, Kind};
use firstlook_core::notify::Zone;
use firstlook_core::notify::view::Incident;
use firstlook_core::summary::HitRates;

use super::samples::{now, open, red};
use super::{check, in_order, keep};
use crate::web::pages::{IncidentView, Pages};

fn page(language: Language, reason: Option<&str>) -> String {
    let mut incident = Incident { language, ..open() };
    let evidence = incident.evidence.as_mut().unwrap();
    let title = red("R2 Is it one endpoint, or all: 412 of /pay, normally 0");
    let brought =
        Item { id: "M1".to_owned(), kind: Kind::Metric, title, frequency: None, ..evidence.items[3].clone() };
    evidence.items.push(brought);
    let (items, reason) = (vec!["M1".to_owned()], reason.map(red));
    evidence.queries =
        vec![Asked { step: "R2".to_owned(), block: 0, source: Some("loki".to_owned()), items, reason }];
    incident.summary.as_mut().unwrap().next_steps =
        vec![red("R2: Is it one endpoint?"), red("R3: Roll back.")];
    let rates = HitRates::default();
    let view =
        IncidentView { incident: &incident, actions: true, analysis: true, declare: true, rates: &rates };
    let html = Pages::new(language, Zone::utc()).unwrap().incident(&view, now()).unwrap();
    keep("ran", &html);
    check(&html);
    html.split("id=\"summary\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned()
}

#[test]
fn a_step_that_was_run_is_ticked_with_its_result_and_no_other_is() {
    let summary = page(Language::En, None);
    in_order(
        &summary,
        &[
            "R2: Is it one endpoint?",
            "#i-ok",
            "Already run: 412 of /pay, normally 0",
            "href=\"#M1\"",
            "R3: Roll back.",
        ],
    );
    assert_eq!(summary.matches("Already run").count(), 1, "{summary}");
    assert!(page(Language::Ja, None).contains("実行済み：412 of /pay"));
    assert!(!page(Language::En, Some("no answer")).contains("Already run"), "what failed was not run");
}
