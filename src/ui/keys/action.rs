//! What a user can ask for, and where a key can ask for it.

use std::borrow::Cow;

use ratatui::layout::Position;
use tui_input::InputRequest;

use crate::model::SampleTypeId;
use crate::report::ColumnId;
use crate::ui::view::{ViewId, row_of};

/// What a user can ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Action {
    Quit,
    Suspend,
    Help,
    /// The view beside the one in front.
    Tab(Toward),
    /// A view by its tab.
    View(ViewId),
    ToggleInUse,
    ToggleObjects,
    SampleType(SampleTypeId),
    Move(Movement),
    Left,
    Right,
    Enter,
    Back,
    /// Open or close a row.
    Toggle,
    /// Callers above callees, or callees above callers.
    Flip,
    /// By what rows are put together.
    Group,
    /// Ask the process for a stack dump.
    Dump,
    Search,
    /// A match of the search.
    Match(Toward),
    /// Rows are functions, lines or files.
    Granularity,
    Sort,
    SortBy(ColumnId),
    Reverse,
    /// What becomes of what is allocated, in columns, or not.
    Churn,
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
    /// A line that holds something.
    Value(Toward),
    /// Give the terminal's clipboard what is selected.
    Copy(Copied),
    /// Let go of the mouse, or take it back.
    Mouse,
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
    Zoom(Zoom),
    /// Everything or back.
    Map,
    /// What is selected into the middle.
    Centre,
    /// Half a screen to a side.
    Pan(Side),
    /// The moment beside the one in view.
    Step(Toward),
    /// The newest moment, and those that come.
    Newest,
    /// The first moment.
    Oldest,
    /// A moment by its place.
    Moment(usize),
    /// Begin to watch, stop for a while, go on.
    Watch,
    /// Stop for a while, or go on.
    Hold,
    /// Compare with the moment in view, or stop comparing.
    Base,
    /// The menu of the profiles that the server offers.
    Profiles,
    /// Compare a host with the median one.
    Against,
    /// Open all hosts added up.
    Sum,
}

/// What of a selection is copied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Copied {
    /// The name.
    Name,
    /// Where it is: file and line, or the stack.
    Place,
}

/// One of two ways along a sequence that goes around.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Toward {
    Next,
    Previous,
}

/// One of two sides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Side {
    Left,
    Right,
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

/// A change of scale: nearer or farther.
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

impl Toward {
    /// Where it leads from `at` in a ring of `len`, in so many steps of at most `len`.
    pub(in crate::ui) fn step(self, at: usize, by: usize, len: usize) -> usize {
        let ahead = match self {
            Self::Next => at.saturating_add(by),
            Self::Previous => at.saturating_add(len).saturating_sub(by),
        };
        ahead.checked_rem(len).unwrap_or(0)
    }
}

impl Action {
    /// Its name in a configuration: never changed, since users write it down.
    pub(in crate::ui) fn name(self) -> Cow<'static, str> {
        let name = match self {
            Self::Quit => "quit",
            Self::Suspend => "suspend",
            Self::Help => "help",
            Self::Tab(Toward::Next) => "next-view",
            Self::Tab(Toward::Previous) => "previous-view",
            Self::View(view) => return format!("view-{}", view.0).into(),
            Self::ToggleInUse => "toggle-in-use",
            Self::ToggleObjects => "toggle-objects",
            Self::SampleType(number) => return format!("sample-type-{}", number.0.saturating_add(1)).into(),
            Self::Move(movement) => movement.name(),
            Self::Left => "left",
            Self::Right => "right",
            Self::Enter => "enter",
            Self::Back => "back",
            Self::Toggle => "toggle",
            Self::Flip => "flip",
            Self::Group => "group",
            Self::Dump => "stack-dump",
            Self::Search => "search",
            Self::Match(Toward::Next) => "next-match",
            Self::Match(Toward::Previous) => "previous-match",
            Self::Granularity => "granularity",
            Self::Sort => "sort",
            Self::SortBy(_) => "sort-by",
            Self::Reverse => "reverse",
            Self::Churn => "churn",
            Self::Filter(filter) => filter.name(),
            Self::ClearFilters => "clear-filters",
            Self::Command => "command",
            Self::Export => "export",
            Self::Letter(letter) => return format!("letter-{letter}").into(),
            Self::Reload => "reload",
            Self::Redraw => "redraw",
            Self::Value(Toward::Next) => "next-value",
            Self::Value(Toward::Previous) => "previous-value",
            Self::Copy(Copied::Name) => "copy-name",
            Self::Copy(Copied::Place) => "copy-place",
            Self::Mouse => "mouse",
            Self::Editor => "editor",
            Self::Accept => "accept",
            Self::Complete => "complete",
            Self::Edit(request) => edit_name(request),
            Self::Click(_) => "click",
            Self::Drag(_) => "drag",
            Self::Zoom(Zoom::In) => "zoom-in",
            Self::Zoom(Zoom::Out) => "zoom-out",
            Self::Map => "map",
            Self::Centre => "centre",
            Self::Pan(Side::Left) => "pan-left",
            Self::Pan(Side::Right) => "pan-right",
            Self::Step(Toward::Next) => "next-moment",
            Self::Step(Toward::Previous) => "previous-moment",
            Self::Newest => "newest-moment",
            Self::Oldest => "oldest-moment",
            Self::Moment(_) => "moment",
            Self::Watch => "watch",
            Self::Hold => "pause",
            Self::Base => "base",
            Self::Profiles => "profiles",
            Self::Against => "against-median",
            Self::Sum => "sum",
        };
        name.into()
    }
}

impl Movement {
    fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::PageUp => "page-up",
            Self::PageDown => "page-down",
            Self::HalfUp => "half-up",
            Self::HalfDown => "half-down",
            Self::First => "first",
            Self::Last => "last",
            Self::WheelUp => "wheel-up",
            Self::WheelDown => "wheel-down",
        }
    }
}

fn edit_name(request: InputRequest) -> &'static str {
    match request {
        InputRequest::DeleteLine => "delete-line",
        InputRequest::DeletePrevWord => "delete-word",
        InputRequest::DeletePrevChar => "delete-before",
        InputRequest::DeleteNextChar => "delete-at",
        InputRequest::GoToPrevChar => "cursor-left",
        InputRequest::GoToNextChar => "cursor-right",
        InputRequest::GoToStart => "cursor-start",
        InputRequest::GoToEnd => "cursor-end",
        _ => "edit",
    }
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
    /// One view.
    View(ViewId),
    /// When the profile comes from a server.
    Server,
    /// When filters are in force.
    Filtered,
    /// When the sample type has a counterpart in use or allocated.
    InUse,
    /// When the sample type has a counterpart in bytes or objects.
    Objects,
    /// When there are moments to step through.
    OverTime,
    /// When moments come.
    Watched,
    /// When the process can be watched.
    Process,
    /// When there is something to compare with.
    Comparable,
    /// The table of hosts.
    Hosts,
    Prompt,
    /// The menu of exports.
    Menu,
    /// A text over the view.
    Pane,
}

impl KeyContext {
    /// Its name in a configuration.
    pub(in crate::ui) fn name(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Views => "views",
            Self::Lists => "lists",
            Self::View(view) => view.0,
            Self::Server => "server",
            Self::Filtered => "filtered",
            Self::InUse => "in-use",
            Self::Objects => "objects",
            Self::OverTime => "over-time",
            Self::Watched => "watched",
            Self::Process => "process",
            Self::Comparable => "comparable",
            Self::Hosts => "hosts",
            Self::Prompt => "prompt",
            Self::Menu => "menu",
            Self::Pane => "pane",
        }
    }

    /// The heading in the help.
    pub(in crate::ui) fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Views => "Views and filters",
            Self::Lists => "Moving and searching",
            Self::View(view) => row_of(view).map_or("", |row| row.title),
            Self::Server => "With a URL",
            Self::Filtered => "With filters",
            Self::InUse | Self::Objects => "Heap profiles",
            Self::OverTime | Self::Watched | Self::Process | Self::Comparable => "Over time",
            Self::Hosts => "In the table of hosts",
            Self::Prompt => "In a prompt",
            Self::Menu => "In a menu",
            Self::Pane => "In a text (this help, reports)",
        }
    }

    /// What has to be there before its keys act; nothing where no source or profile is missing.
    pub(in crate::ui) fn needs(self) -> Option<&'static str> {
        match self {
            Self::OverTime => Some("a watch, a session or several profiles"),
            Self::Comparable => Some("several profiles, or :base=FILE"),
            Self::Watched => Some("a watch"),
            Self::Process => Some("the URL of a live process"),
            Self::Server => Some("a URL"),
            Self::InUse | Self::Objects => Some("a heap profile"),
            _ => None,
        }
    }

    /// Whether it is something that lies over the view.
    pub(in crate::ui) fn is_over_the_view(self) -> bool {
        matches!(self, Self::Prompt | Self::Menu | Self::Pane)
    }
}
