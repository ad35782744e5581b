//! What a user types to find names. It is read as a regular expression; where that is none or finds nothing, as text, so
//! that a name can be typed as it is shown: `(*Server)`, `push[...]`. Reports on the command line read expressions alone.
//!
//! In a text `[...]` stands for any type parameters, as in Go's own names, and `…` for whatever a screen had no room for.

use regex::Regex;

use crate::analyze::compile_pattern;
use crate::error::Result;

/// What is searched for.
#[derive(Clone, Debug)]
pub(super) struct Sought {
    /// As it was typed.
    pub(super) typed: String,
    pub(super) expression: Regex,
    pub(super) reading: Reading,
}

/// How what was typed is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    Expression,
    /// As text, since it is no valid expression.
    Invalid,
    /// As text, since nothing matches it as an expression.
    Unmatched,
}

/// Whether letters match both cases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Letters {
    /// As they are, as in pprof.
    Exact,
    /// Small ones match both; a capital makes all of them exact.
    Smart,
}

impl Sought {
    /// Reads what was typed; nothing for empty text. `finds` says whether an expression finds anything.
    ///
    /// # Errors
    /// [`Error::Regex`](crate::error::Error::Regex) for what is no valid expression and is not found as text either.
    pub(super) fn read(
        name: &str,
        typed: &str,
        letters: Letters,
        finds: impl Fn(&Regex) -> bool,
    ) -> Result<Option<Self>> {
        if typed.is_empty() {
            return Ok(None);
        }
        let flags = match letters {
            Letters::Smart if !has_capital(typed) => "(?i)",
            _ => "",
        };
        let compile = |pattern: &str| {
            // First without flags, so that an error shows what was typed.
            let exact = compile_pattern(name, pattern)?;
            match flags {
                "" => Ok(exact),
                flags => compile_pattern(name, &format!("{flags}{pattern}")),
            }
        };
        let sought = |expression, reading| {
            Ok(Some(Self {
                typed: typed.to_string(),
                expression,
                reading,
            }))
        };
        let expression = compile(typed);
        if let Ok(expression) = &expression
            && finds(expression)
        {
            return sought(expression.clone(), Reading::Expression);
        }
        let text = compile(&as_text(typed)).ok().filter(|text| finds(text));
        match (expression, text) {
            (Ok(_), Some(text)) => sought(text, Reading::Unmatched),
            (Err(_), Some(text)) => sought(text, Reading::Invalid),
            (Ok(expression), None) => sought(expression, Reading::Expression),
            (Err(error), None) => Err(error),
        }
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.expression.is_match(text)
    }

    pub(super) fn find<'t>(&self, text: &'t str) -> Option<regex::Match<'t>> {
        self.expression.find(text)
    }

    /// The expression that pprof's options take for it.
    pub(super) fn pattern(&self) -> String {
        match self.reading {
            Reading::Expression => self.typed.clone(),
            Reading::Invalid | Reading::Unmatched => as_text(&self.typed),
        }
    }

    /// That it is read as text, and why; nothing where it is an expression.
    pub(super) fn note(&self) -> Option<String> {
        let why = match self.reading {
            Reading::Expression => return None,
            Reading::Invalid => "is not a valid expression",
            Reading::Unmatched => "matches nothing as an expression",
        };
        Some(format!("{} {why}: taken as text.", self.typed))
    }
}

/// The expression of a text.
fn as_text(typed: &str) -> String {
    regex::escape(typed)
        .replace(r"\[\.\.\.\]", r"\[.*\]")
        .replace('…', ".*")
}

/// Whether a letter is a capital; those behind a `\` are the names of classes.
fn has_capital(text: &str) -> bool {
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                chars.next();
            }
            char if char.is_uppercase() => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = [
        "net/http.(*Server).Serve",
        "main.push[...]",
        "main.(*Emitter).Emit",
        "encoding/json.Marshal",
        "main.apply[go.shape.int]",
    ];

    fn found(typed: &str, letters: Letters) -> (Option<Reading>, Vec<&'static str>) {
        let sought = Sought::read("search", typed, letters, |expression| {
            NAMES.iter().any(|name| expression.is_match(name))
        });
        match sought {
            Ok(Some(sought)) => {
                let names = NAMES.into_iter().filter(|name| sought.is_match(name));
                (Some(sought.reading), names.collect())
            }
            Ok(None) => (None, Vec::new()),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_name_is_found_as_it_is_shown() {
        let smart = Letters::Smart;
        for (typed, letters, reading, names) in [
            ("(*Server)", smart, Reading::Invalid, &NAMES[..1]),
            ("(*server)", smart, Reading::Invalid, &NAMES[..1]),
            ("push[...]", smart, Reading::Unmatched, &NAMES[1..2]),
            ("apply[...]", smart, Reading::Unmatched, &NAMES[4..]),
            ("…/json.Marshal", smart, Reading::Unmatched, &NAMES[3..4]),
            ("n…/http.(*Server)", smart, Reading::Invalid, &NAMES[..1]),
            ("(*Emitter).Emit", smart, Reading::Invalid, &NAMES[2..3]),
            ("EMIT", smart, Reading::Expression, &[]),
            ("^MAIN", smart, Reading::Expression, &[]),
            (r"^main\S+\.\.\.", smart, Reading::Expression, &NAMES[1..2]),
            ("json|push", smart, Reading::Expression, &[NAMES[1], NAMES[3]]),
            ("marshal", Letters::Exact, Reading::Expression, &[]),
            ("(*Server)", Letters::Exact, Reading::Invalid, &NAMES[..1]),
        ] {
            assert_eq!(found(typed, letters), (Some(reading), names.to_vec()), "{typed}");
        }
        assert_eq!(found("", smart), (None, vec![]));
    }

    #[test]
    fn what_is_neither_an_expression_nor_found_is_an_error_that_shows_it() {
        let error = Sought::read("search", "zebra(", Letters::Smart, |_| false).expect_err("an error");
        let error = error.to_string();
        assert!(error.contains("zebra(") && !error.contains("(?i)"), "{error}");
    }

    #[test]
    fn pprof_is_given_an_expression_that_means_the_text() {
        let sought = Sought::read("focus", "(*Server)", Letters::Exact, |_| true);
        let sought = sought.expect("text that is found").expect("text");
        assert_eq!(sought.pattern(), r"\(\*Server\)");
        assert_eq!(
            sought.note().as_deref(),
            Some("(*Server) is not a valid expression: taken as text.")
        );
    }
}
