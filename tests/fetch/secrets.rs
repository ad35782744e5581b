//! Nothing that is written anywhere holds a secret: not a message, not a screen, not a file's name.

use std::fs;
use std::process::{Command, Output};

use crate::support::program;
use crate::support::server::{Serve, answer, profile, server};

/// The secrets, in every form that a command line, a server or heaptui itself could repeat.
const SECRETS: &[&str] = &[
    "alice",
    "sesame",
    "ses%61me",
    "YWxpY2U6c2VzYW1l",
    "t0kentoken",
    "cookiecookie",
];

fn heaptui(args: &[String], folder: &std::path::Path) -> Output {
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
                let names = fs::read_dir(folder.path()).expect("the folder").flatten();
                let mut written = vec![output.stdout, output.stderr];
                written.extend(names.map(|entry| entry.file_name().into_encoded_bytes()));
                for text in written {
                    let text = String::from_utf8_lossy(&text);
                    let found = SECRETS.iter().find(|secret| text.contains(**secret));
                    assert_eq!(found, None, "{args:?}: {text}");
                }
            }
        }
    }
}
