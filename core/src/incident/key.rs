//! Which incident an alert belongs to, by its labels alone.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::alert::{AlertId, Labels};

/// `incidents.group_by` and `incidents.correlate_by`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grouping {
    /// Labels whose values make the key where `correlate_by` does not apply.
    pub group_by: Vec<String>,
    /// Labels that join alerts of different sources: used where an alert has all of them.
    pub correlate_by: Vec<String>,
}

/// The labels that group an incident, in a canonical form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupKey(Labels);

impl GroupKey {
    /// The key of an alert with these mapped labels. One that has none of the labels is a group of its own
    /// (DESIGN section 3): alerts that share nothing must not meet in a bucket of empty values.
    pub fn of(grouping: &Grouping, id: &AlertId, labels: &Labels) -> Self {
        let pick = |names: &[String]| -> Labels {
            names.iter().map(|name| (name.as_str(), labels.get(name))).collect()
        };
        let correlated = pick(&grouping.correlate_by);
        if !correlated.is_empty() && grouping.correlate_by.iter().all(|name| !labels.get(name).is_empty()) {
            return Self(correlated);
        }
        let grouped = pick(&grouping.group_by);
        if !grouped.is_empty() {
            return Self(grouped);
        }
        Self::alone(id)
    }

    /// The key of an alert that is a group by itself.
    pub fn alone(id: &AlertId) -> Self {
        let own = [("source", id.source.as_str()), ("fingerprint", id.fingerprint.as_str())];
        Self(own.into_iter().collect())
    }

    /// The labels of the key.
    pub fn labels(&self) -> &Labels {
        &self.0
    }

    /// SHA-256 over the labels: the address of the group's slot. Names and values are length-prefixed, so that
    /// no two sets of labels share a preimage.
    pub fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        for (name, value) in self.0.iter() {
            for part in [name, value] {
                hasher.update((part.len() as u64).to_be_bytes());
                hasher.update(part.as_bytes());
            }
        }
        hasher.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(correlate: &[&str], labels: &[(&str, &str)]) -> GroupKey {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let grouping = Grouping { group_by: own(&["service", "alertname"]), correlate_by: own(correlate) };
        let id = AlertId { source: "alertmanager/main".into(), fingerprint: "00ff".into() };
        GroupKey::of(&grouping, &id, &labels.iter().copied().collect())
    }

    #[test]
    fn which_labels_make_the_key() {
        let alert = [("alertname", "X"), ("service", "api"), ("pod", "1")];
        assert_eq!(key(&[], &alert).labels().to_string(), r#"{alertname="X", service="api"}"#);
        assert_eq!(key(&["service"], &alert).labels().to_string(), r#"{service="api"}"#);
        // Only all labels of `correlate_by` together join sources.
        assert_eq!(key(&["service", "env"], &alert), key(&[], &alert));
        // A missing label of `group_by` is left out.
        assert_eq!(key(&[], &[("alertname", "X")]).labels().to_string(), r#"{alertname="X"}"#);
        // None of them: its own group.
        let own = key(&[], &[("pod", "1")]);
        assert_eq!(own.labels().to_string(), r#"{fingerprint="00ff", source="alertmanager/main"}"#);
    }

    #[test]
    fn different_labels_never_share_a_hash_preimage() {
        let one = key(&[], &[("alertname", "ab"), ("service", "c")]);
        let two = key(&[], &[("alertname", "a"), ("service", "bc")]);
        assert_ne!(one.hash(), two.hash());
        assert_eq!(one.hash(), key(&[], &[("service", "c"), ("alertname", "ab")]).hash());
    }
}
