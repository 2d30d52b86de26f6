//! A credential of ours: it can be used, and not be shown.
//!
//! Knows how to keep a text out of `Debug`, errors and logs. Must not know what it opens.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A token, key or address that must not be seen. It has no `Display`, and `Debug` prints `<secret>`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

/// What stands in the place of a secret.
const HIDDEN: &str = "<secret>";

impl Secret {
    /// Takes a secret from where it was configured.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself, for the request that needs it and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `other` is this secret, in a time that tells neither where they differ nor how long it is.
    pub fn matches(&self, other: &[u8]) -> bool {
        let digest = |bytes: &[u8]| Sha256::digest(bytes);
        digest(self.0.as_bytes()).ct_eq(&digest(other)).into()
    }

    /// `text`, such as a receiver's answer, without the secret.
    pub fn scrub(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, HIDDEN) }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.0.as_bytes())
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_compared_and_never_shown() {
        let secret = Secret::new("xoxb-1");
        assert!(secret.matches(b"xoxb-1") && secret == Secret::new("xoxb-1"));
        for other in [&b""[..], b"xoxb-", b"xoxb-2", b"xoxb-11"] {
            assert!(!secret.matches(other));
        }
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "<secret> Some(<secret>)");
        assert_eq!(secret.scrub("bad token xoxb-1!"), "bad token <secret>!");
        assert_eq!(Secret::new("").scrub("text"), "text");
    }
}
