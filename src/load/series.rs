//! A series: its moments with what was taken at each, as bytes or files. A moment is decoded only when it is looked at.
//!
//! A budget bounds the bytes in memory. Beyond it the series is thinned out: every second moment of the older half goes,
//! but never the first, the last, the largest or one that is pinned. Moments that are files on disk cost nothing.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::{Moment, MomentId, Resident};

/// A profile as it was received or is stored, not decoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Packed {
    /// Bytes of a profile, gzipped or not.
    Bytes(Arc<[u8]>),
    /// A file that contains it.
    File(PathBuf),
}

impl Packed {
    fn bytes(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(_) => 0,
        }
    }
}

/// A moment and the profiles taken at it.
#[derive(Clone, PartialEq, Debug)]
pub struct Held {
    /// When and how they were taken.
    pub moment: Moment,
    /// The heap profile, or whichever type the series is of; `None` if only goroutines were taken.
    pub heap: Option<Packed>,
    /// The goroutine profile, if taken.
    pub goroutines: Option<Packed>,
}

impl Held {
    fn bytes(&self) -> u64 {
        let parts = [&self.heap, &self.goroutines].into_iter().flatten();
        parts.map(Packed::bytes).sum()
    }

    /// The measure for the largest moment: resident memory, or else the size of the profiles, in bytes.
    fn size(&self) -> u64 {
        let resident = self.moment.resident.map(|Resident { bytes, .. }| bytes);
        resident.unwrap_or_else(|| self.bytes())
    }
}

/// The moments of a series that are in memory.
#[derive(Debug)]
pub struct Store {
    budget: u64,
    held: Vec<Held>,
    next: u32,
    /// The moment that is pinned: the base of a comparison.
    base: Option<MomentId>,
}

impl Store {
    /// An empty series that keeps at most this many bytes in memory.
    pub fn new(budget: u64) -> Self {
        Self {
            budget,
            held: Vec::new(),
            next: 0,
            base: None,
        }
    }

    /// The number that the next moment will get.
    pub fn next_id(&self) -> MomentId {
        MomentId(self.next)
    }

    /// Adds a moment after all others, numbered [`Store::next_id`]; returns those that were dropped to make room.
    pub fn push(&mut self, mut held: Held) -> Vec<MomentId> {
        held.moment.id = self.next_id();
        self.next = self.next.saturating_add(1);
        self.held.push(held);
        let mut gone = Vec::new();
        while self.bytes() > self.budget {
            let thinned = self.thin();
            if thinned.is_empty() {
                break;
            }
            gone.extend(thinned);
        }
        gone
    }

    /// Pins a moment, which is then never dropped, and unpins the one before.
    pub fn keep(&mut self, base: Option<MomentId>) {
        self.base = base;
    }

    /// A moment, unless it was dropped.
    pub fn get(&self, id: MomentId) -> Option<&Held> {
        let at = self.held.binary_search_by_key(&id, |held| held.moment.id);
        self.held.get(at.ok()?)
    }

    /// The latest moment.
    pub fn last(&self) -> Option<&Held> {
        self.held.last()
    }

    /// All moments, the earliest first.
    pub fn moments(&self) -> impl Iterator<Item = &Moment> {
        self.held.iter().map(|held| &held.moment)
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> u64 {
        self.held.iter().map(Held::bytes).sum()
    }

    fn thin(&mut self) -> Vec<MomentId> {
        let largest = self.held.iter().max_by_key(|held| held.size());
        let largest = largest.map(|held| held.moment.id);
        let last = self.held.len().saturating_sub(1);
        let half = last.div_ceil(2).max(2);
        let mut gone = Vec::new();
        let (base, mut at) = (self.base, 0);
        self.held.retain(|held| {
            let id = Some(held.moment.id);
            let is_kept = at == 0 || at == last || id == largest || id == base || at > half || at % 2 == 0;
            at += 1;
            if !is_kept {
                gone.extend(id);
            }
            is_kept
        });
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Collection;

    fn held(bytes: usize) -> Held {
        Held {
            moment: Moment {
                id: MomentId(0),
                nanos: 0,
                resident: None,
                collection: Collection::Unknown,
                cost: None,
            },
            heap: Some(Packed::Bytes(vec![0; bytes].into())),
            goroutines: None,
        }
    }

    #[test]
    fn the_budget_thins_and_keeps_the_first_the_last_the_largest_and_the_base() {
        let mut store = Store::new(1000);
        let mut gone = Vec::new();
        for at in 0..1000u32 {
            if at == 301 {
                store.keep(Some(MomentId(300)));
            }
            gone.extend(store.push(held(if at == 77 { 30 } else { 10 })));
            assert!(store.bytes() <= 1000, "after {at}");
            assert!(store.get(MomentId(at)).is_some(), "the last is held after {at}");
        }
        for at in [0, 77, 300, 999] {
            assert!(store.get(MomentId(at)).is_some(), "{at} is kept");
        }
        let ids: Vec<u32> = store.moments().map(|moment| moment.id.0).collect();
        assert!(ids.is_sorted() && ids.len() > 40, "{ids:?}");
        assert_eq!(gone.len() + ids.len(), 1000, "what is gone was told once");
        assert!(gone.iter().all(|id| store.get(*id).is_none()));
        assert!(
            ids[ids.len() - 20..].windows(2).all(|pair| pair[1] == pair[0] + 1),
            "the newest are whole: {ids:?}"
        );
    }

    #[test]
    fn one_moment_beyond_the_budget_is_held_all_the_same() {
        let mut store = Store::new(5);
        assert_eq!(store.push(held(10)), []);
        assert_eq!(store.push(held(10)), []);
        assert_eq!(store.moments().count(), 2);
    }
}
