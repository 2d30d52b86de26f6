//! The parameters that a model may refuse: they are left out where it does, and that is remembered.
//!
//! Knows how a refusal is worded. Must not know how a request is written.

use std::sync::{Arc, Mutex, PoisonError};

/// What a request carries beside what every model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extras {
    /// The schema of the answer.
    pub schema: bool,
    /// The configured temperature.
    pub temperature: bool,
    /// Marks behind what is the same in the next request, so that the provider keeps it.
    pub cache: bool,
    /// The answer's bound under the name that every server of chat completions takes, `max_tokens`; OpenAI's newer models take
    /// it as `max_completion_tokens` alone.
    pub max_tokens: bool,
}

/// What a model is known to take.
#[derive(Debug, Clone)]
pub(super) struct Taken(Arc<Mutex<Extras>>);

impl Taken {
    /// Nothing of these is known to be refused yet.
    pub fn new(extras: Extras) -> Self {
        Self(Arc::new(Mutex::new(extras)))
    }

    /// What to send.
    pub fn known(&self) -> Extras {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request with these was answered.
    pub fn remember(&self, extras: Extras) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = extras;
    }
}

impl Extras {
    /// What to send in place of these after the refusal `words`: without the one that it names, else without the one
    /// that the fewest models take. `None` where that would not help.
    pub fn without_refused(self, words: &str) -> Option<Self> {
        if is_too_long(words) {
            return None;
        }
        let lower = words.to_lowercase();
        if self.max_tokens && lower.contains("max_completion_tokens") {
            return Some(Self { max_tokens: false, ..self });
        }
        let of_temperature = lower.contains("temperature") || lower.contains("sampling");
        if self.temperature && (of_temperature || !(self.schema || self.cache)) {
            return Some(Self { temperature: false, ..self });
        }
        if self.cache {
            return Some(Self { cache: false, ..self });
        }
        self.schema.then_some(Self { schema: false, ..self })
    }
}

/// Whether a refusal says that the prompt does not fit: servers say it as a request that is wrong (FACTS F).
pub(super) fn is_too_long(words: &str) -> bool {
    let lower = words.to_lowercase();
    ["too long", "context length", "context window", "context_length_exceeded", "too many tokens"]
        .iter()
        .any(|said| lower.contains(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_is_left_out_first() {
        let all = Extras { schema: true, temperature: true, cache: false, max_tokens: true };
        let plain = Extras { schema: false, temperature: false, cache: false, max_tokens: true };
        let talking = Extras { schema: false, temperature: true, cache: true, max_tokens: true };
        let renamed = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
        for (extras, words, next) in [
            (all, "`temperature` is deprecated for this model", Some(Extras { temperature: false, ..all })),
            (
                all,
                "outputConfig.textFormat: Extra inputs are not permitted",
                Some(Extras { schema: false, ..all }),
            ),
            (all, "malformed", Some(Extras { schema: false, ..all })),
            (all, renamed, Some(Extras { max_tokens: false, ..all })),
            (plain, renamed, Some(Extras { max_tokens: false, ..plain })),
            (Extras { max_tokens: false, ..plain }, renamed, None),
            (Extras { schema: false, ..all }, "malformed", Some(plain)),
            (Extras { temperature: false, ..all }, "temperature", Some(plain)),
            (plain, "temperature", None),
            (talking, "cachePoint is not supported", Some(Extras { cache: false, ..talking })),
            (talking, "temperature is deprecated", Some(Extras { temperature: false, ..talking })),
            (Extras { cache: false, ..talking }, "malformed", Some(plain)),
            (all, "Input is too long for requested model.", None),
            (all, "This model's maximum context length is 8192 tokens", None),
        ] {
            assert_eq!(extras.without_refused(words), next, "{extras:?} {words}");
        }
    }
}
