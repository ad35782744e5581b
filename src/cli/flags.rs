//! Options that only some commands have, a row each. Those that all have are in `own`.

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, value_parser};

/// A row of [`FLAGS`].
pub(super) struct Flag {
    name: &'static str,
    /// What its value is called, if it takes one.
    value: Option<&'static str>,
    help: &'static str,
    /// The commands that have it.
    of: &'static [&'static str],
}

const FLAGS: &[Flag] = &[
    Flag {
        name: "json",
        value: None,
        help: "Write an object for programs",
        of: &["leaks", "memory", "goroutines", "diff", "hosts"],
    },
    Flag {
        name: "embed",
        value: None,
        help: "Put the profile into the page, as the filters leave it: whoever has the page can save it",
        of: &["html", "web"],
    },
    Flag {
        name: "csv",
        value: None,
        help: "Write a table for programs and spreadsheets",
        of: &["diff", "hosts"],
    },
    Flag {
        name: "pid",
        value: Some("PID"),
        help: "Ask the system for the resident memory of this local process",
        of: &["memory"],
    },
    Flag {
        name: "by",
        value: Some("WHAT"),
        help: "Group by stack, function, state, created-by or label=KEY",
        of: &["goroutines"],
    },
    Flag {
        name: "fail-growth",
        value: Some("LIMIT"),
        help: "Exit with status 3 if the total, behind the filters, grew by more: 10%, 5MB",
        of: &["diff"],
    },
    Flag {
        name: "parallel",
        value: Some("N"),
        help: "Ask so many hosts at once [default: 16]",
        of: &["hosts"],
    },
    Flag {
        name: "gc",
        value: None,
        help: "Force a garbage collection in each host first: its heap is then exact",
        of: &["hosts"],
    },
    Flag {
        name: "port",
        value: Some("PORT"),
        help: "The port of the profiles, where Prometheus scrapes another one",
        of: &["hosts", "leaks"],
    },
    Flag {
        name: "every",
        value: Some("SECONDS"),
        help: "Take a snapshot about every so many seconds [default: 3]; the step of a store's history",
        of: &["watch", "leaks"],
    },
    Flag {
        name: "for",
        value: Some("SECONDS"),
        help: "Watch for so long [default: leaks, one to five minutes; watch, until it is stopped]",
        of: &["watch", "leaks"],
    },
    Flag {
        name: "no-gc",
        value: None,
        help: "Force no garbage collections: cheaper for the process, and less certain",
        of: &["watch", "leaks"],
    },
    Flag {
        name: "record",
        value: Some("DIR"),
        help: "Write the session into this folder as it grows",
        of: &["watch", "leaks"],
    },
    Flag {
        name: "headless",
        value: None,
        help: "Print a line a snapshot instead of opening the dashboard",
        of: &["watch"],
    },
    Flag {
        name: "save-when",
        value: Some("CONDITION"),
        help: "Record a snapshot only then, at most once a minute: 'heap > 2GiB', +20%, 'rss > 1GB'",
        of: &["watch"],
    },
    Flag {
        name: "keep",
        value: Some("N|SIZE"),
        help: "Keep about so many snapshots, or bytes, of the recording: old ones are thinned out",
        of: &["watch"],
    },
];

/// An option of a command as the parser takes it; `next` gives the word behind it. `None` if the command has none so
/// called.
pub(super) fn flag(
    command: &str,
    name: &str,
    value: Option<&str>,
    next: impl FnOnce() -> Option<OsString>,
) -> Option<OsString> {
    let flag = FLAGS
        .iter()
        .find(|flag| flag.name == name && flag.of.contains(&command))?;
    let mut long = OsString::from(format!("--{name}"));
    if let Some(value) = value.map(OsString::from).or_else(|| flag.value.and_then(|_| next())) {
        long.push("=");
        long.push(value);
    }
    Some(long)
}

/// What the parser is told of a command's own options.
pub(super) fn args(command: &'static str) -> impl Iterator<Item = Arg> {
    FLAGS
        .iter()
        .filter(move |flag| flag.of.contains(&command))
        .map(Flag::arg)
}

/// Whether an option without a value was given; not, for a command that does not have it.
pub(super) fn is_set(matches: &ArgMatches, name: &str) -> bool {
    matches.try_get_one::<bool>(name).ok().flatten() == Some(&true)
}

/// The value of an option; none for a command that does not have it.
pub(super) fn value<'m>(matches: &'m ArgMatches, name: &str) -> Option<&'m str> {
    matches.try_get_one::<String>(name).ok().flatten().map(String::as_str)
}

impl Flag {
    fn arg(&self) -> Arg {
        let arg = Arg::new(self.name).long(self.name).help(self.help);
        match self.value {
            Some(value) => arg.value_name(value).value_parser(value_parser!(String)),
            None => arg.action(ArgAction::SetTrue),
        }
    }
}
