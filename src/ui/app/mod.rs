//! The dashboard's state and how it changes. No I/O: what must happen outside is returned as an [`Effect`].

mod ask;
pub(super) mod chrome;
mod draw;
pub(super) mod export;
mod find;
mod footer;
mod load;
mod mouse;
mod offers;
mod overlay;
pub(super) mod regions;
mod strip;
mod time;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::Rect;

use self::ask::Ask;
pub(in crate::ui) use self::load::Load;
use self::overlay::Overlay;
use crate::error::Result;
use crate::model::{MomentId, SampleTypeId};
use crate::ui::event::{Effect, Event, Mouse};
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::keys::chord::Chord;
use crate::ui::session::Session;
use crate::ui::terminal::bounded;
use crate::ui::theme::{Ground, Theme};
use crate::ui::view::{BESIDE_HOME, HOME, Outcome, VIEWS, View, ViewId};
use crate::ui::widget::menu::Menu;
use crate::ui::work::host::{Offer, Series};
use crate::ui::work::query::{Answer, Query};

/// Everything that is on the screen.
pub(in crate::ui) struct App {
    pub(in crate::ui) session: Session,
    pub(in crate::ui) views: Vec<Box<dyn View>>,
    /// The view in front, by its place among [`VIEWS`].
    pub(in crate::ui) front: usize,
    /// The views that led to the one in front, the last one last.
    came_from: Vec<ViewId>,
    pub(in crate::ui) overlay: Option<Overlay>,
    /// What is wrong with the configuration, to be told once.
    pub(in crate::ui) problems: Vec<String>,
    /// Commands that were given, the last one last.
    pub(in crate::ui) history: Vec<String>,
    /// What the footer says until the next key.
    pub(in crate::ui) message: Option<Message>,
    pub(in crate::ui) load: Load,
    /// Number of the newest load.
    loads: u64,
    /// What was in view instead of the heap when another profile was picked that is still loading.
    offer_before: Option<Option<Offer>>,
    /// The moment that is being opened.
    loading: Option<MomentId>,
    /// The moment whose profile is in view.
    shown: Option<MomentId>,
    /// How many errands the host still has to do.
    errands: usize,
    pub(in crate::ui) area: Rect,
    pub(in crate::ui) theme: Theme,
    /// Whose the mouse is.
    mouse: Mouse,
}

/// A line in the footer.
pub(in crate::ui) enum Message {
    Problem(String),
    Note(String),
    /// A note that holds until the next moment comes.
    UntilMoment(String),
}

impl App {
    pub(in crate::ui) fn new(session: Session, theme: Theme, area: Rect) -> Self {
        let views = VIEWS.iter().map(|row| (row.make)()).collect();
        Self {
            session,
            views,
            front: 0,
            came_from: Vec::new(),
            overlay: None,
            problems: Vec::new(),
            history: Vec::new(),
            message: None,
            load: Load::Idle,
            loads: 0,
            offer_before: None,
            loading: None,
            shown: None,
            errands: 0,
            area,
            theme,
            mouse: Mouse::Ours,
        }
    }

    /// Whether anything is under way.
    pub(in crate::ui) fn is_busy(&self) -> bool {
        self.load.is_running()
            || self.session.answers.outstanding() > 0
            || self.session.probes.is_busy()
            || self.errands > 0
            || self.session.timeline.is_reading()
    }

    /// Whether something is under way that will change the view in front.
    pub(in crate::ui) fn is_changing(&self) -> bool {
        let queries = self.views[self.front].queries(&self.session);
        self.load.is_running() || self.session.lacks(&queries)
    }

    /// Where keys act now.
    pub(in crate::ui) fn contexts(&self) -> Vec<KeyContext> {
        match self.overlay {
            Some(Overlay::Prompt(_)) => return vec![KeyContext::Prompt],
            Some(Overlay::Exports(_) | Overlay::Offers(..)) => return vec![KeyContext::Menu],
            Some(Overlay::Pane(_)) => return vec![KeyContext::Pane],
            None => {}
        }
        let mut contexts = vec![KeyContext::Everywhere];
        if self.session.profile().is_some() {
            contexts.extend([KeyContext::Views, KeyContext::Lists, KeyContext::View(self.view())]);
        }
        let conditions = [
            (self.session.is_remote, KeyContext::Server),
            (!self.session.filters().is_empty(), KeyContext::Filtered),
            (self.session.sibling_type(IN_USE).is_some(), KeyContext::InUse),
            (self.session.sibling_type(OBJECTS).is_some(), KeyContext::Objects),
            (self.session.timeline.is_shown(), KeyContext::OverTime),
            (self.session.timeline.is_watched(), KeyContext::Watched),
            (
                matches!(self.session.series, Series::Process { .. }),
                KeyContext::Process,
            ),
            (self.can_compare(), KeyContext::Comparable),
        ];
        contexts.extend(
            conditions
                .into_iter()
                .filter(|(holds, _)| *holds)
                .map(|(_, scope)| scope),
        );
        contexts
    }

    /// Takes an event.
    pub(in crate::ui) fn handle(&mut self, event: Event) -> Option<Effect> {
        match event {
            Event::Terminal(TerminalEvent::Key(key)) if key.kind != KeyEventKind::Release => self.key(key),
            Event::Terminal(TerminalEvent::Mouse(mouse)) => self.mouse(mouse),
            Event::Terminal(TerminalEvent::Paste(text)) => self.paste(&text),
            Event::Terminal(TerminalEvent::Resize(width, height)) => {
                let (width, height) = bounded((width, height));
                self.area = Rect::new(0, 0, width, height);
                self.refresh();
                None
            }
            Event::Terminal(_) => None,
            Event::End | Event::TerminalGone => Some(Effect::Quit),
            Event::Suspend => Some(Effect::Suspend),
            Event::Continued => Some(Effect::Retake),
            Event::Background(colour) => {
                if let Some(ground) = Ground::from_answer(&colour) {
                    self.theme = self.theme.on(ground);
                }
                None
            }
            Event::Identity | Event::Surveyed(_) => None,
            Event::Returned { problem } => {
                self.message = problem.map(Message::Problem);
                self.session.answers.forget_sources();
                self.ask_for_view()
            }
            Event::Progress { generation, reading } => {
                if generation == self.loads && matches!(self.load, Load::Running(_)) {
                    self.load = Load::Running(reading);
                }
                None
            }
            Event::Loaded { generation, result } => self.loaded(generation, result),
            Event::Offered(offers) => self.offered(offers),
            Event::OfferSaved(saved) => {
                self.errands = self.errands.saturating_sub(1);
                self.message = Some(match saved {
                    Ok(note) => Message::Note(note),
                    Err(error) => Message::Problem(error.to_string()),
                });
                None
            }
            Event::Followed(followed) => self.followed(followed),
            Event::FollowEnded(result) => self.follow_ended(result),
            Event::Summed {
                generation,
                moment,
                summed,
                is_observed,
            } => {
                self.session.timeline.is_judging |= is_observed;
                self.session.timeline.sum_up(generation, moment, summed);
                self.refresh();
                None
            }
            Event::Judged(verdict) => {
                self.session.timeline.verdict = Some(verdict);
                self.session.timeline.is_judging = false;
                self.refresh();
                None
            }
            Event::Probed {
                generation,
                probe,
                result,
            } => {
                self.session.probes.take(generation, probe, result);
                self.refresh();
                self.ask_for_view()
            }
            Event::Answered {
                generation,
                query,
                answer,
            } => self.answered(generation, query, answer),
            Event::Done(done) => {
                self.errands = self.errands.saturating_sub(1);
                self.done(done);
                None
            }
        }
    }

    fn answered(&mut self, generation: u64, query: Query, answer: Result<Answer>) -> Option<Effect> {
        let written = match &answer {
            Ok(Answer::Report(written)) => Some(written.clone()),
            _ => None,
        };
        match self.session.answers.take(generation, query, answer) {
            Ok(false) => return None,
            Ok(true) => {}
            // The options that the program was called with cannot be.
            Err(error) if self.session.listing().is_none() => return Some(Effect::Fail(error)),
            Err(error) => {
                self.message = Some(Message::Problem(error.to_string()));
                return None;
            }
        }
        if let Some(written) = written {
            return self.written(written);
        }
        self.refresh();
        self.warn_of_filters();
        self.ask_for_view()
    }

    /// Has the footer tell of a problem.
    pub(in crate::ui) fn tell(&mut self, problem: &str) {
        self.message = Some(Message::Problem(problem.into()));
    }

    fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        self.message = None;
        let contexts = self.contexts();
        let chord = Chord::pressed(&key);
        if let Some(action) = self.session.keys.lookup(chord, &contexts) {
            return self.update(action);
        }
        if contexts.contains(&KeyContext::Views)
            && let Some(binding) = self.session.keys.elsewhere(&key)
        {
            let (key, place, help) = (chord.label(), binding.context.title(), binding.help);
            self.message = Some(Message::Note(match binding.context.needs() {
                Some(needs) => format!("{key} needs {needs}. {help}."),
                None => format!("{key} does nothing here. {place}: {help}."),
            }));
        }
        if let (Some(question), KeyCode::Char(char)) = (self.question(), key.code)
            && (key.modifiers - KeyModifiers::SHIFT).is_empty()
        {
            question.prompt.insert(char);
            return self.check_prompt();
        }
        None
    }

    fn paste(&mut self, text: &str) -> Option<Effect> {
        let prompt = &mut self.question()?.prompt;
        prompt.paste(text);
        match prompt.problem {
            None => self.check_prompt(),
            Some(_) => None,
        }
    }

    /// Acts.
    pub(in crate::ui) fn update(&mut self, action: Action) -> Option<Effect> {
        if action == Action::Mouse {
            return self.turn_mouse();
        }
        let body = self.regions().body;
        match &mut self.overlay {
            Some(Overlay::Prompt(_)) => return self.update_prompt(action),
            Some(Overlay::Exports(menu)) => {
                match menu.update(action, &export::choices(), body) {
                    Some(export) => return self.ask(Ask::Export(export)),
                    None if action == Action::Back => self.close_overlay(),
                    None => {}
                }
                return None;
            }
            Some(Overlay::Offers(menu, offers)) => {
                match menu.update(action, &offers::choices(offers), body) {
                    Some(picked) => {
                        let offer = offers.swap_remove(picked);
                        return self.pick_offer(offer);
                    }
                    None if action == Action::Back => self.close_overlay(),
                    None => {}
                }
                return None;
            }
            Some(Overlay::Pane(pane)) => {
                match action {
                    _ if pane.update(action, body) => {}
                    Action::Back => self.close_overlay(),
                    Action::Search | Action::Command => return self.update_global(action),
                    _ => {}
                }
                return None;
            }
            None => {}
        }
        if action == Action::Back && matches!(self.load, Load::Running(_)) {
            return Some(Effect::CancelLoad);
        }
        self.act(action)
    }

    /// Has the view act, and then everything around it.
    pub(in crate::ui) fn act(&mut self, action: Action) -> Option<Effect> {
        let body = self.regions().body;
        match self.views[self.front].update(action, &mut self.session, body) {
            Outcome::Done => self.ask_for_view(),
            Outcome::Go(view) => {
                self.came_from.push(self.view());
                if action == Action::Enter || matches!(action, Action::Click(_)) {
                    self.session.keep_selected();
                }
                self.show(view)
            }
            Outcome::Probe(probe) => self.session.probes.ask(probe),
            Outcome::Edit(file, line) => Some(Effect::Edit { file, line }),
            Outcome::Say(text) => {
                self.message = Some(Message::Note(text));
                self.ask_for_view()
            }
            Outcome::Ignored => self.update_global(action),
        }
    }

    fn update_global(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Quit => Some(Effect::Quit),
            Action::Suspend => Some(Effect::Suspend),
            Action::Redraw => Some(Effect::Redraw),
            Action::Help => self.open_help(),
            Action::Export => {
                self.overlay = Some(Overlay::Exports(Menu::default()));
                None
            }
            Action::Tab(toward) => {
                self.came_from.clear();
                let shown = self.shown_views();
                let at = shown.iter().position(|view| *view == self.front).unwrap_or(0);
                self.show(VIEWS[shown[toward.step(at, 1, shown.len())]].id)
            }
            Action::View(view) => {
                self.came_from.clear();
                self.show(view)
            }
            Action::ToggleInUse => self.switch(self.session.sibling_type(IN_USE)),
            Action::ToggleObjects => self.switch(self.session.sibling_type(OBJECTS)),
            Action::SampleType(chosen) => {
                let count = self.session.profile().map_or(0, |profile| profile.sample_types.len());
                if chosen.index() >= count {
                    let those = match count {
                        0 => "there is none".into(),
                        1 => "there is only one".into(),
                        _ => format!("press 1 to {count}"),
                    };
                    let note = format!("No sample type {}: {those}.", chosen.index() + 1);
                    self.message = Some(Message::Note(note));
                    return None;
                }
                self.switch(Some(chosen))
            }
            Action::Search => self.ask(Ask::Search),
            Action::Filter(filter) => self.ask(Ask::Filter(filter)),
            Action::Command => self.ask(Ask::Command),
            Action::Match(_) => {
                let search = self.session.keys.label(Action::Search, &[KeyContext::Lists]);
                self.message = Some(Message::Note(format!("Nothing to search for: {search} asks.")));
                None
            }
            Action::ClearFilters => {
                self.session.clear_filters();
                self.session.analyze_again()
            }
            Action::Granularity => {
                self.session.options.granularity = self.session.next_granularity().0;
                self.session.forget_names();
                self.session.analyze_again()
            }
            Action::Reload => self.reload(),
            Action::Copy(what) => self.copy(what),
            Action::Back => self.back(),
            Action::Step(_) | Action::Newest | Action::Oldest | Action::Moment(_) => self.step(action),
            Action::Watch => self.watch(),
            Action::Hold => self.hold(),
            Action::Base => self.choose_base(),
            Action::Profiles => self.ask_for_offers(),
            _ => None,
        }
    }

    /// Backs out of what is under way: a search, a view.
    fn back(&mut self) -> Option<Effect> {
        if self.session.search.take().is_some() {
            return None;
        }
        let before = self.came_from.pop();
        if before.is_none() && (self.view() == HOME || BESIDE_HOME.contains(&self.view())) {
            return None;
        }
        self.show(before.unwrap_or(HOME))
    }

    /// The places among [`VIEWS`] of those that have something to show, and of the one in front.
    pub(in crate::ui) fn shown_views(&self) -> Vec<usize> {
        let is_shown = |at: &usize| *at == self.front || (VIEWS[*at].applies)(&self.session);
        (0..VIEWS.len()).filter(is_shown).collect()
    }

    /// The view in front.
    pub(in crate::ui) fn view(&self) -> ViewId {
        VIEWS[self.front].id
    }

    pub(super) fn show(&mut self, view: ViewId) -> Option<Effect> {
        if let Some(front) = VIEWS.iter().position(|row| row.id == view) {
            self.front = front;
            self.refresh();
        }
        self.ask_for_view()
    }

    fn switch(&mut self, to: Option<SampleTypeId>) -> Option<Effect> {
        self.session.sample_type = to?;
        self.refresh();
        self.ask_for_view()
    }

    pub(in crate::ui) fn refresh(&mut self) {
        let body = self.regions().body;
        self.session.settle();
        self.views[self.front].refresh(&mut self.session, body);
    }

    pub(in crate::ui) fn ask_for_view(&mut self) -> Option<Effect> {
        // The first analysis of a generation brings the listings of all types.
        self.session.listing()?;
        let view = &self.views[self.front];
        if let Some(probe) = view.probe(&self.session)
            && let Some(effect) = self.session.probes.ask_once(probe)
        {
            return Some(effect);
        }
        self.session.ask(view.queries(&self.session))
    }

    fn warn_of_filters(&mut self) {
        let warnings = self
            .session
            .listing()
            .map(|listing| listing.report.warnings())
            .unwrap_or_default();
        if !warnings.is_empty() && self.message.is_none() && !self.session.is_stale() {
            self.message = Some(Message::Note(warnings.join("; ")));
        }
    }
}

const IN_USE: &[(&str, &str)] = &[("inuse", "alloc")];
const OBJECTS: &[(&str, &str)] = &[("space", "objects")];
