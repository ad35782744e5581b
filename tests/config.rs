//! The configuration as the program finds it, and what the program writes about itself from its tables.

use std::fs;
use std::process::Output;

use heaptui::cli;
use heaptui::report::{OPTIONS, REPORTS};

use crate::support::program;

/// Runs the program with a configuration where configurations are.
fn run(config: &str, args: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("heaptui")).expect("a folder");
    fs::write(folder.path().join("heaptui/config.toml"), config).expect("a file");
    let mut program = program::heaptui();
    program.env("XDG_CONFIG_HOME", folder.path()).args(args);
    program.output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const CONFIG: &str =
    "colors = 1\ncolumns = [\"cum\"]\n[options]\nunit = \"kb\"\nnodecount = 3\n[hosts]\nmine = \"orders.heap.pb.gz\"\n";

#[test]
fn a_configuration_holds_for_the_dashboard_and_names_hosts_for_all() {
    let frame = run(CONFIG, &["--print", "80x24", "mine"]);
    let (screen, said) = (text(&frame.stdout), text(&frame.stderr));
    assert!(
        said.contains("heaptui/config.toml:1: no setting is called \"colors\""),
        "{said}"
    );
    assert!(screen.contains("heaptui orders.heap.pb.gz"), "{screen}");
    assert!(screen.contains("kB") && !screen.contains("flat%"), "{screen}");
    // Reports are pprof's, whatever is written down.
    let plain = run("", &["top", "orders.heap.pb.gz"]);
    assert_eq!(run(CONFIG, &["top", "mine"]).stdout, plain.stdout);
    // The command line goes before it.
    let own = run(CONFIG, &["--print", "80x24", "-unit=mb", "mine"]);
    assert!(!text(&own.stdout).contains("kB"), "{}", text(&own.stdout));
    let without = run(CONFIG, &["--no-config", "top", "mine"]);
    assert!(!without.status.success() && text(&without.stderr).contains("mine"));
}

#[test]
fn a_configuration_is_printed_and_read_again() {
    let printed = run(CONFIG, &["config"]);
    assert!(printed.status.success());
    let printed = text(&printed.stdout);
    assert!(printed.contains("\nunit = \"kb\"  # "), "{printed}");
    let again = run(&printed, &["config"]);
    assert_eq!(
        (text(&again.stderr), text(&again.stdout).lines().count()),
        (String::new(), printed.lines().count())
    );
    let named = run("", &["config", "--config", "/nonexistent/file.toml"]);
    assert!(
        text(&named.stderr).contains("/nonexistent/file.toml"),
        "{}",
        text(&named.stderr)
    );
    assert!(!named.status.success());
}

#[test]
fn completions_and_the_manual_name_all_there_is() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run("", &["completions", shell]);
        let script = text(&output.stdout);
        for name in REPORTS
            .iter()
            .map(|row| row.name)
            .chain(OPTIONS.iter().map(|row| row.name))
        {
            assert!(script.contains(name), "{shell}: {name}");
        }
    }
    let man = text(&run("", &["man"]).stdout).replace('\\', "");
    for name in REPORTS
        .iter()
        .map(|row| row.name)
        .chain(OPTIONS.iter().map(|row| row.name))
    {
        assert!(man.contains(name), "the manual names {name}");
    }
    assert!(man.contains("EXIT STATUS") && man.contains("config.toml"));
    let unknown = cli::parse(["completions", "tcsh"].map(Into::into)).expect_err("an error");
    assert!(unknown.to_string().contains("bash, "), "{unknown}");
}
