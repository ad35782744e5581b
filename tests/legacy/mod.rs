//! Each legacy format, as a table: what is read, and what it becomes. Values, labels, addresses and mappings of formats that
//! pprof reads are what `pprof -raw` of Go 1.27.3 prints for the same input, unless the row says otherwise.

mod cases;

use std::fmt::Write;

use heaptui::decode::{Budget, profile};
use heaptui::error::Error;
use heaptui::model::{LabelValue, LocationId, Profile};
use proptest::prelude::*;

use cases::CASES;

#[test]
fn legacy_formats_become_profiles() {
    for case in CASES {
        let profile = read(case.input.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        assert_eq!(outline(&profile), case.outline.join("\n"), "{}", case.name);
    }
}

#[test]
fn broken_input_says_where_it_breaks() {
    for (input, message) in [
        (
            "heap profile: 1: 2 [3: 4] @ heap/1\n1: 2 [3: 4] @ 0xzz\ngarbage\n",
            "line 3: not a row of a heap profile",
        ),
        (
            "heap profile: 1: 2 [3: 4] @ heap/1\n99999999999999999999: 2 [1: 1] @ 0x1\n",
            "line 2: a number of more than 64 bits",
        ),
        (
            "heap profile: 1: 2 [3: 4] @ heap/1\n0: 2 [1: 1] @ 0x1\n",
            "line 2: bytes, but no objects",
        ),
        (
            "heap profile: 1: 2 [3: 4] @ heap/1\n1: 2 [1: 1] @ 0x10000000000000000\n",
            "an address of more than 64 bits",
        ),
        (
            "heap profile: 1: 2 [3: 4] @ heap/99999999999999999999\n",
            "a sampling rate of more than 64 bits",
        ),
        (
            "heap profile: 1: 2 [3: 4] @ stackz\n",
            "a heap profile of a kind that is not known",
        ),
        (
            "goroutine profile: total 1\n1 @ 0x1 x\n",
            "line 2: not a row of a count profile",
        ),
        (
            "goroutine profile: total 1\n99999999999999999999 @ 0x1\n",
            "line 2: a count of more than 64 bits",
        ),
        (
            "--- contention:\n1 x @ 0x1\n",
            "line 2: not a row of a contention profile",
        ),
        (
            "--- threadz 1 ---\n\n--- Thread 7f (name: x/1) stack: ---\n  PC: 0x1 a\n",
            "the thread profile has no end",
        ),
        (
            "--- heapz 1 ---\nformat = java\n 1 1 @ 0x1\n",
            "a Java profile without a resolution",
        ),
        (
            "--- heapz 1 ---\nformat = java\nresolution = bytes\n 1 0 @ 0x1\n",
            "line 4: a row without objects",
        ),
        ("goroutine 1 [chan rec", "this is text"),
    ] {
        let error = read(input.as_bytes()).expect_err(input).to_string();
        assert!(error.contains(message), "{input:?}: {error}");
    }
}

#[test]
fn cpu_profiles_are_read_in_every_word_size_and_byte_order() {
    const SAMPLES: &[u64] = &[
        5, 3, 0x100, 0x1001, 0x2001, // the handler's frame is second in all
        1, 2, 0x200, 0x1001, //
        2, 4, 0x300, 0x1001, 0x300, 0x500, // and this has its innermost twice
        0, 1, 0,
    ];
    for (size, is_big_endian) in WORDS {
        let mut input = words(&[0, 3, 0, 10_000, 0], size, is_big_endian);
        input.extend(words(SAMPLES, size, is_big_endian));
        input.extend(b"00000000-00001000 r-xp 00000000 00:00 1 /bin/x\n");
        let profile = read(&input).expect("a CPU profile");
        let expected = [
            "samples/count cpu/nanoseconds, 10000000 cpu/nanoseconds",
            "5 50000000 | | 0x100@1 0x2000@2",
            "1 10000000 | | 0x200@1",
            "2 20000000 | | 0x300@1 0x4ff@1",
            "mapping 1 0x0-0x1000+0x0 /bin/x",
            "mapping 2 0x0-0xffffffffffffffff+0x0",
        ];
        let expected = expected.join("\n");
        assert_eq!(outline(&profile), expected, "{size} bytes, big endian: {is_big_endian}");
        for end in 0..input.len() {
            let _ = read(&input[..end]);
        }
    }
}

#[test]
fn a_java_cpu_profile_names_its_functions() {
    let mut input = words(&[0, 3, 1, 10_000, 0, 5, 2, 0x100, 0x200, 0, 1, 0], 8, false);
    input.extend(b"0x100 a.b (C.java:5)\n0x200 a.c (C.java:7)\n");
    let profile = read(&input).expect("a CPU profile");
    let expected = [
        "samples/count cpu/nanoseconds, 10000000 cpu/nanoseconds",
        "5 50000000 | | a.b C.java:5; a.c C.java:7",
    ];
    assert_eq!(outline(&profile), expected.join("\n"));
}

#[test]
fn a_stack_of_more_frames_than_bytes_is_an_error() {
    for (size, is_big_endian) in WORDS {
        let mut input = words(
            &[0, 3, 0, 10_000, 0, 1, (1 << 62) >> (64 - 8 * size)],
            size,
            is_big_endian,
        );
        input.extend([0; 64]);
        let error = read(&input).expect_err("no such stack");
        assert!(error.to_string().contains("in the middle of a stack"), "{error}");
    }
}

#[test]
fn memory_statistics_are_kept() {
    let trailer = "\n# runtime.MemStats\n# Alloc = 1\n# TotalAlloc = 2\n# Sys = 3\n# Mallocs = 4\n# HeapReleased = 5\n\
                   # Stack = 6 / 7\n# MSpan = 8 / 9\n# MCache = 10 / 11\n# LastGC = 1795384268285423887\n# PauseNs = [1 2 0]\n\
                   # NumGC = 12\n# GCCPUFraction = 0.25\n# DebugGC = false\n# MaxRSS = 33316864\n";
    let input =
        format!("heap profile: 1: 8 [1: 9] @ heap/2\n1: 8 [1: 8] @ 0x2\n#\t0x1\tmain.a+0x1\t/a.go:7\n\n{trailer}");
    let profile = read(input.as_bytes()).expect("a heap profile");
    let stats = profile.mem_stats.expect("the trailer");
    assert_eq!((stats.alloc, stats.total_alloc, stats.sys, stats.mallocs), (1, 2, 3, 4));
    assert_eq!((stats.heap_released, stats.stack_inuse, stats.stack_sys), (5, 6, 7));
    assert_eq!(
        (stats.mspan_inuse, stats.mspan_sys, stats.mcache_inuse, stats.mcache_sys),
        (8, 9, 10, 11)
    );
    assert_eq!(
        (stats.last_gc, stats.num_gc, stats.max_rss),
        (1_795_384_268_285_423_887, 12, 33_316_864)
    );
    assert_eq!((stats.gc_cpu_fraction, stats.frees), (0.25, 0));
    let without = read(b"heap profile: 1: 8 [1: 9] @ heap/2\n1: 8 [1: 8] @ 0x2\n").expect("a heap profile");
    assert_eq!(without.mem_stats, None);
}

#[test]
fn frames_to_drop_follow_from_the_sample_types() {
    for (input, drop, keep) in [
        ("heap profile: 0: 0 [0: 0] @ heap/0\n", "calloc|", r"runtime\.panic|"),
        ("heap profile: 0: 0 [0: 1] @ heap/0\n", "calloc|", r"runtime\.panic|"),
        ("--- mutex:\n", "RecordLockProfileData|", ""),
        ("goroutine profile: total 0\n", "ProfileData::Add|", ""),
    ] {
        let profile = read(input.as_bytes()).expect(input);
        assert!(profile.text(profile.drop_frames).starts_with(drop), "{input}");
        assert!(profile.text(profile.keep_frames).starts_with(keep), "{input}");
    }
}

#[test]
fn variables_of_a_memory_map_do_not_explode() {
    let mut input = "heap profile: 1: 2 [1: 2] @ heapprofile\n--- Memory map: ---\nv0=$$$$$$$$\n".to_string();
    for i in 1..64 {
        writeln!(input, "v{i}=$v{0}$v{0}", i - 1).expect("a string takes text");
    }
    input.push_str(&"$v60 $v61 $v62\n".repeat(10_000));
    assert!(read(input.as_bytes()).is_ok());
}

#[test]
fn input_that_is_cut_anywhere_does_no_harm() {
    for case in CASES {
        for end in 0..case.input.len() {
            let _ = read(&case.input.as_bytes()[..end]);
        }
    }
}

proptest! {
    #[test]
    fn input_that_is_changed_anywhere_does_no_harm(
        case in 0..CASES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut input = CASES[case].input.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(input.len());
            input[at] = byte;
        }
        let _ = read(&input);
    }
}

const WORDS: [(usize, bool); 4] = [(4, false), (4, true), (8, false), (8, true)];

fn words(values: &[u64], size: usize, is_big_endian: bool) -> Vec<u8> {
    let word = |value: &u64| match is_big_endian {
        true => value.to_be_bytes()[8 - size..].to_vec(),
        false => value.to_le_bytes()[..size].to_vec(),
    };
    values.iter().flat_map(word).collect()
}

fn read(bytes: &[u8]) -> Result<Profile, Error> {
    profile(bytes, Budget::default(), &())
}

/// Sample types and period; then `values | labels | stack` for each sample, innermost first: `;` between symbolized
/// locations, `<` between a function and the one it is inlined into, `address@mapping` for others; then mappings.
fn outline(profile: &Profile) -> String {
    let value_type = |of: &heaptui::model::ValueType| format!("{}/{}", profile.text(of.kind), profile.text(of.unit));
    let types: Vec<_> = profile.sample_types.iter().map(value_type).collect();
    let mut lines = vec![format!(
        "{}, {} {}",
        types.join(" "),
        profile.period,
        value_type(&profile.period_type)
    )];
    for row in 0..profile.samples.len() {
        let values: Vec<_> = profile
            .samples
            .values
            .iter()
            .map(|column| column[row].to_string())
            .collect();
        let labels = profile
            .labels
            .get(profile.samples.labels[row])
            .iter()
            .map(|label| match label.value {
                LabelValue::Text(text) => format!("{}={}", profile.text(label.key), profile.text(text)),
                LabelValue::Number { value, unit } => {
                    format!("{}={value}{}", profile.text(label.key), profile.text(unit))
                }
            });
        let labels: Vec<_> = labels.collect();
        let stack = profile.stacks.get(profile.samples.stack[row]);
        let is_symbolized = stack.iter().any(|id| !profile.lines_of(id).is_empty());
        let stack: Vec<_> = stack.iter().map(|id| location(profile, id)).collect();
        let stack = stack.join(if is_symbolized { "; " } else { " " });
        let line = format!("{} | {} | {stack}", values.join(" "), labels.join(" "));
        lines.push(line.replace("|  |", "| |").trim_end().to_string());
    }
    for mapping in &profile.mappings {
        let (file, build) = (profile.text(mapping.file), profile.text(mapping.build_id));
        let known = if mapping.has.functions { "known" } else { "" };
        let range = format!("{:#x}-{:#x}+{:#x}", mapping.start, mapping.limit, mapping.offset);
        let words = ["mapping", &mapping.id.to_string(), &range, file, build, known];
        lines.push(
            words
                .into_iter()
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
        );
    }
    lines.join("\n")
}

fn location(profile: &Profile, id: LocationId) -> String {
    let location = profile.locations[id.index()];
    let lines = profile.lines_of(id).iter().map(|line| {
        let function = profile.functions[line.function.index()];
        format!(
            "{} {}:{}",
            profile.text(function.name),
            profile.text(function.filename),
            line.line
        )
    });
    let lines: Vec<_> = lines.collect();
    match location.mapping {
        _ if !lines.is_empty() => lines.join(" < "),
        Some(mapping) => format!("{:#x}@{}", location.address, profile.mappings[mapping.index()].id),
        None => format!("{:#x}", location.address),
    }
}
