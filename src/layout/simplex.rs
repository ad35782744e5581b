//! Minimizes a weighted sum of lengths: network simplex.
//!
//! Source: Gansner and others, as cited in the module above, section 2.3. The tree of tight arcs is grown from its smallest
//! pieces, each moved where its weights pull it, so that few exchanges are left to do.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// `head` must be at least `length` beyond `tail`; each unit more costs `weight`.
#[derive(Clone, Copy)]
pub(super) struct Arc {
    pub(super) tail: usize,
    pub(super) head: usize,
    pub(super) length: i64,
    pub(super) weight: i64,
}

/// How many arcs to exchange are compared.
const CANDIDATES: usize = 30;
const NONE: usize = usize::MAX;

/// Where to put a position that nothing pulls.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Idle {
    /// At an end of its range.
    AtAnEnd,
    /// In the middle of its range.
    Centred,
}

/// An end of an arc.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Tail,
    Head,
}

/// Moves the positions `at`, which satisfy all arcs, to where they cost least, or as near to that as `budget` steps allow.
/// Positions that no arcs connect do not affect each other.
pub(super) fn solve(arcs: &[Arc], at: &mut [i64], idle: Idle, budget: u64) {
    if at.len() < 2 {
        return;
    }
    let mut tree = Tree::new(arcs, at);
    tree.grow();
    tree.hang();
    let mut next = 0;
    while tree.steps < budget
        && let Some(place) = tree.leaving(&mut next)
    {
        tree.exchange(place);
    }
    if idle == Idle::Centred {
        tree.centre(budget + budget / 4);
    }
}

/// Tight arcs that connect all nodes. Removing one of them divides the nodes into two sides, that of its tail and that of
/// its head.
struct Tree<'a> {
    arcs: &'a [Arc],
    at: &'a mut [i64],
    /// The arcs of all nodes, end to end, and where those of each node begin.
    touching: Vec<usize>,
    begin: Vec<usize>,
    /// The arcs in the tree.
    members: Vec<usize>,
    is_member: Vec<bool>,
    /// For each arc in the tree its cut value: the weight of all arcs from its tail's side to its head's, minus those back.
    /// Lengthening an arc with a negative value saves cost.
    cut: Vec<i64>,
    /// For each node the arc towards the root, and its depth.
    up: Vec<usize>,
    depth: Vec<i64>,
    /// For each node the exchange and side in which it was last found.
    side: Vec<u64>,
    exchanges: u64,
    steps: u64,
}

impl<'a> Tree<'a> {
    fn new(arcs: &'a [Arc], at: &'a mut [i64]) -> Self {
        let count = at.len();
        let mut begin = vec![0; count + 1];
        for arc in arcs {
            begin[arc.tail] += 1;
            begin[arc.head] += 1;
        }
        let mut sum = 0;
        for degree in &mut begin {
            sum += *degree;
            *degree = sum;
        }
        let mut touching = vec![0; sum];
        for (index, arc) in arcs.iter().enumerate().rev() {
            for node in [arc.head, arc.tail] {
                begin[node] -= 1;
                touching[begin[node]] = index;
            }
        }
        Tree {
            arcs,
            at,
            touching,
            begin,
            members: Vec::with_capacity(count - 1),
            is_member: vec![false; arcs.len()],
            cut: vec![0; arcs.len()],
            up: vec![NONE; count],
            depth: vec![0; count],
            side: vec![0; count],
            exchanges: 0,
            steps: 0,
        }
    }

    fn slack(&self, arc: usize) -> i64 {
        let Arc { tail, head, length, .. } = self.arcs[arc];
        self.at[head] - self.at[tail] - length
    }

    fn other_end(&self, arc: usize, node: usize) -> usize {
        self.arcs[arc].tail + self.arcs[arc].head - node
    }

    fn add(&mut self, arc: usize) {
        self.members.push(arc);
        self.is_member[arc] = true;
    }

    /// Joins pieces of the tree, the smallest first, each moved as far as the arcs allow to where it is pulled.
    fn grow(&mut self) {
        let count = self.at.len();
        let mut pieces = Pieces {
            of: (0..count).collect(),
            nodes: (0..count).map(|node| vec![node]).collect(),
        };
        // Arcs that cost something first: they had better be in the tree.
        for free in [false, true] {
            for (index, arc) in self.arcs.iter().enumerate() {
                if (arc.weight == 0) == free && self.slack(index) == 0 && pieces.join(arc.tail, arc.head) {
                    self.add(index);
                }
            }
        }
        let sized = |pieces: &Pieces, piece: usize| Reverse((pieces.nodes[piece].len(), piece));
        let mut queue: BinaryHeap<_> = (0..count)
            .filter(|&piece| !pieces.nodes[piece].is_empty())
            .map(|piece| sized(&pieces, piece))
            .collect();
        while let Some(entry) = queue.pop() {
            let Reverse((_, piece)) = entry;
            if pieces.nodes[piece].len() == count {
                break;
            }
            if entry != sized(&pieces, piece) {
                continue;
            }
            let mut pull = 0;
            // The arcs with the least slack that a move to the left shortens, and a move to the right.
            let mut shortest: [Option<(i64, usize)>; 2] = [None, None];
            for &node in &pieces.nodes[piece] {
                for &index in &self.touching[self.begin[node]..self.begin[node + 1]] {
                    if pieces.of[self.other_end(index, node)] == piece {
                        continue;
                    }
                    let leaves = self.arcs[index].tail == node;
                    pull += if leaves {
                        self.arcs[index].weight
                    } else {
                        -self.arcs[index].weight
                    };
                    let candidate = Some((self.slack(index), index));
                    let shortest = &mut shortest[usize::from(leaves)];
                    if shortest.is_none() || candidate < *shortest {
                        *shortest = candidate;
                    }
                }
            }
            let to_the_right = match shortest {
                [Some(left), Some(right)] => pull > 0 || (pull == 0 && right.0 < left.0),
                [None, _] => true,
                [_, None] => false,
            };
            let Some((slack, index)) = shortest[usize::from(to_the_right)] else {
                continue;
            };
            let shift = if to_the_right { slack } else { -slack };
            for &node in &pieces.nodes[piece] {
                self.at[node] += shift;
            }
            let Arc { tail, head, .. } = self.arcs[index];
            pieces.join(tail, head);
            self.add(index);
            queue.push(sized(&pieces, pieces.of[tail]));
        }
    }

    /// Finds the path from each node to its root, and each arc's cut value.
    fn hang(&mut self) {
        let count = self.at.len();
        // From the roots outwards.
        let mut order = Vec::with_capacity(count);
        let mut is_found = vec![false; count];
        let mut next = 0;
        for root in 0..count {
            if !std::mem::replace(&mut is_found[root], true) {
                order.push(root);
            }
            while let Some(&node) = order.get(next) {
                next += 1;
                for &index in &self.touching[self.begin[node]..self.begin[node + 1]] {
                    let other = self.other_end(index, node);
                    if self.is_member[index] && !std::mem::replace(&mut is_found[other], true) {
                        self.up[other] = index;
                        self.depth[other] = self.depth[node] + 1;
                        order.push(other);
                    }
                }
            }
        }
        let mut pull = vec![0; count];
        for arc in self.arcs {
            pull[arc.tail] += arc.weight;
            pull[arc.head] -= arc.weight;
        }
        for &node in order.iter().rev() {
            let index = self.up[node];
            if index != NONE {
                self.cut[index] = if self.arcs[index].tail == node {
                    pull[node]
                } else {
                    -pull[node]
                };
                let above = self.other_end(index, node);
                pull[above] += pull[node];
            }
        }
    }

    /// The position in `members` of an arc that should be longer, searched from `next` on.
    fn leaving(&mut self, next: &mut usize) -> Option<usize> {
        let mut best: Option<usize> = None;
        let mut found = 0;
        for _ in 0..self.members.len() {
            *next = if *next + 1 < self.members.len() { *next + 1 } else { 0 };
            self.steps += 1;
            let cut = self.cut[self.members[*next]];
            if cut < 0 {
                if best.is_none_or(|best| cut < self.cut[self.members[best]]) {
                    best = Some(*next);
                }
                found += 1;
                if found == CANDIDATES {
                    break;
                }
            }
        }
        best
    }

    /// The smaller side of a tree arc: its nodes, and which end of the arc is there.
    fn smaller_side(&mut self, member: usize) -> (Vec<usize>, End) {
        self.exchanges += 1;
        let Arc { tail, head, .. } = self.arcs[member];
        let mark = [2 * self.exchanges, 2 * self.exchanges + 1];
        let mut sides = [vec![tail], vec![head]];
        self.side[tail] = mark[0];
        self.side[head] = mark[1];
        // On each side, the next node and the next of its arcs.
        let mut next = [(0, self.begin[tail]), (0, self.begin[head])];
        loop {
            for side in 0..2 {
                self.steps += 1;
                let (node, arc) = &mut next[side];
                while *arc == self.begin[sides[side][*node] + 1] {
                    *node += 1;
                    let Some(&following) = sides[side].get(*node) else {
                        return (std::mem::take(&mut sides[side]), [End::Tail, End::Head][side]);
                    };
                    *arc = self.begin[following];
                }
                let index = self.touching[*arc];
                *arc += 1;
                let other = self.other_end(index, sides[side][*node]);
                if self.is_member[index] && index != member && self.side[other] != mark[side] {
                    self.side[other] = mark[side];
                    sides[side].push(other);
                }
            }
        }
    }

    /// The arc with the least slack from the head's side of a tree arc to its tail's.
    fn entering(&mut self, nodes: &[usize], end: End) -> Option<(i64, usize)> {
        let mut best = None;
        let own = self.side[*nodes.first()?];
        for &node in nodes {
            for &index in &self.touching[self.begin[node]..self.begin[node + 1]] {
                self.steps += 1;
                let arc = self.arcs[index];
                let (inner, outer) = match end {
                    End::Tail => (arc.head, arc.tail),
                    End::Head => (arc.tail, arc.head),
                };
                if inner == node && self.side[outer] != own {
                    let candidate = (self.slack(index), index);
                    best = Some(best.map_or(candidate, |best: (i64, usize)| best.min(candidate)));
                }
            }
        }
        best
    }

    /// Lengthens a tree arc until another becomes tight, which takes its place in the tree.
    fn exchange(&mut self, place: usize) {
        let leaving = self.members[place];
        let (nodes, end) = self.smaller_side(leaving);
        let Some((slack, entering)) = self.entering(&nodes, end) else {
            return;
        };
        for &node in &nodes {
            self.at[node] += if end == End::Tail { -slack } else { slack };
        }
        // The entering arc and the tree form a cycle; every tree arc on it changes its cut value.
        let gain = -self.cut[leaving];
        let Arc { tail, head, .. } = self.arcs[entering];
        let (mut from_head, mut from_tail) = (head, tail);
        while from_head != from_tail {
            self.steps += 1;
            let at_head = self.depth[from_head] >= self.depth[from_tail];
            let node = if at_head { &mut from_head } else { &mut from_tail };
            let index = self.up[*node];
            let upwards = self.arcs[index].tail == *node;
            *node = self.arcs[index].tail + self.arcs[index].head - *node;
            self.cut[index] += if upwards == at_head { gain } else { -gain };
        }
        self.cut[entering] = gain;
        self.is_member[leaving] = false;
        // The smaller side now hangs from the entering arc; if the root was there, it moves to the other end of the
        // leaving arc.
        let own = self.side[nodes[0]];
        let (inner, outer) = if self.side[tail] == own {
            (tail, head)
        } else {
            (head, tail)
        };
        let Arc { tail, head, .. } = self.arcs[leaving];
        let beyond = if end == End::Tail { head } else { tail };
        if self.up[beyond] == leaving {
            self.up[beyond] = NONE;
        }
        self.up[inner] = entering;
        self.depth[inner] = self.depth[outer] + 1;
        let mut open = vec![inner];
        while let Some(node) = open.pop() {
            for position in self.begin[node]..self.begin[node + 1] {
                self.steps += 1;
                let index = self.touching[position];
                if self.is_member[index] && index != self.up[node] {
                    let other = self.other_end(index, node);
                    self.up[other] = index;
                    self.depth[other] = self.depth[node] + 1;
                    open.push(other);
                }
            }
        }
        self.is_member[entering] = true;
        self.members[place] = entering;
    }

    /// Centres in its range what can move without cost.
    fn centre(&mut self, budget: u64) {
        for place in 0..self.members.len() {
            let member = self.members[place];
            if self.cut[member] != 0 || self.steps >= budget {
                continue;
            }
            let (nodes, end) = self.smaller_side(member);
            if let Some((slack, _)) = self.entering(&nodes, end) {
                for &node in &nodes {
                    self.at[node] += if end == End::Tail { -slack / 2 } else { slack / 2 };
                }
            }
        }
    }
}

/// Connected components so far (union-find).
struct Pieces {
    of: Vec<usize>,
    nodes: Vec<Vec<usize>>,
}

impl Pieces {
    /// Joins two pieces; false if they were joined already.
    fn join(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.of[one], self.of[other]);
        if one == other {
            return false;
        }
        let (small, large) = match self.nodes[one].len() < self.nodes[other].len() {
            true => (one, other),
            false => (other, one),
        };
        let moved = std::mem::take(&mut self.nodes[small]);
        for &node in &moved {
            self.of[node] = large;
        }
        self.nodes[large].extend(moved);
        true
    }
}
