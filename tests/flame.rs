//! What holds for every call tree and for every picture of one, checked against the samples themselves: the tree is what
//! adding them up one by one gives, and the picture shows all of it, each part where it belongs.

use std::collections::BTreeMap;
use std::sync::Arc;

use heaptui::analyze::{CallTree, Direction, Icicle, NodeId, Part, TreeNode, TreeNodeId, covered, mean};
use heaptui::error::{Error, Result};
use heaptui::model::{Function, LabelSetId, Line, LocationId, Profile, ValueType};
use heaptui::progress::Observer;
use heaptui::report::{self, Environment, Options, Report};

use crate::support::fixtures;

/// A profile of stacks (each root first, of function numbers) and their values.
fn profile(stacks: impl IntoIterator<Item = (Vec<u64>, i64)>) -> Profile {
    let mut profile = Profile::default();
    let [kind, unit] = ["space", "bytes"].map(|text| profile.strings.intern(text.as_bytes()));
    profile.sample_types.push(ValueType { kind, unit });
    let mut locations: BTreeMap<u64, LocationId> = BTreeMap::new();
    for (stack, value) in stacks {
        let mut frames: Vec<LocationId> = Vec::new();
        for number in stack {
            let location = *locations.entry(number).or_insert_with(|| {
                let name = profile.strings.intern(format!("main.f{number}").as_bytes());
                let function = profile.add_function(Function {
                    name,
                    ..Function::default()
                });
                let line = Line {
                    function,
                    line: 1,
                    column: 0,
                };
                profile.add_location(None, number + 1, &[line])
            });
            frames.insert(0, location);
        }
        profile.add_sample(&frames, LabelSetId(0), &[value]);
    }
    profile
}

/// Every profile under a name: all fixtures, and shapes that are hard to draw.
fn profiles() -> Vec<(String, Arc<Profile>)> {
    let made: [(&str, Profile); 7] = [
        ("many small", profile((0..5000).map(|leaf| (vec![1, leaf], 1)))),
        (
            "one large, many small",
            profile((0..3000).map(|leaf| (vec![1, leaf], if leaf == 7 { 1 << 40 } else { 1 }))),
        ),
        (
            "nothing in sum",
            profile((0..300).flat_map(|leaf| [(vec![leaf], 5), (vec![leaf], -5)])),
        ),
        (
            "more and less",
            profile((0..40).map(|leaf| (vec![leaf % 3, leaf % 7, leaf], (leaf as i64 - 20) * 1000))),
        ),
        ("recursion", profile((1..200).map(|depth| (vec![1; depth], 3)))),
        ("no frames", profile([(vec![], 4), (vec![2], 4)])),
        (
            "too large",
            profile((0..9).map(|leaf| (vec![leaf / 2, leaf], if leaf % 4 == 3 { i64::MIN } else { i64::MAX }))),
        ),
    ];
    let mut profiles: Vec<(String, Arc<Profile>)> = made
        .into_iter()
        .map(|(name, profile)| (name.to_string(), Arc::new(profile)))
        .collect();
    profiles.extend(fixtures::all());
    profiles
}

/// Calls `check` for the trees of each profile, with what it is.
fn for_all(check: impl Fn(&Report, &CallTree, &str)) {
    for (name, profile) in profiles() {
        for settings in [&[][..], &[("mean", "true")], &[("hide", "runtime"), ("lines", "true")]] {
            let mut options = Options::default();
            for (name, value) in settings {
                let row = report::option(name).expect("an option");
                row.set(&mut options, value).expect("a value");
            }
            let row = report::report("top").expect("a report");
            let report = Report::new(&profile, row, None, &options, &Environment::default()).expect("a report");
            for direction in [Direction::TopDown, Direction::BottomUp] {
                let tree = CallTree::new(report.basis(), direction, &()).expect("nobody stops it");
                check(&report, &tree, &format!("{name} {settings:?} {direction:?}"));
            }
        }
    }
}

/// Sums of a context: (value, divisor) of what passes, of what ends there, of what begins there.
#[derive(Default)]
struct Sums {
    pass: (i128, i128),
    end: (i128, i128),
    begin: (i128, i128),
}

/// Each path with its sums, by adding the samples up one by one.
fn sums(report: &Report, direction: Direction) -> BTreeMap<Vec<NodeId>, Sums> {
    let mut sums: BTreeMap<Vec<NodeId>, Sums> = BTreeMap::new();
    let basis = report.basis();
    for span in basis.scope.spans() {
        let (value, divisor) = basis.weights.of(span.sample.index());
        if value == 0 && divisor == 0 {
            continue;
        }
        let mut path: Vec<NodeId> = basis.frames.walk(basis.stack(span)).map(|(node, _)| node).collect();
        if direction == Direction::BottomUp {
            path.reverse();
        }
        for depth in 0..=path.len() {
            let sums = sums.entry(path[..depth].to_vec()).or_default();
            let mut add = |sum: fn(&mut Sums) -> &mut (i128, i128)| {
                let sum = sum(sums);
                *sum = (sum.0 + i128::from(value), sum.1 + i128::from(divisor));
            };
            add(|sums| &mut sums.pass);
            if depth == path.len() {
                add(|sums| &mut sums.end);
            }
            if depth == path.len().min(1) {
                add(|sums| &mut sums.begin);
            }
        }
    }
    sums
}

fn shown((value, divisor): (i128, i128)) -> i64 {
    let clamp = |sum: i128| sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
    mean(clamp(value), clamp(divisor))
}

#[test]
fn the_tree_is_what_adding_up_gives() {
    for_all(|report, tree, what| {
        let sums = sums(report, tree.direction());
        assert_eq!(tree.len(), sums.len().max(1), "{what}: how many contexts");
        for id in (0..tree.len() as u32).map(TreeNodeId) {
            let context = tree.get(id);
            let path = tree.path(id);
            let nodes: Vec<NodeId> = path.iter().filter_map(|&id| tree.node(id)).collect();
            let Some(expected) = sums.get(&nodes) else {
                assert!(
                    sums.is_empty() && id == TreeNodeId::ROOT,
                    "{what}: {nodes:?} is a context"
                );
                continue;
            };
            let flat = match tree.direction() {
                Direction::TopDown => expected.end,
                Direction::BottomUp => expected.begin,
            };
            assert_eq!(
                (context.cum, context.flat),
                (shown(expected.pass), shown(flat)),
                "{what}: cum and flat of {nodes:?}"
            );
            assert_eq!(context.node, tree.node(id), "{what}");
            if id != TreeNodeId::ROOT {
                assert!(tree.children(context.parent).any(|child| child == id), "{what}");
            }
        }
    });
}

#[test]
fn children_are_ordered_and_add_up() {
    for_all(|report, tree, what| {
        let mut contexts: BTreeMap<NodeId, (TreeNodeId, usize)> = BTreeMap::new();
        for id in (0..tree.len() as u32).map(TreeNodeId) {
            let context = tree.get(id);
            let children: Vec<(TreeNodeId, TreeNode)> = tree.children(id).map(|id| (id, tree.get(id))).collect();
            assert_eq!(children.len(), context.children as usize, "{what}");
            let weight: u64 = children.iter().map(|(_, child)| child.weight).sum();
            assert_eq!(weight + context.own, context.weight, "{what}: weights add up");
            assert!(
                context.weight >= context.cum.unsigned_abs()
                    || report.options.mean
                    || tree.get(TreeNodeId::ROOT).weight > 1 << 62,
                "{what}: no context is drawn smaller than it is"
            );
            let mut next = TreeNodeId(id.0 + 1);
            for (child, row) in &children {
                assert_eq!(
                    (*child, row.parent),
                    (next, id),
                    "{what}: what is below stands together"
                );
                next = row.end;
            }
            assert_eq!(next, context.end, "{what}");
            let order = |row: &TreeNode| (std::cmp::Reverse(row.weight), row.node.map(|node| report.name(node)));
            assert!(
                children.is_sorted_by_key(|(_, row)| order(row)),
                "{what}: largest first, then by name"
            );
            if let Some(node) = context.node {
                let entry = contexts.entry(node).or_insert((id, 0));
                entry.1 += 1;
                if context.weight > tree.get(entry.0).weight {
                    entry.0 = id;
                }
            }
        }
        for (node, (heaviest, count)) in contexts {
            assert_eq!(
                (tree.heaviest(node), tree.contexts(node)),
                (Some(heaviest), count),
                "{what}"
            );
            assert_eq!(tree.contexts_of(|other| other == node).len(), count, "{what}");
        }
    });
}

#[test]
fn what_some_nodes_cover_counts_each_sample_once() {
    for_all(|report, tree, what| {
        let is_wanted = |node: NodeId| node.0.is_multiple_of(3);
        let (mut sum, mut end) = ((0, 0), TreeNodeId::ROOT);
        let sums = sums(report, tree.direction());
        for id in tree.contexts_of(is_wanted) {
            // What is below one that counts does not count again.
            if id >= end {
                end = tree.get(id).end;
                let path: Vec<NodeId> = tree.path(id).iter().filter_map(|&id| tree.node(id)).collect();
                let pass = sums[&path].pass;
                sum = (sum.0 + pass.0, sum.1 + pass.1);
            }
        }
        assert_eq!(covered(report.basis(), is_wanted), shown(sum), "{what}");
    });
}

#[test]
fn a_picture_shows_everything_where_it_belongs() {
    for_all(|_, tree, what| {
        for width in [1, 2, 7, 80, 1000] {
            let picture = Icicle::new(tree, Part::ROOT, width);
            check(tree, &picture, width, &format!("{what} in {width}"));
            for id in (0..tree.len() as u32).map(TreeNodeId) {
                let (row, at) = picture.locate(tree, id).expect("all is in the whole picture");
                let tile = picture.row(row)[at];
                assert!(tile.part.contains(tree, id), "{what}: {id:?}");
                let below = picture
                    .row(row + 1)
                    .iter()
                    .filter(|below| below.part.contains(tree, id));
                assert_eq!(below.count(), 0, "{what}: {id:?} is not shown lower");
            }
        }
    });
}

/// The laws of one picture.
fn check(tree: &CallTree, picture: &Icicle, width: u32, what: &str) {
    let [root] = picture.row(0) else {
        panic!("{what}: the first row is one tile")
    };
    let total = root.part.weight(tree).max(1);
    let exact = |at: u64| (u128::from(at) * u128::from(width) / u128::from(total)) as u32;
    // For each tile of the row above its exact left edge.
    let mut lefts = vec![0];
    for row in 1..=picture.len() {
        let (above, tiles) = (picture.row(row - 1), picture.row(row));
        let mut next = Vec::new();
        for (place, tile) in above.iter().enumerate() {
            let below: Vec<_> = tiles.iter().filter(|below| below.above == place).collect();
            let first = picture.first_below(row - 1, place).map(|at| tiles[at]);
            assert_eq!(first.as_ref(), below.first().copied(), "{what}: the first one below");
            let count = below.iter().map(|below| match below.part {
                Part::One(_) => 1,
                Part::Many { count, .. } => count,
            });
            let expected = match tile.part {
                Part::Many { count, .. } if row == 1 => count,
                Part::Many { .. } => 0,
                Part::One(id) if tile.from < tile.to => tree.get(id).children,
                Part::One(_) => 0,
            };
            assert_eq!(count.sum::<u32>(), expected, "{what}: every child is in a tile");
            let (mut left, mut cell) = (lefts[place], tile.from);
            for (at, below) in below.iter().enumerate() {
                let weight = below.part.weight(tree);
                assert!(
                    cell <= below.from && below.from <= below.to && below.to <= tile.to,
                    "{what}: within its parent"
                );
                let has_no_weight = root.part.weight(tree) == 0;
                assert!(
                    has_no_weight || below.from == exact(left),
                    "{what}: no drift on the left"
                );
                let is_last = at + 1 == expected as usize || at + 1 == self::len(tiles, place);
                let ends = below.to == exact(left + weight) || (is_last && below.to == below.from + 1);
                assert!(has_no_weight || ends, "{what}: no drift on the right");
                cell = below.to;
                next.push(left);
                left += weight;
            }
        }
        lefts = next;
        for (place, _) in tiles.iter().enumerate() {
            for cell in picture.cells(row, place) {
                let seen = picture.hit(row, cell).expect("a tile is seen there");
                let is_it = seen == place || tiles[seen].from == tiles[seen].to;
                assert!(
                    is_it && picture.cells(row, seen).contains(&cell),
                    "{what}: row {row}, cell {cell}"
                );
            }
        }
        if let Some(last) = tiles.last() {
            assert_eq!(
                picture.hit(row, last.to.max(last.from) + 1),
                None,
                "{what}: nothing right of it"
            );
        }
    }
}

fn len(tiles: &[heaptui::analyze::Tile], above: usize) -> usize {
    tiles.iter().filter(|tile| tile.above == above).count()
}

#[test]
fn each_step_into_what_is_merged_leads_further() {
    for_all(|_, tree, what| {
        for width in [2, 40, 120] {
            let mut todo = vec![Part::ROOT];
            let mut steps = 0;
            while let Some(part) = todo.pop() {
                let picture = Icicle::new(tree, part, width);
                check(tree, &picture, width, &format!("{what}: {part:?}"));
                let merged: Vec<Part> = (1..picture.len())
                    .flat_map(|row| picture.row(row))
                    .map(|tile| tile.part)
                    .filter(|part| matches!(part, Part::Many { .. }))
                    .collect();
                assert!(!merged.contains(&part), "{what}: {part:?} is made of other parts");
                // The first and the last are enough of a wide tree.
                todo.extend(
                    merged
                        .first()
                        .into_iter()
                        .chain(merged.last().filter(|_| merged.len() > 1)),
                );
                steps += 1;
                if steps > 40 {
                    break;
                }
            }
        }
    });
}

#[test]
fn stacks_may_be_deep() {
    let deep = profile([
        ((0..2).cycle().take(50_000).collect(), 8),
        ((0..2).cycle().take(49_000).collect(), 8),
    ]);
    let row = report::report("top").expect("a report");
    let report =
        Report::new(&Arc::new(deep), row, None, &Options::default(), &Environment::default()).expect("a report");
    for direction in [Direction::TopDown, Direction::BottomUp] {
        let tree = CallTree::new(report.basis(), direction, &()).expect("nobody stops it");
        let picture = Icicle::new(&tree, Part::ROOT, 80);
        assert!(picture.len() > 49_000, "every frame has its row");
    }
}

#[test]
fn nobody_waits_for_a_tree_that_is_not_wanted() {
    struct Stops;
    impl Observer for Stops {
        fn progress(&self, _: u64, _: Option<u64>) -> Result<()> {
            Err(Error::Cancelled)
        }
    }
    let row = report::report("top").expect("a report");
    let profile = Arc::new(profile([(vec![1, 2], 1)]));
    let report = Report::new(&profile, row, None, &Options::default(), &Environment::default()).expect("a report");
    let outcome = CallTree::new(report.basis(), Direction::TopDown, &Stops);
    assert!(matches!(outcome, Err(Error::Cancelled)));
}
