//! The distinct stacks of a scope as a tree of contexts: what a [`CallTree`](super::CallTree), the page and the graph by
//! context are made from.
//!
//! The shape is that of the stacks, so it is kept once for all sample types. Most contexts of a deep tree are links of a
//! chain without a choice; all links have the same sums, so a chain is kept as one row. Values are added up for one
//! sample type at a time, and can be dropped before those of the next.

use std::ops::Range;

use super::call_tree::Direction;
use super::frames::NodeId;
use super::graph::{Basis, mean, mean_of_sums};
use super::packed_stacks::{Packed, WATCH, sorted};

/// A chain of a [`StackTree`]: contexts each of which is the only child of the one before, and all of whose samples come
/// from there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ChainId(pub u32);

impl ChainId {
    /// The root alone, which stands for everything.
    pub const ROOT: Self = Self(0);

    /// The chain as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The contexts of all samples that count.
pub struct StackTree {
    packed: Packed,
    /// Distinct stacks in order, so that those with a common beginning stand together.
    rows: Vec<u32>,
    /// For each of them the chain that it ends with.
    leaves: Vec<ChainId>,
    /// For each sample of the scope which of `rows` it is, or [`NO_STEP`] or [`NOT_COUNTED`].
    row_of: Vec<u32>,
    chains: Vec<Chain>,
}

/// A sample without a frame.
const NO_STEP: u32 = u32::MAX;
/// A sample that has nothing in any sample type.
const NOT_COUNTED: u32 = u32::MAX - 1;
/// Steps in all after which stacks are cut short: contexts are counted in 32 bits.
const MAX_STEPS: usize = u32::MAX as usize - 2;

#[derive(Clone, Copy)]
struct Chain {
    /// The chain that its first context is a child of the last of.
    above: ChainId,
    /// Steps from the root to its last context.
    depth: u32,
    /// The rows that pass here.
    from: u32,
    to: u32,
    /// Contexts of it and of all chains below.
    size: u32,
}

impl StackTree {
    /// Builds the tree of all samples that count in any of `bases`, which differ in their weights only.
    ///
    /// # Errors
    /// What `watch`, which is called every now and then, stops with.
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
        // Neighbours often have the same stack: it is packed once.
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

    /// With the chains of rows that have so many first steps in common with the one before.
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

    /// The chain that a chain is a child of; the root's own is the root.
    pub fn above(&self, chain: ChainId) -> ChainId {
        self.chains[chain.index()].above
    }

    /// How many contexts a chain and all below it have.
    pub fn size(&self, chain: ChainId) -> u32 {
        self.chains[chain.index()].size
    }

    /// What is called in the contexts of a chain. The root calls nothing.
    pub fn nodes(&self, chain: ChainId) -> impl ExactSizeIterator<Item = NodeId> {
        let chain = self.chains[chain.index()];
        let from = self.chains[chain.above.index()].depth;
        let stack = self.rows.get(chain.from as usize).copied().unwrap_or(0);
        (from..chain.depth).map(move |step| self.packed.node(stack, step))
    }

    /// For each sample of the scope the chain whose last context it ends in: the root if it has no frame, `None` if it
    /// counts nowhere.
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

/// How large a stack is drawn, from the sums over its samples.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Drawn {
    /// As its |value|, all divided by the same power of two where their sum would not fit 64 bits: parts add up exactly.
    ByValue,
    /// As it is shown, so that a mean counts as what it is.
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

/// What each chain of a [`StackTree`] holds in one sample type.
pub struct ChainSums<'t> {
    tree: &'t StackTree,
    /// Sums of the rows before each, and of all.
    sums: Vec<Sums>,
    /// What ends before the first step.
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

    /// The value, as shown: the mean if there is a divisor.
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

    /// What ends at the last context of a chain: the shortest stack comes first, and only it can.
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

    /// Sum over the samples that pass each context of a chain.
    pub fn cum(&self, chain: ChainId) -> i64 {
        self.all(chain).value()
    }

    /// Sum over the samples whose last frame is the last context of a chain. None is in another of its contexts.
    pub fn flat(&self, chain: ChainId) -> i64 {
        self.own(chain).value()
    }

    /// How large a chain is drawn: the weights of all stacks that pass it.
    pub fn weight(&self, chain: ChainId) -> u64 {
        self.all(chain).weight()
    }

    /// The part of the weight that goes no further.
    pub fn own_weight(&self, chain: ChainId) -> u64 {
        self.own(chain).weight()
    }
}

/// Chains that are being made from rows in order.
struct Builder {
    chains: Vec<Chain>,
    /// Those that the last row passes, from the root down.
    open: Vec<ChainId>,
}

impl Builder {
    /// A chain that rows from `from` on pass, and that ends `depth` steps from the root.
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

    /// Ends, before row `to`, what goes further than `depth`. A chain of which only a part does is split there.
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
