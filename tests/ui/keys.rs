//! Keys that are not the defaults, and keys, pastes, clicks and sizes in any order.

use heaptui::ui::{self, Colours, Input};
use proptest::prelude::*;

use super::cases::NORMAL;
use super::setup;
use crate::support::play::play;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The fuzz target `keys` plays longer ones.
    #[test]
    fn whatever_is_done_a_frame_follows(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
        play(&bytes);
    }
}

#[test]
fn a_paste_is_taken_or_refused_whole() {
    let with = |text: String| {
        let inputs = [Input::Keys("/".into()), Input::Paste(text)];
        ui::play(&setup("orders.heap", "", Colours::DARK), NORMAL, &inputs).expect("a frame")
    };
    assert!(with("(*Ser\n\u{1b}ver)".into()).contains("/(*Server)  as text: match 1 of 3"));
    for size in [20_000, 1 << 20] {
        let frame = with("é".repeat(size));
        assert!(frame.contains("too long to be pasted"), "{size}:\n{frame}");
        assert!(!frame.contains('é'), "{size}: nothing of it is taken:\n{frame}");
    }
}

#[test]
fn a_key_that_was_changed_is_told_of_by_its_new_name() {
    let with = |keys: &str| {
        let mut setup = setup("orders.heap", keys, Colours::DARK);
        for (context, action, keys) in [
            ("filtered", "clear-filters", "C"),
            ("views", "hide", "<c-h>"),
            ("everywhere", "quit", "Q"),
        ] {
            setup.bindings.rebind(context, action, keys).expect("an action");
        }
        ui::print(&setup, NORMAL).expect("a frame")
    };
    let (first, empty) = (with(""), with("fzebra<enter>"));
    assert!(first.contains("Q quit"), "the footer:\n{first}");
    assert!(
        empty.contains("C clears the filters; f, x, ^H, S change them."),
        "{empty}"
    );
    assert!(with("?/Quit<enter>").contains("   Q  "), "the help");
    assert!(
        with("fzebra<enter>F").contains("focus=zebra"),
        "the old key does nothing"
    );
    assert_eq!(with("fzebra<enter>C"), first, "the new one does");
}
