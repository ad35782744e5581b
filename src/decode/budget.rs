//! How much memory a profile may take. All tables that decoding fills are weighed here and nowhere else.
//!
//! The allowance grows with the bytes received: an honest profile takes little more memory than it has bytes, a hostile one
//! of 50 KB claims "fifty million values". Allowed is [`Budget::memory`], which a small profile never exceeds, plus
//! [`PER_BYTE`] for each byte read, but no more than [`PER_INFLATED`] for each byte it inflated to.
//! A heap profile of a million different stacks, as `benches/generate` makes them (39 MB, inflated 67 MB), is well within.
//!
//! A row's weight is what it takes in the model and, at worst, in the reports and views made from it, so that
//! a profile within [`Budget::memory`] stays under a gibibyte in all of them.

use crate::error::{Error, Result};
use crate::model::Profile;

/// What a decoder may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// Limit on inflated bytes; longer input is refused.
    pub max_bytes: u64,
    /// Weight allowed whatever the size of the input, in bytes.
    pub memory: u64,
}

impl Default for Budget {
    /// 16 GiB, far above any honest profile, and half a GiB of memory.
    fn default() -> Self {
        Self {
            max_bytes: 16 << 30,
            memory: 512 << 20,
        }
    }
}

impl Budget {
    /// The budget for a limit on bytes set by the user: it never allows less memory than the default.
    pub fn of(max_bytes: u64) -> Self {
        Self {
            max_bytes,
            memory: max_bytes.max(Self::default().memory),
        }
    }
}

/// Weight allowed per byte of the input as received, compressed or not.
const PER_BYTE: u64 = 32;
/// Weight allowed per byte of the input once it is unwrapped.
const PER_INFLATED: u64 = 6;

/// How much of an input has been read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Received {
    /// Bytes as received.
    pub(super) wrapped: u64,
    /// Bytes that they unwrap to.
    pub(super) inflated: u64,
}

/// A kind of row.
struct Kind {
    /// Its name in messages, in the plural.
    name: &'static str,
    /// How many the profile has.
    count: fn(&Profile) -> usize,
    /// What each weighs, in bytes.
    weight: u64,
}

const fn kind(name: &'static str, count: fn(&Profile) -> usize, weight: u64) -> Kind {
    Kind { name, count, weight }
}

/// Everything that takes memory.
const KINDS: [Kind; 14] = [
    kind("samples", |profile| profile.samples.len(), 40),
    kind(
        "values",
        |profile| profile.samples.values.len().saturating_mul(profile.samples.len()),
        10,
    ),
    kind(
        "sample types",
        |profile| profile.samples.values.len().max(profile.sample_types.len()),
        256,
    ),
    kind("stacks", |profile| profile.stacks.len(), 40),
    kind("frames", |profile| profile.stacks.frames(), 12),
    kind("labels", |profile| profile.labels.labels(), 96),
    kind("sets of labels", |profile| profile.labels.len(), 64),
    kind("lines", |profile| profile.lines.len(), 64),
    kind("locations", |profile| profile.locations.len(), 160),
    kind("functions", |profile| profile.functions.len(), 200),
    kind("mappings", |profile| profile.mappings.len(), 128),
    kind("comments", |profile| profile.comments.len(), 64),
    kind("texts", |profile| profile.strings.len(), 32),
    kind("bytes of text", |profile| profile.strings.bytes(), 6),
];

/// How many rows a table may have, as ids have 32 bits.
const MAX_ROWS: u64 = 1 << 30;

/// Keeps an input within a [`Budget`].
#[derive(Clone, Debug)]
pub(super) struct Account {
    budget: Budget,
    received: Received,
    /// Weight of what is not part of the profile, e.g. text that is read as a whole.
    aside: u64,
    /// Weight of the profile when it was last weighed.
    weight: u64,
}

impl Account {
    pub(super) fn new(budget: Budget) -> Self {
        Self {
            budget,
            received: Received::default(),
            aside: 0,
            weight: 0,
        }
    }

    /// Weight allowed so far.
    fn allowed(&self) -> u64 {
        let Received { wrapped, inflated } = self.received;
        let earned = wrapped
            .saturating_mul(PER_BYTE)
            .min(inflated.saturating_mul(PER_INFLATED));
        self.budget.memory.saturating_add(earned)
    }

    /// Records how much has been read. Returns whether that is more than before.
    pub(super) fn receive(&mut self, received: Received) -> bool {
        let is_more = self.received != received;
        self.received = received;
        is_more
    }

    /// Checks that text of this length may be read as a whole. It may come from an endless stream, so the bytes received
    /// add no allowance here.
    pub(super) fn whole(&mut self, length: usize, weight: usize) -> Result<()> {
        self.aside = weight.saturating_mul(length) as u64;
        if self.aside <= self.budget.memory {
            return Ok(());
        }
        Err(Error::TooHeavy {
            what: "text",
            limit: self.budget.memory >> 20,
        })
    }

    /// Sets the weight of what is not part of the profile, in bytes, and the name for most of it.
    pub(super) fn hold(&mut self, name: &'static str, weight: usize) -> Result<()> {
        self.aside = weight as u64;
        self.check(self.aside.saturating_add(self.weight), name)
    }

    /// Checks that a part of the input may be decoded if each of its bytes takes at most this weight.
    pub(super) fn part(&self, name: &'static str, length: usize, weight: usize) -> Result<()> {
        let held = self.aside.saturating_add(self.weight);
        self.check(held.saturating_add(weight.saturating_mul(length) as u64), name)
    }

    /// Weighs the part of the profile that is decoded.
    pub(super) fn weigh(&mut self, profile: &Profile) -> Result<()> {
        let weights = KINDS.iter().map(|kind| {
            let count = (kind.count)(profile) as u64;
            (kind, count, count.saturating_mul(kind.weight))
        });
        let mut heaviest = (0, "rows");
        self.weight = 0;
        for (kind, count, weight) in weights {
            if count > MAX_ROWS {
                return Err(Error::malformed(format!("more than {MAX_ROWS} {}", kind.name)));
            }
            self.weight = self.weight.saturating_add(weight);
            heaviest = heaviest.max((weight, kind.name));
        }
        self.check(self.aside.saturating_add(self.weight), heaviest.1)
    }

    fn check(&self, weight: u64, what: &'static str) -> Result<()> {
        if weight <= self.allowed() {
            return Ok(());
        }
        Err(Error::TooHeavy {
            what,
            limit: self.allowed() >> 20,
        })
    }
}
