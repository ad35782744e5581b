//! Stacks of nodes in a compact form that is quick to sort.
//!
//! A stack of nodes is packed into words, a few bits per node, so that one comparison covers many steps and a long
//! stack fits a cache line. Sorting goes word by word: only stacks that are equal so far are looked at again.

use super::call_tree::Direction;
use super::filter::Span;
use super::frames::NodeId;
use super::graph::Basis;

/// Stacks as words; a step is its node plus 1 in a few bits, the first step in the highest bits; 0 ends a stack.
pub(super) struct Packed {
    /// Bits per step, and steps per word.
    bits: u32,
    per_word: u32,
    words: Vec<u64>,
    /// Where each stack begins, plus the end of the last.
    starts: Vec<usize>,
    lens: Vec<u32>,
}

impl Packed {
    pub(super) fn new(nodes: usize) -> Self {
        let bits = (nodes as u64 + 1).ilog2() + 1;
        Self {
            bits,
            per_word: u64::BITS / bits,
            words: Vec::new(),
            starts: vec![0],
            lens: Vec::new(),
        }
    }

    /// Appends the stack of a sample, at most `most` steps; returns how many it has.
    pub(super) fn push(&mut self, basis: &Basis<'_>, span: &Span, direction: Direction, most: usize) -> usize {
        let stack = basis.stack(span);
        let mut writer = Writer {
            left: self.per_word,
            word: 0,
            steps: 0,
        };
        // Two loops, so that reversing a stack costs nothing.
        match direction {
            Direction::TopDown => {
                let nodes = stack.iter().rev().flat_map(|at| basis.frames.of(at).iter().rev());
                nodes.take(most).for_each(|node| writer.step(self, *node));
            }
            Direction::BottomUp => {
                let nodes = stack.iter().flat_map(|at| basis.frames.of(at));
                nodes.take(most).for_each(|node| writer.step(self, *node));
            }
        }
        if writer.left < self.per_word {
            self.words.push(writer.word << (writer.left * self.bits));
        }
        self.starts.push(self.words.len());
        self.lens.push(writer.steps);
        writer.steps as usize
    }

    /// Removes the last stack.
    pub(super) fn drop_last(&mut self) {
        self.starts.pop();
        self.lens.pop();
    }

    pub(super) fn len(&self, stack: u32) -> u32 {
        self.lens[stack as usize]
    }

    fn words(&self, stack: u32) -> &[u64] {
        &self.words[self.starts[stack as usize]..self.starts[stack as usize + 1]]
    }

    pub(super) fn node(&self, stack: u32, step: u32) -> NodeId {
        let word = self.words[self.starts[stack as usize] + (step / self.per_word) as usize];
        let shift = (self.per_word - 1 - step % self.per_word) * self.bits;
        NodeId(((word >> shift) & self.mask()) as u32 - 1)
    }

    fn mask(&self) -> u64 {
        (1 << self.bits) - 1
    }

    /// The length of the common prefix of two stacks, in steps.
    pub(super) fn common(&self, a: u32, b: u32) -> u32 {
        let (left, right) = (self.words(a), self.words(b));
        let same = left.iter().zip(right).take_while(|(left, right)| left == right).count();
        let shorter = self.len(a).min(self.len(b));
        match (left.get(same), right.get(same)) {
            (Some(left), Some(right)) => {
                let spare = u64::BITS - self.per_word * self.bits;
                let equal = ((left ^ right).leading_zeros() - spare) / self.bits;
                (same as u32 * self.per_word + equal).min(shorter)
            }
            _ => shorter,
        }
    }
}

/// Packs a stack.
struct Writer {
    /// How many more steps fit into the word.
    left: u32,
    word: u64,
    steps: u32,
}

impl Writer {
    fn step(&mut self, packed: &mut Packed, node: NodeId) {
        self.word = (self.word << packed.bits) | (u64::from(node.0) + 1);
        self.left -= 1;
        self.steps += 1;
        if self.left == 0 {
            packed.words.push(self.word);
            (self.word, self.left) = (0, packed.per_word);
        }
    }
}

/// How many stacks are processed between two calls of `watch`.
pub(super) const WATCH: usize = 1 << 14;
/// Up to this many stacks are sorted by comparison.
const FEW: usize = 16;

/// All stacks, sorted by their words.
///
/// # Errors
/// The error of `watch`, which is called regularly and may stop it.
pub(super) fn sorted<E>(packed: &Packed, watch: &mut impl FnMut() -> Result<(), E>) -> Result<Vec<u32>, E> {
    let mut keys: Vec<(u64, u32)> = (0..packed.lens.len() as u32).map(|stack| (0, stack)).collect();
    let mut work = vec![(0..keys.len(), 0)];
    while let Some((range, at)) = work.pop() {
        let start = range.start;
        let group = &mut keys[range];
        if group.len() <= FEW {
            let rest = |stack: u32| packed.words(stack).get(at..).unwrap_or_default();
            group.sort_unstable_by(|a, b| rest(a.1).cmp(rest(b.1)).then(a.1.cmp(&b.1)));
            continue;
        }
        watch()?;
        for (word, stack) in group.iter_mut() {
            *word = packed.words(*stack).get(at).copied().unwrap_or(0);
        }
        group.sort_unstable();
        let mut from = start;
        for same in group.chunk_by(|a, b| a.0 == b.0) {
            let to = from + same.len();
            let goes_on = same[0].0 & packed.mask() != 0;
            if goes_on && same.len() > 1 {
                work.push((from..to, at + 1));
            }
            from = to;
        }
    }
    Ok(keys.into_iter().map(|(_, stack)| stack).collect())
}
