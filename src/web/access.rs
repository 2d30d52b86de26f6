//! Whether a sender shows the credentials of its source. Compared in constant time, whole header against whole header
//! or password against password, so that nothing can be learned byte by byte (FAULTS S3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::config::Authorization;
use crate::secret::Secret;

/// Whether the value of an `Authorization` header is what `wanted` asks for. The scheme's case does not matter
/// (RFC 9110 section 11.1), everything else does.
pub fn allows(wanted: &Authorization, given: &[u8]) -> bool {
    let Some(space) = given.iter().position(|byte| *byte == b' ') else { return false };
    let (scheme, rest) = given.split_at(space);
    let credentials = rest.trim_ascii_start();
    match wanted {
        Authorization::Header { scheme: expected, credentials: secret } => {
            scheme.eq_ignore_ascii_case(expected.as_bytes()) && secret.matches(credentials)
        }
        Authorization::Basic { username, password } => {
            let Ok(pair) = STANDARD.decode(credentials) else { return false };
            let Some(colon) = pair.iter().position(|byte| *byte == b':') else { return false };
            let (name, secret) = pair.split_at(colon);
            // Both are compared whatever the first says: nothing tells which of them was wrong.
            let named = Secret::new(username.as_str()).matches(name);
            let known = password.matches(secret.get(1..).unwrap_or_default());
            scheme.eq_ignore_ascii_case(b"basic") & named & known
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearer_and_basic() {
        let bearer =
            Authorization::Header { scheme: "Bearer".into(), credentials: Secret::new("s3cret".to_owned()) };
        let basic = Authorization::Basic { username: "am".into(), password: Secret::new("a:b".to_owned()) };
        let encoded = |text: &str| format!("Basic {}", STANDARD.encode(text));
        let cases = [
            (&bearer, "Bearer s3cret".to_owned(), true),
            (&bearer, "bearer  s3cret".to_owned(), true),
            (&bearer, "Bearer s3cre".to_owned(), false),
            (&bearer, "Bearer".to_owned(), false),
            (&bearer, "s3cret".to_owned(), false),
            (&bearer, encoded("am:s3cret"), false),
            (&basic, encoded("am:a:b"), true),
            (&basic, encoded("am:a"), false),
            (&basic, encoded("ama:b"), false),
            (&basic, "Basic !!!".to_owned(), false),
            (&basic, "Bearer a:b".to_owned(), false),
        ];
        for (wanted, given, expected) in cases {
            assert_eq!(allows(wanted, given.as_bytes()), expected, "{given}");
        }
    }
}
