//! heaptui: a terminal dashboard for Go heap profiles, with the numbers of `go tool pprof`.
//!
//! # The map
//!
//! ```text
//! bytes ──decode──▶ Profile ──analyze──▶ Scope · Frames · Graph · CallTree ──report──▶ text, pictures
//!   ▲                  │                         │
//! source             model                      ui ── view/* ── keys
//! (files, HTTP,   (interned; one column    (ratatui; shows what analyze
//!  sockets,        of values for each       found, decides nothing
//!  stores)         sample type)             about numbers)
//! ```
//!
//! | module | knows | must not know |
//! |---|---|---|
//! | [`model`] | what a profile is, units | anything else of the crate |
//! | [`decode`] | input formats, what they may be wrapped in (gzip, zstd, base64 …), how much memory they may take | files, network, terminal |
//! | [`encode`] | how a profile is written: protobuf, gzipped | formats that are only read |
//! | [`analyze`] | filters, nodes, sums, trimming; the diagnoses of leaks, memory, goroutines and many hosts | text layout, I/O, clock |
//! | [`layout`] | sizes and edges to boxes and routes, in layers | profiles, terminals, picture formats |
//! | [`graphics`] | shapes and texts as SVG, PNG, PDF; the font | what a picture shows |
//! | [`report`] | the tables of reports, options, columns and diagnoses; how each is written as text or as a picture | I/O, clock, how a terminal is drawn |
//! | [`source`] | where bytes come from: files, standard input, HTTP and Unix sockets with their headers, lists of hosts, Prometheus, profile stores; where source code is | what the bytes mean |
//! | [`ui`] | the dashboard: terminal, keys, views | files and network: the loader is handed in |
//! | [`load`] | names from the command line become a merged profile, a comparison, a session, a watch or a survey of hosts | where bytes come from: how a name is opened is handed in |
//! | [`host`] | what this machine does for the program: saves files, starts an editor or a browser | what is in those files and pages |
//! | [`cli`] | the command line in our spelling and in pprof's | what the commands do |
//! | [`config`] | what a user wrote down for every start | where that file is |
//!
//! [`wiring`] connects them: a trait that one module declares (such as [`ui::Loader`]) is implemented there with the code of
//! others. [`zone`] finds the local time zone. Every module may use [`error`], [`progress`] and [`secret`]. `main` parses the
//! arguments, calls the rest, and is the only place that prints.
//!
//! A view that needs what takes time asks for it with a `Query`; `Answers` keeps track of what is outstanding, and a worker
//! thread answers (`ui/work`).
//!
//! # Where a change begins
//!
//! Each is one new file, or a few lines of one, and a row of the table that lists its kind. `CONTRIBUTING.md` names every file.
//!
//! | to add | begin in | its row |
//! |---|---|---|
//! | what a key does in a view | `ui/view/NAME`, the view's file or folder | `ui/keys/table.rs` |
//! | a view | `ui/view/NAME.rs` | `VIEWS` in `ui/view/mod.rs` |
//! | a diagnosis over several profiles, as `leaks` is | `report/diagnosis/NAME.rs`, with what it finds in [`analyze`] | [`report::DIAGNOSES`] |
//! | a report or text export | `report/NAME.rs` | [`report::REPORTS`]; one with an ending is in the menu of exports |
//! | a picture format | `graphics/NAME.rs` | [`graphics::FileFormat`], and the report that writes it in [`report::REPORTS`] |
//! | an option of reports | `report/options.rs` | [`report::OPTIONS`]; the command line and the prompt read it from there |
//! | an option of one command | `cli/flags.rs` | the table there |
//! | an input format | `decode/NAME.rs` | `decode/formats.rs` |
//! | a column of tables, over time or before and after, too | `report/columns.rs` | [`report::COLUMNS`] |
//! | a kind of address, or how a server is asked | `source/url`, `source/http` | the schemes in `source/url` |
//!
//! # The screen
//!
//! ```text
//! ┌ header: name · binary · total · when · rate                            ui/app/chrome.rs
//! │ tabs: [Top] Tree Calls Flame …          1  2  3 [4 inuse_space]        ui/app/chrome.rs
//! │ filters and search in force                                            ui/app/chrome.rs
//! │ the total over time, of a session or a watch                           ui/app/strip.rs
//! │ body: the view in front                                                ui/view/, a file or folder for each view
//! │   over it: help and reports, or a menu                                 ui/widget/pane.rs, ui/widget/menu.rs
//! │   details of the function under the cursor                             ui/view/mod.rs
//! └ footer: the keys that act here, or a message, or a prompt              ui/app/chrome.rs, ui/widget/prompt.rs
//! ```
//!
//! # The rules
//!
//! 1. Bytes → profile → aggregate → text is pure.
//! 2. What there are many of is listed in one table, and everything that lists them reads it.
//! 3. In [`ui`], `update` does no I/O and `draw` changes nothing; both take their rectangles from the same pure function.
//! 4. All events are one enum, received in one place. Work has a generation: an answer to an older one is dropped.
//! 5. A new view, report, input format or export is one new file and one row.
//!
//! `tests/layering` checks who may use whom, `tests/laws.rs` the shape of the code, `tests/tables.rs` that every row is complete.

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
