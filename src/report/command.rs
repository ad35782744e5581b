//! pprof's interactive language: one line in, what to do out.
//!
//! Knows the words (reports, options, sample types) and how a line changes the options. Knows no screen and no
//! file: the dashboard's prompt and the command mode of `main` both read their lines with it.
//! Source of the language: pprof's interactive mode; its help is made from the tables here.

use super::options::{OPTIONS, OptionGroup, OptionRow, Options, Section, Takes, option, parse_bool};
use super::sample_types::sample_type;
use super::{REPORTS, ReportRow, Words, report, similar};
use crate::analyze::Sort;
use crate::error::Error;
use crate::model::{Profile, SampleTypeId};

/// What a line asks for.
#[derive(Clone, Debug)]
pub enum Step {
    /// Write a report.
    Report(Box<ReportStep>),
    /// The options were changed.
    Changed,
    /// Show this text.
    Say(String),
    /// The line is wrong; why.
    Problem(String),
    /// Leave.
    Quit,
}

/// A report with what the line gave it.
#[derive(Clone, Debug)]
pub struct ReportStep {
    /// Which.
    pub report: &'static ReportRow,
    /// Its argument.
    pub argument: Option<String>,
    /// The options, with what only this line changes.
    pub options: Options,
    /// Where it goes.
    pub output: Output,
}

/// Where a report goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// To the eye.
    Screen,
    /// Into the file that the user named.
    File(String),
    /// Into the first of `profile001.ENDING`, `profile002.ENDING`, … that is not there: see [`numbered`].
    Numbered(&'static str),
}

/// Reports for other programs, which are not shown where commands are typed, with the endings of their files.
const NUMBERED: &[(&str, &str)] = &[
    ("svg", "svg"),
    ("png", "png"),
    ("pdf", "pdf"),
    ("proto", "pb.gz"),
    ("topproto", "pb.gz"),
    ("callgrind", "callgraph.out"),
    ("html", "html"),
];

/// Saves under the first numbered name for which `save` says yes, and returns it. Source: pprof's `newTempFile`.
///
/// # Errors
/// Those of `save`; [`Error::Usage`] when all names are taken.
pub fn numbered(ending: &str, mut save: impl FnMut(&str) -> Result<bool, Error>) -> Result<String, Error> {
    for number in 1..10_000 {
        let file = format!("profile{number:03}.{ending}");
        if save(&file)? {
            return Ok(file);
        }
    }
    Err(Error::Usage(format!(
        "profile001.{ending} to profile9999.{ending} are all there: name a file with >"
    )))
}

/// Reads a line: `top10 -cum`, `peek re`, `focus=re`, `inuse_objects`, `:`, `help top`, … Options that it sets stay set.
pub fn interpret(line: &str, profile: &Profile, options: &mut Options) -> Vec<Step> {
    expand(line.trim(), profile)
        .iter()
        .flat_map(|line| one(line, profile, options))
        .collect()
}

/// What a short word stands for.
fn expand(line: &str, profile: &Profile) -> Vec<String> {
    let types = (0..profile.sample_types.len()).map(|id| profile.type_name(SampleTypeId::from_index(id)));
    for name in types {
        let index = format!("sample_index={name}");
        if line == name {
            return vec![index];
        }
        if line.strip_prefix("total_") == Some(name) {
            return vec!["mean=0".into(), index];
        }
        if line.strip_prefix("mean_") == Some(name) {
            return vec!["mean=1".into(), index];
        }
    }
    if line == ":" {
        return ["focus=", "ignore=", "hide=", "tagfocus=", "tagignore="]
            .map(String::from)
            .to_vec();
    }
    vec![line.to_string()]
}

fn one(line: &str, profile: &Profile, options: &mut Options) -> Option<Step> {
    let (name, value) = match line.split_once('=') {
        Some((name, value)) => (
            name.trim(),
            Some(value.rsplit_once("//:").map_or(value, |(value, _)| value).trim()),
        ),
        None => (line, None),
    };
    match (name, value) {
        ("output", Some(file)) => {
            file.clone_into(&mut options.output);
            return Some(Step::Changed);
        }
        // Scaling has been done when there are commands; pprof too only checks what is said.
        ("normalize", value) => return Some(done(name, truth(value.unwrap_or("true")).map(|_| ()))),
        _ if is_setting(name) => return Some(set(name, value, profile, options)),
        _ => {}
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    Some(match *words.first()? {
        "o" | "options" => Step::Say(current(profile, options)),
        "exit" | "quit" | "q" => Step::Quit,
        "help" => help(&words[1..].join(" ")),
        _ => command(&words, options),
    })
}

/// The two options that are set by the name of their group as well.
const GROUPS: [(&str, OptionGroup); 2] = [("granularity", OptionGroup::Granularity), ("sort", OptionGroup::Sort)];

/// Options that a line can set: those that keep a value. Shorthands of sample types are words of their own.
fn settings() -> impl Iterator<Item = &'static OptionRow> {
    OPTIONS
        .iter()
        .filter(|row| row.takes != Takes::Choice(OptionGroup::SampleType) && row.is_kept())
}

fn is_setting(name: &str) -> bool {
    settings().any(|row| row.name == name) || GROUPS.iter().any(|(group, _)| *group == name)
}

fn members(group: OptionGroup) -> impl Iterator<Item = &'static OptionRow> {
    OPTIONS.iter().filter(move |row| row.takes == Takes::Choice(group))
}

fn set(name: &str, value: Option<&str>, profile: &Profile, options: &mut Options) -> Step {
    if let Some(&(_, group)) = GROUPS.iter().find(|(group, _)| *group == name) {
        let chosen = members(group).find(|row| Some(row.name) == value);
        let Some(row) = chosen else {
            let names: Vec<&str> = members(group).map(|row| row.name).collect();
            return Step::Problem(format!("{name} is one of {}", names.join(", ")));
        };
        return done(name, row.set(options, "true"));
    }
    let Some(row) = option(name) else {
        return Step::Problem(format!("no option {name:?}"));
    };
    let value = match (value, row.takes) {
        (Some(value), _) => value,
        (None, Takes::Value(_)) => return Step::Problem(format!("please specify a value, e.g. {name}=<val>")),
        // pprof takes a flag's bare name, but not a choice's.
        (None, Takes::Choice(_)) => return Step::Problem(format!("{name} alone changes nothing: write {name}=true")),
        (None, Takes::Flag) => "true",
    };
    if name == "sample_index" {
        let id = match sample_type(profile, value) {
            Ok(id) => id,
            Err(error) => return Step::Problem(error.to_string()),
        };
        return done(name, row.set(options, profile.type_name(id)));
    }
    let value = match row.takes {
        Takes::Value(_) => value,
        // Of a choice pprof takes only what a flag takes.
        Takes::Choice(_) if parse_bool(value) == Ok(true) => value,
        Takes::Choice(_) => return Step::Problem(format!("{name} is switched off by choosing another")),
        Takes::Flag => match truth(value) {
            Ok(true) => "true",
            Ok(false) => "false",
            Err(reason) => return Step::Problem(format!("{name}: {reason}")),
        },
    };
    done(name, row.set(options, value))
}

/// A truth value as it is typed at the prompt, where pprof takes more than from its flags.
fn truth(value: &str) -> Result<bool, String> {
    match value.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "" => Ok(true),
        "false" | "f" | "no" | "n" | "0" => Ok(false),
        _ => Err(format!("{value:?} is neither yes nor no")),
    }
}

fn done(name: &str, result: Result<(), String>) -> Step {
    result.map_or_else(|reason| Step::Problem(format!("{name}: {reason}")), |()| Step::Changed)
}

/// A report's name, `top10` for `top 10`, then words: a number of nodes, `-cum`, `>` a file, expressions to focus on,
/// and with a `-` before them expressions to ignore.
fn command(words: &[&str], options: &Options) -> Step {
    let name = words[0];
    let digits = name.len() - name.trim_end_matches(|char: char| char.is_ascii_digit()).len();
    let (short, number) = name.split_at(name.len() - digits);
    let (row, number) = match (report(name), report(short)) {
        (Some(row), _) => (row, ""),
        (None, Some(row)) if digits > 0 => (row, number),
        _ if option(name).is_some() => return Step::Problem(format!("did you mean: {name}=<val>")),
        _ => {
            let advice = similar(short).map_or("help lists them".into(), |name| format!("did you mean {name}?"));
            return Step::Problem(format!("unrecognized command: {name:?}; {advice}"));
        }
    };
    let mut rest = std::iter::once(number)
        .filter(|number| !number.is_empty())
        .chain(words[1..].iter().copied());
    let argument = match row.argument {
        Some(what) => match rest.next() {
            Some(argument) => Some(argument.to_string()),
            None => return Step::Problem(format!("{} needs a {what}", row.name)),
        },
        None => None,
    };
    let mut options = options.clone();
    let (mut output, mut focus, mut ignore) = (None, Vec::new(), Vec::new());
    while let Some(word) = rest.next() {
        if let Ok(count) = word.parse::<i32>() {
            options.node_count = i64::from(count);
        } else if let Some(file) = word.strip_prefix('>') {
            let file = if file.is_empty() {
                rest.next().unwrap_or_default()
            } else {
                file
            };
            if file.is_empty() {
                return Step::Problem("a file name is missing behind >".into());
            }
            output = Some(file.to_string());
        } else if word == "-cum" || word == "--cum" {
            options.sort = Sort::Cum;
        } else if let Some(expression) = word.strip_prefix('-') {
            ignore.push(expression);
        } else {
            focus.push(word);
        }
    }
    let filters = match row.words {
        Words::Frames => [&mut options.focus, &mut options.ignore],
        Words::Labels => [&mut options.tag_focus, &mut options.tag_ignore],
    };
    for (filter, expressions) in filters.into_iter().zip([focus, ignore]) {
        if !expressions.is_empty() {
            *filter = expressions.join("|");
        }
    }
    if let (-1, Some(nodes)) = (options.node_count, row.prompt_nodes) {
        options.node_count = nodes;
    }
    let set = Some(options.output.clone()).filter(|file| !file.is_empty());
    let ending = NUMBERED.iter().find(|(name, _)| *name == row.name);
    let output = match (output.or(set), ending) {
        (Some(file), _) => Output::File(file),
        (None, Some((_, ending))) => Output::Numbered(ending),
        (None, None) => Output::Screen,
    };
    Step::Report(Box::new(ReportStep {
        report: row,
        argument,
        options,
        output,
    }))
}

/// Every option with its value, as `o` lists them.
fn current(profile: &Profile, options: &Options) -> String {
    let types: Vec<&str> = (0..profile.sample_types.len())
        .map(|id| profile.type_name(SampleTypeId::from_index(id)))
        .collect();
    let grouped = GROUPS.iter().map(|&(name, group)| {
        let names: Vec<&str> = members(group).map(|row| row.name).collect();
        let value = members(group)
            .find(|row| row.get(options) == "true")
            .map_or("", |row| row.name);
        (name, value.to_string(), format!("[{}]", names.join(" | ")))
    });
    let single = settings()
        .filter(|row| !matches!(row.takes, Takes::Choice(_)))
        .map(|row| {
            let value = row.get(options).into_owned();
            match row.name {
                "sample_index" => {
                    let value = if value.is_empty() {
                        profile
                            .sample_type("")
                            .map(|id| profile.type_name(id).into())
                            .unwrap_or_default()
                    } else {
                        value
                    };
                    (row.name, value, format!("[{}]", types.join(" | ")))
                }
                "nodecount" if value == "-1" => (row.name, value, "default".into()),
                _ if value.is_empty() => (row.name, "\"\"".into(), String::new()),
                _ => (row.name, value, String::new()),
            }
        });
    let file = match &options.output {
        none if none.is_empty() => "\"\"".to_string(),
        file => file.clone(),
    };
    let mut lines: Vec<String> = grouped
        .chain(single)
        .chain([("output", file, String::new())])
        .map(|(name, value, note)| {
            let note = if note.is_empty() { note } else { format!("//: {note}") };
            format!("  {name:<25} = {value:<20} {note}").trim_end().to_string()
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

fn help(topic: &str) -> Step {
    if topic.is_empty() {
        return Step::Say(all_help());
    }
    if let Some(row) = report(topic) {
        let argument = row.argument.map(|name| format!(" {name}")).unwrap_or_default();
        let usage = format!("{}{argument} [N] [FOCUS]... [-IGNORE]... [-cum] [> FILE]", row.name);
        return Step::Say(format!("{usage}\n\n{}.", row.help));
    }
    match option(topic) {
        Some(row) => Step::Say(format!(
            "{}={}\n\n{}.",
            row.name,
            if let Takes::Value(name) = row.takes {
                name
            } else {
                "true|false"
            },
            row.help
        )),
        None => Step::Problem(format!("no help on {topic:?}: it is neither a command nor an option")),
    }
}

fn all_help() -> String {
    let mut lines = vec!["Commands".to_string()];
    let entry = |name: &str, help: &str| format!("  {name:<22} {help}");
    for row in REPORTS {
        let name = format!("{} {}", row.name, row.argument.unwrap_or_default());
        lines.push(entry(name.trim(), row.help));
    }
    lines.extend([
        entry("o, options", "Every option with its value"),
        entry("output=FILE", "Write the next reports into FILE; output= ends that"),
        entry(":", "Clear focus, ignore, hide, tagfocus and tagignore"),
        entry("help NAME", "Help on a command or an option"),
        entry("q, quit, exit", "Leave"),
        String::new(),
        "Behind a report: N nodes at most, -cum, words to focus on, -words to ignore, > a file.".into(),
        "The name of a sample type switches to it.".into(),
    ]);
    for section in Section::ALL {
        lines.extend([String::new(), format!("{}  (name=value)", section.title())]);
        lines.extend(
            settings()
                .filter(|row| row.section == section)
                .map(|row| entry(row.name, row.help)),
        );
    }
    lines.join("\n")
}

/// True for the bare name of an order or granularity, which pprof does not take but which can mean one thing only.
pub fn is_choice(line: &str) -> bool {
    GROUPS
        .iter()
        .any(|&(_, group)| members(group).any(|row| row.name == line.trim()))
}

/// Words that the last word of a line may become: commands, options and sample types for the first, functions
/// for the others; and where in the line that word begins.
pub fn complete(line: &str, profile: &Profile) -> (usize, Vec<String>) {
    let start = line.rfind(|char: char| char.is_whitespace()).map_or(0, |at| at + 1);
    let word = &line[start..];
    let first = line[..start].trim();
    let mut words: Vec<String> = Vec::new();
    if let (true, Some((name, value))) = (first.is_empty(), word.split_once('=')) {
        let values: Vec<String> = match GROUPS.iter().find(|(group, _)| *group == name) {
            Some(&(_, group)) => members(group).map(|row| row.name.to_string()).collect(),
            None if name == "sample_index" => (0..profile.sample_types.len())
                .map(|id| profile.type_name(SampleTypeId::from_index(id)).to_string())
                .collect(),
            None if option(name).is_some_and(|row| row.section == Section::Filters) => {
                functions(profile, value).collect()
            }
            None => Vec::new(),
        };
        let matching = values
            .iter()
            .filter(|candidate| candidate.starts_with(value) || candidate.contains(value));
        words.extend(matching.map(|candidate| format!("{name}={candidate}")));
    } else if first.is_empty() || first == "help" {
        words.extend(REPORTS.iter().map(|row| row.name.to_string()));
        let equals = if first.is_empty() { "=" } else { "" };
        let takes_value = |row: &OptionRow| matches!(row.takes, Takes::Value(_));
        words.extend(settings().map(|row| format!("{}{}", row.name, if takes_value(row) { equals } else { "" })));
        words.extend(GROUPS.iter().map(|(name, _)| format!("{name}{equals}")));
        words.extend(
            (0..profile.sample_types.len()).map(|id| profile.type_name(SampleTypeId::from_index(id)).to_string()),
        );
        words.extend(["options", "help", "quit"].map(String::from));
        words.push(format!("output{equals}"));
        words.retain(|candidate| candidate.starts_with(&word.to_lowercase()));
    } else if report(first.split_whitespace().next().unwrap_or_default()).is_some() {
        let (sign, wanted) = word.strip_prefix('-').map_or(("", word), |wanted| ("-", wanted));
        words.extend(functions(profile, wanted).map(|name| format!("{sign}{name}")));
    }
    words.sort();
    words.dedup();
    (start, words)
}

/// Names of functions with this text in them, as expressions.
fn functions<'p>(profile: &'p Profile, wanted: &'p str) -> impl Iterator<Item = String> + 'p {
    let names = profile.functions.iter().map(|function| profile.text(function.name));
    names
        .filter(move |name| name.contains(wanted))
        .take(1000)
        .map(regex::escape)
}
