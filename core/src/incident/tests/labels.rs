//! Labels of an alert that change while it fires: whatever knows it now, knows them.

use super::*;

/// A repeated firing of `name` with further labels.
fn labelled(name: &str, starts: i64, more: &[(&str, &str)]) -> Incoming {
    let mut one = fires(name, starts);
    for (name, value) in more {
        one.labels.set(name, value);
    }
    one
}

#[test]
fn what_is_said_anew_has_the_newer_labels_and_so_has_the_incident_that_is_its_alone() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]);
    let decided = judge(&world.slot, &[labelled("a", 0, &[("service", "api")])], 10);
    assert!(decided.incidents[0].shown && decided.incidents[0].edges.is_empty());
    world.hear(10, &[labelled("a", 0, &[("service", "api")])]);
    assert_eq!(world.incident().members[&id("a")].labels.get("service"), "api");
    assert_eq!(world.incident().labels.get("service"), "api");
    let again = judge(&world.slot, &[labelled("a", 0, &[("service", "api")])], 20);
    assert!(!again.incidents[0].shown, "the same again is nothing new");
    world.hear(30, &[fires("a", 0)]);
    assert_eq!(world.incident().labels.get("service"), "", "it is gone again");
}

#[test]
fn what_only_one_of_its_alerts_has_is_not_the_incidents() {
    let mut world = World::default();
    let both = [("team", "x"), ("cluster", "c")];
    world.hear(0, &[labelled("a", 0, &both), labelled("b", 0, &both)]);
    assert_eq!(world.incident().labels.get("team"), "x");
    world.hear(10, &[labelled("a", 0, &[("team", "y"), ("cluster", "c"), ("service", "api")])]);
    let labels: Vec<(&str, &str)> = world.incident().labels.iter().collect();
    assert_eq!(labels, [("cluster", "c")]);
    assert_eq!(world.incident().members[&id("a")].labels.get("service"), "api");
}

#[test]
fn a_raise_by_newer_labels_is_told_and_an_older_message_changes_nothing() {
    let of = |severity, starts, value| {
        let mut one = said("a", severity, starts, None);
        one.message.ordered = true;
        one.labels.set("tag.severity", value);
        one
    };
    let mut world = World::default();
    world.hear(20, &[of(Severity::Warning, 10, "")]);
    world.hear(30, &[of(Severity::Critical, 10, "P1")]);
    assert_eq!(world.told, [EdgeKind::Trigger, EdgeKind::SeverityRaised]);
    world.hear(40, &[of(Severity::Info, 5, "P5")]);
    let incident = world.incident();
    assert_eq!((incident.severity, incident.labels.get("tag.severity")), (Severity::Critical, "P1"));
}
