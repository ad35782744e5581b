//! The flame graph turned round, filters by click, and what of them is in the address; comparisons.

use std::sync::Arc;

use heaptui::report::{Environment, PageExtras};
use serde_json::json;

use super::devtools::Browser;
use super::{browser, count, orders, page, page_in, saved, text};

/// Titles of the frames in the first rows, from top to bottom, the widest of each.
fn widest(browser: &mut Browser, rows: usize) -> Vec<String> {
    let titles = browser.value(&format!(
        "[...Array({rows}).keys()].map((row) => tilesDrawn.filter((place) => place.row === row)\
         .sort((a, b) => b.size - a.size)[0]?.tile.title ?? '')"
    ));
    serde_json::from_value(titles).expect("texts")
}

#[test]
fn turned_round_and_filtered() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let address = saved(&folder, &page(&orders()));
    browser.open(&address);
    let history = "example.com/orders/internal/session.newHistory";
    let session = "example.com/orders/internal/session.newSession";

    // Bottom-up: what holds memory is below the root, and its callers are below that.
    browser.keys(&["d"]);
    let [all, own, caller]: [String; 3] = widest(&mut browser, 3).try_into().expect("three rows");
    assert_eq!(all, "all 169.61MB (100%)");
    assert_eq!(own, format!("{history} 129.38MB (76.28%)"));
    assert_eq!(caller, format!("{session} 129.38MB (76.28%)"));

    // A pivot: callers above, callees below, and a click turns it about another function.
    browser.keys(&["t"]);
    let number = browser.value(&format!("names.indexOf({})", json!(session)));
    browser.click(&format!("#rows tr[data-name='{number}']"));
    browser.click("#sift [data-sift=pivot]");
    let around = "(() => { const at = tilesDrawn.findIndex(({ tile }) => tile.classList.contains('selected')); \
                  const { row } = tilesDrawn[at]; \
                  return [-1, 0, 1].map((by) => tilesDrawn.filter((place) => place.row === row + by)\
                  .sort((a, b) => b.size - a.size)[0].tile.title); })()";
    assert_eq!(
        browser.value(around),
        json!([
            "example.com/orders/internal/session.(*Store).Open 133.88MB (78.93%)",
            format!("{session} 133.88MB (78.93%)"),
            format!("{history} 129.38MB (76.28%)"),
        ])
    );
    browser.click(&format!(".tile[title^='{history}']"));
    assert_eq!(text(&mut browser, "#whose"), "session.newHistory");
    assert_eq!(
        browser.value("tilesDrawn.at(-1).tile.title"),
        json!(format!("{history} 129.38MB (76.28%)"))
    );

    // Filters: what is left is what the reports leave, in the table as well, and the graph has no others.
    browser.keys(&["d", "C", "F", "t"]);
    assert_eq!(text(&mut browser, "#rows tr:nth-child(2) td:nth-child(4)"), "129.38MB");
    assert!(text(&mut browser, "#filters").contains("129.38MB of 169.61MB left"));
    browser.keys(&["g"]);
    assert!(count(&mut browser, "#graph .node.out") > 5);
    assert!(count(&mut browser, "#graph > svg:not([hidden]) .node:not(.out)") > 5);
    // It is together, all of what is left can be seen, and boxes and arrows have its values.
    let whole = browser.value("extents[state.type][2] < 0.5 * drawnExtents[state.type][2]");
    assert_eq!(whole, json!(true));
    let said = "(() => { const { items, lines } = partsOf(state.type); \
                return [...new Set([items.filter(({ isOut, isTag }) => !isOut && !isTag), lines.filter(({ isOut, to }) => !isOut && !to.isTag)]\
                .flatMap((parts) => parts.flatMap(({ texts }) => texts.map(({ text }) => text.textContent)))\
                .filter((text) => /MB/.test(text)).map((text) => text.match(/[\\d.]+MB/)[0]))]; })()";
    assert_eq!(browser.value(said), json!(["129.38MB"]));
    // What part of the graph is in view is kept as well.
    browser.keys(&["+", "+"]);
    let in_view = browser.value("(keep(), seen[state.type].map(Math.round))");
    let kept = browser.value("location.hash");
    // A link, and Back, lead to the same.
    browser.keys(&["t", "C"]);
    assert_eq!(count(&mut browser, "#filters button"), 0);
    browser.value(
        "new Promise((done) => { addEventListener('popstate', () => done(), { once: true }); history.back(); })",
    );
    assert_eq!(count(&mut browser, "#filters button"), 2);
    browser.open_at(&address, &format!("?again{}", kept.as_str().expect("text")));
    assert_eq!(text(&mut browser, "#whose"), "session.newHistory");
    assert_eq!(browser.value("seen[state.type]"), in_view);
    browser.keys(&["f", "H"]);
    assert_eq!(
        count(&mut browser, &format!(".tile[title^='{history}']")),
        0,
        "it is taken out"
    );
    browser.keys(&["F", "H", "S"]);
    // What is taken out leaves a call from its caller to what it called.
    browser.keys(&["g"]);
    assert_eq!(count(&mut browser, "#graph > svg:not([hidden]) .node:not(.out)"), 1);
    browser.keys(&["f"]);
    let only = widest(&mut browser, 3);
    assert_eq!(only[1..], [format!("{history} 129.38MB (76.28%)"), String::new()]);
    assert_eq!(browser.problems(), [""; 0]);
}

/// Every key in every view, twice over, with something selected.
#[test]
fn no_key_breaks_a_view() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    browser.open(&saved(&folder, &page(&orders())));
    let keys: Vec<String> =
        serde_json::from_value(browser.value("[...Object.keys(KEYS), ...Object.keys(ARROWS)]")).expect("keys");
    // A browser takes so many changes of the address and no more.
    browser.value("void (history.pushState = history.replaceState = () => {})");
    for view in ["flame", "graph", "top"] {
        for key in keys.iter().filter(|key| !["?", "/"].contains(&&***key)) {
            browser.keys(&["t", "j"]);
            browser.value(&format!("setView('{view}')"));
            browser.keys(&[key, key]);
            assert_eq!(browser.problems(), [""; 0], "{view}, {key}");
        }
    }
}

/// The values that the graph's arrows have once filters are in force are those that were drawn, as long as none is.
#[test]
fn calls_are_added_up_as_they_are_drawn() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    browser.open(&saved(&folder, &page(&orders())));
    let differ = "types.flatMap((type, at) => { state.type = at; const { lines, nameOf } = partsOf(at); \
                  const calls = callsAmong(new Set(type.graph)); \
                  return lines.filter(({ to }) => !to.isTag).map(({ from, to, texts }) => \
                  [texts[0].said.split(' ')[0], label(calls.get(`${nameOf(from)} ${nameOf(to)}`) ?? NaN)]); }).filter(([drawn, own]) => drawn !== own)";
    assert_eq!(browser.value(differ), json!([]));
    // A function that is hidden leaves its callers' calls to its callees, in a line of their own.
    browser.keys(&["4", "t"]);
    let number = browser.value("names.indexOf('example.com/orders/internal/session.newSession')");
    browser.click(&format!("#rows tr[data-name='{number}']"));
    let drawn = "[...svgs[state.type].querySelectorAll('text, path')].map((part) => part.getAttribute('d') ?? part.textContent).join()";
    browser.value(&format!("void (window.before = {drawn})"));
    browser.keys(&["H", "g"]);
    let bridges = "[...document.querySelectorAll('#graph .bridge title')].map((title) => title.textContent)";
    let bridges: Vec<String> = serde_json::from_value(browser.value(bridges)).expect("titles");
    let over = "example.com/orders/internal/session.(*Store).Open -> example.com/orders/internal/session.newHistory (129.38MB)";
    assert!(bridges.iter().any(|title| title.starts_with(over)), "{bridges:?}");
    assert_eq!(text(&mut browser, "#callers li"), "The filters take it out.");
    browser.keys(&["C"]);
    assert_eq!(
        browser.value(&format!("before === {drawn}")),
        json!(true),
        "all is as it was"
    );
    assert_eq!(browser.problems(), [""; 0]);
}

#[test]
fn a_comparison_says_what_it_compares() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut changes = Arc::unwrap_or_clone(orders());
    // Of every second sample there is less now.
    for values in &mut changes.samples.values {
        values.iter_mut().step_by(2).for_each(|value| *value = -*value);
    }
    let environment = Environment {
        extras: Arc::new(PageExtras {
            compares: "after less <b>before</b>".into(),
            ..PageExtras::default()
        }),
        ..Environment::default()
    };
    browser.open(&saved(&folder, &page_in(&environment, &Arc::new(changes))));
    assert_eq!(text(&mut browser, "#compares"), "after less <b>before</b>");
    assert_eq!(text(&mut browser, "#net"), "net -133.33MB, gross 158.52MB");
    let hues = |of: &str| {
        format!(
            "[...new Set([...document.querySelectorAll('{of}')].map((shape) => shape.style.getPropertyValue('--hue')))].sort().join()"
        )
    };
    assert_eq!(browser.value(&hues(".tile.change")), json!("140,5"));
    browser.keys(&["g"]);
    assert_eq!(browser.value(&hues("#graph > svg:not([hidden]) .node")), json!("140,5"));
    assert_eq!(browser.problems(), [""; 0]);
}
