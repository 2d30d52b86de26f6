//! Lines in a thread, and messages about many incidents, in a person's words.

use super::*;
use crate::notify::words::Again;
use crate::notify::{
    acknowledged_line, again_line, digest_line, incoming_digest, pagerduty_storm, resolved_line,
    slack_digest, slack_storm,
};

fn links(body: &Value) -> Vec<Value> {
    let elements = body["blocks"][0]["elements"][0]["elements"].as_array().unwrap();
    elements.iter().filter(|one| one["type"] == "link").cloned().collect()
}

#[test]
fn a_line_in_a_thread_says_what_its_template_says_and_leads_where_it_led() {
    let (view, zone) = (samples::acknowledged(), Zone::utc());
    let worded = one("slack_thread", "[{{kind}}] {{default}}\nSee {{incident.title}}");
    let again = Again::Repeated { now: view.started_at };
    for (kind, line) in [
        ("acknowledge", acknowledged_line(&view, "C0", "1.0")),
        ("resolve", resolved_line(&samples::resolved(), &zone, "C0", "1.0")),
        ("retrigger", again_line(&view, &zone, "C0", "1.0", again)),
        ("resolve", digest_line(&samples::resolved(), &zone, "C0", "1.0")),
    ] {
        let before = slack::line_text(&line);
        let said = worded.thread(&line, News { view: &view, kind, event_id: "" }).unwrap();
        slack::limits::check(&said);
        let text = slack::line_text(&said);
        assert!(text.starts_with(&format!("[{kind}] ")) && text.contains("\nSee payment-api"), "{text}");
        assert!(text.contains(before.split_whitespace().next().unwrap()), "{before}: {text}");
        assert_eq!(links(&said), links(&line));
        for key in ["text", "thread_ts", "channel", "metadata", "reply_broadcast"] {
            assert_eq!(said[key], line[key], "{key}");
        }
        assert_eq!(Templates::default().thread(&line, news(&view)).unwrap(), line);
    }
    let said = worded.preview("slack_thread", &view).unwrap();
    assert!(said.starts_with("[retrigger] "), "{said}");
}

#[test]
fn the_longest_line_is_cut_and_holds_nothing_that_slack_obeys() {
    let text =
        "{{#each incident.alerts}}<!channel> & *{{../incident.title}}* {{/each}}\n\n{{incident.title}}\n";
    let worded = one("slack_thread", &text.repeat(50));
    for view in samples::all() {
        let line = again_line(&view, &Zone::utc(), "C0", "1.0", Again::Reopened);
        let said = worded.thread(&line, news(&view)).unwrap();
        slack::limits::check(&said);
        assert!(slack::line_text(&said).lines().count() <= 4, "{said}");
    }
}

#[test]
fn titles_of_digests_and_storms_say_what_their_templates_say() {
    let zone = Zone::utc();
    let storm = samples::storm(34);
    let title = |body: &Value| body["blocks"][0]["text"]["text"].as_str().unwrap().to_owned();
    let body = slack_storm(&storm, &zone, "#alerts", Buttons::default(), None);
    let text =
        "{{storm.incidents}} at once{{#if storm.shared}} in {{storm.shared.label}}{{/if}}: {{default}}";
    let said = one("slack_storm", text).storm(&body, &storm).unwrap();
    assert_eq!(title(&said), format!("34 at once in az=c: {}", title(&body)));
    assert_eq!(said["blocks"].as_array().unwrap()[1..], body["blocks"].as_array().unwrap()[1..]);
    slack::limits::check(&said);

    let event = pagerduty_storm(&storm, &zone, "firstlook", "k");
    let text = "[{{storm.critical}}] {{default}}";
    let said = one("pagerduty_storm", text).storm_page(&event, &storm).unwrap();
    assert_eq!(said["payload"]["summary"], format!("[9] {}", event["payload"]["summary"].as_str().unwrap()));
    assert_eq!(said["dedup_key"], event["dedup_key"]);

    let body = slack_digest(storm.language, &storm.top, &storm.url, &zone, "#alerts", None);
    let text = "{{len digest.open}} wait, {{len digest.ended}} ended{{#each digest.open}}{{#if @first}}, {{title}}{{/if}}{{/each}}";
    let said = one("slack_digest", text).digest(&body, storm.language, &storm.top).unwrap();
    assert_eq!(title(&said), "10 wait, 0 ended, orders-db: no healthy target");
    let incoming = incoming_digest(storm.language, &storm.top, &storm.url, &zone, None);
    assert_eq!(
        title(&one("slack_digest", text).digest(&incoming, storm.language, &storm.top).unwrap()),
        title(&said)
    );
    let none = Templates::default();
    assert_eq!(none.digest(&body, storm.language, &storm.top).unwrap(), body);
    assert_eq!((none.storm(&body, &storm).unwrap(), none.storm_page(&event, &storm).unwrap()), (body, event));
}

#[test]
fn what_a_storm_does_not_always_have_is_a_fault_and_so_is_nothing() {
    fault("slack_storm", "{{storm.shared.label}}", 1, "storm.shared.label");
    fault("slack_storm", "{{#if storm.ended}}{{else}}x{{/if}}", 1, "renders nothing");
    fault("pagerduty_storm", "\n{{incident.title}}", 2, "incident.title");
    fault("slack_digest", "{{storm.number}}", 1, "storm.number");
    fault("slack_thread", "{{incident.labels.nobody}}", 1, "incident.labels.nobody");
    let fine = [
        (
            "slack_storm",
            "{{default}} {{time storm.started_at}}{{#if storm.ended_at}} {{time storm.ended_at}}{{/if}}",
        ),
        (
            "pagerduty_storm",
            "{{#each storm.worst}}{{title}} {{severity}} {{status}} {{owner}} {{/each}}{{storm.url}}",
        ),
        (
            "slack_digest",
            "{{#each digest.ended}}{{time resolved_at}}{{/each}}{{#each digest.open}}{{url}}{{/each}}{{kind}}",
        ),
        ("slack_thread", "{{default}}"),
    ];
    for (name, text) in fine {
        assert_eq!(one(name, text).rehearse(), [], "{name}");
        assert!(!one(name, text).preview(name, &samples::first_look()).unwrap().is_empty(), "{name}");
    }
    let hostile =
        one("slack_storm", &"{{#each storm.worst}}<!here> {{title}}{{/each}}{{default}}\n".repeat(30));
    for storm in samples::storms() {
        let body = slack_storm(&storm, &Zone::utc(), "#alerts", Buttons::default(), None);
        let header = hostile.storm(&body, &storm).unwrap()["blocks"][0]["text"]["text"].clone();
        assert!(
            header.as_str().unwrap().chars().count() <= 150 && !header.to_string().contains('<'),
            "{header}"
        );
    }
}
