//! What a page says it is of, whoever makes it: the command line, or the dashboard's menu.

use std::fs;

use serde_json::Value;

use super::{by_id, elements};
use crate::support::program;

/// What is named, the keys before the export (none: the command line makes the page), the page's title, and what it
/// says is compared.
const CASES: &[(&[&str], Option<&str>, &str, &str)] = &[
    (&["orders.heap.pb.gz"], None, "orders", ""),
    (&["orders.heap.pb.gz"], Some(""), "orders", ""),
    (
        &["-base", "orders.t0.pb.gz", "orders.heap.pb.gz"],
        None,
        "orders",
        "orders.heap.pb.gz − orders.t0.pb.gz",
    ),
    (
        &["-base", "orders.t0.pb.gz", "orders.heap.pb.gz"],
        Some(""),
        "orders",
        "orders.heap.pb.gz − orders.t0.pb.gz",
    ),
    // Profiles as text name no binary.
    (&["sessions/buffer"], None, "buffer", ""),
    (&["sessions/buffer"], Some(""), "buffer at 14:17:44", ""),
    (
        &["sessions/buffer"],
        Some("<lt>B>"),
        "buffer at 14:17:44",
        "buffer: 14:17:44 − 14:17:40",
    ),
];

#[test]
fn a_page_says_what_it_is_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.html");
    for (named, keys, title, compares) in CASES {
        let mut command = program::heaptui();
        let path = file.to_str().expect("a path");
        match keys {
            None => command.args(["html", "-o", path]),
            Some(keys) => command.args(["--print", "80x24", "--keys", &format!("{keys}eh<c-u>{path}<enter>")]),
        };
        let output = command.env("TZ", "UTC").args(*named).output().expect("the program");
        assert!(output.status.success(), "{named:?} {keys:?}: {output:?}");
        let page = fs::read_to_string(&file).expect("a page");
        let elements = elements(&page);
        let data: Value = serde_json::from_str(&by_id(&elements, "data").text).expect("JSON");
        assert_eq!(by_id(&elements, "name").text, *title, "{named:?} {keys:?}");
        assert_eq!(data["compares"], *compares, "{named:?} {keys:?}");
        fs::remove_file(&file).expect("a page");
    }
}
