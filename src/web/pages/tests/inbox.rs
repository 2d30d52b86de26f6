//! The trial's stand-in for Slack and PagerDuty.

use serde_json::{Value, json};

use super::samples::{at, now};
use super::{in_order, keep, pages};
use crate::web::pages::{InboxView, Received, Sent};

fn post(ts: &str, body: Value) -> Received {
    Received { at: at("18:07:01"), sent: Sent::SlackPost { ts: ts.to_owned() }, body }
}

fn edit(body: Value) -> Received {
    Received { at: at("18:07:31"), sent: Sent::SlackUpdate, body }
}

fn event(body: Value) -> Received {
    Received { at: at("18:07:00"), sent: Sent::PagerDuty, body }
}

fn inbox(name: &str, received: Vec<Received>, playing: bool) -> String {
    let html = pages().inbox(&InboxView { received, playing, service_url: String::new() }, now()).unwrap();
    keep(name, &html);
    html
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn living(title: &str) -> Value {
    let quote = json!([{"type": "text", "text": "Do this first", "style": {"bold": true}}, text("\n"),
        {"type": "text", "text": "deployctl rollback", "style": {"code": true}}, text(" "),
        {"type": "link", "url": "http://127.0.0.1:8080/incidents/482#R3", "text": "R3"},
        {"type": "link", "url": "javascript:alert(1)", "text": "no"}]);
    json!({"channel": "#alerts-critical", "ts": "1.1", "text": "Critical: &lt;b&gt;", "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": title}},
        {"type": "context", "elements": [{"type": "plain_text", "text": "○ Open · #482"}]},
        {"type": "rich_text", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "Since: ", "style": {"bold": true}},
                {"type": "date", "timestamp": 1_795_111_620, "format": "{time}, {ago}", "fallback": "f"}]},
            {"type": "rich_text_quote", "elements": quote},
            {"type": "rich_text_preformatted", "elements": [text("ERROR <script>alert(1)</script>\n  two")]},
            {"type": "rich_text_list", "style": "bullet", "elements": [
                {"type": "rich_text_section", "elements": [text("first")]},
                {"type": "rich_text_section", "elements": [text("second")]}]}]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*bold* &amp; <http://a.example/|link>"}},
        {"type": "actions", "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Open #482"}, "url": "http://127.0.0.1:8080/incidents/482"},
            {"type": "button", "text": {"type": "plain_text", "text": "Acknowledge"}, "value": "482"}]},
        {"type": "image", "image_url": "http://evil.example/x.png", "alt_text": "5xx rises at 18:05"},
        {"type": "divider"}]})
}

fn trigger() -> Value {
    json!({"routing_key": "R0UT1NGKEY", "event_action": "trigger", "dedup_key": "firstlook-9c1f",
        "payload": {"summary": "payment-api fails <b>", "severity": "critical", "source": "payment-api",
            "custom_details": {"1 how bad": "24.9%", "2 n": 7}},
        "links": [{"href": "http://127.0.0.1:8080/incidents/482", "text": "Incident #482"}, {"href": "data:x", "text": "bad"}]})
}

#[test]
fn a_message_is_drawn_roughly_as_slack_does() {
    let html = inbox(
        "inbox",
        vec![
            event(trigger()),
            post("1.1", living("🛑 Critical: <script>")),
            edit(living("🛑 Critical: payment-api fails")),
            post(
                "1.2",
                json!({"channel": "#alerts-critical", "thread_ts": "1.1", "text": "Acknowledged by &lt;Aya&gt;", "reply_broadcast": true}),
            ),
            edit(living("🛑 Critical: payment-api fails 38.2%")),
            event(
                json!({"routing_key": "R0UT1NGKEY", "event_action": "resolve", "dedup_key": "firstlook-9c1f"}),
            ),
        ],
        false,
    );
    in_order(
        &html,
        &[
            "stands in for Slack and PagerDuty",
            "Slack (stand-in)",
            "#alerts-critical",
            "(edited 2 times)",
            "payment-api fails 38.2%",
            "○ Open · #482",
            "<b>Since: </b>18:07, 14 min ago",
            "<blockquote class=\"rich\"><b>Do this first</b>\n<code>deployctl rollback</code> <a href=\"http://127.0.0.1:8080/incidents/482#R3\"",
            "<pre tabindex=\"0\">ERROR &lt;script&gt;",
            "\n  two</pre>",
            "<li class=\"rich\">first</li>",
            "<b>bold</b> &amp; <a href=\"http://a.example/\"",
            "<a class=\"btn mini\" href=\"http://127.0.0.1:8080/incidents/482\"",
            "<span class=\"btn mini\">Acknowledge</span>",
            "Image: 5xx rises",
            "<hr>",
            "In the thread",
            "also sent to the channel",
            "Acknowledged by &lt;Aya&gt;",
        ],
    );
    assert!(!html.contains("evil.example"), "no image is fetched from elsewhere");
    assert!(!html.contains("R0UT1NGKEY"), "the routing key is a secret, in the trial as well");
    assert!(!html.contains("http-equiv=\"refresh\""));
}

#[test]
fn pagerdutys_incidents_stand_newest_first() {
    let html = inbox(
        "inbox-pd",
        vec![event(trigger()), event(json!({"event_action": "resolve", "dedup_key": "k-2"}))],
        true,
    );
    in_order(
        &html,
        &[
            "http-equiv=\"refresh\" content=\"3\"",
            "Nothing has been sent yet.",
            "PagerDuty (stand-in)",
            "Resolved</span>",
            "k-2",
            "Triggered</span>",
            "critical</span>",
            "payment-api fails &lt;b&gt;",
            "<dt>source</dt><dd>payment-api",
            "<dt>1 how bad</dt><dd>24.9%",
            "<dd>7</dd>",
            "firstlook-9c1f",
            "Incident #482",
            "trigger</li>",
        ],
    );
    assert!(!html.contains(">bad<"));
}

#[test]
fn odd_requests_are_shown_not_lost() {
    let html = inbox(
        "inbox-odd",
        vec![
            edit(json!({"ts": "9.9", "text": "edits what was never posted"})),
            post("2.1", json!({"thread_ts": "9.9", "text": "answers what was never posted"})),
            post("2.2", json!({"text": "no blocks", "blocks": 7})),
            post(
                "2.3",
                json!({"blocks": [{"type": "video"}, {}, 3, {"type": "header"}, {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}, 4]}]}]}),
            ),
            post("2.4", json!("nothing")),
            event(json!(null)),
        ],
        false,
    );
    assert!(
        html.contains("answers what was never posted")
            && html.contains("no blocks")
            && html.contains("<p class=\"unknown\">Not known here: video</p>")
    );
    assert_eq!(html.matches("<article class=\"card msg\">").count(), 4);
}
