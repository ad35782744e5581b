//! `web` and `weblist` leave a page where only the user can read it, and open it, or say how to get there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::program;

/// How long a browser may take before the test fails, and how often it is asked for. Nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_millis(20);

/// What `{}` in a variable stands for: a folder of the test's own, which is the one for temporary files too.
fn heaptui(args: &str, env: &[(&str, &str)], folder: &TempDir) -> Output {
    let place = folder.path().display().to_string();
    let mut command = program::heaptui();
    command.args(args.split(' '));
    for name in [
        "SSH_CONNECTION",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "WSL_DISTRO_NAME",
        "BROWSER",
    ] {
        command.env_remove(name);
    }
    command.env("TMPDIR", &place).env("USER", "ann");
    for (name, value) in env {
        command.env(name, value.replace("{}", &place));
    }
    command.output().expect("the program starts")
}

#[test]
fn a_page_is_opened_or_one_is_told_where_it_is() {
    const SSH: &str = "192.0.2.1 40000 192.0.2.2 2222";
    const WEB: &str = "web orders.heap.pb.gz";
    const WEBLIST: &str = "-weblist=newSession -source_path=src/orders orders.heap.pb.gz";
    for (args, env, said, is_opened) in [
        (
            WEB,
            &[("BROWSER", "/no/such:{}/browser --new %s")][..],
            "Opened {page} in a browser.\n",
            true,
        ),
        (
            WEBLIST,
            &[("BROWSER", "{}/browser --new")],
            "Opened {page} in a browser.\n",
            true,
        ),
        (
            "-web=true -focus=json orders.heap.pb.gz",
            &[("BROWSER", "{}/browser --new")],
            "Opened {page} in a browser.\n",
            true,
        ),
        (
            WEB,
            &[],
            "The page is {page}\nThere is no screen here for a browser: copy the file to where one is.\n",
            false,
        ),
        (
            WEB,
            &[("BROWSER", "/no/such")],
            "The page is {page}\n$BROWSER does not start, or fails: /no/such\n",
            false,
        ),
        (
            WEBLIST,
            &[("SSH_CONNECTION", SSH), ("BROWSER", "{}/browser")],
            "The page is {page}\nTo have it where your browser is, run there:\nscp -P 2222 'ann@192.0.2.2:{page}' .\n",
            false,
        ),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let browser = folder.path().join("browser");
        let script = format!("#!/bin/sh\necho \"$@\" > {}\n", folder.path().join("told").display());
        fs::write(&browser, script).expect("a browser");
        fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).expect("a program");

        let output = heaptui(args, env, &folder);
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{args}: {output:?}"
        );
        let entries = |folder: &Path| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect::<Vec<_>>()
        };
        // In a folder of the user's own among those of others.
        let pages = entries(folder.path()).into_iter().flat_map(|own| entries(&own));
        let pages: Vec<_> = pages
            .filter(|path| path.extension().is_some_and(|ending| ending == "html"))
            .collect();
        let [page] = &pages[..] else {
            panic!("{args}: one page, not {pages:?}")
        };
        let mode = page.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{args}: it is the user's alone");
        let text = fs::read_to_string(page).expect("the page");
        assert!(
            text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>\n"),
            "{args}"
        );
        let place = page.display().to_string();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            said.replace("{page}", &place),
            "{args}"
        );
        let told = || fs::read_to_string(folder.path().join("told")).unwrap_or_default();
        let start = Instant::now();
        // The browser may be slower than the program, which does not wait for it.
        while is_opened && !told().ends_with('\n') && start.elapsed() < PATIENCE {
            thread::sleep(AGAIN);
        }
        let expected = if is_opened {
            format!("--new {place}\n")
        } else {
            String::new()
        };
        assert_eq!(told(), expected, "{args}");
    }
}

#[test]
fn with_a_file_nothing_is_opened() {
    for report in ["web", "html", "weblist=."] {
        let folder = tempfile::tempdir().expect("a folder");
        let page = folder.path().join("mine.html");
        let args = format!("-{report} -output={} orders.heap.pb.gz", page.display());
        let output = heaptui(&args, &[("BROWSER", "{}/browser")], &folder);
        assert!(
            output.status.success() && output.stdout.is_empty(),
            "{report}: {output:?}"
        );
        assert!(
            fs::read_to_string(&page).expect("the page").contains("</html>"),
            "{report}"
        );
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1, "{report}");
    }
}
