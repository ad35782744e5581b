//! The table of hosts: a row each, the largest heap first unless the user says otherwise, filled as they answer. What is
//! opened from it has a dashboard of its own; when that is left, the table is there as it was, and asks again.
//!
//! State changes in `update`, which returns what is chosen; `draw` changes nothing. Hosts are asked by `work::survey`.

mod draw;
mod find;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyEventKind, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::find::Finder;
use crate::analyze::hosts::{Fleet, median};
use crate::error::{Error, Result};
use crate::report::{HostOrder, HostRow, SORTED, host_table, sentence};
use crate::ui::event::Event;
use crate::ui::keys::action::{Action, KeyContext, Movement};
use crate::ui::keys::bindings::Bindings;
use crate::ui::keys::chord::{self, Chord};
use crate::ui::keys::help;
use crate::ui::listen::Listeners;
use crate::ui::search::Sought;
use crate::ui::terminal::{self, Screen, Tty};
use crate::ui::theme::{Colours, Palette, Theme};
use crate::ui::widget::list::{Clicked, List};
use crate::ui::widget::pane::Pane;
use crate::ui::work::survey::{self, Surveyed, Surveyor};

/// How a table of hosts begins.
pub struct HostsSetup {
    /// Who asks them.
    pub surveyor: Arc<dyn Surveyor>,
    /// What colours there are, on what.
    pub colours: Colours,
    /// Colours over those of the theme.
    pub palette: Palette,
    /// What keys do.
    pub bindings: Bindings,
}

/// What the user wants to see; hosts by their places.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice {
    /// Nothing more.
    Leave,
    /// A host.
    Host(usize),
    /// A host against another one, the median.
    Against {
        /// The host.
        host: usize,
        /// The one in the middle.
        median: usize,
    },
    /// These added up.
    Sum(Vec<usize>),
}

/// The table.
pub struct HostsTable {
    setup: HostsSetup,
    theme: Theme,
    fleet: Fleet,
    /// By what rows are ordered.
    order: HostOrder,
    /// What is drawn: made anew when a host answers.
    head: Vec<String>,
    rows: Vec<HostRow>,
    /// What makes hosts stand out, with the place of each.
    sentences: Vec<(usize, String)>,
    list: List,
    area: Rect,
    help: Option<Pane>,
    /// The search that is being typed.
    finder: Option<Finder>,
    /// What is searched for.
    sought: Option<Sought>,
    message: Option<String>,
    is_asking: bool,
    is_watching: bool,
    events: Option<Sender<Event>>,
    stop: Arc<AtomicBool>,
}

/// Between two surveys while all are watched.
const PACE: Duration = Duration::from_secs(5);
impl HostsTable {
    /// The table, before any host has answered.
    pub fn new(setup: HostsSetup) -> Self {
        let mut table = Self {
            theme: Theme::new(setup.colours).with(setup.palette),
            fleet: setup.surveyor.fleet(),
            setup,
            order: HostOrder::default(),
            head: Vec::new(),
            rows: Vec::new(),
            sentences: Vec::new(),
            list: List::default(),
            area: Rect::default(),
            help: None,
            finder: None,
            sought: None,
            message: None,
            is_asking: false,
            is_watching: false,
            events: None,
            stop: Arc::default(),
        };
        table.refresh();
        table
    }

    /// Shows the table in the terminal until something is chosen.
    ///
    /// # Errors
    /// [`Error::Io`] when the terminal cannot be used.
    pub fn run(&mut self) -> Result<Choice> {
        let (events, queue) = channel();
        let tty = Arc::new(Tty::open().map_err(terminal::failed)?);
        let mut listeners = Listeners::start(&events, &tty)?;
        let mut screen = Screen::open(&tty)?;
        listeners.read()?;
        let (width, height) = terminal::bounded(tty.size());
        self.resize(width, height);
        self.begin(events);
        let mut choice = None;
        while choice.is_none() {
            if !screen.present(self.area, |frame| self.draw(frame.buffer_mut()))? {
                break;
            }
            let Ok(event) = queue.recv() else { break };
            let mut next = Some(event);
            // Everything that came meanwhile, before the next frame.
            while let (Some(event), None) = (next, &choice) {
                match event {
                    Event::Suspend => screen.suspend()?,
                    Event::Continued => screen.retake()?,
                    event => choice = self.handle(event),
                }
                next = queue.try_recv().ok();
            }
        }
        self.end();
        Ok(choice.unwrap_or(Choice::Leave))
    }

    /// Plays keys without a terminal, each when all hosts have been asked, and returns the last frame as text; none where
    /// they chose something.
    ///
    /// # Errors
    /// [`Error::Usage`] for unknown keys.
    pub fn print(&mut self, (width, height): (u16, u16), keys: &str) -> Result<(String, Option<Choice>)> {
        let keys = chord::parse(keys).ok_or_else(|| Error::Usage(format!("--keys: {keys:?} has an unknown key")))?;
        let (events, queue) = channel();
        let (width, height) = terminal::bounded((width, height));
        self.resize(width, height);
        self.begin(events);
        self.finish(&queue);
        let mut choice = None;
        for key in keys {
            choice = choice.or(self.handle(Event::Terminal(TerminalEvent::Key(key.event()))));
            self.finish(&queue);
        }
        self.end();
        let mut buffer = Buffer::empty(self.area);
        self.draw(&mut buffer);
        Ok((crate::ui::text(&buffer), choice))
    }

    fn finish(&mut self, queue: &Receiver<Event>) {
        while self.is_asking && !self.is_watching {
            let Ok(event) = queue.recv() else { return };
            self.handle(event);
        }
    }

    fn begin(&mut self, events: Sender<Event>) {
        self.events = Some(events);
        self.stop = Arc::default();
        self.ask(Duration::ZERO);
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        (self.events, self.is_asking) = (None, false);
    }

    fn ask(&mut self, after: Duration) {
        if let (Some(events), false) = (&self.events, self.is_asking) {
            self.is_asking = true;
            survey::begin(&self.setup.surveyor, events, &self.stop, after);
        }
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.area = Rect::new(0, 0, width, height);
        self.list.fit(self.rows.len(), self.places().rows);
    }

    /// Takes an event; what is chosen, if anything is.
    fn handle(&mut self, event: Event) -> Option<Choice> {
        match event {
            Event::Terminal(TerminalEvent::Key(key)) if key.kind != KeyEventKind::Release => {
                self.message = None;
                if self.finder.is_some() {
                    self.type_search(&key);
                    return None;
                }
                let contexts = match self.help {
                    Some(_) => &[KeyContext::Pane][..],
                    None => &CONTEXTS,
                };
                let action = self.setup.bindings.lookup(Chord::pressed(&key), contexts)?;
                self.update(action)
            }
            Event::Terminal(TerminalEvent::Mouse(mouse)) => {
                let at = Position {
                    x: mouse.column,
                    y: mouse.row,
                };
                match mouse.kind {
                    MouseEventKind::Down(_) => self.update(Action::Click(at)),
                    MouseEventKind::ScrollUp => self.update(Action::Move(Movement::WheelUp)),
                    MouseEventKind::ScrollDown => self.update(Action::Move(Movement::WheelDown)),
                    _ => None,
                }
            }
            Event::Terminal(TerminalEvent::Resize(width, height)) => {
                let (width, height) = terminal::bounded((width, height));
                self.resize(width, height);
                None
            }
            Event::End | Event::TerminalGone => Some(Choice::Leave),
            Event::Surveyed(Surveyed::Host { at, seconds, answer }) => {
                self.fleet.answered(at, seconds, *answer);
                self.refresh();
                None
            }
            Event::Surveyed(Surveyed::End) => {
                self.is_asking = false;
                if self.is_watching {
                    self.ask(PACE);
                }
                None
            }
            _ => None,
        }
    }

    /// Acts; what is chosen, if anything is.
    fn update(&mut self, action: Action) -> Option<Choice> {
        let body = self.places().body;
        if let Some(pane) = &mut self.help {
            if !pane.update(action, body) && action == Action::Back {
                self.help = None;
            }
            return None;
        }
        let area = self.places().rows;
        match action {
            Action::Quit => return Some(Choice::Leave),
            Action::Back => self.sought = None,
            Action::Sort => {
                self.order = self.order.next(&self.head);
                self.refresh();
            }
            Action::Help => {
                let lines = help::lines_of(&self.setup.bindings, self.theme, Pane::width(body), &CONTEXTS);
                self.help = Some(Pane::new("Help".into(), lines));
            }
            Action::Move(movement) => self.list.step(movement, self.rows.len(), area),
            Action::Click(at) => match self.list.click(at, self.rows.len(), area) {
                Clicked::Again => return self.selected().map(Choice::Host),
                Clicked::Moved | Clicked::Nothing => {}
            },
            Action::Enter => return self.selected().map(Choice::Host),
            Action::Against => return self.against(),
            Action::Sum => {
                let hosts = self.fleet.hosts().iter().enumerate();
                let answered: Vec<usize> = hosts
                    .filter(|(_, host)| host.figures().is_some())
                    .map(|(at, _)| at)
                    .collect();
                match answered.len() {
                    0 => self.message = Some("No host has answered yet.".into()),
                    _ => return Some(Choice::Sum(answered)),
                }
            }
            Action::Watch => {
                self.is_watching = !self.is_watching;
                self.ask(Duration::ZERO);
            }
            Action::Reload => self.ask(Duration::ZERO),
            Action::Search => self.begin_search(),
            Action::Match(toward) => self.find(toward),
            _ => {}
        }
        None
    }

    /// The place of the host under the cursor.
    fn selected(&self) -> Option<usize> {
        Some(self.rows.get(self.list.at())?.host)
    }

    /// The host under the cursor against the one whose heap is in the middle.
    fn against(&mut self) -> Option<Choice> {
        let host = self.selected()?;
        let heap = |at: usize| Some(self.fleet.hosts().get(at)?.figures()?.heap?.bytes);
        let heaps = || (0..self.fleet.hosts().len()).filter_map(|at| Some((at, heap(at)?)));
        let middle = median(heaps().map(|(_, bytes)| bytes))?;
        let distance = |bytes: f64| (bytes - middle).abs();
        let others = heaps().filter(|(at, _)| *at != host);
        let median = others.min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
        match (heap(host), median) {
            (Some(_), Some((median, _))) => Some(Choice::Against { host, median }),
            _ => {
                self.message = Some("Nothing to compare: this host and another one have to answer first.".into());
                None
            }
        }
    }

    /// Makes the rows anew; the cursor stays on its host.
    fn refresh(&mut self) {
        let selected = self.selected().filter(|_| self.list.at() > 0);
        (self.head, self.rows) = host_table(&self.fleet, self.order);
        if let Some(sorted) = self.head.iter_mut().find(|head| **head == self.order.head()) {
            sorted.insert(0, SORTED);
        }
        let outliers = self.fleet.outliers();
        self.sentences = outliers
            .iter()
            .map(|outlier| (outlier.host, sentence(&self.fleet, outlier)))
            .collect();
        let area = self.places().rows;
        match selected.and_then(|host| self.rows.iter().position(|row| row.host == host)) {
            Some(at) => self.list.go(at, self.rows.len(), area),
            None => self.list.fit(self.rows.len(), area),
        }
    }
}

/// Where keys act.
const CONTEXTS: [KeyContext; 3] = [KeyContext::Hosts, KeyContext::Lists, KeyContext::Everywhere];
