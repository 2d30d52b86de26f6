//! What has a name or a place of its own: the values of labels and annotations, and addresses.
//!
//! Knows that a name can announce a secret which the value alone does not show, and which parts of an address hold
//! credentials. Must not know where names and addresses come from.

use super::{Placeholders, Redacted, Redactor, clean, placeholder, redacted};

impl Redactor {
    /// The value of a label, annotation or parameter that is called `name`: without what must not leave, as
    /// [`Redactor::redact`] does it. Where it is the name that announces a secret, as in `db_password`, the whole value
    /// becomes a placeholder, however many words it has.
    pub fn redact_value(&self, name: &str, value: &str) -> Redacted {
        let alone = self.applied(clean::text(value));
        let prefix = format!("{}=", clean::line(name));
        let named = self.applied(format!("{prefix}{alone}"));
        let done = Placeholders::of(&alone).0.contains(&(0..alone.len()));
        if done || named.strip_prefix(&prefix) == Some(&alone) || self.allowed(value) {
            return redacted::seal(alone);
        }
        // A name that is itself redacted says nothing certain about its value: then nothing is told.
        redacted::seal(placeholder("secret", value))
    }

    /// A foreign web address as it may be told: `http` or `https`, without user and password, without the values of
    /// parameters that hold a secret. `None` where it is no such address, or a secret stands in another part of it.
    pub fn redact_url(&self, url: &str) -> Option<Redacted> {
        let harmless = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '|' | '"' | '\\');
        let (scheme, rest) = url.split_once("://").filter(|_| url.chars().all(harmless))?;
        if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
            return None;
        }
        let (address, fragment) = rest.split_once('#').map_or((rest, None), |(a, f)| (a, Some(f)));
        let (place, query) = address.split_once('?').map_or((address, None), |(p, q)| (p, Some(q)));
        let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
        let host = authority.rsplit('@').next().unwrap_or_default();
        let mut told = format!("{scheme}://{host}{path}");
        for (mark, parameters) in [('?', query), ('#', fragment)] {
            if let Some(parameters) = parameters {
                told.push(mark);
                told.push_str(&self.parameters(parameters));
            }
        }
        let passed = self.applied(told.clone());
        (!host.is_empty() && passed == told).then(|| redacted::seal(told))
    }

    /// `a=1&token=`: parameters keep their names, and their values where those are harmless.
    fn parameters(&self, text: &str) -> String {
        let one = |pair: &str| match pair.split_once('=') {
            Some((name, value)) if self.redact_value(name, value).as_str() != value => format!("{name}="),
            _ => pair.to_owned(),
        };
        text.split('&').map(one).collect::<Vec<_>>().join("&")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str, value: &str) -> String {
        Redactor::default().redact_value(name, value).to_string()
    }

    #[test]
    fn a_name_announces_what_the_value_does_not_show() {
        for (name, secret) in [
            ("db_password", "hunter2-prod"),
            ("db_password", "correct horse battery"),
            ("DB_PASSWORD", "two\nlines"),
            ("api_key", "q7w8e9"),
            ("token", "a1b2c3d4e5"),
            ("summary", "login with password=hunter2-prod failed"),
            ("who@example.com", "hunter2-prod"),
        ] {
            let told = value(name, secret);
            for word in secret.split_whitespace().filter(|w| !["login", "with", "failed"].contains(w)) {
                assert!(!told.contains(word), "{name}: {told}");
            }
            assert!(told.contains(":"), "{name}: {told}");
            assert_eq!(value(name, &told), told, "twice is once");
        }
        assert_eq!(value("summary", "login failed, password=hunter2").find("login failed, "), Some(0));
    }

    #[test]
    fn harmless_values_stay_whatever_their_name_is() {
        for (name, text) in [
            ("alertname", "PaymentApi5xxRateHigh"),
            ("instance", "10.0.0.1:9100"),
            ("description", "More than 5% of requests fail; see the runbook."),
            ("password", ""),
            ("pass", "12"),
            ("namespace", "prod=tokyo"),
            ("cluster", "日本"),
        ] {
            assert_eq!(value(name, text), text, "{name}");
        }
    }

    #[test]
    fn an_address_is_told_without_its_credentials_or_not_at_all() {
        let redactor = Redactor::default();
        for (url, told) in [
            (
                "http://prom:9090/graph?g0.expr=up%20%3D%3D%200&g0.tab=1",
                Some("http://prom:9090/graph?g0.expr=up%20%3D%3D%200&g0.tab=1"),
            ),
            ("https://bob:hunter2@prom/graph?a=1", Some("https://prom/graph?a=1")),
            ("https://a@b@prom/", Some("https://prom/")),
            (
                "https://prom/g?token=a1b2c3d4e5f6&x=1#password=hunter2",
                Some("https://prom/g?token=&x=1#password="),
            ),
            ("HTTPS://prom", Some("HTTPS://prom")),
            ("https://prom/x?mail=bob@example.com", Some("https://prom/x?mail=")),
            ("https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXX", None),
            ("javascript:alert(1)", None),
            ("javascript://x/%0aalert(1)", None),
            ("https://", None),
            ("https://user:pw@", None),
            ("https://evil\\@prom/", None),
            ("https://prom/a b", None),
            ("/graph", None),
            ("", None),
        ] {
            assert_eq!(redactor.redact_url(url).as_ref().map(Redacted::as_str), told, "{url}");
        }
    }
}
