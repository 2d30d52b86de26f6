//! Text that must not be shown: tokens, passwords, URLs that carry one.
//!
//! It cannot be printed or serialized by accident; [`Secret::expose`] is the one way out and easy to search for.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A secret from the configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the request that needs it and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `given` is this secret. Both are hashed first, so that the time taken depends on neither the
    /// place of the first difference nor the secret's length (FAULTS S3).
    pub fn matches(&self, given: &[u8]) -> bool {
        Sha256::digest(self.0.as_bytes()).ct_eq(&Sha256::digest(given)).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_only_itself_and_is_never_printed() {
        let secret = Secret::new("hunter2".to_owned());
        assert!(secret.matches(b"hunter2"));
        for wrong in [&b""[..], b"hunter", b"hunter22", b"Hunter2", b"\xff\xfe"] {
            assert!(!secret.matches(wrong));
        }
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "<secret> Some(<secret>)");
        assert_eq!(secret.expose(), "hunter2");
    }
}
