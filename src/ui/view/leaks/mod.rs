//! Whether the process leaks: the verdict in a sentence, who is suspected, and how the suspect under the cursor grew.

mod suspect;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Outcome, View, ViewId, goroutines, memory, tree};
use crate::analyze::leaks::{Kind, Level, Verdict};
use crate::report::{self, Advice, LeakWords};
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::timeline::Following;
use crate::ui::widget::chart::{self, Curve, Stroke};
use crate::ui::widget::list::{Clicked, List, Tally};
use crate::ui::widget::{name, paint};
use crate::ui::work::host::Series;
use crate::ui::work::query::Query;
use suspect::{Suspect, head};

pub(in crate::ui) const ID: ViewId = ViewId("leaks");

/// The view's own state.
#[derive(Clone, Default)]
pub(super) struct Leaks {
    list: List,
    shown: Option<Shown>,
    /// Which suspect the cursor is on, so that it stays there.
    place: String,
}

/// What is drawn.
#[derive(Clone)]
struct Shown {
    verdict: Arc<Verdict>,
    words: LeakWords,
    /// Why there is no answer yet, and until when.
    waits: Option<String>,
    suspects: Vec<Suspect>,
}

/// How long a verdict takes: about 21 snapshots.
const MINUTE: f64 = 60.0;

/// The parts of the body, from top to bottom.
#[derive(Clone, Copy)]
struct Places {
    sentence: Rect,
    head: Rect,
    rows: Rect,
    details: Rect,
    chart: Rect,
}

/// The fewest suspects that make room for texts.
const FEWEST: u16 = 3;

/// The fewest rows of a chart that say something, with its legend.
const CHART: u16 = 5;

/// How a text is set.
type Tint = fn(Theme) -> Style;

/// How many lines of text there are to show.
#[derive(Clone, Copy, Default)]
struct Texts {
    sentence: usize,
    details: usize,
}

/// Text goes first: the rows and the chart have what it leaves.
fn places(body: Rect, suspects: usize, texts: Texts) -> Places {
    let height = body.height;
    let lines = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    let sentence = match height {
        0..=3 => 0,
        4..=9 => 1,
        _ => lines(texts.sentence).clamp(1, height / 4),
    };
    let gap = u16::from(height >= 22);
    let head = u16::from(height >= 6);
    let left = height.saturating_sub(sentence + gap + head);
    let rows = if height >= 12 {
        // What is said of the first goes before who comes fifth.
        let room = left.saturating_sub(lines(texts.details + 1)).max(FEWEST);
        lines(suspects.max(1)).min(left / 3).min(room).max(1)
    } else {
        left
    };
    let left = left - rows.min(left);
    // Below the rule. A chart has what the texts leave.
    let details = lines(texts.details + 1);
    let details = if details + CHART > left { left } else { details };
    let mut y = body.y;
    let mut part = |height: u16| {
        let part = Rect { y, height, ..body };
        y += height;
        part
    };
    let sentence = part(sentence);
    part(gap);
    let (head, rows) = (part(head), part(rows));
    Places {
        sentence,
        head,
        rows,
        details: part(details),
        chart: part(left - details),
    }
}

impl Shown {
    fn of(session: &Session) -> Option<Self> {
        let verdict = session.timeline.verdict.as_ref()?;
        Some(Self {
            words: LeakWords::new(verdict, name::short),
            waits: waits(session, verdict),
            suspects: Suspect::all(verdict),
            verdict: Arc::clone(verdict),
        })
    }

    /// The answer, with what it is not yet.
    fn sentence(&self) -> String {
        let too_few = report::too_few(&self.verdict);
        let mut letters = too_few.as_ref().unwrap_or(&self.words.sentence).chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        let mut sentence: String = first.chain(letters).collect();
        sentence.push('.');
        let first = self.suspects.first().map_or("", |first| &first.function);
        let others = self.suspects.iter().filter(|suspect| suspect.is_another_leak());
        let others = others.filter(|other| other.function != first || first.is_empty());
        sentence.extend(others.map(|other| format!(" Also {}.", other.in_short())));
        let Some(waits) = &self.waits else { return sentence };
        match sentence.split_once(": ") {
            // What is found may still change, so that is said first.
            Some((level, found)) if !self.verdict.findings.is_empty() => format!("{level} so far ({waits}): {found}"),
            _ => format!("{sentence} A verdict takes a minute: {waits}."),
        }
    }

    /// What is said of a suspect, and then of everything.
    fn details(&self, session: &Session, suspect: Option<&Suspect>) -> [Vec<(String, Tint)>; 2] {
        let mut lines = Vec::new();
        if let Some(suspect) = suspect {
            lines.push((suspect.name().to_string(), Theme::function as Tint));
            let words = suspect.finding.and_then(|at| self.words.findings.get(at));
            match words {
                Some(words) => {
                    let cause = words
                        .cause
                        .map(|cause| (format!("usual cause: {cause}"), Theme::text as Tint));
                    lines.extend(cause);
                    let next = words.next.as_ref().map(|next| by_key(session, next));
                    lines.extend(next.map(|next| (format!("next: {next}"), Theme::value as Tint)));
                    lines.push((words.evidence.join(" · "), Theme::text as Tint));
                    let reached = words.reached_by.as_ref();
                    lines.extend(reached.map(|chain| (format!("reached by {chain}"), Theme::quiet as Tint)));
                }
                None => lines.push((
                    "not a finding of its own: it does not go on growing, or another one accounts for it".into(),
                    Theme::quiet as Tint,
                )),
            }
        }
        let mut all: Vec<_> = self.words.level.iter().cloned().collect();
        all.push(self.words.notes.join(" · "));
        [
            lines,
            all.into_iter().map(|line| (line, Theme::quiet as Tint)).collect(),
        ]
    }

    /// How many lines all this is, in so many cells.
    fn texts(&self, session: &Session, suspect: Option<&Suspect>, width: u16) -> Texts {
        let width = room(width);
        let lines = |texts: Vec<(String, Tint)>| texts.iter().map(|(text, _)| paint::wrap(text, width).len()).sum();
        let details = self.details(session, suspect).map(lines);
        Texts {
            sentence: paint::wrap(&self.sentence(), width).len(),
            details: details.iter().sum(),
        }
    }

    fn draw_details(
        &self,
        session: &Session,
        suspect: Option<&Suspect>,
        theme: Theme,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        if area.height == 0 {
            return;
        }
        super::draw_rule(theme, area, buffer);
        let lines = self.details(session, suspect).into_iter().flatten();
        let wrapped = lines.flat_map(|(text, tint)| {
            let lines = paint::wrap(&text, room(area.width)).into_iter();
            lines.map(move |line| Line::styled(format!(" {line}"), tint(theme)))
        });
        super::draw_lines(wrapped.collect(), area, buffer);
    }

    fn draw_chart(&self, suspect: &Suspect, theme: Theme, area: Rect, buffer: &mut Buffer) {
        if area.height < 4 {
            return;
        }
        let plot = Rect {
            height: area.height - 1,
            ..area
        };
        let fit = suspect.fit(self.verdict.window);
        let curve = |values, stroke, style| Curve { values, stroke, style };
        let mut curves = vec![curve(&suspect.values, Stroke::Solid, theme.bar())];
        if !suspect.own.is_empty() {
            curves.push(curve(&suspect.own, Stroke::Solid, theme.literal()));
        }
        let grows = suspect.trend.rate > 0.0 && suspect.finding.is_some();
        if grows {
            curves.push(curve(&fit, Stroke::Dotted, theme.value()));
        }
        chart::draw(&curves, |value| suspect.amount(value), theme.quiet(), plot, buffer);
        let mut legend = vec![Span::styled(format!(" ── {}", suspect.measured.words()), theme.bar())];
        if !suspect.own.is_empty() {
            legend.push(Span::styled("  ── samples (as in Top)", theme.literal()));
        }
        if grows {
            let rate = suspect.amount(suspect.trend.rate * 60.0);
            legend.push(Span::styled(format!("  ·· {rate} a minute"), theme.value()));
        }
        legend.push(Span::styled(
            format!("  over {}", report::seconds(self.verdict.window)),
            theme.quiet(),
        ));
        let row = area.height - 1;
        paint::line(buffer, area, row, &Line::from(legend));
    }
}

/// The cells of a line of text, in so many.
fn room(width: u16) -> usize {
    usize::from(width).saturating_sub(2).max(1)
}

/// What to do next, by the key that does it where there is one.
fn by_key(session: &Session, next: &Advice) -> String {
    let Advice::Dump { is_provable } = next else {
        return next.to_string();
    };
    if !session.probes.is_live {
        return next.to_string();
    }
    let dump = session.keys.label(Action::Dump, &[KeyContext::View(goroutines::ID)]);
    let enter = session.keys.label(Action::Enter, &[KeyContext::View(ID)]);
    let dump = format!("{enter}, and there {dump} {}", report::DUMP);
    if !is_provable {
        return dump;
    }
    let offers = session.keys.label(Action::Profiles, &[KeyContext::Process]);
    format!("{dump}; goroutineleak ({offers}, Go 1.27) {}", report::PROOF)
}

/// Why the answer may change, and until when, while moments come.
fn waits(session: &Session, verdict: &Verdict) -> Option<String> {
    let timeline = &session.timeline;
    let missing = MINUTE - verdict.window;
    match timeline.following {
        Following::Live if missing > 0.0 => Some(format!("{} to go", report::seconds(missing.max(1.0)))),
        Following::Paused if missing > 0.0 => Some("paused before its minute was over".into()),
        _ => None,
    }
}

impl Leaks {
    fn suspects(&self) -> &[Suspect] {
        self.shown.as_ref().map_or(&[], |shown| &shown.suspects)
    }

    fn suspect(&self) -> Option<&Suspect> {
        self.suspects().get(self.list.selected()?)
    }

    fn places(&self, session: &Session, body: Rect, width: u16) -> Places {
        let texts = |shown: &Shown| shown.texts(session, self.suspect(), width);
        let texts = self.shown.as_ref().map_or(Texts::default(), texts);
        places(body, self.suspects().len(), texts)
    }

    /// Keeps in mind which suspect the cursor is on, and selects its function where the profile in view has it.
    fn note(&mut self, session: &mut Session) {
        let Some(suspect) = self.suspect() else { return };
        let (place, function) = (suspect.identity(), suspect.function.clone());
        if let Some(row) = super::stand_in(session, &function) {
            session.selected = row;
        }
        self.place = place;
    }

    fn enter(&self, session: &mut Session) -> Outcome {
        let Some(suspect) = self.suspect() else {
            return Outcome::Done;
        };
        match suspect.kind {
            Kind::Goroutine | Kind::Stacks => {
                session.pointed_at = Some(suspect.function.clone()).filter(|function| !function.is_empty());
                Outcome::Go(goroutines::ID)
            }
            Kind::Outside => Outcome::Go(memory::ID),
            Kind::Heap if suspect.function.is_empty() => Outcome::Say("Nobody can be named for it yet.".into()),
            Kind::Heap => match super::stand_in(session, &suspect.function) {
                Some(row) => {
                    session.selected = row;
                    Outcome::Go(tree::ID)
                }
                None => Outcome::Say(super::without_row(session, &suspect.function)),
            },
        }
    }
}

impl View for Leaks {
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        let len = self.suspects().len();
        let rows = self.places(session, body, super::beside_bar(body).width).rows;
        match action {
            Action::Move(step) => self.list.step(step, len, rows),
            Action::Match(toward) => {
                let suspects = self.suspects();
                let found = super::find_match(session, len, self.list.at(), toward, |at| suspects[at].name().into());
                if let Some(found) = found {
                    self.list.go(found.at, len, rows);
                    self.note(session);
                }
                return super::went_to_match(session, found);
            }
            Action::Enter => return self.enter(session),
            Action::Click(at) => {
                if self.list.click(at, len, rows) == Clicked::Again {
                    return self.enter(session);
                }
            }
            _ => return Outcome::Ignored,
        }
        self.note(session);
        Outcome::Done
    }

    fn refresh(&mut self, session: &mut Session, body: Rect) {
        self.shown = Shown::of(session);
        let suspects = self.suspects();
        let at = suspects.iter().position(|suspect| suspect.identity() == self.place);
        let len = suspects.len();
        let rows = self.places(session, body, super::beside_bar(body).width).rows;
        self.list.go(at.unwrap_or(0), len, rows);
        self.note(session);
    }

    fn word(&self, action: Action, session: &Session) -> Option<String> {
        let suspect = self.suspect()?;
        super::word_apart(action, || match suspect.kind {
            Kind::Goroutine | Kind::Stacks => "goroutines",
            Kind::Outside => "memory",
            Kind::Heap if super::stand_in(session, &suspect.function).is_some() => "callers",
            Kind::Heap => "",
        })
    }

    fn queries(&self, _: &Session) -> Vec<Query> {
        Vec::new()
    }

    fn finds(&self, _: &Session, expression: &regex::Regex) -> Option<bool> {
        Some(
            self.suspects()
                .iter()
                .any(|suspect| expression.is_match(suspect.name())),
        )
    }

    fn name(&self, session: &Session) -> String {
        let named = self.suspect().map(|suspect| suspect.function.clone());
        named
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| session.selected.clone())
    }

    fn tally(&self, session: &Session) -> Option<Tally> {
        let suspects = self.suspects();
        let matches = super::matches(session, suspects.len(), |at| suspects[at].name().into())?;
        Some(Tally::new(&matches, self.list.selected()))
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let Some(shown) = &self.shown else {
            draw_missing(session, theme, body, buffer);
            return;
        };
        let body = super::beside_bar(body);
        let places = self.places(session, body, body.width);
        let width = usize::from(body.width);
        let style = match shown.verdict.level {
            Level::Leak => theme.error(),
            Level::Growing => theme.value(),
            Level::None => theme.heading(),
        };
        let sentence = paint::wrap(&shown.sentence(), room(body.width));
        let room = usize::from(places.sentence.height);
        for (at, line) in sentence.iter().take(room).enumerate() {
            let is_cut = at + 1 == room && sentence.len() > room;
            let text = if is_cut { sentence[at..].join(" ") } else { line.clone() };
            paint::line(
                buffer,
                places.sentence,
                at as u16,
                &Line::styled(format!(" {text}"), style),
            );
        }
        if !shown.suspects.is_empty() {
            paint::line(buffer, places.head, 0, &Line::styled(head(width), theme.quiet()));
        }
        self.list
            .draw(&shown.suspects, theme, places.rows, buffer, |suspect, emphasis| {
                suspect.line(session, theme, emphasis, width)
            });
        shown.draw_details(session, self.suspect(), theme, places.details, buffer);
        let rule = Rect {
            height: places.details.height.min(1),
            ..places.details
        };
        super::draw_position(theme, rule, places.rows, &self.list, shown.suspects.len(), buffer);
        if let Some(suspect) = self.suspect() {
            shown.draw_chart(suspect, theme, places.chart, buffer);
        }
    }
}

/// Why there is no verdict, and what would give one.
fn draw_missing(session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
    let key = session.keys.label(Action::Watch, &[KeyContext::Process]);
    let text = match (&session.timeline.following, &session.series) {
        (Following::Listing | Following::Live, _) => vec!["Reading the snapshots…".to_string()],
        (Following::Ended(Some(why)), _) => vec!["There are no snapshots to judge.".to_string(), why.clone()],
        (_, Series::Process { .. }) => vec![
            "One snapshot shows what is held, not what grows.".to_string(),
            format!("{key} watches the process: a verdict takes about a minute."),
        ],
        _ => vec![
            "One profile shows what is held, not what grows.".to_string(),
            "Open a session's folder, several profiles of one process, or the process's URL. heaptui watch records one."
                .to_string(),
        ],
    };
    paint::middle(buffer, body, theme.heading(), &text);
}
