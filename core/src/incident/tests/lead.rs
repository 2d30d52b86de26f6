//! How far before it fired an alert's trouble began: of its present episode, whatever came before.

use super::*;

fn led(one: Incoming, seconds: i64) -> Incoming {
    let lead = TimeDelta::seconds(seconds);
    Incoming { message: AlertMessage { lead, ordered: true, ..one.message }, ..one }
}

fn began(world: &World, name: &str) -> i64 {
    (world.incident().members[&id(name)].began_at() - at(0)).num_seconds()
}

#[test]
fn each_alert_has_its_own_and_each_episode_too() {
    let mut world = World::default();
    world.hear(1_000, &[led(fires("a", 1_000), 300), fires("b", 990)]);
    assert_eq!((began(&world, "a"), began(&world, "b")), (700, 990));
    world.hear(1_100, &[ends("a", 1_100, 1_100), ends("b", 990, 1_100)]);
    assert_eq!(began(&world, "a"), 700, "what is over stays as it was");
    world.hear(1_200, &[led(fires("a", 1_200), 60)]);
    assert_eq!(began(&world, "a"), 1_140, "a new episode, soon after the end");
    world.hear(1_210, &[led(fires("a", 1_000), 300)]);
    assert_eq!(began(&world, "a"), 1_140, "a message about the episode before");
}

#[test]
fn who_says_less_later_takes_nothing_away() {
    let mut world = World::default();
    world.hear(1_000, &[led(fires("a", 1_000), 300)]);
    // It is asked what fires, and does not say since when it breached; then the message comes late that began it earlier.
    world.hear(1_060, &[led(fires("a", 1_000), 0)]);
    assert_eq!(began(&world, "a"), 700);
    world.hear(1_070, &[led(fires("a", 900), 100)]);
    assert_eq!(began(&world, "a"), 700);
    world.hear(1_080, &[led(fires("a", 900), 400)]);
    assert_eq!(began(&world, "a"), 500);
    assert_eq!(world.incident().members[&id("a")].starts_at, at(900));
    // The end between them comes last: what fires began after it.
    let mut world = World::default();
    world.hear(1_000, &[led(fires("a", 0), 300)]).hear(1_001, &[led(fires("a", 900), 300)]);
    assert_eq!(began(&world, "a"), -300);
    world.hear(1_002, &[led(ends("a", 500, 500), 0)]);
    assert_eq!((world.incident().members[&id("a")].starts_at, began(&world, "a")), (at(900), 600));
}

#[test]
fn an_alert_that_goes_on_after_a_persons_resolve_keeps_what_its_message_says() {
    let mut world = World::default();
    world.hear(0, &[led(fires("a", 0), 30)]);
    let current = world.slot.current.as_mut().unwrap();
    (current.status, current.resolved_at) = (Status::Resolved, Some(at(60)));
    world.hear(120, &[led(fires("a", 100), 200)]);
    assert_eq!((world.actions.last(), began(&world, "a")), (Some(&Action::Reopened), -100));
}

#[test]
fn an_older_change_that_comes_late_has_no_newer_words() {
    let words = |one: Incoming, text: &str, severity: Severity| {
        let annotations = [("summary", text)].into_iter().collect();
        Incoming { message: AlertMessage { annotations, ..one.message }, severity, ..one }
    };
    let said = |world: &World| {
        let member = &world.incident().members[&id("a")];
        (member.annotations.get("summary").to_owned(), member.severity)
    };
    let newer = words(led(fires("a", 900), 0), "12 errors", Severity::Critical);
    let older = words(led(fires("a", 0), 0), "7 errors", Severity::Warning);
    let mut world = World::default();
    world.hear(1_000, std::slice::from_ref(&newer)).hear(1_001, std::slice::from_ref(&older));
    assert_eq!(said(&world), ("12 errors".to_owned(), Severity::Critical));
    world.hear(1_002, &[words(newer, "13 errors", Severity::Critical)]);
    assert_eq!(said(&world).0, "13 errors");
    // Prometheus sends an old start with new words.
    let again = Incoming { message: AlertMessage { ordered: false, ..older.message }, ..older };
    world.hear(1_003, &[again]);
    assert_eq!(said(&world), ("7 errors".to_owned(), Severity::Warning));
}
