//! Every option once: its spelling, its value, its default, its help, and what it changes.
//!
//! [`OPTIONS`] is what the command line, the prompt, completion, `--help` and the tests loop over. Names,
//! defaults and meanings are those of pprof's configuration.

use std::borrow::Cow;

use crate::analyze::{Granularity, Sort};

/// What a report is made with. `Default` is pprof's.
#[derive(Clone, PartialEq, Debug)]
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
    pub tag_focus: String,
    pub tag_ignore: String,
    pub tag_show: String,
    pub tag_hide: String,
    pub tag_root: String,
    pub tag_leaf: String,
    pub call_tree: bool,
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
    /// Where commands write their reports unless they say so themselves; empty for the screen.
    pub output: String,
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
            tag_focus: String::new(),
            tag_ignore: String::new(),
            tag_show: String::new(),
            tag_hide: String::new(),
            tag_root: String::new(),
            tag_leaf: String::new(),
            call_tree: false,
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
            output: String::new(),
        }
    }
}

/// What an option takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    /// Nothing, or `=true`/`=false`.
    Flag,
    /// Nothing, or `=true`/`=false`; of the options of one group only one may be on.
    Choice(OptionGroup),
    /// A value of this kind, named so in the help.
    Value(&'static str),
}

/// Options of which only one may be on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptionGroup {
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
    /// Where its value is kept.
    field: fn(&mut Options) -> Field<'_>,
    /// Its value as text.
    read: fn(&Options) -> Cow<'_, str>,
}

/// Where an option's value is kept, and of what kind it is.
#[derive(Debug)]
enum Field<'o> {
    /// Yes or no.
    Flag(&'o mut bool),
    /// A text.
    Text(&'o mut String),
    /// A whole number.
    Whole(&'o mut i64),
    /// A number.
    Ratio(&'o mut f64),
    /// Chooses this order.
    Sort(&'o mut Sort, Sort),
    /// Chooses this granularity.
    Granularity(&'o mut Granularity, Granularity),
    /// Chooses this sample type where none has been chosen, and perhaps its mean.
    SampleType(&'o mut String, &'static str, Option<&'o mut bool>),
    /// Nowhere: the option changes nothing.
    Nothing,
}

impl OptionRow {
    /// Whether its value is a regular expression.
    pub fn is_expression(&self) -> bool {
        self.takes == REGEX
    }

    /// Sets it from its text.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn set(&self, options: &mut Options, value: &str) -> Result<(), String> {
        match (self.field)(options) {
            Field::Flag(field) => *field = parse_bool(value)?,
            Field::Text(field) => value.clone_into(field),
            Field::Whole(field) => *field = parse_whole(value)?,
            Field::Ratio(field) => *field = value.parse().map_err(|_| format!("{value:?} is not a number"))?,
            Field::Sort(field, choice) if parse_bool(value)? => *field = choice,
            Field::Granularity(field, choice) if parse_bool(value)? => *field = choice,
            Field::SampleType(field, name, mean) if parse_bool(value)? => {
                if field.is_empty() {
                    name.clone_into(field);
                }
                if let Some(mean) = mean {
                    *mean = true;
                }
            }
            Field::Nothing if self.takes == Takes::Flag => {
                parse_bool(value)?;
            }
            Field::Sort(..) | Field::Granularity(..) | Field::SampleType(..) | Field::Nothing => {}
        }
        Ok(())
    }

    /// Whether it changes anything: some are accepted for pprof's sake only.
    pub fn is_kept(&self) -> bool {
        !matches!((self.field)(&mut Options::default()), Field::Nothing)
    }

    /// Its value as text, as [`OptionRow::set`] takes it.
    pub fn get<'o>(&self, options: &'o Options) -> Cow<'o, str> {
        (self.read)(options)
    }
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
    /// In the order of the help.
    pub const ALL: [Self; 5] = [
        Self::Values,
        Self::Filters,
        Self::Granularity,
        Self::Size,
        Self::Display,
    ];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Values => "Sample types and values",
            Self::Filters => "Filters (regular expressions on function, file and binary, or on labels)",
            Self::Granularity => "Granularity",
            Self::Size => "Order and size",
            Self::Display => "Display",
        }
    }
}

/// Both ways to an option's value: its field to be written, its text.
macro_rules! at {
    (field Text $name:ident) => {
        |o| Field::Text(&mut o.$name)
    };
    (read Text $name:ident) => {
        |o| Cow::Borrowed(&o.$name)
    };
    (field $kind:ident $name:ident) => {
        |o| Field::$kind(&mut o.$name)
    };
    (read $kind:ident $name:ident) => {
        |o| Cow::Owned(o.$name.to_string())
    };
    (field $kind:ident $name:ident $choice:expr) => {
        |o| Field::$kind(&mut o.$name, $choice)
    };
    (read $kind:ident $name:ident $choice:expr) => {
        |o| truth(o.$name == $choice)
    };
    (field SampleType $name:literal) => {
        |o| Field::SampleType(&mut o.sample_index, $name, None)
    };
    (field MeanOf $name:literal) => {
        |o| Field::SampleType(&mut o.sample_index, $name, Some(&mut o.mean))
    };
    (read $kind:ident $name:literal) => {
        |o| truth(o.sample_index == $name)
    };
    (field Nothing) => {
        |_| Field::Nothing
    };
    (read Nothing) => {
        |_| Cow::Borrowed("")
    };
}

macro_rules! rows {
    ($($section:ident { $($name:literal $takes:expr, $help:literal, [$($at:tt)*];)* })*) => {
        &[$($(OptionRow { name: $name, takes: $takes, section: Section::$section, help: $help, field: at!(field $($at)*), read: at!(read $($at)*) },)*)*]
    };
}

const REGEX: Takes = Takes::Value("REGEX");
/// A range of numbers (`4kb`, `4kb:`, `:4kb`, `1kb:4kb`) or expressions on `key:value`; behind `KEY=`, on that key.
const TAGS: Takes = Takes::Value("[KEY=]RANGE|REGEX");
const KEYS: Takes = Takes::Value("KEY,...");
const fn choice(group: OptionGroup) -> Takes {
    Takes::Choice(group)
}

/// Every option.
pub const OPTIONS: &[OptionRow] = rows! {
    Values {
        "sample_index" Takes::Value("NAME|N"), "Sample type to report, by name or number [default: the profile's]", [Text sample_index];
        "inuse_space" choice(OptionGroup::SampleType), "Memory in use: short for -sample_index=inuse_space", [SampleType "inuse_space"];
        "inuse_objects" choice(OptionGroup::SampleType), "Objects in use", [SampleType "inuse_objects"];
        "alloc_space" choice(OptionGroup::SampleType), "Memory allocated since the start", [SampleType "alloc_space"];
        "alloc_objects" choice(OptionGroup::SampleType), "Objects allocated since the start", [SampleType "alloc_objects"];
        "total_delay" choice(OptionGroup::SampleType), "Time spent waiting: short for -sample_index=delay", [SampleType "delay"];
        "contentions" choice(OptionGroup::SampleType), "Number of waits: short for -sample_index=contentions", [SampleType "contentions"];
        "mean_delay" choice(OptionGroup::SampleType), "Mean wait: short for -mean -sample_index=delay", [MeanOf "delay"];
        "mean" Takes::Flag, "Divide values by the first sample type (usually a count)", [Flag mean];
        "divide_by" Takes::Value("RATIO"), "Divide all values by this [default: 1]", [Ratio divide_by];
        "unit" Takes::Value("UNIT"), "Unit, e.g. kb, mb, ms; minimum and auto choose [default: minimum]", [Text unit];
        "relative_percentages" Takes::Flag, "Take percentages of what the filters leave", [Flag relative_percentages];
        "drop_negative" Takes::Flag, "Leave out nodes with a negative value", [Flag drop_negative];
    }
    Filters {
        "focus" REGEX, "Only samples that have a matching frame", [Text focus];
        "ignore" REGEX, "No samples that have a matching frame", [Text ignore];
        "hide" REGEX, "Leave matching frames out of the stacks", [Text hide];
        "show" REGEX, "Leave all other frames out of the stacks", [Text show];
        "show_from" REGEX, "Leave out frames above the outermost match", [Text show_from];
        "prune_from" REGEX, "Leave out what matching functions call", [Text prune_from];
        "tagfocus" TAGS, "Only samples that have a matching label", [Text tag_focus];
        "tagignore" TAGS, "No samples that have a matching label", [Text tag_ignore];
        "tagshow" REGEX, "Leave out labels whose key does not match", [Text tag_show];
        "taghide" REGEX, "Leave out labels whose key matches", [Text tag_hide];
        "tagroot" KEYS, "Put these labels as frames above the stacks", [Text tag_root];
        "tagleaf" KEYS, "Put these labels as frames below the stacks", [Text tag_leaf];
        "all_frames" Takes::Flag, "Show frames that the profile itself asks to drop", [Flag all_frames];
    }
    Granularity {
        "functions" choice(OptionGroup::Granularity), "A row per function [default]", [Granularity granularity Granularity::Functions];
        "filefunctions" choice(OptionGroup::Granularity), "A row per function and file", [Granularity granularity Granularity::FileFunctions];
        "files" choice(OptionGroup::Granularity), "A row per file", [Granularity granularity Granularity::Files];
        "packages" choice(OptionGroup::Granularity), "A row per package; not of pprof", [Granularity granularity Granularity::Packages];
        "lines" choice(OptionGroup::Granularity), "A row per source line", [Granularity granularity Granularity::Lines];
        "addresses" choice(OptionGroup::Granularity), "A row per address", [Granularity granularity Granularity::Addresses];
        "call_tree" Takes::Flag, "In dot and callgrind, keep apart what is called along different paths", [Flag call_tree];
        "noinlines" Takes::Flag, "Count inlined calls to the function they were inlined into", [Flag no_inlines];
        "showcolumns" Takes::Flag, "With -lines, show columns too", [Flag show_columns];
    }
    Size {
        "flat" choice(OptionGroup::Sort), "Sort by the function's own value [default]", [Sort sort Sort::Flat];
        "cum" choice(OptionGroup::Sort), "Sort by the value of the function and what it calls", [Sort sort Sort::Cum];
        "nodecount" Takes::Value("N"), "At most so many nodes; 0 for all [default: all for top, else 80]", [Whole node_count];
        "nodefraction" Takes::Value("F"), "Hide nodes below this share of the total [default: 0.005]", [Ratio node_fraction];
        "edgefraction" Takes::Value("F"), "Hide edges below this share of the total [default: 0.001]", [Ratio edge_fraction];
        "trim" Takes::Flag, "Apply the three limits above [default: true; -trim=false shows everything]", [Flag trim];
    }
    Display {
        "compact_labels" Takes::Flag, "Leave the profile's description out of the header", [Flag compact_labels];
        "trim_path" Takes::Value("PATHS"), "Prefixes to cut off file names, separated by colons", [Text trim_path];
        "source_path" Takes::Value("PATHS"), "Folders to look for sources in, separated by colons", [Text source_path];
        "intel_syntax" Takes::Flag, "Accepted for pprof's sake; there is no disassembly", [Nothing];
        "tools" Takes::Value("PATHS"), "Accepted for pprof's sake; no other program is run", [Nothing];
    }
};

fn truth(is_so: bool) -> Cow<'static, str> {
    Cow::Borrowed(if is_so { "true" } else { "false" })
}

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

/// A whole number as Go's flags take it: `0x1f`, `0o17`, `017`, `0b1` or decimal.
fn parse_whole(value: &str) -> Result<i64, String> {
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
    parsed
        .and_then(Result::ok)
        .ok_or_else(|| format!("{value:?} is not a whole number"))
}
