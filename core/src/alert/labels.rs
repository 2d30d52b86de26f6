//! A set of label names and values, ordered by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Label names and values. A missing label equals the empty string, as everywhere in the field (FACTS A8),
/// so an empty value is never stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    /// The value of `name`, or the empty string.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Sets `name`, or removes it where `value` is empty.
    pub fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Names and values in order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What both sets say alike.
    pub fn common(&self, other: &Self) -> Self {
        self.iter().filter(|(name, value)| other.get(name) == *value).collect()
    }
}

impl From<BTreeMap<String, String>> for Labels {
    fn from(map: BTreeMap<String, String>) -> Self {
        Self(map.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }
}

impl From<Labels> for BTreeMap<String, String> {
    fn from(labels: Labels) -> Self {
        labels.0
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Labels {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let mut labels = Self::default();
        for (name, value) in pairs {
            labels.set(name, value);
        }
        labels
    }
}

impl std::fmt::Display for Labels {
    /// As Prometheus writes it: `{a="1", b="2"}`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{name}={value:?}")?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_is_a_missing_label() {
        let labels: Labels = [("a", "1"), ("b", "")].into_iter().collect();
        assert_eq!(labels.len(), 1);
        assert_eq!(labels.get("b"), "");
        let read: Labels = serde_json::from_str(r#"{"a":"1","b":""}"#).unwrap();
        assert_eq!(read, labels);
    }

    #[test]
    fn common_keeps_what_is_equal() {
        let one: Labels = [("a", "1"), ("b", "2")].into_iter().collect();
        let two: Labels = [("a", "1"), ("b", "3"), ("c", "4")].into_iter().collect();
        assert_eq!(one.common(&two).to_string(), r#"{a="1"}"#);
    }
}
