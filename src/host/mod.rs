//! What this machine does for the program besides supplying input: it saves files, starts an editor or a browser, and
//! shows a line on the terminal while the user waits.
//!
//! Knows how to write a file atomically, the names of other programs, and the arguments they take. Knows nothing
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
