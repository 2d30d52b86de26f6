//! Addresses: which may be linked, and how a query is written.
//!
//! Knows URLs. Must not know pages.

/// The address, if a page may link to it: `http`, `https`, or a path of this server. Anything else (`javascript:`,
/// `data:`, `//host`) is shown as text or not at all.
pub(super) fn safe(url: &str) -> Option<String> {
    let clean = !url.chars().any(|c| c.is_control() || c.is_whitespace());
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let web = lower.starts_with("http://") || lower.starts_with("https://");
    let own = url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
    (clean && (web || own)).then(|| url.to_owned())
}

/// `a=1&b=x%20y`, in the order given.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
    pairs.join("&")
}

/// Percent-encodes everything but the unreserved characters (RFC 3986, section 2.3).
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_and_own_paths_are_linked() {
        for good in ["http://a", "HTTPS://a/b?c=d#e", "/incidents/4"] {
            assert_eq!(safe(good).as_deref(), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            " https://a",
            "java\nscript:x",
            "//evil",
            "/\\evil",
            "data:text/html,x",
            "",
            "ftp://a",
            "https://a\nb",
            "ééééé",
        ] {
            assert_eq!(safe(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_query_carries_any_text() {
        assert_eq!(query(&[("q", "a&b=c d"), ("é", "+")]), "q=a%26b%3Dc%20d&%C3%A9=%2B");
        assert_eq!(query(&[]), "");
    }
}
