//! Laws over the public tables: what is in a row is what the command line takes, what `--help` says, and what a golden
//! checks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heaptui::cli::{self, Request};
use heaptui::decode::{self, Budget};
use heaptui::error::Error;
use heaptui::model::Profile;
use heaptui::report::{self, COLUMNS, Column, Environment, OPTIONS, OptionRow, Order, REPORTS, SAMPLE_TYPES, Takes};

use crate::support::program;

const FIXTURE: &str = "deltas.heap.pb.gz";
/// Reports whose bytes are no text that a golden could hold; `tests/laws.rs` reads them back.
const BINARY: [&str; 2] = ["proto", "topproto"];

/// Reports that pprof does not have, or not so; `tests/exports.rs` and `tests/page.rs` read them back.
const EXPORTS: [&str; 9] = [
    "json",
    "csv",
    "csv_tree",
    "csv_tags",
    "folded",
    "speedscope",
    "html",
    "web",
    "weblist",
];

/// Options that pprof does not have; `tests/exports.rs` adds up what they say.
const OURS: [&str; 1] = ["packages"];

/// Reports that pprof has Graphviz draw; `tests/pictures.rs` reads them back.
const PICTURES: [&str; 3] = ["svg", "png", "pdf"];

/// For the options that are short for a sample type that only some profiles have.
const WAITS: &str = "orders.mutex.pb.gz";

/// Names that are neither a report's nor an option's.
const OTHER_NAMES: [&str; 3] = ["fetch", "help", "version"];

/// A value for each kind that an option's help names; a new kind wants a row.
const VALUES: &[(&str, &str)] = &[
    ("NAME|N", "0"),
    ("RATIO", "2"),
    ("UNIT", "kb"),
    ("REGEX", "main"),
    ("N", "5"),
    ("F", "0.1"),
    ("PATHS", "/a:/b"),
    ("MODE", "none"),
    ("KEY,...", "tenant"),
    ("[KEY=]RANGE|REGEX", "tenant"),
];

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn helps() -> impl Iterator<Item = (&'static str, &'static str)> {
    let reports = REPORTS.iter().map(|row| (row.name, row.help));
    reports.chain(OPTIONS.iter().map(|row| (row.name, row.help)))
}

#[test]
fn help_is_one_line_in_one_style() {
    for (name, help) in helps() {
        let first = help.chars().next().expect("help is not empty");
        assert!(!first.is_lowercase(), "{name}: help begins with a capital: {help:?}");
        assert!(
            !help.ends_with('.'),
            "{name}: help is a heading, not a sentence: {help:?}"
        );
        assert!(help.chars().count() <= 90, "{name}: help fits a line: {help:?}");
        assert_eq!(help.trim(), help, "{name}");
        assert!(!help.contains("  ") && !help.contains('\n'), "{name}: {help:?}");
    }
    let columns = COLUMNS.iter().map(|column| (column.head, column.help));
    for (name, help) in columns.chain(SAMPLE_TYPES.iter().copied()) {
        assert!(
            help.len() > 10,
            "{name}: the help screen says what the number means: {help:?}"
        );
        assert!(!help.ends_with('.') && help.trim() == help, "{name}: {help:?}");
        assert!(
            help.starts_with(char::is_lowercase),
            "{name}: help goes on from the name: {help:?}"
        );
    }
}

#[test]
fn a_column_orders_rows_by_one_that_has_a_key() {
    for (at, column) in COLUMNS.iter().enumerate() {
        let same = |other: &Column| other.id == column.id || other.head == column.head;
        assert!(!COLUMNS[..at].iter().any(same), "{} is there once", column.head);
        let by = column.orders_as();
        assert!(
            by.is_some() || column.screen.is_none(),
            "{}: a click orders rows",
            column.head
        );
        let has_key = |other: &Column| Some(other.id) == by && matches!(other.order, Order::By(_));
        assert!(by.is_none() || COLUMNS.iter().any(has_key), "{}", column.head);
    }
}

#[test]
fn a_name_means_one_thing() {
    let reports = REPORTS
        .iter()
        .flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied()));
    let names = reports.chain(OPTIONS.iter().map(|row| row.name)).chain(OTHER_NAMES);
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *count.entry(name.replace('_', "-")).or_default() += 1;
        let is_plain = name.chars().all(|char| char.is_ascii_lowercase() || char == '_');
        assert!(is_plain, "{name}: pprof's names are small letters and _");
    }
    let twice: Vec<_> = count.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn a_golden_checks_every_row() {
    let list = |name: &str| fs::read_to_string(tests().join("golden").join(name)).expect("a list of cases");
    // `-symbolize=remote` is in every command that tests/golden.rs runs.
    let cases = format!("-symbolize=remote {} {}", list("cases.tsv"), list("later.tsv"));
    let used: Vec<&str> = cases
        .split(|char: char| char.is_whitespace() || char == '\'')
        .filter_map(|word| word.strip_prefix('-'))
        .map(|word| word.trim_start_matches('-').split('=').next().unwrap_or(word))
        .collect();
    let unchecked: Vec<&str> = helps()
        .map(|(name, _)| name)
        .filter(|name| {
            ![&used[..], &BINARY, &EXPORTS, &PICTURES, &OURS]
                .iter()
                .any(|list| list.contains(name))
        })
        .collect();
    assert!(
        unchecked.is_empty(),
        "rows without a case in tests/golden/*.tsv: {unchecked:?}"
    );
}

#[test]
fn help_is_a_word_too() {
    let said = |args: &[&str]| {
        let program = program::heaptui().args(args).output();
        String::from_utf8(program.expect("the program starts").stdout).expect("text")
    };
    assert_eq!(said(&["help", "peek"]), said(&["peek", "--help"]));
    assert_eq!(said(&["help"]), said(&["--help"]));
    assert!(said(&["help"]).lines().count() > 20);
}

#[test]
fn help_lists_every_row() {
    let help = program::heaptui().arg("--help").output().expect("the program starts");
    assert!(help.status.success() && help.stderr.is_empty(), "{help:?}");
    let help = String::from_utf8(help.stdout).expect("text");
    let starts = |name: &str| {
        help.lines()
            .filter(|line| line.split_whitespace().next() == Some(name))
            .count()
    };
    for report in REPORTS {
        assert_eq!(
            starts(report.name),
            1,
            "--help lists the report {} once:\n{help}",
            report.name
        );
        assert!(help.contains(report.help), "{}", report.name);
        let aliases = report.aliases.iter();
        aliases.for_each(|alias| assert!(help.contains(alias), "--help names {alias}"));
    }
    for option in OPTIONS {
        let lines = help.lines().filter(|line| {
            let mut words = line.split(|char: char| char.is_whitespace() || "=[,".contains(char));
            words.any(|word| word == format!("--{}", option.name))
        });
        assert_eq!(lines.count(), 1, "--help lists --{} once:\n{help}", option.name);
        assert!(help.contains(option.section.title()), "{}", option.name);
    }
    let widest = help.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "--help is {widest:?} columns wide");
}

/// Parses the words behind the program's name and makes the report that they ask for.
fn run(profile: &Arc<Profile>, words: &[String]) -> Result<Request, Error> {
    let request = cli::parse(words.iter().map(Into::into))?;
    if let Request::Report {
        report,
        argument,
        options,
        ..
    } = &request
    {
        report::write(
            profile,
            report,
            argument.as_deref(),
            options,
            &Environment::default(),
            &mut Vec::new(),
        )?;
    }
    Ok(request)
}

fn value(row: &OptionRow) -> Option<&'static str> {
    let Takes::Value(kind) = row.takes else { return None };
    let (_, value) = VALUES.iter().find(|(name, _)| *name == kind)?;
    Some(value)
}

#[test]
fn options_take_the_spellings_of_pprof() {
    let [heap, waits] = [FIXTURE, WAITS].map(|name| {
        let bytes = fs::read(tests().join("fixtures").join(name)).expect("a fixture");
        Arc::new(decode::profile(&bytes[..], Budget::default(), &()).expect("a profile"))
    });
    for row in OPTIONS {
        let name = row.name;
        let is_about_waits = ["total_delay", "contentions", "mean_delay"].contains(&name);
        let profile = if is_about_waits { &waits } else { &heap };
        let dashes = name.replace('_', "-");
        let spellings = match (row.takes, value(row)) {
            (Takes::Value(kind), None) => panic!("{name}: VALUES has no value of the kind {kind}"),
            (_, Some(value)) => vec![
                format!("-{name}={value}"),
                format!("--{name}={value}"),
                format!("-{name} {value}"),
                format!("--{name} {value}"),
                format!("--{dashes}={value}"),
            ],
            (_, None) => [&["-", "--"], &["-", "--"]]
                .iter()
                .zip(["", "=true"])
                .flat_map(|(dash, value)| dash.iter().map(move |dash| format!("{dash}{name}{value}")))
                .chain([format!("-{name}=false"), format!("-{name}=1"), format!("--{dashes}")])
                .collect(),
        };
        let with = |spelling: &str| {
            let line = format!("-top {spelling} {FIXTURE}");
            let words: Vec<String> = line.split(' ').map(String::from).collect();
            (line.clone(), run(profile, &words))
        };
        for spelling in spellings {
            let (line, outcome) = with(&spelling);
            let code = outcome.as_ref().map_or_else(Error::exit_code, |_| 0);
            assert_ne!(code, 2, "heaptui {line}: {outcome:?}");
            if let Ok(Request::Report { report, input, .. }) = &outcome {
                assert_eq!(
                    (report.name, &input.sources[..]),
                    ("top", &[FIXTURE.into()][..]),
                    "heaptui {line}"
                );
            }
        }
        let wrong = match row.takes {
            Takes::Flag | Takes::Choice(_) => format!("-{name}=maybe"),
            Takes::Value("N" | "F" | "RATIO") => format!("-{name}=many"),
            Takes::Value("REGEX") => format!("-{name}=("),
            Takes::Value("NAME|N") => format!("-{name}=nothing"),
            Takes::Value(_) => continue,
        };
        let (line, outcome) = with(&wrong);
        let error = outcome.expect_err(&line);
        assert_eq!(error.exit_code(), 2, "heaptui {line}: {error}");
        assert!(
            error.to_string().contains(name),
            "heaptui {line}: the message names the option: {error}"
        );
    }
}

#[test]
fn reports_take_the_spellings_of_pprof() {
    for row in REPORTS {
        for name in std::iter::once(&row.name).chain(row.aliases) {
            let spellings = match row.argument {
                Some(_) => vec![
                    format!("-{name}=main F"),
                    format!("--{name} main F"),
                    format!("{name} main F"),
                ],
                None => vec![
                    format!("-{name} F"),
                    format!("--{name}=true F"),
                    format!("{name} F"),
                    format!("F -{name}"),
                ],
            };
            for line in spellings {
                match cli::parse(line.split(' ').map(Into::into)) {
                    Ok(Request::Report {
                        report,
                        argument,
                        input,
                        ..
                    }) => {
                        assert_eq!(report.name, row.name, "heaptui {line}");
                        assert_eq!(argument.as_deref(), row.argument.map(|_| "main"), "heaptui {line}");
                        assert_eq!(input.sources, ["F".into()], "heaptui {line}");
                    }
                    other => panic!("heaptui {line}: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn what_is_no_option_is_a_usage_error() {
    for line in [
        "-nosuch F",
        "--nosuch=1 F",
        "-top -nosuch F",
        "top --nosuch F",
        "-nodecount",
        "-top -tree F",
        "",
    ] {
        let answer = program::heaptui()
            .args(line.split_whitespace())
            .output()
            .expect("the program starts");
        let error = String::from_utf8_lossy(&answer.stderr);
        assert_eq!(answer.status.code(), Some(2), "heaptui {line}: {error}");
        assert!(answer.stdout.is_empty(), "heaptui {line}");
        let is_one_line = error.starts_with("heaptui: ") && error.trim_end().lines().count() == 1;
        assert!(is_one_line, "heaptui {line}: one line says what is wrong: {error}");
    }
}
