//! The forms, whatever they are opened with, and all that can be wrong with what is filled in.

use super::*;

/// The form, wherever it is opened, and what is wrong with it when nothing is filled in or too much.
pub fn all() -> Vec<Value> {
    let (now, services) = (start(), [DATA.to_owned()]);
    let form = |channel| {
        slack_form(&Form { language: Language::Ja, now, services: &services, steps: 8, channel, under: None })
    };
    let faults = |from: i64, to: i64| {
        let at = |ago: i64| json!({"v": {"selected_date_time": now.timestamp() - ago}});
        let payload = json!({
            "type": "view_submission",
            "view": {"callback_id": "analyse", "state": {"values": {"from": at(from), "to": at(to)}}},
        });
        let Ok(Some(Modal::Submitted(one))) = modal(&payload.to_string()) else { panic!("{payload}") };
        let faults = one.wanted(Language::Ja, now).unwrap_err();
        json!({ "text": faults.iter().map(|(_, text)| text.as_str()).collect::<String>() })
    };
    let lack = |model, kind| {
        let lack = Answers { model, ..Answers::default() }.lack(kind);
        lack.map_or("", |word| word.of(Language::Ja))
    };
    let needs = [
        form_needs_a_bot(Language::Ja),
        lack(true, FormKind::Insight),
        lack(true, FormKind::Findings),
        lack(false, FormKind::Moment),
        form_not_kept(Language::Ja),
        form_no_way(Language::Ja),
    ];
    let mut all = vec![form(None), form(Some("C0OPS")), faults(0, 0), faults(-60, 0), faults(60, 90)];
    all.extend([faults(100_000, 0), faults(40_000_000, 0), faults(i64::MIN / 2, 0)]);
    all.push(slack_offer(Language::Ja, "C0OPS", "1.2"));
    all.extend([false, true].map(|on| slack_offering(Language::Ja, "C0OPS", on)));
    all.extend(asking());
    all.extend(declaring());
    all.extend(deeds());
    all.extend(needs.map(|text| slack_not_done(Language::Ja, text.trim_end_matches('。'))));
    all
}

/// The forms that ask about days, and what is wrong with them.
fn asking() -> Vec<Value> {
    let (now, services, language) = (start(), [DATA.to_owned()], Language::Ja);
    let form = |channel, steps| Form { language, now, services: &services, steps, channel, under: None };
    let faults = |kind: &str| {
        let nothing = json!({"type": "view_submission", "view": {"callback_id": kind}});
        let Ok(Some(Modal::Submitted(one))) = modal(&nothing.to_string()) else { panic!("{nothing}") };
        let faults = one.wanted(language, now).unwrap_err();
        json!({ "text": faults.iter().map(|(_, text)| text.as_str()).collect::<String>() })
    };
    vec![
        slack_insight_form(&form(None, 8)),
        slack_insight_form(&form(Some("C0OPS"), 8)),
        slack_findings_form(&form(None, 0)),
        slack_findings_form(&form(Some("C0OPS"), 8)),
        json!({ "text": all_findings(language, 7) }),
        faults("insight"),
        faults("findings"),
    ]
}

/// The form that declares, and what is wrong with it.
fn declaring() -> Vec<Value> {
    let view = japanese(samples::first_look());
    let groups = [("S0OPS".to_owned(), DATA.to_owned())];
    let form = |private, invited, groups| {
        slack_declare_form(&DeclareForm { view: &view, user: "U1", name: "", private, invited, groups })
    };
    let payload = json!({
        "type": "view_submission",
        "view": {"callback_id": "declare", "state": {"values": {
            "people": {"v": {"selected_users": vec!["x"; 51]}},
            "groups": {"v": {"selected_options": vec![json!({"value": "x"}); 51]}},
        }}},
    });
    let Ok(Some(Modal::Declared(one))) = modal(&payload.to_string()) else { panic!("{payload}") };
    let mut faults = one.wanted(Language::Ja).unwrap_err();
    for (number, known) in [(None, false), (Some(7), false), (Some(7), true)] {
        faults.extend(declare_refused(Language::Ja, number, known));
    }
    let text = faults.iter().map(|(_, text)| text.as_str()).collect::<String>();
    vec![
        form(false, (0, 0), Ok(&groups)),
        form(true, (2, 1), Err(DATA)),
        slack_no_declare_form(Language::Ja, 7, DATA),
        json!({ "text": text }),
    ]
}

/// The forms that silence and resolve, and what is wrong with them.
fn deeds() -> Vec<Value> {
    let view = japanese(samples::first_look());
    let refused = |form: &str, kept: &str, until: Value| {
        let values = json!({"until": {"v": {"selected_date_time": until}}});
        let view = json!({"callback_id": form, "private_metadata": kept, "state": {"values": values}});
        let payload = json!({"type": "view_submission", "view": view});
        let Ok(Some(Modal::Deed(one))) = modal(&payload.to_string()) else { panic!("{payload}") };
        json!({ "text": one.wanted(Language::Ja, start()).unwrap_err()[0].1 })
    };
    vec![
        slack_silence_form(&view),
        slack_resolve_form(&view),
        refused("silence", "7", json!(null)),
        refused("silence", "7", json!(1)),
        refused("silence", "7", json!(i64::MAX)),
        refused("resolve", "", json!(null)),
    ]
}
