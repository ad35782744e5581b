//! How the picture looks. Every tile begins with an edge and ends where the next one does, so that siblings are told
//! apart without colours too.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::super::{Shown, draw_details, draw_empty, draw_rule, fill, name_spans};
use super::{Areas, Flame, ID};
use crate::analyze::{Direction, NodeId, Part, Tile, TreeNodeId};
use crate::model::units::percentage;
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::Emphasis;
use crate::ui::widget::{figure, name, paint};
use crate::ui::work::query::Matches;

/// The left edge of a tile, and that of the one under the cursor.
const EDGE: &str = "▏";
const CURSOR: &str = "▌";
/// What stands where something was merged.
const MERGED: &str = "…";
/// What stands before the name where a frame holds less than nothing.
const LESS: &str = "−";

pub(super) fn draw(flame: &Flame, session: &Session, theme: Theme, areas: Areas, buffer: &mut Buffer) {
    let Some(shown) = &flame.shown else {
        let has_types = session
            .profile()
            .is_some_and(|profile| !profile.sample_types.is_empty());
        if has_types {
            paint::middle(buffer, areas.rows, theme.heading(), &["Adding up…".to_string()]);
        } else {
            draw_empty(session, theme, areas.rows, buffer);
        }
        return;
    };
    let picture = Picture {
        flame,
        shown,
        theme,
        matches: session.matches(&shown.tree).map(|matches| &**matches),
        selected: shown.listing.by_name.get(&session.selected).copied(),
        path: match session.is_untouched() {
            true => shown.heaviest_path(),
            false => Vec::new(),
        },
    };
    paint::line(buffer, areas.title, 0, &picture.title(session, areas));
    if shown.tree.is_empty() {
        draw_empty(session, theme, areas.rows, buffer);
        return;
    }
    for y in 0..areas.rows.height {
        picture.row(flame.top + usize::from(y), areas.rows, y, buffer);
    }
    picture.frame(session, areas.frame, buffer);
    match flame.part() {
        Part::One(id) => draw_details(session, theme, areas.details, &shown.name(id), buffer),
        Part::Many { first, end, .. } => picture.members(session, first, end, areas.details, buffer),
    }
}

/// What is drawn, with what it takes.
struct Picture<'f> {
    flame: &'f Flame,
    shown: &'f Shown,
    theme: Theme,
    matches: Option<&'f Matches>,
    /// The selected function: its other frames are marked too.
    selected: Option<NodeId>,
    /// Until there is one, the heaviest path.
    path: Vec<TreeNodeId>,
}

impl Picture<'_> {
    fn row(&self, row: usize, area: Rect, y: u16, buffer: &mut Buffer) {
        let tiles = self.flame.picture.row(row);
        for (at, tile) in tiles.iter().enumerate() {
            let cells = self.flame.picture.cells(row, at);
            let emphasis = match self.flame.at {
                under if under == (row, at) => Emphasis::Cursor,
                _ => Emphasis::Plain,
            };
            let rect = Rect {
                x: area.x.saturating_add(cells.start as u16),
                width: (cells.end - cells.start) as u16,
                ..area
            }
            .intersection(area);
            let style = self.style(tile.part, emphasis);
            let text = self.text(tile, usize::from(rect.width), emphasis);
            paint::style_row(buffer, rect, y, style);
            paint::line(buffer, rect, y, &Line::styled(text, style));
            // Where nothing follows, the edge of nothing ends the tile.
            let is_followed = tiles.get(at + 1).is_some_and(|next| next.from == tile.to);
            if !is_followed && rect.right() < area.right() {
                let behind = Rect {
                    x: rect.right(),
                    width: 1,
                    ..area
                };
                paint::line(buffer, behind, y, &Line::styled(EDGE, self.theme.quiet()));
            }
        }
    }

    /// What stands in a tile.
    fn text(&self, tile: &Tile, width: usize, emphasis: Emphasis) -> String {
        let edge = match emphasis {
            Emphasis::Cursor => CURSOR,
            Emphasis::Plain => EDGE,
        };
        let room = width.saturating_sub(1);
        match tile.part {
            // A sign without a width of its own.
            _ if tile.from == tile.to => MERGED.into(),
            Part::Many { count, .. } => {
                let words = format!("{MERGED} {count} more");
                match room {
                    0 if emphasis == Emphasis::Cursor => edge.into(),
                    0 => MERGED.into(),
                    _ if words.width() <= room => format!("{edge}{words}"),
                    _ => format!("{edge}{MERGED}"),
                }
            }
            Part::One(_) if room < 2 => edge.into(),
            Part::One(TreeNodeId::ROOT) => format!("{edge}{}", name::cut_end(&self.total(), room)),
            Part::One(id) => {
                let sign = if self.shown.tree.get(id).cum < 0 { LESS } else { "" };
                let label = name::frame_label(&self.shown.name(id), room.saturating_sub(sign.width()));
                format!("{edge}{sign}{label}")
            }
        }
    }

    fn style(&self, part: Part, emphasis: Emphasis) -> Style {
        let theme = self.theme;
        let node = match part {
            Part::One(id) => self.shown.tree.node(id),
            Part::Many { .. } => None,
        };
        let own = match (part, node) {
            (Part::Many { .. }, _) => theme.merged(),
            (_, None) => theme.heading(),
            (_, Some(node)) => {
                let report = &self.shown.listing.report;
                let function = report.profile.text(report.frames.info(node).name);
                match self.shown.listing.net {
                    Some(_) => theme.change(self.share(part)),
                    None => theme.frame(name::package(function), function),
                }
            }
        };
        let own = match self.is_match(part) {
            _ if emphasis == Emphasis::Cursor => theme.cursor(),
            true => theme.found(),
            // What does not match steps back.
            false if self.matches.is_some() => theme.merged(),
            false => own,
        };
        let is_marked = match (part, self.path.is_empty()) {
            (Part::One(id), false) => self.path.contains(&id),
            _ => node.is_some() && node == self.selected,
        };
        if is_marked {
            own.add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
        } else {
            own
        }
    }

    /// What a frame holds, as a part of the total.
    fn share(&self, part: Part) -> f64 {
        let cum = match part {
            Part::One(id) => self.shown.tree.get(id).cum,
            Part::Many { .. } => 0,
        };
        cum as f64 / self.shown.listing.report.total.unsigned_abs().max(1) as f64
    }

    /// Whether a frame matches the search, or one of those that are merged or below them does.
    fn is_match(&self, part: Part) -> bool {
        let Some(matches) = self.matches else { return false };
        let next = matches.contexts.partition_point(|id| *id < part.first());
        let end = match part {
            Part::One(id) => TreeNodeId(id.0 + 1),
            Part::Many { end, .. } => end,
        };
        matches.contexts.get(next).is_some_and(|id| *id < end)
    }

    /// The root's label.
    fn total(&self) -> String {
        let report = &self.shown.listing.report;
        let cum = self.shown.tree.get(TreeNodeId::ROOT).cum;
        let value = figure::amount(report, cum);
        if cum == report.total {
            format!("total {value}")
        } else {
            let (all, share) = (self.shown.listing.total_in_words(), percentage(cum, report.total));
            format!("total {value}, {} of {all}", share.trim())
        }
    }

    /// The way to what is zoomed into on the left, what the search finds and which rows are in view on the right.
    fn title(&self, session: &Session, areas: Areas) -> Line<'static> {
        let (theme, width) = (self.theme, usize::from(areas.title.width));
        let mut facts = Vec::new();
        if let Some(matches) = self.matches {
            facts.push((self.found(matches), theme.value()));
        }
        let (rows, height) = (self.flame.picture.len(), usize::from(areas.rows.height));
        if rows > height {
            let last = (self.flame.top + height).min(rows);
            facts.push((format!("rows {}–{last} of {rows}", self.flame.top + 1), theme.quiet()));
        }
        let mut right: Vec<Span<'static>> = Vec::new();
        for (text, style) in facts {
            if !right.is_empty() {
                right.push(Span::styled(" · ", theme.quiet()));
            }
            right.push(Span::styled(text, style));
        }
        let taken: usize = right.iter().map(Span::width).sum();
        let mut spans = self.trail(session, width.saturating_sub(taken + 3));
        let left: usize = spans.iter().map(Span::width).sum();
        spans.push(Span::raw(" ".repeat(width.saturating_sub(left + taken + 1))));
        spans.extend(right);
        Line::from(spans)
    }

    fn trail(&self, session: &Session, width: usize) -> Vec<Span<'static>> {
        let theme = self.theme;
        let top = match self.flame.direction {
            Direction::TopDown => " Top-down",
            Direction::BottomUp => " Bottom-up",
        };
        let Some((last, before)) = self.flame.trail.split_last() else {
            let order = match self.flame.direction {
                Direction::TopDown => "callees below their callers",
                Direction::BottomUp => "callers below their callees",
            };
            let tree = &self.shown.tree;
            let root = tree.get(TreeNodeId::ROOT);
            let widths = if u64::try_from(root.cum) == Ok(root.weight) {
                "as wide as what they hold"
            } else {
                "as wide as |value|, − where it is negative"
            };
            let flip = session.keys.label(Action::Flip, &[KeyContext::View(ID)]);
            let text = format!("{top}: {order}, {widths}. {flip} turns it around.");
            let text = if text.width() <= width { text } else { top.to_string() };
            return vec![Span::styled(text, theme.quiet())];
        };
        let room = width.saturating_sub(top.width() + 3);
        let word = |part: &Part| match part {
            Part::One(id) => name::frame_label(&self.shown.name(*id), room),
            Part::Many { count, .. } => format!("{MERGED} {count} more"),
        };
        let last = word(last);
        let mut left = room.saturating_sub(last.width());
        let mut steps = Vec::new();
        for part in before.iter().rev() {
            let step = word(part);
            if step.width() + 6 > left {
                steps.push(format!("{MERGED} › "));
                break;
            }
            left -= step.width() + 3;
            steps.push(format!("{step} › "));
        }
        steps.reverse();
        vec![
            Span::styled(format!("{top} › {}", steps.concat()), theme.quiet()),
            Span::styled(last, theme.heading()),
        ]
    }

    fn found(&self, matches: &Matches) -> String {
        let report = &self.shown.listing.report;
        let count = matches.contexts.len();
        let share = percentage(matches.covered, report.total);
        let covered = format!("{} {}", figure::amount(report, matches.covered), share.trim());
        match (count, matches.contexts.binary_search(&self.flame.part().first())) {
            (0, _) => "nothing matches".into(),
            (_, Ok(at)) if matches!(self.flame.part(), Part::One(_)) => {
                format!("match {} of {count}, all cover {covered}", at + 1)
            }
            (1, _) => format!("1 match covers {covered}"),
            _ => format!("{count} matches cover {covered}"),
        }
    }

    /// The largest of merged frames.
    fn members(&self, session: &Session, first: TreeNodeId, end: TreeNodeId, area: Rect, buffer: &mut Buffer) {
        let report = &self.shown.listing.report;
        let tree = &self.shown.tree;
        let first_row = u16::from(area.height > 1);
        if first_row > 0 {
            draw_rule(self.theme, area, buffer);
        }
        for (row, id) in (first_row..area.height).zip(tree.siblings(first, end)) {
            let cum = tree.get(id).cum;
            let (value, share) = (figure::amount(report, cum), percentage(cum, report.total));
            let mut spans = vec![
                Span::styled(format!(" {value:>10}"), self.theme.value()),
                Span::styled(format!(" {:>6}  ", share.trim()), self.theme.quiet()),
            ];
            let taken: usize = spans.iter().map(Span::width).sum();
            let room = usize::from(area.width).saturating_sub(taken);
            spans.extend(name_spans(
                session,
                self.theme,
                &self.shown.name(id),
                room,
                Emphasis::Plain,
            ));
            paint::line(buffer, area, row, &Line::from(spans));
        }
    }

    /// What the frame under the cursor holds.
    fn frame(&self, session: &Session, area: Rect, buffer: &mut Buffer) {
        let report = &self.shown.listing.report;
        let tree = &self.shown.tree;
        let with_share = |sum: i64| match percentage(sum, report.total).trim() {
            _ if sum == 0 => "0".to_string(),
            share => format!("{} {share}", figure::amount(report, sum)),
        };
        let facts = match self.flame.part() {
            Part::One(id) => {
                let context = tree.get(id);
                let mut facts = vec![("cum", with_share(context.cum)), ("flat", with_share(context.flat))];
                if id != TreeNodeId::ROOT {
                    let above = tree.get(context.parent).cum;
                    let whose = match self.flame.direction {
                        Direction::TopDown => "of its caller",
                        Direction::BottomUp => "of its callee",
                    };
                    facts.push((whose, percentage(context.cum, above).trim().to_string()));
                }
                if let Some(node) = context.node {
                    facts.push(("contexts", tree.contexts(node).to_string()));
                }
                facts
            }
            Part::Many { count, weight, .. } => {
                let all = tree.get(TreeNodeId::ROOT).weight.max(1);
                let enter = session.keys.label(Action::Enter, &[KeyContext::View(ID)]);
                let share = 100.0 * weight as f64 / all as f64;
                vec![
                    ("stands for", format!("{count} frames")),
                    ("together", format!("{share:.2}% of the picture")),
                    ("", format!("too small to be drawn one by one: {enter} zooms in")),
                ]
            }
        };
        fill(buffer, area, 0, self.theme, "frame", facts.into_iter());
    }
}
