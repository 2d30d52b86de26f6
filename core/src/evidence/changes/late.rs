//! Changes that an earlier look could not see yet, since their source has them late.
//!
//! Knows what was told already. Must not rename it: what is new comes under the ids that follow.

use chrono::{DateTime, Utc};

use super::{near, ranked};
use crate::alert::Labels;
use crate::evidence::excerpt::{excerpt, squeeze};
use crate::evidence::{Item, Kind, Redactor};

use super::ChangeEvent;
use super::runs::Run;

/// By so much of its beginning a title is known again, in characters: behind it stands how often it was.
const SAME: usize = 100;

/// What was not told before.
#[derive(Debug, PartialEq)]
pub struct Late {
    /// In the order of [`super::items`], under new ids.
    pub items: Vec<Item>,
    /// Whether one of them names what the alarm names: then the incident is another one than it seemed.
    pub decisive: bool,
}

/// What `events` say beyond the items that are `known`. A change that happened once more, nearer to the alarm, is new.
pub fn late(
    events: &[ChangeEvent],
    labels: &Labels,
    began: DateTime<Utc>,
    known: &[Item],
    redactor: &Redactor,
) -> Late {
    let known: Vec<&Item> = known.iter().filter(|item| item.kind == Kind::Change).collect();
    let number = |item: &&Item| item.id.get(1..).and_then(|number| number.parse::<usize>().ok());
    let next = known.iter().filter_map(number).max().unwrap_or(0);
    let is_new = |run: &Run<'_>| {
        let said = squeeze(&redactor.redact_line(&run.nearest.summary));
        let begins: String = excerpt(&said, SAME).as_str().chars().take(SAME - 1).collect();
        !known.iter().any(|item| item.at == Some(run.nearest.at) && item.title.as_str().starts_with(&begins))
    };
    let mut all = ranked(events, labels, began);
    all.retain(|(_, run)| is_new(run));
    let decisive = all.iter().any(|(kinship, run)| kinship.is_told_first(run.nearest.intent));
    let items = all.iter().enumerate();
    let items = items.map(|(i, (kinship, run))| near(next + i, run, *kinship, began, redactor)).collect();
    Late { items, decisive }
}

#[cfg(test)]
mod tests {
    use super::super::{Intent, items};
    use super::*;

    fn call(second: i64, name: &str, on: &str) -> ChangeEvent {
        ChangeEvent {
            at: DateTime::from_timestamp(1_763_629_800 + second, 0).unwrap(),
            source: "trail".into(),
            summary: format!("bob called lambda {name}"),
            origin: "lambda.amazonaws.com".into(),
            details: vec![("on".into(), on.into())],
            event: Some(format!("{name}-{second}")),
            ..ChangeEvent::default()
        }
    }

    fn began() -> DateTime<Utc> {
        DateTime::from_timestamp(1_763_629_800 + 600, 0).unwrap()
    }

    fn labels() -> Labels {
        [("dimension.FunctionName", "pay")].into_iter().collect()
    }

    #[test]
    fn what_is_known_keeps_its_id_and_what_is_new_follows() {
        let redactor = Redactor::default();
        let first = [call(0, "UpdateFunctionCode", "pay"), call(10, "TagResource", "logs")];
        let known = items(&first, &labels(), began(), &redactor);
        let same = late(&first, &labels(), began(), &known, &redactor);
        assert_eq!(same, Late { items: vec![], decisive: false }, "nothing came");

        let mut all = first.to_vec();
        all.push(call(500, "TagResource", "logs"));
        let found = late(&all, &labels(), began(), &known, &redactor);
        assert_eq!((found.items.len(), found.decisive), (1, false), "{found:?}");
        assert_eq!((found.items[0].id.as_str(), found.items[0].at), ("C3", Some(all[2].at)));
        assert!(found.items[0].title.as_str().contains(", 2 times, "), "{}", found.items[0].title);

        all.push(call(590, "PutFunctionConcurrency", "pay"));
        let found = late(&all, &labels(), began(), &known, &redactor);
        let told: Vec<_> = found.items.iter().map(|item| (item.id.as_str(), item.at)).collect();
        assert_eq!(told, [("C3", Some(all[3].at)), ("C4", Some(all[2].at))]);
        assert!(found.decisive, "it names the function");
        let both: Vec<Item> = known.into_iter().chain(found.items).collect();
        assert_eq!(late(&all, &labels(), began(), &both, &redactor).items, [], "once");
    }

    #[test]
    fn a_run_that_grew_farther_from_the_alarm_and_what_is_routine_decide_nothing() {
        let redactor = Redactor::default();
        let first = [call(500, "UpdateFunctionCode", "pay")];
        let known = items(&first, &labels(), began(), &redactor);
        let grown = [first[0].clone(), call(100, "UpdateFunctionCode", "other")];
        assert_eq!(late(&grown, &labels(), began(), &known, &redactor).items, []);
        let routine = ChangeEvent { intent: Intent::Routine, ..call(590, "Invoke", "pay") };
        assert!(!late(&[routine], &labels(), began(), &known, &redactor).decisive);
        let long = "x".repeat(400);
        let events = [call(5, &long, "pay"), call(7, "Übergröße", &long)];
        let known = items(&events, &labels(), began(), &redactor);
        assert_eq!(
            late(&events, &labels(), began(), &known, &redactor).items,
            [],
            "long names are known again"
        );
    }
}
