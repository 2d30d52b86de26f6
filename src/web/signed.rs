//! Signatures of those who share a secret with us: HMAC-SHA256 in hex (FACTS C, D), compared in constant time.
//!
//! Knows the arithmetic. Must not know whose header it stands in.

use ring::hmac;

use crate::secret::Secret;

/// Whether `hex` is the signature of `message` under `secret`. An empty secret signs nothing.
pub fn signs(secret: &Secret, message: &[u8], hex: &str) -> bool {
    let Some(tag) = bytes(hex) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    !secret.expose().is_empty() && hmac::verify(&key, message, &tag).is_ok()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let (pairs, []) = hex.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| u8::try_from(digit(high)? * 16 + digit(low)?).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Slack's documentation of request signing.
    #[test]
    fn slacks_own_example_is_signed_and_nothing_near_it() {
        let secret = Secret::new("8f742231b10e8888abcd99yyyzzz85a5");
        let message = "v0:1531420618:token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
            &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
            &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
            &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let hex = "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
        assert!(signs(&secret, message.as_bytes(), hex));
        assert!(signs(&secret, message.as_bytes(), &hex.to_uppercase()));
        let other = Secret::new("8f742231b10e8888abcd99yyyzzz85a6");
        for (secret, message, hex) in [
            (&secret, &message[1..], hex),
            (&secret, message, &hex[2..]),
            (&secret, message, &hex[1..]),
            (&secret, message, ""),
            (&secret, message, "zz"),
            (&other, message, hex),
            (&Secret::new(""), message, hex),
        ] {
            assert!(!signs(secret, message.as_bytes(), hex), "{hex}");
        }
    }
}
