//! Alertmanager's matchers: `severity="critical"`, `service=~"api|web"`, `{a=b,c!~d}` (FACTS A8).
//!
//! Knows the two grammars and how a matcher meets a label set. Must not know what a match is used for.
//!
//! Alertmanager's default reads a string with the UTF-8 grammar and with the older, classic one, and where both
//! accept it but disagree the classic reading wins. So whatever classic accepts means what classic says: it is asked
//! first, and the UTF-8 grammar, which knows the position of a fault, words the error where both refuse.
//!
//! Regexes are the `regex` crate's: like RE2 linear in time and without look-around, anchored at both ends. They differ
//! from Go's where `\d`, `\w`, `\s` mean Unicode's classes, a `{` that repeats nothing must be escaped, and there is no
//! `\Q…\E`.

mod classic;
#[cfg(test)]
mod tests;
mod utf8;

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer};

use super::Labels;

/// The most memory, in bytes, that one compiled regex may take: enough for alternations of thousands of hosts, too
/// little for a nested repetition that would take the process with it.
const REGEX_SIZE_LIMIT: usize = 4 << 20;

/// How a matcher compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Regex,
    /// `!~`
    NotRegex,
}

impl Operator {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }
}

/// Why a matcher cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("matcher `{input}`, character {position}: {what}")]
pub struct MatcherError {
    /// What was given.
    pub input: String,
    /// Where it goes wrong: characters from the beginning, the first is 1.
    pub position: usize,
    /// What is wrong there, and what was expected.
    pub what: String,
}

/// A fault found by a grammar: the byte where it stands, and what was expected.
type Fault = (usize, String);

/// A label name, an operator and a value, as a grammar read them, with the byte where the value begins.
struct Raw {
    name: String,
    operator: Operator,
    value: String,
    value_at: usize,
}

/// One condition on one label.
#[derive(Debug, Clone)]
pub struct Matcher {
    name: String,
    operator: Operator,
    value: String,
    regex: Option<Regex>,
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.operator, &self.value) == (&other.name, other.operator, &other.value)
    }
}

impl Eq for Matcher {}

impl Matcher {
    /// Reads exactly one matcher, without braces.
    ///
    /// # Errors
    /// When it is none, more than one, in braces, or its regex does not compile.
    pub fn parse(input: &str) -> Result<Self, MatcherError> {
        let refuse = |what: &str| error(input, &(0, what.to_owned()));
        if input.starts_with('{') || input.ends_with('}') {
            return Err(refuse("a single matcher stands without braces"));
        }
        let mut found = Matchers::parse(&[input])?.0;
        match (found.pop(), found.len()) {
            (Some(matcher), 0) => Ok(matcher),
            (None, _) => Err(refuse("there is no matcher; expected one such as severity=\"critical\"")),
            (Some(_), others) => {
                Err(refuse(&format!("expected one matcher, found {}", others.saturating_add(1))))
            }
        }
    }

    /// Compiles what a grammar read.
    fn compile(raw: Raw) -> Result<Self, Fault> {
        let Raw { name, operator, value, value_at } = raw;
        let regex = match operator {
            Operator::Equal | Operator::NotEqual => None,
            Operator::Regex | Operator::NotRegex => {
                let compiled =
                    RegexBuilder::new(&format!("^(?:{value})$")).size_limit(REGEX_SIZE_LIMIT).build();
                Some(compiled.map_err(|cause| (value_at, regex_fault(&value, &cause)))?)
            }
        };
        Ok(Self { name, operator, value, regex })
    }

    /// The label that it looks at.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it compares.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// What it compares with.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether the condition holds. A missing label equals the empty string.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.matches_value(labels.get(&self.name))
    }

    fn matches_value(&self, value: &str) -> bool {
        let found = |regex: &Option<Regex>| regex.as_ref().is_some_and(|regex| regex.is_match(value));
        match self.operator {
            Operator::Equal => self.value == value,
            Operator::NotEqual => self.value != value,
            Operator::Regex => found(&self.regex),
            Operator::NotRegex => !found(&self.regex),
        }
    }
}

/// The regex crate's own words without the several lines that draw the pattern.
fn regex_fault(value: &str, cause: &regex::Error) -> String {
    match cause {
        regex::Error::CompiledTooBig(limit) => {
            format!("the regex {value:?} needs more than {limit} bytes; write it shorter")
        }
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default().trim();
            format!("the regex {value:?} does not compile: {}", last.trim_start_matches("error: "))
        }
    }
}

impl fmt::Display for Matcher {
    /// As Alertmanager writes it: `service=~"api|web"`. Reading it again gives the same matcher.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if classic::is_name(&self.name) {
            f.write_str(&self.name)?;
        } else {
            write!(f, "\"{}\"", escape(&self.name))?;
        }
        write!(f, "{}\"{}\"", self.operator.as_str(), escape(&self.value))
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

/// How much a set of matchers says, in the order in which it counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Specificity {
    /// Matchers that need their label to be there.
    pub required: usize,
    /// Of these, the ones that name one value.
    pub exact: usize,
    /// All matchers.
    pub total: usize,
}

/// Conditions that must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matchers(Vec<Matcher>);

impl Matchers {
    /// Reads a list of strings, each holding one or several matchers, with or without braces: what Alertmanager
    /// takes under `matchers:`. All of them together are one set of conditions.
    ///
    /// # Errors
    /// For the first string that neither grammar accepts, or whose regex does not compile.
    pub fn parse<S: AsRef<str>>(inputs: &[S]) -> Result<Self, MatcherError> {
        let mut matchers = Vec::new();
        for input in inputs {
            let input = input.as_ref();
            matchers.extend(read(input).map_err(|fault| error(input, &fault))?);
        }
        Ok(Self(matchers))
    }

    /// Whether all conditions hold; an empty set always does.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|matcher| matcher.matches(labels))
    }

    /// How much it says, so that the most specific of several sets can be told.
    pub fn specificity(&self) -> Specificity {
        let required = self.0.iter().filter(|matcher| !matcher.matches_value(""));
        let exact = required.clone().filter(|matcher| matcher.operator == Operator::Equal);
        Specificity { required: required.clone().count(), exact: exact.count(), total: self.0.len() }
    }

    /// The conditions in the order in which they were written.
    pub fn iter(&self) -> impl Iterator<Item = &Matcher> {
        self.0.iter()
    }

    /// Whether there is no condition.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Classic first, then UTF-8. Where both refuse, the fault is UTF-8's, but for a regex that classic read and that does
/// not compile.
fn read(input: &str) -> Result<Vec<Matcher>, Fault> {
    let Ok(raws) = classic::read(input) else {
        return utf8::read(input).and_then(compile_all);
    };
    compile_all(raws).or_else(|fault| utf8::read(input).and_then(compile_all).map_err(|_| fault))
}

fn compile_all(raws: Vec<Raw>) -> Result<Vec<Matcher>, Fault> {
    raws.into_iter().map(Matcher::compile).collect()
}

fn error(input: &str, (at, what): &Fault) -> MatcherError {
    let before = input.char_indices().take_while(|(index, _)| index < at).count();
    MatcherError { input: input.to_owned(), position: before.saturating_add(1), what: what.clone() }
}

impl fmt::Display for Matchers {
    /// The conditions with `, ` between them, without braces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, matcher) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{matcher}")?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Matchers {
    /// From a list of strings, as under `matchers:`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let inputs = Vec::<String>::deserialize(deserializer)?;
        Self::parse(&inputs).map_err(serde::de::Error::custom)
    }
}
