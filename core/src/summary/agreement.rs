//! Whether two people, or a person and a model, name the same cause.
//!
//! Knows words alone: it counts how many of the telling ones are shared, and misses what is said in other words.

use std::collections::BTreeSet;

use crate::evidence::telling::words;

/// Of the telling words of the recorded cause, so many in a hundred have to stand in the other.
const SAME_PERCENT: usize = 40;
/// And so many, where it has as many.
const LEAST: usize = 2;

/// Whether `cause` says what is `recorded`.
pub fn agrees(recorded: &str, cause: &str) -> bool {
    let (recorded, cause): (BTreeSet<String>, BTreeSet<String>) = (words(recorded), words(cause));
    let shared = recorded.intersection(&cause).count();
    shared >= LEAST.min(recorded.len()).max(1) && shared * 100 >= recorded.len() * SAME_PERCENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_in_other_order_agrees_and_another_cause_does_not() {
        let recorded = "The connection pool of orders was too small after the release";
        for (cause, same) in [
            ("The release v2.41 made the pool of connections too small", true),
            ("Connections are exhausted: the pool is too small for orders", true),
            ("The disk of orders is full", false),
            ("The release", false),
            ("", false),
        ] {
            assert_eq!(agrees(recorded, cause), same, "{cause}");
        }
        assert!(agrees("OOM", "The process was OOM killed") && !agrees("OOM", "A slow disk"));
        assert!(!agrees("", ""), "nothing recorded is nothing to agree with");
    }
}
