//! Other programs that are started for the user: an editor, a browser.
//!
//! Knows what they are called and what they are told. Knows nothing of what they are to show.

mod browser;
mod editor;

pub use browser::Seat;
pub use editor::Editor;
