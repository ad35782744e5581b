//! Where the values of lines find room: beside the line if they can, else in it.

use super::{Area, Path, Spot};

/// What is taken of each row: (first cell, last cell, whose it is).
struct Taken {
    rows: Vec<Vec<(i32, i32, Owner)>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Line(usize),
    Other,
}

impl Taken {
    fn new(boxes: &[Area], paths: &[Path]) -> Self {
        let height = boxes.iter().map(Area::bottom).max().unwrap_or(0);
        let mut taken = Self {
            rows: vec![Vec::new(); usize::try_from(height).unwrap_or(0)],
        };
        for area in boxes {
            for y in area.y..area.bottom() {
                taken.take(y, area.x, area.right() - 1, Owner::Other);
            }
        }
        for (at, path) in paths.iter().enumerate() {
            for run in path.corners.windows(2) {
                let (a, b) = (run[0], run[1]);
                for y in a.y..=b.y {
                    taken.take(y, a.x.min(b.x), a.x.max(b.x), Owner::Line(at));
                }
            }
        }
        taken
    }

    fn take(&mut self, y: i32, first: i32, last: i32, owner: Owner) {
        if let Some(row) = usize::try_from(y).ok().and_then(|y| self.rows.get_mut(y)) {
            row.push((first, last, owner));
        }
    }

    /// Whether nothing is in these cells but what belongs to `owner`.
    fn is_free(&self, y: i32, first: i32, last: i32, owner: Option<Owner>) -> bool {
        let row = usize::try_from(y).ok().and_then(|y| self.rows.get(y));
        row.is_some_and(|row| {
            first >= 0
                && row
                    .iter()
                    .all(|&(a, b, whose)| b < first || last < a || Some(whose) == owner)
        })
    }
}

/// For each line the first cell of its label of this many cells, if there is room. Earlier lines choose first.
pub(super) fn place(boxes: &[Area], paths: &[Path], lengths: &[i32]) -> Vec<Option<Spot>> {
    let mut taken = Taken::new(boxes, paths);
    let place = |(at, (path, &length)): (usize, (&Path, &i32))| {
        let spot = (length > 0).then(|| find(&taken, at, path, length)).flatten()?;
        taken.take(spot.y, spot.x - 1, spot.x + length, Owner::Other);
        Some(spot)
    };
    paths.iter().zip(lengths).enumerate().map(place).collect()
}

fn find(taken: &Taken, at: usize, path: &Path, length: i32) -> Option<Spot> {
    // Beside the arrow head first, then along the line from there, at last at its other end.
    let mut upright: Vec<Spot> = path
        .corners
        .windows(2)
        .filter(|run| run[0].x == run[1].x)
        .flat_map(|run| (run[0].y..=run[1].y).map(|y| Spot { x: run[0].x, y }))
        .collect();
    if !path.is_upward {
        upright.reverse();
    }
    let beside = upright.into_iter().find_map(|Spot { x, y }| {
        // With a blank on either side.
        let right = taken.is_free(y, x + 1, x + 2 + length, None);
        let left = || taken.is_free(y, x - 2 - length, x - 1, None);
        match () {
            () if right => Some(Spot { x: x + 2, y }),
            () if left() => Some(Spot { x: x - 1 - length, y }),
            () => None,
        }
    });
    let level = || {
        let mut runs = path.corners.windows(2).filter(|run| run[0].y == run[1].y);
        runs.find_map(|run| {
            let (low, high) = (run[0].x.min(run[1].x), run[0].x.max(run[1].x));
            let y = run[0].y;
            // Two cells of line are left on either side.
            let own = Some(Owner::Line(at));
            let mut starts = low + 3..=high - 2 - length;
            let start = starts.find(|&x| taken.is_free(y, x - 1, x + length, own))?;
            Some(Spot { x: start, y })
        })
    };
    beside.or_else(level)
}
