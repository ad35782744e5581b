//! The web page in a real browser: what its script does, that it says what the reports say, and that it asks nobody for
//! anything. Where there is no Chromium this is not checked, and said; `HEAPTUI_BROWSER=required`, as `.ci/run` sets it,
//! makes that a failure.

mod access;
mod devtools;
mod session;
mod turned;

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use heaptui::decode;
use heaptui::model::{Function, LabelSetId, Line, Profile, SampleTypeId, ValueType};
use heaptui::report::{self, COLUMNS, ColumnId, Environment, Options, Report, SortDirection, TableContext};
use serde_json::{Value, json};
use tempfile::TempDir;

use devtools::Browser;

/// A browser, or why the test is not run.
fn browser() -> Option<Browser> {
    let program = needed(
        devtools::program(),
        "no Chromium on the PATH: apt-get install chromium",
        "nothing of the web page's script is checked",
    );
    program.map(|program| Browser::start(&program))
}

/// What a test needs, where it is there. Where it is not, that is an error if it is required, else said.
fn needed<T>(found: Option<T>, lacks: &str, unchecked: &str) -> Option<T> {
    let is_required = env::var("HEAPTUI_BROWSER").is_ok_and(|value| value == "required");
    assert!(found.is_some() || !is_required, "{lacks}");
    if found.is_none() {
        // Past the harness, which keeps what tests that do not fail say.
        let said = writeln!(io::stderr(), "NOT RUN: {lacks}; {unchecked}");
        said.expect("standard error");
    }
    found
}

fn orders() -> Arc<Profile> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/orders.heap.pb.gz");
    let file = fs::File::open(path).expect("a fixture");
    Arc::new(decode::profile(file, decode::Budget::default(), &()).expect("a profile"))
}

/// Names that run as scripts, or break one, where they are taken for more than text.
const NAMES: [&str; 8] = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</title></svg><svg onload=alert(1)>",
    "\"><iframe src=javascript:alert(1)>",
    "__proto__",
    "constructor",
    "(unclosed[",
    "<!--<script>",
];

fn hostile() -> Arc<Profile> {
    let mut profile = Profile::default();
    for pair in [0, 2] {
        let [kind, unit] = [pair, pair + 1].map(|at| profile.strings.intern(NAMES[at].as_bytes()));
        profile.sample_types.push(ValueType { kind, unit });
    }
    let mut stack = Vec::new();
    for (number, name) in (1..).zip(NAMES) {
        let name = profile.strings.intern(name.as_bytes());
        let function = profile.add_function(Function {
            name,
            filename: name,
            ..Function::default()
        });
        let line = Line {
            function,
            line: number,
            column: 0,
        };
        stack.insert(0, profile.add_location(None, 0, &[line]));
        profile.add_sample(&stack, LabelSetId(0), &[number, -number]);
    }
    Arc::new(profile)
}

fn page(profile: &Arc<Profile>) -> String {
    page_in(&Environment::default(), profile)
}

fn page_in(environment: &Environment, profile: &Arc<Profile>) -> String {
    let mut page = Vec::new();
    let row = report::report("html").expect("a report");
    report::write(profile, row, None, &Options::default(), environment, &mut page).expect("a page");
    String::from_utf8(page).expect("text")
}

fn saved(folder: &TempDir, page: &str) -> PathBuf {
    let path = folder.path().join("page.html");
    fs::write(&path, page).expect("a file");
    path
}

/// Every function of a sample type in an order, as the page's table has its cells.
fn rows(profile: &Arc<Profile>, sample_type: usize, sort: ColumnId, direction: SortDirection) -> Vec<Vec<String>> {
    let top = report::report("top").expect("a report");
    let trimmed = Options {
        sample_index: sample_type.to_string(),
        ..Options::default()
    };
    let everything = Options {
        trim: false,
        ..trimmed.clone()
    };
    // All functions, in the unit that is chosen for those that `top` lists.
    let format = Report::new(profile, top, None, &trimmed, &Environment::default())
        .expect("a report")
        .format;
    let mut report = Report::new(profile, top, None, &everything, &Environment::default()).expect("a report");
    report.format = format;
    let mut rows = report::rows(&report);
    rows.retain(|row| (row.flat, row.cum) != (0, 0));
    let context = TableContext::from(&report);
    report::sort_rows(context, &mut rows, sort, direction);
    let columns = report::text_columns(COLUMNS);
    let cells = |row| {
        let cells = columns.iter().map(|(column, _)| column.shown(context, row));
        cells.map(|cell| cell.trim().to_string()).collect()
    };
    rows.iter().map(cells).collect()
}

/// The cells of the page's table; the bars have no text.
fn table(browser: &mut Browser) -> Vec<Vec<String>> {
    let cells = "[...document.querySelectorAll('#rows tr')].map((row) => \
                 [...row.cells].filter((cell, at) => at !== 5).map((cell) => cell.textContent))";
    serde_json::from_value(browser.value(cells)).expect("a table")
}

fn count(browser: &mut Browser, selector: &str) -> u64 {
    let count = browser.value(&format!("document.querySelectorAll({}).length", json!(selector)));
    count.as_u64().expect("a number")
}

fn text(browser: &mut Browser, selector: &str) -> String {
    let text = browser.value(&format!("document.querySelector({}).textContent", json!(selector)));
    text.as_str().expect("a text").to_string()
}

/// What part of the graph is in view: its width and left side.
fn in_view(browser: &mut Browser) -> (f64, f64) {
    let view = browser
        .value("document.querySelector('#graph > svg:not([hidden])').getAttribute('viewBox').split(' ').map(Number)");
    (view[2].as_f64().expect("a width"), view[0].as_f64().expect("a place"))
}

fn shown_view(browser: &mut Browser) -> Value {
    browser.value("[...document.querySelectorAll('main > section:not([hidden])')].map((view) => view.id).join()")
}

#[test]
fn a_walk_through_the_page() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let profile = orders();
    browser.open(&saved(&folder, &page(&profile)));

    // What is shown first.
    assert_eq!(text(&mut browser, "h1"), "orders");
    assert_eq!(shown_view(&mut browser), "flame");
    assert_eq!(text(&mut browser, "#types [aria-selected=true]"), "4 inuse_space");
    assert_eq!(count(&mut browser, "#peek:not([hidden])"), 0);

    // Views and sample types, by keys and by clicks; every number is the one of `top`.
    for (key, view) in [("f", "flame"), ("t", "top"), ("g", "graph"), ("t", "top")] {
        browser.keys(&[key]);
        assert_eq!(shown_view(&mut browser), view);
    }
    for at in (0..profile.sample_types.len()).rev() {
        browser.click(&format!("#types [data-type='{at}']"));
        assert_eq!(
            table(&mut browser),
            rows(&profile, at, ColumnId::Flat, SortDirection::Forward),
            "type {at}"
        );
        let name = profile.type_name(SampleTypeId::from_index(at));
        assert!(text(&mut browser, "#detail .on").starts_with(name));
    }
    browser.keys(&["4"]);

    // Sorting: each head, and again for the other way round.
    for (head, sort, direction) in [
        ("cum", ColumnId::Cum, SortDirection::Forward),
        ("cum", ColumnId::Cum, SortDirection::Reversed),
        ("name", ColumnId::Name, SortDirection::Forward),
        ("name", ColumnId::Name, SortDirection::Reversed),
        ("flat", ColumnId::Flat, SortDirection::Forward),
    ] {
        browser.click(&format!("th[data-by={head}]"));
        assert_eq!(
            table(&mut browser),
            rows(&profile, 3, sort, direction),
            "by {head}, {direction:?}"
        );
    }

    // A function that is selected in one view is selected in all.
    browser.click("#rows tr:nth-child(3)");
    let selected = text(&mut browser, "#rows .selected td:last-child");
    assert_eq!(text(&mut browser, "#detail b"), selected);
    browser.keys(&["f"]);
    assert!(count(&mut browser, ".tile.selected") >= 1);
    assert!(
        text(&mut browser, ".tile.cursor").contains("makeString"),
        "{selected} is in view"
    );
    browser.keys(&["g"]);
    assert_eq!(count(&mut browser, "#graph > svg:not([hidden]) .node.selected"), 1);
    assert!(text(&mut browser, "#graph > svg:not([hidden]) .node.selected title").starts_with(&selected));
    browser.keys(&["Escape"]);
    assert_eq!(count(&mut browser, ".selected"), 0);

    // The graph begins at the heaviest box, so large that it can be read; a click selects, the wheel and keys zoom,
    // dragging moves.
    let closer = in_view(&mut browser);
    browser.keys(&["0"]);
    let whole = in_view(&mut browser);
    assert!(closer.0 < whole.0, "{closer:?} of {whole:?}");
    browser.click("#graph > svg:not([hidden]) .node:nth-last-child(20)");
    assert_eq!(count(&mut browser, "#graph > svg:not([hidden]) .node.selected"), 1);
    browser.keys(&["Enter"]);
    let graph = browser.value("document.querySelector('#graph').clientWidth");
    assert_eq!(
        json!(in_view(&mut browser).0 as u64),
        graph,
        "a cell of the picture is one of the screen"
    );
    browser.keys(&["0"]);
    assert_eq!(in_view(&mut browser), whole);
    browser.wheel("#graph", -120.0);
    let closer = in_view(&mut browser);
    assert!(closer.0 < whole.0, "{closer:?} of {whole:?}");
    browser.drag("#graph", (100.0, 40.0));
    let moved = in_view(&mut browser);
    assert!(
        moved.1 < closer.1 && (moved.0 - closer.0).abs() < 0.1,
        "{moved:?} from {closer:?}"
    );
    browser.keys(&["+", "+", "-"]);
    assert!(in_view(&mut browser).0 < moved.0);
    browser.click("#fit");
    assert_eq!(in_view(&mut browser), whole);

    // The flame graph: a click zooms, keys move and zoom, and out again.
    browser.keys(&["Escape", "f"]);
    let all = count(&mut browser, ".tile");
    browser.click(".tile[title^='runtime.main ']");
    assert!(count(&mut browser, ".tile") < all);
    let width = browser.value("document.querySelector(\".tile[title^='runtime.main ']\").style.width");
    assert_eq!(width, "100%");
    browser.keys(&["Backspace"]);
    assert_eq!(count(&mut browser, ".tile"), all);
    browser.keys(&["ArrowDown", "ArrowDown", "ArrowRight", "ArrowLeft"]);
    assert_eq!(text(&mut browser, ".tile.cursor"), "net/http.(*conn).serve");
    let value = browser.value("document.querySelector('.tile.cursor').dataset.value");
    assert_eq!(value, json!(" 137.39MB (81.00%)"), "there is room for it");
    for (name, width, label) in [
        ("encoding/json/v2.Unmarshal", 130, "json/v2.Unmarshal"),
        ("encoding/json/v2.Unmarshal", 74, "…Unmarshal"),
        ("net/http.(*conn).serve", 100, "…(*conn).serve"),
        ("a/b.(*T).Run.func1.2", 86, "…Run.func1.2"),
    ] {
        assert_eq!(
            browser.value(&format!("fitting('{name}', {width})")),
            json!(label),
            "{name}"
        );
    }
    browser.keys(&["Enter"]);
    assert!(count(&mut browser, ".tile") < all);
    browser.click("#out");
    assert_eq!(count(&mut browser, ".tile"), all);

    // Search: marks in all views, and what share they have.
    browser.keys(&["/", "n", "e", "w", "S", "e", "s", "s", "i", "o", "n"]);
    assert_eq!(text(&mut browser, "#matches"), "1 function: 133.88MB, 78.93%");
    assert!(count(&mut browser, ".tile.hit") >= 1);
    browser.keys(&["Enter", "t"]);
    assert_eq!(count(&mut browser, "#rows tr"), 1);
    assert_eq!(text(&mut browser, "#rows mark"), "newSession");
    browser.keys(&["g"]);
    assert_eq!(count(&mut browser, "#graph > svg:not([hidden]) .node.hit"), 1);
    browser.keys(&["Escape"]);
    assert_eq!(count(&mut browser, ".hit"), 0);
    browser.keys(&["t"]);
    assert_eq!(count(&mut browser, ".hit, mark"), 0);
    browser.keys(&["/", "("]);
    assert_eq!(text(&mut browser, "#matches"), "no regular expression");
    assert_eq!(count(&mut browser, "#search[aria-invalid]"), 1);
    browser.keys(&["Escape"]);

    // Light, dark, on paper.
    let colour = "getComputedStyle(document.documentElement).backgroundColor";
    let mut colours = Vec::new();
    for scheme in ["light", "dark"] {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        browser.call(
            "Emulation.setEmulatedMedia",
            json!({"media": "screen", "features": features}),
        );
        colours.push(browser.value(colour));
    }
    assert_ne!(colours[0], colours[1]);
    browser.call("Emulation.setEmulatedMedia", json!({"media": "print"}));
    assert_eq!(browser.value(colour), colours[0], "paper is white");
    browser.call("Emulation.setEmulatedMedia", json!({"media": ""}));

    browser.keys(&["?"]);
    assert_eq!(count(&mut browser, "#keys[open]"), 1);
    assert_eq!(browser.problems(), [""; 0]);
}

/// What is looked at is in the address, callers and callees are beside it, and a phone has room for it.
#[test]
fn what_is_looked_at_is_kept_and_explained() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let profile = orders();
    let address = saved(&folder, &page(&profile));
    browser.open(&address);
    browser.keys(&["t", "/", "n", "e", "w", "S", "e", "s", "s", "i", "o", "n", "Enter"]);
    assert_eq!(count(&mut browser, "#callers li"), 1);
    assert!(text(&mut browser, "#callers li").contains("(*Store).Open"));
    assert_eq!(text(&mut browser, "#callers span"), "133.88MB 100%");
    let callees = [("newHistory", "129.38MB 96.64%"), ("attributes", "4MB 2.99%")];
    for (at, (name, value)) in callees.into_iter().enumerate() {
        let line = text(&mut browser, &format!("#callees li:nth-child({})", at + 1));
        assert!(line.contains(name) && line.ends_with(value), "{line}");
    }
    browser.click("#callees li:nth-child(2) button");
    assert!(text(&mut browser, "#detail b").ends_with("session.attributes"));
    // Another type and view, and back to the first.
    browser.keys(&["Escape", "1", "g"]);
    let hash = browser.value("location.hash");
    let hash = hash.as_str().expect("text");
    assert!(
        hash.contains("view=graph") && hash.contains("type=alloc_objects"),
        "{hash}"
    );
    let then = "new Promise((done) => { addEventListener('popstate', () => done(), { once: true });";
    browser.value(&format!("{then} history.back(); }})"));
    assert_eq!(shown_view(&mut browser), "top");
    browser.value(&format!(
        "{then} location.hash = '#view=flame&type=alloc_space&at=main.main'; }})"
    ));
    assert_eq!(shown_view(&mut browser), "flame");
    assert_eq!(text(&mut browser, "#types [aria-selected=true]"), "2 alloc_space");
    assert_eq!(text(&mut browser, "#detail b"), "main.main");
    // Heads of columns are reached and used by keys.
    browser.keys(&["t"]);
    browser.value("document.querySelector('th[data-by=name]').focus()");
    browser.keys(&["Enter"]);
    assert_eq!(count(&mut browser, "th[data-by=name][aria-sort]"), 1);

    browser.call(
        "Emulation.setDeviceMetricsOverride",
        json!({"width": 390, "height": 800, "deviceScaleFactor": 2, "mobile": true}),
    );
    for view in ["f", "g", "t"] {
        browser.keys(&[view]);
        let wide = browser.value("document.documentElement.scrollWidth");
        assert!(wide.as_u64() <= Some(390), "{view}: {wide}");
    }
    let rows = browser.value("[...document.querySelectorAll('#rows tr')].every((row) => row.clientHeight < 40)");
    assert_eq!(rows, json!(true), "a row is a line");
    let first = "[...document.querySelectorAll('#rows tr:first-child td')].filter((cell) => cell.clientWidth).length";
    assert_eq!(browser.value(first), json!(3), "the name and two numbers");
    assert_eq!(browser.problems(), [""; 0]);
}

#[test]
fn names_are_text() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let profile = hostile();
    browser.open(&saved(&folder, &page(&profile)));
    let elements =
        "[...new Set([...document.querySelectorAll('*')].map((element) => element.localName))].sort().join()";
    for at in 0..2 {
        for view in ["g", "f", "t"] {
            browser.keys(&[&(at + 1).to_string(), view]);
            browser.keys(&["/", "s", "c", "r", "i", "p", "t", "Enter", "n", "Escape"]);
        }
        assert_eq!(
            table(&mut browser),
            rows(&profile, at, ColumnId::Flat, SortDirection::Forward)
        );
        let known = browser.value(elements);
        let known = known.as_str().expect("names");
        for name in ["iframe", "img"] {
            assert!(!known.split(',').any(|element| element == name), "{known}");
        }
    }
    assert_eq!(browser.problems(), [""; 0]);
}

/// That nothing is found would mean nothing if nothing could be found.
#[test]
fn what_a_page_must_not_do_is_seen() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let good = page(&orders());
    for (planted, seen) in [
        ("<img src=\"http://127.0.0.1:9/x\">", "forbidden: \"img-src"),
        ("<script>document.title = 'x'</script>", "forbidden: \"script-src-elem"),
        ("<p onclick=\"alert(1)\">x</p>", "forbidden: \"script-src-attr"),
        ("<p style=\"color:red\">x</p>", "forbidden: \"style-src-attr"),
        (
            "<link rel=\"stylesheet\" href=\"http://127.0.0.1:9/x\">",
            "forbidden: \"style-src-elem",
        ),
    ] {
        let bad = good.replace("</body>", &format!("{planted}</body>"));
        assert_ne!(good, bad);
        browser.open(&saved(&folder, &bad));
        let problems = browser.problems();
        assert!(
            problems.iter().any(|problem| problem.starts_with(seen)),
            "{planted}: {problems:?}"
        );
    }
    for expression in ["console.error('x')", "void setTimeout(() => nosuch())"] {
        browser.open(&saved(&folder, &good));
        browser.value(expression);
        assert!(!browser.problems().is_empty(), "{expression}");
    }
}
