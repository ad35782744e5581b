//! The rows around a function: the heaviest path to it, its callers, itself, its callees.

use crate::analyze::{CallSites, CallTree, Edge, NodeId};
use crate::ui::view::details::Site;
use crate::ui::widget::figure;
use crate::ui::work::listing::Listing;

/// A path to the root that is longer is no help.
const LONGEST_PATH: usize = 40;

/// A row of the view.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub(super) role: Role,
    pub(super) name: String,
    /// For calls: weight, and cum of the function in the middle, which is 100%.
    pub(super) weight: i64,
    pub(super) whole: i64,
    pub(super) inline: bool,
    pub(super) at: Option<Site>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// On the heaviest path to the root, above the callers.
    Above,
    Caller,
    This,
    Callee,
    /// What the heaviest caller calls, too.
    Beside,
    /// A line that says that there are none.
    Nothing(&'static str),
}

impl Entry {
    /// Its name without the line that stands in a column of its own.
    pub(super) fn shown(&self) -> &str {
        self.at.as_ref().map_or(&self.name, |site| site.without(&self.name))
    }
}

/// What is known of a function beyond the listing, as soon as it is.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) sites: Option<&'a CallSites>,
    pub(super) tree: Option<&'a CallTree>,
}

/// The rows for the function that is selected, and what of it comes by the path above its callers.
pub(super) fn entries(listing: &Listing, around: Around<'_>, selected: &str) -> (Vec<Entry>, String) {
    let Some(&node) = listing.by_name.get(selected) else {
        return (Vec::new(), String::new());
    };
    let graph = &listing.whole;
    let names = |node: NodeId| listing.report.name(node);
    let cum = graph.node(node).cum_value();
    // Where rows are lines each has its own; else the caller's line tells.
    let at = |from: NodeId, to: NodeId, other: NodeId| {
        let own = Site::of_row(&listing.report, other);
        own.or_else(|| site(listing, around.sites?, from, to))
    };
    let call = |role: Role, edge: &Edge, other: NodeId| Entry {
        role,
        name: names(other),
        weight: edge.weight,
        whole: cum,
        inline: edge.inline,
        at: at(edge.from, edge.to, other),
    };
    let line = |role: Role, name: &str| Entry {
        role,
        name: name.to_string(),
        weight: 0,
        whole: cum,
        inline: false,
        at: None,
    };
    if !listing.is_whole {
        let wait = "its callers and callees are being added up …";
        let entries = vec![line(Role::This, selected), line(Role::Nothing(wait), "")];
        return (entries, String::new());
    }
    let callers = graph.callers_sorted(node, &names);
    let callees = graph.callees_sorted(node, &names);
    let mut entries = Vec::new();
    let (path, weight) = callers
        .first()
        .map_or_else(Default::default, |edge| path(around, node, edge.from));
    let amount = |value: i64| figure::amount(&listing.report, value);
    let said = match path.len() {
        0 | 1 => String::new(),
        _ if weight == cum => format!("heaviest path: all of {}", amount(cum)),
        _ => format!("heaviest path: {} of {}", amount(weight), amount(cum)),
    };
    entries.extend(path.windows(2).map(|step| Entry {
        role: Role::Above,
        name: names(step[0]),
        weight: graph.node(step[0]).cum_value(),
        whole: listing.report.total,
        inline: false,
        at: at(step[0], step[1], step[0]),
    }));
    entries.extend(callers.iter().map(|edge| call(Role::Caller, edge, edge.from)));
    if callers.is_empty() {
        entries.push(line(Role::Nothing("no callers: stacks begin here"), ""));
    }
    entries.push(line(Role::This, selected));
    if callees.is_empty() {
        entries.push(line(Role::Nothing("no callees: everything is its own"), ""));
    }
    entries.extend(callees.iter().map(|edge| call(Role::Callee, edge, edge.to)));
    if let (true, Some(caller)) = (callees.is_empty(), callers.first()) {
        let whole = graph.node(caller.from).cum_value();
        let siblings = graph.callees_sorted(caller.from, &names);
        let others: Vec<&&Edge> = siblings.iter().filter(|edge| edge.to != node).collect();
        if !others.is_empty() {
            entries.push(line(Role::Nothing("beside it, of the same caller:"), ""));
        }
        entries.extend(others.iter().map(|edge| Entry {
            whole,
            ..call(Role::Beside, edge, edge.to)
        }));
    }
    (entries, said)
}

/// The heaviest path to a function from near the root to its caller, and what of the function comes that way.
fn path(around: Around<'_>, function: NodeId, caller: NodeId) -> (Vec<NodeId>, i64) {
    let Some(tree) = around.tree else {
        return Default::default();
    };
    let cum = |context| tree.get(context).cum;
    let to = |node: NodeId| {
        let path = tree.heaviest(node).map(|context| tree.path(context));
        let mut nodes: Vec<NodeId> = path
            .iter()
            .flatten()
            .filter_map(|&context| tree.node(context))
            .collect();
        // Of a package that calls itself one row.
        nodes.dedup();
        nodes.drain(..nodes.len().saturating_sub(LONGEST_PATH));
        nodes
    };
    let mut path = to(function);
    path.pop();
    match path.last() {
        Some(last) if *last == caller => (path, tree.heaviest(function).map_or(0, cum)),
        _ => {
            let above = tree.heaviest(caller);
            let mut below = above.into_iter().flat_map(|context| tree.children(context));
            let here = below.find(|context| tree.node(*context) == Some(function));
            (to(caller), here.map_or(0, cum))
        }
    }
}

/// Where one function calls another; nothing where the profile has no lines.
fn site(listing: &Listing, sites: &CallSites, from: NodeId, to: NodeId) -> Option<Site> {
    let report = &listing.report;
    let found = sites.get(from, to)?;
    Site::of(&report.profile, found)
}
