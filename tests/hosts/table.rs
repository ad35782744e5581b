//! The table of hosts on a screen and in a terminal, and the dashboards that are opened from it.

use super::{large, refusing, start, usual};
use crate::support::program::heaptui;
use crate::support::terminal::Session;

/// A frame after some keys, and what must be in it.
fn frame(size: &str, keys: &str, hosts: &[&str]) -> String {
    let args = ["hosts", "--timeout", "5", "--print", size, "--keys", keys];
    let output = heaptui().args(args).args(hosts).output().expect("the program starts");
    assert!(output.status.success(), "{keys}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_table_is_drawn_and_leads_to_dashboards() {
    let (one, two, three, none) = (start(usual), start(usual), start(large), refusing());
    let hosts = [one.as_str(), &two, &three, &none];
    let whole = frame("120x20", "", &hosts);
    for text in [
        "heaptui 4 hosts: 3 answered, 1 failed",
        "rss   ▼heap  goroutines  uptime    gc  share  top function",
        &format!("▌{three}  32 MB  !30 MB           7"),
        &format!(" {none}  connection refused; is the process up"),
        &format!("  {three} holds 3.0x the median heap (30 MB, median 10 MB); encoding/json.Marshal accounts for"),
        "⏎ open  / find  s sort  d compare  m sum  w watch  r ask again  ? help  q quit",
    ] {
        assert!(whole.contains(text), "{text:?} in\n{whole}");
    }
    let narrow = frame("50x9", "", &hosts);
    assert!(
        narrow.contains("▼heap  top function") && !narrow.contains("uptime"),
        "{narrow}"
    );
    for size in ["1x1", "20x5", "40x10", "300x60"] {
        frame(size, "jjjkG", &hosts);
    }
    #[rustfmt::skip]
    let table: [(&str, &[&str]); 17] = [
        ("G", &["connection refused; is the process up and listening on this port, and does it import net/http/pprof?"]),
        ("<enter>", &["30.01MB", "[Top]", "encoding/json.Marshal"]),
        ("j<enter>", &["10.01MB"]),
        ("d", &["+20MB", "before", "3.00x", &format!("heaptui {three} − {one}  ·  ")]),
        ("m", &["50.03MB"]),
        ("?", &["In the table of hosts", "Compare with the median host, function by function"]),
        ("Gd", &["Nothing to compare: this host and another one have to answer first."]),
        ("/refused", &["▌127.0.0.1", " /refused  1 host"]),
        ("/marshal", &[" /marshal  3 hosts"]),
        ("/(x", &[" /(x  search: unclosed group"]),
        ("/json<enter>nN", &["⏎ open"]),
        ("/nobody<enter>", &["Nothing matches."]),
        ("s", &[" ▼rss    heap"]),
        ("sss", &["▼host   "]),
        ("ssss", &["   ▼heap"]),
        ("/json<enter><esc><esc>", &["⏎ open"]),
        ("G/refused<esc>", &["connection refused; is the process up and listening on this port, and does it import"]),
    ];
    for (keys, texts) in table {
        let frame = frame("120x60", keys, &hosts);
        for text in texts {
            assert!(frame.contains(text), "{keys}: {text:?} in\n{frame}");
        }
    }
}

#[test]
fn a_dashboard_is_left_for_the_table() {
    let (one, two, three) = (start(usual), start(usual), start(large));
    let mut session = Session::start(&format!("hosts {one} {two} {three}"), &[]);
    session.wait("the table", |screen| screen.contents().contains("3 answered"));
    session.wait("its footer", |screen| screen.contents().contains("q quit"));
    for (keys, text) in [
        ("\r", "30.01MB"),
        ("q", "3 hosts: 3 answered"),
        ("j", "▌127"),
        ("w", "w stop  r"),
        ("w", "w watch"),
        ("m", "50.03MB"),
        ("q", "3 hosts: 3 answered"),
        ("d", " − 127"),
        ("q", "3 hosts: 3 answered"),
    ] {
        session.keys(keys, text);
    }
    session.press("q");
    session.end("0");
}
