//! Source code is found where pprof and Go keep it, nothing else is opened, and what lines hold agrees with `top`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heaptui::model::{Function, LabelSetId, Line, Profile, ValueType};
use heaptui::report::{
    self, Counting, Doubt, Environment, Found, Options, Report, ReportRow, SourceText, doubt, routines,
};
use heaptui::source::{CodeFinder, Rule};

use crate::support::fixtures;

/// Folders with a file each, whose text is its path.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new(files: &[&str]) -> Self {
        let disk = Self(tempfile::tempdir().expect("a folder"));
        for file in files {
            let path = disk.path(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders are made");
            let text = if file.ends_with("go.mod") {
                "// ours\nmodule example.com/own // v2\n"
            } else {
                file
            };
            fs::write(path, text).expect("files are written");
        }
        disk
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn finder(&self) -> CodeFinder {
        CodeFinder {
            folder: self.path("work"),
            module_caches: vec![self.path("mod")],
            go_roots: vec![self.path("goroot")],
        }
    }

    /// Which file is found, or why none is.
    fn find(&self, name: &str) -> String {
        let name = name.replace('~', &self.0.path().to_string_lossy());
        let folders = self.path("work/deep").to_string_lossy().into_owned();
        match self.finder().find(&name, &name, &folders) {
            Ok(code) => code.text,
            Err(missing) => format!("! {} | {}", missing.reason, missing.tried.join(", ")),
        }
    }
}

#[test]
fn a_file_is_found_where_go_keeps_it() {
    let disk = Disk::new(&[
        "work/go.mod",
        "work/deep/here.go",
        "work/above.go",
        "work/main.go",
        "work/internal/api/api.go",
        "work/deep/lone.go",
        "work/vendor/github.com/Vend/or/v.go",
        "mod/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
        "mod/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/src/os/file.go",
        "goroot/src/runtime/proc.go",
        "goroot/src/net/http/server.go",
        "goroot/src/errors/errors.go",
    ]);
    for (name, found) in [
        // As pprof finds them.
        ("~/work/main.go", "work/main.go"),
        ("here.go", "work/deep/here.go"),
        ("above.go", "work/above.go"),
        ("internal/api/api.go", "work/internal/api/api.go"),
        // The module cache, as it is recorded with and without -trimpath.
        (
            "github.com/BurntSushi/toml@v1.2.3/Decode.go",
            "mod/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
        ),
        (
            "/ci/go/pkg/mod/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
            "mod/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
        ),
        (
            "/cache/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
            "mod/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
        ),
        (
            "/ci/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/src/os/file.go",
            "mod/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/src/os/file.go",
        ),
        // vendor, here and above.
        ("github.com/Vend/or@v1.0.0/v.go", "work/vendor/github.com/Vend/or/v.go"),
        ("github.com/Vend/or/v.go", "work/vendor/github.com/Vend/or/v.go"),
        (
            "/ci/go/pkg/mod/github.com/!vend/or@v1.0.0/v.go",
            "work/vendor/github.com/Vend/or/v.go",
        ),
        (
            "/ci/own/vendor/github.com/Vend/or/v.go",
            "work/vendor/github.com/Vend/or/v.go",
        ),
        // Go itself.
        ("runtime/proc.go", "goroot/src/runtime/proc.go"),
        ("$GOROOT/src/runtime/proc.go", "goroot/src/runtime/proc.go"),
        ("/usr/local/go/src/net/http/server.go", "goroot/src/net/http/server.go"),
        (
            "/opt/hostedtoolcache/go/1.22.1/x64/src/runtime/proc.go",
            "goroot/src/runtime/proc.go",
        ),
        // One's own, by go.mod and by the end of the name.
        ("example.com/own/main.go", "work/main.go"),
        ("example.com/own/internal/api/api.go", "work/internal/api/api.go"),
        ("/build/own/internal/api/api.go", "work/internal/api/api.go"),
        ("/build/own/deep/lone.go", "work/deep/lone.go"),
        ("/build/lone.go", "work/deep/lone.go"),
        // As Windows spells them.
        (r"C:\build\own\internal\api\api.go", "work/internal/api/api.go"),
        (r"internal\api\api.go", "work/internal/api/api.go"),
        ("D:/build/own/deep/lone.go", "work/deep/lone.go"),
        (
            r"C:\Program Files\Go\src\net\http\server.go",
            "goroot/src/net/http/server.go",
        ),
        (
            r"C:\Users\me\go\pkg\mod\github.com\!burnt!sushi\toml@v1.2.3\Decode.go",
            "mod/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
        ),
    ] {
        assert_eq!(disk.find(name), found, "{name}");
    }
}

#[test]
fn a_rule_says_where_pprof_does_not_look_and_a_version_does_not_age() {
    let disk = Disk::new(&["work/deep/here.go", "mod/a.com/b@v1/c.go"]);
    for (name, rule, ages) in [
        ("here.go", Rule::AsPprof, true),
        ("/build/deep/here.go", Rule::LastFolders, true),
        ("a.com/b@v1/c.go", Rule::ModuleCache, false),
    ] {
        let folders = disk.path("work/deep").to_string_lossy().into_owned();
        let code = disk.finder().find(name, name, &folders).expect("it is there");
        assert_eq!((code.rule, code.written_nanos.is_some()), (rule, ages), "{name}");
        assert_eq!(code.rule.beyond_pprof().is_none(), rule == Rule::AsPprof);
    }
}

/// `main.main` calls `main.fib`, which calls itself from line 10 and ends in line 11.
fn recursive() -> Arc<Profile> {
    let mut profile = Profile::default();
    let [kind, unit] = [&b"inuse_space"[..], b"bytes"].map(|text| profile.strings.intern(text));
    profile.sample_types.push(ValueType { kind, unit });
    profile.time_nanos = 1_000;
    let filename = profile.strings.intern(b"/src/fib.go");
    let [main, fib] = [&b"main.main"[..], b"main.fib"].map(|name| {
        let name = profile.strings.intern(name);
        profile.add_function(Function {
            name,
            filename,
            ..Function::default()
        })
    });
    let [outer, middle, inner] = [(main, 3), (fib, 10), (fib, 11)].map(|(function, line)| {
        let line = Line {
            function,
            line,
            column: 0,
        };
        profile.add_location(None, 0, &[line])
    });
    for (stack, value) in [
        (&[inner, middle, middle, outer][..], 100),
        (&[middle, outer], 20),
        (&[outer], 3),
    ] {
        profile.add_sample(stack, LabelSetId(0), &[value]);
    }
    Arc::new(profile)
}

fn report_of(profile: &Arc<Profile>, row: &ReportRow) -> Report {
    let options = Options {
        trim: false,
        ..Options::default()
    };
    Report::new(profile, row, None, &options, &Environment::default()).expect("a report")
}

#[test]
fn a_recursive_function_holds_no_more_than_there_is() {
    let report = report_of(&recursive(), &report::LIST);
    let fib = |counting| {
        let found = routines(&report, counting, &|name| name == "main.fib");
        let [fib] = &found[..] else { panic!("one function") };
        let lines: Vec<_> = fib.lines.iter().map(|(&line, &values)| (line, values)).collect();
        ((fib.flat, fib.cum), lines)
    };
    let lines = vec![(10, (20, 120)), (11, (100, 100))];
    assert_eq!(
        fib(Counting::EachLine),
        ((120, 220), lines.clone()),
        "as in pprof's list"
    );
    assert_eq!(fib(Counting::Once), ((120, 120), lines), "as in top");
}

#[test]
fn a_functions_source_holds_what_its_row_in_top_does() {
    let mut compared = 0;
    for (name, profile) in fixtures::all().chain([("recursive".to_string(), recursive())]) {
        let top: HashMap<_, _> = report::rows(&report_of(&profile, &report::TOP))
            .into_iter()
            .map(|row| (row.name, (row.flat, row.cum)))
            .collect();
        let mut sources: HashMap<String, Vec<(i64, i64)>> = HashMap::new();
        for routine in routines(&report_of(&profile, &report::LIST), Counting::Once, &|_| true) {
            let of_name = sources.entry(routine.name).or_default();
            of_name.push((routine.flat, routine.cum));
        }
        for (function, values) in sources {
            if let ([value], Some(row)) = (&values[..], top.get(&function)) {
                assert_eq!(value, row, "{name}: {function}");
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "functions have one name in both: {compared}");
}

#[test]
fn source_that_was_not_built_is_doubted() {
    let report = report_of(&recursive(), &report::LIST);
    let found = routines(&report, Counting::Once, &|name| name == "main.fib");
    let text = |lines: &[&str], written_nanos| {
        SourceText::new(Found {
            text: lines.join("\n"),
            path: "/src/fib.go".into(),
            beyond_pprof: None,
            written_nanos,
        })
    };
    let lines = |tenth, eleventh| {
        let mut lines = vec!["x"; 9];
        lines.extend([tenth, eleventh]);
        lines
    };
    for (lines, written, doubted) in [
        (lines("return f(n-1) // twice", "}"), None, None),
        (lines("return f(n-1)", "/* a */ }"), Some(1_000), None),
        (lines("return f(n-1)", "}"), Some(1_001), Some(Doubt::Newer)),
        (lines(" \t", "}"), Some(1_001), Some(Doubt::NoCode(10))),
        (lines("f()", " // ends"), None, Some(Doubt::NoCode(11))),
        (lines("f() /* a", "b */"), None, Some(Doubt::NoCode(11))),
        (vec!["x"; 10], None, Some(Doubt::PastTheEnd(11))),
        (vec![], None, Some(Doubt::PastTheEnd(10))),
    ] {
        assert_eq!(doubt(&report, &found[0], &text(&lines, written)), doubted, "{lines:?}");
    }
}

#[test]
fn what_is_not_found_says_where_it_was_looked_for() {
    let disk = Disk::new(&[
        "work/deep/a.go",
        "work/errors.go",
        "goroot/src/errors/errors.go",
        "mod/x",
    ]);
    let root = disk.0.path().to_string_lossy().into_owned();
    for (name, said) in [
        (
            "/no/such.go",
            "! open /no/such.go: no such file or directory | ~/work/deep by its last folders",
        ),
        (
            "github.com/a/b@v1/c.go",
            "! could not find file github.com/a/b@v1/c.go on path ~/work/deep | ~/mod, vendor",
        ),
        (
            "runtime/proc.go",
            "! could not find file runtime/proc.go on path ~/work/deep | ~/goroot/src, ~/work/deep by its last folders",
        ),
        // Not Go's own package of that name.
        (
            "/home/me/src/errors/errors.go",
            "! open /home/me/src/errors/errors.go: no such file or directory | ~/work/deep by its last folders",
        ),
        (
            "<autogenerated>",
            "! could not find file <autogenerated> on path ~/work/deep | ",
        ),
        (
            "../../x/../y.go",
            "! could not find file ../../x/../y.go on path ~/work/deep | ",
        ),
    ] {
        assert_eq!(disk.find(name), said.replace('~', &root), "{name}");
    }
}

#[test]
fn nothing_is_opened_but_source_code() {
    let disk = Disk::new(&[
        "work/secret",
        "work/id.txt",
        "work/dir.go/x",
        "work/deep/fine.S",
        "work/big.go",
    ]);
    let big = fs::File::options()
        .write(true)
        .open(disk.path("work/big.go"))
        .expect("it is there");
    big.set_len((8 << 20) + 1).expect("it grows");
    link(&disk.path("work/secret"), &disk.path("work/link.go"));
    link(Path::new("/dev/zero"), &disk.path("work/zero.go"));
    link(&disk.path("work/deep/fine.S"), &disk.path("work/fine.go"));
    let fifo = disk.path("work/fifo.go");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.is_ok_and(|made| made.success()), "mkfifo makes a pipe");
    let called = "not opened, as it is not called like source code";
    let regular = "not opened, as it is not a regular file";
    for (name, why) in [
        ("secret", called),
        ("id.txt", called),
        ("link.go", called),
        ("dir.go", regular),
        ("zero.go", regular),
        ("fifo.go", regular),
        ("big.go", "not opened, as it is larger than 8 MiB"),
    ] {
        let relative = disk.find(name);
        assert!(relative.starts_with('!') && relative.contains(why), "{relative}");
        let absolute = disk.find(&format!("~/work/{name}"));
        assert!(absolute.starts_with('!') && absolute.contains(why), "{absolute}");
    }
    assert_eq!(
        disk.find("fine.go"),
        "work/deep/fine.S",
        "a link to source code is source code"
    );
}

fn link(to: &Path, at: &Path) {
    std::os::unix::fs::symlink(to, at).expect("links are made");
}

#[test]
fn list_without_sources_names_what_has_the_line_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let source_path = format!("-source_path={}", folder.path().display());
    let output = crate::support::program::heaptui()
        .args(["list", "newHistory", &source_path, "orders.heap.pb.gz"])
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("top -lines"), "{said}");
}
