//! The arithmetic of the comparison.
//!
//! Knows counts and exposures. Must not know patterns.

/// The likelihood-ratio statistic of `a` events in the window against `c` in the baseline, where the window is
/// `exposure` times as large as the baseline. About 3.84 for a difference at the 5 % level.
pub(in crate::evidence) fn g2(a: f64, c: f64, exposure: f64) -> f64 {
    let sum = a + c;
    if sum <= 0.0 || exposure <= 0.0 {
        return 0.0;
    }
    let expected = sum * exposure / (exposure + 1.0);
    let part = |observed: f64, expected: f64| {
        if observed > 0.0 { observed * (observed / expected).ln() } else { 0.0 }
    };
    2.0 * (part(a, expected) + part(c, sum - expected))
}

/// How much more the buckets vary than independent events would (variance over mean), at least 1: the guard against
/// patterns that come in bursts anyway.
pub(super) fn dispersion(buckets: &[u32], length: usize) -> f64 {
    let n = length.max(buckets.len());
    if n < 2 {
        return 1.0;
    }
    let mean = buckets.iter().map(|count| f64::from(*count)).sum::<f64>() / n as f64;
    if mean <= 0.0 {
        return 1.0;
    }
    let missing = (n - buckets.len()) as f64 * mean * mean;
    let squares: f64 = buckets.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum();
    ((squares + missing) / (n - 1) as f64 / mean).max(1.0)
}

/// The upper tail of the chi-square distribution with one degree of freedom (Abramowitz and Stegun 7.1.26).
pub(super) fn chi_square_tail(x: f64) -> f64 {
    let z = x.max(0.0).sqrt();
    let t = 1.0 / (1.0 + 0.327_591_1 * z / std::f64::consts::SQRT_2);
    let terms = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let sum = terms.iter().fold(0.0, |sum, term| (sum + term) * t);
    (sum * (-z * z / 2.0).exp()).clamp(0.0, 1.0)
}

/// The largest p-value that still counts at a false discovery rate of 5 % (Benjamini and Hochberg); 0 if none does.
pub(super) fn discovery_cut(mut p_values: Vec<f64>) -> f64 {
    p_values.sort_by(f64::total_cmp);
    let count = p_values.len() as f64;
    let mut passing = p_values.iter().enumerate().filter(|(i, p)| **p <= 0.05 * (*i as f64 + 1.0) / count);
    passing.next_back().map_or(0.0, |(_, p)| *p)
}

/// The value at a share of the way through sorted values; 0 of none.
pub(super) fn quantile(sorted: &[f32], share: f64) -> f64 {
    let place = (sorted.len().saturating_sub(1) as f64 * share) as usize;
    sorted.get(place).copied().map_or(0.0, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g2_grows_with_the_difference_and_is_zero_without_one() {
        assert!(g2(10.0, 10.0, 1.0).abs() < 1e-9 && g2(20.0, 10.0, 2.0).abs() < 1e-9);
        assert!(g2(20.0, 10.0, 1.0) < g2(40.0, 10.0, 1.0));
        assert!((g2(0.0, 3.0, 1.0) - 4.158_883).abs() < 1e-5);
        assert_eq!(g2(0.0, 0.0, 1.0), 0.0);
    }

    #[test]
    fn the_tail_agrees_with_tables() {
        for (x, p) in [(3.841, 0.05), (6.635, 0.01), (10.828, 0.001), (0.0, 1.0)] {
            assert!((chi_square_tail(x) - p).abs() < 2e-5, "{x}: {}", chi_square_tail(x));
        }
    }

    #[test]
    fn bursts_disperse_and_even_streams_do_not() {
        assert_eq!(dispersion(&[5, 5, 5, 5], 4), 1.0);
        assert!(dispersion(&[20], 4) > 10.0);
        assert_eq!((dispersion(&[], 9), dispersion(&[3], 1)), (1.0, 1.0));
    }

    #[test]
    fn discoveries_are_bounded_by_their_rate() {
        assert_eq!(discovery_cut(vec![0.9, 0.001, 0.02, 0.03]), 0.03);
        assert_eq!(discovery_cut(vec![0.5, 0.9]), 0.0);
        assert_eq!((quantile(&[1.0, 2.0, 3.0], 0.5), quantile(&[], 0.5)), (2.0, 0.0));
    }
}
