//! Removes secrets and personal data; the only door to [`Redacted`].
//!
//! Knows the shapes of credentials and personal data. Must not know where a text comes from or who will read it.
//! It cleans first (`clean`), then applies the built-in rules (`rules`) and the configured ones, each in linear
//! time. A secret becomes `<kind:1f2e>`: the same secret gets the same placeholder, so that correlation survives.
//!
//! What the four digits protect: they are 16 bits of a hash, so no secret can be computed back from them, and a random
//! token or password stays unknown. What they do not protect: the hash has no key of the installation, so whoever has a
//! list of candidates, such as the mail addresses of a company, can find the few on it that fit (one in 65,536 fits by
//! chance). Who must not learn whether a guessable value occurred must not see the placeholders either.

mod beginning;
mod checks;
mod clean;
mod named;
mod personal;
mod redacted;
mod rules;

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::{Captures, Regex};
use sha2::{Digest, Sha256};

pub use redacted::Redacted;

/// A rule of the configuration, beside the built-in ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRule {
    /// What the placeholder says: `<name:1f2e>`; letters, digits and dashes.
    pub name: String,
    /// A regular expression. Its group `secret`, or else group 1, or else the whole match is replaced.
    pub pattern: String,
}

/// A rule or an allowance that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RedactionError {
    /// Not a regular expression, or too large a one.
    #[error("redaction pattern of `{name}` is not usable: {source}")]
    Pattern {
        /// The rule's name, or `allow`.
        name: String,
        /// What is wrong with it.
        source: regex::Error,
    },
    /// The placeholder would not be recognised as one.
    #[error("redaction rule name `{0}` must be 1 to 24 lower-case letters, digits or dashes")]
    Name(String),
}

/// The rules of redaction. Cheap to clone.
#[derive(Clone)]
pub struct Redactor {
    rules: Arc<[Rule]>,
    allow: Arc<[Regex]>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor {{ {} rules, {} allowed }}", self.rules.len(), self.allow.len())
    }
}

#[derive(Clone)]
struct Rule {
    kind: Arc<str>,
    regex: Regex,
    check: fn(&str) -> bool,
}

static BUILT_IN: LazyLock<Arc<[Rule]>> = LazyLock::new(|| {
    let all = rules::RULES.iter().chain(personal::RULES);
    all.filter_map(|(kind, pattern, check)| {
        Some(Rule { kind: Arc::from(*kind), regex: Regex::new(&ascii(pattern)).ok()?, check: *check })
    })
    .collect()
});

/// The built-in patterns know ASCII words only, which keeps their automata small and fast.
fn ascii(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)")
}

/// More rounds than any text has been seen to need; see [`Redactor::redact`].
const ROUNDS: usize = 4;

impl Default for Redactor {
    /// The built-in rules alone.
    fn default() -> Self {
        Self { rules: BUILT_IN.clone(), allow: Arc::from([]) }
    }
}

impl Redactor {
    /// The built-in rules, then `rules`; what one of the regular expressions of `allow` matches as a whole stays.
    ///
    /// # Errors
    /// When a pattern is no regular expression or a name would make no placeholder.
    pub fn new(rules: &[CustomRule], allow: &[String]) -> Result<Self, RedactionError> {
        let compile = |name: &str, pattern: &str| {
            Regex::new(pattern).map_err(|source| RedactionError::Pattern { name: name.to_owned(), source })
        };
        let mut all = BUILT_IN.to_vec();
        for rule in rules {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if rule.name.is_empty() || rule.name.len() > 24 || !rule.name.chars().all(plain) {
                return Err(RedactionError::Name(rule.name.clone()));
            }
            let regex = compile(&rule.name, &rule.pattern)?;
            all.push(Rule { kind: Arc::from(rule.name.as_str()), regex, check: |_| true });
        }
        let allow = allow.iter().map(|pattern| compile("allow", &format!("^(?:{pattern})$")));
        Ok(Self { rules: all.into(), allow: allow.collect::<Result<_, _>>()? })
    }

    /// The text without what must not leave: no secret, no personal data, no control, invisible or direction-turning
    /// character; line breaks and tabs stay. Doing it twice changes nothing: the rules are applied until they
    /// find nothing more.
    pub fn redact(&self, text: &str) -> Redacted {
        redacted::seal(self.applied(clean::text(text)))
    }

    /// The same for text that has to stay one line: line breaks and tabs become blanks first.
    pub fn redact_line(&self, text: &str) -> Redacted {
        redacted::seal(self.applied(clean::line(text)))
    }

    fn applied(&self, mut text: String) -> String {
        for _ in 0..ROUNDS {
            let mut changed = false;
            for rule in self.rules.iter() {
                if let Some(next) = self.apply(rule, &text) {
                    changed |= next != text;
                    text = next;
                }
            }
            if !changed {
                break;
            }
        }
        text
    }

    /// The text after one rule, or `None` where the rule finds nothing.
    fn apply(&self, rule: &Rule, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut done = 0;
        let taken = Placeholders::of(text);
        for found in rule.regex.captures_iter(text) {
            let Some(secret) = secret(&found) else { continue };
            let value = secret.as_str();
            if value.is_empty()
                || taken.touches(secret.range())
                || !(rule.check)(value)
                || self.allowed(value)
            {
                continue;
            }
            out.push_str(text.get(done..secret.start()).unwrap_or_default());
            out.push_str(&placeholder(&rule.kind, value));
            done = secret.end();
        }
        if done == 0 {
            return None;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        Some(out)
    }

    fn allowed(&self, value: &str) -> bool {
        self.allow.iter().any(|regex| regex.is_match(value))
    }
}

fn placeholder(kind: &str, secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"firstlook\0");
    hash.update(secret.as_bytes());
    let hash = hash.finalize();
    let (a, b) = (hash.first().copied().unwrap_or(0), hash.get(1).copied().unwrap_or(0));
    format!("<{kind}:{a:02x}{b:02x}>")
}

/// The group `secret`, or group 1, or the next that took part, or all of it.
fn secret<'t>(found: &Captures<'t>) -> Option<regex::Match<'t>> {
    found.name("secret").or_else(|| found.iter().skip(1).flatten().next()).or_else(|| found.get(0))
}

/// Where `<kind:1f2e>` already stands, so that no rule takes a placeholder, or a part of one, for a secret; and the names
/// that AWS gives its resources, a secret's own among them (`…:secret:prod/db`), which are no secrets.
struct Placeholders(Vec<Range<usize>>);

static PLACEHOLDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"<[a-z0-9-]{1,24}:[0-9a-f]{4}>|\barn:aws[a-z-]{0,12}:[a-z0-9-]{1,40}:[^\s"'<>,;]{1,256}"#)
        .ok()
});

impl Placeholders {
    fn of(text: &str) -> Self {
        let regex = PLACEHOLDER.as_ref();
        Self(regex.map_or_else(Vec::new, |regex| regex.find_iter(text).map(|found| found.range()).collect()))
    }

    /// Whether the range is a placeholder, lies in one or cuts one; a longer secret around a whole one does not.
    fn touches(&self, range: Range<usize>) -> bool {
        self.0.iter().any(|taken| {
            let apart = range.end <= taken.start || taken.end <= range.start;
            let around = range.start <= taken.start && taken.end <= range.end && range != *taken;
            !apart && !around
        })
    }
}

#[cfg(test)]
mod tests;
