//! A sender that tells each change once, as CloudWatch does: whatever the order in which its messages come, what is known in
//! the end is what the newest of them said, and it is told so.

use proptest::prelude::*;

use super::*;

/// The n-th change of the alarm `a`: it fires, ends, fires again.
fn change(n: i64) -> Incoming {
    let time = n * 100;
    let one = if n % 2 == 0 { fires("a", time) } else { ends("a", time, time) };
    Incoming { message: AlertMessage { ordered: true, ..one.message }, ..one }
}

proptest! {
    #[test]
    fn the_newest_change_holds_in_whatever_order_they_come_and_however_often(
        count in 1..8i64,
        seed in prop::collection::vec(any::<prop::sample::Index>(), 24),
        apart in 1..300i64,
    ) {
        // Each change comes at least once, some again, in any order; other alarms of the group do not fire.
        let mut order: Vec<i64> = (0..count).collect();
        order.extend(seed.iter().take(6).map(|index| index.index(count as usize) as i64));
        for (at, index) in seed.iter().enumerate().take(order.len()) {
            let other = index.index(order.len());
            order.swap(at, other);
        }
        let mut world = World::default();
        for (step, n) in order.iter().enumerate() {
            world.hear(10_000 + step as i64 * apart, &[change(*n)]);
        }
        let fires = (count - 1) % 2 == 0;
        let known = &world.slot.known[&id("a")];
        prop_assert_eq!(known.status == AlertStatus::Firing, fires, "{:?}: {:?}", order, world.actions);
        let open = world.slot.current.as_ref().is_some_and(|one| one.status != Status::Resolved);
        prop_assert_eq!(open, fires, "{:?}: {:?}", order, world.actions);
        let begun = world.told.iter().filter(|edge| matches!(edge, EdgeKind::Trigger | EdgeKind::Retrigger)).count();
        let ended = world.told.iter().filter(|edge| **edge == EdgeKind::Resolve).count();
        prop_assert_eq!(begun - ended, usize::from(fires), "{:?}: {:?}", order, world.told);
    }
}
