//! The series as a strip of blocks over the view: what the sample type in view adds up to, resident memory, goroutines.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::model::{MomentId, units};
use crate::report::blocks;
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::timeline::{Following, Point, Timeline};
use crate::ui::view::{BESIDE_HOME, ViewId};
use crate::ui::widget::{figure, paint};
use crate::ui::work::host::Series;

/// How bytes are spelled around the view: as it does.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Spelling {
    /// As in pprof's tables: `36.10MB`.
    Report,
    /// As in sentences: `36.1 MB`.
    Rounded,
}

impl Spelling {
    pub(super) fn of(view: ViewId) -> Self {
        match BESIDE_HOME.contains(&view) {
            true => Self::Rounded,
            false => Self::Report,
        }
    }

    /// An amount in a unit, which tables print in another.
    pub(super) fn text(self, value: i64, (unit, to): (&str, &str)) -> String {
        match self {
            Self::Rounded if unit == "bytes" => units::rounded(value as f64, unit),
            _ => figure::grouped(&units::label(value, unit, to)),
        }
    }
}

/// A number that every moment has.
struct Measure<'s> {
    name: String,
    value: Box<dyn Fn(usize) -> Option<i64> + 's>,
    unit: &'static str,
    /// In what it is printed: as the rows are, so that both are compared at a glance.
    to: String,
}

/// Draws the strip.
pub(super) fn draw(session: &Session, spelling: Spelling, theme: Theme, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let timeline = &session.timeline;
    let Some(place) = timeline.place() else {
        let text = match (&timeline.following, &session.series) {
            (Following::Listing, Series::Store { .. }) => " Reading the history…",
            (Following::Listing, _) => " Reading the session…",
            _ => " Waiting for the first snapshot…",
        };
        return paint::line(buffer, area, 0, &Line::styled(text, theme.quiet()));
    };
    let mut line = Line::from(" ");
    for (measure, width) in laid_out(session, spelling, usize::from(area.width)) {
        let texts = texts(&measure, spelling, timeline, place);
        line.push_span(Span::styled(format!("{} ", texts.0), theme.quiet()));
        line.spans.extend(strip_spans(timeline, &measure, place, width, theme));
        line.push_span(Span::styled(format!(" {}   ", texts.1), theme.value()));
    }
    paint::line(buffer, area, 0, &line);
}

/// The moment at a place of the strip.
pub(super) fn hit(session: &Session, spelling: Spelling, area: Rect, at: Position) -> Option<usize> {
    let place = session.timeline.place()?;
    let mut x = usize::from(area.x) + 1;
    for (measure, width) in laid_out(session, spelling, usize::from(area.width)) {
        let texts = texts(&measure, spelling, &session.timeline, place);
        x += texts.0.chars().count() + 1;
        let cells = slots(&session.timeline, width);
        if let Some(cell) = usize::from(at.x).checked_sub(x)
            && cell < cells.len()
        {
            return cells[..=cell].iter().rev().find_map(|cell| cell.place);
        }
        x += cells.len() + texts.1.chars().count() + 4;
    }
    None
}

/// What is measured, with the width of each strip: as many as there is room for.
fn laid_out(session: &Session, spelling: Spelling, width: usize) -> Vec<(Measure<'_>, usize)> {
    let Some(place) = session.timeline.place() else {
        return Vec::new();
    };
    let measures = measures(session);
    let texts: Vec<usize> = measures
        .iter()
        .map(|measure| {
            let (before, after) = texts(measure, spelling, &session.timeline, place);
            before.chars().count() + after.chars().count() + 5
        })
        .collect();
    let mut count = measures.len();
    while count > 1 && texts[..count].iter().sum::<usize>() + count * LEAST > width {
        count -= 1;
    }
    let room = width.saturating_sub(texts[..count].iter().sum::<usize>() + 1);
    // The first one is what the view shows: it has twice the room of the others.
    let share = room / (count + 1);
    let widths = (0..count).map(|at| if at == 0 { room - share * (count - 1) } else { share });
    let widths: Vec<usize> = widths.map(|width| width.min(WIDEST)).collect();
    measures.into_iter().zip(widths).collect()
}

/// A strip is at least so wide where another one stands beside it, and at most so wide.
const LEAST: usize = 8;
const WIDEST: usize = 120;

fn measures(session: &Session) -> Vec<Measure<'_>> {
    let timeline = &session.timeline;
    let profile = session.profile();
    let kind = profile.map_or("", |profile| profile.type_name(session.sample_type));
    let unit = profile.map_or("", |profile| profile.type_unit(session.sample_type));
    // While another profile is in view the heap goes on.
    let is_summed =
        session.offer.is_none() || (0..timeline.points().len()).any(|at| timeline.total(at, kind).is_some());
    let (kind, unit) = if is_summed {
        (kind, unit)
    } else {
        ("inuse_space", "bytes")
    };
    let unit = ["bytes", "count", "nanoseconds"]
        .into_iter()
        .find(|known| *known == unit)
        .unwrap_or("count");
    let is_filtered = !session.filters().is_empty();
    let name = if is_filtered {
        format!("{kind} filtered")
    } else {
        kind.to_string()
    };
    // Bytes of all kinds stand in one unit.
    let printed = |unit: &str| {
        let listing = session.listing().map(|listing| &listing.report.format);
        let format = listing.filter(|format| format.from == unit);
        format.map_or("auto".into(), |format| format.to.clone())
    };
    let of_point =
        |value: fn(&Point) -> Option<i64>| Box::new(move |place: usize| timeline.points().get(place).and_then(value));
    let main = Measure {
        name,
        value: Box::new(move |place| timeline.total(place, kind)),
        unit,
        to: printed(unit),
    };
    let others = [
        Measure {
            name: "rss".into(),
            value: of_point(|point| i64::try_from(point.moment.resident?.bytes).ok()),
            unit: "bytes",
            to: printed("bytes"),
        },
        Measure {
            name: "goroutines".into(),
            value: of_point(|point| point.goroutines),
            unit: "count",
            to: "count".into(),
        },
    ];
    let is_known = |measure: &Measure<'_>| (0..timeline.points().len()).any(|at| (measure.value)(at).is_some());
    let mut measures = vec![main];
    measures.extend(others.into_iter().filter(is_known));
    measures
}

/// What stands before a strip and behind it.
fn texts(measure: &Measure<'_>, spelling: Spelling, timeline: &Timeline, place: usize) -> (String, String) {
    let label = |place| {
        let value = (measure.value)(place);
        value.map_or("?".into(), |value| spelling.text(value, (measure.unit, &measure.to)))
    };
    let first = (0..timeline.points().len()).find(|at| (measure.value)(*at).is_some());
    let first = first.map_or(String::new(), |first| format!(" {}", label(first)));
    (format!("{}{first}", measure.name), label(place))
}

/// A cell of a strip.
struct Slot {
    /// The moment that it shows; none for a time without one, and for a break.
    place: Option<usize>,
    /// Whether another process begins here.
    is_break: bool,
}

fn slots(timeline: &Timeline, width: usize) -> Vec<Slot> {
    let all = 0..timeline.points().len();
    let breaks = all.clone().filter(|place| timeline.is_break(*place)).count();
    let buckets = timeline.buckets(all, width.saturating_sub(breaks.min(width / 2)).max(1));
    let mut slots = Vec::new();
    let mut last = 0;
    for place in buckets {
        if let Some(place) = place {
            if (last + 1..=place).any(|between| timeline.is_break(between)) {
                slots.push(Slot {
                    place: None,
                    is_break: true,
                });
            }
            last = place;
        }
        slots.push(Slot { place, is_break: false });
    }
    slots.truncate(width);
    slots
}

fn strip_spans(
    timeline: &Timeline,
    measure: &Measure<'_>,
    place: usize,
    width: usize,
    theme: Theme,
) -> Vec<Span<'static>> {
    let cells = slots(timeline, width);
    let values: Vec<Option<i64>> = cells
        .iter()
        .map(|cell| cell.place.and_then(|place| (measure.value)(place)))
        .collect();
    let id = |place: usize| timeline.points().get(place).map(|point| point.moment.id);
    // The cell of a moment is the last one that does not come after it.
    let cell_of = |place: usize| {
        let is_before = |cell: &Slot| cell.place.is_some_and(|own| own <= place);
        cells.iter().rposition(is_before)
    };
    let is_past = timeline.past().is_some();
    let cursor = is_past.then(|| cell_of(place)).flatten();
    let base = timeline
        .base()
        .and_then(|base: MomentId| (0..timeline.points().len()).find(|at| id(*at) == Some(base)))
        .and_then(cell_of);
    let glyphs = blocks(&values);
    let glyphs = glyphs.chars().zip(&cells).enumerate();
    glyphs
        .map(|(at, (glyph, cell))| {
            let (text, style) = match () {
                () if cell.is_break => ("╎".to_string(), theme.error()),
                () if base == Some(at) => ("B".to_string(), theme.filter()),
                () if glyph == ' ' => ("·".to_string(), theme.quiet()),
                () => (glyph.to_string(), theme.bar()),
            };
            let style = if cursor == Some(at) { theme.cursor() } else { style };
            Span::styled(text, style)
        })
        .collect()
}

/// What the header says of the series: where in time one is, and how much there is.
pub(super) fn facts(session: &Session, theme: Theme) -> [Vec<(String, Style)>; 2] {
    let timeline = &session.timeline;
    let (mut state_facts, mut facts) = (Vec::new(), Vec::new());
    let points = timeline.points();
    let time = |nanos: i128| session.environment.clock(nanos, timeline.length()).unwrap_or_default();
    let state = match &timeline.following {
        Following::Nothing => return [state_facts, facts],
        Following::Listing => ("reading".to_string(), theme.quiet()),
        Following::Recorded => ("recorded".into(), theme.quiet()),
        Following::Live => ("● live".into(), theme.value()),
        Following::Paused => ("‖ paused".into(), theme.key()),
        Following::Stale(_) => ("○ no answer".into(), theme.error()),
        Following::Ended(_) => ("■ ended".into(), theme.error()),
    };
    if let (Some(_), Some(point), Some(last)) = (timeline.past(), timeline.point(), points.last()) {
        let ago = last.moment.seconds_since(&point.moment);
        let text = format!("◀ {}, {} back", time(point.moment.nanos), duration(ago));
        state_facts.push((text, theme.key()));
    }
    state_facts.push(state);
    if let Some(base) = timeline.base_place().filter(|_| timeline.base().is_some()) {
        facts.push((format!("base {}", time(points[base].moment.nanos)), theme.filter()));
    }
    if let (Some(first), Some(last)) = (points.first(), points.last()) {
        let snapshots = match points.len() {
            1 => "1 snapshot".to_string(),
            count => format!(
                "{count} snapshots, {}",
                duration(last.moment.seconds_since(&first.moment))
            ),
        };
        facts.push((snapshots, theme.text()));
    }
    if timeline.gone > 0 {
        facts.push((format!("{} thinned out", timeline.gone), theme.quiet()));
    }
    if let (true, Series::Process { pace, .. } | Series::Store { pace }) = (timeline.is_watched(), &session.series) {
        facts.push((pace.clone(), theme.quiet()));
        if let Some(cost) = points.last().and_then(|point| point.moment.cost) {
            facts.push((
                format!("a snapshot costs it {} ms", cost.as_millis().max(1)),
                theme.quiet(),
            ));
        }
    }
    [state_facts, facts]
}

/// A length of time, in the largest unit that has two digits or more of it.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 120.0 => format!("{seconds:.0} s"),
        seconds if seconds < 7200.0 => format!("{:.0} min", seconds / 60.0),
        seconds if seconds < 172_800.0 => format!("{:.0} h", seconds / 3600.0),
        seconds => format!("{:.0} d", seconds / 86400.0),
    }
}
