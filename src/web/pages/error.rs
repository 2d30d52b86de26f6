//! The page that says what went wrong and what to do.
//!
//! Knows nothing but the words that it is given. Must not know the database.

use firstlook_core::Language;
use serde::Serialize;

use super::{Current, Shell};

/// What went wrong.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorView {
    /// The HTTP status: 404, 503.
    pub status: u16,
    /// What went wrong, in one line: `The history cannot be read right now`.
    pub title: String,
    /// What that means for the reader.
    pub what: String,
    /// What to do about it, a step each.
    pub remedies: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Page<'a> {
    view: &'a ErrorView,
}

pub(super) fn page(view: &ErrorView, language: Language) -> Shell<Page<'_>> {
    let colon = language.pick(": ", "：");
    Shell::new(format!("{}{colon}{}", view.status, view.title), Current::default(), Page { view })
}
