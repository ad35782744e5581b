//! The colours that suit the terminal, by what its environment says.

use std::env;

use crate::cli::Theme;
use crate::ui::{Ask, Colours, Depth, Ground};

/// What colours are written to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Viewer {
    /// A terminal.
    Terminal,
    /// A file.
    File,
}

/// What was asked for, or what the environment says of the terminal.
pub fn colours(theme: Theme, viewer: Viewer) -> Colours {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let has_all = viewer == Viewer::File || ["truecolor", "24bit"].contains(&variable("COLORTERM").as_str());
    let depth = if has_all { Depth::All } else { Depth::Sixteen };
    match theme {
        Theme::Mono => Colours::NONE,
        Theme::Auto if !variable("NO_COLOR").is_empty() => Colours::NONE,
        Theme::Dark => Colours::on(depth, Ground::Dark),
        Theme::Light => Colours::on(depth, Ground::Light),
        Theme::Auto if viewer == Viewer::File => Colours::DARK,
        // Linux's console is dark, and prints what it does not understand.
        Theme::Auto if variable("TERM") == "linux" => Colours::on(depth, Ground::Dark),
        Theme::Auto => Colours {
            ask: Ask::Yes,
            ..Colours::on(depth, Ground::from_variable(&variable("COLORFGBG")))
        },
    }
}
