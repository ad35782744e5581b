//! A profile and what a user does with it, made of any bytes. The test of the dashboard and the fuzz target `keys` play
//! it, so it names nothing of either.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use heaptui::error::Result;
use heaptui::model::{Function, LabelSetId, Line, Loaded, Profile, ValueType};
use heaptui::progress::Observer;
use heaptui::report::{Environment, Options};
use heaptui::ui::{self, Bindings, Colours, Existing, Host, Input, Loader, Opened, Saved, Setup, Wanted};

/// Names that are hard to show, to cut or to search for.
const NAMES: [&str; 12] = [
    "main.main",
    "net/http.(*Server).Serve",
    "main.push[...]",
    "example.com/a/very/long/path/of/packages/and/more.(*Type[go.shape.struct { X int }]).Method.func1.2",
    "main.\u{1b}[31mred\u{7}\r\n\t",
    "main.\u{202e}thgir\u{200b}",
    "例え/テスト.(*関数).呼び出し",
    "main.👩‍👩‍👧‍👦.e\u{301}\u{301}",
    "std::vec<int>::push_back(int const&)",
    "%s[(*+?{",
    " ",
    "",
];
const UNITS: [(&str, &str); 5] = [
    ("inuse_space", "bytes"),
    ("alloc_objects", "count"),
    ("inuse_objects", "count"),
    ("delay", "nanoseconds"),
    ("", ""),
];
const TEXTS: [&str; 10] = [
    "(*Server)",
    "push[...]",
    "(",
    "…",
    "main",
    "focus=main",
    "peek .",
    "top3 (*T) > new",
    "a\nb\tc\u{1b}[2J",
    "é👩‍👧",
];
const SIDES: [u16; 12] = [0, 1, 2, 3, 5, 9, 20, 24, 40, 80, 120, 200];

/// Plays what the bytes say; panics where a law does not hold.
pub(crate) fn play(bytes: &[u8]) {
    let mut bytes = Bytes(bytes);
    let setup = Setup {
        loader: Arc::new(Held(bytes.profile())),
        host: Arc::new(Full),
        environment: Environment::default(),
        options: Options::default(),
        colours: Colours::DARK,
        bindings: Bindings::default(),
        preferences: heaptui::ui::Preferences::default(),
        keys: String::new(),
    };
    let mut size = (bytes.of(&SIDES), bytes.of(&SIDES));
    let keys: Vec<String> = setup.bindings.keys().collect();
    let inputs: Vec<Input> = std::iter::from_fn(|| bytes.input(&keys)).take(300).collect();
    let frame = ui::play(&setup, size, &inputs).unwrap_or_else(|error| panic!("{error}: {inputs:?}"));
    for input in &inputs {
        if let Input::Resize(columns, rows) = input {
            size = (*columns, *rows);
        }
    }
    assert_eq!(frame.lines().count(), usize::from(size.1), "{inputs:?}");
    let control = frame.chars().find(|char| char.is_control() && *char != '\n');
    assert_eq!(control, None, "{inputs:?}");
}

/// Bytes that are used up; then zeros.
struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[usize::from(self.next()) % all.len()].clone()
    }

    /// Small, large, or as large as it gets, of either sign.
    fn value(&mut self) -> i64 {
        let value = i64::from(self.next() as i8);
        match self.next() % 8 {
            0..5 => value,
            5 => value << 20,
            6 => value << 55,
            _ => value.signum().saturating_mul(i64::MAX),
        }
    }

    fn profile(&mut self) -> Profile {
        let mut profile = Profile::default();
        let types = usize::from(self.next() % 6);
        for at in 0..types {
            let (kind, unit) = UNITS[at % UNITS.len()];
            let [kind, unit] = [kind, unit].map(|text| profile.strings.intern(text.as_bytes()));
            profile.sample_types.push(ValueType { kind, unit });
        }
        profile.samples.values.resize_with(types, Vec::new);
        let functions = NAMES.map(|name| {
            let text = profile.strings.intern(name.as_bytes());
            profile.add_function(Function {
                name: text,
                system_name: text,
                filename: text,
                ..Function::default()
            })
        });
        let locations: Vec<_> = (0..16)
            .map(|number| {
                let lines: Vec<Line> = (0..=self.next() % 3)
                    .map(|_| Line {
                        function: self.of(&functions),
                        line: i64::from(self.next()),
                        column: 0,
                    })
                    .collect();
                profile.add_location(None, number, &lines)
            })
            .collect();
        for _ in 0..self.next() % 24 {
            let stack: Vec<_> = (0..self.next() % 12).map(|_| self.of(&locations)).collect();
            let values: Vec<i64> = (0..types).map(|_| self.value()).collect();
            profile.add_sample(&stack, LabelSetId(0), &values);
        }
        profile
    }

    fn input(&mut self, keys: &[String]) -> Option<Input> {
        if self.0.is_empty() {
            return None;
        }
        Some(match self.next() % 16 {
            0..9 => Input::Keys(self.of(keys)),
            9 => Input::Keys(char::from(b' ' + self.next() % 95).to_string().replace('<', "<lt>")),
            10 => Input::Paste(self.of(&TEXTS).into()),
            11 => Input::Paste(self.of(&TEXTS).repeat(usize::from(self.next()) * 8)),
            12 => Input::Press(self.of(&SIDES), u16::from(self.next() % 40)),
            13 => Input::Drag(self.of(&SIDES), u16::from(self.next() % 40)),
            14 if self.next() < 128 => Input::WheelUp,
            14 => Input::WheelDown,
            _ => Input::Resize(self.of(&SIDES), self.of(&SIDES)),
        })
    }
}

/// A profile that is always there.
struct Held(Profile);

impl Loader for Held {
    fn name(&self) -> String {
        "any.pb.gz".into()
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn load(&self, _: &Wanted, _: &dyn Observer) -> Result<Loaded> {
        Ok(Loaded::one(self.name(), self.0.clone()))
    }
}

/// A machine that has every file already.
struct Full;

impl Host for Full {
    fn save(&self, _: &str, _: &[u8], existing: Existing) -> Result<Saved> {
        Ok(match existing {
            Existing::Replace => Saved::Written,
            Existing::Keep => Saved::Kept,
        })
    }

    fn open_page(&self, _: &[u8]) -> Result<Opened> {
        Ok(Opened::Instructions("It is\tthere.".into()))
    }

    fn editor(&self, _: &Path, _: i64) -> Option<Command> {
        None
    }
}
