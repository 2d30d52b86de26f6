//! Whom it was escalated to, and when it will be, as messages tell it.

use super::super::super::view::Notification;
use super::*;

#[test]
fn who_it_was_escalated_to_and_will_be_stands_beside_who_has_it() {
    let zone = Zone::utc();
    let mut view = samples::first_look();
    let mut told = view.notifications[0].clone();
    (told.kind, told.receiver) = ("escalated".to_owned(), "leads".to_owned());
    let held = Notification { receiver: "night".to_owned(), state: "held".to_owned(), ..told.clone() };
    view.notifications.extend([told.clone(), told, held]);
    let said = |view: &Incident, words: &str| {
        says(&slack_post(view, &zone, "", Buttons::default()), &[words], &["night"]);
    };
    said(&view, "Nobody; escalated to leads; escalates at 18:37 UTC");
    view.escalates_at = None;
    said(&view, "Nobody; escalated to leads");
    let taken = Incident { escalates_at: view.acknowledged_at, ..samples::acknowledged() };
    said(&taken, "Aya Tanaka, since 18:09 UTC");
    let until = Some(start() + TimeDelta::minutes(30));
    said(&Incident { escalates_at: until, ..taken }, "Aya Tanaka, since 18:09 UTC; escalates at 18:37 UTC");
}
