//! A sender that tells each change once, as CloudWatch does: whatever the order in which its messages come, what is known in
//! the end is what the newest of them said, and it is told so; also where Alertmanager tells of the same incident.

use proptest::prelude::*;

use super::*;

/// The n-th change of the alarm `a`: it fires, ends, fires again.
fn change(n: i64) -> Incoming {
    let time = n * 100;
    let one = if n % 2 == 0 { fires("a", time) } else { ends("a", time, time) };
    let lead = TimeDelta::seconds(if n % 2 == 0 { 10 + n } else { 0 });
    Incoming { message: AlertMessage { ordered: true, lead, ..one.message }, ..one }
}

/// The next word of Alertmanager about `b`, which comes when it is said.
fn said_of_b(n: i64, now: i64) -> Incoming {
    if n % 2 == 0 { fires("b", now - 1) } else { ends("b", now - 2, now - 1) }
}

proptest! {
    #[test]
    fn the_newest_change_holds_in_whatever_order_they_come_and_however_often(
        count in 1..8i64,
        seed in prop::collection::vec(any::<prop::sample::Index>(), 24),
        apart in 1..300i64,
        other in prop::collection::vec(prop::bool::weighted(0.4), 16),
    ) {
        // Each change comes at least once, some again, in any order; other alarms of the group do not fire.
        let mut order: Vec<i64> = (0..count).collect();
        order.extend(seed.iter().take(6).map(|index| index.index(count as usize) as i64));
        for (at, index) in seed.iter().enumerate().take(order.len()) {
            let other = index.index(order.len());
            order.swap(at, other);
        }
        let mut world = World::default();
        let mut of_b = 0;
        for (step, n) in order.iter().enumerate() {
            let now = 10_000 + step as i64 * apart;
            world.hear(now, &[change(*n)]);
            if apart > 4 && other.get(step) == Some(&true) {
                world.hear(now + 4, &[said_of_b(of_b, now + 4)]);
                of_b += 1;
            }
        }
        let fires = (count - 1) % 2 == 0;
        let known = &world.slot.known[&id("a")];
        prop_assert_eq!(known.status == AlertStatus::Firing, fires, "{:?}: {:?}", order, world.actions);
        let either = fires || of_b % 2 == 1;
        let open = world.slot.current.as_ref().is_some_and(|one| one.status != Status::Resolved);
        prop_assert_eq!(open, either, "{:?}: {:?}", order, world.actions);
        let begun = world.told.iter().filter(|edge| matches!(edge, EdgeKind::Trigger | EdgeKind::Retrigger)).count();
        let ended = world.told.iter().filter(|edge| **edge == EdgeKind::Resolve).count();
        // An end of what flaps is told once it has stayed.
        let waits = world.slot.current.as_ref().is_some_and(Current::end_waits);
        prop_assert!(!(either && waits));
        prop_assert_eq!(begun - ended, usize::from(either || waits), "{:?}: {:?}", order, world.told);
        // What fires began when its newest change says, and its trouble no longer ago than any message said.
        if fires {
            let member = &world.incident().members[&id("a")];
            prop_assert_eq!(member.starts_at, at((count - 1) * 100), "{:?}", order);
            let lead = member.lead.num_seconds();
            prop_assert!((10..10 + count).contains(&lead), "{:?}: {}", order, lead);
        }
    }
}
