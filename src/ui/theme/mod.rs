//! Colours and what they stand for: a table, a row a role. What it holds is tested against palettes in use: every text
//! can be read. Without any colours, bold and reverse carry the meaning.

mod fills;
mod palette;

use ratatui::style::{Color, Modifier, Style};

pub use self::palette::{COLOURS, Palette, parse_colour};

/// What colours the terminal can show, and on what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Colours {
    /// How many.
    pub depth: Depth,
    /// On what.
    pub ground: Ground,
    /// Whether the ground is only a guess, and the terminal is to be asked.
    pub ask: Ask,
}

/// How many colours there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// None: bold, underlined and reversed text.
    None,
    /// The terminal's own sixteen, whatever it makes of them.
    Sixteen,
    /// All there are.
    All,
}

/// What is behind the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ground {
    /// Black, or nearly so.
    Dark,
    /// White, or nearly so.
    Light,
    /// One of the two: no colour of text can be read on both, so that none is used but the terminal's own.
    Either,
}

/// Whether the terminal is asked for its ground.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    /// It is.
    Yes,
    /// The user said what it is.
    No,
}

/// What a colour of the terminal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tint {
    /// The terminal's own, of letters or of the ground.
    Own,
    /// Red, green and blue.
    Exact(u8, u8, u8),
    /// One of its 256, of which the first sixteen are the user's.
    Numbered(u8),
}

/// The kind of a colour.
pub(super) fn tint(colour: Color) -> Tint {
    match colour {
        Color::Reset => Tint::Own,
        Color::Rgb(red, green, blue) => Tint::Exact(red, green, blue),
        Color::Indexed(number) => Tint::Numbered(number),
        Color::Black => Tint::Numbered(0),
        Color::Red => Tint::Numbered(1),
        Color::Green => Tint::Numbered(2),
        Color::Yellow => Tint::Numbered(3),
        Color::Blue => Tint::Numbered(4),
        Color::Magenta => Tint::Numbered(5),
        Color::Cyan => Tint::Numbered(6),
        Color::Gray => Tint::Numbered(7),
        Color::DarkGray => Tint::Numbered(8),
        Color::LightRed => Tint::Numbered(9),
        Color::LightGreen => Tint::Numbered(10),
        Color::LightYellow => Tint::Numbered(11),
        Color::LightBlue => Tint::Numbered(12),
        Color::LightMagenta => Tint::Numbered(13),
        Color::LightCyan => Tint::Numbered(14),
        Color::White => Tint::Numbered(15),
    }
}

impl Colours {
    /// No colours.
    pub const NONE: Self = Self::on(Depth::None, Ground::Either);
    /// All colours on a dark ground.
    pub const DARK: Self = Self::on(Depth::All, Ground::Dark);

    /// These colours on a ground that is known.
    pub const fn on(depth: Depth, ground: Ground) -> Self {
        Self {
            depth,
            ground,
            ask: Ask::No,
        }
    }
}

impl Ground {
    /// What `COLORFGBG` says, e.g. `15;0` or `0;default;15`: the last number is the background, and of the sixteen
    /// colours 7 and 15 are white. Source: rxvt's manual.
    pub fn from_variable(value: &str) -> Self {
        match value.rsplit(';').next().and_then(|number| number.parse().ok()) {
            Some(7 | 15) => Self::Light,
            Some(0..=6 | 8) => Self::Dark,
            _ => Self::Either,
        }
    }

    /// What a terminal says that it is, as X11 writes colours, e.g. `rgb:fdfd/f6f6/e3e3`.
    pub(super) fn from_answer(colour: &str) -> Option<Self> {
        let colour = xterm_color::Color::parse(colour.as_bytes()).ok()?;
        Some(match colour.perceived_lightness() > 0.5 {
            true => Self::Light,
            false => Self::Dark,
        })
    }
}

/// What a colour stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// What is there but not what one looks for.
    Quiet,
    Heading,
    /// Numbers that matter.
    Value,
    /// Words of a programming language.
    Keyword,
    /// Texts and numbers in code.
    Literal,
    /// Bars: not read, only seen.
    Bar,
    /// Shares of the total, from half of it on down; and what is less than before.
    Hot,
    Warm,
    Mild,
    Less,
    /// What belongs to what is selected.
    Related,
    /// Filters in force.
    Filter,
    Error,
}

/// A row of [`INKS`].
struct Ink {
    role: Role,
    /// All colours, and of the sixteen: on dark, on light. On either ground texts have the terminal's own.
    dark: (Color, Color),
    light: (Color, Color),
}

const OWN: Color = Color::Reset;

const fn rgb(hex: u32) -> Color {
    let [_, red, green, blue] = hex.to_be_bytes();
    Color::Rgb(red, green, blue)
}

/// Colours of letters and lines.
#[rustfmt::skip]
const INKS: &[Ink] = &[
    Ink { role: Role::Quiet,   dark: (rgb(0x9aa2ae), OWN),                 light: (rgb(0x66707a), OWN) },
    Ink { role: Role::Heading, dark: (rgb(0x6cc7d6), Color::Cyan),         light: (rgb(0x0b5c75), Color::Blue) },
    Ink { role: Role::Value,   dark: (rgb(0xe8c57d), Color::Yellow),       light: (rgb(0x7a4b00), OWN) },
    Ink { role: Role::Keyword, dark: (rgb(0xd29bf0), Color::LightMagenta), light: (rgb(0x7d2aa0), Color::Blue) },
    Ink { role: Role::Literal, dark: (rgb(0xa3cf86), Color::Green),        light: (rgb(0x2b601a), OWN) },
    Ink { role: Role::Bar,     dark: (rgb(0x4fa8b8), Color::Cyan),         light: (rgb(0x2a869c), Color::Blue) },
    Ink { role: Role::Hot,     dark: (rgb(0xff8585), Color::LightRed),     light: (rgb(0xb01c1c), Color::Red) },
    Ink { role: Role::Warm,    dark: (rgb(0xe8c57d), Color::Yellow),       light: (rgb(0x7a4b00), OWN) },
    Ink { role: Role::Mild,    dark: (rgb(0x6cc7d6), Color::Cyan),         light: (rgb(0x0b5c75), Color::Blue) },
    Ink { role: Role::Less,    dark: (rgb(0xa3cf86), Color::Green),        light: (rgb(0x2b601a), OWN) },
    Ink { role: Role::Related, dark: (rgb(0x8fe0ea), Color::LightCyan),    light: (rgb(0x0a4e86), Color::Blue) },
    Ink { role: Role::Filter,  dark: (rgb(0xe09be8), Color::LightMagenta), light: (rgb(0x8a1f8f), Color::Blue) },
    Ink { role: Role::Error,   dark: (rgb(0xff8585), Color::LightRed),     light: (rgb(0xb01c1c), Color::Red) },
];

/// Bars on a ground that is not known: seen on both.
const BAR_ON_EITHER: Color = rgb(0x3d8aa0);

/// A background with letters that can be read on it, whatever the ground is: (all colours, of the sixteen).
struct Fill {
    all: (Color, Color),
    sixteen: (Color, Color),
}

const CURSOR: Fill = Fill {
    all: (rgb(0x2b5aa8), rgb(0xffffff)),
    sixteen: (Color::Blue, Color::White),
};
/// Pale, so that a bar on it is no hole in the row.
const CURSOR_ON_LIGHT: Fill = Fill {
    all: (rgb(0xb4d0f7), rgb(0x101014)),
    sixteen: (Color::Blue, Color::White),
};
const FOUND: Fill = Fill {
    all: (rgb(0xf0cf70), rgb(0x101014)),
    sixteen: (Color::Yellow, Color::Black),
};

/// The styles that everything is drawn with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Theme {
    colours: Colours,
    /// Colours that the user chose.
    palette: Palette,
}

impl Theme {
    pub(super) fn new(colours: Colours) -> Self {
        let palette = Palette::default();
        Self { colours, palette }
    }

    /// With colours of the user's own.
    pub(super) fn with(self, palette: Palette) -> Self {
        Self { palette, ..self }
    }

    /// These colours on a ground that the terminal has told of.
    pub(super) fn on(self, ground: Ground) -> Self {
        match self.colours.ask {
            Ask::Yes => Self {
                colours: Colours { ground, ..self.colours },
                ..self
            },
            Ask::No => self,
        }
    }

    fn ink(self, role: Role) -> Style {
        let own = self.palette.of(role);
        let colour = match (self.colours.depth, self.colours.ground) {
            (Depth::Sixteen | Depth::All, _) if own.is_some() => own.unwrap_or(OWN),
            (Depth::All, Ground::Either) if role == Role::Bar => BAR_ON_EITHER,
            (Depth::None, _) | (_, Ground::Either) => OWN,
            (depth, ground) => {
                let row = INKS.iter().find(|ink| ink.role == role);
                row.map_or(OWN, |ink| {
                    let (all, sixteen) = if ground == Ground::Dark { ink.dark } else { ink.light };
                    if depth == Depth::All { all } else { sixteen }
                })
            }
        };
        if colour == OWN {
            Style::new()
        } else {
            Style::new().fg(colour)
        }
    }

    fn fill(self, fill: &Fill, without: Modifier) -> Style {
        let (background, letters) = match self.colours.depth {
            Depth::None => return Style::new().add_modifier(without),
            Depth::Sixteen => fill.sixteen,
            Depth::All => fill.all,
        };
        Style::new().bg(background).fg(letters)
    }

    /// Plain text.
    pub(super) fn text(self) -> Style {
        Style::new()
    }

    /// What is there but not what one looks for.
    pub(super) fn quiet(self) -> Style {
        self.ink(Role::Quiet)
    }

    /// Headings.
    pub(super) fn heading(self) -> Style {
        self.ink(Role::Heading).add_modifier(Modifier::BOLD)
    }

    /// Numbers that matter.
    pub(super) fn value(self) -> Style {
        self.ink(Role::Value)
    }

    /// The function's part of a name.
    pub(super) fn function(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Words of a programming language.
    pub(super) fn keyword(self) -> Style {
        self.ink(Role::Keyword)
    }

    /// Texts and numbers in code.
    pub(super) fn literal(self) -> Style {
        self.ink(Role::Literal)
    }

    /// Bars.
    pub(super) fn bar(self) -> Style {
        self.ink(Role::Bar)
    }

    /// Bars in the row under the cursor: in the colour of its letters they would be holes in it on a light terminal.
    pub(super) fn cursor_bar(self) -> Style {
        match (self.colours.depth, self.colours.ground) {
            (Depth::None, _) | (Depth::All, Ground::Light) => Style::new(),
            (Depth::Sixteen, _) => Style::new().fg(Color::Cyan),
            (Depth::All, Ground::Dark | Ground::Either) => Style::new().fg(rgb(0x9fc4ff)),
        }
    }

    /// A part of the total, of 1: the larger, the hotter. Something else has to say it, too.
    pub(super) fn heat(self, share: f64) -> Style {
        self.ink(match share.abs() {
            _ if share < 0.0 => Role::Less,
            share if share >= 0.5 => Role::Hot,
            share if share >= 0.1 => Role::Warm,
            share if share >= 0.01 => Role::Mild,
            _ => Role::Quiet,
        })
    }

    /// What belongs to what is selected.
    pub(super) fn related(self) -> Style {
        self.ink(Role::Related).add_modifier(Modifier::BOLD)
    }

    /// The row under the cursor.
    pub(super) fn cursor(self) -> Style {
        let fill = match self.colours.ground {
            Ground::Light => &CURSOR_ON_LIGHT,
            Ground::Dark | Ground::Either => &CURSOR,
        };
        let style = self.fill(fill, Modifier::REVERSED);
        match self.colours.depth {
            Depth::None => style,
            _ => style.add_modifier(Modifier::BOLD),
        }
    }

    /// The tab in front.
    pub(super) fn active(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }

    /// A key in the footer.
    pub(super) fn key(self) -> Style {
        self.heading()
    }

    /// What matches the search.
    pub(super) fn found(self) -> Style {
        self.fill(&FOUND, Modifier::UNDERLINED | Modifier::BOLD)
    }

    /// A frame: each package has a colour, always the same, and each of its functions a shade of it.
    pub(super) fn frame(self, package: &str, function: &str) -> Style {
        fills::package(self.colours.depth, self.colours.ground, package, function)
    }

    /// A frame in a comparison: more or less than before, by a part of the total, of 1.
    pub(super) fn change(self, share: f64) -> Style {
        match self.colours.depth {
            // Red and green grounds are not read on every palette.
            Depth::Sixteen if share < 0.0 => self.ink(Role::Less),
            Depth::Sixteen => self.ink(Role::Hot),
            depth => fills::change(depth, self.colours.ground, share),
        }
    }

    /// Frames that are too small to be drawn one by one.
    pub(super) fn merged(self) -> Style {
        self.quiet()
    }

    /// Filters in force.
    pub(super) fn filter(self) -> Style {
        self.ink(Role::Filter).add_modifier(Modifier::BOLD)
    }

    /// Something went wrong.
    pub(super) fn error(self) -> Style {
        self.ink(Role::Error).add_modifier(Modifier::BOLD)
    }
}

#[cfg(test)]
mod tests;
