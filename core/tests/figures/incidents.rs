//! The root cause of each recorded incident is in its pack, and no pack is over its budget, whatever it is made of.

use firstlook_core::evidence::{Line, TOKEN, compare, joined};
use proptest::prelude::*;

use crate::measure::incidents::{CASES, compared, found, packed};
use crate::measure::systems::systems;
use crate::measure::values::Values;

#[test]
fn the_root_cause_is_in_the_pack_at_every_budget() {
    for case in CASES {
        let comparison = compared(case);
        for tokens in [250, 500, 1_000, 2_000, 4_000] {
            let pack = packed(&comparison, tokens);
            assert!(pack.chars().count() <= tokens * TOKEN, "{case} at {tokens}");
            assert!(found(case, &pack).into_iter().all(|hit| hit), "{case} at {tokens}:\n{pack}");
        }
        assert_eq!(packed(&comparison, 4_000), packed(&compared(case), 4_000), "{case}: two runs differ");
    }
}

/// Lines of all systems in an order of their own, between them what no system wrote.
fn lines(seed: u64, count: usize, odd: &[String]) -> Vec<Line> {
    let all = systems();
    let mut values = Values::new(seed);
    let mut one = |n: usize| {
        let system = &all[values.below(all.len() as u64) as usize];
        let text = match odd.get(n % 17) {
            Some(text) => text.clone(),
            None => system.draw(&mut values).raw,
        };
        Line::new(Some(values.now), format!("{}-{}", system.name, n % 3), &text)
    };
    (0..count).map(&mut one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_pack_is_over_its_budget_and_two_runs_are_the_same(
        (seed, window, baseline) in (any::<u64>(), 0_usize..400, 0_usize..400),
        odd in proptest::collection::vec("\\PC{0,400}", 0..8),
        budgets in proptest::collection::vec(500_usize..=8_000, 4),
    ) {
        let run = || {
            let (now, normal) = (lines(seed, window, &odd), lines(seed ^ 1, baseline, &odd));
            compare(joined(now.into_iter()), joined(normal.into_iter()), None)
        };
        let (one, two) = (run(), run());
        for tokens in budgets.into_iter().chain([500, 8_000]) {
            let pack = packed(&one, tokens);
            prop_assert!(pack.chars().count() <= tokens * TOKEN, "{} at {tokens}", pack.chars().count());
            prop_assert_eq!(&pack, &packed(&two, tokens));
        }
    }
}
