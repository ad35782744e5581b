//! The page for everybody: on a phone, by touch, by keys alone, on paper, and what axe-core finds. Where axe-core is not
//! at hand, `HEAPTUI_AXE`, that part is not checked, and said.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use heaptui::model::LabelSetId;
use heaptui::report::{Environment, PageExtras, PageMoment, RowSums, StackSums};
use serde_json::{Value, json};

use super::devtools::Browser;
use super::{browser, count, in_view, needed, orders, page, page_in, saved, text};

/// The two sizes of screen: a laptop's, a phone's.
const SIZES: [(u32, u32, bool); 2] = [(1280, 800, false), (390, 844, true)];

fn resize(browser: &mut Browser, (width, height, mobile): (u32, u32, bool)) {
    let scale = if mobile { 2 } else { 1 };
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile}),
    );
    browser.call("Emulation.setTouchEmulationEnabled", json!({"enabled": mobile}));
}

/// axe-core, or why it is not asked.
fn axe() -> Option<String> {
    let path = needed(
        env::var_os("HEAPTUI_AXE"),
        "HEAPTUI_AXE says where axe-core is: .ci/axe fetches it",
        "nothing of how the page is used without eyes or a mouse is checked",
    );
    path.map(|path| fs::read_to_string(Path::new(&path)).expect("axe-core"))
}

/// A comparison, a session and a single profile.
fn pages() -> Vec<(&'static str, String)> {
    let mut changes = Arc::unwrap_or_clone(orders());
    for values in &mut changes.samples.values {
        values.iter_mut().step_by(2).for_each(|value| *value = -*value);
    }
    let moments = (0..3).map(|at| PageMoment {
        nanos: i128::from(at) * 1_000_000_000,
        resident: Some(1 << 30),
        goroutines: Some(7),
        sums: RowSums::new(&orders(), &heaptui::report::Options::default()).expect("sums"),
        stacks: StackSums::new(&orders(), &heaptui::report::Options::default(), 3).expect("sums"),
    });
    let of = |extras: PageExtras| Environment {
        extras: Arc::new(extras),
        ..Environment::default()
    };
    let session = of(PageExtras {
        moments: moments.collect(),
        ..PageExtras::default()
    });
    let compared = of(PageExtras {
        compares: "after less before".into(),
        ..PageExtras::default()
    });
    let mut empty = Arc::unwrap_or_clone(orders());
    for values in &mut empty.samples.values {
        values.fill(0);
    }
    empty.add_sample(&[], LabelSetId(0), &[0, 0, 0, 0]);
    vec![
        ("a profile", page(&orders())),
        ("a session", page_in(&session, &orders())),
        ("a comparison", page_in(&compared, &Arc::new(changes))),
        ("nothing", page(&Arc::new(empty))),
    ]
}

#[test]
fn axe_finds_nothing() {
    let (Some(axe), Some(mut browser)) = (axe(), browser()) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    for (what, page) in pages() {
        let address = saved(&folder, &page);
        for size in SIZES {
            resize(&mut browser, size);
            for scheme in ["light", "dark"] {
                let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
                browser.call("Emulation.setEmulatedMedia", json!({"features": features}));
                browser.open(&address);
                browser.value(&format!("{axe};0"));
                // With nothing selected, with a function and a filter, and with the help.
                let steps: &[&[&str]] = match (what, scheme) {
                    ("a session", "light") => &[&["t"], &["j", "F"], &["f"], &["p"], &["g"], &["?"]],
                    _ => &[&["f"], &["t", "j"]],
                };
                for keys in steps {
                    browser.keys(keys);
                    let found = browser.value(
                        "axe.run(document, {}).then((found) => found.violations.map((one) => \
                         `${one.id}: ${one.nodes[0].html} ${one.nodes[0].failureSummary}`))",
                    );
                    assert_eq!(found, json!([]), "{what}, {size:?}, {scheme}, after {keys:?}");
                }
            }
        }
    }
}

#[test]
fn on_a_phone() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    resize(&mut browser, SIZES[1]);
    for (at, (what, page)) in pages().into_iter().enumerate() {
        let address = saved(&folder, &page);
        browser.open_at(&address, &format!("?{at}#view=top"));
        let wide = "[...document.querySelectorAll('body, #rows tr, #rows td')].filter((part) => \
                    part.getClientRects().length && part.getBoundingClientRect().right > innerWidth + 0.5).length";
        assert_eq!(browser.value(wide), json!(0), "{what} fits");
        let cut = "[...document.querySelectorAll('#rows td:not(:last-child)')].filter((cell) => cell.scrollWidth > cell.clientWidth).length";
        assert_eq!(browser.value(cut), json!(0), "{what}: numbers are whole");
    }
    let address = saved(&folder, &page(&orders()));
    browser.open_at(&address, "#view=top");
    assert_eq!(
        text(&mut browser, "#rows tr:first-child td:last-child"),
        "session.newHistory (inline)"
    );
    // Header and footer fold away.
    let high = |browser: &mut Browser| browser.value("document.querySelector('main').clientHeight").as_u64();
    let before = high(&mut browser);
    browser.click("#fold");
    assert!(high(&mut browser) > before.map(|before| before + 100), "{before:?}");
    browser.click("#fold");
    assert_eq!(high(&mut browser), before);
    // Two fingers zoom the graph, one moves it.
    browser.keys(&["g", "0"]);
    let whole = in_view(&mut browser);
    browser.pinch("#graph", (40.0, 120.0));
    let closer = in_view(&mut browser);
    assert!(
        (closer.0 * 3.0 - whole.0).abs() < whole.0 / 50.0,
        "three times as far apart: {closer:?} of {whole:?}"
    );
    browser.pinch("#graph", (120.0, 40.0));
    assert!((in_view(&mut browser).0 - whole.0).abs() < whole.0 / 50.0);
    assert_eq!(browser.problems(), [""; 0]);
}

#[test]
fn by_keys_and_on_paper() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    browser.open(&saved(&folder, &page(&orders())));
    // Letters in the search field draw nothing that is not in front.
    browser.keys(&["t", "f"]);
    browser.value(
        "void (window.redrawn = 0, new MutationObserver((all) => redrawn += all.filter(({ type }) => type === 'childList').length)\
         .observe($('rows'), { childList: true }))",
    );
    browser.keys(&["/", "n", "e", "w"]);
    assert_eq!(
        browser.value("new Promise((done) => setTimeout(() => done(redrawn)))"),
        json!(0)
    );
    browser.keys(&["Enter", "t"]);
    assert!(
        count(&mut browser, "#rows mark") > 1,
        "it is drawn when it comes to the front"
    );
    browser.keys(&["Escape"]);

    // All that can be clicked is reached by Tab, the heads of columns too.
    browser.value("$('search').focus()");
    let mut reached = Vec::new();
    for _ in 0..14 {
        browser.keys(&["Tab"]);
        let at = browser.value("document.activeElement.dataset.by ?? document.activeElement.id");
        reached.push(at.as_str().unwrap_or_default().to_string());
    }
    for head in ["flat", "cum", "name"] {
        assert!(reached.iter().any(|at| at == head), "{head}: {reached:?}");
    }
    browser.call("Emulation.setEmulatedMedia", json!({"media": "print"}));
    let ring =
        browser.value("(() => { $('top').focus(); return getComputedStyle(document.activeElement).outlineStyle; })()");
    assert_eq!(ring, Value::from("none"), "no ring on paper");
    assert_eq!(browser.problems(), [""; 0]);
}
