//! What programs read is what the tables say: each export, parsed by somebody else's parser, is the table that it was
//! made from, for every fixture and for names made to break out of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use heaptui::analyze::package;
use heaptui::model::{Function, LabelSetId, Line, Profile, ValueType};
use heaptui::report::{
    self, CALL_FIELDS, COLUMNS, Cell, DataField, Environment, Options, Report, TAG_FIELDS, TableContext, calls, labels,
    row_fields, rows,
};
use serde_json::Value;

use crate::support::fixtures;

/// Names that end cells, strings, stacks and lines, and that begin formulas.
const NAMES: &[&[u8]] = &[
    b"=cmd|'/C calc'!A0",
    b"+1",
    b"-1+1",
    b"-1.50MB",
    b"--help",
    b"@SUM(A1)",
    b"\t=1",
    b"\r=1",
    "\u{ff1d}1".as_bytes(),
    b"a,b",
    b"\"quoted\",\"",
    b"'",
    b"\\\"",
    b"a;b",
    b"a\nb,1",
    b"a\r\nb",
    b" blank ",
    b"a 17",
    b"\x1b[2J\0",
    b"\xff\xfe",
    "\u{2028}\u{202e}".as_bytes(),
    b"\"}],\"rows\":[",
    b"</script>",
    b"",
];

fn hostile() -> Profile {
    let mut profile = Profile::default();
    for (kind, unit) in [("count", "count"), ("=kind", "+cmd|'/C calc'!A0")] {
        let [kind, unit] = [kind, unit].map(|text| profile.strings.intern(text.as_bytes()));
        profile.sample_types.push(ValueType { kind, unit });
    }
    let mut callers = Vec::new();
    for (number, name) in (1..).zip(NAMES) {
        let text = profile.strings.intern(name);
        let function = profile.add_function(Function {
            name: text,
            system_name: text,
            filename: text,
            ..Function::default()
        });
        let line = Line {
            function,
            line: number,
            column: 0,
        };
        let location = profile.add_location(None, 0, &[line]);
        callers.insert(0, location);
        profile.add_sample(&callers, LabelSetId(0), &[1, number * 10 - 50]);
    }
    profile
}

/// Every profile under a name.
fn profiles() -> Vec<(String, Arc<Profile>)> {
    let hostile = ("hostile names".to_string(), Arc::new(hostile()));
    std::iter::once(hostile).chain(fixtures::all()).collect()
}

/// Options to try, each a list of settings.
const OPTIONS: &[&[(&str, &str)]] = &[
    &[],
    &[("cum", "true"), ("nodecount", "5")],
    &[("lines", "true"), ("trim", "false")],
    &[("mean", "true"), ("filefunctions", "true")],
    &[("packages", "true")],
    &[("divide_by", "3"), ("focus", "main"), ("sample_index", "0")],
    &[("unit", "kb"), ("addresses", "true"), ("drop_negative", "true")],
];

fn options(settings: &[(&str, &str)]) -> Options {
    let mut options = Options::default();
    for (name, value) in settings {
        let row = report::option(name).expect("an option");
        row.set(&mut options, value).expect("a value");
    }
    options
}

fn exported(profile: &Arc<Profile>, name: &str, options: &Options) -> (Report, String) {
    let row = report::report(name).expect("a report");
    let mut text = Vec::new();
    report::write(profile, row, None, options, &Environment::default(), &mut text).expect("a report");
    let report = Report::new(profile, row, None, options, &Environment::default()).expect("a report");
    (report, String::from_utf8(text).expect("exports are UTF-8"))
}

/// Calls `check` for each profile and each of [`OPTIONS`], with what it is.
fn for_all(check: impl Fn(&Arc<Profile>, &Options, &str)) {
    for (name, profile) in profiles() {
        for settings in OPTIONS {
            check(&profile, &options(settings), &format!("{name} {settings:?}"));
        }
    }
}

fn table<T>(report: &Report, fields: &[DataField<T>], rows: &[T]) -> Vec<Vec<(&'static str, Cell)>> {
    let churn = report::churn(report, None);
    let context = TableContext {
        churn: churn.as_ref(),
        ..TableContext::from(report)
    };
    let row = |row: &T| {
        let cells = fields.iter().map(|field| (field.name, field.cell(context, row)));
        cells.collect()
    };
    rows.iter().map(row).collect()
}

fn same(cell: &Cell, value: &Value) -> bool {
    match cell {
        Cell::None => value.is_null(),
        Cell::Flag(flag) => value.as_bool() == Some(*flag),
        Cell::Int(number) => value.as_i64() == Some(*number),
        Cell::Float(number) => value
            .as_f64()
            .is_some_and(|value| (value - number).abs() <= number.abs() * 1e-12),
        Cell::Text(text) => value.as_str() == Some(text),
    }
}

#[test]
fn json_is_the_tables() {
    for_all(|profile, options, what| {
        let (report, text) = exported(profile, "json", options);
        let object: Value = serde_json::from_str(&text).expect(what);
        assert_eq!(object["schema"], 1);
        assert_eq!(
            object["total"].as_i64(),
            Some(report.format.scaled(report.total)),
            "{what}"
        );
        for (key, table) in [
            ("rows", table(&report, &row_fields(COLUMNS), &rows(&report))),
            ("edges", table(&report, CALL_FIELDS, &calls(&report))),
            ("tags", table(&report, TAG_FIELDS, &labels(&report))),
        ] {
            let found = object[key].as_array().expect("an array");
            assert_eq!(found.len(), table.len(), "{what} {key}");
            for (object, cells) in found.iter().zip(&table) {
                assert_eq!(object.as_object().map(|object| object.len()), Some(cells.len()));
                for (name, cell) in cells {
                    assert!(
                        same(cell, &object[*name]),
                        "{what} {key} {name}: {cell:?} is not {}",
                        object[*name]
                    );
                }
            }
        }
    });
}

#[test]
fn csv_is_the_tables_and_begins_no_formula() {
    for_all(|profile, options, what| {
        for name in ["csv", "csv_tree", "csv_tags"] {
            let (report, text) = exported(profile, name, options);
            let table = match name {
                "csv" => table(&report, &row_fields(COLUMNS), &rows(&report)),
                "csv_tree" => table(&report, CALL_FIELDS, &calls(&report)),
                _ => table(&report, TAG_FIELDS, &labels(&report)),
            };
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect(what);
            assert_eq!(records.len(), table.len(), "{what} {name}");
            let heads = reader.headers().expect("a header");
            for (record, cells) in records.iter().zip(&table) {
                assert_eq!(record.len(), cells.len(), "{what} {name}");
                for ((head, shown), (field, cell)) in heads.iter().zip(record).zip(cells) {
                    assert_eq!(head, *field);
                    let is_same = match cell {
                        Cell::None => shown.is_empty(),
                        Cell::Flag(flag) => shown == flag.to_string(),
                        Cell::Int(number) => shown.parse() == Ok(*number),
                        Cell::Float(number) => shown.parse() == Ok(*number),
                        Cell::Text(text) if is_formula(text) => shown.strip_prefix('\'') == Some(text),
                        Cell::Text(text) => shown == text,
                    };
                    assert!(is_same, "{what} {name} {field}: {cell:?} is not {shown:?}");
                }
            }
        }
    });
}

/// What a spreadsheet would run; a negative number with or without a unit is none.
fn is_formula(text: &str) -> bool {
    let is_number = text
        .trim_start_matches('-')
        .starts_with(|char: char| char.is_ascii_digit())
        && !text.starts_with("--")
        && text
            .chars()
            .all(|char| char.is_alphanumeric() || char == '.' || char == '-')
        && !text[1..].contains('-');
    let is_sign = |char: char| "=+-@\t\r\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(char);
    text.starts_with(is_sign) && !is_number
}

/// flat and cum of each name.
type Sums = BTreeMap<String, (i64, i64)>;

fn unfold(text: &str) -> Sums {
    let mut sums = Sums::new();
    for line in text.lines() {
        let (stack, value) = line.rsplit_once(' ').expect("a value");
        let value: i64 = value.parse().expect("a whole number");
        let frames: Vec<&str> = stack.split(';').collect();
        for frame in frames.iter().copied().collect::<BTreeSet<_>>() {
            sums.entry(frame.to_string()).or_default().1 += value;
        }
        sums.entry(frames[frames.len() - 1].to_string()).or_default().0 += value;
    }
    sums.retain(|_, sums| *sums != (0, 0));
    sums
}

#[test]
fn folded_stacks_add_up_to_the_rows() {
    for (name, profile) in profiles() {
        for settings in [
            &[][..],
            &[("alloc_space", "true"), ("lines", "true")],
            &[("focus", "main")],
        ] {
            let options = options(settings);
            if profile.sample_type(&options.sample_index).is_none() {
                continue;
            }
            let (report, text) = exported(&profile, "folded", &options);
            let mut expected = Sums::new();
            for row in rows(&report) {
                let sums = expected.entry(row.name.replace(';', "\\x3b")).or_default();
                *sums = (sums.0 + row.flat, sums.1 + row.cum);
            }
            assert_eq!(unfold(&text), expected, "{name} {settings:?}");
        }
    }
}

#[test]
fn speedscope_profiles_add_up_to_the_rows_of_each_sample_type() {
    for (name, profile) in profiles() {
        for settings in [
            &[][..],
            &[("lines", "true")],
            &[("hide", "main"), ("noinlines", "true")],
        ] {
            let mut options = options(settings);
            let (_, text) = exported(&profile, "speedscope", &options);
            let file: Value = serde_json::from_str(&text).expect(&name);
            let mut expected: BTreeMap<String, Sums> = BTreeMap::new();
            for id in 0..profile.sample_types.len() {
                options.sample_index = id.to_string();
                let row = report::report("speedscope").expect("a report");
                let report = Report::new(&profile, row, None, &options, &Environment::default()).expect("a report");
                let sums = expected
                    .entry(profile.type_name(report.sample_type).to_string())
                    .or_default();
                for row in rows(&report) {
                    let sum = sums.entry(row.name).or_default();
                    *sum = (sum.0 + row.flat, sum.1 + row.cum);
                }
                sums.retain(|_, sums| *sums != (0, 0));
            }
            assert_eq!(speedscope(&file, &name), expected, "{name} {settings:?}");
        }
    }
}

/// Sums of each sample type in a file, which is checked against what speedscope demands of it.
fn speedscope(file: &Value, what: &str) -> BTreeMap<String, Sums> {
    assert_eq!(file["$schema"], "https://www.speedscope.app/file-format-schema.json");
    let frames = file["shared"]["frames"].as_array().expect("frames");
    let mut all: BTreeMap<String, Sums> = BTreeMap::new();
    let profiles = file["profiles"].as_array().expect("profiles");
    assert!(
        file["activeProfileIndex"].as_u64() < Some(profiles.len() as u64),
        "{what}"
    );
    for profile in profiles {
        assert_eq!(
            (&profile["type"], &profile["startValue"]),
            (&"sampled".into(), &0.into())
        );
        let units = [
            "none",
            "bytes",
            "nanoseconds",
            "microseconds",
            "milliseconds",
            "seconds",
        ];
        assert!(units.contains(&profile["unit"].as_str().expect("a unit")), "{what}");
        let name = profile["name"].as_str().expect("a name");
        let (name, sign) = name.strip_suffix(", negative").map_or((name, 1), |name| (name, -1));
        let sums = all.entry(name.to_string()).or_default();
        let [samples, weights] = ["samples", "weights"].map(|key| profile[key].as_array().expect("a list"));
        assert_eq!(samples.len(), weights.len(), "{what}");
        let mut end = 0;
        for (stack, weight) in samples.iter().zip(weights) {
            let weight = weight.as_u64().expect("a weight of at least 0");
            end += weight;
            let weight = sign * weight as i64;
            let stack = stack.as_array().expect("a stack").iter();
            let names: Vec<&str> = stack
                .map(|at| {
                    frames[at.as_u64().expect("a frame") as usize]["name"]
                        .as_str()
                        .expect("a name")
                })
                .collect();
            for frame in names.iter().collect::<BTreeSet<_>>() {
                sums.entry(frame.to_string()).or_default().1 += weight;
            }
            sums.entry(names.last().expect("a leaf").to_string()).or_default().0 += weight;
        }
        assert_eq!(
            profile["endValue"].as_u64(),
            Some(end),
            "{what}: weights sum to the end"
        );
        sums.retain(|_, sums| *sums != (0, 0));
    }
    all
}

#[test]
fn speedscope_has_every_option() {
    for_all(|profile, options, what| {
        let (report, text) = exported(profile, "speedscope", options);
        let file: Value = serde_json::from_str(&text).expect(what);
        let active = file["activeProfileIndex"].as_u64().expect("an index");
        assert_eq!(
            active as usize,
            report.sample_type.index(),
            "{what}: the selected type is in front"
        );
        let types = speedscope(&file, what).into_keys();
        let mean = if options.mean { "mean_" } else { "" };
        let expected = profile
            .sample_types
            .iter()
            .map(|kind| format!("{mean}{}", profile.text(kind.kind)));
        assert_eq!(types.collect::<BTreeSet<_>>(), expected.collect(), "{what}");
    });
}

#[test]
fn folded_stacks_hold_the_largest_nodes_if_so_many_are_asked_for() {
    let profile = Arc::new(hostile());
    let options = options(&[("nodecount", "3"), ("cum", "true"), ("sample_index", "0")]);
    let (report, text) = exported(&profile, "folded", &options);
    let largest: BTreeSet<String> = rows(&report).into_iter().take(3).map(|row| row.name).collect();
    let shown: BTreeSet<String> = unfold(&text).into_keys().collect();
    assert_eq!(shown, largest);
}

#[test]
fn a_package_holds_what_its_functions_hold() {
    for (name, profile) in fixtures::all() {
        let sums = |settings: &[(&str, &str)]| {
            let row = report::report("top").expect("a report");
            let options = options(&[&[("trim", "false")], settings].concat());
            let report = Report::new(&profile, row, None, &options, &Environment::default()).expect("a report");
            let mut sums: BTreeMap<String, i64> = BTreeMap::new();
            for row in rows(&report) {
                *sums.entry(package(&row.name).to_string()).or_default() += row.flat;
            }
            sums.retain(|_, sum| *sum != 0);
            sums
        };
        assert_eq!(sums(&[("packages", "true")]), sums(&[]), "{name}");
    }
}
