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

    /// Words of a programming language.
    pub(super) fn keyword(self) -> Style {
        self.fg(Color::Magenta)
    }

    /// Texts and numbers in code.
    pub(super) fn literal(self) -> Style {
        self.fg(Color::Green)
    }

    /// Bars.
    pub(super) fn bar(self) -> Style {
        self.fg(Color::Cyan)
    }

    /// A part of the total, of 1: the larger, the hotter. Something else has to say it, too.
    pub(super) fn heat(self, share: f64) -> Style {
        match share.abs() {
            _ if share < 0.0 => self.fg(Color::Green),
            share if share >= 0.5 => self.fg(Color::LightRed),
            share if share >= 0.1 => self.fg(Color::Yellow),
            share if share >= 0.01 => self.fg(Color::Cyan),
            _ => self.quiet(),
        }
    }

    /// What belongs to what is selected.
    pub(super) fn related(self) -> Style {
        self.fg(Color::LightCyan).add_modifier(Modifier::BOLD)
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

    /// A frame of a package: each package has a colour, always the same.
    pub(super) fn package(self, package: &str) -> Style {
        // FNV-1a: what it gives is the same on every machine.
        let hash = package.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        self.on(PACKAGES[(hash >> 8) as usize % PACKAGES.len()])
    }

    /// Frames that are too small to be drawn one by one.
    pub(super) fn merged(self) -> Style {
        self.quiet()
    }

    fn on(self, colour: Color) -> Style {
        if self.colours {
            Style::new().bg(colour).fg(Color::Black)
        } else {
            Style::new()
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

/// Colours of packages: those on which black can be read, without the ones of the cursor and of what was found.
const PACKAGES: [Color; 7] = [
    Color::Cyan,
    Color::Green,
    Color::Magenta,
    Color::LightBlue,
    Color::LightGreen,
    Color::LightCyan,
    Color::LightMagenta,
];

/// Whether the terminal is to be given colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colours {
    /// None: NO_COLOR is set.
    None,
    /// The sixteen.
    Some,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_there_are_none_and_nothing_is_lost() {
        let all = |theme: Theme| {
            let shares = [-0.3, 0.7, 0.3, 0.03, 0.0].map(|share| theme.heat(share));
            let quiet = [
                &[
                    theme.text(),
                    theme.quiet(),
                    theme.value(),
                    theme.bar(),
                    theme.package("net/http"),
                ],
                &shares[..],
            ]
            .concat();
            let telling = [
                theme.cursor(),
                theme.active(),
                theme.found(),
                theme.error(),
                theme.heading(),
                theme.related(),
            ];
            let more = [
                theme.key(),
                theme.filter(),
                theme.function(),
                theme.keyword(),
                theme.literal(),
            ];
            (quiet, telling, more)
        };
        let (quiet, telling, more) = all(Theme::new(Colours::None));
        for style in quiet.iter().chain(&telling).chain(&more) {
            assert_eq!(
                (style.fg, style.bg, style.underline_color),
                (None, None, None),
                "{style:?}"
            );
        }
        for style in telling {
            assert_ne!(
                style,
                Style::new(),
                "what tells something apart does so without colour too"
            );
        }
        let (quiet, telling, more) = all(Theme::new(Colours::Some));
        for style in quiet.iter().chain(&telling).chain(&more) {
            for colour in [style.fg, style.bg].into_iter().flatten() {
                let is_basic = !matches!(colour, Color::Rgb(..) | Color::Indexed(_));
                assert!(is_basic, "{colour:?} is one of the terminal's own sixteen");
            }
        }
    }
}
