//! What the page's script is told, as JSON: names once, everything else by their numbers.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::super::aggregate::Report;
use super::super::callgraph::{Legend, picture};
use super::super::header;
use super::super::reports::DOT;
use super::super::sample_types::SAMPLE_TYPES;
use super::super::table::{Inline, rows_of};
use super::forest::Forest;
use super::stacks::{self, MAX_CONTEXTS};
use super::timeline::Timeline;
use crate::analyze::{CallIdentity, GraphUse, NodeId, Sort, TrimLimits, TrimPlan, Trimmed, base_name};
use crate::graphics::Picture;
use crate::model::{SampleTypeId, units};

/// Sample types that a page has at most.
pub(super) const MAX_TYPES: usize = 16;
/// Functions that the table of a sample type lists at most.
const MAX_ROWS: usize = 3000;

/// Everything.
pub(super) struct Data {
    /// The binary, else what was named.
    pub(super) title: String,
    /// What profile it is, and the filters in force.
    facts: Vec<String>,
    /// What is compared with what; empty for one profile.
    compares: String,
    /// Whether values add up: means do not.
    adds: bool,
    /// By what the table is ordered first.
    by: &'static str,
    /// The sample type that is shown first.
    first: usize,
    /// Functions; others say which by its place here.
    names: Vec<String>,
    types: Vec<Type>,
    tree: Tree,
    /// The moments of a session; null for one profile.
    moments: Value,
    /// The graphs of the types; they are drawn here, not by the script.
    pub(super) graphs: Vec<Picture>,
}

/// A sample type.
struct Type {
    name: String,
    /// What it counts, if that is known.
    help: &'static str,
    total: i64,
    /// Units with how much each is, smallest first, and the one for what is smaller than all.
    units: Vec<(String, f64)>,
    least: (String, f64),
    /// (name, flat, cum, 1 if some and 2 if all calls were inlined), in the order of `top`.
    rows: Vec<(usize, i64, i64, u8)>,
    /// How many functions are not in `rows`.
    left_out: usize,
    /// The names of the boxes of its graph.
    graph: Vec<usize>,
    /// Pairs of boxes and tags of its graph: what each line goes from and to.
    lines: Vec<usize>,
    /// For each context what passes there.
    cum: Vec<i64>,
    /// Pairs of a context and what ends there.
    own: Vec<i64>,
}

/// The contexts of all sample types, in the order of a walk from the root, which comes first.
#[derive(Default)]
struct Tree {
    depth: Vec<u32>,
    /// A name; below 0 how many contexts are left out there, being too small.
    name: Vec<i64>,
}

impl Data {
    pub(super) fn new(report: &Report) -> Self {
        let count = report.profile.sample_types.len();
        let mut ids: Vec<SampleTypeId> = (0..count).map(SampleTypeId::from_index).take(MAX_TYPES).collect();
        if !ids.contains(&report.sample_type) {
            ids.push(report.sample_type);
        }
        let reports: Vec<Report> = ids.iter().map(|&id| report.with_type(id)).collect();
        let mut names = Names::default();
        let mut types: Vec<Type> = reports.iter().map(|report| Type::new(report, &mut names)).collect();
        let mut graphs = Vec::new();
        for (one, of) in types.iter_mut().zip(&reports) {
            let drawn = of.as_report(&DOT);
            let graph = &drawn.trimmed.graph;
            let boxes = graph.listed.iter().map(|&node| graph.frame(node));
            one.graph = boxes.map(|node| names.number(report, node)).collect();
            let (graph, ends) = picture(&drawn, Legend::Elsewhere);
            one.lines = ends.into_iter().flatten().collect();
            graphs.push(graph);
        }
        let extras = &report.environment.extras;
        if !extras.compares.is_empty() {
            types
                .iter_mut()
                .for_each(|one| one.help = "what has come since the base, less what has gone");
        }
        let mut forest = Forest::default();
        forest.plant(stacks::contexts(report, &ids, MAX_CONTEXTS), |context| {
            match context.node {
                Some(node) => names.number(report, node) as i64,
                None => -i64::from(context.left_out),
            }
        });
        // The last moment is the page's own profile.
        let before = extras.moments.split_last().map_or(&[][..], |(_, before)| before);
        let grafted = forest.graft_all(before, |name| names.number_of(name));
        let mut tree = Tree::default();
        for (place, context) in (0..).zip(forest.walk()) {
            tree.depth.push(context.depth);
            tree.name.push(context.name);
            for (at, one) in types.iter_mut().enumerate() {
                let (cum, own) = context.values.get(at).copied().unwrap_or_default();
                one.cum.push(report.format.scaled(cum));
                if own != 0 {
                    one.own.extend([place, report.format.scaled(own)]);
                }
            }
        }
        let mut moments = Value::Null;
        if !extras.moments.is_empty() {
            let timeline = Timeline::new(&report.profile, &ids, &extras.moments);
            moments = timeline.json(report, |name| names.number_of(name));
            let scaled = |value| report.format.scaled(value);
            let of_type = |&id: &SampleTypeId| -> Vec<Value> {
                let name = report.profile.type_name(id);
                grafted
                    .iter()
                    .map(|moment| moment.json(&forest, name, scaled))
                    .collect()
            };
            moments["stacks"] = json!(ids.iter().map(of_type).collect::<Vec<_>>());
        }
        let binary = report
            .profile
            .mappings
            .first()
            .map_or("", |main| report.profile.text(main.file));
        let title = match (binary, &*extras.subject) {
            ("", "") => "heap profile",
            ("", subject) => subject,
            (binary, _) => base_name(binary),
        };
        // The sample type is what one chooses.
        let facts = header::profile(report)
            .into_iter()
            .filter(|fact| !fact.starts_with("Type: "));
        Self {
            title: title.to_string(),
            facts: facts.chain(header::active_filters(report)).collect(),
            compares: extras.compares.clone(),
            adds: !report.options.mean,
            by: match report.options.sort {
                Sort::Flat => "flat",
                Sort::Cum => "cum",
            },
            first: ids.iter().position(|&id| id == report.sample_type).unwrap_or(0),
            names: names.texts,
            types,
            tree,
            moments,
            graphs,
        }
    }
}

impl Data {
    /// For the page's script.
    pub(super) fn json(&self) -> Value {
        json!({
            "facts": self.facts,
            "compares": self.compares,
            "adds": self.adds,
            "by": self.by,
            "first": self.first,
            "names": self.names,
            "types": self.types.iter().map(Type::json).collect::<Vec<_>>(),
            "moments": self.moments,
            "tree": {"depth": self.tree.depth, "name": self.tree.name},
        })
    }
}

impl Type {
    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "help": self.help,
            "total": self.total,
            "units": self.units,
            "least": self.least,
            "rows": self.rows,
            "left_out": self.left_out,
            "graph": self.graph,
            "lines": self.lines,
            "cum": self.cum,
            "own": self.own,
        })
    }

    fn new(report: &Report, names: &mut Names) -> Self {
        let limits = TrimLimits {
            drop_negative: report.options.drop_negative,
            ..TrimLimits::default()
        };
        let usage = GraphUse::Table(report.options.sort);
        let calls = CallIdentity::Merged;
        let whole = Trimmed::new(report.basis(), TrimPlan { limits, usage, calls }).graph;
        let mut rows = rows_of(report, &whole);
        rows.retain(|row| (row.flat, row.cum) != (0, 0));
        let all = rows.len();
        if all > MAX_ROWS {
            let mut sizes: Vec<_> = rows
                .iter()
                .map(|row| (Reverse(row.cum.unsigned_abs()), row.node))
                .collect();
            sizes.sort();
            let last = sizes[MAX_ROWS - 1];
            rows.retain(|row| (Reverse(row.cum.unsigned_abs()), row.node) <= last);
        }
        let name = header::type_name(report);
        let scaled = |value: i64| report.format.scaled(value);
        let (units, least) = units::choices(&report.format.from, &report.format.to);
        Self {
            help: SAMPLE_TYPES
                .iter()
                .find(|(known, _)| *known == name)
                .map_or("", |(_, help)| help),
            name,
            total: scaled(report.total),
            units,
            least,
            left_out: all - rows.len(),
            rows: rows
                .iter()
                .map(|row| {
                    let inline = match row.inline {
                        Inline::No => 0,
                        Inline::Partial => 1,
                        Inline::Full => 2,
                    };
                    (
                        names.number(report, row.node),
                        scaled(row.flat),
                        scaled(row.cum),
                        inline,
                    )
                })
                .collect(),
            graph: Vec::new(),
            lines: Vec::new(),
            cum: Vec::new(),
            own: Vec::new(),
        }
    }
}

/// Names that are in use, each node's once.
#[derive(Default)]
struct Names {
    texts: Vec<String>,
    numbers: FxHashMap<NodeId, usize>,
    /// The first of each text.
    by_text: FxHashMap<String, usize>,
}

impl Names {
    fn number(&mut self, report: &Report, node: NodeId) -> usize {
        *self.numbers.entry(node).or_insert_with(|| {
            let name = report.name(node);
            self.by_text.entry(name.clone()).or_insert(self.texts.len());
            self.texts.push(name);
            self.texts.len() - 1
        })
    }

    /// The number of a name that may be no node's: what a moment held, and the last does not.
    fn number_of(&mut self, name: &str) -> usize {
        if let Some(&number) = self.by_text.get(name) {
            return number;
        }
        self.by_text.insert(name.to_string(), self.texts.len());
        self.texts.push(name.to_string());
        self.texts.len() - 1
    }
}
