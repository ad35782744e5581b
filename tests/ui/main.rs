//! Keys played through the real loop, and the frame that is left. A case is a row; its frame is
//! `tests/ui/snapshots/ui__NAME.snap`. After a change that is meant: `INSTA_UPDATE=always cargo test --test ui`, then
//! read the difference as a user would. `heaptui --keys KEYS --print WxH FILE` shows the same frame in a shell.
#![allow(clippy::expect_used)]

mod hostile;
mod pictures;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use heaptui::analyze::Sort;
use heaptui::decode::{self, Limits};
use heaptui::error::{Error, Result};
use heaptui::model::Profile;
use heaptui::progress::Observer;
use heaptui::report::{Found, Missing, Options, Sources, Wanted};
use heaptui::source::CodeFinder;
use heaptui::ui::{self, Colours, Existing, Loader, Setup};
use unicode_width::UnicodeWidthStr;

/// (name, fixture, columns and rows, keys)
type Case = (&'static str, &'static str, (u16, u16), &'static str);

const NORMAL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (120, 36);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("first-80x24", "orders.heap", NORMAL, ""),
    ("first-120x36", "orders.heap", LARGE, ""),
    ("first-200x60", "orders.heap", (200, 60), ""),
    ("first-40x10", "orders.heap", (40, 10), ""),
    ("first-20x5", "orders.heap", (20, 5), ""),
    ("top-moved", "orders.heap", NORMAL, "jjG<up><c-u>"),
    ("top-allocated", "orders.heap", NORMAL, "i"),
    ("top-objects", "orders.heap", NORMAL, "o"),
    ("top-by-number", "orders.heap", NORMAL, "2"),
    ("top-no-such-number", "orders.heap", NORMAL, "9"),
    ("top-by-cum", "orders.heap", NORMAL, "s"),
    ("top-by-name-reversed", "orders.heap", NORMAL, "ssr"),
    ("top-keeps-the-selected", "orders.heap", NORMAL, "jjjsio"),
    ("search", "orders.heap", NORMAL, "/session"),
    ("search-next", "orders.heap", NORMAL, "/session<enter>nn"),
    ("search-previous", "orders.heap", NORMAL, "/json<enter>nN"),
    ("search-nothing", "orders.heap", NORMAL, "/zebra<enter>"),
    ("search-ended", "orders.heap", NORMAL, "/json<enter><esc>n"),
    ("tree", "orders.heap", LARGE, "<tab>"),
    ("tree-80x24", "orders.heap", NORMAL, "jjj<enter>"),
    ("tree-trail", "orders.heap", LARGE, "<tab>k<enter>k<enter>"),
    ("tree-back", "orders.heap", LARGE, "<tab>k<enter>k<enter><bs>"),
    ("tree-out", "orders.heap", NORMAL, "<tab>k<enter><bs><bs>"),
    ("calls", "orders.heap", LARGE, "<tab><tab>"),
    ("calls-80x24", "orders.heap", NORMAL, "<tab><tab>"),
    ("calls-closed", "orders.heap", LARGE, "<tab><tab>ghhjl"),
    ("calls-flipped", "orders.heap", LARGE, "<tab><tab>b"),
    ("calls-search-folded", "orders.heap", LARGE, "<tab><tab>/snapshot<enter>"),
    ("flame", "orders.heap", LARGE, "<tab><tab><tab>"),
    ("flame-80x24", "orders.heap", NORMAL, "<tab><tab><tab>g"),
    ("flame-200x60", "orders.heap", (200, 60), "<tab><tab><tab>g"),
    ("flame-40x10", "orders.heap", (40, 10), "<tab><tab><tab>"),
    ("flame-moved", "orders.heap", LARGE, "<tab><tab><tab>gjjlj"),
    ("flame-moved-back", "orders.heap", LARGE, "<tab><tab><tab>gjjljkh"),
    ("flame-last-row", "orders.heap", NORMAL, "<tab><tab><tab>G<c-u>"),
    ("flame-zoomed", "orders.heap", LARGE, "<tab><tab><tab>gjl<enter>jj<enter>"),
    ("flame-zoomed-out", "orders.heap", LARGE, "<tab><tab><tab>gjl<enter>jj<enter><bs>"),
    ("flame-out", "orders.heap", NORMAL, "<tab><tab><tab>gj<enter><bs><bs>"),
    ("flame-merged", "orders.heap", (40, 24), "<tab><tab><tab>bgjllllll"),
    ("flame-merged-zoomed", "orders.heap", (40, 24), "<tab><tab><tab>bgjllllll<enter>"),
    ("flame-merged-moved", "orders.heap", (40, 24), "<tab><tab><tab>bgjllllll<enter>jlj"),
    ("flame-merged-out", "orders.heap", (40, 24), "<tab><tab><tab>bgjllllll<enter>jl<bs>"),
    ("flame-sign", "orders.heap", NORMAL, "<tab><tab><tab>gjjl"),
    ("flame-sign-zoomed", "orders.heap", NORMAL, "<tab><tab><tab>gjjl<enter>jj"),
    ("flame-flipped", "orders.heap", LARGE, "<tab><tab><tab>b"),
    ("flame-search", "orders.heap", LARGE, "<tab><tab><tab>/json<enter>"),
    ("flame-search-next", "orders.heap", LARGE, "<tab><tab><tab>/json<enter>nn"),
    ("flame-search-previous", "orders.heap", LARGE, "<tab><tab><tab>/json<enter>N"),
    ("flame-search-nothing", "orders.heap", LARGE, "<tab><tab><tab>/zebra<enter>"),
    ("flame-keeps-its-place", "orders.heap", LARGE, "<tab><tab><tab>gjl<enter>jjio"),
    ("flame-filtered", "orders.heap", LARGE, "<tab><tab><tab>g<enter>jj<enter>fjson<enter>"),
    ("flame-follows-the-selected", "orders.heap", LARGE, "<tab><tab><tab>g<s-tab><s-tab><s-tab>jjjj<tab><tab><tab>"),
    ("flame-is-followed", "orders.heap", LARGE, "<tab><tab><tab>gjlj<s-tab>"),
    ("graph", "orders.heap", LARGE, "<tab><tab><tab><tab>"),
    ("graph-80x24", "orders.heap", NORMAL, "<tab><tab><tab><tab>"),
    ("graph-200x60", "orders.heap", (200, 60), "<tab><tab><tab><tab>"),
    ("graph-40x10", "orders.heap", (40, 10), "<tab><tab><tab><tab>"),
    ("graph-20x5", "orders.heap", (20, 5), "<tab><tab><tab><tab>"),
    ("graph-one-row", "orders.heap", (80, 1), "<tab><tab><tab><tab>"),
    ("graph-along-calls", "orders.heap", LARGE, "<tab><tab><tab><tab>kkkj"),
    ("graph-in-the-rank", "orders.heap", LARGE, "<tab><tab><tab><tab>kkkkll<left>"),
    ("graph-first-and-last", "orders.heap", NORMAL, "<tab><tab><tab><tab>gG"),
    ("graph-panned", "orders.heap", LARGE, "<tab><tab><tab><tab><c-u><c-u>>"),
    ("graph-centred", "orders.heap", LARGE, "<tab><tab><tab><tab><c-u><c-u>>c"),
    ("graph-map", "orders.heap", LARGE, "<tab><tab><tab><tab>z"),
    ("graph-map-80x24", "orders.heap", NORMAL, "<tab><tab><tab><tab>-kk"),
    ("graph-map-and-in", "orders.heap", NORMAL, "<tab><tab><tab><tab>zkk+"),
    ("graph-around", "orders.heap", LARGE, "<tab><tab><tab><tab>k<enter>"),
    ("graph-around-trail", "orders.heap", LARGE, "<tab><tab><tab><tab><enter>k<enter>k<enter>"),
    ("graph-around-back", "orders.heap", LARGE, "<tab><tab><tab><tab><enter>k<enter>k<enter><bs>"),
    ("graph-around-out", "orders.heap", LARGE, "<tab><tab><tab><tab><enter>k<enter>-"),
    ("graph-around-many", "orders.cpu", LARGE, "<tab><tab><tab><tab>/runtime.mallocgc$<enter><enter>"),
    ("graph-back-to-top", "orders.heap", NORMAL, "<tab><tab><tab><tab>k<esc>"),
    ("graph-search", "orders.heap", LARGE, "<tab><tab><tab><tab>/json<enter>n"),
    ("graph-search-not-drawn", "orders.heap", LARGE, "<tab><tab><tab><tab>/canonicalMIME<enter>"),
    ("graph-not-drawn-entered", "orders.heap", LARGE, "<tab><tab><tab><tab>/canonicalMIME<enter><enter>"),
    ("graph-selected-elsewhere", "orders.heap", NORMAL, "jjjj<tab><tab><tab><tab>"),
    ("graph-other-type", "orders.heap", LARGE, "<tab><tab><tab><tab>i"),
    ("graph-around-other-type", "orders.heap", LARGE, "<tab><tab><tab><tab><enter>o"),
    ("graph-focus", "orders.heap", LARGE, "<tab><tab><tab><tab>fjson<enter>"),
    ("graph-focus-matches-nothing", "orders.heap", NORMAL, "<tab><tab><tab><tab>fzebra<enter>"),
    ("graph-few-nodes", "orders.heap", LARGE, "<tab><tab><tab><tab>:nodecount=8<enter>"),
    ("graph-call-tree", "orders.heap", LARGE, "<tab><tab><tab><tab>:call_tree=true<enter>"),
    ("graph-lines", "orders.heap", LARGE, "<tab><tab><tab><tab>:lines<enter>"),
    ("graph-cpu", "orders.cpu", (200, 60), "<tab><tab><tab><tab>"),
    ("focus-proposal", "orders.heap", NORMAL, "f"),
    ("focus-typed", "orders.heap", NORMAL, "fjson<enter>"),
    ("focus-wrong", "orders.heap", NORMAL, "fjson("),
    ("focus-matches-nothing", "orders.heap", NORMAL, "fzebra<enter>"),
    ("ignore-everything", "orders.heap", NORMAL, "x.<enter>"),
    ("filters-on-filters", "orders.heap", LARGE, "fhttp<enter>Hruntime<enter>Ssession<enter>"),
    ("filters-cleared", "orders.heap", NORMAL, "fjson<enter>F"),
    ("help", "orders.heap", NORMAL, "?"),
    ("help-scrolled", "orders.heap", NORMAL, "?<pgdn>j"),
    ("help-120x36", "orders.heap", LARGE, "?G"),
    ("command", "orders.heap", NORMAL, ":peek newSession$<enter>"),
    ("command-completed", "orders.heap", NORMAL, ":tra<tab>"),
    ("command-wrong", "orders.heap", NORMAL, ":nonsense<enter>"),
    ("command-scrolled", "orders.heap", NORMAL, ":tree<enter><pgdn>/search<enter>"),
    ("command-sets", "orders.heap", NORMAL, ":focus=json<enter>"),
    ("command-saves", "orders.heap", NORMAL, ":top > a.txt<enter>"),
    ("export", "orders.heap", NORMAL, "e"),
    ("export-40x10", "orders.heap", (40, 10), "e<end>"),
    ("export-filtered", "orders.heap", LARGE, "ofjson<enter>e<down><down>"),
    ("export-left", "orders.heap", NORMAL, "ee<esc><esc>"),
    ("export-names-a-file", "orders.heap", NORMAL, "e<down><enter>"),
    ("export-without-a-name", "orders.heap", NORMAL, "es<c-u><enter>"),
    ("export-writes", "orders.heap", NORMAL, "esnew.svg<enter>"),
    ("export-is-there", "orders.heap", NORMAL, "ejold.json<enter>"),
    ("export-another-name", "orders.heap", NORMAL, "ejold.json<enter><right><bs>x<enter>"),
    ("export-replaces", "orders.heap", NORMAL, "ejold.json<enter><enter>"),
    ("export-fails", "orders.heap", NORMAL, "ep<enter>"),
    ("command-exports", "orders.heap", NORMAL, ":svg > new.svg<enter>"),
    ("command-web", "orders.heap", NORMAL, ":web<enter>"),
    ("command-weblist", "orders.heap", NORMAL, ":weblist newSession<enter>"),
    ("read-again", "orders.heap", NORMAL, "jj<c-r>"),
    ("goroutines", "orders.goroutine", LARGE, ""),
    ("goroutines-calls", "orders.goroutine", LARGE, "<tab><tab>"),
    ("cpu", "orders.cpu", LARGE, ""),
    ("mutex", "orders.mutex", NORMAL, ""),
    ("negative", "deltas.heap", NORMAL, ""),
    ("negative-tree", "deltas.heap", LARGE, "<tab>"),
    ("negative-calls", "deltas.heap", LARGE, "<tab><tab>"),
    ("negative-flame", "deltas.heap", LARGE, "<tab><tab><tab>g"),
    ("negative-flame-flipped", "deltas.heap", LARGE, "<tab><tab><tab>bgj"),
    ("all-zero", "deltas.zero", NORMAL, ""),
    ("all-zero-tree", "deltas.zero", NORMAL, "<tab>"),
    ("all-zero-calls", "deltas.zero", NORMAL, "<tab><tab>"),
    ("empty", "deltas.empty", NORMAL, ""),
    ("all-zero-flame", "deltas.zero", NORMAL, "<tab><tab><tab>"),
    ("empty-flame", "deltas.empty", NORMAL, "<tab><tab><tab>"),
    ("empty-calls", "deltas.empty", NORMAL, "<tab><tab>"),
    ("negative-graph", "deltas.heap", LARGE, "<tab><tab><tab><tab>"),
    ("all-zero-graph", "deltas.zero", NORMAL, "<tab><tab><tab><tab>"),
    ("empty-graph", "deltas.empty", NORMAL, "<tab><tab><tab><tab>"),
    ("addresses", "shapes.addresses", NORMAL, ""),
    ("no-mapping", "shapes.nomapping", NORMAL, ""),
    ("names", "shapes.names", NORMAL, ""),
    ("columns", "shapes.columns", NORMAL, ""),
    ("large-values", "shapes.large", NORMAL, ""),
    ("units", "shapes.units", NORMAL, ""),
    ("hostile", "hostile", LARGE, ""),
    ("hostile-tree", "hostile", LARGE, "j<enter>"),
    ("hostile-calls", "hostile", LARGE, "<tab><tab>"),
    ("hostile-flame", "hostile", LARGE, "<tab><tab><tab>g"),
    ("hostile-graph", "hostile", LARGE, "<tab><tab><tab><tab>"),
    ("hostile-graph-map", "hostile", NORMAL, "<tab><tab><tab><tab>z"),
    ("hostile-focus", "hostile", NORMAL, "jf"),
    ("source", "orders.heap", LARGE, "/newSession<enter><s-tab>"),
    ("source-80x24", "orders.heap", NORMAL, "/newSession<enter><s-tab>"),
    ("source-40x10", "orders.heap", (40, 10), "/newSession<enter><s-tab>"),
    ("source-next-value", "orders.heap", NORMAL, "/newSession<enter><s-tab>]"),
    ("source-value-before", "orders.heap", NORMAL, "/newSession<enter><s-tab>[["),
    ("source-callee", "orders.heap", NORMAL, "/newSession<enter><s-tab>]<enter>"),
    ("source-back", "orders.heap", NORMAL, "/newSession<enter><s-tab>]<enter><bs>"),
    ("source-out", "orders.heap", NORMAL, "/newSession<enter><s-tab><esc><esc>"),
    ("source-other-type", "orders.heap", NORMAL, "/newSession<enter><s-tab>]o"),
    ("source-read-again", "orders.heap", NORMAL, "/newSession<enter><s-tab>]<c-r>"),
    ("source-whole-file", "orders.heap", NORMAL, "/newSession<enter><s-tab>g"),
    ("source-to-the-side", "orders.heap", NORMAL, "/newSession<enter><s-tab>lljjjj"),
    ("source-search", "orders.heap", NORMAL, "/newSession<enter><s-tab>/mutex<enter>n"),
    ("source-search-nothing", "orders.heap", NORMAL, "<s-tab>/zebra<enter>"),
    ("source-no-editor", "orders.heap", NORMAL, "/newSession<enter><s-tab>v"),
    ("source-missing", "orders.heap", NORMAL, "/mapassign<enter><s-tab>"),
    ("source-missing-no-editor", "orders.heap", NORMAL, "/mapassign<enter><s-tab>v"),
    ("source-of-lines", "orders.heap", NORMAL, ":granularity=lines<enter>jj<s-tab>"),
    ("source-of-files", "orders.heap", NORMAL, ":granularity=files<enter>j<s-tab>"),
    ("source-focus", "orders.heap", NORMAL, "/newSession<enter><s-tab>fattributes<enter>"),
    ("source-filtered-out", "orders.heap", NORMAL, "/newSession<enter><s-tab>xnewSession<enter>"),
    ("source-in-two-files", "twins", NORMAL, "<s-tab>"),
    ("source-hostile", "hostile", LARGE, "<s-tab>"),
    ("source-hostile-callee", "hostile", LARGE, "<s-tab><enter>jj"),
    ("source-no-names", "shapes.addresses", NORMAL, "<s-tab>"),
    ("source-negative", "deltas.heap", LARGE, "<s-tab>"),
    ("source-all-zero", "deltas.zero", NORMAL, "<s-tab>"),
    ("source-empty", "deltas.empty", NORMAL, "<s-tab>"),
    ("server-down", "down", NORMAL, ""),
    ("server-down-again", "down", NORMAL, "r<tab>"),
];

#[test]
fn frames_are_those_that_were_read_and_liked() {
    for (name, fixture, size, keys) in CASES {
        let frame = frame(fixture, *size, keys, Colours::Some);
        let again = self::frame(fixture, *size, keys, Colours::None);
        assert_eq!(
            frame, again,
            "{name}: a frame's text is the same each time, also without colours"
        );
        check(&frame, *size, name);
        let text = format!("{keys}\n{frame}");
        insta::assert_snapshot!(*name, text);
    }
}

/// Every key that does something, once; the ones that other keys type into prompts too.
fn all_keys() -> String {
    ui::bound_keys().collect()
}

#[test]
fn no_size_is_too_small_or_too_large() {
    let all = all_keys();
    let strings = [
        "",
        "<tab>",
        "<tab><tab>",
        "<s-tab>",
        "<tab><tab><tab>",
        "<tab><tab><tab><tab>",
        "<tab><tab><tab><tab>z",
        "<s-tab>",
        "?",
        "f(",
        "/a<enter>",
        &all,
    ];
    for fixture in ["deltas.heap", "down"] {
        for width in [0, 1, 2, 5, 10, 20, 40, 79, 80, 81, 200] {
            for height in [0, 1, 2, 3, 4, 5, 8, 10, 24, 60] {
                for keys in strings {
                    let frame = frame(fixture, (width, height), keys, Colours::Some);
                    check(&frame, (width, height), &format!("{fixture} {width}x{height} {keys}"));
                }
            }
        }
    }
}

#[test]
fn no_sequence_of_keys_breaks_it() {
    let keys: Vec<&str> = ui::bound_keys().chain(["a", "(", "0", "é", ":"]).collect();
    // Knuth's MMIX generator: the same keys on every machine.
    let mut state: u64 = 4242;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for fixture in ["edges.heap", "deltas.heap", "hostile"] {
        let mut played = String::new();
        for length in 1..=2000 {
            played.push_str(keys[random() % keys.len()]);
            if length % 400 == 0 {
                check(&frame(fixture, NORMAL, &played, Colours::Some), NORMAL, &played);
            }
        }
    }
}

#[test]
fn it_begins_in_the_order_that_is_asked_for() {
    for (keys, head) in [("", "▼cum"), ("r", "▲cum"), ("sss", "▼cum"), ("ss", "▼flat")] {
        let mut setup = setup("orders.heap", keys, Colours::Some);
        setup.options.sort = Sort::Cum;
        let frame = ui::print(&setup, NORMAL).expect("a frame");
        assert!(frame.contains(head), "-cum {keys}: {head}:\n{frame}");
    }
}

#[test]
fn keys_that_are_none_are_told() {
    for keys in ["<nosuch>", "<", "j<c->", "<c-dd>"] {
        let outcome = ui::print(&setup("deltas.heap", keys, Colours::Some), NORMAL);
        assert!(
            matches!(outcome, Err(Error::Usage(ref text)) if text.contains("--keys")),
            "{keys}: {outcome:?}"
        );
    }
}

#[test]
fn a_file_that_is_none_and_options_that_cannot_be_end_it() {
    let with = |name: &'static str, change: fn(&mut Options)| {
        let mut setup = setup(name, "jjj", Colours::Some);
        change(&mut setup.options);
        ui::print(&setup, NORMAL).expect_err("an error").to_string()
    };
    assert!(with("broken", |_| {}).contains("not a profile"));
    assert!(with("deltas.heap", |options| options.focus = "(".into()).contains("focus"));
    assert!(with("deltas.heap", |options| options.divide_by = 0.0).contains("divide_by"));
}

fn frame(fixture: &'static str, size: (u16, u16), keys: &str, colours: Colours) -> String {
    ui::print(&setup(fixture, keys, colours), size).expect("a frame")
}

/// What holds for every frame: its size, and that nothing in it is a command to the terminal.
fn check(frame: &str, (width, height): (u16, u16), what: &str) {
    assert_eq!(frame.lines().count(), usize::from(height), "{what}");
    for line in frame.lines() {
        assert!(line.width() <= usize::from(width), "{what}: {line:?} is too wide");
        let control = line
            .chars()
            .find(|char| char.is_control() || "\u{202e}\u{200b}\u{feff}".contains(*char));
        assert_eq!(control, None, "{what}: {line:?}");
    }
}

fn setup(name: &'static str, keys: &str, colours: Colours) -> Setup {
    Setup {
        loader: Arc::new(Fixture(name)),
        options: Options {
            sources: Arc::new(Shelf(name)),
            ..Options::default()
        },
        colours,
        keys: keys.to_owned(),
    }
}

/// The sources of the fixtures, and one that wants something of the terminal. Nothing of the machine that it runs on.
#[derive(Debug)]
struct Shelf(&'static str);

impl Sources for Shelf {
    fn folders(&self) -> String {
        let program = match self.0 {
            "twins" => "edges",
            name => name.split('.').next().unwrap_or_default(),
        };
        format!("tests/fixtures/src/{program}")
    }

    fn find(&self, wanted: &Wanted<'_>) -> std::result::Result<Found, Missing> {
        if wanted.name.ends_with("x.go") {
            return Ok(Found {
                text: hostile::SOURCE.into(),
                path: "/src/\u{1b}[7m/x.go".into(),
                is_elsewhere: true,
            });
        }
        let missing = |heaptui::source::NotFound { reason, tried }| Missing { reason, tried };
        let code = CodeFinder::default()
            .find(wanted.name, wanted.path, wanted.folders)
            .map_err(missing)?;
        Ok(Found {
            text: code.text,
            path: code.path,
            is_elsewhere: code.is_elsewhere,
        })
    }
}

/// A profile by its name, made up or from `tests/fixtures`.
struct Fixture(&'static str);

impl Loader for Fixture {
    fn name(&self) -> String {
        match self.0 {
            "down" => "http://localhost:6060/debug/pprof/heap".into(),
            name => format!("{name}.pb.gz"),
        }
    }

    fn is_remote(&self) -> bool {
        self.0 == "down"
    }

    fn load(&self, _: &dyn Observer) -> Result<(Profile, Vec<String>)> {
        let bytes = match self.0 {
            "down" => {
                return Err(Error::Http {
                    url: self.name(),
                    what: "connection refused".into(),
                    advice: "is the process running, and is this its port?".into(),
                });
            }
            "hostile" => hostile::profile(),
            "twins" => hostile::twins(),
            "broken" => b"<html>".to_vec(),
            name => {
                let file = format!("tests/fixtures/{name}.pb.gz");
                fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a fixture")
            }
        };
        Ok((decode::profile(&bytes[..], Limits::default(), &())?, Vec::new()))
    }

    /// Nothing that is typed here leaves a file behind: those called `new` seem to be written, those called `old`
    /// to be there already.
    fn save(&self, path: &str, _: &[u8], existing: Existing) -> Result<bool> {
        if path.starts_with("new") || path.starts_with("old") {
            return Ok(path.starts_with("new") || existing == Existing::Replace);
        }
        let reason = io::Error::from(io::ErrorKind::ReadOnlyFilesystem);
        Err(Error::Io {
            name: path.into(),
            reason,
        })
    }
}
