//! The page of a session, and the profile in a page: as the program writes them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use heaptui::decode;
use heaptui::report::{Environment, Options, PageExtras, PageMoment, RowSums, StackSums};
use serde_json::{Value, json};

use super::{browser, count, orders, page_in, saved, text};
use crate::support::program;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// What the program writes to standard output.
fn written(args: &[&str]) -> String {
    let output = program::heaptui().args(args).output().expect("the program");
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

/// The function that `top` has first, and what it holds itself.
fn first_of_top(profile: &str) -> Value {
    let top = written(&["top", "-nodecount=1", "-inuse_space", "-unit=B", profile]);
    let row: Vec<&str> = top.lines().last().expect("a row").split_whitespace().collect();
    json!([row[0], row[5..].join(" ")])
}

#[test]
fn a_session_is_shown_over_time() {
    let Some(mut browser) = browser() else { return };
    let session = Path::new(FIXTURES).join("sessions/buffer");
    let name = session.to_str().expect("a path");
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("session.html");
    fs::write(&page, written(&["html", name])).expect("a file");
    browser.open_at(&page, "#view=top&type=inuse_space");

    // At the last moment the table is that of its profile; each row says how it came to that.
    let count_of = browser.value("moments.clock.length").as_u64().expect("a number");
    let moment = |at: u64| format!("{name}/{at:03}.heap.txt.gz");
    // The first row, in bytes, and as it is written.
    let first = "(() => { const [name, flat] = order(rowsOf(state.type))[0]; \
                 const row = $('rows').firstChild; \
                 return row.firstChild.textContent === label(flat) ? [flat + 'B', row.lastChild.textContent] : []; })()";
    assert_eq!(browser.value(first), first_of_top(&moment(count_of - 1)));
    assert_eq!(count(&mut browser, "#rows tr:first-child svg.spark path"), 1);
    assert_eq!(
        count(&mut browser, "#strip path"),
        4,
        "total, resident memory, goroutines, and the moment"
    );
    assert!(text(&mut browser, "#told").contains(&format!("moment {count_of} of {count_of}")));

    // The graph begins so large that it can be read, whatever is above it, and stays so when the panel opens beside it.
    let least = "new Promise((done) => setTimeout(() => done((() => { \
                 const { width, height } = svgs[state.type].getBoundingClientRect(); const [, , w, h] = seen[state.type]; \
                 return Math.min(...partsOf(state.type).items.flatMap(({ texts }) => texts.map(({ size }) => size))) / Math.max(w / width, h / height); })()), 100))";
    for keys in [&["g"][..], &["t", "j", "g"], &["Escape", "t"]] {
        browser.keys(keys);
        if keys.last() == Some(&"g") {
            let least = browser.value(least).as_f64().expect("a size");
            assert!(least > 10.9, "{least} px after {keys:?}");
        }
    }

    // Another moment has its own numbers; the address keeps it.
    browser.keys(&["<", "."]);
    assert_eq!(browser.value(first), first_of_top(&moment(1)));
    // And its own stacks, in every view: what its own page has.
    let own = folder.path().join("moment.html");
    fs::write(&own, written(&["html", &moment(1)])).expect("a file");
    let stacks = "(() => { const tree = left(); const sums = new Map(); \
                  whole.sums[state.type].own.forEach((value, node) => { const path = []; \
                  for (let at = node; at; at = tree.parent[at]) path.push(names[tree.name[at]]); \
                  if (value) sums.set(path.join(), value); }); \
                  return [[...sums].sort(), rowsOf(state.type).map(([name, ...values]) => [names[name], values[0], values[1]]).sort(), \
                  [...boxes(svgs[state.type])].length > 0, totalAt(state.type)]; })()";
    let shown = browser.value(stacks);
    browser.keys(&["g"]);
    let values =
        "[...svgs[state.type].querySelectorAll('.node:not(.out)')].map((box) => box.lastElementChild.textContent)";
    let largest: Vec<String> = serde_json::from_value(browser.value(values)).expect("texts");
    browser.keys(&["f"]);
    let all = text(&mut browser, ".tile.root")
        + browser
            .value("document.querySelector('.tile.root').dataset.value")
            .as_str()
            .expect("a value");
    browser.open_at(&own, "#view=flame&type=inuse_space");
    assert_eq!(browser.value(stacks), shown);
    let of_own = text(&mut browser, ".tile.root")
        + browser
            .value("document.querySelector('.tile.root').dataset.value")
            .as_str()
            .expect("a value");
    assert_eq!(all, of_own);
    browser.keys(&["g"]);
    let own_values: Vec<String> = serde_json::from_value(browser.value(values)).expect("texts");
    let is_there = |value: &&String| own_values.contains(value);
    assert!(
        largest.iter().filter(is_there).count() > 1,
        "{largest:?} of {own_values:?}"
    );
    browser.open_at(&page, "?back#view=top&type=inuse_space&moment=2");
    let hash = browser.value("location.hash");
    assert!(hash.as_str().expect("text").contains("moment=2"), "{hash}");
    browser.open_at(&page, &format!("?again{}", hash.as_str().expect("text")));
    assert_eq!(browser.value("$('moment').value"), json!("1"));
    // The slider has its own keys.
    browser.value("$('moment').focus()");
    browser.keys(&[">"]);
    assert!(text(&mut browser, "#told").contains(&format!("moment {count_of} of")));
    browser.click("th[data-by=delta]");
    assert_eq!(count(&mut browser, "th[data-by=delta][aria-sort]"), 1);
    assert_eq!(browser.problems(), [""; 0]);
}

#[test]
fn no_function_holds_more_itself_than_with_its_callees() {
    let Some(mut browser) = browser() else { return };
    // Of the first moment few stacks are told, as of one of so many.
    let moments = [40_000u16, 2].map(|of| PageMoment {
        nanos: -i128::from(of),
        resident: None,
        goroutines: None,
        sums: RowSums::new(&orders(), &Options::default()).expect("sums"),
        stacks: StackSums::new(&orders(), &Options::default(), usize::from(of)).expect("sums"),
    });
    let environment = Environment {
        extras: Arc::new(PageExtras {
            moments: moments.into(),
            ..PageExtras::default()
        }),
        ..Environment::default()
    };
    let folder = tempfile::tempdir().expect("a folder");
    browser.open_at(&saved(&folder, &page_in(&environment, &orders())), "#moment=1");
    let sums = "types.map((_, type) => rowsOf(type).map(([name, flat, cum]) => [name, flat, cum]))";
    let rows: Vec<Vec<[i64; 3]>> = serde_json::from_value(browser.value(sums)).expect("rows");
    let own = "types.map(({ rows }) => rows.filter(([, flat]) => flat).map(([name, flat]) => [name, flat]))";
    let own: Vec<Vec<[i64; 2]>> = serde_json::from_value(browser.value(own)).expect("rows");
    for (rows, own) in rows.iter().zip(own) {
        assert!(rows.iter().all(|[_, flat, cum]| flat <= cum), "{rows:?}");
        let told: Vec<[i64; 2]> = rows.iter().map(|[name, flat, _]| [*name, *flat]).collect();
        assert!(own.iter().all(|row| told.contains(row)), "{own:?} of {told:?}");
    }
    assert_eq!(browser.problems(), [""; 0]);
}

#[test]
fn a_profile_is_saved_only_from_a_page_that_holds_it() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let orders = format!("{FIXTURES}/orders.heap.pb.gz");
    let page = folder.path().join("page.html");
    fs::write(&page, written(&["html", &orders])).expect("a file");
    browser.open(&page);
    assert_eq!(count(&mut browser, "#save:not([hidden])"), 0);
    assert_eq!(text(&mut browser, "#profile"), "");

    fs::write(&page, written(&["html", "--embed", "-focus=newSession", &orders])).expect("a file");
    browser.open(&page);
    let saved = browser.value(
        "new Promise((done) => { URL.createObjectURL = (blob) => { \
         blob.arrayBuffer().then((bytes) => done(btoa(String.fromCharCode(...new Uint8Array(bytes))))); \
         return '#'; }; HTMLAnchorElement.prototype.click = () => {}; $('save').click(); })",
    );
    let bytes = BASE64_STANDARD.decode(saved.as_str().expect("text")).expect("base 64");
    let profile = decode::profile(&bytes[..], decode::Budget::default(), &()).expect("a profile");
    let of_page = browser.value("whole.sums[data.first].cum[0]");
    assert_eq!(
        json!(profile.total("inuse_space")),
        of_page,
        "it is what the filters leave"
    );
    assert_eq!(browser.problems(), [""; 0]);
}
