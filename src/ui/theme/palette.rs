//! Colours of the user's own, over those of the theme.

use ratatui::style::Color;

use super::Role;

/// What a colour can be chosen for: its name in a configuration, and what it is.
pub const COLOURS: &[(&str, &str)] = &[
    ("quiet", "what is there but not what one looks for"),
    ("heading", "headings and keys"),
    ("value", "numbers that matter"),
    ("keyword", "words of a programming language"),
    ("literal", "texts and numbers in code"),
    ("bar", "bars"),
    ("hot", "half of the total and more"),
    ("warm", "a tenth of the total and more"),
    ("mild", "a hundredth of the total and more"),
    ("less", "what is less than before"),
    ("related", "what belongs to what is selected"),
    ("filter", "filters in force"),
    ("error", "what went wrong"),
];

/// Roles in the order of [`COLOURS`].
const ROLES: [Role; COLOURS.len()] = [
    Role::Quiet,
    Role::Heading,
    Role::Value,
    Role::Keyword,
    Role::Literal,
    Role::Bar,
    Role::Hot,
    Role::Warm,
    Role::Mild,
    Role::Less,
    Role::Related,
    Role::Filter,
    Role::Error,
];

/// The colours that were chosen. The default is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Palette {
    own: [Option<Color>; COLOURS.len()],
}

impl Palette {
    /// Chooses a colour; false if nothing is called so.
    pub fn set(&mut self, name: &str, colour: Color) -> bool {
        let place = COLOURS.iter().position(|(own, _)| *own == name);
        place.is_some_and(|at| {
            self.own[at] = Some(colour);
            true
        })
    }

    /// The colour that was chosen, as [`parse_colour`] reads it.
    pub fn get(&self, name: &str) -> Option<String> {
        let at = COLOURS.iter().position(|(own, _)| *own == name)?;
        self.own[at].map(|colour| colour.to_string())
    }

    pub(super) fn of(&self, role: Role) -> Option<Color> {
        let at = ROLES.iter().position(|own| *own == role)?;
        self.own[at]
    }
}

/// A colour as configurations have it: `#6cc7d6`, a number of the 256, a name of the sixteen.
pub fn parse_colour(text: &str) -> Option<Color> {
    text.parse().ok()
}
