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
/// Shorter parts of an address are found everywhere and open nothing.
const LEAST_PART: usize = 6;

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

    /// `text`, such as a receiver's whole answer, without the secret, also as JSON escapes it. Of an address the parts
    /// that open something are hidden alone too: servers echo paths and parameters. Scrub before cutting: of half a
    /// secret nothing is found.
    pub fn scrub(&self, text: &str) -> String {
        let mut needles = self.needles();
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.iter().fold(text.to_owned(), |text, needle| {
            text.replace(needle, HIDDEN).replace(&needle.replace('/', "\\/"), HIDDEN)
        })
    }

    /// The secret, and of an address user and password, path and query, and each value in them.
    fn needles(&self) -> Vec<&str> {
        let mut needles = vec![self.0.as_str()];
        if let Some((_, rest)) = self.0.split_once("://") {
            let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
            let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
            let (place, query) = path.split_once('?').unwrap_or((path, ""));
            needles.extend([user, user.split_once(':').map_or("", |(_, password)| password)]);
            needles.extend([path, place, query]);
            // A word such as `webhook` is part of many an address and opens none.
            let opens = |value: &&str| value.bytes().any(|byte| !byte.is_ascii_lowercase());
            let values = query.split('&').filter_map(|pair| pair.split_once('=').map(|(_, value)| value));
            needles.extend(place.split('/').chain(values).filter(opens));
        }
        let whole = self.0.len();
        needles.retain(|needle| !needle.is_empty() && (needle.len() == whole || needle.len() >= LEAST_PART));
        needles
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

    #[test]
    fn of_an_address_each_part_that_opens_something_is_hidden() {
        let url = "https://bob:hunter2@hooks.example.com/services/T0/s3cr3tPath?token=s3cr3t&v=1";
        let secret = Secret::new(url);
        for echo in [
            url,
            "no such path /services/T0/s3cr3tPath?token=s3cr3t&v=1",
            "no such path /services/T0/s3cr3tPath.",
            r"no path \/services\/T0\/s3cr3tPath",
            "token s3cr3t is unknown",
            "s3cr3tPath is unknown",
            "bob:hunter2 is unknown",
            "wrong password hunter2",
        ] {
            let told = secret.scrub(echo);
            assert!(told.contains("<secret>"), "{told}");
            assert!(!told.contains("s3cr3t") && !told.contains("hunter2"), "{told}");
        }
        let plain = "hooks.example.com has no such service; see services";
        assert_eq!(secret.scrub(plain), plain);
    }
}
