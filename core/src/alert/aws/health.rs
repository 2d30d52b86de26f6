//! AWS Health: trouble, work and notices of AWS itself. The same event comes again and again, and in pages.

use serde_json::Value;

use super::event::Event;
use super::pick::{first, list, some_of, text, word};
use super::time::time;
use super::{Reading, Status};
use crate::alert::Severity;

/// Resources named in a sentence, and in the list of them.
const MOST: (usize, usize) = (3, 50);

/// The state of one event of AWS Health.
pub fn read(event: &Event<'_>) -> Option<Vec<Reading>> {
    if !matches!(event.kind.as_str(), "AWS Health Event" | "AWS Health Abuse Event") {
        return None;
    }
    let detail = event.detail;
    let (arn, code) = (word(detail, "/eventArn")?, word(detail, "/eventTypeCode")?);
    let category = text(detail, "/eventTypeCategory");
    let place = event.place.of(
        &event.place.source,
        &text(detail, "/affectedAccount"),
        &first(detail, &["/eventRegion"]),
    );
    let affected = affected(detail);
    let starts = time(&text(detail, "/startTime"));
    let over = over(event, &category);
    // What is only planned has not begun.
    let at = if over { time(&text(detail, "/endTime")).or(event.at) } else { starts.or(event.at) };
    let at = [at, event.at].into_iter().flatten().min();
    let about =
        if affected.is_empty() { String::new() } else { format!(" of {}", some_of(&affected, MOST.0)) };
    let summary = match over {
        true => format!("AWS Health: {code}{about} is over"),
        false => format!("AWS Health, {}: {code}{about}", words(&category)),
    };
    let status = if over { Status::Over } else { Status::Fires };
    let mut reading = place
        .reading("event", &[&arn], status)
        .called(&format!("AWS Health: {code}"), &summary)
        .label("aws_service", &text(detail, "/service"))
        .label("event_category", &category)
        .note("description", &description(detail))
        .note("begins", &text(detail, "/startTime"))
        .note("ends", &text(detail, "/endTime"))
        .note("resources", &some_of(&affected, MOST.1))
        .severe(match category.as_str() {
            "issue" | "investigation" => Some(Severity::Warning),
            "scheduledChange" | "accountNotification" => Some(Severity::Info),
            _ => None,
        })
        .since(at);
    if let [only] = affected.as_slice() {
        reading = reading.label("resource", only);
    }
    Some(vec![reading])
}

/// Trouble ends at its end; planned work and notices name an end from the beginning, so they end when they are closed.
fn over(event: &Event<'_>, category: &str) -> bool {
    if text(event.detail, "/statusCode").eq_ignore_ascii_case("closed") {
        return true;
    }
    let (starts, ends) = (time(&text(event.detail, "/startTime")), time(&text(event.detail, "/endTime")));
    let trouble = matches!(category, "issue" | "investigation");
    trouble
        && ends.is_some_and(|end| {
            starts.is_some_and(|start| end > start) && event.at.is_some_and(|at| end <= at)
        })
}

fn affected(detail: &Value) -> Vec<String> {
    list(detail, "/affectedEntities").iter().filter_map(|one| word(one, "/entityValue")).collect()
}

/// In English where there is a choice.
fn description(detail: &Value) -> String {
    let all = list(detail, "/eventDescription");
    let english = all.iter().find(|one| text(one, "/language").starts_with("en"));
    english.or(all.first()).map(|one| text(one, "/latestDescription")).unwrap_or_default()
}

fn words(category: &str) -> &str {
    match category {
        "scheduledChange" => "scheduled change",
        "accountNotification" => "notice",
        "" => "event",
        other => other,
    }
}
