//! Call stacks, end to end in one vector.

use std::slice;

use super::ids::{LocationId, StackId};

/// Stacks as ranges of one vector of locations, innermost frame first.
#[derive(Clone, Debug)]
pub struct Stacks {
    rows: Rows,
    /// `starts[i]..starts[i + 1]` are the frames of stack `i`.
    starts: Vec<u32>,
}

/// Rows of locations, two bytes each until one does not fit: frames are most of a large profile, and few profiles
/// have so many locations.
#[derive(Clone, Debug)]
enum Rows {
    /// [`NO_ROW`] stands for the largest id.
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

const NO_ROW: u16 = u16::MAX;

fn widened(row: u16) -> LocationId {
    LocationId(if row == NO_ROW { u32::MAX } else { u32::from(row) })
}

/// The frames of a stack, innermost first.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'s>(View<'s>);

#[derive(Clone, Copy, Debug)]
enum View<'s> {
    Narrow(&'s [u16]),
    Wide(&'s [u32]),
}

impl Default for Stacks {
    fn default() -> Self {
        Self {
            rows: Rows::Narrow(Vec::new()),
            starts: vec![0],
        }
    }
}

impl Stacks {
    /// Appends a stack, innermost frame first, and returns its id. A stack equal to the one before it is not stored
    /// again: Go writes one sample per block size, so neighbours often share their stack.
    pub fn push(&mut self, stack: &[LocationId]) -> StackId {
        stack.iter().for_each(|&frame| self.append(frame));
        self.end_stack()
    }

    /// Appends a frame to the open stack, which [`Stacks::end_stack`] ends.
    #[inline]
    pub fn append(&mut self, frame: LocationId) {
        match &mut self.rows {
            Rows::Narrow(rows) if frame.0 < u32::from(NO_ROW) => rows.push(frame.0 as u16),
            Rows::Narrow(rows) => {
                let mut wide: Vec<u32> = rows.iter().map(|&row| widened(row).0).collect();
                wide.push(frame.0);
                self.rows = Rows::Wide(wide);
            }
            Rows::Wide(rows) => rows.push(frame.0),
        }
    }

    /// Appends frames whose rows fit two bytes; 65535 stands for the largest row, `u32::MAX`.
    #[inline]
    pub fn append_small(&mut self, frames: &[u16]) {
        match &mut self.rows {
            Rows::Narrow(rows) => rows.extend_from_slice(frames),
            Rows::Wide(rows) => rows.extend(frames.iter().map(|&row| widened(row).0)),
        }
    }

    /// How many frames the open stack has so far.
    pub fn begun(&self) -> usize {
        self.frames() - self.starts[self.len()] as usize
    }

    /// Ends the open stack and returns its id, as [`Stacks::push`] does.
    pub fn end_stack(&mut self) -> StackId {
        let start = self.starts[self.len()] as usize;
        let last = self.len().checked_sub(1).map(StackId::from_index);
        match last {
            Some(last) if self.get(last) == self.view(start, self.frames()) => {
                match &mut self.rows {
                    Rows::Narrow(rows) => rows.truncate(start),
                    Rows::Wide(rows) => rows.truncate(start),
                }
                last
            }
            _ => {
                self.starts.push(u32::try_from(self.frames()).unwrap_or(u32::MAX));
                StackId::from_index(self.len() - 1)
            }
        }
    }

    /// How many stacks there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// True when there are no stacks.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many frames all stacks have together.
    pub fn frames(&self) -> usize {
        match &self.rows {
            Rows::Narrow(rows) => rows.len(),
            Rows::Wide(rows) => rows.len(),
        }
    }

    /// The locations of a stack, innermost first.
    #[inline]
    pub fn get(&self, id: StackId) -> Stack<'_> {
        self.view(self.starts[id.index()] as usize, self.starts[id.index() + 1] as usize)
    }

    #[inline]
    fn view(&self, start: usize, end: usize) -> Stack<'_> {
        Stack(match &self.rows {
            Rows::Narrow(rows) => View::Narrow(&rows[start..end]),
            Rows::Wide(rows) => View::Wide(&rows[start..end]),
        })
    }

    /// These stacks with each location replaced by what `renumber` returns.
    ///
    /// # Errors
    /// The first error of `renumber`.
    pub fn try_map<E>(self, renumber: impl Fn(LocationId) -> Result<LocationId, E>) -> Result<Self, E> {
        let mut mapped = Self {
            rows: Rows::Narrow(Vec::with_capacity(self.frames())),
            starts: Vec::new(),
        };
        for frame in &self.view(0, self.frames()) {
            mapped.append(renumber(frame)?);
        }
        mapped.starts = self.starts;
        Ok(mapped)
    }
}

impl<'s> Stack<'s> {
    /// How many frames there are.
    #[inline]
    pub fn len(self) -> usize {
        match self.0 {
            View::Narrow(rows) => rows.len(),
            View::Wide(rows) => rows.len(),
        }
    }

    /// True when there are no frames.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The frame at this place, counted from 0 at the innermost.
    ///
    /// # Panics
    /// If there are fewer frames.
    #[inline]
    pub fn at(self, place: usize) -> LocationId {
        match self.0 {
            View::Narrow(rows) => widened(rows[place]),
            View::Wide(rows) => LocationId(rows[place]),
        }
    }

    /// The frames `from..to`, counted from the innermost.
    ///
    /// # Panics
    /// If there are fewer frames.
    #[inline]
    pub fn part(self, from: u32, to: u32) -> Self {
        let range = from as usize..to as usize;
        Self(match self.0 {
            View::Narrow(rows) => View::Narrow(&rows[range]),
            View::Wide(rows) => View::Wide(&rows[range]),
        })
    }

    /// Iterates over the frames, innermost first.
    #[inline]
    pub fn iter(self) -> FrameIter<'s> {
        match self.0 {
            View::Narrow(rows) => FrameIter::Narrow(rows.iter()),
            View::Wide(rows) => FrameIter::Wide(rows.iter()),
        }
    }
}

impl PartialEq for Stack<'_> {
    fn eq(&self, other: &Self) -> bool {
        // Comparing two empty slices at dangling addresses takes a hundred times as long as comparing real ones.
        if self.is_empty() || other.is_empty() {
            return self.len() == other.len();
        }
        match (self.0, other.0) {
            (View::Narrow(left), View::Narrow(right)) => left == right,
            (View::Wide(left), View::Wide(right)) => left == right,
            _ => self.iter().eq(other.iter()),
        }
    }
}

impl<'s> IntoIterator for &Stack<'s> {
    type Item = LocationId;
    type IntoIter = FrameIter<'s>;

    fn into_iter(self) -> FrameIter<'s> {
        self.iter()
    }
}

/// The frames of a [`Stack`].
#[derive(Clone, Debug)]
pub enum FrameIter<'s> {
    /// Stored in two bytes each.
    Narrow(slice::Iter<'s, u16>),
    /// Stored in four bytes each.
    Wide(slice::Iter<'s, u32>),
}

impl Iterator for FrameIter<'_> {
    type Item = LocationId;

    #[inline]
    fn next(&mut self) -> Option<LocationId> {
        match self {
            Self::Narrow(rows) => rows.next().map(|&row| widened(row)),
            Self::Wide(rows) => rows.next().map(|&row| LocationId(row)),
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Narrow(rows) => rows.size_hint(),
            Self::Wide(rows) => rows.size_hint(),
        }
    }

    // Decides once, not per frame, which of the two it is.
    #[inline]
    fn fold<B, F: FnMut(B, LocationId) -> B>(self, init: B, mut each: F) -> B {
        match self {
            Self::Narrow(rows) => rows.fold(init, |sum, &row| each(sum, widened(row))),
            Self::Wide(rows) => rows.fold(init, |sum, &row| each(sum, LocationId(row))),
        }
    }
}

impl DoubleEndedIterator for FrameIter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<LocationId> {
        match self {
            Self::Narrow(rows) => rows.next_back().map(|&row| widened(row)),
            Self::Wide(rows) => rows.next_back().map(|&row| LocationId(row)),
        }
    }

    #[inline]
    fn rfold<B, F: FnMut(B, LocationId) -> B>(self, init: B, mut each: F) -> B {
        match self {
            Self::Narrow(rows) => rows.rfold(init, |sum, &row| each(sum, widened(row))),
            Self::Wide(rows) => rows.rfold(init, |sum, &row| each(sum, LocationId(row))),
        }
    }
}

impl ExactSizeIterator for FrameIter<'_> {}
