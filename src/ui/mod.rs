//! The dashboard.
//!
//! `event` (what can happen) → `keys` (what a key means) → `app` and `view` (how state changes and is drawn) →
//! `terminal`; `widget` has what views share: lists, prompts, menus, charts. Analyses and loads run on threads (`work`). Shows
//! what `analyze` found and decides nothing about numbers; knows no file and no network: the loader is handed in.

mod app;
mod event;
mod hosts;
mod keys;
mod listen;
mod screenshot;
mod search;
mod session;
mod terminal;
mod theme;
mod timeline;
mod view;
mod widget;
mod work;

use std::collections::VecDeque;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crossterm::event::{Event as TerminalEvent, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::error::{Error, Result};
use crate::graphics::Picture;
use crate::report::{ColumnId, Environment, Options, are_on_churn};
use app::App;
use event::{Effect, Event, Mouse};
use keys::chord::{self, Chord};
use listen::Listeners;
use session::Session;
use terminal::{Screen, Tty};
use work::threads::Workers;

pub use hosts::{Choice, HostsSetup, HostsTable};
pub use keys::bindings::Bindings;
pub use keys::bindings::WrittenKeys;
#[cfg(unix)]
pub use terminal::guard;
pub use theme::{Ask, COLOURS, Colours, Depth, Ground, Palette, parse_colour};
pub use work::host::{
    Base, Control, Existing, Followed, Host, Loader, NoHost, Offer, OfferKind, Opened, Pause, Probe, Saved, Series,
    Wanted,
};
pub use work::survey::Surveyor;

/// How a dashboard begins.
pub struct Setup {
    /// Where the profile comes from.
    pub loader: Arc<dyn Loader>,
    /// What the machine does for it.
    pub host: Arc<dyn Host>,
    /// The time zone, and where sources are.
    pub environment: Environment,
    /// Filters and sample type to begin with.
    pub options: Options,
    /// What colours there are, on what.
    pub colours: Colours,
    /// What keys do.
    pub bindings: Bindings,
    /// What else the user wrote down.
    pub preferences: Preferences,
    /// Keys that are played first, in the notation `jj<tab><c-d>`.
    pub keys: String,
}

/// What a user prefers, and what is wrong with how it was said.
#[derive(Clone, Debug, Default)]
pub struct Preferences {
    /// Colours over those of the theme.
    pub palette: Palette,
    /// The columns of Top besides the name; none for all.
    pub columns: Vec<ColumnId>,
    /// What the footer says at the start.
    pub problems: Vec<String>,
}

/// How long a new frame waits for the analysis it will show, so that a quick one does not flicker.
const PATIENCE: Duration = Duration::from_millis(6);

/// Opens the dashboard in the terminal and stays until the user leaves.
///
/// # Errors
/// [`Error::Io`] when the terminal cannot be used; [`Error::Usage`] for unknown keys; whatever the loader fails
/// with when it is not [remote](Loader::is_remote).
pub fn run(setup: &Setup) -> Result<()> {
    let keys = parse_keys(&setup.keys)?;
    let (events, queue) = channel();
    // Signals are caught before there is anything to give back.
    let tty = Arc::new(Tty::open().map_err(terminal::failed)?);
    let mut listeners = Listeners::start(&events, &tty)?;
    // Reading begins before the terminal is set up: both take a while.
    let mut dashboard = Dashboard::new(setup, &events, Rect::default());
    dashboard.begin();
    // A file that cannot be read is told where the user typed its name.
    dashboard.settle(&queue);
    if dashboard.is_over {
        return dashboard.outcome();
    }
    let mut screen = Screen::open(&tty)?;
    listeners.read()?;
    let asked = (setup.colours.ask == Ask::Yes).then(|| {
        screen.say(QUESTIONS);
        Instant::now()
    });
    let (width, height) = terminal::bounded(tty.size());
    dashboard.handle(Event::Terminal(TerminalEvent::Resize(width, height)));
    if !keys.is_empty() {
        dashboard.play(&keys, &queue);
    }
    while !dashboard.is_over {
        let mut flow = match dashboard.program {
            Some(_) => Flow::Lend,
            None => dashboard.settle(&queue),
        };
        if flow == Flow::Continue {
            for told in dashboard.told.drain(..) {
                match told {
                    Told::Copy(text) => screen.copy(&text),
                    Told::Mouse(mouse) => screen.give_mouse(mouse),
                }
            }
            if !screen.present(dashboard.app.area, |frame| dashboard.draw(frame))? {
                break;
            }
            let Ok(event) = queue.recv() else { break };
            flow = dashboard.handle(event);
        }
        // Everything that came meanwhile, before the next frame.
        while flow == Flow::Continue
            && let Ok(event) = queue.try_recv()
        {
            flow = dashboard.handle(event);
        }
        let done = match flow {
            Flow::Continue | Flow::Quit => Ok(()),
            Flow::Redraw => screen.refresh(),
            Flow::Retake => screen.retake(),
            Flow::Suspend => screen.suspend(),
            Flow::Lend => match dashboard.program.take() {
                Some(mut program) => listeners.hold(|| screen.lend(&mut program)).map(|problem| {
                    dashboard.handle(Event::Returned { problem });
                }),
                None => Ok(()),
            },
        };
        // Nothing can be told on a terminal that is gone, nor is it a failure of ours.
        if !tty.is_ended() {
            done?;
        }
    }
    if asked.is_some_and(|asked| asked.elapsed() < SLOWEST) && !tty.is_ended() {
        dashboard.hear_out(&queue);
    }
    dashboard.outcome()
}

/// Asks the terminal for its background, and then for what every terminal answers.
const QUESTIONS: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";

/// How long an answer may be under way that whoever reads the terminal next would take for keys, and how long it is
/// waited for at the end.
const SLOWEST: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_millis(100);

/// Plays the keys without a terminal and returns the last frame as text, a line a row.
///
/// # Errors
/// [`Error::Usage`] for unknown keys; whatever the loader fails with when it is not
/// [remote](Loader::is_remote).
pub fn print(setup: &Setup, size: (u16, u16)) -> Result<String> {
    Ok(text(&frame(setup, size, &[])?))
}

/// The last frame as a picture, on the ground that the colours are for.
///
/// # Errors
/// As [`print()`].
pub fn picture(setup: &Setup, size: (u16, u16)) -> Result<Picture> {
    let title = format!("heaptui on {}", setup.loader.name());
    Ok(screenshot::picture(
        &frame(setup, size, &[])?,
        setup.colours.ground,
        title,
    ))
}

/// What a user does in a terminal. Cells are (column, row), counted from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// Keys, in the notation of [`Setup::keys`].
    Keys(String),
    /// A text that is pasted.
    Paste(String),
    /// The left button of the mouse goes down on a cell.
    Press(u16, u16),
    /// The mouse comes to a cell with its button held.
    Drag(u16, u16),
    /// A step of the wheel, upward.
    WheelUp,
    /// A step of the wheel, downward.
    WheelDown,
    /// The terminal has another size: columns and rows.
    Resize(u16, u16),
}

/// Plays the keys and then the inputs without a terminal, draws a frame after each, and returns the last one as text.
///
/// # Errors
/// As [`print()`].
pub fn play(setup: &Setup, size: (u16, u16), inputs: &[Input]) -> Result<String> {
    Ok(text(&frame(setup, size, inputs)?))
}

/// Plays keys and inputs without a terminal; the last frame.
fn frame(setup: &Setup, (width, height): (u16, u16), inputs: &[Input]) -> Result<Buffer> {
    if terminal::bounded((width, height)) != (width, height) {
        let (width, height) = terminal::LARGEST;
        return Err(Error::Usage(format!(
            "--print: a screen has {width}x{height} cells at most"
        )));
    }
    let keys = parse_keys(&setup.keys)?;
    let (events, queue) = channel();
    let mut dashboard = Dashboard::new(setup, &events, Rect::new(0, 0, width, height));
    dashboard.begin();
    dashboard.play(&keys, &queue);
    for input in inputs {
        for event in input.events()? {
            dashboard.handle(Event::Terminal(event));
            dashboard.finish(&queue);
        }
        dashboard.app.draw(&mut Buffer::empty(dashboard.app.area));
    }
    if let Some(error) = dashboard.failure.take() {
        return Err(error);
    }
    let mut buffer = Buffer::empty(dashboard.app.area);
    dashboard.app.draw(&mut buffer);
    Ok(buffer)
}

impl Input {
    fn events(&self) -> Result<Vec<TerminalEvent>> {
        let mouse = |kind, column, row| {
            let modifiers = KeyModifiers::NONE;
            TerminalEvent::Mouse(MouseEvent {
                kind,
                column,
                row,
                modifiers,
            })
        };
        Ok(match self {
            Self::Keys(keys) => {
                let chords = parse_keys(keys)?.into_iter();
                chords.map(|chord| TerminalEvent::Key(chord.event())).collect()
            }
            Self::Paste(text) => vec![TerminalEvent::Paste(text.clone())],
            Self::Press(column, row) => vec![mouse(MouseEventKind::Down(MouseButton::Left), *column, *row)],
            Self::Drag(column, row) => vec![mouse(MouseEventKind::Drag(MouseButton::Left), *column, *row)],
            Self::WheelUp => vec![mouse(MouseEventKind::ScrollUp, 0, 0)],
            Self::WheelDown => vec![mouse(MouseEventKind::ScrollDown, 0, 0)],
            Self::Resize(width, height) => vec![TerminalEvent::Resize(*width, *height)],
        })
    }
}

/// A frame's text, a line a row.
fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut x = 0;
        // A wide character stands in its first cell; the ones behind it are no blanks.
        while let Some(cell) = buffer.cell((x, y)) {
            row.push_str(cell.symbol());
            x += u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

fn parse_keys(text: &str) -> Result<Vec<Chord>> {
    chord::parse(text).ok_or_else(|| {
        Error::Usage(format!(
            "--keys: {text:?} has an unknown key; write e.g. jj<tab><c-d><lt>"
        ))
    })
}

/// What the loop has to do besides drawing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Continue,
    Quit,
    Redraw,
    Retake,
    Suspend,
    /// Another program gets the terminal.
    Lend,
}

/// The state with the threads that work for it.
struct Dashboard {
    app: App,
    workers: Workers,
    /// Why it ends, if not because the user wants to.
    failure: Option<Error>,
    is_over: bool,
    /// Whether the terminal has answered what it was asked.
    is_answered: bool,
    /// What is to have the terminal next.
    program: Option<Command>,
    /// What the terminal is to be told before the next frame.
    told: Vec<Told>,
    /// Keys for what is not there yet.
    typed: VecDeque<KeyEvent>,
}

/// So many keys are kept while a profile is read.
const TYPED_AHEAD: usize = 100;

/// What the terminal is told besides frames.
enum Told {
    Copy(String),
    Mouse(Mouse),
}

impl Dashboard {
    fn new(setup: &Setup, events: &Sender<Event>, area: Rect) -> Self {
        let environment = setup.environment.clone();
        let (options, keys) = (setup.options.clone(), setup.bindings.clone());
        let mut session = Session::new(&*setup.loader, options, environment.clone(), keys);
        let preferences = &setup.preferences;
        session.columns.clone_from(&preferences.columns);
        session.shows_churn = are_on_churn(&preferences.columns);
        let theme = theme::Theme::new(setup.colours).with(preferences.palette);
        let mut app = App::new(session, theme, area);
        app.problems.clone_from(&preferences.problems);
        Self {
            app,
            workers: Workers::new(
                events.clone(),
                Arc::clone(&setup.loader),
                Arc::clone(&setup.host),
                environment,
            ),
            failure: None,
            is_over: false,
            is_answered: false,
            program: None,
            told: Vec::new(),
            typed: VecDeque::new(),
        }
    }

    fn begin(&mut self) {
        let effect = self.app.begin();
        self.perform(effect);
    }

    /// How it ended.
    fn outcome(&mut self) -> Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    fn handle(&mut self, event: Event) -> Flow {
        match event {
            Event::Terminal(TerminalEvent::Key(key)) if self.waits(&key) => {
                self.typed.extend((self.typed.len() < TYPED_AHEAD).then_some(key));
                return Flow::Continue;
            }
            _ => {}
        }
        let mut flow = self.take(event);
        while flow == Flow::Continue
            && !self.app.is_changing()
            && let Some(key) = self.typed.pop_front()
        {
            flow = self.take(Event::Terminal(TerminalEvent::Key(key)));
        }
        flow
    }

    /// Whether a key is for what is not there yet, or behind one that is.
    fn waits(&self, key: &KeyEvent) -> bool {
        match self.app.awaits_profile() {
            true => !self.app.acts_on(key),
            false => !self.typed.is_empty(),
        }
    }

    fn take(&mut self, event: Event) -> Flow {
        self.is_answered |= matches!(event, Event::Identity);
        let effect = self.app.handle(event);
        self.perform(effect)
    }

    fn perform(&mut self, effect: Option<Effect>) -> Flow {
        match effect {
            None => return Flow::Continue,
            Some(Effect::Load { generation, wanted }) => self.workers.load(generation, wanted),
            Some(Effect::Follow) => self.workers.follow(),
            Some(Effect::Offers) => self.workers.offers(),
            Some(Effect::SaveOffer(offer)) => self.workers.save_offer(offer),
            Some(Effect::Pause(pause)) => self.workers.pause(pause),
            Some(Effect::Record(folder)) => self.workers.record(folder),
            Some(Effect::Probe { generation, probe }) => self.workers.probe(generation, probe),
            Some(Effect::CancelLoad) => self.workers.cancel_load(),
            Some(Effect::Analyze(job)) => self.workers.analyze(*job),
            Some(Effect::Run(errand)) => self.workers.run(errand),
            Some(Effect::Edit { file, line }) => match self.workers.editor(&file, line) {
                Some(program) => {
                    self.program = Some(program);
                    return Flow::Lend;
                }
                None => self
                    .app
                    .tell("No editor is set: export EDITOR=vim, or VISUAL, before heaptui starts."),
            },
            Some(Effect::Copy(text)) => self.told.push(Told::Copy(text)),
            Some(Effect::Mouse(mouse)) => self.told.push(Told::Mouse(mouse)),
            Some(Effect::Redraw) => return Flow::Redraw,
            Some(Effect::Suspend) => return Flow::Suspend,
            Some(Effect::Retake) => return Flow::Retake,
            Some(Effect::Quit) => {
                self.is_over = true;
                return Flow::Quit;
            }
            Some(Effect::Fail(error)) => {
                self.failure = Some(error);
                self.is_over = true;
                return Flow::Quit;
            }
        }
        Flow::Continue
    }

    /// Waits a moment for an analysis that would change what is about to be drawn.
    fn settle(&mut self, queue: &Receiver<Event>) -> Flow {
        let deadline = Instant::now() + PATIENCE;
        let mut flow = Flow::Continue;
        while flow == Flow::Continue && self.app.is_changing() {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(event) = queue.recv_timeout(left) else { break };
            flow = self.handle(event);
        }
        flow
    }

    /// Plays keys, each when what the one before began is done, so that they do the same every time.
    fn play(&mut self, keys: &[Chord], queue: &Receiver<Event>) {
        self.finish(queue);
        for key in keys {
            if self.is_over {
                return;
            }
            self.handle(Event::Terminal(TerminalEvent::Key(key.event())));
            self.finish(queue);
        }
    }

    fn finish(&mut self, queue: &Receiver<Event>) {
        while !self.is_over && self.app.is_busy() {
            let Ok(event) = queue.recv() else { return };
            self.handle(event);
        }
    }

    /// Waits a moment for what the terminal has still to say.
    fn hear_out(&mut self, queue: &Receiver<Event>) {
        let deadline = Instant::now() + ANSWER;
        while !self.is_answered {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(event) = queue.recv_timeout(left) else { return };
            self.is_answered |= matches!(event, Event::Identity);
        }
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        if let Some(cursor) = self.app.draw(frame.buffer_mut()) {
            frame.set_cursor_position(cursor);
        }
    }
}
