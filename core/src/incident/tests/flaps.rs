//! Incidents that end and go on too often: what is told of them, and that nothing rings for each.

use proptest::prelude::*;

use super::*;

/// Fires and ends three times, a minute each: the third transition is its second end.
fn flapping() -> World {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(60, &[ends("a", 0, 60)]).hear(120, &[fires("a", 120)]);
    assert_eq!(world.incident().flaps_until, None);
    world.hear(180, &[ends("a", 120, 180)]);
    world
}

#[test]
fn from_the_third_end_or_reopening_in_ten_minutes_on_nothing_rings_and_the_end_waits() {
    let mut world = flapping();
    use EdgeKind::*;
    assert_eq!(world.told, [Trigger, Resolve, Retrigger]);
    assert_eq!((world.incident().status, world.incident().flaps_until), (Status::Resolved, Some(at(780))));
    assert_eq!(world.actions.last(), Some(&Action::IncidentResolved));
    let decided = judge(&world.slot, &[fires("a", 240)], 240);
    assert!(decided.incidents[0].folded && decided.incidents[0].shown);
    assert_eq!(
        decided.decisions[0].decision.reason,
        "fires again, 60 s after the end; it flaps, 4 ends and reopenings within 10 min, and its end was not told: \
         nothing rings"
    );
    world.hear(240, &[fires("a", 240)]).hear(300, &[ends("a", 240, 300)]);
    assert_eq!((world.told.len(), world.incident().flaps_until), (3, Some(at(900))));
}

#[test]
fn while_it_flaps_each_change_makes_it_flap_for_another_window() {
    let mut world = flapping();
    // Two in the ten minutes before, but the flag is there.
    for (starts, end) in [(700, 1_290), (1_880, 2_470)] {
        world.hear(starts, &[fires("a", starts)]).hear(end, &[ends("a", starts, end)]);
        assert_eq!(world.incident().flaps_until, Some(at(end + 600)));
    }
    assert_eq!(world.told.len(), 3);
}

#[test]
fn an_end_that_stayed_is_told_before_what_comes_after_it() {
    use EdgeKind::*;
    for (now, after) in [(780, Retrigger), (180 + 901, Trigger)] {
        let mut world = flapping();
        world.hear(now, &[fires("a", now)]);
        assert_eq!(world.told, [Trigger, Resolve, Retrigger, Resolve, after], "{now}");
        assert_eq!(world.incident().flaps_until, None);
    }
    // What was quiet and fires on has no end to be told; its next one is told at once.
    let mut world = flapping();
    world.hear(240, &[fires("a", 240)]).hear(2_000, &[ends("a", 240, 2_000)]);
    assert_eq!(world.told, [Trigger, Resolve, Retrigger, Resolve]);
    assert!(!world.incident().end_waits());
}

#[test]
fn what_flaps_goes_on_although_each_firing_would_open_an_incident_of_its_own() {
    let rules = Lifecycle { reopen_within: TimeDelta::zero(), ..rules() };
    let (mut slot, mut opened, mut told) = (SlotState::default(), 0, Vec::new());
    for n in 0..5 {
        for message in [fires("a", n * 120), ends("a", n * 120, n * 120 + 60)] {
            let now = message.message.ends_at.unwrap_or(message.message.starts_at);
            let decided = decide(&slot, &[Said { at: now, note: None, incoming: vec![&message] }], rules);
            opened += decided.incidents.iter().filter(|touched| touched.new).count();
            told.extend(decided.incidents.iter().flat_map(|touched| touched.edges.clone()));
            slot = after(&slot, &decided);
        }
    }
    use EdgeKind::*;
    assert_eq!((opened, told), (2, vec![Trigger, Resolve, Trigger]));
    assert!(slot.current.unwrap().end_waits());
}

#[test]
fn what_is_worse_than_was_told_rings_although_it_flaps() {
    let mut world = flapping();
    let critical = |starts, ends| said("a", Severity::Critical, starts, ends);
    world.hear(240, &[critical(240, None)]).hear(300, &[critical(240, Some(300))]);
    // Once: that it is as bad again is no news.
    world.hear(360, &[critical(360, None)]);
    use EdgeKind::*;
    assert_eq!(world.told, [Trigger, Resolve, Retrigger, SeverityRaised]);
}

#[test]
fn who_took_it_has_it_while_it_flaps_and_only_a_new_alert_rings() {
    let critical = |name, starts, ends| said(name, Severity::Critical, starts, ends);
    let mut world = World::default();
    world.hear(0, &[critical("a", 0, None)]).hear(60, &[critical("a", 0, Some(60))]);
    world.hear(120, &[critical("a", 120, None), critical("b", 120, None)]);
    let current = world.slot.current.as_mut().unwrap();
    (current.status, current.acknowledged_at) = (Status::Acknowledged, Some(at(130)));
    world.hear(180, &[critical("a", 120, Some(180)), critical("b", 120, Some(180))]);
    world.hear(240, &[critical("a", 240, None)]);
    assert_eq!(
        (world.incident().status, world.incident().acknowledged_at),
        (Status::Acknowledged, Some(at(130)))
    );
    world.hear(250, &[critical("b", 240, None)]);
    use EdgeKind::*;
    assert_eq!(world.told, [Trigger, Resolve, Retrigger]);
    world.hear(260, &[critical("c", 260, None)]);
    assert_eq!(world.told.last(), Some(&Joined));
}

#[test]
fn what_a_person_ended_rings_again() {
    let mut world = flapping();
    world.hear(240, &[fires("a", 240)]);
    // As the store keeps a person's resolve.
    let current = world.slot.current.as_mut().unwrap();
    (current.status, current.resolved_at) = (Status::Resolved, Some(at(250)));
    (current.flaps_until, current.transitions) = (None, Vec::new());
    world.hear(300, &[fires("a", 240)]);
    assert_eq!(world.told.last(), Some(&EdgeKind::Retrigger));
}

proptest! {
    /// One alert that fires and ends: an end is told at once without a flap, else once the window has passed, and a firing
    /// rings unless its end was not told. Counted here by the times alone.
    #[test]
    fn what_is_told_of_a_flap_follows_from_its_times(pauses in prop::collection::vec(1..900i64, 1..40)) {
        let mut world = World::default();
        let (mut now, mut turns, mut told) = (0, Vec::<i64>::new(), Vec::new());
        // Until when it flaps, and whether its end waits.
        let (mut until, mut waits) = (0, false);
        for (n, pause) in pauses.iter().enumerate() {
            let firing = n % 2 == 0;
            now += pause;
            let past = now - pause;
            world.hear(now, &[if firing { fires("a", now) } else { ends("a", past, now) }]);
            if firing && waits && now >= until {
                (waits, until) = (false, 0);
                told.push(EdgeKind::Resolve);
            }
            turns.retain(|turn| now - turn < 600);
            turns.extend((n > 0).then_some(now));
            let flaps = now < until || turns.len() >= 3;
            until = if flaps { now + 600 } else { 0 };
            match firing {
                true if n == 0 => told.push(EdgeKind::Trigger),
                true if !waits => told.push(EdgeKind::Retrigger),
                true => waits = false,
                false if flaps => waits = true,
                false => told.push(EdgeKind::Resolve),
            }
            let current = world.incident();
            prop_assert_eq!(current.status == Status::Resolved, !firing);
            prop_assert_eq!(current.end_waits(), waits);
            prop_assert_eq!(&world.told, &told, "{:?}", pauses);
        }
    }
}
