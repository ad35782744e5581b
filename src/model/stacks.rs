//! Call stacks, end to end in one vector.

use super::ids::{LocationId, StackId};

/// Stacks as ranges of one vector of locations, innermost frame first.
#[derive(Clone, Debug)]
pub struct Stacks {
    frames: Vec<LocationId>,
    /// `starts[i]..starts[i + 1]` are the frames of stack `i`.
    starts: Vec<u32>,
}

impl Default for Stacks {
    fn default() -> Self {
        Self {
            frames: Vec::new(),
            starts: vec![0],
        }
    }
}

impl Stacks {
    /// Appends a stack, innermost frame first. A stack equal to the one before it is not stored
    /// again: Go writes one sample per block size, so neighbours often share their stack.
    pub fn push(&mut self, stack: &[LocationId]) -> StackId {
        self.next_frames().extend_from_slice(stack);
        self.end_stack()
    }

    /// Where the frames of the next stack are appended, to be a stack with [`Stacks::end_stack`].
    pub fn next_frames(&mut self) -> &mut Vec<LocationId> {
        &mut self.frames
    }

    /// Makes a stack of what was appended, as [`Stacks::push`] does.
    pub fn end_stack(&mut self) -> StackId {
        let start = self.starts[self.len()] as usize;
        let last = self.len().checked_sub(1).map(StackId::from_index);
        match last {
            Some(last) if *self.get(last) == self.frames[start..] => {
                self.frames.truncate(start);
                last
            }
            _ => {
                self.starts.push(u32::try_from(self.frames.len()).unwrap_or(u32::MAX));
                StackId::from_index(self.len() - 1)
            }
        }
    }

    /// How many stacks there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// True when there is no stack.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The locations of a stack, innermost first.
    #[inline]
    pub fn get(&self, id: StackId) -> &[LocationId] {
        let (start, end) = (self.starts[id.index()], self.starts[id.index() + 1]);
        &self.frames[start as usize..end as usize]
    }

    /// All frames of all stacks, for a pass over the whole table.
    pub fn frames(&self) -> &[LocationId] {
        &self.frames
    }

    /// All frames of all stacks, to be renumbered in place.
    pub fn frames_mut(&mut self) -> &mut [LocationId] {
        &mut self.frames
    }
}
