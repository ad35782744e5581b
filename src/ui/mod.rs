//! The dashboard.
//!
//! `event` (what can happen) → `keymap` (what a key means) → `app` and `view` (how state changes and is drawn) →
//! `terminal`. Analyses and loads run on threads (`work`). Draws what `analyze` made and decides nothing about
//! numbers; knows no file and no network: the loader is handed in.

mod app;
mod event;
mod keys;
mod listen;
mod screenshot;
mod session;
mod terminal;
mod theme;
mod view;
mod widget;
mod work;

use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crossterm::event::{Event as TerminalEvent, KeyEvent};
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};
use unicode_width::UnicodeWidthStr;

use crate::error::{Error, Result};
use crate::graphics::Picture;
use crate::report::{Environment, Options};
use app::App;
use event::{Effect, Event};
use listen::Listeners;
use session::Session;
use work::threads::Workers;

pub use theme::Colours;
pub use work::host::{Existing, Host, Loader, NoHost, Opened, Saved};

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
    /// Whether colours may be used.
    pub colours: Colours,
    /// Keys that are played first, in the notation `jj<tab><c-d>`.
    pub keys: String,
}

/// How long a new frame waits for the analysis it will show, so that a quick one does not flicker.
const PATIENCE: Duration = Duration::from_millis(6);

/// Opens the dashboard in the terminal and stays until the user leaves.
///
/// # Errors
/// [`Error::Io`] when the terminal cannot be used; [`Error::Usage`] for keys that are none; whatever the loader fails
/// with when it is not [remote](Loader::is_remote).
pub fn run(setup: &Setup) -> Result<()> {
    let keys = parse_keys(&setup.keys)?;
    let (events, queue) = channel();
    // Reading begins before the terminal is set up: both take a while.
    let mut dashboard = Dashboard::new(setup, &events, Rect::default());
    dashboard.begin();
    // A file that cannot be read is told where the user typed its name.
    dashboard.settle(&queue);
    if let Some(error) = dashboard.failure.take() {
        return Err(error);
    }
    let mut screen = terminal::Screen::open()?;
    let listeners = Listeners::start(&events)?;
    let size = screen.terminal.size().map_err(terminal::failed)?;
    dashboard.handle(Event::Terminal(TerminalEvent::Resize(size.width, size.height)));
    if !keys.is_empty() {
        dashboard.play(&keys, &queue);
    }
    loop {
        let mut flow = dashboard.settle(&queue);
        if flow == Flow::Continue {
            screen
                .terminal
                .draw(|frame| dashboard.draw(frame))
                .map_err(terminal::failed)?;
            let Ok(event) = queue.recv() else { return Ok(()) };
            flow = dashboard.handle(event);
        }
        // Everything that came meanwhile, before the next frame.
        while flow == Flow::Continue
            && let Ok(event) = queue.try_recv()
        {
            flow = dashboard.handle(event);
        }
        match flow {
            Flow::Continue => {}
            Flow::Quit => return dashboard.failure.take().map_or(Ok(()), Err),
            Flow::Redraw => screen.refresh()?,
            Flow::Suspend => screen.suspend()?,
            Flow::Lend => {
                if let Some(mut program) = dashboard.program.take() {
                    let problem = listeners.hold(|| screen.lend(&mut program))?;
                    dashboard.handle(Event::Returned { problem });
                }
            }
        }
    }
}

/// Plays the keys without a terminal and returns the last frame as text, a line a row.
///
/// # Errors
/// [`Error::Usage`] for keys that are none; whatever the loader fails with when it is not
/// [remote](Loader::is_remote).
pub fn print(setup: &Setup, size: (u16, u16)) -> Result<String> {
    let buffer = frame(setup, size)?;
    let area = buffer.area;
    let mut text = String::new();
    for y in 0..area.height {
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
    Ok(text)
}

/// The same frame as a picture, in the colours of a dark terminal.
///
/// # Errors
/// As [`print()`].
pub fn picture(setup: &Setup, size: (u16, u16)) -> Result<Picture> {
    let title = format!("heaptui on {}", setup.loader.name());
    Ok(screenshot::picture(&frame(setup, size)?, title))
}

/// Plays the keys without a terminal; the last frame.
fn frame(setup: &Setup, (width, height): (u16, u16)) -> Result<Buffer> {
    let keys = parse_keys(&setup.keys)?;
    let (events, queue) = channel();
    let mut dashboard = Dashboard::new(setup, &events, Rect::new(0, 0, width, height));
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap_or_else(|never| match never {});
    dashboard.begin();
    dashboard.play(&keys, &queue);
    if let Some(error) = dashboard.failure.take() {
        return Err(error);
    }
    terminal
        .draw(|frame| dashboard.draw(frame))
        .unwrap_or_else(|never| match never {});
    Ok(terminal.backend().buffer().clone())
}

/// Every key that does something somewhere, in the notation of [`Setup::keys`].
pub fn bound_keys() -> impl Iterator<Item = &'static str> {
    keys::table::BINDINGS.iter().flat_map(|binding| binding.keys).copied()
}

fn parse_keys(text: &str) -> Result<Vec<KeyEvent>> {
    keys::chord::parse(text).ok_or_else(|| {
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
    /// What is to have the terminal next.
    program: Option<Command>,
}

impl Dashboard {
    fn new(setup: &Setup, events: &Sender<Event>, area: Rect) -> Self {
        let environment = setup.environment.clone();
        let (name, is_remote) = (setup.loader.name(), setup.loader.is_remote());
        let session = Session::new(name, is_remote, setup.options.clone(), environment.clone());
        let app = App::new(session, theme::Theme::new(setup.colours), area);
        Self {
            app,
            workers: Workers::new(
                events.clone(),
                Arc::clone(&setup.loader),
                Arc::clone(&setup.host),
                environment,
            ),
            failure: None,
            program: None,
        }
    }

    fn begin(&mut self) {
        let effect = self.app.reload();
        self.perform(effect);
    }

    fn handle(&mut self, event: Event) -> Flow {
        let effect = self.app.handle(event);
        self.perform(effect)
    }

    fn perform(&mut self, effect: Option<Effect>) -> Flow {
        match effect {
            None => return Flow::Continue,
            Some(Effect::Load { generation }) => self.workers.load(generation),
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
            Some(Effect::Redraw) => return Flow::Redraw,
            Some(Effect::Suspend) => return Flow::Suspend,
            Some(Effect::Quit) => return Flow::Quit,
            Some(Effect::Fail(error)) => {
                self.failure = Some(error);
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
    fn play(&mut self, keys: &[KeyEvent], queue: &Receiver<Event>) {
        self.finish(queue);
        for key in keys {
            self.handle(Event::Terminal(TerminalEvent::Key(*key)));
            self.finish(queue);
        }
    }

    fn finish(&mut self, queue: &Receiver<Event>) {
        while self.failure.is_none() && self.app.is_busy() {
            let Ok(event) = queue.recv() else { return };
            self.handle(event);
        }
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        if let Some(cursor) = self.app.draw(frame.buffer_mut()) {
            frame.set_cursor_position(cursor);
        }
    }
}
