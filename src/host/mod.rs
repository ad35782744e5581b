//! What the machine does for us besides giving bytes: files that are saved, an editor, a browser,
//! a line that tells of a wait.
//!
//! Knows how a file is written whole or not at all, and what other programs are called and told. Knows nothing of what
//! they are to show.

mod browser;
mod editor;
mod keep;
mod save;
mod signals;
mod temporary;
mod wait;

pub use browser::{Seat, Shown};
pub use editor::Editor;
pub use keep::{Described, SavedFile, default_name, keep};
pub use save::{Caller, is_plain, is_stream, save, save_new};
pub use signals::stop_on_signals;
pub use temporary::save_page;
pub use wait::WaitLine;
