//! The calls that ask one kind of source: CloudWatch's metrics, traces, access logs.
//!
//! Knows their inputs. Must not know how a source is asked, nor take anything that a source would run.

use std::collections::BTreeSet;

use super::Request;
use super::input::Input;
use crate::evidence::access::DIMENSIONS;

/// The longest name or value that CloudWatch has, in characters.
const NAME_CHARS: usize = 255;
/// Requests are grouped by at most so many dimensions: more give groups of one.
const MOST_BY: usize = 3;

impl Input<'_> {
    pub(super) fn metrics(&self) -> Result<Request, String> {
        let namespace = self.has("namespace").then(|| self.text("namespace", NAME_CHARS)).transpose()?;
        Ok(Request::Metrics { source: self.choice("source")?, namespace, words: self.words("words")? })
    }

    pub(super) fn metric(&self) -> Result<Request, String> {
        Ok(Request::Metric {
            source: self.choice("source")?,
            namespace: self.text("namespace", NAME_CHARS)?,
            metric: self.text("metric", NAME_CHARS)?,
            dimensions: self.pairs("dimensions")?,
            stat: self.choice("stat")?,
        })
    }

    pub(super) fn traces(&self) -> Result<Request, String> {
        let service = self.has("service").then(|| self.text("service", NAME_CHARS)).transpose()?;
        // X-Ray does not say how a quote is escaped.
        if service
            .as_ref()
            .is_some_and(|name| name.contains(['"', '\'', '\\', '`']) || name.contains(char::is_control))
        {
            return Err("`service` is a name alone, without quotes and backslashes.".to_owned());
        }
        Ok(Request::Traces { source: self.choice("source")?, service, words: self.words("words")? })
    }

    pub(super) fn access(&self) -> Result<Request, String> {
        let asked = self.words("by")?;
        let known = |word: &String| DIMENSIONS.iter().find(|one| one.eq_ignore_ascii_case(word)).copied();
        let by: BTreeSet<&str> = asked.iter().filter_map(known).collect();
        if by.is_empty() || by.len() > MOST_BY || asked.iter().any(|word| known(word).is_none()) {
            return Err(format!("`by` has to hold one to {MOST_BY} of: {}.", DIMENSIONS.join(", ")));
        }
        let only = DIMENSIONS.iter().filter(|name| self.has(name));
        Ok(Request::Access {
            source: self.choice("source")?,
            by: by.into_iter().map(str::to_owned).collect(),
            only: only
                .map(|name| Ok(((*name).to_owned(), self.value(name)?)))
                .collect::<Result<_, String>>()?,
        })
    }
}
