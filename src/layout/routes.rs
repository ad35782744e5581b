//! The y of everything, and lines from box to box.

use super::layered::{Kind, Layered};
use super::scale::{Scale, clean};
use super::{Drawing, Edge, Placed, Point, Size};

/// Where a rank is.
#[derive(Clone, Copy)]
struct Band {
    top: i64,
    bottom: i64,
}

/// Puts the parts, which have their x, on paper.
pub(super) fn draw(parts: &[Layered], nodes: &[Size], edges: &[Edge], scale: &Scale) -> Drawing {
    let bands = bands(parts, edges, scale);
    let mut boxes = vec![
        Placed {
            x: 0.0,
            y: 0.0,
            width: 0.0,
            height: 0.0,
            rank: 0
        };
        nodes.len()
    ];
    let mut routes = vec![Vec::new(); edges.len()];
    let mut labels = vec![None; edges.len()];
    let mut width = 0;
    for part in parts {
        let boxed = || part.items.iter().zip(&part.part.boxes);
        let tops: Vec<i64> = boxed()
            .map(|(item, &node)| {
                let band = bands[item.rank];
                band.top + (band.bottom - band.top - scale.boxes[node].1) / 2
            })
            .collect();
        for ((item, &node), &top) in boxed().zip(&tops) {
            let corner = scale.point(item.x - item.left, top);
            boxes[node] = Placed {
                x: corner.x,
                y: corner.y,
                width: clean(nodes[node].width),
                height: clean(nodes[node].height),
                rank: item.rank,
            };
        }
        width = part.items.iter().map(|item| item.x + item.right).fold(width, i64::max);
        let ports = ports(part);
        for ((link, chain), &(start, end)) in part.part.links.iter().zip(&part.chains).zip(&ports) {
            let (upper, lower) = (&part.items[link.upper], &part.items[link.lower]);
            let height = scale.boxes[part.part.boxes[link.upper]].1;
            let mut route = vec![
                scale.point(start, tops[link.upper] + height),
                scale.point(start, bands[upper.rank].bottom),
            ];
            for &index in &chain[1..chain.len() - 1] {
                let item = &part.items[index];
                let band = bands[item.rank];
                route.extend([scale.point(item.x, band.top), scale.point(item.x, band.bottom)]);
                if let (Kind::Label, Some((width, _))) = (item.kind, scale.labels[link.edge]) {
                    let left = item.x + scale.edge;
                    labels[link.edge] = Some(scale.middle((left, band.top), (left + width, band.bottom)));
                }
            }
            route.extend([
                scale.point(end, bands[lower.rank].top),
                scale.point(end, tops[link.lower]),
            ]);
            // A box as high as its rank has no way to its border, and a rank of lines may have no height.
            route.dedup();
            if link.reversed {
                route.reverse();
            }
            routes[link.edge] = route;
        }
        loops(part, &tops, scale, &mut routes, &mut labels);
    }
    Drawing {
        size: Size {
            width: scale.length(width),
            height: scale.length(bands.last().map_or(0, |band| band.bottom)),
        },
        boxes,
        routes,
        labels,
        ranks: bands
            .iter()
            .map(|band| (scale.length(band.top), scale.length(band.bottom)))
            .collect(),
    }
}

/// Ranks are as high as what is in them.
fn bands(parts: &[Layered], edges: &[Edge], scale: &Scale) -> Vec<Band> {
    let depth = parts.iter().map(|part| part.ranks.len()).max().unwrap_or(0);
    let mut heights = vec![0; depth];
    for part in parts {
        for (item, &node) in part.items.iter().zip(&part.part.boxes) {
            heights[item.rank] = scale.boxes[node].1.max(heights[item.rank]);
        }
        for &(node, edge) in &part.part.loops {
            let rank = part.items[node].rank;
            heights[rank] = scale.labels[edge].map_or(0, |(_, height)| height).max(heights[rank]);
        }
        for (link, chain) in part.part.links.iter().zip(&part.chains) {
            for item in chain
                .iter()
                .map(|&item| &part.items[item])
                .filter(|item| item.kind == Kind::Label)
            {
                heights[item.rank] = scale.labels[link.edge]
                    .map_or(0, |(_, height)| height)
                    .max(heights[item.rank]);
            }
        }
    }
    let labelled = edges.iter().any(|edge| edge.label.is_some());
    let mut top = 0;
    heights
        .iter()
        .enumerate()
        .map(|(rank, height)| {
            let band = Band {
                top,
                bottom: top + height,
            };
            top = band.bottom
                + match labelled {
                    false => scale.rank,
                    // Half of the way from box to box, which is to a rank of labels or from one.
                    true if rank % 2 == 0 => scale.rank - scale.rank / 2,
                    true => scale.rank / 2,
                };
            band
        })
        .collect()
}

/// Where each link leaves its upper box and reaches its lower one: spread on the side, in the order of where they go.
fn ports(part: &Layered) -> Vec<(i64, i64)> {
    let mut ports = vec![(0, 0); part.chains.len()];
    let mut leaving = vec![Vec::new(); part.part.boxes.len()];
    let mut coming = leaving.clone();
    for (index, (link, chain)) in part.part.links.iter().zip(&part.chains).enumerate() {
        leaving[link.upper].push((part.items[chain[1]].x, index));
        coming[link.lower].push((part.items[chain[chain.len() - 2]].x, index));
    }
    for (item, (leaving, coming)) in part.items.iter().zip(leaving.iter_mut().zip(&mut coming)) {
        leaving.sort_unstable();
        coming.sort_unstable();
        let (left, width) = (item.x - item.left, 2 * item.left);
        let slot = |index: usize, count: usize| left + width * (index as i64 + 1) / (count as i64 + 1);
        for (place, &(_, index)) in leaving.iter().enumerate() {
            ports[index].0 = slot(place, leaving.len());
        }
        for (place, &(_, index)) in coming.iter().enumerate() {
            ports[index].1 = slot(place, coming.len());
        }
    }
    ports
}

/// Edges from a box to itself, one outside the other on its right; `tops` are the upper sides of the boxes.
fn loops(part: &Layered, tops: &[i64], scale: &Scale, routes: &mut [Vec<Point>], labels: &mut [Option<Point>]) {
    let mut count = vec![0; tops.len()];
    for &(node, _) in &part.part.loops {
        count[node] += 1;
    }
    let mut done = vec![0; tops.len()];
    let mut labelled = vec![0; tops.len()];
    for &(node, edge) in &part.part.loops {
        let (width, height) = scale.boxes[part.part.boxes[node]];
        let right = part.items[node].x - part.items[node].left + width;
        let x = right + (done[node] + 1) * scale.edge;
        // Each begins higher and ends lower than those inside it.
        let slot = |index: i64| tops[node] + height * (index + 1) / (2 * count[node] + 1);
        let (upper, lower) = (slot(count[node] - 1 - done[node]), slot(count[node] + done[node]));
        routes[edge] = vec![
            scale.point(right, upper),
            scale.point(x, upper),
            scale.point(x, lower),
            scale.point(right, lower),
        ];
        done[node] += 1;
        if let Some((width, _)) = scale.labels[edge] {
            let left = right + (count[node] + 1) * scale.edge + labelled[node];
            labels[edge] = Some(scale.middle((left, tops[node]), (left + width, tops[node] + height)));
            labelled[node] += scale.edge + width;
        }
    }
}
