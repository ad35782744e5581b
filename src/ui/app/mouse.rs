//! What the mouse does, whose it is, and what is copied without it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::ui::app::overlay::Overlay;
use crate::ui::app::{App, Message, chrome};
use crate::ui::event::{Effect, Mouse};
use crate::ui::keys::action::{Action, Copied, Movement};
use crate::ui::view;

impl App {
    /// Takes a click, a drag or a turn of the wheel.
    pub(super) fn mouse(&mut self, mouse: MouseEvent) -> Option<Effect> {
        let at = Position {
            x: mouse.column,
            y: mouse.row,
        };
        match mouse.kind {
            MouseEventKind::ScrollDown => self.update(Action::Move(Movement::WheelDown)),
            MouseEventKind::ScrollUp => self.update(Action::Move(Movement::WheelUp)),
            MouseEventKind::Down(MouseButton::Left)
                if matches!(self.overlay, Some(Overlay::Exports(_) | Overlay::Offers(..))) =>
            {
                self.update(Action::Click(at))
            }
            MouseEventKind::Drag(MouseButton::Left) if self.overlay.is_none() => self.update(Action::Drag(at)),
            MouseEventKind::Down(MouseButton::Left) if self.overlay.is_none() => {
                self.message = None;
                let regions = self.regions();
                let action = chrome::click(self, &regions, at);
                let action = action.or_else(|| regions.body.contains(at).then_some(Action::Click(at)));
                action.and_then(|action| self.update(action))
            }
            _ => None,
        }
    }

    /// Lets go of the mouse, or takes it back, and says so.
    pub(super) fn turn_mouse(&mut self) -> Option<Effect> {
        let key = self.label(Action::Mouse);
        let (mouse, note) = match self.mouse {
            Mouse::Ours => (
                Mouse::Terminals,
                format!("The mouse selects text in the terminal; {key} takes it back."),
            ),
            Mouse::Terminals => (Mouse::Ours, "The mouse works here again.".into()),
        };
        self.mouse = mouse;
        self.message = Some(Message::Note(note));
        Some(Effect::Mouse(mouse))
    }

    /// Gives the terminal's clipboard what is under the cursor.
    pub(super) fn copy(&mut self, what: Copied) -> Option<Effect> {
        let view = &self.views[self.front];
        let name = view.name(&self.session);
        let text = match what {
            Copied::Name => name,
            Copied::Place => {
                let place = view.place(&self.session);
                place.unwrap_or_else(|| view::place(&self.session, &name))
            }
        };
        if text.is_empty() {
            self.message = Some(Message::Note("There is nothing to copy here.".into()));
            return None;
        }
        let told = match text.lines().count() {
            1 => text.clone(),
            lines => format!("a stack of {lines} functions"),
        };
        self.message = Some(Message::Note(format!("Copied {told}")));
        Some(Effect::Copy(text))
    }
}
