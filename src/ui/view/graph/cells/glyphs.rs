//! Box characters for cells in which lines meet.

/// How strong a line is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(in super::super) enum Weight {
    #[default]
    Light,
    Heavy,
    /// For borders only.
    Double,
}

/// A side of a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Side {
    Up,
    Right,
    Down,
    Left,
}

/// Which lines leave a cell through each of its sides: two bits each, 0 for none, 1 light, 2 heavy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Arms(u8);

/// For left (9 rows of 3) and down, then right and up: none, light, heavy.
const LINES: [&str; 9] = [
    " ╵╹╶╰┖╺┕┗",
    "╷│╿╭├┞┍┝┡",
    "╻╽┃┎┟┠┏┢┣",
    "╴╯┚─┴┸╼┶┺",
    "╮┤┦┬┼╀┮┾╄",
    "┒┧┨┰╁╂┲╆╊",
    "╸┙┛╾┵┹━┷┻",
    "┑┥┩┭┽╃┯┿╇",
    "┓┪┫┱╅╉┳╈╋",
];

impl Arms {
    /// Adds a line; the stronger of two stays.
    pub(super) fn add(&mut self, side: Side, weight: Weight) {
        let strength = if weight == Weight::Light { 1 } else { 2 };
        let old = self.strength(side);
        self.0 = self.0 & !(3 << (2 * side as u8)) | old.max(strength) << (2 * side as u8);
    }

    fn strength(self, side: Side) -> u8 {
        self.0 >> (2 * side as u8) & 3
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The character.
    pub(super) fn glyph(self) -> char {
        let [up, right, down, left] =
            [Side::Up, Side::Right, Side::Down, Side::Left].map(|side| usize::from(self.strength(side)));
        LINES[3 * left + down].chars().nth(3 * right + up).unwrap_or(' ')
    }

    /// The character for a dotted line; a corner is as it is for others.
    pub(super) fn dotted(self) -> char {
        match self.glyph() {
            '│' => '┊',
            '┃' => '┋',
            '─' => '╌',
            '━' => '╍',
            corner => corner,
        }
    }
}

/// The border of a box: its corners from the upper left one clockwise, then level and upright.
pub(in super::super) fn border(weight: Weight) -> [char; 6] {
    match weight {
        Weight::Light => ['┌', '┐', '┘', '└', '─', '│'],
        Weight::Heavy => ['┏', '┓', '┛', '┗', '━', '┃'],
        Weight::Double => ['╔', '╗', '╝', '╚', '═', '║'],
    }
}

/// Where a line leaves the level border of a box to a side.
pub(in super::super) fn port(border: Weight, line: Weight, side: Side) -> char {
    match (border, side) {
        (Weight::Double, Side::Down) => '╤',
        (Weight::Double, Side::Up) => '╧',
        _ => {
            let mut arms = Arms::default();
            arms.add(Side::Left, border);
            arms.add(Side::Right, border);
            arms.add(side, line);
            arms.glyph()
        }
    }
}
