//! What is around the view: header and tabs.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::analyze::base_name;
use crate::model::{SampleTypeId, units};
use crate::ui::app::regions::{Regions, tabs};
use crate::ui::app::strip::{self, Spelling};
use crate::ui::app::{App, Load, footer};
use crate::ui::keys::action::Action;
use crate::ui::session::{BETWEEN, Session};
use crate::ui::theme::Theme;
use crate::ui::view::VIEWS;
use crate::ui::widget::{figure, name, paint};

/// Draws everything but the body.
pub(in crate::ui) fn draw(app: &App, regions: &Regions, theme: Theme, buffer: &mut Buffer) {
    header(app, regions, theme, buffer);
    if app.session.profile().is_some() {
        let (views, types) = tab_areas(app, regions.tabs);
        let front = app.shown_views().iter().position(|view| *view == app.front);
        views.1.draw(theme, views.0, front.unwrap_or(0), buffer);
        types.1.draw(theme, types.0, app.session.sample_type.index(), buffer);
    }
    strip::draw(&app.session, Spelling::of(app.view()), theme, regions.strip, buffer);
    footer::draw(app, theme, regions.footer, buffer);
}

/// What a click at a place outside of the body does.
pub(in crate::ui) fn click(app: &App, regions: &Regions, at: Position) -> Option<Action> {
    if regions.strip.contains(at) {
        return strip::hit(&app.session, Spelling::of(app.view()), regions.strip, at).map(Action::Moment);
    }
    let (views, types) = tab_areas(app, regions.tabs);
    let view = views
        .1
        .hit(views.0, at)
        .and_then(|at| Some(Action::View(VIEWS[*app.shown_views().get(at)?].id)));
    let kind = || types.1.hit(types.0, at);
    view.or_else(|| kind().map(|at| Action::SampleType(SampleTypeId::from_index(at))))
}

/// As much of the tabs' names as there is room for, and how far apart they are. A type without a name in its tab has it in
/// the header or in the strip.
fn naming(app: &App, area: Rect) -> (Named, Spacing) {
    let ways = [
        (Named::All, Spacing::Wide),
        (Named::All, Spacing::Narrow),
        (Named::Front, Spacing::Wide),
        (Named::Front, Spacing::Narrow),
    ];
    // Of a narrow screen the header has no room for it either.
    let least = match area.width {
        0..60 => (Named::Front, Spacing::Narrow),
        _ => (Named::None, Spacing::Narrow),
    };
    let fits = |way: &(Named, Spacing)| wanted(app, *way, area).iter().sum::<usize>() <= usize::from(area.width);
    ways.into_iter().find(fits).unwrap_or(least)
}

/// Cells that the tabs of views take, and those of sample types.
fn wanted(app: &App, way: (Named, Spacing), area: Rect) -> [usize; 2] {
    let endless = Rect {
        width: u16::MAX,
        ..area
    };
    [
        Strip::views(app, way.1, endless).width(),
        Strip::types(&app.session, way, endless).width(),
    ]
}

/// The tabs of views, and of sample types at the right end of their row.
fn tab_areas(app: &App, area: Rect) -> ((Rect, Strip), (Rect, Strip)) {
    let (named, spacing) = naming(app, area);
    let [views, types] = wanted(app, (named, spacing), area);
    let room = usize::from(area.width);
    let width = match views + types <= room {
        true => types,
        false => types.min(room / 2),
    };
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(area.width);
    let left = Rect {
        width: area.width - width,
        ..area
    };
    let right = Rect {
        x: left.right(),
        width,
        ..area
    };
    let types = Strip::types(&app.session, (named, spacing), right);
    ((left, Strip::views(app, spacing, left)), (right, types))
}

fn header(app: &App, regions: &Regions, theme: Theme, buffer: &mut Buffer) {
    let (session, area) = (&app.session, regions.header);
    let mut line = Line::from(vec![
        Span::styled(" heaptui ", theme.heading()),
        Span::raw(short_source(&session.title())),
    ]);
    let room = usize::from(area.width).saturating_sub(line.width());
    line.spans.extend(state(app, theme, room));
    let kind = match regions.tabs.height {
        0 => Kind::Named,
        _ if regions.strip.height == 0 && naming(app, regions.tabs).0 == Named::None => Kind::Named,
        _ => Kind::InTabs,
    };
    let mut said = facts(session, kind, Spelling::of(app.view()), theme);
    // Where in time it is, which changes what all the rest means.
    let [state, more] = strip::facts(session, theme);
    let behind_total = said.len().min(1);
    said.splice(behind_total..behind_total, more);
    said.splice(0..0, state);
    for (text, style) in said {
        let spans = [Span::styled("  ·  ", theme.quiet()), Span::styled(text, style)];
        let wide: usize = spans.iter().map(Span::width).sum();
        if line.width() + wide > usize::from(area.width) {
            break;
        }
        line.spans.extend(spans);
    }
    paint::line(buffer, area, 0, &line);
}

/// Where the sample type is said.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    InTabs,
    /// Before the total: there are no tabs, or they have no room for names.
    Named,
}

/// So many cells of a comment in the profile are shown.
const COMMENT: usize = 40;

/// What the header says of the profile, what matters most first.
fn facts(session: &Session, kind: Kind, spelling: Spelling, theme: Theme) -> Vec<(String, Style)> {
    let (Some(profile), Some(listing)) = (session.profile(), session.listing()) else {
        return Vec::new();
    };
    let report = &listing.report;
    let kind = match kind {
        Kind::Named => profile.type_name(report.sample_type),
        Kind::InTabs => "total",
    };
    let binary = profile.mappings.first().map_or("", |main| profile.text(main.file));
    // In the unit of the tables, so that they add up to it.
    let unit = profile.type_unit(report.sample_type);
    let value = |value| match spelling {
        Spelling::Rounded => spelling.text(value, (unit, &report.format.to)),
        Spelling::Report => figure::amount(report, value),
    };
    let total = match listing.net {
        _ if report.is_saturated() => format!("{kind} ≥{}", value(report.total)),
        None if listing.sides.is_some() => format!("{kind} +{}", value(report.total)),
        None => format!("{kind} {}", value(report.total)),
        Some(net) if net > 0 => format!("{kind} net +{}", value(net)),
        Some(net) => format!("{kind} net {}", value(net)),
    };
    let mut facts = vec![(total, theme.value())];
    if let Some(offer) = &session.offer {
        facts.insert(0, (offer.name.clone(), theme.key()));
    }
    if let Some(count) = session.added_up() {
        facts.push((format!("sum of {count} profiles"), theme.key()));
    }
    if let Some(seconds) = session.seconds_apart() {
        facts.push((format!("taken {} apart", strip::duration(seconds)), theme.text()));
    }
    // As reports do; a `#` hides one there, too.
    let comments = profile.comments.iter().map(|comment| profile.text(*comment));
    for comment in comments.filter(|comment| !comment.starts_with('#')) {
        facts.push((name::cut_end(comment, COMMENT), theme.key()));
    }
    if !binary.is_empty() {
        facts.push((format!("binary {}", base_name(binary)), theme.text()));
    }
    if profile.time_nanos != 0
        && let Ok(time) = Timestamp::from_nanosecond(i128::from(profile.time_nanos))
    {
        let time = time.to_zoned(session.environment.zone.clone());
        facts.push((time.strftime("%Y-%m-%d %H:%M:%S %Z").to_string(), theme.quiet()));
    }
    if profile.duration_nanos != 0 {
        facts.push((
            format!("over {}", units::label(profile.duration_nanos, "nanoseconds", "auto")),
            theme.quiet(),
        ));
    }
    if profile.period > 1 {
        let unit = profile.text(profile.period_type.unit);
        facts.push((
            format!("1 sample per {}", spelling.text(profile.period, (unit, "auto"))),
            theme.quiet(),
        ));
    }
    facts
}

/// What is in view without the schemes of URLs, and without the path that every heap has: both sides of a comparison, the
/// first of several.
pub(super) fn short_source(title: &str) -> String {
    let short = |side: &str| {
        if !side.contains("://") {
            return side.to_string();
        }
        let (source, more) = side.split_at(side.find(' ').unwrap_or(side.len()));
        let plain = ["https+insecure://", "https://", "http://"];
        let scheme = plain.iter().find(|scheme| source.contains(**scheme));
        let source = scheme.map_or(source.to_string(), |scheme| source.replacen(scheme, "", 1));
        let server = source.strip_suffix("/debug/pprof/heap").unwrap_or(&source);
        format!("{}{more}", server.trim_end_matches(':'))
    };
    title.split(BETWEEN).map(short).collect::<Vec<_>>().join(BETWEEN)
}

/// Which sample types are named in their tabs.
#[derive(Clone, Copy, PartialEq)]
enum Named {
    All,
    Front,
    /// Their numbers alone.
    None,
}

/// How far apart tabs are: two blanks, or one.
#[derive(Clone, Copy, PartialEq)]
enum Spacing {
    Wide,
    Narrow,
}

/// Which of how many tabs one is, and which of them is in front.
#[derive(Clone, Copy)]
struct Among {
    at: usize,
    front: usize,
    count: usize,
}

impl Spacing {
    /// A tab's text with what parts it from others.
    fn label(self, text: &str, among: Among) -> String {
        let text = match (self, among.at == among.front) {
            (_, true) => format!("[{text}]"),
            (Self::Wide, false) => format!(" {text} "),
            (Self::Narrow, false) => text.to_string(),
        };
        match self {
            Self::Narrow if among.at + 1 < among.count => text + " ",
            _ => text,
        }
    }
}

/// Tabs side by side: those that fit, the one in front among them.
struct Strip {
    /// The number of the first.
    first: usize,
    labels: Vec<String>,
    /// How many there are in all.
    count: usize,
}

impl Strip {
    fn new(area: Rect, count: usize, front: usize, label: impl Fn(usize) -> String) -> Self {
        let room = usize::from(area.width.saturating_sub(1));
        let mut first = front;
        let mut used = if front < count { label(front).width() } else { 0 };
        while first > 0 && used + label(first - 1).width() <= room {
            first -= 1;
            used += label(first).width();
        }
        Self {
            first,
            labels: (first..count).take(room / 2 + 1).map(label).collect(),
            count,
        }
    }

    /// Cells that all of it takes, where all of it is there.
    fn width(&self) -> usize {
        let labels: usize = self.labels.iter().map(|label| label.width()).sum();
        labels + 1
    }

    /// Of sample types.
    fn types(session: &Session, (named, spacing): (Named, Spacing), area: Rect) -> Self {
        let profile = session.profile();
        let count = profile.map_or(0, |profile| profile.sample_types.len());
        let front = session.sample_type.index().min(count);
        let label = |at: usize| {
            let kind = profile.map_or("", |profile| profile.type_name(SampleTypeId::from_index(at)));
            let text = match named {
                Named::All => format!("{} {}", at + 1, name::cut_end(kind, 30)),
                Named::Front if at == front => format!("{} {}", at + 1, name::cut_end(kind, 30)),
                Named::Front | Named::None => (at + 1).to_string(),
            };
            spacing.label(&text, Among { at, front, count })
        };
        Self::new(area, count, front, label)
    }

    /// Of views.
    fn views(app: &App, spacing: Spacing, area: Rect) -> Self {
        let shown = app.shown_views();
        let front = shown.iter().position(|view| *view == app.front).unwrap_or(0);
        let count = shown.len();
        let label = |at: usize| spacing.label(VIEWS[shown[at]].title, Among { at, front, count });
        Self::new(area, count, front, label)
    }

    /// The tab at a place.
    fn hit(&self, area: Rect, at: Position) -> Option<usize> {
        let found = tabs(area, &self.labels).iter().position(|rect| rect.contains(at));
        found.map(|found| self.first + found)
    }

    /// Draws it, with a sign where there are more.
    fn draw(&self, theme: Theme, area: Rect, front: usize, buffer: &mut Buffer) {
        let mut behind = area.x;
        let rects = tabs(area, &self.labels);
        for (at, (rect, label)) in (self.first..).zip(rects.iter().zip(&self.labels)) {
            let style = if at == front { theme.active() } else { theme.quiet() };
            paint::line(buffer, *rect, 0, &Line::styled(label.trim_end().to_string(), style));
            // The sign may stand where the last one ends with a blank.
            behind = rect.right() - u16::from(label.ends_with(' '));
        }
        if self.first > 0 {
            paint::line(buffer, area, 0, &Line::styled("‹", theme.key()));
        }
        if self.first + rects.len() < self.count {
            let rest = Rect {
                x: behind,
                width: area.right().saturating_sub(behind),
                ..area
            };
            paint::line(buffer, rest, 0, &Line::styled("›", theme.key()));
        }
    }
}

/// What is in force: filters, granularity, the search.
fn state(app: &App, theme: Theme, room: usize) -> Vec<Span<'static>> {
    let filters = app.session.filters();
    let mut spans = Vec::new();
    // Where all of them do not fit each gets its share, and keeps its end, which says most.
    let names: usize = filters.iter().map(|(name, _)| name.len() + 4).sum();
    let room = room.saturating_sub(names);
    let wide: usize = filters.iter().map(|(_, text)| text.width()).sum();
    let share = room / filters.len().max(1);
    for (at, (filter, text)) in filters.iter().enumerate() {
        let gap = if at == 0 { "  " } else { " ▸ " };
        let text = if wide > room {
            name::cut_start(text, share)
        } else {
            text.clone()
        };
        spans.extend([
            Span::styled(gap, theme.quiet()),
            Span::styled(format!("{filter}={text}"), theme.filter()),
        ]);
    }
    if let Load::Failed(_) = app.load
        && app.session.profile().is_some()
    {
        spans.push(Span::styled("  as before: not read again", theme.error()));
    }
    if let Some(granularity) = app.session.granularity() {
        spans.push(Span::styled(format!("  by {granularity}"), theme.value()));
    }
    if let Some(search) = &app.session.search {
        spans.push(Span::styled(format!("  /{}", search.typed), theme.key()));
    }
    spans
}
