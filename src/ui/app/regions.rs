//! Where everything is: a pure function of the terminal's size, which both drawing and clicking use.

use ratatui::layout::Rect;

/// The parts of the screen, from top to bottom. A part that has no room is empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::ui) struct Regions {
    /// Source, filters, total, time.
    pub(in crate::ui) header: Rect,
    /// Views on the left, sample types on the right.
    pub(in crate::ui) tabs: Rect,
    /// The series, where there is one.
    pub(in crate::ui) strip: Rect,
    /// The view in front.
    pub(in crate::ui) body: Rect,
    /// Messages, or the keys that act.
    pub(in crate::ui) footer: Rect,
}

/// Whether there is a series to show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Strip {
    Hidden,
    Shown,
}

impl Regions {
    /// The parts of a terminal of this size. The body comes first: other parts appear as there is room.
    pub(in crate::ui) fn new(area: Rect, strip: Strip) -> Self {
        let row = |y: u16| Rect {
            y: area.y + y,
            height: 1,
            ..area
        };
        let none = Rect { height: 0, ..area };
        let (has_header, has_tabs, has_footer) = (area.height >= 3, area.height >= 8, area.height >= 4);
        let has_strip = has_tabs && strip == Strip::Shown;
        let tabs = u16::from(has_header) + u16::from(has_tabs);
        let top = tabs + u16::from(has_strip);
        let bottom = u16::from(has_footer);
        Self {
            header: if has_header { row(0) } else { none },
            tabs: if has_tabs { row(1) } else { none },
            strip: if has_strip { row(tabs) } else { none },
            body: Rect {
                y: area.y + top,
                height: area.height.saturating_sub(top + bottom),
                ..area
            },
            footer: if has_footer { row(area.height - 1) } else { none },
        }
    }
}

/// Places labels side by side: for each its rectangle in the row, as far as there is room.
pub(in crate::ui) fn tabs(area: Rect, labels: &[String]) -> Vec<Rect> {
    use unicode_width::UnicodeWidthStr;
    let mut x = area.x.saturating_add(1);
    let mut rects = Vec::new();
    for label in labels {
        let width = label.width() as u16;
        let right = x.saturating_add(width);
        if right > area.right() {
            break;
        }
        rects.push(Rect {
            x,
            y: area.y,
            width,
            height: area.height,
        });
        x = right;
    }
    rects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_never_leave_the_terminal_or_overlap() {
        for width in [0, 1, 20, 80] {
            for (height, strip) in (0..60).map(|at| (at / 2, [Strip::Hidden, Strip::Shown][at as usize % 2])) {
                let area = Rect::new(0, 0, width, height);
                let regions = Regions::new(area, strip);
                let parts = [
                    regions.header,
                    regions.tabs,
                    regions.strip,
                    regions.body,
                    regions.footer,
                ];
                let rows: u16 = parts.iter().map(|part| part.height).sum();
                assert_eq!(
                    rows, height,
                    "the rows of a {width}x{height} terminal are all used once"
                );
                assert!(parts.iter().all(|part| area.union(*part) == area), "{width}x{height}");
            }
        }
    }
}
