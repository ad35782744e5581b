//! A cursor in a list that scrolls.

use crate::ui::keys::table::Movement;

/// Which row is selected and which is the first in view.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in super::super) struct Cursor {
    pub(in super::super) at: usize,
    pub(in super::super) offset: usize,
}

impl Cursor {
    /// Moves in a list of `len` rows of which `height` are in view.
    pub(in super::super) fn step(&mut self, step: Movement, len: usize, height: usize) {
        let page = height.max(1);
        let (down, by) = match step {
            Movement::Up => (false, 1),
            Movement::Down => (true, 1),
            Movement::WheelUp => (false, 3),
            Movement::WheelDown => (true, 3),
            Movement::PageUp => (false, page),
            Movement::PageDown => (true, page),
            Movement::HalfUp => (false, page.div_ceil(2)),
            Movement::HalfDown => (true, page.div_ceil(2)),
            Movement::First => (false, usize::MAX),
            Movement::Last => (true, usize::MAX),
        };
        self.at = if down {
            self.at.saturating_add(by)
        } else {
            self.at.saturating_sub(by)
        };
        self.fit(len, height);
    }

    /// Goes to a row.
    pub(in super::super) fn go(&mut self, at: usize, len: usize, height: usize) {
        self.at = at;
        self.fit(len, height);
    }

    /// Keeps the cursor on a row and in view, and the view full.
    pub(in super::super) fn fit(&mut self, len: usize, height: usize) {
        self.at = self.at.min(len.saturating_sub(1));
        if height > 0 {
            let lowest = self.at.saturating_sub(height - 1);
            self.offset = self.offset.clamp(lowest, self.at).min(len.saturating_sub(height));
        }
    }
}
