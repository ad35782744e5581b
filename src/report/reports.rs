//! Every report: one row each.

use std::io::Write;

use super::aggregate::Report;
use super::{callgraph, callgrind, csv, folded, json, list, page, proto, raw, speedscope, tags, top, traces, tree};
use crate::error::{Result, closest};
use crate::graphics::FileFormat;

type Writer = fn(&mut Report, &mut dyn Write) -> Result<()>;

/// A row of [`REPORTS`].
pub struct ReportRow {
    /// The command and pprof's option.
    pub name: &'static str,
    /// Other names of it.
    pub aliases: &'static [&'static str],
    /// What it is given behind its name, if anything.
    pub argument: Option<&'static str>,
    /// One line of help.
    pub help: &'static str,
    /// How many nodes it lists if the user does not say; 0 for all.
    pub nodes: usize,
    /// How many at the prompt, if that differs.
    pub prompt_nodes: Option<i64>,
    /// Whether small nodes and edges are left out unless the user says otherwise.
    pub trims: bool,
    /// What the words behind it at the prompt filter.
    pub words: Words,
    /// What of the profile it shows.
    pub shows: Shows,
    /// What is written.
    pub content: Content,
    /// Whether a file of it is about the sample type that was chosen.
    pub covers: Covers,
    /// The ending of a file of it, if it is made for other programs: the menu of exports.
    pub ending: Option<&'static str>,
    pub(super) write: Writer,
}

impl ReportRow {
    /// A report of samples as text, without an argument. A row states what differs.
    const fn new(name: &'static str, help: &'static str, write: Writer) -> Self {
        Self {
            name,
            aliases: &[],
            argument: None,
            help,
            nodes: 0,
            prompt_nodes: None,
            trims: false,
            words: Words::Frames,
            shows: Shows::Samples,
            content: Content::Text,
            covers: Covers::OneType,
            ending: None,
            write,
        }
    }
}

/// What of a profile a report shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shows {
    /// Samples as they are: no graph is made, values have a unit each, file names stay whole.
    Samples,
    /// Nodes, one by one, without their calls.
    Table,
    /// Nodes, one by one.
    Nodes,
    /// Nodes and calls as a picture.
    Drawing,
    /// Every address of every binary and its calls, for another program.
    Addresses,
    /// Lines of source of each binary, whatever the granularity; values have a unit each.
    Lines,
}

/// What a report is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// Lines for the eye.
    Text,
    /// Text for another program, of which an eye makes nothing.
    Markup,
    /// Bytes, which a terminal must not get.
    Binary,
    /// A page that is opened in a browser unless the user names a file.
    Page,
}

/// Which sample types a report is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Covers {
    /// The one that was chosen.
    OneType,
    /// All that the profile has.
    AllTypes,
}

/// What the words behind a report at the prompt filter samples by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Words {
    /// Their frames: focus and ignore.
    Frames,
    /// Their labels: tagfocus and tagignore.
    Labels,
}

/// Every report, in the order of the help.
pub const REPORTS: &[ReportRow] = &[
    TOP, TREE, PEEK, SVG, PNG, PDF, DOT, HTML, WEB, CALLGRIND, TRACES, TAGS, LIST, WEBLIST, RAW, COMMENTS, PROTO,
    TOPPROTO, JSON, CSV, CSV_TREE, CSV_TAGS, FOLDED, SPEEDSCOPE,
];

/// `top`: the functions that hold most, one a line.
pub const TOP: ReportRow = ReportRow {
    aliases: &["text"],
    prompt_nodes: Some(10),
    trims: true,
    shows: Shows::Table,
    ending: Some("txt"),
    ..ReportRow::new("top", "The functions that hold most, one a line", |report, out| {
        top::write(report, out)
    })
};

/// `tree`: each function with its callers and callees.
pub const TREE: ReportRow = ReportRow {
    nodes: 80,
    trims: true,
    shows: Shows::Nodes,
    ..ReportRow::new("tree", "Each function with its callers and callees", |report, out| {
        tree::write(report, out)
    })
};

/// `peek`: callers and callees of the functions that match.
pub const PEEK: ReportRow = ReportRow {
    argument: Some("REGEX"),
    nodes: 80,
    shows: Shows::Nodes,
    ..ReportRow::new(
        "peek",
        "Callers and callees of the functions that match",
        |report, out| tree::write(report, out),
    )
};

/// `svg`: the call graph as a picture, with full names as tooltips.
pub const SVG: ReportRow = ReportRow {
    nodes: 80,
    trims: true,
    shows: Shows::Drawing,
    content: Content::Markup,
    ending: Some("svg"),
    ..ReportRow::new(
        "svg",
        "The call graph as a picture, with full names as tooltips",
        |report, out| callgraph::write_picture(report, FileFormat::Svg, out),
    )
};

/// `png`: the call graph as a picture of pixels.
pub const PNG: ReportRow = ReportRow {
    nodes: 80,
    trims: true,
    shows: Shows::Drawing,
    content: Content::Binary,
    ending: Some("png"),
    ..ReportRow::new("png", "The call graph as a picture of pixels", |report, out| {
        callgraph::write_picture(report, FileFormat::Png, out)
    })
};

/// `pdf`: the call graph as a page of PDF.
pub const PDF: ReportRow = ReportRow {
    nodes: 80,
    trims: true,
    shows: Shows::Drawing,
    content: Content::Binary,
    ending: Some("pdf"),
    ..ReportRow::new("pdf", "The call graph as a page of PDF", |report, out| {
        callgraph::write_picture(report, FileFormat::Pdf, out)
    })
};

/// `dot`: the call graph as a drawing for Graphviz.
pub const DOT: ReportRow = ReportRow {
    nodes: 80,
    trims: true,
    shows: Shows::Drawing,
    ending: Some("dot"),
    ..ReportRow::new("dot", "The call graph as a drawing for Graphviz", |report, out| {
        callgraph::write_dot(report, out)
    })
};

/// `html`: graph, flame graph and top of all sample types in one page for a browser.
pub const HTML: ReportRow = ReportRow {
    trims: true,
    shows: Shows::Table,
    content: Content::Markup,
    covers: Covers::AllTypes,
    ending: Some("html"),
    ..ReportRow::new(
        "html",
        "Graph, flame graph and tables as one page, to send to others",
        |report, out| page::write(report, out),
    )
};

/// `web`: the page of html, opened in a browser (pprof opens an SVG).
pub const WEB: ReportRow = ReportRow {
    trims: true,
    shows: Shows::Table,
    content: Content::Page,
    ..ReportRow::new(
        "web",
        "The page of html, opened in a browser (pprof opens an SVG)",
        |report, out| page::write(report, out),
    )
};

/// `callgrind`: every address and its calls, for KCachegrind.
pub const CALLGRIND: ReportRow = ReportRow {
    shows: Shows::Addresses,
    ending: Some("callgrind"),
    ..ReportRow::new(
        "callgrind",
        "Every address and its calls, for KCachegrind",
        |report, out| callgrind::write(report, out),
    )
};

/// `traces`: every sample with its labels and its stack.
pub const TRACES: ReportRow = ReportRow {
    nodes: 80,
    ..ReportRow::new("traces", "Every sample with its labels and its stack", |report, out| {
        traces::write(report, out)
    })
};

/// `tags`: the labels of the samples and what each accounts for.
pub const TAGS: ReportRow = ReportRow {
    nodes: 80,
    words: Words::Labels,
    ..ReportRow::new(
        "tags",
        "The labels of the samples and what each accounts for",
        |report, out| tags::write(report, out),
    )
};

/// `list`: the source of the functions that match, with what each line holds.
pub const LIST: ReportRow = ReportRow {
    argument: Some("REGEX"),
    shows: Shows::Lines,
    ..ReportRow::new(
        "list",
        "The source of the functions that match, with what each line holds",
        list::write,
    )
};

/// `weblist`: the source of the functions that match as a web page, opened in a browser.
pub const WEBLIST: ReportRow = ReportRow {
    argument: Some("REGEX"),
    shows: Shows::Lines,
    content: Content::Page,
    ..ReportRow::new(
        "weblist",
        "The source of the functions that match as a web page, opened in a browser",
        |report, out| page::write_code(report, out),
    )
};

/// `raw`: all that is in the profile, table by table.
pub const RAW: ReportRow = ReportRow {
    ..ReportRow::new("raw", "All that is in the profile, table by table", |report, out| {
        raw::write(report, out)
    })
};

/// `comments`: the comments in the profile.
pub const COMMENTS: ReportRow = ReportRow {
    ..ReportRow::new("comments", "The comments in the profile", |report, out| {
        raw::write_comments(report, out)
    })
};

/// `proto`: the profile as the filters leave it, in the format that all tools read.
pub const PROTO: ReportRow = ReportRow {
    content: Content::Binary,
    covers: Covers::AllTypes,
    ending: Some("pb.gz"),
    ..ReportRow::new(
        "proto",
        "The profile as the filters leave it, as all tools read it",
        |report, out| proto::write(report, out),
    )
};

/// `topproto`: the rows of top in that format.
pub const TOPPROTO: ReportRow = ReportRow {
    trims: true,
    shows: Shows::Table,
    content: Content::Binary,
    ending: Some("top.pb.gz"),
    ..ReportRow::new("topproto", "The rows of top in that format", |report, out| {
        proto::write_top(report, out)
    })
};

/// `json`: the tables of top, tree and tags for programs, as JSON.
pub const JSON: ReportRow = ReportRow {
    trims: true,
    shows: Shows::Nodes,
    ending: Some("json"),
    ..ReportRow::new(
        "json",
        "The tables of top, tree and tags for programs, as JSON",
        |report, out| json::write(report, out),
    )
};

/// `csv`: the table of top as CSV.
pub const CSV: ReportRow = ReportRow {
    trims: true,
    shows: Shows::Table,
    ending: Some("csv"),
    ..ReportRow::new("csv", "The table of top as CSV", |report, out| csv::write(report, out))
};

/// `csv_tree`: the calls of tree as CSV.
pub const CSV_TREE: ReportRow = ReportRow {
    trims: true,
    shows: Shows::Nodes,
    ending: Some("tree.csv"),
    ..ReportRow::new("csv_tree", "The calls of tree as CSV", |report, out| {
        csv::write_calls(report, out)
    })
};

/// `csv_tags`: the table of tags as CSV.
pub const CSV_TAGS: ReportRow = ReportRow {
    ending: Some("tags.csv"),
    ..ReportRow::new("csv_tags", "The table of tags as CSV", |report, out| {
        csv::write_tags(report, out)
    })
};

/// `folded`: stacks behind the filters, for flame graph tools: root;child;leaf value.
pub const FOLDED: ReportRow = ReportRow {
    shows: Shows::Table,
    ending: Some("folded"),
    ..ReportRow::new(
        "folded",
        "Stacks as lines for flame graph tools: root;child;leaf value",
        folded::write,
    )
};

/// `speedscope`: stacks behind the filters, of all sample types, for speedscope.app, as JSON.
pub const SPEEDSCOPE: ReportRow = ReportRow {
    shows: Shows::Table,
    content: Content::Markup,
    covers: Covers::AllTypes,
    ending: Some("speedscope.json"),
    ..ReportRow::new(
        "speedscope",
        "Stacks of all sample types as JSON, for speedscope.app",
        |report, out| speedscope::write(report, out),
    )
};

/// The report of this name.
pub fn report(name: &str) -> Option<&'static ReportRow> {
    REPORTS
        .iter()
        .find(|row| row.name == name || row.aliases.contains(&name))
}

/// The report that was probably meant by a name that none has.
pub fn similar(name: &str) -> Option<&'static str> {
    closest(name, REPORTS.iter().map(|row| row.name))
}
