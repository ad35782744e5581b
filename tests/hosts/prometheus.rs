//! Debian's own `prometheus`, which scrapes itself and `prometheus-alertmanager`: discovery, history and profiles, from end
//! to end. Where they are not installed this is not checked, and said; `HEAPTUI_PROMETHEUS=required`, as `.ci/run` sets
//! it, makes that a failure.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{hosts, object};
use crate::support::program::{Running, heaptui};

fn start(program: &Path, args: &[String], log: &Path) -> Running {
    let log = fs::File::create(log).expect("a file");
    let started = Command::new(program)
        .args(args)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn();
    Running(started.expect("the server starts"))
}

/// An address that was free a moment ago.
fn free() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").to_string()
}

fn program(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// Both servers, or a word that nothing is checked.
fn programs() -> Option<[PathBuf; 2]> {
    let found = ["prometheus", "prometheus-alertmanager"].map(program);
    if let [Some(prometheus), Some(alertmanager)] = found {
        return Some([prometheus, alertmanager]);
    }
    let is_required = env::var("HEAPTUI_PROMETHEUS").is_ok_and(|value| value == "required");
    assert!(!is_required, "apt-get install prometheus prometheus-alertmanager");
    let said = writeln!(
        io::stderr(),
        "NOT RUN: no prometheus on the PATH, so none is asked for hosts"
    );
    said.expect("standard error");
    None
}

#[test]
fn a_real_prometheus_is_asked_from_end_to_end() {
    let Some([prometheus, alertmanager]) = programs() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let (server, alerts) = (free(), free());
    let config = format!(
        "global: {{scrape_interval: 1s}}\nscrape_configs:\n- job_name: self\n  static_configs: [{{targets: ['{server}']}}]\n\
         - job_name: alerts\n  static_configs: [{{targets: ['{alerts}']}}]\n"
    );
    fs::write(path("prometheus.yml"), config).expect("a file");
    fs::write(
        path("alerts.yml"),
        "route: {receiver: none}\nreceivers: [{name: none}]\n",
    )
    .expect("a file");
    let option = |name: &str, value: &str| format!("--{name}={value}");
    let file = |name: &str| path(name).display().to_string();
    let _alertmanager = start(
        &alertmanager,
        &[
            option("config.file", &file("alerts.yml")),
            option("storage.path", &file("alerts")),
            option("web.listen-address", &alerts),
            option("cluster.listen-address", ""),
        ],
        &path("alerts.log"),
    );
    let _prometheus = start(
        &prometheus,
        &[
            option("config.file", &file("prometheus.yml")),
            option("storage.tsdb.path", &file("data")),
            option("web.listen-address", &server),
        ],
        &path("prometheus.log"),
    );
    let source = format!("prometheus:http://{server}");
    // Until both are scraped and what was scraped is remembered.
    let end = Instant::now() + Duration::from_secs(120);
    let is_whole =
        |row: &Value| row["error"].is_null() && row["history"]["rss"].as_array().is_some_and(|points| points.len() > 1);
    let rows = loop {
        let output = hosts(&["--json", "--gc", "--from", "-2m", &source]);
        let rows = match output.status.success() {
            true => object(&output)["hosts"].as_array().cloned().unwrap_or_default(),
            false => Vec::new(),
        };
        if rows.len() == 2 && rows.iter().all(is_whole) {
            break rows;
        }
        let log = || fs::read_to_string(path("prometheus.log"));
        assert!(Instant::now() < end, "{output:?}\n{:?}", log());
    };
    for row in &rows {
        let number = |key: &str| row[key].as_f64().unwrap_or_default();
        assert!(
            number("rss") > 1e6 && number("heap") > 1e5 && number("goroutines") > 5.0,
            "{row:#}"
        );
        assert_eq!(row["heap_is"], "collected", "{row:#}");
        assert!(
            number("uptime") < 600.0 && row["top"]["function"].is_string(),
            "{row:#}"
        );
        let (_, remembered) = (&row["history"]["rss"][0][0], row["history"]["rss"][0][1].as_f64());
        assert!(remembered.is_some_and(|bytes| bytes > 1e6), "{row:#}");
        assert!(
            row["history"]["goroutines"]
                .as_array()
                .is_some_and(|points| points.len() > 1),
            "{row:#}"
        );
    }
    let selected = object(&hosts(&["--json", "--match", "job=\"alerts\"", &source]));
    let names: Vec<&Value> = selected["hosts"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| &row["host"])
        .collect();
    assert_eq!(names, [alerts.as_str()]);
    let none = hosts(&["--match", "job=\"nobody\"", &source]);
    assert!(
        String::from_utf8_lossy(&none.stderr).contains("--match selects nothing"),
        "{none:?}"
    );
    let wrong = hosts(&["--match", "job=", &source]);
    assert!(
        String::from_utf8_lossy(&wrong.stderr).contains("400 Bad Request: "),
        "{wrong:?}"
    );
    let top = heaptui()
        .args(["top", "-nodecount=3", &server])
        .output()
        .expect("the program starts");
    assert!(
        String::from_utf8_lossy(&top.stdout).contains("Type: inuse_space"),
        "{top:?}"
    );
    let judged = heaptui()
        .args(["leaks", "--no-gc", "--every", "0.2", "--for", "3", &server, &alerts])
        .output();
    let judged = judged.expect("the program starts");
    assert!(
        String::from_utf8_lossy(&judged.stdout).contains("of 2 hosts"),
        "{judged:?}"
    );
}
