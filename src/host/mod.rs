//! What this machine does for the program besides giving bytes: files that are saved, an editor, a browser, a line on the
//! terminal while something is waited for.
//!
//! Knows how a file is written whole or not at all, how other programs are named and what arguments they get. Knows nothing
//! of what is in the files.

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
