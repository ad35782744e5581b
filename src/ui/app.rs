//! The dashboard's state and how it changes. No I/O: what must happen outside is returned as an [`Effect`].

use crossterm::event::{
    Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ask::Ask;
use super::event::{Effect, Event};
use super::keymap::{self, Action, Scope, Step};
use super::loading::Load;
use super::screen::Screen;
use super::session::Session;
use super::theme::Theme;
use super::view::{Outcome, VIEWS, View};
use super::widget::{cursor::Cursor, paint, prompt::Prompt};
use super::{chrome, help};
use crate::error::{Error, Result};
use crate::model::SampleTypeId;

/// Everything that is on the screen.
pub(super) struct App {
    pub(super) session: Session,
    views: Vec<Box<dyn View>>,
    /// The view in front.
    pub(super) front: usize,
    overlay: Option<Overlay>,
    /// What the footer says until the next key.
    pub(super) message: Option<Message>,
    load: Load,
    /// Number of the newest load.
    loads: u64,
    area: Rect,
    theme: Theme,
}

/// What lies over the view or takes the keys.
enum Overlay {
    Help(Cursor),
    Prompt(Ask, Prompt),
}

/// A line in the footer.
pub(super) enum Message {
    Problem(String),
    Note(String),
}

impl App {
    pub(super) fn new(session: Session, theme: Theme, area: Rect) -> Self {
        let views = VIEWS.iter().map(|row| (row.make)()).collect();
        Self {
            session,
            views,
            front: 0,
            overlay: None,
            message: None,
            load: Load::Idle,
            loads: 0,
            area,
            theme,
        }
    }

    /// Begins to load.
    pub(super) fn reload(&mut self) -> Option<Effect> {
        self.loads += 1;
        self.load = Load::Running { done: 0, total: None };
        self.message = None;
        Some(Effect::Load { generation: self.loads })
    }

    /// Whether anything is under way.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self.load, Load::Running { .. }) || self.session.outstanding > 0
    }

    /// Whether something is under way that will change the view in front.
    pub(super) fn is_changing(&self) -> bool {
        let wants = self.views[self.front].wants(&self.session);
        matches!(self.load, Load::Running { .. }) || !self.session.lacks(wants).is_empty()
    }

    /// Where keys act now.
    pub(super) fn scopes(&self) -> Vec<Scope> {
        match self.overlay {
            Some(Overlay::Help(_)) => return vec![Scope::Help],
            Some(Overlay::Prompt(..)) => return vec![Scope::Prompt],
            None => {}
        }
        let mut scopes = vec![Scope::Everywhere];
        if self.session.profile.is_some() {
            scopes.extend([Scope::Views, Scope::Lists, VIEWS[self.front].scope]);
        }
        let conditions = [
            (self.session.is_remote, Scope::Server),
            (!self.session.filters().is_empty(), Scope::Filtered),
            (self.session.sibling_type(IN_USE).is_some(), Scope::InUse),
            (self.session.sibling_type(OBJECTS).is_some(), Scope::Objects),
        ];
        scopes.extend(
            conditions
                .into_iter()
                .filter(|(holds, _)| *holds)
                .map(|(_, scope)| scope),
        );
        scopes
    }

    /// Takes an event.
    pub(super) fn handle(&mut self, event: Event) -> Option<Effect> {
        match event {
            Event::Terminal(TerminalEvent::Key(key)) if key.kind != KeyEventKind::Release => self.key(key),
            Event::Terminal(TerminalEvent::Mouse(mouse)) => self.mouse(mouse),
            Event::Terminal(TerminalEvent::Paste(text)) => self.paste(&text),
            Event::Terminal(TerminalEvent::Resize(width, height)) => {
                self.area = Rect::new(0, 0, width, height);
                self.refresh();
                None
            }
            Event::Terminal(_) => None,
            Event::End | Event::TerminalGone => Some(Effect::Quit),
            Event::Suspend => Some(Effect::Suspend),
            Event::Progress {
                generation,
                done,
                total,
            } => {
                if generation == self.loads && matches!(self.load, Load::Running { .. }) {
                    self.load = Load::Running { done, total };
                }
                None
            }
            Event::Loaded { generation, result } => self.loaded(generation, result),
            Event::Analyzed { generation, product } => {
                match self.session.take(generation, product) {
                    Ok(true) => self.refresh(),
                    Ok(false) => return None,
                    // The options that the program was called with cannot be.
                    Err(error) if self.session.listing().is_none() => return Some(Effect::Fail(error)),
                    Err(error) => {
                        self.message = Some(Message::Problem(error.to_string()));
                        return None;
                    }
                }
                self.warn_of_filters();
                self.wants()
            }
        }
    }

    fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        self.message = None;
        if let Some(action) = keymap::lookup(&key, &self.scopes()) {
            return self.update(action);
        }
        if let (Some(Overlay::Prompt(_, prompt)), KeyCode::Char(char)) = (&mut self.overlay, key.code)
            && (key.modifiers - KeyModifiers::SHIFT).is_empty()
        {
            prompt.insert(char);
            self.check_prompt();
        }
        None
    }

    fn paste(&mut self, text: &str) -> Option<Effect> {
        if let Some(Overlay::Prompt(_, prompt)) = &mut self.overlay {
            text.chars()
                .filter(|char| !char.is_control())
                .for_each(|char| prompt.insert(char));
            self.check_prompt();
        }
        None
    }

    fn mouse(&mut self, mouse: MouseEvent) -> Option<Effect> {
        let at = Position {
            x: mouse.column,
            y: mouse.row,
        };
        match mouse.kind {
            MouseEventKind::ScrollDown => self.update(Action::Move(Step::WheelDown)),
            MouseEventKind::ScrollUp => self.update(Action::Move(Step::WheelUp)),
            MouseEventKind::Down(MouseButton::Left) if self.overlay.is_none() => {
                self.message = None;
                let screen = Screen::new(self.area);
                let action = chrome::click(self, &screen, at);
                let action = action.or_else(|| screen.body.contains(at).then_some(Action::Click(at)));
                action.and_then(|action| self.update(action))
            }
            _ => None,
        }
    }

    /// Acts.
    pub(super) fn update(&mut self, action: Action) -> Option<Effect> {
        match self.overlay {
            Some(Overlay::Help(_)) => return self.update_help(action),
            Some(Overlay::Prompt(..)) => return self.update_prompt(action),
            None => {}
        }
        let body = Screen::new(self.area).body;
        match self.views[self.front].update(action, &mut self.session, body) {
            Outcome::Done => self.wants(),
            Outcome::Go(view) => self.show(view),
            Outcome::Ignored => self.update_global(action),
        }
    }

    fn update_global(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Quit => Some(Effect::Quit),
            Action::Suspend => Some(Effect::Suspend),
            Action::Redraw => Some(Effect::Redraw),
            Action::Help => {
                self.overlay = Some(Overlay::Help(Cursor::default()));
                None
            }
            Action::NextView => self.show((self.front + 1) % self.views.len()),
            Action::PreviousView => self.show((self.front + self.views.len() - 1) % self.views.len()),
            Action::View(view) => self.show(view),
            Action::ToggleInUse => self.switch(self.session.sibling_type(IN_USE)),
            Action::ToggleObjects => self.switch(self.session.sibling_type(OBJECTS)),
            Action::SampleType(number) => {
                let count = self
                    .session
                    .profile
                    .as_ref()
                    .map_or(0, |profile| profile.sample_types.len());
                if number >= count {
                    self.message = Some(Message::Note(format!("There are {count} sample types.")));
                    return None;
                }
                self.switch(Some(SampleTypeId::from_index(number)))
            }
            Action::Search => {
                self.overlay = Some(Overlay::Prompt(Ask::Search, Prompt::new("/search", String::new())));
                None
            }
            Action::NextMatch | Action::PreviousMatch => {
                self.message = Some(Message::Note("Nothing to search for: / asks.".into()));
                None
            }
            Action::Filter(filter) => {
                let current = self.session.filter_mut(filter).clone();
                let selected = &self.session.selected;
                let proposal = if current.is_empty() && !selected.is_empty() {
                    format!("^{}$", regex::escape(selected))
                } else {
                    current
                };
                self.overlay = Some(Overlay::Prompt(
                    Ask::Filter(filter),
                    Prompt::new(filter.name(), proposal),
                ));
                None
            }
            Action::ClearFilters => {
                self.session.clear_filters();
                self.session.analyze_again()
            }
            Action::Reload => self.reload(),
            Action::Back => self.back(),
            _ => None,
        }
    }

    /// Backs out of what is under way: a load, a search, a view.
    fn back(&mut self) -> Option<Effect> {
        if matches!(self.load, Load::Running { .. }) {
            return Some(Effect::CancelLoad);
        }
        if self.session.search.take().is_some() || self.front == 0 {
            return None;
        }
        self.show(0)
    }

    fn show(&mut self, view: usize) -> Option<Effect> {
        if view < self.views.len() {
            self.front = view;
            self.refresh();
        }
        self.wants()
    }

    fn switch(&mut self, to: Option<SampleTypeId>) -> Option<Effect> {
        self.session.sample_type = to?;
        self.refresh();
        self.wants()
    }

    fn refresh(&mut self) {
        let body = Screen::new(self.area).body;
        self.views[self.front].refresh(&mut self.session, body);
    }

    fn wants(&mut self) -> Option<Effect> {
        // The first analysis of a generation brings the listings of all types.
        self.session.listing()?;
        let wants = self.views[self.front].wants(&self.session);
        self.session.want(wants)
    }

    fn loaded(&mut self, generation: u64, result: Result<std::sync::Arc<crate::model::Profile>>) -> Option<Effect> {
        if generation != self.loads {
            return None;
        }
        self.load = Load::Idle;
        match result {
            Ok(profile) => {
                if self.session.profile.is_some() {
                    self.message = Some(Message::Note(format!("Read {} again.", self.session.source)));
                }
                self.session.set_profile(profile)
            }
            Err(error) if self.session.profile.is_some() => {
                self.message = Some(Message::Problem(error.to_string()));
                None
            }
            Err(Error::Cancelled) => {
                self.load = Load::Failed("Cancelled.".into());
                None
            }
            // A server may answer the next time; a file that is none stays so.
            Err(error) if !self.session.is_remote => Some(Effect::Fail(error)),
            Err(error) => {
                self.load = Load::Failed(error.to_string());
                None
            }
        }
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

    fn update_help(&mut self, action: Action) -> Option<Effect> {
        let body = Screen::new(self.area).body;
        let lines = help::lines(self.theme, usize::from(body.width)).len();
        match (&mut self.overlay, action) {
            (Some(Overlay::Help(scroll)), Action::Move(step)) => {
                // What moves is the view, not a row in it.
                let last = lines.saturating_sub(usize::from(body.height));
                scroll.at = scroll.offset;
                scroll.step(step, last + 1, usize::from(body.height));
                scroll.offset = scroll.at;
            }
            (_, Action::Back) => self.overlay = None,
            _ => {}
        }
        None
    }

    fn update_prompt(&mut self, action: Action) -> Option<Effect> {
        match (&mut self.overlay, action) {
            (Some(Overlay::Prompt(_, prompt)), Action::Edit(request)) => {
                prompt.edit(request);
                self.check_prompt();
                None
            }
            (Some(Overlay::Prompt(ask, prompt)), Action::Accept) => {
                let (ask, text) = (*ask, prompt.value().to_string());
                if let Err(error) = ask.compile(&text) {
                    prompt.problem = Some(error.to_string());
                    return None;
                }
                self.overlay = None;
                self.accept(ask, text)
            }
            (_, Action::Back) => {
                self.overlay = None;
                None
            }
            _ => None,
        }
    }

    fn accept(&mut self, ask: Ask, text: String) -> Option<Effect> {
        match ask {
            Ask::Search => {
                self.session.search = ask.compile(&text).ok().flatten();
                let Some(search) = &self.session.search else {
                    return None;
                };
                // Where the cursor is may match already.
                if search.is_match(&self.session.selected) {
                    return None;
                }
                let before = self.session.selected.clone();
                let effect = self.update(Action::NextMatch);
                if before == self.session.selected && self.front == 0 {
                    self.message = Some(Message::Note(format!("No name matches {text:?}.")));
                }
                effect
            }
            Ask::Filter(filter) => {
                *self.session.filter_mut(filter) = text;
                self.session.analyze_again()
            }
        }
    }

    /// Says what is wrong with an expression while it is typed.
    fn check_prompt(&mut self) {
        if let Some(Overlay::Prompt(ask, prompt)) = &mut self.overlay {
            prompt.problem = ask.compile(prompt.value()).err().map(|error| error.to_string());
        }
    }

    /// Draws everything; returns where the terminal's cursor belongs, if anywhere.
    pub(super) fn draw(&self, buffer: &mut Buffer) -> Option<Position> {
        let screen = Screen::new(self.area.intersection(buffer.area));
        let theme = self.theme;
        chrome::draw(self, &screen, theme, buffer);
        match &self.overlay {
            Some(Overlay::Help(scroll)) => help::draw(scroll, theme, screen.body, buffer),
            _ if self.session.profile.is_some() && self.session.listing().is_none() => {
                let text = match &self.message {
                    Some(Message::Problem(problem)) => vec!["Nothing to show.".into(), problem.clone()],
                    _ if self.is_changing() => vec!["Adding up…".into()],
                    _ => vec!["The profile has no samples.".into()],
                };
                paint::middle(buffer, screen.body, theme.heading(), &text);
            }
            _ if self.session.profile.is_some() => {
                self.views[self.front].draw(&self.session, theme, screen.body, buffer);
                self.load.draw_again(&self.session, theme, screen.footer, buffer);
            }
            _ => self.load.draw(&self.session, theme, screen.body, buffer),
        }
        let Some(Overlay::Prompt(_, prompt)) = &self.overlay else {
            return None;
        };
        let area = if screen.footer.height > 0 {
            screen.footer
        } else {
            screen.body
        };
        let row = Rect {
            height: area.height.min(1),
            ..area
        };
        let blank = " ".repeat(usize::from(row.width));
        paint::line(buffer, row, 0, &blank.into());
        if let Some(problem) = &prompt.problem
            && screen.body.height > 1
        {
            let above = Rect {
                y: screen.body.bottom() - 1,
                height: 1,
                ..screen.body
            };
            paint::line(buffer, above, 0, &" ".repeat(usize::from(above.width)).into());
            paint::line(
                buffer,
                above,
                0,
                &ratatui::text::Line::styled(format!(" {problem}"), theme.error()),
            );
        }
        (row.height > 0 && row.width > 0).then(|| prompt.draw(buffer, row, theme))
    }
}

const IN_USE: &[(&str, &str)] = &[("inuse", "alloc")];
const OBJECTS: &[(&str, &str)] = &[("space", "objects")];
