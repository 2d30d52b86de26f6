//! Words of the database to types, with an error that names the place.

use firstlook_core::alert::{AlertStatus, Labels, Severity};
use firstlook_core::incident::Status;
use serde::de::DeserializeOwned;

use super::StoreError;

/// Where a value was read, for the error.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub table: &'static str,
    pub row: &'a (dyn std::fmt::Display + Sync),
}

impl At<'_> {
    pub(super) fn corrupt(&self, column: &'static str, reason: impl std::fmt::Display) -> StoreError {
        StoreError::Corrupt {
            table: self.table,
            column,
            row: self.row.to_string(),
            reason: reason.to_string(),
        }
    }

    pub(super) fn severity(&self, column: &'static str, word: &str) -> Result<Severity, StoreError> {
        Severity::parse(word).ok_or_else(|| self.corrupt(column, format!("{word:?} is no severity")))
    }

    pub(super) fn status(&self, word: &str) -> Result<Status, StoreError> {
        [Status::Open, Status::Acknowledged, Status::Resolved]
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| self.corrupt("status", format!("{word:?} is no status of an incident")))
    }

    pub(super) fn alert_status(&self, word: &str) -> Result<AlertStatus, StoreError> {
        [AlertStatus::Firing, AlertStatus::Resolved]
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| self.corrupt("status", format!("{word:?} is no status of an alert")))
    }

    pub(super) fn json<T: DeserializeOwned>(
        &self,
        column: &'static str,
        value: serde_json::Value,
    ) -> Result<T, StoreError> {
        serde_json::from_value(value).map_err(|error| self.corrupt(column, error))
    }

    pub(super) fn labels(
        &self,
        column: &'static str,
        value: serde_json::Value,
    ) -> Result<Labels, StoreError> {
        self.json(column, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_names_table_column_and_row() {
        let at = At { table: "incident", row: &482 };
        let error = at.severity("severity", "sev0").unwrap_err().to_string();
        assert_eq!(error, "table incident, column severity, row 482: \"sev0\" is no severity");
        assert!(at.status("open").is_ok() && at.alert_status("gone").is_err());
    }
}
