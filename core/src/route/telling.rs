//! What becomes of news for one who may not be told now: which of it waits, and what need not be told any more.
//!
//! Knows edges and whether the route may tell. Must not know how they are kept.
//!
//! Only what rings waits. An end, or that somebody has it, is told at once where people know of what it ends; where they
//! do not, it waits behind what they do not know yet.

use crate::incident::EdgeKind;

/// How a receiver stands with an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Something waits to be told already.
    pub waits: bool,
    /// The newest thing that was told, or is on its way.
    pub last: Option<EdgeKind>,
}

/// Whether the receiver may be told of what rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// The tree names it, and it may.
    Now,
    /// The tree names it, and it has to wait.
    Later,
    /// The tree names it no more: what waits goes on waiting, and what does not is told.
    Unnamed,
}

/// What becomes of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is told.
    Told,
    /// It waits.
    Waits,
    /// It is never told, for this reason.
    Untold(&'static str),
}

/// Why what waited is not told on its own.
pub const WITH_LATER: &str = "told with what came after it";
/// Why what waited is not told at all.
pub const OVER: &str = "it was over, or taken, before it was to be told";

/// What becomes of edges, and of what waited before them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Telling {
    /// In order.
    pub edges: Vec<(EdgeKind, Fate)>,
    /// Why nothing that waited before waits any more.
    pub freed: Option<&'static str>,
}

impl Telling {
    /// Whether anything of it is to be told now.
    pub fn tells(&self) -> bool {
        self.edges.iter().any(|(_, fate)| *fate == Fate::Told)
    }

    /// Whether anything of it waits.
    pub fn waits(&self) -> bool {
        self.edges.iter().any(|(_, fate)| *fate == Fate::Waits)
    }

    /// From here on nothing waits, whether it did before or came just now.
    fn free(&mut self, why: &'static str) {
        self.freed = Some(why);
        for (_, fate) in self.edges.iter_mut().filter(|(_, fate)| *fate == Fate::Waits) {
            *fate = Fate::Untold(why);
        }
    }
}

/// What becomes of `kinds`, in their order.
pub fn telling(standing: Standing, kinds: &[EdgeKind], may: May) -> Telling {
    let Standing { mut waits, mut last } = standing;
    let mut telling = Telling::default();
    for kind in kinds.iter().copied() {
        let stands = last.is_some_and(|last| last != EdgeKind::Resolve);
        let (kind, fate) = match (kind.rings(), may, waits) {
            // It waits already, and will be told as it stands then.
            (true, May::Later | May::Unnamed, true) if kind == EdgeKind::Repeat => continue,
            (true, May::Later, _) | (true, May::Unnamed, true) => (kind, Fate::Waits),
            (true, May::Now, true) => {
                telling.free(WITH_LATER);
                let begins = last.is_none() && kind != EdgeKind::Escalated;
                (if begins { EdgeKind::Trigger } else { kind }, Fate::Told)
            }
            (false, _, true) if stands => {
                telling.free(OVER);
                (kind, Fate::Told)
            }
            (false, _, true) => (kind, Fate::Waits),
            (_, _, false) => (kind, Fate::Told),
        };
        waits = fate == Fate::Waits;
        if fate == Fate::Told {
            last = Some(kind);
        }
        telling.edges.push((kind, fate));
    }
    telling
}

#[cfg(test)]
mod tests {
    use super::*;
    use EdgeKind::{Acknowledge, Escalated, Joined, Repeat, Resolve, Retrigger, SeverityRaised, Trigger};
    use Fate::{Told, Untold, Waits};
    use May::{Later, Now, Unnamed};

    /// Waits already, last told, what comes, whether it may; what becomes of it, and of what waited.
    type Row =
        (bool, Option<EdgeKind>, &'static [EdgeKind], May, &'static [(EdgeKind, Fate)], Option<&'static str>);

    const TABLE: &[Row] = &[
        // Without intervals and delays everything is told as it comes.
        (false, None, &[Trigger, Resolve], Now, &[(Trigger, Told), (Resolve, Told)], None),
        (false, Some(Trigger), &[Repeat, Acknowledge], Now, &[(Repeat, Told), (Acknowledge, Told)], None),
        (false, Some(Resolve), &[Retrigger], Unnamed, &[(Retrigger, Told)], None),
        (false, Some(Trigger), &[], Later, &[], None),
        // Nobody was told: all of it waits, in its order.
        (false, None, &[Trigger], Later, &[(Trigger, Waits)], None),
        (false, None, &[Trigger, Resolve], Later, &[(Trigger, Waits), (Resolve, Waits)], None),
        (true, None, &[Acknowledge], Unnamed, &[(Acknowledge, Waits)], None),
        (true, None, &[SeverityRaised], Unnamed, &[(SeverityRaised, Waits)], None),
        (true, None, &[Repeat], Later, &[], None),
        (true, None, &[Repeat], Unnamed, &[], None),
        // It may now: the first that is told of it is that it began.
        (true, None, &[SeverityRaised], Now, &[(Trigger, Told)], Some(WITH_LATER)),
        (true, None, &[Retrigger, Resolve], Now, &[(Trigger, Told), (Resolve, Told)], Some(WITH_LATER)),
        (true, None, &[Escalated], Now, &[(Escalated, Told)], Some(WITH_LATER)),
        (false, None, &[Escalated], Later, &[(Escalated, Waits)], None),
        // It was told before the hours were over.
        (false, Some(Trigger), &[Repeat], Later, &[(Repeat, Waits)], None),
        (true, Some(Trigger), &[Resolve], Unnamed, &[(Resolve, Told)], Some(OVER)),
        (true, Some(Trigger), &[Acknowledge], Unnamed, &[(Acknowledge, Told)], Some(OVER)),
        (
            false,
            Some(Trigger),
            &[SeverityRaised, Resolve],
            Later,
            &[(SeverityRaised, Untold(OVER)), (Resolve, Told)],
            Some(OVER),
        ),
        (false, Some(Trigger), &[Resolve, Retrigger], Later, &[(Resolve, Told), (Retrigger, Waits)], None),
        (true, Some(Acknowledge), &[Joined], Now, &[(Joined, Told)], Some(WITH_LATER)),
        // It was over, and began again meanwhile.
        (false, Some(Resolve), &[Retrigger, Resolve], Later, &[(Retrigger, Waits), (Resolve, Waits)], None),
        (true, Some(Resolve), &[Resolve], Unnamed, &[(Resolve, Waits)], None),
    ];

    #[test]
    fn only_what_rings_waits() {
        for (waits, last, kinds, may, edges, freed) in TABLE {
            let told = telling(Standing { waits: *waits, last: *last }, kinds, *may);
            assert_eq!(
                (told.edges.as_slice(), told.freed),
                (*edges, *freed),
                "{kinds:?} after {last:?}, {may:?}"
            );
        }
    }
}
