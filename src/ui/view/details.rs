//! What is below the rows of a view: details of the function under the cursor.

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::analyze::{ENOUGH_SAMPLES, HeaviestLine, NodeId, base_name};
use crate::model::units::percentage;
use crate::model::{Profile, SampleTypeId};
use crate::report::Report;
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

/// Where something is done in the source: the line that does most of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Site {
    /// `file:line`, or the file alone.
    pub(super) place: String,
    /// How many other lines of the function do it, too.
    others: usize,
}

impl Site {
    /// Of a function's heaviest line; nothing where the profile names no file.
    pub(super) fn of(profile: &Profile, heaviest: &HeaviestLine) -> Option<Self> {
        let HeaviestLine { line, others } = *heaviest;
        let file = profile.text(profile.functions[line.function.index()].filename);
        let known = (!file.is_empty()).then_some(file)?;
        Some(match line.line {
            ..=0 => Self {
                place: known.to_string(),
                others: 0,
            },
            number => Self {
                place: format!("{known}:{number}"),
                others,
            },
        })
    }

    /// Of a row that is a line itself; nothing of others.
    pub(super) fn of_row(report: &Report, node: NodeId) -> Option<Self> {
        let line = report.frames.info(node).line;
        (line > 0).then(|| Self {
            place: format!("{}:{line}", report.frames.file(node)),
            others: 0,
        })
    }

    /// The file without its folder, and a sign that there are others.
    pub(super) fn short(&self) -> String {
        let [_, told] = self.told();
        format!("{}{told}", base_name(&self.place))
    }

    /// The name of a row without this place, which follows it where rows are lines.
    pub(super) fn without<'n>(&self, name: &'n str) -> &'n str {
        let function = name.strip_suffix(&*self.place).and_then(|name| name.strip_suffix(' '));
        function.filter(|function| !function.is_empty()).unwrap_or(name)
    }

    /// Cells that the file's name, its line and a word of other lines take.
    fn least(&self) -> usize {
        let file = base_name(&self.place).width() + 2;
        file.min(self.place.width()) + self.told()[0].width()
    }

    /// That there are other lines: in a word, and in a sign.
    fn told(&self) -> [String; 2] {
        match self.others {
            0 => Default::default(),
            1 => [" +1 line".into(), " +1".into()],
            others => [format!(" +{others} lines"), format!(" +{others}")],
        }
    }

    /// In at most so many cells: folders go first, then what is said of other lines, then the file's name.
    pub(super) fn cut(&self, width: usize) -> String {
        let file = (base_name(&self.place).width() + 2).min(self.place.width());
        let fits = |told: &String| file + told.width() <= width;
        let told = self.told().into_iter().find(fits).unwrap_or_default();
        let place = name::cut_path(&self.place, width.saturating_sub(told.width()));
        format!("{place}{told}")
    }
}

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
fn draw_short(
    theme: Theme,
    area: Rect,
    (full, site, samples): (&str, Option<Site>, Option<&Samples>),
    buffer: &mut Buffer,
) {
    let warning = samples.map_or_else(String::new, Samples::warning);
    let room = usize::from(area.width).saturating_sub(2 + warning.width());
    let full = site.as_ref().map_or(full, |site| site.without(full));
    // The name first, but the file and its line in any case.
    let least = site.as_ref().map_or(0, Site::least).min(room / 2);
    let left = room.saturating_sub(full.width() + 2).max(least);
    let place = site.map_or_else(String::new, |site| site.cut(left));
    let left = room.saturating_sub(place.width() + 2);
    let line = Line::from(vec![
        Span::styled(format!(" {}", name::shorten(full, left)), theme.function()),
        Span::styled(format!("  {place}"), theme.quiet()),
        Span::styled(warning, theme.value()),
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
    draw_details_at(session, theme, area, (full, site(session, full)), buffer);
}

/// Details of a function, with another place than the line that matters most in it.
pub(super) fn draw_details_at(
    session: &Session,
    theme: Theme,
    area: Rect,
    (full, site): (&str, Option<Site>),
    buffer: &mut Buffer,
) {
    if area.height == 0 || full.is_empty() {
        return;
    }
    let samples = samples(session, full);
    if area.height == 1 {
        return draw_short(theme, area, (full, site, samples.as_ref()), buffer);
    }
    draw_rule(theme, area, buffer);
    let name = site.as_ref().map_or(full, |site| site.without(full));
    let name = name::shorten(name, usize::from(area.width).saturating_sub(1));
    paint::line(buffer, area, 1, &Line::styled(format!(" {name}"), theme.function()));
    let facts = [
        (
            "at",
            site.map_or_else(String::new, |site| site.cut(usize::from(area.width))),
        ),
        (
            "samples",
            samples.map_or_else(String::new, |samples| samples.to_string()),
        ),
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

/// Of how many samples of the profiler a function's own value is.
struct Samples {
    count: u64,
    /// Whether it is a change that may as well be chance.
    is_chance: bool,
}

impl Samples {
    /// What is to be known before the rest.
    fn warning(&self) -> String {
        match (self.is_chance, self.count) {
            (false, _) => String::new(),
            (true, 1) => "  1 sample: may be chance".into(),
            (true, count) => format!("  {count} samples: may be chance"),
        }
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hint = if self.is_chance { ": may be chance" } else { "" };
        write!(f, "{}{hint}", figure::grouped(&self.count.to_string()))
    }
}

/// Of how many samples a function's own value is; nothing where that is not known, or there are none.
fn samples(session: &Session, full: &str) -> Option<Samples> {
    let listing = session.listing()?;
    let (churn, node) = (listing.churn.as_ref()?, *listing.by_name.get(full)?);
    let count = churn.of(node).samples.unsigned_abs();
    let is_sampled = listing.report.profile.period > 1;
    (count > 0 && is_sampled).then_some(Samples {
        count,
        is_chance: listing.is_comparison() && count < ENOUGH_SAMPLES,
    })
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
    site(session, full).map_or_else(String::new, |site| site.place)
}

/// The line that matters most in a function, as far as the profile knows.
pub(super) fn site(session: &Session, full: &str) -> Option<Site> {
    let listing = session.listing()?;
    let report = &listing.report;
    let node = *listing.by_name.get(full)?;
    // The row may be a line already.
    Site::of_row(report, node).or_else(|| {
        let heaviest = listing.lines.get(&report.frames.info(node).name)?;
        Site::of(&report.profile, heaviest)
    })
}
