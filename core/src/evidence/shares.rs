//! Whether a share of something rose.
//!
//! Knows counts alone.

use super::delta::stats::g2;

/// A difference counts at the 1 % level …
pub(super) const SIGNIFICANT: f64 = 6.63;
/// … and where it is so many times normal.
pub(super) const TIMES: f64 = 1.5;
/// Without a normal time, so large a share is told.
const SHARE: f64 = 0.01;

/// Whether the share of `some` among all is larger than it was `before`: some and all as well.
pub(super) fn rises((some, all): (u64, u64), before: Option<(u64, u64)>) -> bool {
    let (a, n) = (some as f64, all.max(1) as f64);
    match before {
        None => some > 0 && a / n >= SHARE,
        Some((before, of)) => {
            let (c, m) = (before as f64, of.max(1) as f64);
            a / n > TIMES * c / m && g2(a, c, n / m) >= SIGNIFICANT
        }
    }
}
