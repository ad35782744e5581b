//! What is below the rows of a view: details of the function under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::model::SampleTypeId;
use crate::model::units::percentage;
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::List;
use crate::ui::widget::{figure, name, paint};
use crate::ui::work::listing::Listing;

/// At the right end of the title: which rows are in view, where not all are.
pub(super) fn draw_position(theme: Theme, title: Rect, rows: Rect, list: &List, len: usize, buffer: &mut Buffer) {
    let Some(position) = list.position(len, rows) else {
        return;
    };
    let line = Line::styled(position, theme.quiet());
    let width = (line.width() as u16).min(title.width);
    let area = Rect {
        x: title.right() - width,
        width,
        ..title
    };
    paint::clear(buffer, area);
    paint::line(buffer, area, 0, &line);
}

/// Cells that a place has at least.
const LEAST_PLACE: usize = 20;

/// Lines below the rule; where there is room for no more, the last of them says so.
pub(super) fn draw_lines(mut lines: Vec<Line<'static>>, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.height).saturating_sub(1);
    if lines.len() > room {
        lines.truncate(room);
        if let Some(last) = lines.last_mut() {
            let (style, text) = (last.spans.first().map(|span| span.style), last.to_string());
            let cut = name::cut_end(&format!("{text} …"), usize::from(area.width));
            *last = Line::styled(cut, style.unwrap_or_default().patch(last.style));
        }
    }
    for (at, line) in lines.iter().enumerate() {
        paint::line(buffer, area, at as u16 + 1, line);
    }
}

/// In a single line: the name, and where it is.
fn draw_short(theme: Theme, area: Rect, (full, place): (&str, String), buffer: &mut Buffer) {
    let room = usize::from(area.width).saturating_sub(2);
    // The name first, but the end of the place in any case.
    let left = room.saturating_sub(full.width() + 2).max(LEAST_PLACE);
    let place = name::cut_start(&place, left);
    let left = room.saturating_sub(place.width() + 2);
    let line = Line::from(vec![
        Span::styled(format!(" {}", name::shorten(full, left)), theme.function()),
        Span::styled(format!("  {place}"), theme.quiet()),
    ]);
    paint::line(buffer, area, 0, &line);
}

/// What parts the rows from the details.
pub(super) fn draw_rule(theme: Theme, area: Rect, buffer: &mut Buffer) {
    let rule = "─".repeat(usize::from(area.width));
    paint::line(buffer, area, 0, &Line::styled(rule, theme.quiet()));
}

/// Details of a function at the lower end of a view: full name, source, package.
pub(super) fn draw_details(session: &Session, theme: Theme, area: Rect, full: &str, buffer: &mut Buffer) {
    draw_details_at(session, theme, area, (full, place(session, full)), buffer);
}

/// Details of a function, with another place than the line that matters most in it.
pub(super) fn draw_details_at(
    session: &Session,
    theme: Theme,
    area: Rect,
    (full, place): (&str, String),
    buffer: &mut Buffer,
) {
    if area.height == 0 || full.is_empty() {
        return;
    }
    if area.height == 1 {
        return draw_short(theme, area, (full, place), buffer);
    }
    draw_rule(theme, area, buffer);
    paint::line(
        buffer,
        area,
        1,
        &Line::from(vec![Span::raw(" "), Span::styled(full, theme.function())]),
    );
    let facts = [
        ("at", place),
        ("freed", churn(session, full)),
        ("package", package(session, full)),
    ];
    fill(
        buffer,
        area,
        2,
        theme,
        "",
        facts.into_iter().filter(|(_, fact)| !fact.is_empty()),
    );

    let types = session.profile().map_or(0, |profile| profile.sample_types.len());
    // The type in view first: it is the one that always has room. Then its counterpart.
    let stem = |id: SampleTypeId| {
        let name = session.profile().map_or("", |profile| profile.type_name(id));
        name.split('_').next().unwrap_or_default()
    };
    let mut types: Vec<SampleTypeId> = (0..types).take(9).map(SampleTypeId::from_index).collect();
    types.sort_by_key(|id| (*id != session.sample_type, stem(*id) != stem(session.sample_type)));
    let listings = types.into_iter().filter_map(|id| session.listing_of(id));
    let values = listings.map(|listing| {
        let report = &listing.report;
        let sums = listing
            .by_name
            .get(full)
            .map(|&node| *listing.whole.node(node))
            .unwrap_or_default();
        // In the unit of the tables, so that a number is the same in both.
        let [flat, cum] = [sums.flat_value(), sums.cum_value()].map(|value| figure::amount(report, value));
        let text = format!("{flat}/{cum}");
        (report.profile.type_name(report.sample_type), text)
    });
    fill(buffer, area, 3, theme, "flat/cum", values);
}

/// So much of what a function allocated is gone from there on.
const PRESSURE: f64 = 0.95;
/// What allocates less of all is no matter.
const MATTERS: f64 = 0.05;

/// Of what is allocated, how much is freed: what a function does to the collector; empty for other sample types.
fn churn(session: &Session, full: &str) -> String {
    let freed = || {
        let (allocated, in_use) = (session.listing()?, session.sibling_type(&[("alloc", "inuse")])?);
        let report = &allocated.report;
        if !report.profile.type_name(report.sample_type).starts_with("alloc") {
            return None;
        }
        let in_use = session.listing_of(in_use)?;
        let flat = |listing: &Listing| {
            let node = listing.by_name.get(full);
            node.map_or(0, |&node| listing.whole.node(node).flat_value())
        };
        let (all, kept) = (flat(allocated), flat(in_use));
        let freed = all.saturating_sub(kept);
        let share = freed as f64 / all as f64;
        let is_pressure = share >= PRESSURE && all as f64 >= MATTERS * report.total as f64;
        let hint = if is_pressure { ": GC pressure, not a leak" } else { "" };
        let percent = percentage(freed, all);
        (all > 0).then(|| format!("{} of it, {}{hint}", figure::amount(report, freed), percent.trim()))
    };
    freed().unwrap_or_default()
}

/// Writes named facts into a row, as many as there is room for; the first in any case.
pub(super) fn fill<'f>(
    buffer: &mut Buffer,
    area: Rect,
    row: u16,
    theme: Theme,
    title: &'static str,
    facts: impl Iterator<Item = (&'f str, String)>,
) {
    let mut line = Line::from(vec![Span::styled(format!(" {title}"), theme.quiet())]);
    for (at, (name, fact)) in facts.enumerate() {
        let gap = if line.width() > 1 { "  " } else { "" };
        let spans = [Span::styled(format!("{gap}{name} "), theme.quiet()), Span::raw(fact)];
        let wide: usize = spans.iter().map(Span::width).sum();
        if at == 0 || line.width() + wide <= usize::from(area.width) {
            line.spans.extend(spans);
        }
    }
    paint::line(buffer, area, row, &line);
}

/// The package of a row's function; empty for rows that are no function.
fn package(session: &Session, full: &str) -> String {
    let name = session.listing().and_then(|listing| {
        let report = &listing.report;
        let node = *listing.by_name.get(full)?;
        Some(report.profile.text(report.frames.info(node).name))
    });
    name.map(|name| name::package(name).to_string()).unwrap_or_default()
}

/// `file:line` of the line that matters most in a function, as far as the profile knows.
pub(in crate::ui) fn place(session: &Session, full: &str) -> String {
    let place = session.listing().and_then(|listing| {
        let report = &listing.report;
        let node = *listing.by_name.get(full)?;
        let info = report.frames.info(node);
        if info.line > 0 {
            // The row is a line already.
            return Some(format!("{}:{}", report.frames.file(node), info.line));
        }
        let line = listing.lines.get(&info.name)?;
        let file = report
            .profile
            .text(report.profile.functions[line.function.index()].filename);
        let known = (!file.is_empty()).then_some(file)?;
        Some(if line.line > 0 {
            format!("{known}:{}", line.line)
        } else {
            known.to_string()
        })
    });
    place.unwrap_or_default()
}
