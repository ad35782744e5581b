//! The distinct stacks of a scope as a tree of contexts, from which a [`CallTree`](super::CallTree), the page and the graph
//! by context are made.
//!
//! The shape depends on the stacks only, so it is shared by all sample types. Most contexts of a deep tree are links of a
//! chain without branches; all links have the same sums, so a chain is stored as one row. Values are added up for one
//! sample type at a time, and can be dropped before the next.

use std::ops::Range;

use super::call_tree::Direction;
use super::frames::NodeId;
use super::graph::{Basis, mean, mean_of_sums};
use super::packed_stacks::{Packed, WATCH, sorted};

/// A chain of a [`StackTree`]: contexts each of which is the only child of the one before and gets all of its samples
/// from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ChainId(pub u32);

impl ChainId {
    /// The root alone, which stands for all samples.
    pub const ROOT: Self = Self(0);

    /// The chain as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The contexts of all samples that count.
pub struct StackTree {
    packed: Packed,
    /// Distinct stacks, sorted, so that those with a common prefix are adjacent.
    rows: Vec<u32>,
    /// For each row the chain in which it ends.
    leaves: Vec<ChainId>,
    /// For each sample of the scope its index in `rows`, or [`NO_STEP`] or [`NOT_COUNTED`].
    row_of: Vec<u32>,
    chains: Vec<Chain>,
}

/// Stands for the row of a sample without a frame.
const NO_STEP: u32 = u32::MAX;
/// Stands for the row of a sample that is 0 in every sample type.
const NOT_COUNTED: u32 = u32::MAX - 1;
/// The number of steps in all after which stacks are truncated: contexts are counted in 32 bits.
const MAX_STEPS: usize = u32::MAX as usize - 2;

#[derive(Clone, Copy)]
struct Chain {
    /// The chain whose last context is the parent of its first.
    above: ChainId,
    /// The number of steps from the root to its last context.
    depth: u32,
    /// The first of the rows that pass it.
    from: u32,
    to: u32,
    /// The number of contexts in its subtree.
    size: u32,
}

impl StackTree {
    /// Builds the tree of all samples that count in any of `bases`, which differ in their weights only.
    ///
    /// # Errors
    /// The error of `watch`, which is called regularly and may stop it.
    pub fn new<E>(
        bases: &[Basis<'_>],
        direction: Direction,
        mut watch: impl FnMut() -> Result<(), E>,
    ) -> Result<Self, E> {
        let Some(basis) = bases.first() else {
            return Ok(Self::linked(Packed::new(0), Vec::new(), Vec::new(), &[]));
        };
        let spans = basis.scope.spans();
        let mut packed = Packed::new(basis.frames.len());
        let (mut stacks, mut left) = (0u32, MAX_STEPS);
        let mut row_of = Vec::with_capacity(spans.len());
        // Adjacent samples often have the same stack: it is packed once.
        let mut last = None;
        for span in spans {
            if row_of.len().is_multiple_of(WATCH) {
                watch()?;
            }
            let counts = |basis: &Basis<'_>| basis.weights.of(span.sample.index()) != (0, 0);
            if !bases.iter().any(counts) {
                row_of.push(NOT_COUNTED);
                continue;
            }
            let stack = (basis.profile.samples.stack[span.sample.index()], span.from, span.to);
            if let Some((same, row)) = last
                && same == stack
            {
                row_of.push(row);
                continue;
            }
            let steps = packed.push(basis, span, direction, left);
            left -= steps;
            let row = if steps == 0 {
                packed.drop_last();
                NO_STEP
            } else {
                stacks += 1;
                stacks - 1
            };
            row_of.push(row);
            last = Some((stack, row));
        }
        let order = sorted(&packed, &mut watch)?;
        let mut rows: Vec<u32> = Vec::with_capacity(order.len());
        let mut commons = Vec::with_capacity(order.len());
        let mut places = vec![0; order.len()];
        for stack in order {
            let common = rows.last().map_or(0, |&last| packed.common(last, stack));
            let same = |&last: &u32| common == packed.len(stack) && common == packed.len(last);
            if !rows.last().is_some_and(same) {
                rows.push(stack);
                commons.push(common);
            }
            places[stack as usize] = rows.len() as u32 - 1;
        }
        for row in row_of.iter_mut().filter(|row| **row < NOT_COUNTED) {
            *row = places[*row as usize];
        }
        Ok(Self::linked(packed, rows, row_of, &commons))
    }

    /// Adds the chains; `commons` has, for each row, the length of its common prefix with the row before.
    fn linked(packed: Packed, rows: Vec<u32>, row_of: Vec<u32>, commons: &[u32]) -> Self {
        let mut builder = Builder {
            chains: Vec::new(),
            open: Vec::new(),
        };
        builder.open(0, 0);
        let mut leaves = Vec::with_capacity(rows.len());
        for ((row, &stack), &common) in (0u32..).zip(&rows).zip(commons) {
            builder.close(common, row);
            leaves.push(builder.open(packed.len(stack), row));
        }
        builder.close(0, rows.len() as u32);
        let mut chains = builder.chains;
        if let Some(root) = chains.first_mut() {
            root.to = rows.len() as u32;
            root.size = root.size.saturating_add(1);
        }
        chains.shrink_to_fit();
        Self {
            packed,
            rows,
            leaves,
            row_of,
            chains,
        }
    }

    /// All chains, the root first.
    pub fn chains(&self) -> impl ExactSizeIterator<Item = ChainId> + use<> {
        (0..self.chains.len() as u32).map(ChainId)
    }

    /// The chain above a chain; the root is above itself.
    pub fn above(&self, chain: ChainId) -> ChainId {
        self.chains[chain.index()].above
    }

    /// The number of contexts in a chain's subtree.
    pub fn size(&self, chain: ChainId) -> u32 {
        self.chains[chain.index()].size
    }

    /// The nodes of a chain's contexts. The root has none.
    pub fn nodes(&self, chain: ChainId) -> impl ExactSizeIterator<Item = NodeId> {
        let chain = self.chains[chain.index()];
        let from = self.chains[chain.above.index()].depth;
        let stack = self.rows.get(chain.from as usize).copied().unwrap_or(0);
        (from..chain.depth).map(move |step| self.packed.node(stack, step))
    }

    /// For each sample of the scope the chain in whose last context it ends: the root if it has no frame, `None` if it
    /// does not count.
    pub(super) fn leaves(&self) -> impl Iterator<Item = Option<ChainId>> {
        self.row_of.iter().map(|&row| match row {
            NOT_COUNTED => None,
            NO_STEP => Some(ChainId::ROOT),
            row => Some(self.leaves[row as usize]),
        })
    }

    /// Adds up one sample type.
    pub fn sums(&self, basis: &Basis<'_>, drawn: Drawn) -> ChainSums<'_> {
        let mut own = vec![(0i64, 0i64); self.rows.len()];
        let mut empty = (0i64, 0i64);
        for (span, &row) in basis.scope.spans().iter().zip(&self.row_of) {
            let sum = match row {
                NOT_COUNTED => continue,
                NO_STEP => &mut empty,
                row => &mut own[row as usize],
            };
            let (value, divisor) = basis.weights.of(span.sample.index());
            *sum = (sum.0.saturating_add(value), sum.1.saturating_add(divisor));
        }
        let sizes = own.iter().chain([&empty]).map(|row| u128::from(row.0.unsigned_abs()));
        let width = u128::BITS - sizes.sum::<u128>().leading_zeros();
        let weighing = Weighing {
            drawn,
            shift: width.saturating_sub(u64::BITS),
        };
        let mut sum = Sums::default();
        let mut sums = Vec::with_capacity(own.len() + 1);
        sums.push(sum);
        for &row in &own {
            sum = sum.and(row, weighing);
            sums.push(sum);
        }
        ChainSums {
            tree: self,
            sums,
            empty: Sums::default().and(empty, weighing),
        }
    }
}

/// How the size of a stack is derived from the sums over its samples.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Drawn {
    /// As |value|, all divided by the same power of two if the sum would not fit 64 bits: parts add up exactly.
    ByValue,
    /// As reports show it, so that a mean counts as what it is.
    AsShown,
}

#[derive(Clone, Copy)]
struct Weighing {
    drawn: Drawn,
    shift: u32,
}

impl Weighing {
    fn weight(self, value: i64, divisor: i64) -> u64 {
        match self.drawn {
            Drawn::ByValue => value.unsigned_abs() >> self.shift,
            Drawn::AsShown => mean(value, divisor).unsigned_abs(),
        }
    }
}

/// The sums of each chain of a [`StackTree`] in one sample type.
pub struct ChainSums<'t> {
    tree: &'t StackTree,
    /// Prefix sums over the rows: those before each row, then those of all.
    sums: Vec<Sums>,
    /// The sums of samples without a frame.
    empty: Sums,
}

/// Sums over rows, wide enough for any number of them, so that differences are exact.
#[derive(Clone, Copy, Default)]
struct Sums {
    value: i128,
    divisor: i128,
    weight: u128,
}

impl Sums {
    fn and(self, (value, divisor): (i64, i64), weighing: Weighing) -> Self {
        Self {
            value: self.value + i128::from(value),
            divisor: self.divisor + i128::from(divisor),
            weight: self.weight + u128::from(weighing.weight(value, divisor)),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            divisor: self.divisor + other.divisor,
            weight: self.weight + other.weight,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            value: self.value - other.value,
            divisor: self.divisor - other.divisor,
            weight: self.weight - other.weight,
        }
    }

    /// The value as reports show it: the mean if there is a divisor.
    fn value(self) -> i64 {
        mean_of_sums(self.value, self.divisor)
    }

    fn weight(self) -> u64 {
        u64::try_from(self.weight).unwrap_or(u64::MAX)
    }
}

impl ChainSums<'_> {
    fn over(&self, rows: Range<u32>) -> Sums {
        self.sums[rows.end as usize].minus(self.sums[rows.start as usize])
    }

    fn all(&self, chain: ChainId) -> Sums {
        let row = self.tree.chains[chain.index()];
        let sums = self.over(row.from..row.to);
        match chain {
            ChainId::ROOT => sums.plus(self.empty),
            _ => sums,
        }
    }

    /// The sums of what ends at the last context of a chain: the shortest stack sorts first, and only it can end there.
    fn own(&self, chain: ChainId) -> Sums {
        let row = self.tree.chains[chain.index()];
        if chain == ChainId::ROOT {
            return self.empty;
        }
        let ends = self.tree.packed.len(self.tree.rows[row.from as usize]) == row.depth;
        match ends {
            true => self.over(row.from..row.from + 1),
            false => Sums::default(),
        }
    }

    /// Sum over the samples that pass a chain; it is the same for each of its contexts.
    pub fn cum(&self, chain: ChainId) -> i64 {
        self.all(chain).value()
    }

    /// Sum over the samples that end at the last context of a chain. None ends in another of its contexts.
    pub fn flat(&self, chain: ChainId) -> i64 {
        self.own(chain).value()
    }

    /// The size to draw: the weights of all stacks that pass a chain.
    pub fn weight(&self, chain: ChainId) -> u64 {
        self.all(chain).weight()
    }

    /// The part of the weight that ends at the chain's last context.
    pub fn own_weight(&self, chain: ChainId) -> u64 {
        self.own(chain).weight()
    }
}

/// Builds chains from sorted rows.
struct Builder {
    chains: Vec<Chain>,
    /// The chains that the last row passes, from the root down.
    open: Vec<ChainId>,
}

impl Builder {
    /// Opens a chain whose first row is `from`, and which ends `depth` steps from the root.
    fn open(&mut self, depth: u32, from: u32) -> ChainId {
        let chain = ChainId(self.chains.len() as u32);
        self.open.push(chain);
        self.chains.push(Chain {
            above: ChainId::ROOT,
            depth,
            from,
            to: from,
            size: 0,
        });
        chain
    }

    /// Closes, before row `to`, the chains that go deeper than `depth`. A chain that only partly does is split there.
    fn close(&mut self, depth: u32, to: u32) {
        while let Some(last) = self.open.pop_if(|last| self.chains[last.index()].depth > depth) {
            let above = self.open.last().copied().unwrap_or(ChainId::ROOT);
            if self.chains[above.index()].depth < depth {
                self.open(depth, self.chains[last.index()].from);
            }
            let above = self.open.last().copied().unwrap_or(ChainId::ROOT);
            let parent = self.chains[above.index()].depth;
            let chain = &mut self.chains[last.index()];
            (chain.above, chain.to) = (above, to);
            chain.size = chain.size.saturating_add(chain.depth - parent);
            let size = chain.size;
            let parent = &mut self.chains[above.index()];
            parent.size = parent.size.saturating_add(size);
        }
    }
}
