//! Colours and what they stand for. Sixteen colours are enough; without any, bold and reverse carry the meaning.

use ratatui::style::{Color, Modifier, Style};

/// The styles that everything is drawn with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Theme {
    colours: bool,
}

impl Theme {
    pub(super) fn new(colours: Colours) -> Self {
        Self {
            colours: colours == Colours::Some,
        }
    }

    fn fg(self, colour: Color) -> Style {
        if self.colours {
            Style::new().fg(colour)
        } else {
            Style::new()
        }
    }

    /// Plain text.
    pub(super) fn text(self) -> Style {
        Style::new()
    }

    /// What is there but not what one looks for.
    pub(super) fn quiet(self) -> Style {
        if self.colours {
            Style::new().fg(Color::Gray).add_modifier(Modifier::DIM)
        } else {
            Style::new()
        }
    }

    /// Headings.
    pub(super) fn heading(self) -> Style {
        self.fg(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// Numbers that matter.
    pub(super) fn value(self) -> Style {
        self.fg(Color::Yellow)
    }

    /// The function's part of a name.
    pub(super) fn function(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Bars.
    pub(super) fn bar(self) -> Style {
        self.fg(Color::Cyan)
    }

    /// The row under the cursor.
    pub(super) fn cursor(self) -> Style {
        if self.colours {
            Style::new()
                .bg(Color::Blue)
                .fg(Color::White)
                .add_modifier(Modifier::BOLD)
        } else {
            Style::new().add_modifier(Modifier::REVERSED)
        }
    }

    /// The tab in front.
    pub(super) fn active(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }

    /// A key in the footer.
    pub(super) fn key(self) -> Style {
        self.fg(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// What matches the search.
    pub(super) fn found(self) -> Style {
        if self.colours {
            Style::new().bg(Color::Yellow).fg(Color::Black)
        } else {
            Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD)
        }
    }

    /// Filters in force.
    pub(super) fn filter(self) -> Style {
        self.fg(Color::Magenta).add_modifier(Modifier::BOLD)
    }

    /// Something went wrong.
    pub(super) fn error(self) -> Style {
        self.fg(Color::LightRed).add_modifier(Modifier::BOLD)
    }
}

/// Whether the terminal is to be given colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colours {
    /// None: NO_COLOR is set.
    None,
    /// The sixteen.
    Some,
}
