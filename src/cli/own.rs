//! Options about the program and its sources, a row each. Those that pprof has too carry its names.

use std::path::PathBuf;

use clap::{Arg, ArgAction, value_parser};

/// A row of [`OWN`].
pub(super) struct OwnRow {
    pub(super) name: &'static str,
    short: Option<char>,
    value: Option<&'static str>,
    kind: Kind,
    help: &'static str,
    visibility: Visibility,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Flag,
    Text,
    /// Any number of them.
    Texts,
    Path,
    Bytes,
    Seconds,
}

#[derive(Clone, Copy, PartialEq)]
enum Visibility {
    /// Under the options of the program.
    Program,
    /// Under the options that several profiles are put together with.
    Sources,
    /// Not in the help.
    Hidden,
}

/// Options that are not about a report.
pub(super) const OWN: &[OwnRow] = &[
    sources(
        "base",
        Kind::Text,
        Some("SOURCE"),
        "Subtract this profile: what has come since",
    ),
    sources(
        "diff_base",
        Kind::Text,
        Some("SOURCE"),
        "The same, with percentages of this profile",
    ),
    sources(
        "normalize",
        Kind::Flag,
        None,
        "Scale the profile to the sums of the base first",
    ),
    sources(
        "buildid",
        Kind::Text,
        Some("ID"),
        "Build id of the main binary where the profile has none",
    ),
    sources(
        "series",
        Kind::Flag,
        None,
        "Several profiles are moments of one process: do not add them up",
    ),
    sources("add_comment", Kind::Text, Some("TEXT"), "Add a comment to the profile"),
    own(
        "symbolize",
        Kind::Text,
        Some("MODE"),
        "How functions are named: none, or demangle=none|full|templates|default",
    ),
    own(
        "match",
        Kind::Text,
        Some("SELECTOR"),
        "Of prometheus:URL, pyroscope:URL or parca:URL these, e.g. 'job=\"api\"'",
    ),
    own(
        "from",
        Kind::Text,
        Some("TIME"),
        "Begin of what a server remembers, e.g. -2h [default: 15 min ago; a day]",
    ),
    own("until", Kind::Text, Some("TIME"), "Its end [default: now]"),
    own(
        "demo",
        Kind::Flag,
        None,
        "Open the session that is built in: a service that leaks; top: one heap",
    ),
    own(
        "seconds",
        Kind::Seconds,
        Some("N"),
        "Ask the server for a profile over N seconds",
    ),
    own(
        "timeout",
        Kind::Seconds,
        Some("N"),
        "Give up on a server after N seconds [default: 60; hosts: 10, silent 2]",
    ),
    own(
        "metrics",
        Kind::Text,
        Some("URL"),
        "Page that tells resident memory [default: /metrics beside profiles]",
    ),
    own(
        "max-bytes",
        Kind::Bytes,
        Some("N"),
        "Refuse profiles with more than N bytes inflated [default: 16 GiB]",
    ),
    own(
        "memory",
        Kind::Text,
        Some("SIZE"),
        "Bytes of snapshots that a watch holds at most [default: 512MB]",
    ),
    own(
        "tls_ca",
        Kind::Path,
        Some("FILE"),
        "Trust the authorities in this PEM file instead of the public ones",
    ),
    own(
        "tls_cert",
        Kind::Path,
        Some("FILE"),
        "Show this certificate (PEM) to the server",
    ),
    own("tls_key", Kind::Path, Some("FILE"), "The key (PEM) of that certificate"),
    own(
        "insecure",
        Kind::Flag,
        None,
        "Accept any server's certificate, as https+insecure:// does",
    ),
    OwnRow {
        short: Some('H'),
        ..own(
            "header",
            Kind::Texts,
            Some("HEADER"),
            "Send 'Name: value' to the named server; may be repeated",
        )
    },
    own(
        "bearer-file",
        Kind::Path,
        Some("FILE"),
        "Send the token in this file, read again for each fetch",
    ),
    OwnRow {
        short: Some('o'),
        ..own(
            "output",
            Kind::Path,
            Some("FILE"),
            "Write to FILE (fetch makes up a name without it)",
        )
    },
    own(
        "config",
        Kind::Path,
        Some("FILE"),
        "Read this configuration [default: $XDG_CONFIG_HOME/heaptui/config.toml]",
    ),
    own("no-config", Kind::Flag, None, "Read no configuration"),
    own(
        "theme",
        Kind::Text,
        Some("NAME"),
        "Colours: auto (asks the terminal), dark, light or mono [default: auto]",
    ),
    OwnRow {
        visibility: Visibility::Hidden,
        ..own(
            "guard",
            Kind::Text,
            Some("MODES"),
            "Give the terminal back when standard input ends: how the dashboard calls heaptui",
        )
    },
    OwnRow {
        visibility: Visibility::Hidden,
        ..own(
            "keys",
            Kind::Text,
            Some("KEYS"),
            "Play these keys first, e.g. \"jj<tab>\"",
        )
    },
    OwnRow {
        visibility: Visibility::Hidden,
        ..own(
            "print",
            Kind::Text,
            Some("WxH"),
            "Print one frame of that size and leave",
        )
    },
    OwnRow {
        visibility: Visibility::Hidden,
        ..own(
            "picture",
            Kind::Path,
            Some("FILE"),
            "Write that frame to FILE, as .svg, .png or .pdf",
        )
    },
];

const fn own(name: &'static str, kind: Kind, value: Option<&'static str>, help: &'static str) -> OwnRow {
    OwnRow {
        name,
        short: None,
        value,
        kind,
        help,
        visibility: Visibility::Program,
    }
}

const fn sources(name: &'static str, kind: Kind, value: Option<&'static str>, help: &'static str) -> OwnRow {
    OwnRow {
        visibility: Visibility::Sources,
        ..own(name, kind, value, help)
    }
}

/// The row of this name, spelled with `_` or `-`.
pub(super) fn find(name: &str) -> Option<&'static OwnRow> {
    let plain = |name: &str| name.replace('-', "_");
    OWN.iter().find(|row| plain(row.name) == plain(name))
}

impl OwnRow {
    /// Whether a value must follow.
    pub(super) fn takes_value(&self) -> bool {
        self.kind != Kind::Flag
    }

    /// Whether its value is a text or a path, of which an empty one is none.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::Path)
    }

    /// What the parser is told.
    pub(super) fn arg(&self) -> Arg {
        let mut arg = Arg::new(self.name)
            .long(self.name)
            .help(self.help)
            .hide(self.visibility == Visibility::Hidden)
            .global(true);
        if self.visibility == Visibility::Sources {
            arg = arg.help_heading("Several profiles");
        }
        if let Some(short) = self.short {
            arg = arg.short(short);
        }
        if let Some(value) = self.value {
            arg = arg.value_name(value);
        }
        match self.kind {
            Kind::Flag => arg.action(ArgAction::SetTrue),
            Kind::Text => arg.action(ArgAction::Set),
            Kind::Texts => arg.action(ArgAction::Append),
            Kind::Path => arg.value_parser(value_parser!(PathBuf)),
            Kind::Bytes => arg.value_parser(value_parser!(u64)),
            Kind::Seconds => arg.value_parser(value_parser!(u32)),
        }
    }
}
