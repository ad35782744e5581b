//! What the prompt asks for, and what an answer means. Knows no screen.

use regex::Regex;

use super::keymap::Filter;
use crate::analyze::compile_pattern;
use crate::error::Result;

/// What a prompt is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Search,
    Filter(Filter),
}

impl Ask {
    /// The expression that is asked for; none for empty text. A search in small letters matches both cases.
    pub(super) fn compile(self, text: &str) -> Result<Option<Regex>> {
        if text.is_empty() {
            return Ok(None);
        }
        match self {
            Self::Filter(filter) => compile_pattern(filter.name(), text).map(Some),
            Self::Search if text.chars().any(char::is_uppercase) => compile_pattern("search", text).map(Some),
            Self::Search => compile_pattern("search", &format!("(?i){text}")).map(Some),
        }
    }
}
