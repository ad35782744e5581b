//! Where lines meet their boxes.

use super::layered::{Kind, Layered, places};
use super::scale::Scale;

/// How many passes over all boxes let both ends of a line settle.
const PASSES: usize = 3;

/// For each link where it leaves its upper box and where it reaches its lower one: vertically above each other if
/// possible, otherwise on the side that it comes from or goes to; in the order of their other ends, and spaced like
/// lines if there is room.
pub(super) fn place(layered: &Layered, scale: &Scale) -> Vec<[i64; 2]> {
    let place = places(&layered.ranks, layered.items.len());
    // Where on an item a line can pass.
    let room = |index: usize| {
        let item = &layered.items[index];
        if item.kind != Kind::Box {
            return (item.x, item.x);
        }
        let (left, width) = (item.x - item.left, scale.boxes[layered.part.boxes[index]].0);
        let margin = scale.edge.min(width / 4);
        (left + margin, left + width - margin)
    };
    let boxes = layered.part.boxes.len();
    // For the lower and upper side of each box the lines there, and where they go.
    let mut lines = [vec![Vec::new(); boxes], vec![Vec::new(); boxes]];
    let mut ports = Vec::with_capacity(layered.chains.len());
    for (index, chain) in layered.chains.iter().enumerate() {
        let last = chain.len() - 1;
        ports.push(
            [(chain[0], chain[1], 0), (chain[last], chain[last - 1], 1)].map(|(own, next, side)| {
                if layered.goes_around[index] {
                    lines[side][own].push((usize::MAX, index));
                    return room(own).1;
                }
                lines[side][own].push((place[next], index));
                meet(room(own), room(next))
            }),
        );
    }
    for lines in lines.iter_mut().flatten() {
        lines.sort_unstable();
    }
    let is_direct = |link: usize| layered.chains[link].len() == 2 && !layered.goes_around[link];
    for side in [0, 1].repeat(PASSES) {
        for (node, lines) in lines[side].iter().enumerate() {
            let (left, right) = room(node);
            let wanted = |&(_, link): &(usize, usize)| match is_direct(link) {
                true => ports[link][1 - side].clamp(left, right),
                false => ports[link][side],
            };
            let wanted: Vec<i64> = lines.iter().map(wanted).collect();
            for (&(_, link), at) in lines.iter().zip(spread(&wanted, (left, right), scale.edge)) {
                ports[link][side] = at;
            }
        }
    }
    ports
}

/// Where a line to `other` leaves `own`.
fn meet(own: (i64, i64), other: (i64, i64)) -> i64 {
    let (left, right) = (own.0.max(other.0), own.1.min(other.1));
    match left <= right {
        true => left + (right - left) / 2,
        false => right.clamp(own.0, own.1),
    }
}

/// Moves positions, keeping their order, as little as `distance` between them requires, inside `room`; if there is too
/// little, they are spread evenly.
fn spread(wanted: &[i64], room: (i64, i64), distance: i64) -> Vec<i64> {
    let count = wanted.len() as i64;
    let extent = distance * (count - 1).max(0);
    if extent >= room.1 - room.0 {
        let slot = |index: i64| room.0 + (room.1 - room.0) * (2 * index + 1) / (2 * count);
        return (0..count).map(slot).collect();
    }
    // With distances subtracted: groups at one position, the mean of what their members want, as sum and count.
    let mut groups: Vec<(i128, i128)> = Vec::new();
    for (index, &at) in wanted.iter().enumerate() {
        let mut group = (i128::from(at - distance * index as i64), 1);
        while let Some(&(sum, members)) = groups.last()
            && sum * group.1 >= group.0 * members
        {
            group = (group.0 + sum, group.1 + members);
            groups.pop();
        }
        groups.push(group);
    }
    let means = groups
        .iter()
        .flat_map(|&(sum, members)| std::iter::repeat_n((sum / members) as i64, members as usize));
    let inside = means.map(|at| at.clamp(room.0, room.1 - extent));
    inside
        .enumerate()
        .map(|(index, at)| at + distance * index as i64)
        .collect()
}
