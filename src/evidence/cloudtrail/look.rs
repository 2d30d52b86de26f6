//! What an analysis asks of CloudTrail: what was done to something, by somebody, or by a call, each by its whole name.
//!
//! Knows which names are asked for. Must not know the API: its siblings do.

use std::time::Duration;

use firstlook_core::evidence::Window;
use firstlook_core::evidence::changes::ChangeEvent;
use firstlook_core::evidence::cloudtrail::{change, is_global};
use firstlook_core::evidence::cloudwatch::console;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::super::{Fault, Moment, once};
use super::pages::Attribute;
use super::{Changed, CloudTrail, Place, shown};

/// Names of one question: each is asked for in three ways, at the pace of two a second.
const MOST_NAMES: usize = 4;
/// Pages for each of them: the newest 50 events.
const PAGES: usize = 1;

impl CloudTrail {
    /// The calls that wrote something to what has one of these names, by who has it, or by a call that has it, from
    /// `changes.before` ahead of the moment's window until its end.
    ///
    /// # Errors
    /// When nothing at all could be had.
    pub async fn named(&self, moment: &Moment, names: &[String]) -> Result<Changed, Fault> {
        let until = Instant::now() + self.timeout - (self.timeout / 10).min(Duration::from_secs(1));
        let end = moment.window.end.min(crate::clock::now());
        let range = Window { start: moment.window.start - self.before, end };
        // No name has a space in it.
        let names: Vec<&String> =
            names.iter().filter(|name| !name.contains(char::is_whitespace)).take(MOST_NAMES).collect();
        let places = self.places(moment);
        let asked = places.iter().map(|place| self.of_place(place, &names, range, until));
        let (mut found, mut reached) = (Changed::default(), names.is_empty());
        for (one, answered) in join_all(asked).await {
            reached |= answered;
            found.events.extend(one.events);
            one.faults.into_iter().for_each(|fault| once(&mut found.faults, fault));
        }
        match found.faults.first() {
            Some(fault) if !reached => Err(fault.clone()),
            _ => Ok(found),
        }
    }

    /// What one region has, and whether it answered at all.
    async fn of_place(
        &self,
        place: &Place,
        names: &[&String],
        range: Window,
        until: Instant,
    ) -> (Changed, bool) {
        let (mut found, mut reached) = (Changed::default(), false);
        let ways = |name| [Attribute::Resource(name), Attribute::User(name), Attribute::Name(name)];
        for (name, attribute) in names.iter().flat_map(|name| ways(name).map(|way| (name, way))) {
            let asked = self.pages(place, attribute, range, PAGES, until).await;
            reached |= asked.fault.is_none();
            asked.fault.into_iter().for_each(|fault| once(&mut found.faults, fault));
            if let Some(cut) = asked.cut {
                let reason =
                    format!("of the events of {name} those before {} were not looked at", super::clock(cut));
                once(&mut found.faults, Fault::unavailable(reason, "name what was changed more exactly"));
            }
            let query = shown::command(&place.region, &attribute, range);
            let calls =
                asked.calls.iter().filter(|call| !call.read_only && (!place.global || is_global(call)));
            let events = calls.filter_map(|call| {
                change(call, query.clone(), console::calls(&place.region, &call.name, range))
            });
            found.events.extend(events.collect::<Vec<ChangeEvent>>());
        }
        (found, reached)
    }
}
