//! The pass over all samples that adds up calls.
//!
//! 1. **Code** ([`Codes::new`]): each node gets its place among the kept ones, and a flag if calls into it are wanted;
//!    each location gets the state in which it leaves a walk down a stack. Nothing else is looked up per sample.
//! 2. **Reduce** ([`Codes::wanted`]): a stack is reduced to the few locations that have a wanted node, each with the node
//!    that called it. Which they are is unpredictable, so the loop is branch-free. It works on parts of bounded size.
//! 3. **Count** ([`Path::call`]): each step of what is left is an edge, counted once per sample.
//! 4. **Merge** ([`edges`]): parts of the samples are added up concurrently, then their tables are merged.

use rustc_hash::FxHashMap;

use super::filter::Span;
use super::frames::{Frames, NodeId};
use super::graph::{Basis, Edge};
use super::sums::in_parts;
use crate::model::{LocationId, Stack};

/// Which calls are added up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum CallScope {
    /// All of them.
    All,
    /// Those into nodes with inlined calls, to tell whether all of a node's calls are inlined.
    Inlined,
}

/// Calls between the kept nodes, or between all nodes if `kept` is `None`.
pub(super) fn edges(basis: Basis<'_>, kept: Option<&[bool]>, wanted: CallScope) -> Vec<Edge> {
    let codes = Codes::new(basis.frames, kept, wanted);
    if !codes.wants_edges {
        return Vec::new();
    }
    let mut tables = in_parts(basis.scope.spans(), |spans| edges_of(basis, spans, &codes)).into_iter();
    let mut edges = tables.next().unwrap_or_else(|| EdgeTable::new(&codes, 0));
    for part in tables.flat_map(|table| table.edges) {
        edges.find(part.edge.from.0, part.edge.to.0).edge.merge(&part.edge);
    }
    let named = |counted: Counted| Edge {
        from: codes.nodes[counted.edge.from.index()],
        to: codes.nodes[counted.edge.to.index()],
        ..counted.edge
    };
    edges.edges.into_iter().map(named).collect()
}

/// What the pass knows of locations and nodes. A code is a node's place among the kept ones, plus flags.
struct Codes {
    /// For each location the state after it on the way down a stack: see [`State`].
    behind: Vec<State>,
    /// For each location the codes of its nodes, innermost first: nearly all have one or two. [`NONE`] if there is no
    /// second one; [`MORE`] and [`NONE`] for any other number of nodes.
    pairs: Vec<[u32; 2]>,
    /// The code of each node, without [`INLINE`].
    codes: Vec<u32>,
    /// The node of each place.
    nodes: Vec<NodeId>,
    wants_edges: bool,
}

const NONE: u32 = u32::MAX;
const MORE: u32 = u32::MAX - 1;
/// Flag: calls into the node are added up.
const WANTED: u32 = 1 << 31;
/// Flag: the call was inlined.
const INLINE: u32 = 1 << 30;
/// Stands for a node that is not kept.
const PASSED_OVER: u32 = INLINE - 1;

/// The state of a walk down a stack: the place of the last kept node, and flags.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State(u32);

impl State {
    /// Before the first kept node.
    const START: Self = Self(0);
    /// There is a last kept node.
    const KEPT: u32 = 1 << 31;
    /// Nodes that are not kept came after it.
    const RESIDUAL: u32 = 1 << 30;
    /// The last location has a node into which calls are added up.
    const CALLED: u32 = 1 << 29;

    /// The state after the nodes of a location, innermost first.
    fn behind(nodes: &[NodeId], codes: &[u32]) -> Self {
        let code = |node: &NodeId| codes[node.index()];
        let Some(last) = nodes.iter().position(|node| code(node) != PASSED_OVER) else {
            return Self(if nodes.is_empty() { 0 } else { Self::RESIDUAL });
        };
        let residual = if last > 0 { Self::RESIDUAL } else { 0 };
        let is_wanted = nodes.iter().any(|node| code(node) & WANTED != 0);
        let called = if is_wanted { Self::CALLED } else { 0 };
        Self((code(&nodes[last]) & !WANTED) | Self::KEPT | residual | called)
    }

    /// The state after another location.
    #[inline(always)]
    fn then(self, behind: Self) -> Self {
        if behind.0 & Self::KEPT != 0 {
            behind
        } else {
            Self(self.0 | behind.0)
        }
    }

    #[inline(always)]
    fn is_called(self) -> bool {
        self.0 & Self::CALLED != 0
    }

    /// The place of the last kept node.
    #[inline(always)]
    fn place(self) -> Option<u32> {
        (self.0 & Self::KEPT != 0).then_some(self.0 & (Self::CALLED - 1))
    }

    #[inline(always)]
    fn is_residual(self) -> bool {
        self.0 & Self::RESIDUAL != 0
    }
}

/// How many frames are reduced at once: stacks of Go have no more, hostile ones have millions.
const AT_ONCE: usize = 1024;

/// A location with a wanted node, and the state before it.
#[derive(Clone, Copy)]
struct Step {
    location: LocationId,
    before: State,
}

impl Codes {
    fn new(frames: &Frames, kept: Option<&[bool]>, scope: CallScope) -> Self {
        let locations = frames.locations();
        let mut wanted = vec![scope == CallScope::All; frames.len()];
        if scope == CallScope::Inlined {
            for location in locations.clone() {
                let [inlined @ .., _] = frames.of(location) else {
                    continue;
                };
                inlined.iter().for_each(|node| wanted[node.index()] = true);
            }
        }
        let (mut codes, mut nodes) = (vec![PASSED_OVER; frames.len()], Vec::new());
        let mut wants_edges = false;
        for (row, code) in codes.iter_mut().enumerate() {
            if kept.is_none_or(|kept| kept[row]) {
                *code = nodes.len() as u32 | if wanted[row] { WANTED } else { 0 };
                wants_edges |= wanted[row];
                nodes.push(NodeId(row as u32));
            }
        }
        let code = |node: &NodeId| codes[node.index()];
        let pair = |location| match frames.of(location) {
            [only] => [code(only), NONE],
            [inlined, outer] => [code(inlined) | INLINE, code(outer)],
            _ => [MORE, NONE],
        };
        let behind = |location| State::behind(frames.of(location), &codes);
        Self {
            behind: locations.clone().map(behind).collect(),
            pairs: locations.map(pair).collect(),
            codes,
            nodes,
            wants_edges,
        }
    }

    /// The locations of a part of a stack that have a wanted node, outermost first, in a buffer that is reused.
    /// `before` is the state before the part, and becomes the state after it.
    #[inline(always)]
    fn wanted<'b>(&self, part: Stack<'_>, before: &mut State, buffer: &'b mut [Step; AT_ONCE]) -> &'b [Step] {
        let (mut length, mut state) = (0, *before);
        part.iter().rev().for_each(|location| {
            let behind = self.behind[location.index()];
            let before = state;
            buffer[length] = Step { location, before };
            length += usize::from(behind.is_called());
            state = state.then(behind);
        });
        *before = state;
        &buffer[..length]
    }
}

/// The parts of a stack, the outermost first.
fn parts(stack: Stack<'_>) -> impl Iterator<Item = Stack<'_>> {
    let ends = (1..=stack.len()).rev().step_by(AT_ONCE);
    ends.map(move |end| stack.part(end.saturating_sub(AT_ONCE) as u32, end as u32))
}

fn edges_of(basis: Basis<'_>, spans: &[Span], codes: &Codes) -> EdgeTable {
    let mut edges = EdgeTable::new(codes, spans.len());
    let nowhere = Step {
        location: LocationId(0),
        before: State::START,
    };
    let mut buffer = [nowhere; AT_ONCE];
    for (stamp, span) in (1u32..).zip(spans) {
        let (value, divisor) = basis.weights.of(span.sample.index());
        if value == 0 && divisor == 0 {
            continue;
        }
        let mut before = State::START;
        for part in parts(basis.stack(span)) {
            for step in codes.wanted(part, &mut before, &mut buffer) {
                let mut path = Path {
                    parent: step.before.place(),
                    residual: step.before.is_residual(),
                    edges: &mut edges,
                    add: |edge: &mut Edge, inline: bool| {
                        edge.add(value, divisor);
                        edge.inline &= inline;
                    },
                    stamp,
                };
                let [first, second] = codes.pairs[step.location.index()];
                if second != NONE {
                    path.call(second);
                    path.call(first);
                } else if first != MORE {
                    path.call(first);
                } else {
                    let nodes = basis.frames.of(step.location);
                    for (at, node) in nodes.iter().enumerate().rev() {
                        let inline = if at + 1 < nodes.len() { INLINE } else { 0 };
                        path.call(codes.codes[node.index()] | inline);
                    }
                }
            }
        }
    }
    edges
}

/// The walk down a stack.
struct Path<'e, A> {
    /// The place of the last kept node.
    parent: Option<u32>,
    /// Whether nodes that are not kept came after it.
    residual: bool,
    edges: &'e mut EdgeTable,
    /// Counts the sample for an edge.
    add: A,
    stamp: u32,
}

impl<A: Fn(&mut Edge, bool)> Path<'_, A> {
    /// Steps to a node.
    #[inline(always)]
    fn call(&mut self, code: u32) {
        let node = code & !(WANTED | INLINE);
        if node == PASSED_OVER {
            self.residual = true;
            return;
        }
        if code & WANTED != 0
            && let Some(parent) = self.parent
            && parent != node
        {
            let counted = self.edges.find(parent, node);
            if counted.stamp != self.stamp {
                counted.stamp = self.stamp;
                (self.add)(&mut counted.edge, code & INLINE != 0);
                counted.edge.residual |= self.residual;
            }
        }
        self.parent = Some(node);
        self.residual = false;
    }
}

/// Edges, by the places of their ends.
struct EdgeTable {
    edges: Vec<Counted>,
    index: EdgeIndex,
}

/// An edge whose ends are places, and the number of the last sample counted for it.
struct Counted {
    edge: Edge,
    stamp: u32,
}

/// (caller, callee) → row. With few nodes it is a matrix, which is several times as fast as hashing.
enum EdgeIndex {
    /// A square of rows plus one; 0 for no row.
    Matrix {
        side: usize,
        rows: Vec<u32>,
    },
    Hashed(FxHashMap<(u32, u32), u32>),
}

/// The most nodes for a matrix: 4 MiB of rows.
const MATRIX_SIDE: usize = 1024;
/// The most cells per sample for a matrix: larger ones cost more to allocate than they save.
const CELLS_PER_SAMPLE: usize = 32;

impl EdgeTable {
    fn new(codes: &Codes, samples: usize) -> Self {
        let side = codes.nodes.len();
        let index = if side <= MATRIX_SIDE && side * side <= CELLS_PER_SAMPLE * samples {
            EdgeIndex::Matrix {
                side,
                rows: vec![0; side * side],
            }
        } else {
            EdgeIndex::Hashed(FxHashMap::default())
        };
        Self {
            edges: Vec::new(),
            index,
        }
    }

    /// The edge between two places, created if new.
    #[inline]
    fn find(&mut self, from: u32, to: u32) -> &mut Counted {
        let next = self.edges.len() as u32;
        let row = match &mut self.index {
            EdgeIndex::Matrix { side, rows } => {
                let row = &mut rows[from as usize * *side + to as usize];
                if *row == 0 {
                    *row = next + 1;
                }
                *row - 1
            }
            EdgeIndex::Hashed(index) => *index.entry((from, to)).or_insert(next),
        };
        if row == next {
            self.edges.push(Counted {
                edge: Edge::new(NodeId(from), NodeId(to)),
                stamp: 0,
            });
        }
        &mut self.edges[row as usize]
    }
}
