//! What models have taken for an incident altogether, below its summary.

use firstlook_core::Language;
use firstlook_core::notify::Zone;
use firstlook_core::notify::view::{Incident, Spending};
use firstlook_core::summary::HitRates;

use super::samples::{now, open};
use super::{check, keep};
use crate::web::pages::{IncidentView, Pages};

fn page(language: Language, spent: Option<Spending>) -> String {
    let incident = Incident { language, spent, ..open() };
    let rates = HitRates::default();
    let view =
        IncidentView { incident: &incident, actions: true, analysis: true, declare: true, rates: &rates };
    let html = Pages::new(language, Zone::utc()).unwrap().incident(&view, now()).unwrap();
    keep("spent", &html);
    check(&html);
    html
}

#[test]
fn all_that_models_took_is_told_with_its_cost_where_that_is_known() {
    let spent = |calls, cost_usd| Some(Spending { calls, tokens: 23_400, cost_usd });
    for (language, spent, says) in [
        (
            Language::En,
            spent(5, Some(0.0712)),
            "Models have taken 5 calls, 23,400 tokens, $0.0712 for this incident so far.",
        ),
        (Language::En, spent(1, None), "Models have taken 1 call, 23,400 tokens for this incident so far."),
        (
            Language::Ja,
            spent(5, Some(0.0712)),
            "このインシデントのモデル利用の累計：5回、23,400トークン、$0.0712。",
        ),
        (Language::Ja, spent(5, None), "累計：5回、23,400トークン。"),
    ] {
        let html = page(language, spent);
        let summary = html.split("id=\"summary\"").nth(1).unwrap().split("</section>").next().unwrap();
        assert!(summary.contains(says), "{says}: {summary}");
    }
    assert!(
        !page(Language::En, None).contains("Models have taken"),
        "nothing is said where nobody was asked"
    );
}
