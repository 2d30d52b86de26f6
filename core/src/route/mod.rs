//! Who is told: the tree of `route:`.
//!
//! Knows labels and matchers. Must not know how a receiver is reached.
