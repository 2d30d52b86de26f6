//! What a fake server is told to do wrong, request by request. Knows nothing of any protocol.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What happens to one request.
#[derive(Clone, Debug, PartialEq)]
pub enum Behaviour {
    /// The fake answers as the real server does, refusals included.
    Ok,
    /// This status with these headers, and the body that the real server gives with it; nothing is applied.
    Status(u16, Vec<(&'static str, String)>),
    /// Applied at once, answered after this long: a client that gave up earlier lost only the answer.
    Slow(Duration),
    /// Never answered, nothing applied; the connection stays open.
    Hang,
    /// The connection is closed without an answer, nothing applied.
    Reset,
    /// Applied, then the connection is closed without an answer.
    Half,
    /// Applied and answered with the usual status and headers, but with this body.
    Garbage(String),
}

impl Behaviour {
    /// A status without headers of its own.
    pub fn status(code: u16) -> Self {
        Self::Status(code, Vec::new())
    }

    /// A status with `Retry-After` in seconds.
    pub fn retry_after(code: u16, seconds: u32) -> Self {
        Self::Status(code, vec![("Retry-After", seconds.to_string())])
    }
}

/// A behaviour for the requests whose path contains `path` ("" is every one).
#[derive(Clone, Debug)]
struct Step {
    path: String,
    behaviour: Behaviour,
}

/// The queue of one server. One step goes with each request; afterwards what `repeat` names, else [`Behaviour::Ok`].
#[derive(Debug, Default)]
pub struct Plan {
    steps: Mutex<(VecDeque<Step>, Vec<Step>)>,
}

impl Plan {
    /// The next request that no earlier step takes.
    pub fn then(&self, behaviour: Behaviour) -> &Self {
        self.then_on("", behaviour)
    }

    /// The next request whose path contains `path`: `then_on("chat.update", Behaviour::Hang)`.
    pub fn then_on(&self, path: &str, behaviour: Behaviour) -> &Self {
        self.with(|(queue, _)| queue.push_back(Step { path: path.to_owned(), behaviour }));
        self
    }

    /// The same for the next `count` requests.
    pub fn times(&self, count: usize, behaviour: &Behaviour) -> &Self {
        (0..count).for_each(|_| {
            self.then(behaviour.clone());
        });
        self
    }

    /// Every request from the moment when the queue is empty, until [`Self::heal`].
    pub fn repeat(&self, behaviour: Behaviour) -> &Self {
        self.repeat_on("", behaviour)
    }

    /// The same for the requests whose path contains `path`; a newer one goes before an older one.
    pub fn repeat_on(&self, path: &str, behaviour: Behaviour) -> &Self {
        self.with(|(_, always)| always.push(Step { path: path.to_owned(), behaviour }));
        self
    }

    /// Back to [`Behaviour::Ok`] for everything.
    pub fn heal(&self) {
        self.with(|(queue, always)| {
            queue.clear();
            always.clear();
        });
    }

    /// Steps that no request has used up. A test that planned faults should end with 0.
    pub fn left(&self) -> usize {
        self.with(|(queue, _)| queue.len())
    }

    /// Takes the step for a request.
    pub(super) fn next(&self, path: &str) -> Behaviour {
        self.with(|(queue, always)| {
            if let Some(step) =
                queue.iter().position(|s| path.contains(&s.path)).and_then(|i| queue.remove(i))
            {
                return step.behaviour;
            }
            let step = always.iter().rev().find(|s| path.contains(&s.path));
            step.map_or(Behaviour::Ok, |s| s.behaviour.clone())
        })
    }

    fn with<T>(&self, f: impl FnOnce(&mut (VecDeque<Step>, Vec<Step>)) -> T) -> T {
        f(&mut self.steps.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
