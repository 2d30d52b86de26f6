//! The lines of the source that was asked last: a model looks at the same lines again and again, with other words.
//!
//! Knows one source's lines at a time, so that memory is bounded by what one may bring. Must not know what is looked for.

use std::sync::Arc;

use firstlook_core::summary::analysis::logs::Brought;

/// What the last source brought, and how a person gets it.
#[derive(Debug, Default)]
pub(super) struct Lines(Option<(String, Arc<Found>)>);

/// Lines of the window and of normal times.
#[derive(Debug)]
pub(super) struct Found {
    pub brought: Brought,
    pub query: String,
    pub link: Option<String>,
}

impl Lines {
    pub fn of(&self, source: &str) -> Option<Arc<Found>> {
        self.0.as_ref().filter(|(name, _)| name == source).map(|(_, found)| Arc::clone(found))
    }

    pub fn keep(&mut self, source: &str, found: Found) -> Arc<Found> {
        let found = Arc::new(found);
        self.0 = Some((source.to_owned(), Arc::clone(&found)));
        found
    }
}
