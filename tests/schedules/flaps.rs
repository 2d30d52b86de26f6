//! What a pager must hear of one group, where bodies come in order, by the times alone: a page each time that something
//! fires after nothing did, and for every new alert of what somebody has taken; but from the third end or reopening in ten
//! minutes on neither ends nor reopenings are told, until ten minutes have passed without another. Knows nothing of firstlook.

use std::collections::BTreeSet;

use super::world::Body;

/// Ends and reopenings so often within so many seconds are a flap.
const TURNS: usize = 3;
const WINDOW: i64 = 600;
/// A later firing is an incident of its own.
const REOPENS: i64 = 900;

/// What was counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Pages.
    pub rings: usize,
    /// Reopenings of which nobody was told.
    pub folds: usize,
}

#[derive(Default)]
struct Group<'a> {
    heard: Heard,
    firing: BTreeSet<&'a str>,
    /// Those that are part of its newest incident.
    members: BTreeSet<&'a str>,
    ended: Option<i64>,
    turns: Vec<i64>,
    flaps_until: i64,
    end_waits: bool,
    /// The pager was told that somebody has it, and nothing since.
    taken: bool,
}

/// What the pager hears of these bodies of one group, in their order; `taken` says after which somebody took it.
pub fn heard<'a>(bodies: impl Iterator<Item = (usize, &'a Body)>, taken: &[i64]) -> Heard {
    let mut taken = taken.iter().copied().peekable();
    let mut group = Group::default();
    for (at, body) in bodies {
        while taken.next_if(|after| *after < at as i64).is_some() {
            group.taken = !group.firing.is_empty();
        }
        group.hears(body);
    }
    group.heard
}

impl<'a> Group<'a> {
    fn hears(&mut self, body: &'a Body) {
        let now = body.arrives;
        let named =
            |fires: bool| body.alerts.iter().filter(move |one| one.1 == fires).map(|one| one.0.as_str());
        let new: Vec<&str> = named(true).filter(|name| !self.firing.contains(name)).collect();
        if !new.is_empty() {
            match self.firing.is_empty() {
                true => self.begins(now),
                false
                    if self.taken
                        && !(now < self.flaps_until
                            && new.iter().all(|name| self.members.contains(name))) =>
                {
                    self.rings();
                }
                false => {}
            }
        }
        self.firing.extend(&new);
        self.members.extend(&new);
        let fired = !self.firing.is_empty();
        for name in named(false) {
            self.firing.remove(name);
        }
        if fired && self.firing.is_empty() {
            self.turns(now);
            self.ended = Some(now);
            self.end_waits = now < self.flaps_until;
            self.taken &= self.end_waits;
        }
    }

    fn begins(&mut self, now: i64) {
        if self.end_waits && now < self.flaps_until {
            self.heard.folds += 1;
            self.turns(now);
        } else {
            self.rings();
            (self.flaps_until, self.end_waits) = (0, false);
            match self.ended {
                Some(ended) if now - ended <= REOPENS => self.turns(now),
                _ => (self.turns, self.members) = Default::default(),
            }
        }
        self.end_waits = false;
    }

    fn rings(&mut self) {
        self.heard.rings += 1;
        self.taken = false;
    }

    fn turns(&mut self, now: i64) {
        self.turns.retain(|turn| now - turn < WINDOW);
        self.turns.push(now);
        let flaps = now < self.flaps_until || self.turns.len() >= TURNS;
        self.flaps_until = if flaps { now + WINDOW } else { 0 };
    }
}
