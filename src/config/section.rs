//! Reading a mapping key by key: unknown keys, substitution, secrets, durations, and errors with a line.
//!
//! Knows how configuration is written. Must not know which sections there are.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;

use super::yaml::{Member, Node, Value};
use super::{Error, Warning};
use crate::secret::Secret;

/// What the configuration may ask of the world around it.
pub struct Surroundings<'a> {
    /// The value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The text of a file that a `…_file` key names; the error is for people.
    pub read: &'a dyn Fn(&Path) -> Result<String, String>,
}

/// One file being read.
pub struct Context<'a> {
    /// Its name in errors.
    pub file: &'a str,
    /// What relative paths begin at: the folder of the file.
    pub base: &'a Path,
    /// Variables and files.
    pub around: &'a Surroundings<'a>,
    /// What has no effect in this version.
    pub warnings: RefCell<Vec<Warning>>,
}

impl Context<'_> {
    /// An error at `line`.
    pub fn error(&self, line: usize, text: impl Into<String>) -> Error {
        Error { file: self.file.to_owned(), line: Some(line), text: text.into() }
    }

    /// Notes that `key` has no effect.
    pub fn warn(&self, line: usize, key: &str, text: String) {
        self.warnings.borrow_mut().push(Warning { line, key: key.to_owned(), text });
    }

    /// The text of a scalar with its variables put in. That happens after parsing, so that no value can change the
    /// file's structure. `$$` is a dollar sign.
    pub fn text(&self, key: &str, node: &Node) -> Result<Option<String>, Error> {
        let written = match &node.value {
            Value::Null => return Ok(None),
            Value::Scalar(text) => text,
            Value::List(_) | Value::Map(_) => {
                return Err(self.error(node.line, format!("`{key}` must be text")));
            }
        };
        let mut text = String::new();
        let mut rest = written.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            text.push_str(before);
            rest = after;
            if let Some(after) = rest.strip_prefix('$') {
                text.push('$');
                rest = after;
            } else if let Some(reference) = rest.strip_prefix('{') {
                let (name, after) = reference.split_once('}').ok_or_else(|| {
                    self.error(node.line, format!("`{key}`: `${{` has no `}}`; write `$$` for a dollar sign"))
                })?;
                let value = (self.around.variable)(name).ok_or_else(|| {
                    self.error(node.line, format!("`{key}`: the environment variable {name:?} is not set"))
                })?;
                text.push_str(&value);
                rest = after;
            } else {
                text.push('$');
            }
        }
        text.push_str(rest);
        Ok(Some(text))
    }
}

/// A mapping whose keys have been checked.
pub struct Section<'a> {
    /// The file.
    pub context: &'a Context<'a>,
    /// As errors call it, such as `receivers[0].slack_configs[1]`; empty at the top.
    pub path: String,
    /// Where it begins.
    pub line: usize,
    members: &'a [Member],
}

impl<'a> Section<'a> {
    /// Opens `node`. A key in `later` is of a later version and gives a warning; one in neither list is an error.
    pub fn open(
        context: &'a Context<'a>,
        node: &'a Node,
        path: &str,
        known: &[&str],
        later: &[&str],
    ) -> Result<Self, Error> {
        let members = match &node.value {
            Value::Map(members) => members.as_slice(),
            Value::Null => &[],
            Value::Scalar(_) | Value::List(_) => {
                let name = if path.is_empty() { "the configuration" } else { path };
                return Err(context.error(node.line, format!("`{name}` must be a mapping of keys to values")));
            }
        };
        let section = Self { context, path: path.to_owned(), line: node.line, members };
        for member in members {
            let key = member.key.as_str();
            if later.contains(&key) {
                let full = section.name(key);
                context.warn(member.line, &full, format!("in this version `{full}` has no effect"));
            } else if !known.contains(&key) {
                return Err(context.error(member.line, section.unknown(key, known.iter().chain(later))));
            }
        }
        Ok(section)
    }

    fn unknown<'k>(&self, key: &str, known: impl Iterator<Item = &'k &'k str>) -> String {
        let whole = if self.path.is_empty() { String::new() } else { format!(" in `{}`", self.path) };
        let known: Vec<&str> = known.copied().collect();
        let nearest = known
            .iter()
            .map(|k| (strsim::damerau_levenshtein(key, k), *k))
            .min()
            .filter(|(distance, k)| *distance <= (k.len() / 2).max(1));
        let hint = nearest.map_or_else(
            || format!("its keys are {}", known.join(", ")),
            |(_, nearest)| format!("did you mean `{nearest}`?"),
        );
        format!("unknown key `{key}`{whole}: {hint}")
    }

    /// The full name of `key`.
    pub fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// An error at the line of `key`, or at the section's where it is absent.
    pub fn error(&self, key: &str, text: impl std::fmt::Display) -> Error {
        let line = self.get(key).map_or(self.line, |member| member.line);
        self.context.error(line, format!("`{}` {text}", self.name(key)))
    }

    fn get(&self, key: &str) -> Option<&'a Member> {
        self.members.iter().find(|member| member.key == key)
    }

    /// The node of `key`, unless it is absent or null.
    pub fn node(&self, key: &str) -> Option<&'a Node> {
        self.get(key).map(|member| &member.node).filter(|node| node.value != Value::Null)
    }

    /// Text that may not be empty, if the key is there.
    pub fn text(&self, key: &str) -> Result<Option<String>, Error> {
        let Some(node) = self.node(key) else { return Ok(None) };
        match self.context.text(&self.name(key), node)? {
            Some(text) if text.trim().is_empty() => Err(self.error(key, "is empty")),
            text => Ok(text),
        }
    }

    /// Text that must be there; `remedy` says what to write.
    pub fn required(&self, key: &str, remedy: &str) -> Result<String, Error> {
        self.text(key)?.ok_or_else(|| self.error(key, format!("is missing: {remedy}")))
    }

    /// A secret `key`, or the content of the file that `key_file` names without its last line break.
    pub fn secret(&self, key: &str) -> Result<Option<Secret>, Error> {
        let file_key = format!("{key}_file");
        let (given, file) = (self.text(key)?, self.text(&file_key)?);
        match (given, file) {
            (Some(_), Some(_)) => Err(self.error(&file_key, format!("and `{key}` are both given: keep one"))),
            (Some(text), None) => Ok(Some(Secret::new(text))),
            (None, None) => Ok(None),
            (None, Some(file)) => {
                let path = self.context.base.join(&file);
                let text = (self.context.around.read)(&path).map_err(|why| {
                    self.error(&file_key, format!("{} cannot be read: {why}", path.display()))
                })?;
                let text = text.trim_end_matches(['\r', '\n']);
                if text.is_empty() {
                    return Err(self.error(&file_key, format!("{} is empty", path.display())));
                }
                Ok(Some(Secret::new(text.to_owned())))
            }
        }
    }

    /// An `http` or `https` URL.
    pub fn url(&self, key: &str) -> Result<Option<String>, Error> {
        let Some(url) = self.text(key)? else { return Ok(None) };
        self.check_url(key, &url)?;
        Ok(Some(url.trim_end_matches('/').to_owned()))
    }

    /// Complains where `url` is none. It is not repeated, since it may carry a token.
    pub fn check_url(&self, key: &str, url: &str) -> Result<(), Error> {
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        match rest {
            Some(rest)
                if !rest.is_empty() && !rest.starts_with('/') && !url.contains(char::is_whitespace) =>
            {
                Ok(())
            }
            _ => Err(self.error(key, "is not a URL: it begins with http:// or https:// and a host")),
        }
    }

    /// A path; a relative one begins at the folder of the configuration file.
    pub fn path(&self, key: &str) -> Result<Option<PathBuf>, Error> {
        Ok(self.text(key)?.map(|path| self.context.base.join(path)))
    }

    /// A duration such as `15m` or `1h30m`, `default` where absent.
    pub fn duration(&self, key: &str, default: Duration) -> Result<Duration, Error> {
        let Some(text) = self.text(key)? else { return Ok(default) };
        duration(&text).ok_or_else(|| {
            self.error(key, format!("{text:?} is not a duration: write `20s`, `15m`, `1h30m` or `2d`"))
        })
    }

    /// As [`Section::duration`], for arithmetic with times.
    pub fn delta(&self, key: &str, default: TimeDelta) -> Result<TimeDelta, Error> {
        let default = default.to_std().unwrap_or_default();
        let duration = self.duration(key, default)?;
        TimeDelta::from_std(duration).map_err(|_| self.error(key, "is too long"))
    }

    /// A whole number within `range`.
    pub fn integer(
        &self,
        key: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<u64, Error> {
        let Some(text) = self.text(key)? else { return Ok(default) };
        text.trim().replace('_', "").parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            let (from, to) = (range.start(), range.end());
            self.error(key, format!("{text:?} is not a whole number from {from} to {to}"))
        })
    }

    /// `true` or `false`.
    pub fn boolean(&self, key: &str, default: bool) -> Result<bool, Error> {
        match self.text(key)?.as_deref() {
            None => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(other) => Err(self.error(key, format!("{other:?} is neither true nor false"))),
        }
    }

    /// The items of a list, with each item's name.
    pub fn list(&self, key: &str) -> Result<Vec<(String, &'a Node)>, Error> {
        let Some(node) = self.node(key) else { return Ok(Vec::new()) };
        let Value::List(items) = &node.value else {
            return Err(self.error(key, "must be a list: begin each item with `-`"));
        };
        let name = self.name(key);
        Ok(items.iter().enumerate().map(|(index, item)| (format!("{name}[{index}]"), item)).collect())
    }

    /// A list of texts with their lines; `None` where the key is absent.
    pub fn texts(&self, key: &str) -> Result<Option<Vec<(String, usize)>>, Error> {
        if self.node(key).is_none() {
            return Ok(None);
        }
        let mut texts = Vec::new();
        for (name, node) in self.list(key)? {
            let text = self.context.text(&name, node)?.unwrap_or_default();
            if text.is_empty() {
                return Err(self.context.error(node.line, format!("`{name}` is empty")));
            }
            texts.push((text, node.line));
        }
        Ok(Some(texts))
    }

    /// The mapping at `key`, if it is there.
    pub fn section(&self, key: &str, known: &[&str], later: &[&str]) -> Result<Option<Section<'a>>, Error> {
        let open = |node| Section::open(self.context, node, &self.name(key), known, later);
        self.node(key).map(open).transpose()
    }
}

/// Seconds and their kin, each unit at most once and from large to small, as Prometheus writes durations.
pub fn duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, u64); 6] =
        [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
    let mut rest = text.trim();
    let mut units = UNITS.iter();
    let mut total: u64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(digits)?;
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        let (_, milliseconds) = units.find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*milliseconds)?)?;
        rest = after;
    }
    Some(Duration::from_millis(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in
            [("20s", 20), ("15m", 900), ("1h30m", 5400), ("2d", 172_800), ("1w1s", 604_801), (" 0s ", 0)]
        {
            assert_eq!(duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(duration("1s500ms"), Some(Duration::from_millis(1500)));
        for wrong in [
            "",
            "15",
            "m",
            "-1s",
            "1.5h",
            "15 m",
            "30m1h",
            "1h1h",
            "1x",
            "99999999999999999999s",
            "9999999999999999w",
            "é1s",
        ] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
