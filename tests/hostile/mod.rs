//! Any bytes may come: each bad input becomes reports and screens, or one clear line, and nothing a terminal acts on.

mod foreign;
mod good;
mod heavy;
mod inputs;
mod texts;

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::{Arc, Mutex};
use std::thread;

use heaptui::decode;
use heaptui::error::{Error, Result};
use heaptui::model::{Loaded, Profile};
use heaptui::progress::Observer;
use heaptui::report::{self, Content, Environment, Options, REPORTS};
use heaptui::ui::{self, Colours, Loader, NoHost, Setup, Wanted};

use inputs::{Fate, Input};

/// An error is a line of at most so many characters.
const LONGEST_ERROR: usize = 400;
/// So much may come out of one sort of bytes; no input here is honest and larger.
const BUDGET: decode::Budget = decode::Budget {
    max_bytes: 64 << 20,
    memory: 512 << 20,
};
/// Through all views, into a function, a search, filters, a prompt, a text and help.
const KEYS: [&str; 2] = [
    "<tab>jj<enter><tab>G/main<enter>n1s?",
    "f.<enter>jx\\(<enter>:traces<enter>G",
];

#[test]
fn bad_inputs_are_taken_well() {
    let inputs = inputs::all();
    let total = inputs.len();
    let queue = Mutex::new(VecDeque::from(inputs));
    let failures = Mutex::new(Vec::new());
    let seen = Arc::new(Seen::default());
    thread::scope(|threads| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            threads.spawn(|| {
                while let Some(input) = take(&queue) {
                    let what = input.what.clone();
                    // A thread of its own, so that a panic says which input it was.
                    let seen = Arc::clone(&seen);
                    let judged = thread::Builder::new()
                        .name(what.clone())
                        .spawn(move || judge(&input, &seen));
                    let judged = judged.expect("a thread").join();
                    if let Some(why) = judged.unwrap_or(Some("panics".into())) {
                        failures
                            .lock()
                            .expect("no thread panics")
                            .push(format!("{what}: {why}\n"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no thread panics");
    let shown: String = failures.iter().take(20).map(String::as_str).collect();
    assert!(
        failures.is_empty(),
        "\n{shown}{} of {total} are not taken well",
        failures.len()
    );
}

fn take<T>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    queue.lock().ok()?.pop_front()
}

/// What was tried already: bytes that differ often are one profile, and profiles that differ one picture.
#[derive(Default)]
struct Seen {
    hasher: RandomState,
    profiles: Mutex<HashSet<u64>>,
    pictures: Mutex<HashSet<u64>>,
}

impl Seen {
    fn is_new(&self, set: &Mutex<HashSet<u64>>, text: &str) -> bool {
        set.lock().expect("no thread panics").insert(self.hasher.hash_one(text))
    }
}

/// What is wrong with how an input is taken.
fn judge(input: &Input, seen: &Seen) -> Option<String> {
    let profile = match decode::profile(&input.bytes[..], BUDGET, &()) {
        Ok(_) if input.fate == Fate::Refused => return Some("is read, but should be refused".into()),
        Err(error) if input.fate == Fate::Read => return Some(format!("is refused, but is good: {error}")),
        Err(error) => return wrong_error(&error),
        Ok(profile) => Arc::new(profile),
    };
    if !seen.is_new(&seen.profiles, &format!("{profile:?}")) {
        return None;
    }
    reports(&profile, seen).or_else(|| screens(&profile))
}

fn reports(profile: &Arc<Profile>, seen: &Seen) -> Option<String> {
    // The shapes of `svg` are those of `png` and `pdf`, which take long to draw.
    let mut is_drawn = false;
    REPORTS.iter().find_map(|row| {
        if is_drawn && ["png", "pdf"].contains(&row.name) {
            return None;
        }
        let argument = row.argument.map(|_| ".");
        let mut text = Vec::new();
        let wrong = match report::write(
            profile,
            row,
            argument,
            &Options::default(),
            &Environment::default(),
            &mut text,
        ) {
            Err(error) => wrong_error(&error),
            Ok(_) if row.content == Content::Binary => unreadable(row.name, &text),
            Ok(warnings) => match String::from_utf8(text) {
                Err(_) => Some("is not UTF-8".into()),
                Ok(text) if row.name == "svg" && !seen.is_new(&seen.pictures, &text) => {
                    is_drawn = true;
                    None
                }
                Ok(text) => warnings
                    .iter()
                    .chain([&text])
                    .find_map(|text| wrong_text(text, &['\n', '\t'])),
            },
        };
        wrong.map(|why| format!("{}: {why}", row.name))
    })
}

/// Why the bytes of a report cannot be read again.
fn unreadable(name: &str, bytes: &[u8]) -> Option<String> {
    let error = match name {
        "png" => png::Decoder::new(io::Cursor::new(bytes)).read_info().err()?.to_string(),
        "pdf" => format!("{:?}", hayro_syntax::Pdf::new(bytes.to_vec()).err()?),
        _ => decode::profile(bytes, BUDGET, &()).err()?.to_string(),
    };
    Some(format!("cannot be read again: {error}"))
}

fn screens(profile: &Arc<Profile>) -> Option<String> {
    let sizes = [(100, 30), (40, 10)];
    KEYS.iter().zip(sizes).find_map(|(keys, size)| {
        let setup = Setup {
            loader: Arc::new(Held(Arc::clone(profile))),
            host: Arc::new(NoHost),
            environment: Environment::default(),
            options: Options::default(),
            colours: Colours::DARK,
            bindings: ui::Bindings::default(),
            preferences: heaptui::ui::Preferences::default(),
            keys: (*keys).into(),
        };
        let wrong = match ui::print(&setup, size) {
            Err(error) => wrong_error(&error),
            Ok(text) => wrong_text(&text, &['\n']),
        };
        wrong.map(|why| format!("dashboard after {keys:?}: {why}"))
    })
}

fn wrong_error(error: &Error) -> Option<String> {
    let text = error.to_string();
    if text.is_empty() || text.chars().count() > LONGEST_ERROR {
        return Some(format!("an error of {} characters: {text:.200}", text.chars().count()));
    }
    wrong_text(&text, &[])
}

/// The first character that is not only shown: controls, and what reorders, joins or hides text.
fn wrong_text(text: &str, allowed: &[char]) -> Option<String> {
    let is_wrong = |char: &char| {
        let formats = matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}');
        (char.is_control() || formats) && !allowed.contains(char)
    };
    text.chars()
        .find(is_wrong)
        .map(|char| format!("prints {char:?}: {text:.200}"))
}

/// A profile that is there already.
struct Held(Arc<Profile>);

impl Loader for Held {
    fn name(&self) -> String {
        "hostile".into()
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn load(&self, _: &Wanted, _: &dyn Observer) -> Result<Loaded> {
        Ok(Loaded::one(self.name(), (*self.0).clone()))
    }
}
