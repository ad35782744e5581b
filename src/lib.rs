//! heaptui: a terminal dashboard for Go heap profiles, with the numbers of `go tool pprof`.
//!
//! # The map
//!
//! ```text
//! bytes ──decode──▶ Profile ──analyze──▶ Scope · Frames · Graph · CallTree ──report──▶ text, pictures
//!   ▲                  │                         │
//! source             model                      ui ── view/* ── keys
//! (file, stdin,   (interned, columnar,     (ratatui; draws what analyze
//!  http)           one column a type)       made, decides nothing)
//! ```
//!
//! | module | knows | must not know |
//! |---|---|---|
//! | [`model`] | what a profile is, units | anything else of the crate |
//! | [`decode`] | formats, what may be around them, how much memory they may take | files, network, terminal |
//! | [`encode`] | a profile as protobuf, gzip | formats that are only read |
//! | [`analyze`] | filters, nodes, sums, trimming; what leaks, memory, goroutines, hosts | text layout, I/O, clock |
//! | [`layout`] | sizes and edges to boxes and routes, in layers | profiles, terminals, picture formats |
//! | [`graphics`] | shapes and texts as SVG, PNG, PDF; the font | what a picture shows |
//! | [`report`] | pprof's options and layouts, one file a report | I/O, clock, terminal |
//! | [`source`] | files, standard input, HTTP, lists of hosts, Prometheus, stores, where source code is | what the bytes mean |
//! | [`ui`] | the terminal, keys, views | files and network: the loader is handed in |
//! | [`load`] | several names become one profile, a session, a watch, a survey of hosts | where bytes come from: how a name is opened is handed in |
//! | [`host`] | saving files, starting an editor and a browser | what they hold or show |
//! | [`cli`] | the command line, ours and pprof's | what the commands do |
//! | [`config`] | what a user wrote down for every start | where it lies |
//!
//! [`wiring`] makes rooms that ask meet rooms that can; [`zone`] finds the local time zone; [`error`], [`progress`] and
//! [`secret`] are words that all may use. `main` parses, calls and alone prints.
//!
//! A question of the screen goes this way: a view of [`ui`] asks with a `Query`, the `Answers` know what is outstanding, a
//! worker answers (`ui/work`). For a new view, report, format, column or option, `CONTRIBUTING.md` says which files.
//!
//! # The screen
//!
//! ```text
//! ┌ header: source · binary · total · when · rate                         ui/app/chrome.rs
//! │ sample type tabs: [4 inuse_space]  3 inuse_objects …                   ui/app/chrome.rs
//! │ view tabs: [Top] Tree Calls Flame …    filters and search in force     ui/app/chrome.rs
//! │ body: the view in front                                                ui/view/, one file or folder a view
//! │   over it: help and reports, or the menu of exports                     ui/widget/pane.rs, ui/app/export.rs
//! │   details of the function under the cursor                             ui/view/mod.rs
//! └ footer: the keys that act here, or a message, or a prompt              ui/app/chrome.rs, ui/widget/prompt.rs
//! ```
//!
//! # The rules
//!
//! 1. Bytes → profile → aggregate → text is pure.
//! 2. What repeats is a table: [`report::REPORTS`], [`report::DIAGNOSES`], [`report::OPTIONS`], [`report::COLUMNS`], the views,
//!    the keys.
//! 3. `update` does no I/O, `draw` changes nothing; both take their rectangles from the same pure function.
//! 4. One closed event enum, one receiver; work has generations and stale answers are dropped.
//! 5. A new view, report, input format or export is one new file and one row.
//!
//! `tests/layering` and `tests/tables.rs` enforce them.

pub mod analyze;
pub mod cli;
pub mod config;
pub mod decode;
pub mod encode;
pub mod error;
pub mod graphics;
pub mod host;
pub mod layout;
pub mod load;
pub mod model;
pub mod progress;
pub mod report;
pub mod secret;
pub mod source;
pub mod ui;
pub mod wiring;
pub mod zone;
