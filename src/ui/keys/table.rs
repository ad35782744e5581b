//! Every key once. What dispatch looks a key up in is what the footer and the help screen draw.

use crossterm::event::KeyEvent;
use ratatui::layout::Position;
use tui_input::InputRequest;

use crate::ui::keys::chord;

/// What a user can ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Action {
    Quit,
    Suspend,
    Help,
    NextView,
    PreviousView,
    View(usize),
    ToggleInUse,
    ToggleObjects,
    SampleType(usize),
    Move(Movement),
    Enter,
    Back,
    Expand,
    Collapse,
    Toggle,
    Flip,
    Search,
    NextMatch,
    PreviousMatch,
    Sort,
    SortBy(crate::report::ColumnId),
    Reverse,
    Filter(Filter),
    ClearFilters,
    /// Ask for a command of pprof.
    Command,
    /// Open the menu of exports.
    Export,
    /// Pick by letter, in that menu.
    Letter(char),
    Reload,
    Redraw,
    /// To the next line that holds something.
    NextValue,
    PreviousValue,
    /// Open the user's editor.
    Editor,
    /// In a prompt.
    Accept,
    Complete,
    Edit(InputRequest),
    /// A click into the view's body.
    Click(Position),
    /// The mouse moves with its button held.
    Drag(Position),
    /// Nearer or farther.
    Zoom(Zoom),
    /// Everything or back.
    Map,
    /// What is selected into the middle.
    Centre,
    /// Half a screen to the left (0) or to the right (1).
    Pan(usize),
}

/// How far the cursor goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Movement {
    Up,
    Down,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    First,
    Last,
    /// The wheel: three rows, up or down.
    WheelUp,
    WheelDown,
}

/// A change of scale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Zoom {
    In,
    Out,
}

/// The filters that have a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Filter {
    Focus,
    Ignore,
    Hide,
    Show,
}

impl Filter {
    /// What the prompt says.
    pub(in crate::ui) fn label(self) -> &'static str {
        match self {
            Self::Focus => "focus: ",
            Self::Ignore => "ignore: ",
            Self::Hide => "hide: ",
            Self::Show => "show: ",
        }
    }

    /// Its option's name.
    pub(in crate::ui) fn name(self) -> &'static str {
        match self {
            Self::Focus => "focus",
            Self::Ignore => "ignore",
            Self::Hide => "hide",
            Self::Show => "show",
        }
    }
}

/// Where a key acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum KeyContext {
    Everywhere,
    /// When there is a profile.
    Views,
    /// Every view with rows: all of them.
    Lists,
    Top,
    Tree,
    Calls,
    Flame,
    Graph,
    Source,
    /// When the profile comes from a server.
    Server,
    /// When filters are in force.
    Filtered,
    /// When the sample type has a counterpart in use or allocated.
    InUse,
    /// When the sample type has a counterpart in bytes or objects.
    Objects,
    Prompt,
    /// The menu of exports.
    Menu,
    /// A text over the view.
    Pane,
}

impl KeyContext {
    /// The heading in the help.
    pub(in crate::ui) fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Views => "Views and filters",
            Self::Lists => "Moving and searching",
            Self::Top => "Top",
            Self::Tree => "Tree",
            Self::Calls => "Calls",
            Self::Flame => "Flame",
            Self::Graph => "Graph",
            Self::Source => "Source",
            Self::Server => "With a URL",
            Self::Filtered => "With filters",
            Self::InUse | Self::Objects => "Heap profiles",
            Self::Prompt => "In a prompt",
            Self::Menu => "In the menu of exports",
            Self::Pane => "In a text (this help, reports)",
        }
    }
}

/// A row of [`BINDINGS`].
pub(in crate::ui) struct Binding {
    /// Keys that do it, in the notation of [`keys`]; the first one or two are shown in the footer.
    pub(in crate::ui) keys: &'static [&'static str],
    /// What it does, given which of the keys it was.
    pub(in crate::ui) action: fn(usize) -> Action,
    pub(in crate::ui) context: KeyContext,
    /// Its name in the footer; empty for keys that only the help lists.
    pub(in crate::ui) short: &'static str,
    pub(in crate::ui) help: &'static str,
}

macro_rules! bindings {
    ($($scope:ident { $($keys:expr => $action:expr, $short:literal, $help:literal;)* })*) => {
        &[$($(Binding { keys: &$keys, action: $action, context: KeyContext::$scope, short: $short, help: $help },)*)*]
    };
}

/// Every key. Of two rows with the same key the first whose scope holds wins.
pub(in crate::ui) const BINDINGS: &[Binding] = bindings! {
    Prompt {
        ["<enter>"] => |_| Action::Accept, "apply", "Apply what is typed; empty text clears";
        ["<esc>", "<c-c>"] => |_| Action::Back, "cancel", "Leave without a change";
        ["<tab>"] => |_| Action::Complete, "", "Complete a command, option, sample type or function";
        ["<up>", "<c-p>"] => |_| Action::Move(Movement::Up), "", "The line before";
        ["<down>", "<c-n>"] => |_| Action::Move(Movement::Down), "", "The line after";
        ["<c-u>"] => |_| Action::Edit(InputRequest::DeleteLine), "clear", "Delete everything";
        ["<c-w>"] => |_| Action::Edit(InputRequest::DeletePrevWord), "", "Delete the word before the cursor";
        ["<bs>"] => |_| Action::Edit(InputRequest::DeletePrevChar), "", "Delete before the cursor";
        ["<del>"] => |_| Action::Edit(InputRequest::DeleteNextChar), "", "Delete at the cursor";
        ["<left>", "<c-b>"] => |_| Action::Edit(InputRequest::GoToPrevChar), "", "Move left";
        ["<right>", "<c-f>"] => |_| Action::Edit(InputRequest::GoToNextChar), "", "Move right";
        ["<home>", "<c-a>"] => |_| Action::Edit(InputRequest::GoToStart), "", "Go to the start";
        ["<end>", "<c-e>"] => |_| Action::Edit(InputRequest::GoToEnd), "", "Go to the end";
    }
    Menu {
        ["<enter>"] => |_| Action::Enter, "export", "Export as the format under the cursor";
        ["<esc>", "q", "<bs>", "<c-c>"] => |_| Action::Back, "close", "Leave without an export";
        ["<down>", "<c-n>"] => |_| Action::Move(Movement::Down), "", "Down";
        ["<up>", "<c-p>"] => |_| Action::Move(Movement::Up), "", "Up";
        ["<home>"] => |_| Action::Move(Movement::First), "", "To the first";
        ["<end>"] => |_| Action::Move(Movement::Last), "", "To the last";
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
         "n", "o", "p", "r", "s", "t", "u", "v", "w", "x", "y", "z"] => letter, "", "Export as the format with that letter";
    }
    Pane {
        ["<esc>", "q", "?", "<bs>", "<c-c>"] => |_| Action::Back, "close", "Close the text";
        ["<down>", "j"] => |_| Action::Move(Movement::Down), "scroll", "Scroll down";
        ["<up>", "k"] => |_| Action::Move(Movement::Up), "", "Scroll up";
        ["<pgdn>", "<c-f>", "<space>"] => |_| Action::Move(Movement::PageDown), "", "A page down";
        ["<pgup>", "<c-b>"] => |_| Action::Move(Movement::PageUp), "", "A page up";
        ["<c-d>"] => |_| Action::Move(Movement::HalfDown), "", "Half a page down";
        ["<c-u>"] => |_| Action::Move(Movement::HalfUp), "", "Half a page up";
        ["<right>", "l"] => |_| Action::Expand, "right", "Scroll to the right";
        ["<left>", "h"] => |_| Action::Collapse, "", "Scroll to the left";
        ["g", "<home>"] => |_| Action::Move(Movement::First), "", "To the start";
        ["G", "<end>"] => |_| Action::Move(Movement::Last), "", "To the end";
        ["/"] => |_| Action::Search, "find", "Search the text";
        ["n"] => |_| Action::NextMatch, "next", "Next match";
        ["N"] => |_| Action::PreviousMatch, "", "Previous match";
        [":"] => |_| Action::Command, "command", "A command of pprof";
    }
    Server {
        ["r"] => |_| Action::Reload, "refetch", "Fetch again; selection, view, filters and sort stay";
    }
    Filtered {
        ["F"] => |_| Action::ClearFilters, "clear", "Clear all filters";
    }
    Top {
        ["<enter>"] => |_| Action::Enter, "callers", "Show the function's callers and callees";
    }
    Tree {
        ["<enter>"] => |_| Action::Enter, "go", "Go to the caller or callee under the cursor";
        ["<bs>", "<esc>"] => |_| Action::Back, "back", "Go back along the trail";
    }
    Calls {
        ["<right>", "l"] => |_| Action::Expand, "open", "Open the row, or go to its first child";
        ["<left>", "h"] => |_| Action::Collapse, "close", "Close the row, or go to its parent";
        ["<space>"] => |_| Action::Toggle, "", "Open or close the row";
        ["b"] => |_| Action::Flip, "flip", "Callers above callees, or callees above callers";
        ["<enter>"] => |_| Action::Enter, "callers", "Show the function's callers and callees";
    }
    Flame {
        ["<enter>"] => |_| Action::Enter, "zoom", "Zoom into the frame; … stands for small ones, merged";
        ["<bs>", "<esc>"] => |_| Action::Back, "out", "Zoom out again";
        ["<right>", "l"] => |_| Action::Expand, "", "To the frame on the right; up and down go to caller and callee";
        ["<left>", "h"] => |_| Action::Collapse, "", "To the frame on the left";
        ["b"] => |_| Action::Flip, "flip", "Callers above callees, or callees above callers";
    }
    Graph {
        ["<enter>"] => |_| Action::Enter, "go in", "From the map to the graph, from there to the function's callers and callees";
        ["<bs>", "<esc>"] => |_| Action::Back, "", "Go back: along the trail, to the graph";
        ["<down>", "j"] => |_| Action::Move(Movement::Down), "callee", "Go to the heaviest callee";
        ["<up>", "k"] => |_| Action::Move(Movement::Up), "caller", "Go to the heaviest caller";
        ["<right>", "l"] => |_| Action::Expand, "", "Go to the next function in the row";
        ["<left>", "h"] => |_| Action::Collapse, "", "Go to the one before";
        ["z"] => |_| Action::Map, "map", "Every function as a mark, or back";
        ["c"] => |_| Action::Centre, "centre", "Bring the selected function to the middle";
        ["+", "="] => |_| Action::Zoom(Zoom::In), "", "Nearer: map, graph, callers and callees of one function";
        ["-"] => |_| Action::Zoom(Zoom::Out), "", "Farther";
        ["<lt>", ">"] => Action::Pan, "", "Half a screen to the left, to the right";
    }
    Source {
        ["<enter>"] => |_| Action::Enter, "callee", "Go to the function that the line calls most";
        ["v"] => |_| Action::Editor, "edit", "Open the line in $VISUAL or $EDITOR";
        ["]"] => |_| Action::NextValue, "next value", "The next line that holds something";
        ["["] => |_| Action::PreviousValue, "", "The line before that holds something";
        ["<right>", "l"] => |_| Action::Expand, "", "Scroll to the right";
        ["<left>", "h"] => |_| Action::Collapse, "", "Scroll to the left";
        ["<bs>", "<esc>"] => |_| Action::Back, "", "Go back to the caller one came from";
    }
    Views {
        ["<tab>"] => |_| Action::NextView, "view", "Next view";
        ["<s-tab>"] => |_| Action::PreviousView, "", "Previous view";
    }
    InUse {
        ["i"] => |_| Action::ToggleInUse, "inuse/alloc", "In use (held now) or allocated (since the start)";
    }
    Objects {
        ["o"] => |_| Action::ToggleObjects, "objects", "Bytes or number of objects";
    }
    Views {
        ["1", "2", "3", "4", "5", "6", "7", "8", "9"] => Action::SampleType, "", "Sample type by number";
    }
    Lists {
        ["/"] => |_| Action::Search, "find", "Search names (regular expression; small letters match both cases)";
        ["n"] => |_| Action::NextMatch, "", "Next match";
        ["N"] => |_| Action::PreviousMatch, "", "Previous match";
    }
    Views {
        ["f"] => |_| Action::Filter(Filter::Focus), "focus", "Focus: only samples with a matching frame";
        ["x"] => |_| Action::Filter(Filter::Ignore), "ignore", "Ignore: no samples with a matching frame";
        ["H"] => |_| Action::Filter(Filter::Hide), "", "Hide: leave matching frames out of the stacks";
        ["S"] => |_| Action::Filter(Filter::Show), "", "Show: leave all other frames out of the stacks";
        [":"] => |_| Action::Command, "command", "A command of pprof: top10 -cum, peek re, focus=re, traces > f.txt, help";
        ["e"] => |_| Action::Export, "export", "Export: pictures, and files for other programs";
    }
    Top {
        ["s"] => |_| Action::Sort, "sort", "Sort by the next column: flat, cum, name";
        ["r", "R"] => |_| Action::Reverse, "reverse", "Reverse the order (with a URL, r fetches again: use R)";
    }
    Lists {
        ["<up>", "k"] => |_| Action::Move(Movement::Up), "", "Up";
        ["<down>", "j"] => |_| Action::Move(Movement::Down), "", "Down";
        ["<pgup>", "<c-b>"] => |_| Action::Move(Movement::PageUp), "", "A page up";
        ["<pgdn>", "<c-f>"] => |_| Action::Move(Movement::PageDown), "", "A page down";
        ["<c-u>"] => |_| Action::Move(Movement::HalfUp), "", "Half a page up";
        ["<c-d>"] => |_| Action::Move(Movement::HalfDown), "", "Half a page down";
        ["g", "<home>"] => |_| Action::Move(Movement::First), "", "To the first row";
        ["G", "<end>"] => |_| Action::Move(Movement::Last), "", "To the last row";
    }
    Everywhere {
        ["<bs>", "<esc>"] => |_| Action::Back, "", "Back out: end the search, go back, cancel a fetch";
        ["<c-r>", "<f5>"] => |_| Action::Reload, "", "Read the profile again from where it came";
        ["<c-l>"] => |_| Action::Redraw, "", "Draw the screen afresh";
        ["<c-z>"] => |_| Action::Suspend, "", "Suspend; `fg` comes back";
        ["?"] => |_| Action::Help, "help", "This help";
        ["q", "<c-c>"] => |_| Action::Quit, "quit", "Quit";
    }
};

/// The action of a letter in a menu, by its place among the letters that are not `q`.
fn letter(at: usize) -> Action {
    Action::Letter(('a'..='z').filter(|letter| *letter != 'q').nth(at).unwrap_or(' '))
}

/// The rows that act where all of `contexts` hold.
pub(in crate::ui) fn active(contexts: &[KeyContext]) -> impl Iterator<Item = &'static Binding> {
    BINDINGS
        .iter()
        .filter(move |binding| contexts.contains(&binding.context))
}

/// What a key does where all of `contexts` hold.
pub(in crate::ui) fn lookup(key: &KeyEvent, contexts: &[KeyContext]) -> Option<Action> {
    active(contexts).find_map(|binding| {
        let which = binding.keys.iter().position(|notation| chord::matches(key, notation))?;
        Some((binding.action)(which))
    })
}

/// A binding of a key that acts somewhere in a view, if not here.
pub(in crate::ui) fn elsewhere(key: &KeyEvent) -> Option<(&'static str, &'static Binding)> {
    let is_of_views =
        |context: KeyContext| !matches!(context, KeyContext::Prompt | KeyContext::Menu | KeyContext::Pane);
    let mut bindings = BINDINGS.iter().filter(|binding| is_of_views(binding.context));
    bindings.find_map(|binding| {
        let name = binding.keys.iter().find(|notation| chord::matches(key, notation))?;
        Some((*name, binding))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::keys::help::ORDER;
    use crate::ui::view::VIEWS;

    /// Rows that share a key where both act, the one that is meant to win first: (key, winner, loser).
    const MEANT: &[(&str, KeyContext, KeyContext)] = &[
        // `r` fetches where there is a server; the order is reversed with `R`.
        ("r", KeyContext::Server, KeyContext::Top),
        // Back along the trail first, and from its start out of the view.
        ("<bs>", KeyContext::Tree, KeyContext::Everywhere),
        ("<esc>", KeyContext::Tree, KeyContext::Everywhere),
        ("<bs>", KeyContext::Flame, KeyContext::Everywhere),
        ("<esc>", KeyContext::Flame, KeyContext::Everywhere),
        ("<bs>", KeyContext::Graph, KeyContext::Everywhere),
        ("<esc>", KeyContext::Graph, KeyContext::Everywhere),
        // Along calls instead of rows.
        ("<down>", KeyContext::Graph, KeyContext::Lists),
        ("j", KeyContext::Graph, KeyContext::Lists),
        ("<up>", KeyContext::Graph, KeyContext::Lists),
        ("k", KeyContext::Graph, KeyContext::Lists),
        ("<bs>", KeyContext::Source, KeyContext::Everywhere),
        ("<esc>", KeyContext::Source, KeyContext::Everywhere),
    ];

    /// Every set of contexts in which all conditions hold: one for each view, the prompt and the help.
    fn situations() -> Vec<Vec<KeyContext>> {
        let conditions = [
            KeyContext::Server,
            KeyContext::Filtered,
            KeyContext::InUse,
            KeyContext::Objects,
        ];
        let view = |view: KeyContext| {
            [
                &[KeyContext::Everywhere, KeyContext::Views, KeyContext::Lists, view][..],
                &conditions,
            ]
            .concat()
        };
        let mut situations: Vec<_> = VIEWS.iter().map(|row| view(row.context)).collect();
        situations.extend([vec![KeyContext::Prompt], vec![KeyContext::Menu], vec![KeyContext::Pane]]);
        situations
    }

    #[test]
    fn every_key_is_one_that_can_be_written_and_shown() {
        for binding in BINDINGS {
            assert!(!binding.keys.is_empty(), "{}", binding.help);
            for notation in binding.keys {
                let parsed = chord::parse(notation).unwrap_or_default();
                assert_eq!(parsed.len(), 1, "{notation} is one key");
                assert!(chord::matches(&parsed[0], notation), "{notation}");
                let shown = chord::display(notation);
                assert!(
                    !shown.is_empty() && shown.chars().count() <= 5,
                    "{notation} is shown as {shown}"
                );
                assert!(
                    !shown.contains('<') || *notation == "<lt>",
                    "{notation} has a name to show: {shown}"
                );
            }
        }
    }

    #[test]
    fn no_two_rows_share_a_key_unless_one_is_meant_to_win() {
        let mut met = Vec::new();
        for contexts in situations() {
            let mut bound: Vec<(&str, KeyContext)> = Vec::new();
            for binding in active(&contexts) {
                for &key in binding.keys {
                    if let Some((_, winner)) = bound.iter().find(|(other, _)| *other == key) {
                        let row = (key, *winner, binding.context);
                        assert!(MEANT.contains(&row), "{row:?}: this key is bound twice");
                        met.push(row);
                    } else {
                        bound.push((key, binding.context));
                    }
                }
            }
        }
        let idle: Vec<_> = MEANT.iter().filter(|row| !met.contains(row)).collect();
        assert!(idle.is_empty(), "these do not share a key any more: {idle:?}");
    }

    #[test]
    fn every_row_is_reached_and_explained() {
        for binding in BINDINGS {
            let help = binding.help;
            assert!(
                help.starts_with(|first: char| !first.is_lowercase()),
                "{help:?} begins with a capital"
            );
            assert!(
                !help.ends_with('.') && help.chars().count() <= 75,
                "{help:?} is short and has no full stop"
            );
            assert!(
                binding.short.chars().count() <= 14,
                "{:?} fits the footer",
                binding.short
            );
            assert!(
                ORDER.contains(&binding.context),
                "{:?} is in the help screen",
                binding.context
            );
            let last = binding.keys.len() - 1;
            let is_reached = situations().iter().any(|contexts| {
                let pressed = chord::parse(binding.keys[last]).unwrap_or_default();
                contexts.contains(&binding.context) && lookup(&pressed[0], contexts) == Some((binding.action)(last))
            });
            assert!(is_reached, "{help:?} can be reached with its last key");
        }
        for (at, scope) in ORDER.iter().enumerate() {
            assert!(!ORDER[..at].contains(scope), "{scope:?} is in the help once");
            assert!(active(&[*scope]).next().is_some(), "{scope:?} has keys");
        }
        for view in VIEWS {
            assert!(ORDER.contains(&view.context), "{} has a place in the help", view.title);
        }
    }
}
