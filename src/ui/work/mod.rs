//! Work behind the screen.
//!
//! ```text
//! view ──queries──▶ Answers (asked, outstanding, known) ──Job──▶ threads ──▶ Query::answer with an Analyst
//!   ▲                  │ ▲                                                            │
//!   └──────known───────┘ └─────────────────────── Event::Answered ────────────────────┘
//! ```
//!
//! What leaves the program (files, pages, an editor) is an errand of the [`host`].

pub(super) mod analyst;
pub(super) mod answers;
pub(super) mod host;
pub(super) mod listing;
pub(super) mod probes;
pub(super) mod query;
pub(super) mod series;
pub(super) mod survey;
pub(super) mod threads;
