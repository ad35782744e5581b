//! Nothing that is written anywhere holds a secret: not a message, not a screen, not a file's name.

use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::read::GzDecoder;

use crate::support::program;
use crate::support::server::{Serve, answer, profile, server};
#[cfg(target_os = "linux")]
use crate::support::terminal::Session;

/// The secrets, in every form that a command line, a server or heaptui itself could repeat.
const SECRETS: &[&str] = &[
    "alice",
    "sesame",
    "ses%61me",
    "YWxpY2U6c2VzYW1l",
    "t0kentoken",
    "cookiecookie",
];

fn heaptui(args: &[String], folder: &Path) -> Output {
    let mut command = Command::new(program::PATH);
    command
        .args(args)
        .current_dir(folder)
        .env("TERM", "xterm")
        .env("HOME", folder);
    command.output().expect("the program runs")
}

#[test]
fn no_secret_is_written_anywhere() {
    let servers: &[Serve] = &[
        |_, stream| answer(stream, "200 OK", "", &profile()),
        // Each repeats what it was told, as careless servers do.
        |request, stream| answer(stream, "401 Unauthorized", "", request.replace('\n', " ").as_bytes()),
        |request, stream| match request.contains("YWxpY2U6c2VzYW1l") {
            true => answer(
                stream,
                "403 Forbidden",
                "",
                b"alice:sesame may not, says YWxpY2U6c2VzYW1l",
            ),
            false => answer(stream, "403 Forbidden", "", b"who asks?"),
        },
        |_, stream| answer(stream, "302 Found", "Location: gopher://alice:sesame@x/\r\n", b""),
        |_, stream| {
            answer(
                stream,
                "302 Found",
                "Location: http://alice:sesame@127.0.0.1:1/\r\n",
                b"",
            )
        },
        |request, stream| {
            let name = if request.contains("YWxpY2U6c2VzYW1l") {
                "sesame"
            } else {
                "br"
            };
            answer(stream, "200 OK", &format!("Content-Encoding: {name}\r\n"), b"x");
        },
        |_, stream| answer(stream, "200 OK", "", b"no profile"),
        |_, _| {},
    ];
    let urls = [
        "http://alice:ses%61me@ADDRESS/debug/pprof/heap",
        "http://alice:ses%61me@ADDRESS/debug/pprof/profile?seconds=1",
        "alice:sesame@ADDRESS",
        "https://alice:sesame@ADDRESS/",
        "http://alice:sesame@127.0.0.1:1/",
        "http://alice:sesame@no host/",
        "http://alice:ses/ame:sesame@ADDRESS/",
        "htp://alice:sesame@ADDRESS/",
        "http:/alice:sesame@ADDRESS/",
        "http//alice:sesame@ADDRESS/",
        "alice:sesame@nowhere",
    ];
    let commands: &[&[&str]] = &[
        &["top", "URL"],
        &["top", "URL", "URL"],
        &["top", "-base", "URL", "URL"],
        &["fetch", "URL"],
        &["--print", "100x30", "URL"],
        &["URL"],
        &["tpo", "URL"],
        &["-seconds", "URL"],
        &["-sample_index=URL", "top", "URL"],
        &["-nodecount", "URL", "x"],
        &["-unknown", "URL"],
        &["--print", "URL", "x"],
        &["top", "-comments=URL"],
        &["top", "-H", "Cookie: cookiecookie", "URL"],
        &["top", "-HCookie: cookiecookie", "--bearer-file", "token", "URL"],
        &["top", "--bearer-file=token", "http://ADDRESS/"],
        &["fetch", "-header=X-Key: cookiecookie", "http://ADDRESS/"],
        &["top", "-H", "not allowed: cookiecookie", "URL"],
        &["top", "-H", "cookiecookie", "URL"],
        &["top", "-seconds", "-H", "Cookie: cookiecookie", "URL"],
        &["top", "http://ADDRESS/"],
        &["memory", "--metrics", "URL", "http://ADDRESS/"],
        &[
            "memory",
            "--metrics=URL",
            "-H",
            "Cookie: cookiecookie",
            "http://ADDRESS/",
        ],
        &["leaks", "--metrics=URL", "--for", "0.1", "http://ADDRESS/"],
    ];
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("token"), "t0kentoken\n").expect("a file");
    let netrc = "machine 127.0.0.1 login alice password sesame";
    fs::write(folder.path().join(".netrc"), netrc).expect("a file");
    for serve in servers {
        let (address, _requests) = server(*serve);
        for (at, url) in urls.iter().enumerate() {
            let url = url.replace("ADDRESS", &address);
            // All commands with the first, each other address with some.
            for command in commands.iter().skip(at % 3).step_by(if at == 0 { 1 } else { 3 }) {
                let args: Vec<String> = command
                    .iter()
                    .map(|word| word.replace("URL", &url).replace("ADDRESS", &address))
                    .collect();
                let output = heaptui(&args, folder.path());
                assert_kept(&args, output, folder.path());
            }
        }
    }
}

/// Nothing that was said, and no file below the folder but those that hold secrets on purpose, has one in its name or text.
fn assert_kept(args: &[String], output: Output, folder: &Path) {
    let mut written = vec![("what is said".into(), [output.stdout, output.stderr].concat())];
    for path in files(folder) {
        let name = path
            .strip_prefix(folder)
            .expect("below it")
            .to_string_lossy()
            .into_owned();
        if GIVEN.contains(&name.as_str()) {
            continue;
        }
        let bytes = fs::read(&path).unwrap_or_default();
        let mut text = Vec::new();
        // What is no gzip stays as it is.
        let _ = GzDecoder::new(&bytes[..]).read_to_end(&mut text);
        written.push((name.clone(), [name.as_bytes(), &bytes, &text].concat()));
    }
    for (place, text) in written {
        let text = String::from_utf8_lossy(&text);
        let found = SECRETS.iter().find(|secret| text.contains(**secret));
        assert_eq!(found, None, "{place} of {args:?}: {text}");
    }
}

/// Files that hold secrets for the program to read.
const GIVEN: [&str; 3] = ["token", ".netrc", "config.toml"];

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

/// A process that is asked with its secrets, and tells nobody without them.
fn guarded(request: &str, stream: &mut TcpStream) {
    let is_known = ["YWxpY2U6c2VzYW1l", "t0kentoken", "cookiecookie"]
        .iter()
        .any(|secret| request.contains(secret));
    let path = request.split(' ').nth(1).unwrap_or_default();
    match path.split('?').next().unwrap_or_default() {
        _ if !is_known => answer(stream, "401 Unauthorized", "", b"who asks?"),
        "/debug/pprof/heap" => answer(stream, "200 OK", "", HEAP),
        "/debug/pprof/goroutine" => answer(
            stream,
            "200 OK",
            "",
            b"goroutine profile: total 7\n7 @ 0x1000\n#\t0x1000\tmain.wait+0x1\t/src/main.go:5\n\n",
        ),
        "/metrics" => answer(stream, "200 OK", "", b"process_resident_memory_bytes 3.3e+07\n"),
        // As careless servers do.
        _ => answer(stream, "404 Not Found", "", request.replace('\n', " ").as_bytes()),
    }
}

const HEAP: &[u8] =
    b"heap profile: 1: 64 [1: 64] @ heap/2\n1: 64 [1: 64] @ 0x1000\n#\t0x1000\tmain.keep+0x1\t/src/main.go:9\n\n\
    # runtime.MemStats\n# HeapAlloc = 64\n# TotalAlloc = 64\n# NumGC = 3\n# NextGC = 128\n# Sys = 4096\n";

#[test]
fn what_is_kept_and_shown_holds_no_secret() {
    let (address, _requests) = server(guarded);
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    put("token", "t0kentoken\n");
    put(".netrc", "machine 127.0.0.1 login alice password sesame");
    put(
        "config.toml",
        &format!("[hosts]\norders = \"http://alice:sesame@{address}\"\n"),
    );
    let ways: [&[&str]; 5] = [
        &["http://alice:ses%61me@ADDRESS/debug/pprof/heap"],
        &["http://ADDRESS/debug/pprof/heap"],
        &["--bearer-file", "token", "ADDRESS"],
        &["-H", "Cookie: cookiecookie", "ADDRESS"],
        &["--config", "config.toml", "orders"],
    ];
    let commands: [&[&str]; 18] = [
        &["top"],
        &["top", "-tpo"],
        &["json", "-o", "top.json"],
        &["html", "-o", "page.html"],
        &["svg", "-o", "graph.svg"],
        &["proto", "-o", "heap.pb.gz"],
        &["raw"],
        &["fetch"],
        &[
            "watch",
            "--headless",
            "--every",
            "0.1",
            "--for",
            "0.1",
            "--record",
            "session",
        ],
        &[
            "leaks", "--json", "--every", "0.1", "--for", "0.1", "--record", "watched",
        ],
        &["memory", "--metrics", "http://alice:sesame@127.0.0.1:1/"],
        &["goroutines"],
        &["hosts"],
        &["hosts", "--json"],
        &["hosts", "--csv"],
        &["hosts", "--print", "120x20"],
        &["--print", "120x30"],
        &["watch", "--keys", "?", "--print", "120x36"],
    ];
    for (at, way) in ways.iter().enumerate() {
        // All commands with a user and a password, some with each of the others.
        for command in commands.iter().skip(at % 4).step_by(if at == 0 { 1 } else { 4 }) {
            let words = command.iter().chain(*way).map(|word| word.replace("ADDRESS", &address));
            // Each has folders of its own.
            let args: Vec<String> = words
                .map(|word| match word.as_str() {
                    "session" | "watched" => format!("{word}{at}"),
                    _ => word,
                })
                .collect();
            let output = heaptui(&args, folder.path());
            let is_wrong = command.contains(&"-tpo") || command.contains(&"--metrics") || command.contains(&"leaks");
            assert!(output.status.success() || is_wrong, "{args:?}: {output:?}");
            assert_kept(&args, output, folder.path());
        }
    }
    let args = ["config", "--config", "config.toml"].map(String::from);
    assert_kept(&args, heaptui(&args, folder.path()), folder.path());
    let kept = files(folder.path());
    for name in ["session.jsonl", "page.html", "top.json"] {
        assert!(kept.iter().any(|path| path.ends_with(name)), "{name} in {kept:?}");
    }
}

/// A shell script that can be started.
#[cfg(target_os = "linux")]
fn write_script(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;

    fs::write(path, format!("#!/bin/sh\n{script}\n")).expect("a script");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
}

/// Everybody may read the arguments and the names of processes: what was typed is the user's own, but no program that is
/// started repeats it, and no thread is called so.
#[test]
#[cfg(target_os = "linux")]
fn what_is_started_is_told_no_secret() {
    let (address, _requests) = server(guarded);
    let folder = tempfile::tempdir().expect("a folder");
    let browser = folder.path().join("www");
    let browsed = folder.path().join("browsed");
    write_script(
        &browser,
        &format!("cat /proc/$$/cmdline > {0}.part; mv {0}.part {0}", browsed.display()),
    );
    let args = format!(
        "--bearer-file $N/token -H \"Cookie: cookiecookie\" -source_path=$N http://alice:ses%61me@{address}/debug/pprof/heap"
    );
    let env = [
        ("VISUAL", ""),
        ("EDITOR", "$N/vi"),
        ("BROWSER", browser.to_str().expect("a plain name")),
        ("SSH_CONNECTION", ""),
    ];
    let mut session = Session::start_with(&args, &env, |notes| {
        fs::write(notes.join("token"), "t0kentoken\n").expect("a file");
        fs::create_dir(notes.join("src")).expect("a folder");
        fs::write(notes.join("src/main.go"), "package main\n".repeat(20)).expect("a file");
        write_script(&notes.join("vi"), "echo editing > $N/editing; read -r _");
    });
    session.wait("the profile", |screen| screen.contents().contains("main.keep"));
    session.press(":web\r");
    session.wait("the page", |screen| screen.contents().contains("browser"));
    session.keys(":source\r", "package main");
    session.press("v");
    session.wait_for_note("editing");
    let told = processes_below(session.note("pid").trim());
    for (said, text) in [
        ("the guard", "--guard="),
        ("the editor", "src/main.go"),
        ("this program", "heaptui"),
    ] {
        assert!(told.contains(text), "{said}: {told}");
    }
    let told = told + &fs::read_to_string(&browsed).expect("the browser was started");
    let found = SECRETS.iter().find(|secret| told.contains(**secret));
    assert_eq!(found, None, "{told}");
    session.press("\n");
    session.wait("the source", |screen| screen.alternate_screen());
    session.press("q");
    session.end("0");
}

/// The arguments of all processes that one has started, and the names of all of them and their threads, its own too.
#[cfg(target_os = "linux")]
fn processes_below(pid: &str) -> String {
    let read = |path: String| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let mut told = String::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten()
    {
        told += &read(thread.path().join("comm").display().to_string());
        for child in read(thread.path().join("children").display().to_string()).split_whitespace() {
            told += &read(format!("/proc/{child}/cmdline"));
            told += &processes_below(child);
        }
    }
    told
}
