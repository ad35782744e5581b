//! Function names for people: what pprof does with names when it loads a profile.
//!
//! A function without a name gets one from its symbol: demangled if the symbol is C++ or Rust, and
//! simplified if it only looks like that. Rows of the same name are merged after that, as nodes are distinguished by name.
//! Source: `internal/symbolizer` of github.com/google/pprof. Nothing here looks at a binary.

mod cpp;
mod rust;
mod simplify;
mod spell;

use rustc_hash::FxHashMap;

use crate::model::{Profile, StringId};

/// How to name functions at load.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Naming {
    start: Start,
    spelling: Spelling,
}

/// The names to start from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Start {
    /// Those of the profile; only functions without a name get one.
    Profile,
    /// The symbols.
    Symbols,
}

/// How much of a symbol to spell out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spelling {
    /// Nothing: the symbol itself.
    Mangled,
    /// Everything except the compiler's names for clones of a function.
    Full,
    /// No parameters and no return type.
    Templates,
    /// No template arguments either.
    Short,
}

/// The keywords of `-symbolize=` and the spelling that each selects. Those that say where to look for symbols
/// change nothing: neither binaries nor servers are consulted.
const MODES: &[(&str, Word)] = &[
    ("", Word::Nothing),
    ("local", Word::Nothing),
    ("fastlocal", Word::Nothing),
    ("remote", Word::Nothing),
    ("force", Word::Reset),
    ("none", Word::Off),
    ("no", Word::Off),
    ("demangle=none", Word::Spell(Spelling::Mangled)),
    ("demangle=full", Word::Spell(Spelling::Full)),
    ("demangle=templates", Word::Spell(Spelling::Templates)),
    ("demangle=default", Word::Nothing),
    ("full", Word::Spell(Spelling::Full)),
    ("templates", Word::Spell(Spelling::Templates)),
    ("default", Word::Nothing),
];

#[derive(Clone, Copy)]
enum Word {
    Nothing,
    Reset,
    Off,
    Spell(Spelling),
}

impl Naming {
    /// Parses the mode of `-symbolize=MODE`: keywords separated by colons. An unknown one is ignored, with a warning.
    pub(super) fn parse(mode: &str, warnings: &mut Vec<String>) -> Self {
        let off = Self {
            start: Start::Profile,
            spelling: Spelling::Mangled,
        };
        let mut naming = Self {
            spelling: Spelling::Short,
            ..off
        };
        for word in mode.to_lowercase().split(':') {
            match MODES.iter().find(|(name, _)| *name == word) {
                Some((_, Word::Off)) => return off,
                Some((_, Word::Reset)) => naming.start = Start::Symbols,
                Some((_, Word::Spell(spelling))) => {
                    naming = Self {
                        start: Start::Symbols,
                        spelling: *spelling,
                    };
                }
                Some((_, Word::Nothing)) => {}
                None => warnings.push(format!(
                    "symbolize={mode}: there is no {word:?}; it takes none, force or demangle=none|full|templates|default"
                )),
            }
        }
        naming
    }

    /// Names the functions of a profile.
    pub(super) fn apply(self, profile: &mut Profile, warnings: &mut Vec<String>) {
        const EMPTY: StringId = StringId(0);
        let Profile { functions, strings, .. } = profile;
        if self.start == Start::Symbols {
            for function in functions.iter_mut() {
                if function.name != EMPTY && function.system_name != EMPTY {
                    function.name = function.system_name;
                }
            }
        }
        if self.spelling == Spelling::Mangled {
            return;
        }
        let mut effort = Effort::default();
        let mut known: FxHashMap<StringId, StringId> = FxHashMap::default();
        for function in functions {
            let symbol = function.system_name;
            if function.name != EMPTY && function.name != symbol {
                continue;
            }
            function.name =
                *known
                    .entry(symbol)
                    .or_insert_with(|| match name(strings.raw(symbol), self.spelling, &mut effort) {
                        Some(name) => strings.intern(&name),
                        None => symbol,
                    });
        }
        if effort.is_spent {
            warnings.push("the names of some functions take too much to demangle: they stay as they are".into());
        }
    }
}

/// The name for a symbol, if it differs from the symbol.
fn name(symbol: &[u8], spelling: Spelling, effort: &mut Effort) -> Option<Vec<u8>> {
    let demangled = match symbol {
        // Symbols of macOS have one more underscore.
        [b'_', rest @ ..] => demangle(symbol, spelling, effort).or_else(|| demangle(rest, spelling, effort)),
        _ => None,
    };
    demangled.or_else(|| simplify::simplify(symbol, spelling))
}

/// How much demangling may still write for one profile: a few bytes can stand for huge names.
/// There is an initial allowance, and some for each byte of a symbol: real programs need less than ten.
struct Effort {
    bytes: usize,
    /// Whether the limit has been reached.
    is_spent: bool,
}

const EFFORT: usize = 4 << 20;
const EFFORT_PER_BYTE: usize = 32;

/// Longer symbols and names stay as they are. Bytes.
const LONGEST: usize = 1 << 16;

impl Default for Effort {
    fn default() -> Self {
        Self {
            bytes: EFFORT,
            is_spent: false,
        }
    }
}

impl Effort {
    /// How long the next name may become.
    fn longest(&self) -> usize {
        self.bytes.min(LONGEST)
    }

    fn spend(&mut self, symbol: &[u8], written: usize) {
        self.is_spent |= written > self.longest();
        let earned = symbol.len().saturating_mul(EFFORT_PER_BYTE);
        self.bytes = self.bytes.saturating_add(earned).saturating_sub(written);
    }
}

/// Demangles a C++ or Rust symbol; `None` for others.
fn demangle(symbol: &[u8], spelling: Spelling, effort: &mut Effort) -> Option<Vec<u8>> {
    if symbol.len() > LONGEST {
        return None;
    }
    let demangled = match symbol {
        [b'_', b'R', ..] => rust::demangle(symbol, spelling, effort),
        [b'_', ..] => {
            let cpp = |effort| cpp::demangle(symbol, spelling, effort).map(String::into_bytes);
            rust::demangle_legacy(symbol).or_else(|| cpp(effort))
        }
        _ => None,
    };
    demangled.filter(|name| name != symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Symbols that double the name with every part: Rust with back references, C++ with substitutions.
    fn bombs() -> [Vec<u8>; 2] {
        let mut rust = String::from("INvC1a1fTuuE");
        let mut cpp = String::from("_Z1fSt4pairIiiES_IS0_S0_E");
        let base62 = |number: usize| {
            let digit =
                |number: usize| char::from(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[number]);
            // 0 is an empty number.
            match number.checked_sub(1) {
                None => String::new(),
                Some(number @ 0..62) => digit(number).to_string(),
                Some(number) => [number / 62, number % 62].map(digit).iter().collect(),
            }
        };
        let mut before = 8;
        for part in 1..40 {
            let at = rust.len();
            rust += &format!("TB{0}_B{0}_E", base62(before));
            before = at;
            cpp += &format!(
                "S_IS{0}_S{0}_E",
                char::from(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[part.min(35)])
            );
        }
        [format!("_R{rust}E").into_bytes(), cpp.into_bytes()]
    }

    #[test]
    fn a_short_symbol_of_a_boundless_name_stays_as_it_is() {
        for bomb in bombs() {
            let mut effort = Effort::default();
            assert_eq!(demangle(&bomb, Spelling::Full, &mut effort), None);
            assert!(effort.is_spent, "it was given up for its length");
            assert!(effort.bytes + 4 * LONGEST > EFFORT, "not much was written");
        }
    }

    #[test]
    fn demangling_ends_for_a_profile_of_bombs() {
        let mut profile = Profile::default();
        let [bomb, _] = bombs();
        for end in 0..120 {
            // Another suffix, another symbol.
            let symbol = profile.strings.intern(&[&bomb, format!(".{end}").as_bytes()].concat());
            profile.add_function(crate::model::Function {
                name: symbol,
                system_name: symbol,
                ..Default::default()
            });
        }
        let mut warnings = Vec::new();
        Naming::parse("demangle=full", &mut warnings).apply(&mut profile, &mut warnings);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(
            profile
                .functions
                .iter()
                .all(|function| function.name == function.system_name)
        );
    }
}
