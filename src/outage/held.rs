//! The bodies that the store has refused, in the order of their arrival, within bounds of number and bytes.
//!
//! Knows what is dropped first when there is no more room. Must not know the store, receivers or the clock.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::ingest::Arrival;
use crate::sources::alertmanager::{Notification, Unusable};

/// How a source's body is read: the same again when the store is back.
pub type Parse = Arc<dyn Fn(&[u8], &str, DateTime<Utc>) -> Result<Notification, Unusable> + Send + Sync>;

/// Bodies held at most.
const MOST_BODIES: usize = 2_000;
/// Bytes held at most, of all bodies together.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// A body that the store refused so often while it took others will not be taken later either.
const HOPELESS: u32 = 10;
/// A body that was refused so often while others were taken rings without the store.
const STUBBORN: u32 = 3;

/// A body that the store has refused.
#[derive(Clone)]
pub struct Held {
    /// Its place in the order of arrival.
    pub seq: u64,
    /// The body.
    pub arrival: Arc<Arrival>,
    /// How it is read.
    pub parse: Parse,
    /// Whether something in it rings a pager; `None` until somebody has looked.
    pub rings: Option<bool>,
    /// Whether all that rings has been handed to the pagers.
    pub told: bool,
    digest: [u8; 32],
    /// How often the store refused it although it had taken others since.
    alone: u32,
    refused_at: u64,
}

impl Held {
    /// Whether the store takes others and not this one.
    pub fn stubborn(&self) -> bool {
        self.alone >= STUBBORN
    }

    fn size(&self) -> usize {
        self.arrival.body.len()
    }
}

fn digest(arrival: &Arrival) -> [u8; 32] {
    let digest = Sha256::new().chain_update(&arrival.source).chain_update([0]);
    digest.chain_update(&arrival.body).finalize().into()
}

/// All of them.
#[derive(Default)]
pub struct Bodies {
    held: VecDeque<Held>,
    bytes: usize,
    next: u64,
    /// How many bodies the store has taken.
    taken: u64,
    /// How many were dropped for want of room, or because the store will never take them.
    pub dropped: u64,
}

impl Bodies {
    /// Holds a body; one that is held already, sent again, stays as it came first.
    pub fn push(&mut self, arrival: Arrival, parse: Parse) {
        let digest = digest(&arrival);
        if self.held.iter().any(|held| held.digest == digest) {
            return;
        }
        self.next += 1;
        self.bytes += arrival.body.len();
        self.held.push_back(Held {
            seq: self.next,
            arrival: Arc::new(arrival),
            parse,
            rings: None,
            told: false,
            digest,
            alone: 0,
            refused_at: self.taken,
        });
        while self.held.len() > MOST_BODIES || self.bytes > MOST_BYTES {
            let quiet = self.held.iter().position(|held| held.rings == Some(false));
            self.take(quiet.unwrap_or(0));
            self.dropped += 1;
        }
    }

    /// Whether this body is held, which its sender sends again.
    pub fn holds(&self, arrival: &Arrival) -> bool {
        !self.held.is_empty() && {
            let digest = digest(arrival);
            self.held.iter().any(|held| held.digest == digest)
        }
    }

    fn take(&mut self, at: usize) {
        if let Some(held) = self.held.remove(at) {
            self.bytes -= held.size();
        }
    }

    fn find(&self, seq: u64) -> Option<usize> {
        self.held.iter().position(|held| held.seq == seq)
    }

    /// The store has taken a body that was never held.
    pub fn others_taken(&mut self) {
        self.taken += 1;
    }

    /// The store has taken this one.
    pub fn adopted(&mut self, seq: u64) {
        self.taken += 1;
        if let Some(at) = self.find(seq) {
            self.take(at);
        }
    }

    /// The store has refused this one again. Gives it back where that is hopeless: then it is held no longer.
    pub fn refused(&mut self, seq: u64) -> Option<Held> {
        let at = self.find(seq)?;
        let held = self.held.get_mut(at)?;
        if self.taken > held.refused_at {
            held.alone += 1;
            held.refused_at = self.taken;
        }
        if held.alone < HOPELESS {
            return None;
        }
        let held = held.clone();
        self.take(at);
        self.dropped += 1;
        Some(held)
    }

    /// What somebody who looked at this one found.
    pub fn looked(&mut self, seq: u64, rings: bool, told: bool) {
        if let Some(held) = self.find(seq).and_then(|at| self.held.get_mut(at)) {
            (held.rings, held.told) = (Some(rings), told);
        }
    }

    /// What has not left the pagers will not: it is to be told anew, should it still be needed.
    pub fn untold(&mut self) {
        self.held.iter_mut().for_each(|held| held.told = false);
    }

    /// In the order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = &Held> {
        self.held.iter()
    }

    /// How many are held.
    pub fn len(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::alertmanager::parse;

    fn arrival(body: Vec<u8>) -> Arrival {
        let received_at = DateTime::UNIX_EPOCH;
        Arrival {
            source: "alertmanager/main".into(),
            body,
            received_at,
            trace_id: String::new(),
            note: None,
            once: None,
            room: None,
        }
    }

    fn of(sizes: &[usize]) -> Bodies {
        let mut bodies = Bodies::default();
        for (n, size) in sizes.iter().enumerate() {
            bodies.push(arrival(vec![b'a' + u8::try_from(n).unwrap(); *size]), Arc::new(parse));
        }
        bodies
    }

    fn seqs(bodies: &Bodies) -> Vec<u64> {
        bodies.iter().map(|held| held.seq).collect()
    }

    #[test]
    fn the_oldest_that_does_not_ring_goes_first_when_there_is_no_room() {
        let mut bodies = of(&[5 << 20, 5 << 20, 5 << 20]);
        bodies.looked(1, true, false);
        bodies.looked(2, false, false);
        bodies.push(arrival(vec![b'x'; 5 << 20]), Arc::new(parse));
        assert_eq!((seqs(&bodies), bodies.dropped), (vec![1, 3, 4], 1));
        bodies.push(arrival(vec![b'y'; 5 << 20]), Arc::new(parse));
        assert_eq!(seqs(&bodies), [3, 4, 5], "nobody knows of one that it can be spared, so the oldest goes");
        assert!(bodies.bytes <= MOST_BYTES);
        for n in 0..3_000_u32 {
            bodies.push(arrival(n.to_be_bytes().to_vec()), Arc::new(parse));
        }
        assert_eq!(bodies.len(), MOST_BODIES);
    }

    #[test]
    fn a_body_that_is_sent_again_is_held_once() {
        let mut bodies = of(&[3, 3]);
        bodies.push(arrival(b"aaa".to_vec()), Arc::new(parse));
        assert_eq!((seqs(&bodies), bodies.bytes), (vec![1, 2], 6));
        assert!(bodies.holds(&arrival(b"aaa".to_vec())) && !bodies.holds(&arrival(b"aa".to_vec())));
        bodies.adopted(1);
        assert!(!bodies.holds(&arrival(b"aaa".to_vec())));
        assert_eq!((seqs(&bodies), bodies.bytes), (vec![2], 3));
    }

    #[test]
    fn only_a_body_that_is_refused_while_others_are_taken_is_given_up() {
        let mut bodies = of(&[1, 1]);
        for _ in 0..100 {
            assert!(bodies.refused(1).is_none(), "the store takes nothing at all");
        }
        for n in 1..HOPELESS {
            bodies.others_taken();
            assert!(bodies.refused(1).is_none() && bodies.refused(1).is_none());
            assert_eq!(bodies.iter().next().unwrap().stubborn(), n >= STUBBORN);
        }
        bodies.others_taken();
        assert_eq!(bodies.refused(1).map(|held| held.seq), Some(1));
        assert_eq!((seqs(&bodies), bodies.dropped), (vec![2], 1));
    }
}
