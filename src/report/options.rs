//! Every option once: its spelling, its value, its default, its help, and what it changes.
//!
//! [`OPTIONS`] is what the command line, the prompt, completion, `--help` and the tests loop over. Names,
//! defaults and meanings are those of pprof's configuration.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::list::{NoSources, Sources};
use crate::analyze::{Granularity, Sort};

/// What a report is made with. `Default` is pprof's.
#[derive(Clone, Debug)]
#[allow(
    missing_docs,
    reason = "each field is the option of the same name; OPTIONS says what it means"
)]
pub struct Options {
    pub sort: Sort,
    pub granularity: Granularity,
    pub node_count: i64,
    pub node_fraction: f64,
    pub edge_fraction: f64,
    pub trim: bool,
    pub sample_index: String,
    pub unit: String,
    pub focus: String,
    pub ignore: String,
    pub hide: String,
    pub show: String,
    pub show_from: String,
    pub prune_from: String,
    pub no_inlines: bool,
    pub show_columns: bool,
    pub compact_labels: bool,
    pub relative_percentages: bool,
    pub drop_negative: bool,
    pub mean: bool,
    pub divide_by: f64,
    pub all_frames: bool,
    pub trim_path: String,
    pub source_path: String,
    /// The zone that times are printed in; the program's is the local one.
    pub zone: TimeZone,
    /// Who finds source text; the program looks for files.
    pub sources: Arc<dyn Sources>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sort: Sort::Flat,
            granularity: Granularity::Functions,
            node_count: -1,
            node_fraction: 0.005,
            edge_fraction: 0.001,
            trim: true,
            sample_index: String::new(),
            unit: "minimum".into(),
            focus: String::new(),
            ignore: String::new(),
            hide: String::new(),
            show: String::new(),
            show_from: String::new(),
            prune_from: String::new(),
            no_inlines: false,
            show_columns: false,
            compact_labels: false,
            relative_percentages: false,
            drop_negative: false,
            mean: false,
            divide_by: 1.0,
            all_frames: false,
            trim_path: String::new(),
            source_path: String::new(),
            zone: TimeZone::UTC,
            sources: Arc::new(NoSources),
        }
    }
}

/// What an option takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    /// Nothing, or `=true`/`=false`.
    Flag,
    /// Nothing, or `=true`/`=false`; of the options of one group only one may be on.
    Choice(Group),
    /// A value of this kind, named so in the help.
    Value(&'static str),
}

/// Options of which only one may be on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// The order of rows: two of them are an error.
    Sort,
    /// What a row is: two of them are an error.
    Granularity,
    /// Shorthands of `sample_index`: the first wins, the others are warned of.
    SampleType,
}

/// A row of [`OPTIONS`].
pub struct OptionRow {
    /// pprof's name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// The heading it stands under in the help.
    pub section: Section,
    /// One line of help.
    pub help: &'static str,
    /// Sets it from its text; the error says what would be right.
    pub set: fn(&mut Options, &str) -> Result<(), String>,
}

/// Headings of the help.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    /// Which numbers.
    Values,
    /// Which samples and frames.
    Filters,
    /// What a row is.
    Granularity,
    /// How much is shown, and in which order.
    Size,
    /// How it looks.
    Display,
}

impl Section {
    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Values => "Sample types and values",
            Self::Filters => "Filters (regular expressions on function, file and binary)",
            Self::Granularity => "Granularity",
            Self::Size => "Order and size",
            Self::Display => "Display",
        }
    }
}

macro_rules! rows {
    ($($section:ident { $($name:literal $takes:expr, $help:literal, $set:expr;)* })*) => {
        &[$($(OptionRow { name: $name, takes: $takes, section: Section::$section, help: $help, set: $set },)*)*]
    };
}

const REGEX: Takes = Takes::Value("REGEX");
const fn choice(group: Group) -> Takes {
    Takes::Choice(group)
}

/// Every option.
pub const OPTIONS: &[OptionRow] = rows! {
    Values {
        "sample_index" Takes::Value("NAME|N"), "Sample type to report, by name or number [default: the profile's]", |o, v| text(&mut o.sample_index, v);
        "inuse_space" choice(Group::SampleType), "Memory in use: short for -sample_index=inuse_space", |o, v| sample_type(o, v, "inuse_space");
        "inuse_objects" choice(Group::SampleType), "Objects in use", |o, v| sample_type(o, v, "inuse_objects");
        "alloc_space" choice(Group::SampleType), "Memory allocated since the start", |o, v| sample_type(o, v, "alloc_space");
        "alloc_objects" choice(Group::SampleType), "Objects allocated since the start", |o, v| sample_type(o, v, "alloc_objects");
        "total_delay" choice(Group::SampleType), "Time spent waiting: short for -sample_index=delay", |o, v| sample_type(o, v, "delay");
        "contentions" choice(Group::SampleType), "Number of waits: short for -sample_index=contentions", |o, v| sample_type(o, v, "contentions");
        "mean_delay" choice(Group::SampleType), "Mean wait: short for -mean -sample_index=delay", |o, v| sample_type(o, v, "delay").and_then(|()| flag(&mut o.mean, v));
        "mean" Takes::Flag, "Divide values by the first sample type (usually a count)", |o, v| flag(&mut o.mean, v);
        "divide_by" Takes::Value("RATIO"), "Divide all values by this [default: 1]", |o, v| ratio(&mut o.divide_by, v);
        "unit" Takes::Value("UNIT"), "Unit of values, e.g. kb, mb, ms; minimum and auto choose [default: minimum]", |o, v| text(&mut o.unit, v);
        "relative_percentages" Takes::Flag, "Take percentages of what the filters leave", |o, v| flag(&mut o.relative_percentages, v);
        "drop_negative" Takes::Flag, "Leave out nodes with a negative value", |o, v| flag(&mut o.drop_negative, v);
    }
    Filters {
        "focus" REGEX, "Only samples that have a matching frame", |o, v| text(&mut o.focus, v);
        "ignore" REGEX, "No samples that have a matching frame", |o, v| text(&mut o.ignore, v);
        "hide" REGEX, "Leave matching frames out of the stacks", |o, v| text(&mut o.hide, v);
        "show" REGEX, "Leave all other frames out of the stacks", |o, v| text(&mut o.show, v);
        "show_from" REGEX, "Leave out frames above the outermost match", |o, v| text(&mut o.show_from, v);
        "prune_from" REGEX, "Leave out what matching functions call", |o, v| text(&mut o.prune_from, v);
        "all_frames" Takes::Flag, "Show frames that the profile itself asks to drop", |o, v| flag(&mut o.all_frames, v);
    }
    Granularity {
        "functions" choice(Group::Granularity), "A row per function [default]", |o, v| granularity(o, v, Granularity::Functions);
        "filefunctions" choice(Group::Granularity), "A row per function and file", |o, v| granularity(o, v, Granularity::FileFunctions);
        "files" choice(Group::Granularity), "A row per file", |o, v| granularity(o, v, Granularity::Files);
        "lines" choice(Group::Granularity), "A row per source line", |o, v| granularity(o, v, Granularity::Lines);
        "addresses" choice(Group::Granularity), "A row per address", |o, v| granularity(o, v, Granularity::Addresses);
        "noinlines" Takes::Flag, "Count inlined calls to the function they were inlined into", |o, v| flag(&mut o.no_inlines, v);
        "showcolumns" Takes::Flag, "With -lines, show columns too", |o, v| flag(&mut o.show_columns, v);
    }
    Size {
        "flat" choice(Group::Sort), "Sort by the function's own value [default]", |o, v| sort(o, v, Sort::Flat);
        "cum" choice(Group::Sort), "Sort by the value of the function and what it calls", |o, v| sort(o, v, Sort::Cum);
        "nodecount" Takes::Value("N"), "At most so many nodes; 0 for all [default: all for top, else 80]", |o, v| integer(&mut o.node_count, v);
        "nodefraction" Takes::Value("F"), "Hide nodes below this share of the total [default: 0.005]", |o, v| ratio(&mut o.node_fraction, v);
        "edgefraction" Takes::Value("F"), "Hide edges below this share of the total [default: 0.001]", |o, v| ratio(&mut o.edge_fraction, v);
        "trim" Takes::Flag, "Apply the three limits above [default: true; -trim=false shows everything]", |o, v| flag(&mut o.trim, v);
    }
    Display {
        "compact_labels" Takes::Flag, "Leave the profile's description out of the header", |o, v| flag(&mut o.compact_labels, v);
        "trim_path" Takes::Value("PATHS"), "Prefixes to cut off file names, separated by colons", |o, v| text(&mut o.trim_path, v);
        "source_path" Takes::Value("PATHS"), "Folders to look for sources in, separated by colons", |o, v| text(&mut o.source_path, v);
        "symbolize" Takes::Value("MODE"), "Accepted for pprof's sake; local binaries are never read", |_, _| Ok(());
    }
};

/// The row of this name, in pprof's spelling or ours (`sample_index` or `sample-index`).
pub fn option(name: &str) -> Option<&'static OptionRow> {
    let name = name.replace('-', "_");
    OPTIONS.iter().find(|row| row.name == name)
}

/// A truth value in the spellings that Go's flags take.
pub fn parse_bool(value: &str) -> Result<bool, String> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("{value:?} is neither true nor false")),
    }
}

fn flag(field: &mut bool, value: &str) -> Result<(), String> {
    *field = parse_bool(value)?;
    Ok(())
}

fn text(field: &mut String, value: &str) -> Result<(), String> {
    value.clone_into(field);
    Ok(())
}

/// A whole number as Go's flags take it: `0x1f`, `0o17`, `017`, `0b1` or decimal.
fn integer(field: &mut i64, value: &str) -> Result<(), String> {
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", value.strip_prefix('+').unwrap_or(value)),
    };
    let lower = digits.to_ascii_lowercase();
    let bases = [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8), ("", 10)];
    let parsed = bases.into_iter().find_map(|(prefix, base)| {
        let digits = lower.strip_prefix(prefix).filter(|digits| !digits.is_empty())?;
        Some(i64::from_str_radix(&format!("{sign}{digits}"), base))
    });
    *field = parsed
        .and_then(Result::ok)
        .ok_or_else(|| format!("{value:?} is not a whole number"))?;
    Ok(())
}

fn ratio(field: &mut f64, value: &str) -> Result<(), String> {
    *field = value.parse().map_err(|_| format!("{value:?} is not a number"))?;
    Ok(())
}

fn sample_type(options: &mut Options, value: &str, name: &str) -> Result<(), String> {
    if parse_bool(value)? && options.sample_index.is_empty() {
        name.clone_into(&mut options.sample_index);
    }
    Ok(())
}

fn granularity(options: &mut Options, value: &str, granularity: Granularity) -> Result<(), String> {
    if parse_bool(value)? {
        options.granularity = granularity;
    }
    Ok(())
}

fn sort(options: &mut Options, value: &str, sort: Sort) -> Result<(), String> {
    if parse_bool(value)? {
        options.sort = sort;
    }
    Ok(())
}
