//! The keys as they are when nobody changed them: every key once, a row for what it does.

use tui_input::InputRequest;

use super::action::{Action, Copied, Filter, KeyContext, Movement, Side, Toward, Zoom};
use super::bindings::Binding;
use super::chord::{self, Chord};
use crate::model::SampleTypeId;
use crate::ui::view::{VIEWS, calls, flame, goroutines, graph, source, top, tree};

macro_rules! bindings {
    ($($context:expr => { $($keys:expr, $short:literal, $help:expr;)* })*) => {
        vec![$($(Binding { keys: $keys, context: $context, short: $short, help: $help },)*)*]
    };
}

/// All rows. Of two with one key the first whose context holds wins; the footer shows them in this order.
pub(super) fn defaults() -> Vec<Binding> {
    let mut rows = bindings! {
        KeyContext::Prompt => {
            on("<enter>", Action::Accept), "apply", "Apply what is typed; empty text clears";
            on("<esc> <c-c>", Action::Back), "cancel", "Leave without a change";
            on("<tab>", Action::Complete), "", "Complete a command, option, sample type or function";
            on("<up> <c-p>", Action::Move(Movement::Up)), "", "The line before";
            on("<down> <c-n>", Action::Move(Movement::Down)), "", "The line after";
            on("<c-u>", Action::Edit(InputRequest::DeleteLine)), "clear", "Delete everything";
            on("<c-w>", Action::Edit(InputRequest::DeletePrevWord)), "", "Delete the word before the cursor";
            on("<bs>", Action::Edit(InputRequest::DeletePrevChar)), "", "Delete before the cursor";
            on("<del>", Action::Edit(InputRequest::DeleteNextChar)), "", "Delete at the cursor";
            on("<left> <c-b>", Action::Edit(InputRequest::GoToPrevChar)), "", "Move left";
            on("<right> <c-f>", Action::Edit(InputRequest::GoToNextChar)), "", "Move right";
            on("<home> <c-a>", Action::Edit(InputRequest::GoToStart)), "", "Go to the start";
            on("<end> <c-e>", Action::Edit(InputRequest::GoToEnd)), "", "Go to the end";
        }
        KeyContext::Menu => {
            on("<enter>", Action::Enter), "pick", "Take the row under the cursor";
            on("<esc> q <bs> <c-c>", Action::Back), "close", "Leave without a choice";
            on("<down> <c-n>", Action::Move(Movement::Down)), "", "Down";
            on("<up> <c-p>", Action::Move(Movement::Up)), "", "Up";
            on("<home>", Action::Move(Movement::First)), "", "To the first";
            on("<end>", Action::Move(Movement::Last)), "", "To the last";
            letters(), "", "Take the row with that letter";
        }
        KeyContext::Pane => {
            on("<esc> q ? <bs> <c-c>", Action::Back), "close", "Close the text";
            on("<down> j", Action::Move(Movement::Down)), "scroll", "Scroll down";
            on("<up> k", Action::Move(Movement::Up)), "", "Scroll up";
            on("<pgdn> <c-f> <space>", Action::Move(Movement::PageDown)), "", "A page down";
            on("<pgup> <c-b>", Action::Move(Movement::PageUp)), "", "A page up";
            on("<c-d>", Action::Move(Movement::HalfDown)), "", "Half a page down";
            on("<c-u>", Action::Move(Movement::HalfUp)), "", "Half a page up";
            on("<right> l", Action::Right), "right", "Scroll to the right";
            on("<left> h", Action::Left), "", "Scroll to the left";
            on("g <home>", Action::Move(Movement::First)), "", "To the start";
            on("G <end>", Action::Move(Movement::Last)), "", "To the end";
            on("/", Action::Search), "find", "Search the text";
            on("n", Action::Match(Toward::Next)), "next", "Next match";
            on("N", Action::Match(Toward::Previous)), "", "Previous match";
            on(":", Action::Command), "command", "A command of pprof";
            on("m", Action::Mouse), "", "Let go of the mouse, so that the terminal selects";
        }
        KeyContext::Hosts => {
            on("<enter>", Action::Enter), "open", "Open the host in a dashboard; leaving that comes back";
            on("/", Action::Search), "find", "Search names, top functions and why a host did not answer";
            on("s", Action::Sort), "sort", "Sort by the next column: heap, what has come to it, RSS, goroutines, name";
            on("d", Action::Against), "compare", "Compare with the median host, function by function";
            on("m", Action::Sum), "sum", "Open the sum of all hosts that answered";
            on("w", Action::Watch), "watch", "Ask all hosts every few seconds; again: stop";
            on("r <f5>", Action::Reload), "ask again", "Ask all hosts again";
        }
        KeyContext::Filtered => {
            on("F", Action::ClearFilters), "clear", "Clear all filters";
        }
    };
    let mut own = own_keys();
    for view in VIEWS {
        let context = KeyContext::View(view.id);
        rows.extend(view.enter.map(|(short, help)| Binding {
            keys: on("<enter>", Action::Enter),
            context,
            short,
            help,
        }));
        rows.extend(own.extract_if(.., |row| row.context == context));
    }
    rows.extend(bindings! {
        KeyContext::Views => {
            on("<tab>", Action::Tab(Toward::Next)), "view", "Next view";
            on("<s-tab>", Action::Tab(Toward::Previous)), "", "Previous view";
        }
        KeyContext::Process => {
            on("w", Action::Watch), "watch", "Watch: take a snapshot every few seconds; again: pause";
        }
        KeyContext::Views => {
            on("L", Action::Granularity), "lines", "Rows are functions, lines, files or packages";
            on("e", Action::Export), "export", "Export: pictures, and files for other programs";
        }
        KeyContext::OverTime => {
            on(",", Action::Step(Toward::Previous)), "earlier", "The moment before";
            on(".", Action::Step(Toward::Next)), "later", "The moment after";
            on("<lt>", Action::Oldest), "", "The first moment";
            on(">", Action::Newest), "", "The newest moment, and those that come";
        }
        KeyContext::View(top::ID) => {
            on("s", Action::Sort), "sort", "Sort by the next column: flat, cum, name";
        }
        KeyContext::Lists => {
            on("/", Action::Search), "find", "Search names (regular expression; small letters match both cases)";
            on("n", Action::Match(Toward::Next)), "", "Next match";
            on("N", Action::Match(Toward::Previous)), "", "Previous match";
        }
        KeyContext::InUse => {
            on("i", Action::ToggleInUse), "inuse/alloc", "In use (held now) or allocated (since the start)";
        }
        KeyContext::Comparable => {
            on("B", Action::Base), "base", "Compare with this moment, or the first of several profiles; again: stop";
        }
        KeyContext::Process => {
            on("p", Action::Profiles), "profiles", "The server's other profiles: goroutines, mutex, CPU, trace and more";
        }
        KeyContext::Server => {
            on("r <f5>", Action::Reload), "refetch", "Fetch again; selection, view, filters and sort stay";
        }
        KeyContext::Objects => {
            on("o", Action::ToggleObjects), "objects", "Bytes or number of objects";
        }
        KeyContext::Watched => {
            on("<space>", Action::Hold), "pause", "Pause the watch, or go on";
        }
        KeyContext::Views => {
            numbers(), "", "Sample type by number";
            on("f", Action::Filter(Filter::Focus)), "focus", "Focus: only samples with a matching frame";
            on("x", Action::Filter(Filter::Ignore)), "ignore", "Ignore: no samples with a matching frame";
            on("H", Action::Filter(Filter::Hide)), "", "Hide: leave matching frames out of the stacks";
            on("S", Action::Filter(Filter::Show)), "", "Show: leave all other frames out of the stacks";
            on(":", Action::Command), "command", "A command of pprof: top10 -cum, peek re, focus=re, traces > f.txt, help";
            on("y", Action::Copy(Copied::Name)), "copy", "Copy the selected name, also over SSH and in tmux (OSC 52)";
            on("Y", Action::Copy(Copied::Place)), "", "Copy its file and line; in Calls, Flame and Goroutines the stack";
        }
        KeyContext::View(top::ID) => {
            on("R", Action::Reverse), "reverse", "Reverse the order";
            on("c", Action::Churn), "churn", "Churn in columns, or not: freed, allocated a minute, age, block size";
        }
        KeyContext::Lists => {
            on("<up> k", Action::Move(Movement::Up)), "", "Up";
            on("<down> j", Action::Move(Movement::Down)), "", "Down";
            on("<pgup> <c-b>", Action::Move(Movement::PageUp)), "", "A page up";
            on("<pgdn> <c-f>", Action::Move(Movement::PageDown)), "", "A page down";
            on("<c-u>", Action::Move(Movement::HalfUp)), "", "Half a page up";
            on("<c-d>", Action::Move(Movement::HalfDown)), "", "Half a page down";
            on("g <home>", Action::Move(Movement::First)), "", "To the first row";
            on("G <end>", Action::Move(Movement::Last)), "", "To the last row";
        }
        KeyContext::Everywhere => {
            on("<bs> <esc>", Action::Back), "", "Back out: end the search, go back, cancel a fetch";
            on("<c-r>", Action::Reload), "", "Read the profile again from where it came";
            on("<c-l>", Action::Redraw), "", "Draw the screen afresh";
            on("<c-z>", Action::Suspend), "", "Suspend; `fg` comes back";
            on("m", Action::Mouse), "", "Let go of the mouse, so that the terminal selects, or take it back";
            on("?", Action::Help), "help", "This help";
            on("q <c-c>", Action::Quit), "quit", "Quit";
        }
    });
    rows
}

/// What single views add to Enter, whose words are in their row of [`VIEWS`].
fn own_keys() -> Vec<Binding> {
    bindings! {
        KeyContext::View(tree::ID) => {
            on("<bs> <esc>", Action::Back), "back", "Go back along the trail";
        }
        KeyContext::View(calls::ID) => {
            on("<right> l", Action::Right), "open", "Open the row, or go to its first child";
            on("<left> h", Action::Left), "close", "Close the row, or go to its parent";
            on("<space>", Action::Toggle), "", "Open or close the row";
            on("b", Action::Flip), "flip", "Callers above callees, or callees above callers";
            on("<enter>", Action::Enter), "callers", "Show the function's callers and callees";
        }
        KeyContext::View(flame::ID) => {
            on("<bs> <esc>", Action::Back), "out", "Zoom out again";
            on("<right> l", Action::Right), "", "To the frame on the right; up and down go to caller and callee";
            on("<left> h", Action::Left), "", "To the frame on the left";
            on("b", Action::Flip), "flip", "Callers above callees, or callees above callers";
        }
        KeyContext::View(graph::ID) => {
            on("<bs> <esc>", Action::Back), "", "Go back: along the trail, to the graph";
            on("<down> j", Action::Move(Movement::Down)), "callee", "Go to the heaviest callee";
            on("<up> k", Action::Move(Movement::Up)), "caller", "Go to the heaviest caller";
            on("<right> l", Action::Right), "", "Go to the next function in the row";
            on("<left> h", Action::Left), "", "Go to the one before";
            on("z", Action::Map), "map", "Every function as a mark, or back";
            on("c", Action::Centre), "centre", "Bring the selected function to the middle";
            on("+ =", Action::Zoom(Zoom::In)), "", "Nearer: map, graph, callers and callees of one function";
            on("-", Action::Zoom(Zoom::Out)), "", "Farther";
            [on("{", Action::Pan(Side::Left)), on("}", Action::Pan(Side::Right))].concat(), "", "Half a screen to the left, to the right";
        }
        KeyContext::View(source::ID) => {
            on("v", Action::Editor), "edit", "Open the line in $VISUAL or $EDITOR";
            on("]", Action::Value(Toward::Next)), "next value", "The next line that holds something";
            on("[", Action::Value(Toward::Previous)), "", "The line before that holds something";
            on("<right> l", Action::Right), "", "Scroll to the right";
            on("<left> h", Action::Left), "", "Scroll to the left";
            on("<bs> <esc>", Action::Back), "", "Go back to the caller one came from";
        }
        KeyContext::View(goroutines::ID) => {
            on("b", Action::Group), "group by", "Group by stack, own function, state, creator, or a label";
            on("s", Action::Sort), "sort", "Sort by count, by what has come since the base, or by the longest wait";
            on("d", Action::Dump), "", "Ask the live process for states, waits and creators, however many";
        }
    }
}

/// Keys that all do one thing, with blanks between.
fn on(keys: &str, action: Action) -> Vec<(Chord, Action)> {
    let chords = keys.split(' ').filter_map(chord::parse).flatten();
    chords.map(|chord| (chord, action)).collect()
}

/// The letters that pick a row of a menu: all but the one that leaves it.
fn letters() -> Vec<(Chord, Action)> {
    let letters = ('a'..='z').filter(|letter| *letter != 'q');
    letters
        .map(|letter| (Chord::char(letter), Action::Letter(letter)))
        .collect()
}

/// A digit for each of the first sample types.
fn numbers() -> Vec<(Chord, Action)> {
    let numbers = ('1'..='9').enumerate();
    numbers
        .map(|(at, digit)| (Chord::char(digit), Action::SampleType(SampleTypeId::from_index(at))))
        .collect()
}
