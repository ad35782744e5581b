//! Nothing is slower than n log n: each dimension of a profile is doubled twice by itself, and the program's instructions
//! are counted.
//!
//! Instructions, because a scan within a scan allocates nothing and moves nothing, and a counter planted in the code is
//! not where nobody thought of it. `valgrind` counts them alike on a busy machine and an idle one. It takes seven minutes on
//! two cores, so it is a job of its own, which asks for it by `HEAPTUI_GROWTH=required`; elsewhere it is not counted, and said.
//! `HEAPTUI_PROGRAM` names another program to count;
//! an optimized one needs more rows.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::{env, fs, io, thread};

use heaptui::encode;
use heaptui::model::{
    Function, FunctionId, Label, LabelSetId, LabelValue, Line, LocationId, Mapping, MappingId, Profile, ValueType,
};
use heaptui::report::{Content, REPORTS, ReportRow};

use crate::support::program;

/// Rows of a kind at first; then twice and four times as many.
const FIRST: u64 = 500;

/// How much more the second doubling may add than the first: 2 in a straight line, 2.2 for n log n at these sizes, 4 for
/// squares. A square that is a tenth of the work at first is found.
const MOST: f64 = 2.3;

/// Pictures of pixels cost what they show.
const PIXELS: [&str; 1] = ["png"];

/// Through all views.
const SCREENS: [&str; 2] = ["--keys=<tab><tab><tab><tab><enter><tab>?", "--print=80x24"];

/// Makes a profile, or text that becomes one, with so many rows.
type Generator = fn(u64) -> Vec<u8>;

const DIMENSIONS: &[(&str, Generator)] = &[
    ("sample types", |count| {
        Builder::new(count).all(1, |builder, _| builder.call(&[0]))
    }),
    ("samples of one stack", |count| {
        Builder::new(2).all(count, |builder, _| builder.call(&[0]))
    }),
    ("mappings", |count| {
        Builder::new(2).all(count, |builder, at| {
            let mapping = builder.mapping(at);
            let function = builder.function(&format!("main.f{at}"), "main.go");
            let place = builder
                .profile
                .add_location(Some(mapping), 0x1000 * (at + 1), &[line(function)]);
            builder.sample(&[place], LabelSetId(0));
        })
    }),
    ("mappings without functions", |count| {
        Builder::new(2).all(count, |builder, at| {
            let mapping = builder.mapping(at);
            let place = builder.profile.add_location(Some(mapping), 0x1000 * (at + 1), &[]);
            builder.sample(&[place], LabelSetId(0));
        })
    }),
    ("comments", |count| {
        Builder::new(2).all(count, |builder, at| {
            let comment = builder.text(&format!("comment {at}"));
            builder.profile.comments.push(comment);
        })
    }),
    ("labels of a sample", |count| {
        Builder::new(2).all(1, |builder, _| {
            let labels: Vec<_> = (0..count).map(|at| builder.label("key", &format!("{at}"))).collect();
            builder.labelled(&labels);
        })
    }),
    ("keys of a sample", |count| {
        Builder::new(2).all(1, |builder, _| {
            let labels: Vec<_> = (0..count)
                .map(|at| builder.label(&format!("key {at}"), "value"))
                .collect();
            builder.labelled(&labels);
        })
    }),
    ("values of a label", |count| {
        Builder::new(2).all(count, |builder, at| {
            let label = builder.label("key", &format!("{at}"));
            builder.labelled(&[label]);
        })
    }),
    ("numbers of a label", |count| {
        Builder::new(2).all(count, |builder, at| {
            let (key, unit) = (builder.text("bytes"), builder.text("bytes"));
            let value = LabelValue::Number {
                value: at as i64 + 1,
                unit,
            };
            builder.labelled(&[Label { key, value }]);
        })
    }),
    ("units of a label", |count| {
        Builder::new(2).all(count, |builder, at| {
            let (key, unit) = (builder.text("size"), builder.text(&format!("unit{at}")));
            builder.labelled(&[Label {
                key,
                value: LabelValue::Number { value: 7, unit },
            }]);
        })
    }),
    ("label keys", |count| {
        Builder::new(2).all(count, |builder, at| {
            let label = builder.label(&format!("key {at}"), "value");
            builder.labelled(&[label]);
        })
    }),
    ("callees", |count| {
        Builder::new(2).all(count, |builder, at| builder.call(&[at + 1, 0]))
    }),
    ("callers", |count| {
        Builder::new(2).all(count, |builder, at| builder.call(&[0, at + 1]))
    }),
    ("equal names", |count| {
        Builder::new(2).all(count, |builder, at| {
            let function = builder.function("main.same", &format!("{at}.go"));
            let place = builder.profile.add_location(None, at + 1, &[line(function)]);
            builder.sample(&[place], LabelSetId(0));
        })
    }),
    ("equal functions", |count| {
        Builder::new(2).all(count, |builder, at| {
            let function = builder.function("main.same", "main.go");
            let place = builder.profile.add_location(None, at + 1, &[line(function)]);
            builder.sample(&[place], LabelSetId(0));
        })
    }),
    ("lines of a function", |count| {
        Builder::new(2).all(count, |builder, at| {
            let mut line = line(FunctionId(0));
            line.line = at as i64;
            let place = builder.profile.add_location(None, at + 1, &[line]);
            builder.sample(&[place], LabelSetId(0));
        })
    }),
    ("lines of a location", |count| {
        Builder::new(2).all(1, |builder, _| {
            let lines: Vec<_> = (0..count)
                .map(|at| line(builder.function(&format!("main.f{at}"), "main.go")))
                .collect();
            let place = builder.profile.add_location(None, 1, &lines);
            builder.sample(&[place], LabelSetId(0));
        })
    }),
    ("frames of a stack", |count| {
        Builder::new(2).all(1, |builder, _| {
            let stack: Vec<u64> = (0..count).collect();
            builder.call(&stack);
        })
    }),
    ("recursion", |count| {
        Builder::new(2).all(1, |builder, _| builder.call(&vec![0; count as usize]))
    }),
    ("mutual recursion", |count| {
        Builder::new(2).all(1, |builder, _| {
            let stack: Vec<u64> = (0..count).map(|at| at % 2).collect();
            builder.call(&stack);
        })
    }),
    ("a long name", |count| named(&["x"], count)),
    ("a path of folders", |count| named(&["a/"], count)),
    ("a name of packages", |count| named(&["a."], count)),
    ("a name of scopes", |count| named(&["a::"], count)),
    ("open parentheses", |count| named(&["f("], count)),
    ("template arguments", |count| named(&["std::a<"], count)),
    ("balanced brackets", |count| named(&["[a]", "(b)", "<c>"], count)),
    ("a name of wide characters", |count| named(&["函", "e\u{301}"], count)),
    ("an escaped name", |count| named(&["\"", "\\", "\n", "&"], count)),
    ("a C++ name", |count| named(&["_ZN1aIN1b"], count)),
    ("a Rust name", |count| named(&["_RNvNvC1a"], count)),
    ("drop_frames", |count| {
        let mut builder = Builder::new(2);
        let names: Vec<_> = (0..count).map(|at| format!("runtime.f{at}")).collect();
        builder.profile.drop_frames = builder.text(&names.join("|"));
        builder.all(100, |builder, at| builder.call(&[at, at + 1]))
    }),
    ("rows of a heap in text", |count| {
        let mut text = String::from("heap profile: 1: 8 [1: 8] @ heap/2\n");
        for at in 1..=count {
            let _ = writeln!(
                text,
                "1: 8 [1: 8] @ 0x1 0x{at:x}\n#\t0x{at:x}\tmain.f{at}+0x1\t/src/main.go:{at}\n"
            );
        }
        text.into_bytes()
    }),
    ("mappings of a heap in text", |count| {
        let mut text = String::from("heap profile: 1: 8 [1: 8] @ heap/2\n");
        (1..=count).for_each(|at| {
            let _ = writeln!(text, "1: 8 [1: 8] @ 0x{at:x}001");
        });
        text.push_str("\nMAPPED_LIBRARIES:\n");
        (1..=count).for_each(|at| {
            let _ = writeln!(text, "{at:x}000-{at:x}fff r-xp 00000000 00:00 0 /lib/{at}.so");
        });
        text.into_bytes()
    }),
    ("goroutines in text", |count| {
        let mut text = String::new();
        for at in 1..=count {
            let _ = writeln!(
                text,
                "goroutine {at} [select, {at} minutes]:\nmain.f{at}()\n\t/src/main.go:{at} +0x1\ncreated by main.main in goroutine 1\n\t/src/main.go:1 +0x1\n"
            );
        }
        text.into_bytes()
    }),
];

/// One function whose name and file are these pieces over and over.
fn named(pieces: &[&str], count: u64) -> Vec<u8> {
    let name: String = pieces.iter().copied().cycle().take(count as usize).collect();
    Builder::new(2).all(1, |builder, _| {
        let function = builder.function(&name, &name);
        let place = builder.profile.add_location(None, 1, &[line(function)]);
        let label = builder.label(&name, &name);
        let labels = builder.profile.labels.intern(&[label]);
        builder.sample(&[place], labels);
    })
}

fn line(function: FunctionId) -> Line {
    Line {
        function,
        line: 1,
        column: 0,
    }
}

struct Builder {
    profile: Profile,
}

impl Builder {
    fn new(sample_types: u64) -> Self {
        let mut builder = Self {
            profile: Profile::default(),
        };
        for at in 0..sample_types {
            let (kind, unit) = (builder.text(&format!("type{at}_space")), builder.text("bytes"));
            builder.profile.sample_types.push(ValueType { kind, unit });
        }
        builder
            .profile
            .samples
            .values
            .resize_with(sample_types as usize, Vec::new);
        builder.place(0);
        builder
    }

    /// The profile as bytes, with each row added.
    fn all(mut self, count: u64, mut add: impl FnMut(&mut Self, u64)) -> Vec<u8> {
        (0..count).for_each(|at| add(&mut self, at));
        let mut bytes = Vec::new();
        encode::profile(&self.profile, &mut bytes).expect("a vector takes all");
        bytes
    }

    fn text(&mut self, text: &str) -> heaptui::model::StringId {
        self.profile.strings.intern(text.as_bytes())
    }

    fn function(&mut self, name: &str, file: &str) -> FunctionId {
        let (name, filename) = (self.text(name), self.text(file));
        self.profile.add_function(Function {
            name,
            system_name: name,
            filename,
            ..Function::default()
        })
    }

    fn mapping(&mut self, at: u64) -> MappingId {
        let file = self.text(&format!("/lib/{at}.so"));
        self.profile.mappings.push(Mapping {
            id: at + 1,
            start: 0x1000 * (at + 1),
            limit: 0x1000 * (at + 2),
            file,
            ..Mapping::default()
        });
        MappingId(at as u32)
    }

    /// The location of this number, each in a function and a file of its own.
    fn place(&mut self, at: u64) -> LocationId {
        for at in self.profile.locations.len() as u64..=at {
            let function = self.function(&format!("example.com/a/b{at}.(*T).f"), &format!("/src/a/{at}.go"));
            self.profile.add_location(None, at + 1, &[line(function)]);
        }
        LocationId(at as u32)
    }

    /// A sample of these locations, the innermost first.
    fn call(&mut self, stack: &[u64]) {
        let stack: Vec<_> = stack.iter().map(|&at| self.place(at)).collect();
        self.sample(&stack, LabelSetId(0));
    }

    fn sample(&mut self, stack: &[LocationId], labels: LabelSetId) {
        let values = vec![1 << 20; self.profile.sample_types.len()];
        self.profile.add_sample(stack, labels, &values);
    }

    fn label(&mut self, key: &str, value: &str) -> Label {
        let (key, value) = (self.text(key), LabelValue::Text(self.text(value)));
        Label { key, value }
    }

    fn labelled(&mut self, labels: &[Label]) {
        let labels = self.profile.labels.intern(labels);
        self.sample(&[LocationId(0)], labels);
    }
}

/// Every report of a profile in one run: what is read and added up is shared, as on the screen.
fn commands() -> String {
    let written = REPORTS
        .iter()
        .filter(|row| row.content != Content::Page && !PIXELS.contains(&row.name));
    let line = |row: &ReportRow| format!("{} {} > /dev/null\n", row.name, row.argument.map_or("", |_| "."));
    written.map(line).collect()
}

/// How many instructions the program runs with these arguments.
fn instructions(arguments: &[&str], file: &Path, input: &Path) -> Result<f64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(env::var("HEAPTUI_PROGRAM").unwrap_or(program::PATH.into()))
        .args(arguments)
        .arg(file)
        .stdin(fs::File::open(input).expect("commands"))
        .output()
        .map_err(|error| format!("valgrind: {error}: apt-get install valgrind"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let count = said
        .lines()
        .find_map(|line| line.split_once("I   refs:")?.1.trim().replace(',', "").parse().ok());
    count
        .filter(|_| output.status.success())
        .ok_or_else(|| format!("{arguments:?}: {said}"))
}

/// What is wrong with how the work for these arguments grows.
fn judge(what: &str, generator: Generator, arguments: &[&str], folder: &Path) -> Option<String> {
    let input = folder.join("commands");
    let count = |factor| {
        let file = folder.join(format!("{what}-{}-{factor}", arguments.len()).replace(['/', ' '], "-"));
        fs::write(&file, generator(FIRST * factor)).expect("a file");
        instructions(arguments, &file, &input)
    };
    let counted: Result<Vec<f64>, String> = [1, 2, 4].into_iter().map(count).collect();
    let [one, two, four] = match counted.as_deref() {
        Ok([one, two, four]) => [one, two, four],
        Ok(_) => return None,
        Err(error) => return Some(error.clone()),
    };
    let growth = (four - two) / (two - one).max(FIRST as f64);
    let line = format!(
        "{what}, {arguments:?}: {:.0}, {:.0}, {:.0} M instructions: {growth:.2}",
        one / 1e6,
        two / 1e6,
        four / 1e6
    );
    println!("{line}");
    (growth > MOST).then_some(line)
}

#[test]
fn work_grows_at_most_by_n_log_n() {
    if env::var("HEAPTUI_GROWTH").is_ok_and(|value| value == "required") {
        count_all();
    } else {
        // Past the harness, which keeps what tests that do not fail say.
        let said = writeln!(io::stderr(), "NOT RUN: HEAPTUI_GROWTH=required counts how work grows");
        said.expect("standard error");
    }
}

fn count_all() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("commands"), commands()).expect("a file");
    let mut tasks = VecDeque::new();
    for &(what, generator) in DIMENSIONS {
        tasks.push_back((what, generator, &[][..]));
        tasks.push_back((what, generator, &SCREENS[..]));
    }
    let (tasks, failures) = (Mutex::new(tasks), Mutex::new(Vec::new()));
    let next = || tasks.lock().ok()?.pop_front();
    thread::scope(|threads| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            threads.spawn(|| {
                while let Some((what, generator, arguments)) = next() {
                    if let Some(why) = judge(what, generator, arguments, folder.path()) {
                        failures.lock().expect("no thread panics").push(why);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no thread panics");
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
