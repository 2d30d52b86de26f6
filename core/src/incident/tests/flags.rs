//! Flags beside the status, and incidents of which the messages name only a part.

use super::*;

#[test]
fn whatever_is_heard_of_it_takes_the_flag_stale_away() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0), fires("b", 0)]);
    for news in [fires("a", 0), ends("b", 0, 10)] {
        let mut slot = world.slot.clone();
        slot.current.as_mut().unwrap().stale = true;
        let decided = judge(&slot, &[news], 20);
        assert!(decided.incidents[0].shown && !decided.incidents[0].incident.stale);
    }
}

#[test]
fn alerts_that_the_messages_do_not_name_keep_an_incident_open_and_its_severity_up() {
    let mut world = World::default();
    world.hear(0, &[said("a", Severity::Critical, 0, None)]);
    let current = world.slot.current.as_mut().unwrap();
    current.others = [(Severity::Warning, 2), (Severity::Critical, 0)].into_iter().collect();
    world.hear(10, &[said("a", Severity::Critical, 0, Some(9))]);
    assert_eq!(world.actions.last(), Some(&Action::AlertResolved));
    assert_eq!((world.incident().status, world.incident().severity), (Status::Open, Severity::Warning));
    world.slot.current.as_mut().unwrap().others.clear();
    world.hear(20, &[fires("a", 15)]).hear(30, &[ends("a", 15, 25)]);
    assert_eq!(world.incident().status, Status::Resolved);
}

#[test]
fn how_firstlook_came_by_a_message_stands_in_the_reason() {
    let message = fires("a", 0);
    let said = Said { at: at(0), note: Some(&Note::found("found by asking")), incoming: vec![&message] };
    let decided = decide(&SlotState::default(), &[said], rules());
    assert_eq!(decided.decisions[0].decision.reason, "first seen; found by asking");
}

#[test]
fn an_opening_long_after_the_last_end_is_no_transition() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(60, &[ends("a", 0, 60)]).hear(3_000, &[fires("a", 3_000)]);
    world.hear(3_060, &[ends("a", 3_000, 3_060)]).hear(3_120, &[fires("a", 3_120)]);
    assert_eq!(world.incident().flaps_until, None);
    assert_eq!(world.incident().transitions, [at(3_060), at(3_120)]);
}
