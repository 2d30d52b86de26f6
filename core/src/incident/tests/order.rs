//! What may not depend on the order in which messages come, nor on which of them are decided together.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// What is known in the end: status, start, and episodes by the sender's times.
type Truth = (AlertStatus, i64, BTreeMap<i64, Option<i64>>);

fn seconds(time: DateTime<Utc>) -> i64 {
    (time - at(0)).num_seconds()
}

/// Hears messages of the alert `a` one by one, a second apart; what was late is looked at again after the window, when
/// its sender says whether it `fires`.
fn heard(messages: &[Incoming], fires: bool) -> Truth {
    let (mut slot, mut episodes) = (SlotState::default(), Episodes::new());
    let mut late = Vec::new();
    let mut hear = |slot: &mut SlotState, one: &Incoming, now: i64| {
        let decided = judge(slot, std::slice::from_ref(one), now);
        if let Some(said) = decided.episodes.get(&id("a")) {
            episodes.extend(said);
        }
        *slot = after(slot, &decided);
        decided.rechecks
    };
    for (now, one) in (600..).zip(messages) {
        late.extend(hear(&mut slot, one, now).into_iter().map(|_| one));
    }
    let firing = |slot: &SlotState| slot.known[&id("a")].status == AlertStatus::Firing;
    for one in late {
        if fires && !firing(&slot) {
            hear(&mut slot, one, 800);
        }
    }
    let known = &slot.known[&id("a")];
    let episode = |(start, episode)| match episode {
        Episode::Moved => None,
        Episode::Runs => Some((seconds(start), None)),
        Episode::Ended(end) => Some((seconds(start), Some(seconds(end)))),
    };
    let episodes = episodes.into_iter().filter_map(episode).collect();
    (known.status, seconds(known.starts_at), episodes)
}

proptest! {
    /// Alerts and episodes depend on the set of messages within the window (DESIGN section 3), whatever their order and
    /// however often each comes. The exception is what nobody can know: a late firing, about which the sender is asked.
    #[test]
    fn alerts_and_episodes_depend_on_the_set(
        count in 1..3i64, open in prop::bool::ANY, seed in prop::collection::vec(any::<prop::sample::Index>(), 12)
    ) {
        let mut messages = Vec::new();
        for n in 0..count {
            messages.push(fires("a", n * 100));
            if n + 1 < count || !open {
                messages.push(ends("a", n * 100, n * 100 + 40));
            }
        }
        let truth = heard(&messages, open);
        let mut shuffled = messages.clone();
        for (n, index) in seed.iter().enumerate() {
            match n % 4 {
                // Every message comes at least once; some come again.
                3 => shuffled.push(messages[index.index(messages.len())].clone()),
                _ => {
                    let other = index.index(shuffled.len());
                    shuffled.swap(n % messages.len(), other);
                }
            }
        }
        prop_assert_eq!(heard(&shuffled, open), truth);
    }

    /// Bodies that are decided together come to the same as one after the other; only what would ring twice at once
    /// rings once.
    #[test]
    fn together_is_one_after_the_other(
        bodies in prop::collection::vec((0..400i64, prop::collection::vec(any_message(), 1..3)), 1..10)
    ) {
        let mut times = Vec::new();
        let mut now = 0;
        for (pause, _) in &bodies {
            now += pause;
            times.push(now);
        }
        let mut world = World::default();
        let mut apart = Vec::new();
        for ((_, body), now) in bodies.iter().zip(&times) {
            let decided = judge(&world.slot, body, *now);
            apart.extend(decided.decisions.iter().map(|judged| judged.decision.clone()));
            world.hear(*now, body);
        }
        let said: Vec<Said<'_>> = bodies.iter().zip(&times).map(|((_, body), now)| {
            Said { at: at(*now), note: None, incoming: body.iter().collect() }
        }).collect();
        let decided = decide(&SlotState::default(), &said, rules());
        let together: Vec<_> = decided.decisions.iter().map(|judged| judged.decision.clone()).collect();
        prop_assert_eq!(together, apart);
        prop_assert_eq!(&after(&SlotState::default(), &decided), &world.slot);
        let told = |edges: &[EdgeKind]| {
            let ends = edges.iter().filter(|edge| **edge == EdgeKind::Resolve).count();
            (ends, edges.iter().filter(|edge| matches!(edge, EdgeKind::Trigger | EdgeKind::Retrigger)).count())
        };
        let edges: Vec<EdgeKind> = decided.incidents.iter().flat_map(|touched| touched.edges.clone()).collect();
        prop_assert_eq!(told(&edges), told(&world.told));
    }
}

#[test]
fn a_late_firing_is_looked_at_again_after_the_window_and_counts_then() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(50, &[ends("a", 0, 40)]);
    let late = judge(&world.slot, &[fires("a", 0)], 55);
    assert_eq!(late.decisions[0].decision.action, Action::Late);
    assert_eq!(late.rechecks, [Recheck { alert: id("a"), said: 0, due: at(50 + 61) }]);
    world.hear(50 + 61, &[fires("a", 0)]);
    assert_eq!(world.actions.last(), Some(&Action::Reopened));
}

#[test]
fn an_end_that_belongs_to_an_older_episode_divides_what_was_taken_for_one() {
    let messages = [fires("a", 0), fires("a", 100), ends("a", 0, 40)];
    let (status, start, episodes) = heard(&messages, true);
    assert_eq!((status, start), (AlertStatus::Firing, 100));
    assert_eq!(episodes, BTreeMap::from([(0, Some(40)), (100, None)]));
}

/// Brings messages at `now` that were received at `received` and could not be kept then.
fn held(slot: &SlotState, messages: &[Incoming], received: i64, now: i64) -> Decided {
    let note = Note::held("held", at(now));
    decide(
        slot,
        &[Said { at: at(received), note: Some(&note), incoming: messages.iter().collect() }],
        rules(),
    )
}

#[test]
fn a_firing_that_waited_and_was_overtaken_opens_and_ends_at_once_where_nobody_knew_of_it() {
    let mut world = World::default();
    world.hear(300, &[ends("a", 0, 290), ends("b", 0, 290)]);
    let decided = held(&world.slot, &[fires("a", 0), fires("b", 0)], 10, 310);
    assert_eq!(decided.incidents.len(), 1, "one incident, however many alerts");
    assert_eq!(decided.incidents[0].edges, [EdgeKind::Trigger, EdgeKind::Resolve]);
    let incident = &decided.incidents[0].incident;
    assert_eq!(
        (incident.status, incident.opened_at, incident.resolved_at),
        (Status::Resolved, at(310), Some(at(310)))
    );
    let then = after(&world.slot, &decided);
    assert_eq!(then.known, world.slot.known, "what is known stays");
    assert!(decided.episodes.values().all(|all| !all.values().any(|episode| *episode == Episode::Runs)));
    assert_eq!(held(&then, &[fires("a", 0), fires("b", 0)], 10, 320).incidents, []);
}

#[test]
fn a_firing_that_waited_changes_nothing_where_its_incident_knows_of_its_end() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(300, &[ends("a", 0, 290)]);
    let decided = held(&world.slot, &[fires("a", 0)], 10, 310);
    assert_eq!((decided.decisions[0].decision.action, decided.incidents.len()), (Action::Late, 0));
    // An end of an older episode is not its end: what rang for the newer one without the store ends too.
    world.hear(2_000, &[ends("a", 1_900, 1_990)]);
    let decided = held(&world.slot, &[fires("a", 1_900)], 1_910, 2_010);
    assert_eq!(decided.incidents.last().unwrap().edges.last(), Some(&EdgeKind::Resolve));
    // What came after the end is news, held or not.
    let decided = held(&world.slot, &[fires("a", 2_400)], 2_401, 2_500);
    assert!(matches!(decided.decisions[0].decision.action, Action::Reopened | Action::Opened));
}

#[test]
fn a_resolve_that_waited_does_not_end_what_was_said_to_fire_meanwhile() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(120, &[fires("a", 0)]);
    let decided = held(&world.slot, &[ends("a", 0, 50)], 60, 130);
    assert_eq!(decided.decisions[0].decision.action, Action::Late);
    let decided = held(&world.slot, &[ends("a", 0, 125)], 126, 130);
    assert_eq!(decided.decisions[0].decision.action, Action::IncidentResolved);
}

#[test]
fn a_firing_that_was_committed_after_a_later_resolve_is_looked_at_again() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(52, &[ends("a", 0, 40)]);
    let decided = judge(&world.slot, &[fires("a", 0)], 50);
    assert_eq!((decided.decisions[0].decision.action, decided.rechecks.len()), (Action::Late, 1));
}

#[test]
fn of_a_sender_that_tells_each_change_once_a_repeat_does_not_undo_a_persons_resolve() {
    let ordered = |one: Incoming| Incoming { message: AlertMessage { ordered: true, ..one.message }, ..one };
    let mut world = World::default();
    world.hear(10, &[ordered(fires("a", 5))]);
    let current = world.slot.current.as_mut().unwrap();
    (current.status, current.resolved_at) = (Status::Resolved, Some(at(20)));
    // Replayed, or found by asking: the same change, or one before it.
    world.hear(60, &[ordered(fires("a", 5))]).hear(61, &[ordered(fires("a", 1))]);
    assert_eq!(
        (world.actions.as_slice(), world.told.len()),
        (&[Action::Opened, Action::Duplicate, Action::Duplicate][..], 1)
    );
    assert_eq!(world.incident().status, Status::Resolved);
    // A later change is news, and so is what a sender repeats that says so because it still fires.
    world.hear(70, &[ordered(fires("a", 65))]);
    assert_eq!(
        (world.actions.last(), world.told.last()),
        (Some(&Action::Reopened), Some(&EdgeKind::Retrigger))
    );
    let current = world.slot.current.as_mut().unwrap();
    (current.status, current.resolved_at) = (Status::Resolved, Some(at(80)));
    world.hear(90, &[fires("a", 65)]);
    assert_eq!(world.told.len(), 3);
}

#[test]
fn of_a_sender_that_tells_each_change_once_an_older_start_is_never_news() {
    let ordered = |one: Incoming| Incoming { message: AlertMessage { ordered: true, ..one.message }, ..one };
    let mut world = World::default();
    world.hear(60, &[ordered(ends("a", 50, 50))]).hear(7200, &[ordered(fires("a", 0))]);
    assert_eq!(world.actions, [Action::Ignored, Action::Late]);
    assert!(
        world.slot.current.is_none() && judge(&world.slot, &[ordered(fires("a", 0))], 61).rechecks.is_empty()
    );
    world.hear(7201, &[ordered(fires("a", 7200))]);
    assert_eq!(world.actions.last(), Some(&Action::Opened));
    // It waited for the store and may have rung without it: it opens and ends, so that what rang ends.
    let mut world = World::default();
    world.hear(60, &[ordered(ends("a", 50, 50))]);
    let (note, late) = (Note::held("held", at(90)), [ordered(fires("a", 0))]);
    let said = Said { at: at(90), note: Some(&note), incoming: late.iter().collect() };
    let decided = decide(&world.slot, &[said], rules());
    assert_eq!(decided.incidents[0].edges, [EdgeKind::Trigger, EdgeKind::Resolve]);
    let mut world = World::default();
    world.hear(7201, &[ordered(fires("a", 7200))]);
    // Its end does not say when it began.
    let decided = judge(&world.slot, &[ordered(ends("a", 7300, 7300))], 7301);
    assert_eq!(decided.decisions[0].decision.action, Action::IncidentResolved);
    assert_eq!(decided.episodes[&id("a")].keys().next(), Some(&at(7200)));
}
