//! A storm as one PagerDuty incident with a key of its own.
//!
//! Knows the event's fields and limits. Must not know when it is told.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::storm::Storm;
use super::super::text::{angles, columns, cut, json_ascii, one_line, width};
use super::super::words::{self, storm as said};
use super::super::zone::Zone;
use super::{DETAIL, FIRST_SENTENCE, SUMMARY, field};

/// The key of a storm's own incident: no group's, and another one for each storm. `receiver` keeps those apart that share
/// a routing key.
pub fn storm_key(instance: &str, receiver: &str, number: i64) -> String {
    let mut hash = Sha256::new();
    for part in [instance, receiver] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hex: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("firstlook-storm-{hex}-{number}")
}

/// A `trigger` event without its `routing_key`: the first rings, later ones tell how it has grown or that it has ended.
pub fn pagerduty_storm(storm: &Storm, zone: &Zone, client: &str, key: &str) -> Value {
    let figures = &storm.figures;
    let severity = match (figures.critical, figures.warning) {
        (0, 0) => "info",
        (0, _) => "warning",
        _ => "critical",
    };
    let name = said::name(storm.language, storm.number);
    json!({
        "event_action": "trigger",
        "dedup_key": key,
        "payload": {
            "summary": summary(storm, zone),
            "source": field(client),
            "severity": severity,
            "timestamp": storm.since.to_rfc3339_opts(SecondsFormat::Secs, true),
            "component": "firstlook",
            "class": "storm",
            "custom_details": details(storm),
        },
        "client": field(client),
        "client_url": storm.url,
        "links": [{ "href": storm.url, "text": name }],
    })
}

/// One sentence within the columns of a phone, with a number; then where, and since when.
fn summary(storm: &Storm, zone: &Zone) -> String {
    let (language, figures) = (storm.language, &storm.figures);
    let stop = words::STOP.of(language);
    let head = said::head(language, figures, storm.span);
    let head = cut(&head, FIRST_SENTENCE.saturating_sub(width(stop)), columns);
    let shared = storm.shared.as_ref().map(|shared| {
        said::shared(language, shared.count, &cut(&one_line(shared.label.as_str()), 100, columns)) + stop
    });
    let services = (figures.services > 0).then(|| said::services(language, figures.services) + stop);
    let since = words::since(language, &zone.time(storm.since)) + stop;
    let more = shared.into_iter().chain(services).chain([since]);
    let more: String = more.map(|one| format!("{}{one}", words::APART.of(language))).collect();
    angles(&cut(&format!("{head}{stop}{more}"), SUMMARY, char::len_utf16))
}

fn details(storm: &Storm) -> Value {
    let (language, figures) = (storm.language, &storm.figures);
    let shared = storm.shared.as_ref().map(|shared| {
        format!(
            "{}{}{}",
            shared.label,
            words::APART.of(language),
            said::carry(language, shared.count, figures.all())
        )
    });
    let named: Vec<String> = storm
        .top
        .iter()
        .take(3)
        .map(|one| format!("#{} {}", one.number, cut(&one_line(one.title.as_str()), 60, columns)))
        .collect();
    let named = named.join(words::COMMA.of(language));
    let all = [
        (words::DETAIL_HOW_BAD, Some(said::how_bad(language, figures))),
        (said::THEY_SHARE, shared),
        (said::MOST_SEVERE, Some(named).filter(|named| !named.is_empty())),
        (said::HOW_TOLD, Some(said::how_told(language, figures))),
    ];
    let known = all.into_iter().filter_map(|(key, text)| Some((key, text?)));
    let numbered = (1..).zip(known).map(|(at, (key, text))| {
        (format!("{at} {}", key.of(language)), json!(cut(&angles(&one_line(&text)), DETAIL, json_ascii)))
    });
    Value::Object(numbered.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::super::super::samples::storm;
    use super::*;
    use crate::evidence::Redactor;
    use crate::language::Language;

    #[test]
    fn a_storm_is_one_page_that_says_how_much_and_where() {
        let event = pagerduty_storm(&storm(34), &Zone::utc(), "test", "k");
        assert_eq!(
            event["payload"]["summary"],
            "Storm: 34 incidents in 1 min, 9 critical. 31 share az=c. 27 services. Since 18:07 UTC."
        );
        assert_eq!(
            (&event["payload"]["severity"], &event["payload"]["class"]),
            (&json!("critical"), &json!("storm"))
        );
        let details = &event["payload"]["custom_details"];
        assert_eq!(details["1 how bad"], "9 critical, 22 warning, 3 info; 27 services");
        assert_eq!(details["4 how told"], "Told one by one: 20. Told here only: 14.");
        assert!(details["3 most severe"].as_str().unwrap().starts_with("#487 "), "{details}");
    }

    #[test]
    fn the_longest_storm_fits_and_its_first_sentence_ends_on_a_phone() {
        for language in [Language::En, Language::Ja] {
            let mut storm = storm(10_000_000);
            storm.language = language;
            let nasty = Redactor::default().redact(&"<b>&日本".repeat(300));
            storm.top.iter_mut().for_each(|one| one.title = nasty.clone());
            if let Some(shared) = &mut storm.shared {
                shared.label = nasty;
            }
            let event = pagerduty_storm(&storm, &Zone::utc(), "test", "k");
            let summary = event["payload"]["summary"].as_str().unwrap();
            assert!(summary.encode_utf16().count() <= SUMMARY, "{summary}");
            let stop = summary.find(words::STOP.of(language)).unwrap();
            assert!(width(&summary[..stop]) <= FIRST_SENTENCE, "{summary}");
            assert!(event["payload"]["custom_details"].to_string().chars().count() <= 2_000);
            assert!(!event["payload"].to_string().contains(['<', '>']));
        }
    }

    #[test]
    fn each_storm_has_a_key_of_its_own() {
        let keys =
            [storm_key("a", "b", 1), storm_key("a", "b", 2), storm_key("ab", "", 1), storm_key("", "ab", 1)];
        for (n, one) in keys.iter().enumerate() {
            assert!(one.starts_with("firstlook-storm-") && keys.iter().skip(n + 1).all(|other| other != one));
        }
    }
}
