//! Keys played through the real loop, and the frame that is left. A case is a row; its frame is
//! `tests/ui/snapshots/NAME.snap`. After a change that is meant: `INSTA_UPDATE=always cargo test --test all ui::`, then
//! read the difference as a user would. `heaptui --keys KEYS --print WxH FILE` shows the same frame in a shell.

mod cases;
mod hostile;
mod keys;
mod pictures;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use heaptui::analyze::Sort;
use heaptui::cli::Input;
use heaptui::decode::{self, Budget};
use heaptui::error::{Error, Result};
use heaptui::model::{Loaded, Resident, ResidentMoment, Side, Snapshot};
use heaptui::progress::Observer;
use heaptui::report::{Environment, Found, Missing, Options, Sources, WantedFile};
use heaptui::source::CodeFinder;
use heaptui::ui::{self, Bindings, Colours, Existing, Host, Loader, NoHost, Opened, Probe, Saved, Setup};
use heaptui::wiring::Inputs;
use heaptui::wiring::series::{BUDGET, Moments, TimedInputs};
use unicode_width::UnicodeWidthStr;

use cases::{CASES, NORMAL};

#[test]
fn frames_are_those_that_were_read_and_liked() {
    let mut settings = insta::Settings::new();
    settings.set_prepend_module_to_snapshot(false);
    let _bound = settings.bind_to_scope();
    for (name, fixture, size, keys) in CASES {
        let frame = frame(fixture, *size, keys, Colours::DARK);
        let again = self::frame(fixture, *size, keys, Colours::NONE);
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
    Bindings::default().keys().collect()
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
        "<tab><tab><tab><tab><tab>",
        "?",
        "f(",
        "/a<enter>",
        &all,
    ];
    // Without a profile all views are one.
    let without_views = ["", "?", "f(", &all];
    for (fixture, strings) in [("deltas.heap", &strings[..]), ("down", &without_views)] {
        for width in [0, 1, 2, 5, 10, 20, 40, 79, 80, 81, 200] {
            for height in [0, 1, 2, 3, 4, 5, 8, 10, 24, 60] {
                for keys in strings {
                    let frame = frame(fixture, (width, height), keys, Colours::DARK);
                    check(&frame, (width, height), &format!("{fixture} {width}x{height} {keys}"));
                }
            }
        }
    }
}

#[test]
fn no_sequence_of_keys_breaks_it() {
    let others = ["a", "(", "0", "é", ":"].map(String::from);
    let keys: Vec<String> = Bindings::default().keys().chain(others).collect();
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
            played.push_str(&keys[random() % keys.len()]);
            if length % 400 == 0 {
                check(&frame(fixture, NORMAL, &played, Colours::DARK), NORMAL, &played);
            }
        }
    }
}

#[test]
fn it_begins_in_the_order_that_is_asked_for() {
    for (keys, head) in [("", "▼cum"), ("R", "▲cum"), ("sss", "▼cum"), ("ss", "▼flat")] {
        let mut setup = setup("orders.heap", keys, Colours::DARK);
        setup.options.sort = Sort::Cum;
        let frame = ui::print(&setup, NORMAL).expect("a frame");
        assert!(frame.contains(head), "-cum {keys}: {head}:\n{frame}");
    }
}

#[test]
fn keys_that_are_none_are_told() {
    for keys in ["<nosuch>", "<", "j<c->", "<c-dd>"] {
        let outcome = ui::print(&setup("deltas.heap", keys, Colours::DARK), NORMAL);
        assert!(
            matches!(outcome, Err(Error::Usage(ref text)) if text.contains("--keys")),
            "{keys}: {outcome:?}"
        );
    }
}

#[test]
fn a_file_that_is_none_and_options_that_cannot_be_end_it() {
    let with = |name: &'static str, change: fn(&mut Options)| {
        let mut setup = setup(name, "jjj", Colours::DARK);
        change(&mut setup.options);
        ui::print(&setup, NORMAL).expect_err("an error").to_string()
    };
    assert!(with("broken", |_| {}).contains("not a profile"));
    assert!(with("deltas.heap", |options| options.focus = "(".into()).contains("focus"));
    assert!(with("deltas.heap", |options| options.divide_by = 0.0).contains("divide_by"));
}

/// Finds no source, and falls over it.
#[derive(Debug)]
struct Clumsy;

impl Sources for Clumsy {
    fn folders(&self) -> String {
        String::new()
    }

    fn find(&self, wanted: &WantedFile<'_>) -> std::result::Result<Found, Missing> {
        panic!("{} is in the way", wanted.name)
    }
}

#[test]
fn a_panic_behind_the_screen_is_told_on_it() {
    // Also in a thread that the one that reads waits for.
    for name in ["clumsy", "clumsy helper"] {
        let error = ui::print(&setup(name, "", Colours::DARK), NORMAL).expect_err("nothing is read");
        let text = error.to_string();
        assert!(
            text.contains("please report it") && text.contains("two left feet"),
            "{text}"
        );
    }
    let mut setup = setup(
        "orders.heap",
        "/newSession<enter><tab><tab><tab><tab><tab>",
        Colours::DARK,
    );
    setup.environment.sources = Arc::new(Clumsy);
    let frame = ui::print(&setup, NORMAL).expect("a frame");
    assert!(frame.contains("please report it"), "{frame}");
    // The next question is answered.
    setup.keys.push('1');
    let frame = ui::print(&setup, NORMAL).expect("a frame");
    assert!(frame.contains("[1 alloc_objects]"), "{frame}");
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

/// Goroutines with what each waits for: two of a hundred have waited for an hour.
const DUMP: &str = include_str!("goroutines.txt");

fn setup(name: &'static str, keys: &str, colours: Colours) -> Setup {
    Setup {
        loader: loader(name),
        host: Arc::new(Machine),
        environment: Environment {
            sources: Arc::new(Shelf(name)),
            ..Environment::default()
        },
        options: Options::default(),
        colours,
        bindings: Bindings::default(),
        preferences: heaptui::ui::Preferences::default(),
        keys: keys.to_owned(),
    }
}

/// A fixture; `sessions/NAME` for a recorded session, several files with `+` between, also as a series.
fn loader(name: &'static str) -> Arc<dyn Loader> {
    if !name.contains(['/', '+']) {
        return Arc::new(Fixture(name));
    }
    let (names, is_series) = match name.strip_suffix(" as series") {
        Some(names) => (names, Moments::Yes),
        None => (name, Moments::No),
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned().into();
    let input = Input {
        sources: names.split('+').map(path).collect(),
        ..Input::default()
    };
    let inputs = Inputs::new(&input).expect("sources");
    Arc::new(TimedInputs::new(inputs, is_series, None, BUDGET).expect("a loader"))
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

    fn find(&self, wanted: &WantedFile<'_>) -> std::result::Result<Found, Missing> {
        if wanted.name.ends_with("x.go") {
            return Ok(Found {
                text: hostile::SOURCE.into(),
                path: "/src/\u{1b}[7m/x.go".into(),
                beyond_pprof: Some("by magic"),
                written_nanos: None,
            });
        }
        let missing = |heaptui::source::NotFound { reason, tried }| Missing { reason, tried };
        let code = CodeFinder::default()
            .find(wanted.name, wanted.path, wanted.folders)
            .map_err(missing)?;
        Ok(Found {
            text: code.text,
            path: code.path,
            beyond_pprof: code.rule.beyond_pprof(),
            // When the fixtures were checked out says nothing.
            written_nanos: None,
        })
    }
}

fn in_fixtures(file: &str) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    fixtures.join(file)
}

/// A profile by its name, made up or from `tests/fixtures`.
struct Fixture(&'static str);

impl Loader for Fixture {
    fn name(&self) -> String {
        match self.0 {
            "down" | "live" => "http://localhost:6060/debug/pprof/heap".into(),
            name => format!("{name}.pb.gz"),
        }
    }

    fn is_remote(&self) -> bool {
        matches!(self.0, "down" | "live")
    }

    fn is_live(&self) -> bool {
        self.0 == "live"
    }

    fn probe(&self, probe: Probe, _: &dyn Observer) -> Result<Snapshot> {
        let bytes = match probe {
            Probe::Goroutines => fs::read(in_fixtures("orders.goroutine.pb.gz")).expect("a fixture"),
            Probe::StackDump => DUMP.into(),
            Probe::Memory => fs::read(in_fixtures("sessions/cache/020.heap.txt.gz")).expect("a fixture"),
        };
        let mut profile = decode::profile(&bytes[..], Budget::default(), &())?;
        profile.time_nanos = 1_795_705_200_000_000_000;
        let resident = Resident {
            bytes: 70 << 20,
            files: Some(8 << 20),
            moment: ResidentMoment::Now,
        };
        Ok(Snapshot {
            resident: (probe == Probe::Memory).then_some(resident),
            ..Snapshot::new(self.name(), Side::After, Arc::new(profile))
        })
    }

    fn load(&self, _: &ui::Wanted, _: &dyn Observer) -> Result<Loaded> {
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
            "dump" => DUMP.into(),
            "broken" => b"<html>".to_vec(),
            "clumsy" => panic!("two left feet"),
            "clumsy helper" => std::thread::scope(|scope| {
                let helper = scope.spawn(|| panic!("two left feet"));
                helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }),
            "live" => fs::read(in_fixtures("orders.heap.pb.gz")).expect("a fixture"),
            "cache" => fs::read(in_fixtures("sessions/cache/020.heap.txt.gz")).expect("a fixture"),
            name => fs::read(in_fixtures(&format!("{name}.pb.gz"))).expect("a fixture"),
        };
        let profile = decode::profile(&bytes[..], Budget::default(), &())?;
        Ok(Loaded::one(self.name(), profile))
    }
}

/// A machine on which nothing that is typed leaves a file behind.
struct Machine;

impl Host for Machine {
    /// Files called `new` seem to be written, those called `old` to be there already.
    fn save(&self, path: &str, _: &[u8], existing: Existing) -> Result<Saved> {
        if path.starts_with("new") || path.starts_with("old") {
            let is_written = path.starts_with("new") || existing == Existing::Replace;
            return Ok(if is_written { Saved::Written } else { Saved::Kept });
        }
        let reason = io::Error::from(io::ErrorKind::ReadOnlyFilesystem);
        Err(Error::Io {
            name: path.into(),
            reason,
        })
    }

    fn open_page(&self, page: &[u8]) -> Result<Opened> {
        NoHost.open_page(page)
    }

    fn editor(&self, file: &Path, line: i64) -> Option<Command> {
        NoHost.editor(file, line)
    }
}
