//! How long each stage takes, from bytes to the first frame, on profiles of 1,000 to 100,000 stacks: `cargo bench`.
//! Against pprof's own binary, and on a million: `benches/against-pprof.py`.

#![allow(clippy::expect_used, reason = "a bench that cannot go on may as well panic")]

mod generate;

use std::sync::Arc;

use divan::Bencher;
use divan::counter::BytesCount;

use heaptui::analyze::{
    Basis, CallIdentity, CallTree, Direction, Filters, Frames, Granularity, GraphUse, NodeIdentity, Scope, Sort,
    TrimLimits, TrimPlan, Trimmed,
};
use heaptui::analyze::{Weights, compile_pattern};
use heaptui::decode;
use heaptui::error::Result;
use heaptui::layout::{Edge, Size, Spacing, layout};
use heaptui::model::{Loaded, Profile};
use heaptui::progress::Observer;
use heaptui::report::{self, Environment, Options};
use heaptui::ui::{self, Colours, Loader, NoHost, Setup, Wanted};

const STACKS: [u64; 3] = [1_000, 10_000, 100_000];

fn main() {
    divan::main();
}

fn bytes(stacks: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let service = generate::style("service").expect("a style");
    generate::profile(service, stacks, &mut bytes).expect("a vector takes all");
    bytes
}

fn decoded(bytes: &[u8]) -> Profile {
    decode::profile(bytes, decode::Budget::default(), &()).expect("the generator makes profiles")
}

/// Inflating, reading, checking.
#[divan::bench(args = STACKS, sample_count = 10, sample_size = 1)]
fn decode(bencher: Bencher<'_, '_>, stacks: u64) {
    let bytes = bytes(stacks);
    let counter = BytesCount::of_slice(&bytes);
    bencher.counter(counter).bench_local(|| decoded(&bytes));
}

/// Nodes and edges of one sample type, trimmed as for `top`.
#[divan::bench(args = STACKS, sample_count = 10, sample_size = 1)]
fn aggregate(bencher: Bencher<'_, '_>, stacks: u64) {
    let profile = decoded(&bytes(stacks));
    bencher.bench_local(|| {
        let scope = Scope::new(&profile, &Filters::default());
        let shape = NodeIdentity {
            granularity: Granularity::Functions,
            ..NodeIdentity::default()
        };
        let frames = Frames::new(&profile, &scope, &shape);
        let basis = Basis {
            profile: &profile,
            scope: &scope,
            frames: &frames,
            weights: Weights {
                values: &profile.samples.values[3],
                divisors: None,
            },
        };
        let limits = TrimLimits {
            node_fraction: 0.005,
            edge_fraction: 0.001,
            ..TrimLimits::default()
        };
        let (usage, calls) = (GraphUse::List(Sort::Flat), CallIdentity::Merged);
        Trimmed::new(basis, TrimPlan { limits, usage, calls })
    });
}

/// The call tree of one sample type.
#[divan::bench(args = STACKS, sample_count = 10, sample_size = 1)]
fn call_tree(bencher: Bencher<'_, '_>, stacks: u64) {
    let profile = decoded(&bytes(stacks));
    let scope = Scope::new(&profile, &Filters::default());
    let frames = Frames::new(&profile, &scope, &NodeIdentity::default());
    let basis = Basis {
        profile: &profile,
        scope: &scope,
        frames: &frames,
        weights: Weights {
            values: &profile.samples.values[3],
            divisors: None,
        },
    };
    bencher.bench_local(|| CallTree::new(basis, Direction::TopDown, &()).expect("nobody stops it"));
}

/// Which samples a regular expression leaves.
#[divan::bench(args = STACKS, sample_count = 10, sample_size = 1)]
fn filter(bencher: Bencher<'_, '_>, stacks: u64) {
    let profile = decoded(&bytes(stacks));
    let filters = Filters {
        focus: Some(compile_pattern("focus", r"billing|\(\*Store\)\.").expect("a regular expression")),
        ..Filters::default()
    };
    bencher.bench_local(|| Scope::new(&profile, &filters));
}

/// A report from the profile to its last byte.
#[divan::bench(args = ["top", "tree", "traces", "dot"], sample_count = 5, sample_size = 1)]
fn report_of_10000(bencher: Bencher<'_, '_>, name: &str) {
    let profile = Arc::new(decoded(&bytes(10_000)));
    let row = report::report(name).expect("a report");
    bencher.bench_local(|| {
        let mut text = Vec::new();
        report::write(
            &profile,
            row,
            None,
            &Options::default(),
            &Environment::default(),
            &mut text,
        )
        .expect("a report");
        text
    });
}

/// Placing the boxes and lines of a graph, as dense as those of CPU profiles are.
#[divan::bench(args = [20, 40, 80, 160])]
fn place_graph(bencher: Bencher<'_, '_>, nodes: usize) {
    let sizes: Vec<Size> = (0..nodes)
        .map(|node| Size {
            width: 80.0 + (node * 37 % 24) as f64 * 10.0,
            height: 36.0,
        })
        .collect();
    // A tree, and in place of every other leaf an edge to anywhere.
    let tree = (1..nodes).map(|node| (node / 3, node));
    let others = (0..nodes * 3 / 4).map(|edge| (edge * 7 % nodes, (edge * 29 + 11) % nodes));
    let edge = |(from, to)| Edge {
        from,
        to,
        weight: 1,
        min_ranks: 1,
        label: None,
    };
    let edges: Vec<Edge> = tree.chain(others).map(edge).collect();
    let spacing = Spacing {
        node: 24.0,
        edge: 12.0,
        rank: 48.0,
    };
    bencher.bench_local(|| layout(&sizes, &edges, spacing));
}

/// From the profile to the dashboard's first whole frame.
#[divan::bench(args = STACKS, sample_count = 10, sample_size = 1)]
fn frame(bencher: Bencher<'_, '_>, stacks: u64) {
    /// Hands out what is decoded already.
    struct Decoded(Profile);

    impl Loader for Decoded {
        fn name(&self) -> String {
            "bench".into()
        }

        fn is_remote(&self) -> bool {
            false
        }

        fn load(&self, _: &Wanted, _: &dyn Observer) -> Result<Loaded> {
            Ok(Loaded::one(self.name(), self.0.clone()))
        }
    }

    let setup = Setup {
        loader: Arc::new(Decoded(decoded(&bytes(stacks)))),
        host: Arc::new(NoHost),
        environment: Environment::default(),
        options: Options::default(),
        colours: Colours::DARK,
        bindings: ui::Bindings::default(),
        preferences: heaptui::ui::Preferences::default(),
        keys: String::new(),
    };
    bencher.bench_local(|| ui::print(&setup, (120, 40)).expect("a frame"));
}
