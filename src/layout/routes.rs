//! The y of everything, and lines from box to box.

use super::layered::{Item, Kind, Layered};
use super::parts::Link;
use super::ports;
use super::scale::{Scale, clean};
use super::{Drawing, Edge, Placed, Point, Size};

/// The vertical range of a rank.
#[derive(Clone, Copy)]
struct Band {
    top: i64,
    bottom: i64,
}

/// Draws components whose x is known.
pub(super) fn draw(parts: &[Layered], nodes: &[Size], edges: &[Edge], scale: &Scale) -> Drawing {
    let items = || parts.iter().flat_map(|part| &part.items);
    let mut paper = Paper {
        scale,
        bands: bands(parts, edges, scale),
        width: items().map(|item| item.x + item.right).max().unwrap_or(0),
        boxes: vec![None; nodes.len()],
        routes: vec![Vec::new(); edges.len()],
        labels: vec![None; edges.len()],
    };
    for part in parts {
        paper.place_boxes(part, nodes);
        paper.draw_links(part);
        paper.draw_loops(part);
    }
    let bottom = paper.bands.last().map_or(0, |band| band.bottom);
    let band = |band: &Band| (scale.length(band.top), scale.length(band.bottom));
    Drawing {
        size: Size {
            width: scale.length(paper.width),
            height: scale.length(bottom),
        },
        ranks: paper.bands.iter().map(band).collect(),
        // Each box is in a component.
        boxes: paper.boxes.into_iter().flatten().collect(),
        routes: paper.routes,
        labels: paper.labels,
    }
}

/// The bands of the ranks, each as high as its contents.
fn bands(parts: &[Layered], edges: &[Edge], scale: &Scale) -> Vec<Band> {
    let depth = parts.iter().map(|part| part.ranks.len()).max().unwrap_or(0);
    let mut heights = vec![0; depth];
    let mut make_room = |rank: usize, height: i64| heights[rank] = height.max(heights[rank]);
    for part in parts {
        for (item, &node) in part.items.iter().zip(&part.part.boxes) {
            make_room(item.rank, scale.boxes[node].1);
        }
        let loops = part
            .part
            .loops
            .iter()
            .map(|&(node, edge)| (part.items[node].rank, edge));
        let links = part.part.links.iter().enumerate();
        let links = links.map(|(index, link)| (label_rank(part, index), link.edge));
        for (rank, edge) in loops.chain(links) {
            if let Some((_, height)) = scale.labels[edge] {
                make_room(rank, height);
            }
        }
    }
    let labelled = edges.iter().any(|edge| edge.label.is_some());
    let mut top = 0;
    let stack = |(rank, height): (usize, &i64)| {
        let band = Band {
            top,
            bottom: top + height,
        };
        let gap = match labelled {
            false => scale.rank,
            // Half of the way from box to box: to a rank of labels, or from one.
            true if rank % 2 == 0 => scale.rank - scale.rank / 2,
            true => scale.rank / 2,
        };
        top = band.bottom + gap;
        band
    };
    heights.iter().enumerate().map(stack).collect()
}

/// The rank of a link's label, if it has one.
fn label_rank(part: &Layered, link: usize) -> usize {
    let chain = &part.chains[link];
    let label = chain
        .iter()
        .map(|&item| &part.items[item])
        .find(|item| item.kind == Kind::Label);
    label.map_or(part.items[chain[0]].rank + 1, |item| item.rank)
}

/// A drawing in progress.
struct Paper<'a> {
    scale: &'a Scale,
    bands: Vec<Band>,
    /// The width in use so far.
    width: i64,
    boxes: Vec<Option<Placed>>,
    routes: Vec<Vec<Point>>,
    labels: Vec<Option<Point>>,
}

impl Paper<'_> {
    /// The upper edge of a box that is centred in its rank.
    fn top(&self, item: &Item, node: usize) -> i64 {
        let Band { top, bottom } = self.bands[item.rank];
        top + (bottom - top - self.scale.boxes[node].1) / 2
    }

    fn place_boxes(&mut self, part: &Layered, nodes: &[Size]) {
        for (item, &node) in part.items.iter().zip(&part.part.boxes) {
            let corner = self.scale.point(item.x - item.left, self.top(item, node));
            self.boxes[node] = Some(Placed {
                x: corner.x,
                y: corner.y,
                width: clean(nodes[node].width),
                height: clean(nodes[node].height),
                rank: item.rank,
            });
        }
    }

    fn draw_links(&mut self, part: &Layered) {
        let ports = ports::place(part, self.scale);
        for (index, (link, [start, end])) in part.part.links.iter().zip(ports).enumerate() {
            let (upper, lower) = (&part.items[link.upper], &part.items[link.lower]);
            let (above, below) = (part.part.boxes[link.upper], part.part.boxes[link.lower]);
            let mut corners = vec![
                (start, self.top(upper, above) + self.scale.boxes[above].1),
                (start, self.bands[upper.rank].bottom),
            ];
            if part.goes_around[index] {
                corners.extend(self.go_around(link, upper.rank + 1, lower.rank - 1));
            } else {
                let chain = &part.chains[index];
                let inner = chain[1..chain.len() - 1].iter().map(|&item| &part.items[item]);
                corners.extend(inner.flat_map(|item| self.pass(link, item)));
            }
            corners.extend([(end, self.bands[lower.rank].top), (end, self.top(lower, below))]);
            if link.reversed {
                corners.reverse();
            }
            let route = turns(corners).into_iter().map(|(x, y)| self.scale.point(x, y));
            self.routes[link.edge] = route.collect();
        }
    }

    /// The corners of a line in a rank that it passes; places its label if that is there.
    fn pass(&mut self, link: &Link, item: &Item) -> [(i64, i64); 2] {
        if item.kind == Kind::Label {
            self.label(link.edge, item.x + self.scale.edge, self.bands[item.rank]);
        }
        let Band { top, bottom } = self.bands[item.rank];
        [(item.x, top), (item.x, bottom)]
    }

    /// The corners of a line to the right of everything else, from one rank to another.
    fn go_around(&mut self, link: &Link, first: usize, last: usize) -> [(i64, i64); 2] {
        let x = self.width + self.scale.edge;
        self.width = x;
        if let Some((width, _)) = self.scale.labels[link.edge] {
            self.label(link.edge, x + self.scale.edge, self.bands[first]);
            self.width += self.scale.edge + width;
        }
        [(x, self.bands[first].top), (x, self.bands[last].bottom)]
    }

    /// Places the label of an edge in the middle of a band.
    fn label(&mut self, edge: usize, left: i64, band: Band) {
        self.labels[edge] = self.scale.labels[edge].map(|(width, _)| {
            let corners = [(left, band.top), (left + width, band.bottom)];
            self.scale.middle(corners[0], corners[1])
        });
    }

    /// Draws edges from a box to itself, nested on its right.
    fn draw_loops(&mut self, part: &Layered) {
        let scale = self.scale;
        let mut count = vec![0; part.part.boxes.len()];
        for &(place, _) in &part.part.loops {
            count[place] += 1;
        }
        let mut drawn = vec![0; part.part.boxes.len()];
        let mut labelled = drawn.clone();
        for &(place, edge) in &part.part.loops {
            let node = part.part.boxes[place];
            let (item, (width, height)) = (&part.items[place], scale.boxes[node]);
            let (top, right) = (self.top(item, node), item.x - item.left + width);
            let x = right + (drawn[place] + 1) * scale.edge;
            // Each begins higher and ends lower than those inside it.
            let slot = |index: i64| top + height * (index + 1) / (2 * count[place] + 1);
            let upper = slot(count[place] - 1 - drawn[place]);
            let lower = slot(count[place] + drawn[place]);
            let corners = [(right, upper), (x, upper), (x, lower), (right, lower)];
            self.routes[edge] = corners.map(|(x, y)| scale.point(x, y)).into();
            drawn[place] += 1;
            if let Some((width, _)) = scale.labels[edge] {
                let left = right + (count[place] + 1) * scale.edge + labelled[place];
                self.label(edge, left, self.bands[item.rank]);
                labelled[place] += scale.edge + width;
            }
        }
    }
}

/// The ends of a line and the corners at which it turns, without those at which it goes on vertically.
fn turns(corners: impl IntoIterator<Item = (i64, i64)>) -> Vec<(i64, i64)> {
    let mut turns: Vec<(i64, i64)> = Vec::new();
    for corner in corners {
        if turns.last() == Some(&corner) {
            continue;
        }
        if let [.., one, two] = turns[..]
            && one.0 == two.0
            && two.0 == corner.0
        {
            turns.pop();
        }
        turns.push(corner);
    }
    turns
}
