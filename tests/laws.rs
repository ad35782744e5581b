//! What holds for every profile that is written, merged or compared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use heaptui::analyze::{
    Basis, CallIdentity, Filters, Frames, GraphUse, NodeId, NodeIdentity, Scope, Sort, TrimLimits, TrimPlan, Trimmed,
    Weights,
};
use heaptui::load::{Combine, Comparison, Keep, Opener, Scaling, load};
use heaptui::model::{
    Function, FunctionId, Known, Label, LabelSetId, LabelValue, Line, Loaded, Location, LocationId, Mapping, MappingId,
    Profile, SampleTypeId, Side, ValueType, align, merge,
};
use heaptui::report::{self, Environment, Options};
use heaptui::secret::SourceName;
use heaptui::{decode, encode};
use proptest::prelude::*;

const NAMES: [&str; 6] = ["main.a", "main.(*T).M", "runtime.c", "", "esc\x1b[2J", "ünï\u{202e}"];

/// Mapping, address, lines (function, line, column).
type Place = (Option<u32>, u64, Vec<(u32, i64, i64)>);
/// Stack, labels (key, text or number), values.
type Row = (Vec<u32>, Vec<(usize, Result<usize, i64>)>, [i64; 2]);

/// What [`build`] makes a profile of: small numbers, so that samples, locations and functions often are the same.
#[derive(Clone, Debug)]
struct Plan {
    functions: Vec<(usize, i64)>,
    locations: Vec<Place>,
    samples: Vec<Row>,
    time: i64,
}

fn plans(values: std::ops::Range<i64>) -> impl Strategy<Value = Plan> {
    let line = (0..4u32, 0..3i64, 0..2i64);
    let location = (
        proptest::option::of(0..2u32),
        0..4u64,
        proptest::collection::vec(line, 0..4),
    );
    let label = (
        0..3usize,
        prop_oneof![(0..3usize).prop_map(Ok), (1..4i64).prop_map(Err)],
    );
    let sample = (
        proptest::collection::vec(0..6u32, 0..5),
        proptest::collection::vec(label, 0..3),
        [values.clone(), values],
    );
    (
        proptest::collection::vec((0..NAMES.len(), 0..2i64), 4),
        proptest::collection::vec(location, 6),
        proptest::collection::vec(sample, 0..12),
        1..1_000i64,
    )
        .prop_map(|(functions, locations, samples, time)| Plan {
            functions,
            locations,
            samples,
            time,
        })
}

fn build(plan: &Plan) -> Profile {
    let mut profile = empty(&[("alloc_space", "bytes"), ("inuse_space", "bytes")]);
    profile.time_nanos = plan.time;
    profile.duration_nanos = 1_500_000_000;
    for (id, start) in [(1, 0x40_0000), (2, 0x7f00_0000_0000)] {
        let file = profile.strings.intern(format!("/bin/{id}").as_bytes());
        profile.mappings.push(Mapping {
            id,
            start,
            limit: start + 0x1000,
            file,
            has: Known {
                functions: true,
                ..Known::default()
            },
            ..Mapping::default()
        });
    }
    for &(name, start_line) in &plan.functions {
        let name = profile.strings.intern(NAMES[name].as_bytes());
        profile.add_function(Function {
            name,
            system_name: name,
            start_line,
            ..Function::default()
        });
    }
    for (mapping, address, lines) in &plan.locations {
        let line = |&(function, line, column)| Line {
            function: FunctionId(function),
            line,
            column,
        };
        let lines: Vec<Line> = lines.iter().map(line).collect();
        profile.add_location(mapping.map(MappingId), *address, &lines);
    }
    for (stack, labels, values) in &plan.samples {
        let stack: Vec<LocationId> = stack.iter().map(|&location| LocationId(location)).collect();
        let labels: Vec<Label> = labels
            .iter()
            .map(|&(key, value)| Label {
                key: profile.strings.intern(["bytes", "kind", "z"][key].as_bytes()),
                value: match value {
                    Ok(text) => LabelValue::Text(profile.strings.intern(["a", "b\n", "c d"][text].as_bytes())),
                    Err(value) => LabelValue::Number {
                        value,
                        unit: profile.strings.intern(["", "bytes"][value as usize % 2].as_bytes()),
                    },
                },
            })
            .collect();
        let labels = profile.labels.intern(&labels);
        profile.add_sample(&stack, labels, values);
    }
    profile
}

/// A profile with these sample types and nothing else.
fn empty(types: &[(&str, &str)]) -> Profile {
    let mut profile = Profile::default();
    for (kind, unit) in types {
        let value_type = ValueType {
            kind: profile.strings.intern(kind.as_bytes()),
            unit: profile.strings.intern(unit.as_bytes()),
        };
        profile.sample_types.push(value_type);
    }
    profile.samples.values.resize_with(types.len(), Vec::new);
    profile
}

fn text(profile: &Profile, name: &str, options: &Options) -> String {
    let row = report::report(name).expect(name);
    let mut out = Vec::new();
    report::write(
        &Arc::new(profile.clone()),
        row,
        None,
        options,
        &Environment::default(),
        &mut out,
    )
    .expect(name);
    String::from_utf8(out).expect("reports are UTF-8")
}

fn raw(profile: &Profile) -> String {
    text(profile, "raw", &Options::default())
}

fn read(bytes: &[u8]) -> Profile {
    decode::profile(bytes, decode::Budget::default(), &()).expect("what was written can be read")
}

/// Whether some calls into a node are inlined.
fn is_inlined(frames: &Frames, node: NodeId) -> bool {
    frames.locations().any(|location| {
        let nodes = frames.of(location);
        nodes.split_last().is_some_and(|(_, inlined)| inlined.contains(&node))
    })
}

/// (caller, callee) → weight, whether all of it is inlined, whether some of it passes nodes that are not kept.
type Walked = BTreeMap<(NodeId, NodeId), (i64, bool, bool)>;

/// The calls between nodes that are kept into nodes that count, found one by one.
fn walked(basis: Basis<'_>, keeps: impl Fn(&NodeId) -> bool, counts: impl Fn(&NodeId) -> bool) -> Walked {
    let mut calls = Walked::new();
    for span in basis.scope.spans() {
        let value = basis.weights.values[span.sample.index()];
        let (mut caller, mut passed, mut seen) = (None, false, BTreeSet::new());
        for (node, inline) in basis.frames.walk(basis.stack(span)).filter(|_| value != 0) {
            if !keeps(&node) {
                passed = true;
                continue;
            }
            if let Some(caller) =
                caller.filter(|caller| *caller != node && counts(&node) && seen.insert((*caller, node)))
            {
                let call = calls.entry((caller, node)).or_insert((0, true, false));
                *call = (call.0 + value, call.1 && inline, call.2 || passed);
            }
            (caller, passed) = (Some(node), false);
        }
    }
    calls
}

fn combined(sources: &[&str], combine: &Combine, profiles: &[Profile]) -> heaptui::error::Result<Loaded> {
    let sources: Vec<SourceName> = sources.iter().map(|&name| name.into()).collect();
    let opener = Opener {
        open: &|name| match name.as_typed() {
            "broken" => Err(heaptui::error::Error::Empty),
            name => Ok(profiles[name.len() - 1].clone()),
        },
        show: &|name| name.to_string(),
    };
    load(&sources, combine, Keep::Snapshots, &opener)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_written_profile_reads_back_the_same(plan in plans(-3..4)) {
        let profile = build(&plan);
        let mut bytes = Vec::new();
        encode::profile(&profile, &mut bytes).expect("memory can be written");
        let again = read(&bytes);
        prop_assert_eq!(raw(&again), raw(&profile));
        let names = |profile: &Profile| -> Vec<Vec<u8>> {
            profile.functions.iter().map(|function| profile.strings.raw(function.name).to_vec()).collect()
        };
        prop_assert_eq!(names(&again), names(&profile), "bytes, not what is shown of them");
        for name in ["top", "tree"] {
            for sample_index in ["0", "1"] {
                let options = Options { sample_index: sample_index.into(), trim: false, ..Options::default() };
                prop_assert_eq!(text(&again, name, &options), text(&profile, name, &options));
            }
        }
    }

    #[test]
    fn the_proto_report_is_the_profile_as_the_filters_leave_it(plan in plans(-3..4)) {
        let profile = Arc::new(build(&plan));
        let options = Options { hide: "runtime".into(), prune_from: "main".into(), no_inlines: true, ..Options::default() };
        let mut bytes = Vec::new();
        let row = report::report("proto").expect("there is a proto report");
        report::write(&profile, row, None, &options, &Environment::default(), &mut bytes).expect("memory can be written");
        prop_assert_eq!(raw(&read(&bytes)), text(&profile, "raw", &options));
    }

    #[test]
    fn calls_add_up_as_on_the_way_down_every_stack(plan in plans(-3..4), node_count in 0..4usize) {
        let profile = build(&plan);
        let scope = Scope::new(&profile, &Filters::default());
        let frames = Frames::new(&profile, &scope, &NodeIdentity::default());
        let weights = Weights { values: &profile.samples.values[0], divisors: None };
        let basis = Basis { profile: &profile, scope: &scope, frames: &frames, weights };
        for usage in [GraphUse::List(Sort::Flat), GraphUse::Table(Sort::Flat)] {
            let limits = TrimLimits { node_count, ..TrimLimits::default() };
            let Trimmed { graph, candidates, .. } = Trimmed::new(basis, TrimPlan { limits, usage, calls: CallIdentity::Merged });
            let keeps = |node: &NodeId| graph.listed.len() == candidates || graph.listed.contains(node);
            let counts = |node: &NodeId| usage == GraphUse::List(Sort::Flat) || is_inlined(&frames, *node);
            let found = graph.edges.iter().map(|edge| ((edge.from, edge.to), (edge.weight, edge.inline, edge.residual)));
            let found: BTreeMap<_, _> = found.collect();
            prop_assert_eq!(found, walked(basis, keeps, counts), "{:?}", usage);
        }
    }

    #[test]
    fn a_profile_merged_with_itself_has_every_value_twice(plan in plans(-3..4)) {
        let profile = build(&plan);
        let once = merge(std::slice::from_ref(&profile)).expect("it is like itself");
        let twice = merge(&[profile.clone(), profile]).expect("it is like itself");
        for (once, twice) in once.samples.values.iter().zip(&twice.samples.values) {
            let doubled: Vec<i64> = once.iter().map(|value| value * 2).collect();
            prop_assert_eq!(&doubled, twice);
        }
        prop_assert_eq!(once.samples.stack, twice.samples.stack);
        prop_assert_eq!(once.locations, twice.locations);
    }

    #[test]
    fn a_profile_less_itself_is_empty(plan in plans(-3..4)) {
        let base = Combine { base: vec!["x".into()], ..Combine::default() };
        let nothing = combined(&["x"], &base, &[build(&plan)]).expect("it is like itself").profile;
        prop_assert!(nothing.samples.is_empty());
        prop_assert!(nothing.functions.is_empty() && nothing.locations.is_empty());
        prop_assert_eq!(nothing.mappings.len(), 1, "the main binary stays");
    }

    #[test]
    fn it_does_not_matter_which_profiles_are_merged_first(a in plans(1..4), b in plans(1..4), c in plans(1..4)) {
        let [a, b, c] = [a, b, c].map(|plan| build(&plan));
        let left = merge(&[merge(&[a.clone(), b.clone()]).expect("alike"), c.clone()]).expect("alike");
        let all = merge(&[a, b, c]).expect("alike");
        prop_assert_eq!(raw(&left), raw(&all));
    }

    #[test]
    fn a_normalized_profile_has_the_sums_of_the_base(a in plans(1..1000), b in plans(1..1000)) {
        let (mut profile, base) = (build(&a), build(&b));
        profile.normalize(&base);
        let rounding = profile.samples.len() as i64;
        for (own, base) in profile.samples.values.iter().zip(&base.samples.values) {
            let (own, base): (i64, i64) = (own.iter().sum(), base.iter().sum());
            prop_assert!(a.samples.is_empty() || (own - base).abs() <= rounding, "{own} is not {base}");
        }
    }
}

#[test]
fn frames_of_many_locations_read_back_the_same() {
    // Below, around and above what fits two bytes of memory and one, two and three bytes of a file.
    let locations = 70_000;
    let mut profile = empty(&[("x", "count")]);
    profile.locations = (1..=locations)
        .map(|id| Location {
            id,
            ..Location::default()
        })
        .collect();
    for first in [0, 100, 16_300, 65_500, 60, 69_900] {
        for length in 0..70 {
            let stack: Vec<LocationId> = (0..length).map(|at| LocationId(first + at)).collect();
            profile.add_sample(&stack, LabelSetId(0), &[1]);
        }
        let mut bytes = Vec::new();
        encode::profile(&profile, &mut bytes).expect("memory can be written");
        let again = read(&bytes);
        assert_eq!(again.samples.len(), profile.samples.len());
        for sample in 0..profile.samples.len() {
            let frames = |profile: &Profile| -> Vec<LocationId> {
                profile.stacks.get(profile.samples.stack[sample]).iter().collect()
            };
            assert_eq!(frames(&again), frames(&profile), "sample {sample}");
        }
    }
}

#[test]
fn sums_saturate() {
    let mut profile = empty(&[("x", "count")]);
    for _ in 0..2 {
        profile.add_sample(&[], Default::default(), &[i64::MAX]);
    }
    let merged = merge(&[profile.clone(), profile]).expect("it is like itself");
    assert_eq!(merged.samples.values, [[i64::MAX]]);
    let top = report::report("top").expect("a report");
    let mut out = Vec::new();
    let warnings = report::write(
        &Arc::new(merged),
        top,
        None,
        &Options::default(),
        &Environment::default(),
        &mut out,
    )
    .expect("a report");
    let all = "x: sums reach 9223372036854775807 count, which stands for all that is larger";
    assert_eq!(warnings, [all], "and it is said");
}

#[test]
fn common_sample_types_stay_in_the_first_order_and_the_finest_unit() {
    let mut a = empty(&[("objects", "count"), ("space", "kilobytes"), ("time", "s")]);
    let mut b = empty(&[("space", "bytes"), ("other", "count"), ("objects", "count")]);
    a.add_sample(&[], Default::default(), &[1, 2, 3]);
    b.add_sample(&[], Default::default(), &[10, 20, 30]);
    let mut profiles = [a, b];
    align(&mut profiles).expect("they have types in common");
    let merged = merge(&profiles).expect("they are alike now");
    let names = [0, 1].map(|id| {
        format!(
            "{}/{}",
            merged.type_name(SampleTypeId(id)),
            merged.type_unit(SampleTypeId(id))
        )
    });
    assert_eq!(names, ["objects/count", "space/bytes"]);
    assert_eq!(merged.samples.values, [[31], [2058]]);
    assert_eq!(
        merged.text(merged.default_sample_type),
        "objects",
        "a default that is gone becomes the first"
    );
}

#[test]
fn different_kinds_do_not_merge() {
    let mut profiles = [empty(&[("cpu", "ns")]), empty(&[("inuse_space", "bytes")])];
    let error = align(&mut profiles).expect_err("nothing in common").to_string();
    assert!(
        error.contains("cpu/ns") && error.contains("inuse_space/bytes"),
        "{error}"
    );
    let mut profiles = [empty(&[("x", "bytes")]), empty(&[("x", "ns")])];
    align(&mut profiles).expect_err("units of different families");
}

#[test]
fn a_binary_loaded_elsewhere_is_the_same_binary() {
    let loaded_at = |start: u64, build_id: &str| {
        let mut profile = empty(&[("x", "count")]);
        let build_id = profile.strings.intern(build_id.as_bytes());
        profile.mappings.push(Mapping {
            id: 1,
            start,
            limit: start + 0x1800,
            build_id,
            ..Mapping::default()
        });
        let location = profile.add_location(Some(MappingId(0)), start + 0x10, &[]);
        profile.add_sample(&[location], Default::default(), &[1]);
        profile
    };
    let same = merge(&[loaded_at(0x1000, "a"), loaded_at(0x7000, "a")]).expect("alike");
    assert_eq!((same.mappings.len(), same.locations.len()), (1, 1));
    assert_eq!(same.locations[0].address, 0x1010);
    let other = merge(&[loaded_at(0x1000, "a"), loaded_at(0x7000, "b")]).expect("alike");
    assert_eq!((other.mappings.len(), other.locations.len()), (2, 2));
}

#[test]
fn a_source_that_cannot_be_read_is_warned_of_while_another_can() {
    let mut profile = empty(&[("x", "count")]);
    profile.add_sample(&[], Default::default(), &[1]);
    let profiles = [profile];
    let loaded = combined(&["x", "broken"], &Combine::default(), &profiles).expect("one can be read");
    assert_eq!(loaded.profile.samples.values, [[1]]);
    assert_eq!(loaded.warnings.len(), 2, "{:?}", loaded.warnings);
    assert!(loaded.warnings[0].starts_with("broken: empty"), "{:?}", loaded.warnings);
    combined(&["broken"], &Combine::default(), &profiles).expect_err("none can be read");
    combined(&[], &Combine::default(), &profiles).expect_err("there is none");
    let normalized = Combine {
        scaling: Scaling::Normalized,
        ..Combine::default()
    };
    combined(&["x"], &normalized, &profiles).expect_err("there is nothing to scale to");
}

#[test]
fn a_program_before_the_profile_names_the_main_binary() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = folder.path().join("server");
    std::fs::write(&program, b"\x7fELF and so on").expect("the folder can be written to");
    let program = program.to_str().expect("a plain name");
    let profiles = [empty(&[("x", "count")])];
    let combine = Combine {
        build_id: "beef".into(),
        comment: "on call".into(),
        ..Combine::default()
    };
    let profile = combined(&[program, "x"], &combine, &profiles)
        .expect("it can be read")
        .profile;
    let main = profile.mappings[0];
    assert_eq!(
        (profile.text(main.file), profile.text(main.build_id)),
        (program, "beef")
    );
    assert_eq!(profile.text(profile.comments[0]), "on call");
}

#[test]
fn a_diff_keeps_the_samples_of_the_base_apart() {
    let mut profile = empty(&[("x", "count")]);
    profile.add_sample(&[], Default::default(), &[5]);
    let mut base = empty(&[("x", "count")]);
    base.add_sample(&[], Default::default(), &[2]);
    let profiles = [profile, base];
    let values = |comparison| {
        let combine = Combine {
            base: vec!["bb".into()],
            comparison,
            ..Combine::default()
        };
        let loaded = combined(&["x", "x"], &combine, &profiles).expect("they are alike");
        // What was read stays as it was, beside what is made of it.
        let was: Vec<_> = loaded
            .snapshots
            .iter()
            .map(|snapshot| (&*snapshot.name, snapshot.side))
            .collect();
        assert_eq!(was, [("x", Side::After), ("x", Side::After), ("bb", Side::Before)]);
        let sums = |profile: &Profile| profile.samples.values.clone();
        assert!(
            loaded
                .side(Side::After)
                .all(|snapshot| sums(&snapshot.profile) == [[5]])
        );
        let sides = loaded.sides.expect("two sides");
        assert_eq!(
            (sums(&sides.before), sums(&sides.after)),
            (vec![vec![2]], vec![vec![10]])
        );
        sums(&loaded.profile)
    };
    assert_eq!(values(Comparison::Subtract), [[8]]);
    assert_eq!(values(Comparison::Diff), [[10, -2]]);
}
