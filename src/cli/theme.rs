//! The dashboard's colours by name.

use crate::error::{Error, Result};

/// Colours of the dashboard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theme {
    /// Those that suit the terminal.
    Auto,
    /// For a dark background.
    Dark,
    /// For a light one.
    Light,
    /// None.
    Mono,
}

const THEMES: [(&str, Theme); 4] = [
    ("auto", Theme::Auto),
    ("dark", Theme::Dark),
    ("light", Theme::Light),
    ("mono", Theme::Mono),
];

impl Theme {
    /// The theme of this name.
    ///
    /// # Errors
    /// [`Error::Usage`] for a name that there is not.
    pub fn parse(name: &str) -> Result<Self> {
        let found = THEMES.iter().find(|(own, _)| *own == name);
        let names = THEMES.map(|(own, _)| own).join(", ");
        found
            .map(|(_, theme)| *theme)
            .ok_or_else(|| Error::Usage(format!("--theme takes one of {names}, not {name:?}")))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let found = THEMES.iter().find(|(_, own)| *own == self);
        found.map_or("auto", |(name, _)| name)
    }
}
