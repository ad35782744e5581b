//! Other programs that are started for the user: an editor.
//!
//! Knows what they are called and what they are told. Knows nothing of what they are to show.

mod editor;

pub use editor::Editor;
