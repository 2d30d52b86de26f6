//! What browsers, senders and tools talk to.
//!
//! Knows HTTP and HTML. Must not know SQL.

pub mod pages;
