//! Source code, lightly coloured: comments, texts, numbers, keywords; everything else is plain.
//!
//! Knows where a line is inside of a comment or a text, and no grammar. A language is a row of `LANGUAGES`.

use std::ops::Range;

/// What is told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token {
    /// A comment, or a part of one.
    Comment,
    /// What stands between quotes.
    Text,
    /// A number.
    Number,
    /// A word of the language.
    Keyword,
}

/// Where a line begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum State {
    /// In code.
    #[default]
    Code,
    /// In a comment, how many deep.
    Comment(u32),
    /// In a text between quotes of this row.
    Quoted(usize),
}

/// How a text begins and ends.
#[derive(Debug)]
struct Quote {
    open: &'static str,
    close: &'static str,
    backslash: Backslash,
    spans: Spans,
}

/// What a backslash is between quotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Backslash {
    /// It takes the character behind it along.
    Escape,
    /// A character as any other.
    Plain,
}
use Backslash::{Escape, Plain};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Spans {
    /// One character or one escape: in Rust the quote may also begin a lifetime.
    Character,
    Line,
    Lines,
}

/// A row of `LANGUAGES`.
#[derive(Debug)]
pub struct Language {
    /// Endings of file names, between blanks.
    extensions: &'static str,
    line_comment: &'static str,
    block_comment: Option<(&'static str, &'static str)>,
    /// Whether a comment can be in a comment.
    nests: bool,
    /// Longer openings before shorter ones.
    quotes: &'static [Quote],
    /// Between blanks.
    keywords: &'static str,
}

const fn quote(open: &'static str, close: &'static str, backslash: Backslash, spans: Spans) -> Quote {
    Quote {
        open,
        close,
        backslash,
        spans,
    }
}

const DOUBLE: Quote = quote("\"", "\"", Escape, Spans::Line);
const SINGLE: Quote = quote("'", "'", Escape, Spans::Line);
const CHARACTER: Quote = quote("'", "'", Escape, Spans::Character);
const SLASHED: Option<(&str, &str)> = Some(("/*", "*/"));

const LANGUAGES: &[Language] = &[
    Language {
        extensions: "go",
        line_comment: "//",
        block_comment: SLASHED,
        nests: false,
        quotes: &[DOUBLE, CHARACTER, quote("`", "`", Plain, Spans::Lines)],
        keywords: "break case chan const continue default defer else fallthrough for func go goto if import \
            interface map package range return select struct switch type var",
    },
    Language {
        extensions: "rs",
        line_comment: "//",
        block_comment: SLASHED,
        nests: true,
        quotes: &[
            quote("r##\"", "\"##", Plain, Spans::Lines),
            quote("r#\"", "\"#", Plain, Spans::Lines),
            quote("r\"", "\"", Plain, Spans::Lines),
            quote("\"", "\"", Escape, Spans::Lines),
            CHARACTER,
        ],
        keywords: "as async await break const continue crate dyn else enum extern false fn for if impl in let loop \
            match mod move mut pub ref return self Self static struct super trait true type unsafe use where \
            while",
    },
    Language {
        extensions: "c h cc cpp cxx c++ hh hpp hxx inc inl ipp m mm cu",
        line_comment: "//",
        block_comment: SLASHED,
        nests: false,
        quotes: &[DOUBLE, CHARACTER],
        keywords: "auto bool break case catch char class const constexpr continue default delete do double else \
            enum extern false float for goto if inline int long namespace new nullptr operator private \
            protected public return short signed sizeof static struct switch template this throw true try \
            typedef typename union unsigned using virtual void volatile while",
    },
    Language {
        extensions: "java kt kts scala swift cs dart d zig",
        line_comment: "//",
        block_comment: SLASHED,
        nests: false,
        quotes: &[quote("\"\"\"", "\"\"\"", Plain, Spans::Lines), DOUBLE, CHARACTER],
        keywords: "abstract as boolean break case catch class const continue def default do double else enum \
            extends false final finally float fn for fun func if implements import in int interface is let \
            long match namespace new null object override package private protected public return static \
            struct super switch this throw throws true try using val var void when while with",
    },
    Language {
        extensions: "js mjs cjs jsx ts mts cts tsx",
        line_comment: "//",
        block_comment: SLASHED,
        nests: false,
        quotes: &[DOUBLE, SINGLE, quote("`", "`", Escape, Spans::Lines)],
        keywords: "async await break case catch class const continue default delete do else enum export extends \
            false finally for from function if import in instanceof interface let new null of return static \
            super switch this throw true try type typeof undefined var void while yield",
    },
    Language {
        extensions: "py pyx",
        line_comment: "#",
        block_comment: None,
        nests: false,
        quotes: &[
            quote("\"\"\"", "\"\"\"", Escape, Spans::Lines),
            quote("'''", "'''", Escape, Spans::Lines),
            DOUBLE,
            SINGLE,
        ],
        keywords: "and as assert async await break class continue def del elif else except False finally for from \
            global if import in is lambda None nonlocal not or pass raise return True try while with yield",
    },
];

/// The language of a file; none if no row has it.
pub fn language(file: &str) -> Option<&'static Language> {
    let extension = file.rsplit_once('.')?.1.to_ascii_lowercase();
    LANGUAGES
        .iter()
        .find(|row| row.extensions.split(' ').any(|other| other == extension))
}

impl Language {
    /// Tells what is in a line that begins so; returns where the next one begins.
    pub fn scan(&self, line: &str, mut state: State, found: &mut dyn FnMut(Range<usize>, Token)) -> State {
        let mut at = 0;
        while at < line.len() {
            let start = at;
            match state {
                State::Comment(depth) => {
                    (at, state) = self.comment(line, at, depth);
                    found(start..at, Token::Comment);
                }
                State::Quoted(row) => {
                    (at, state) = self.quoted(line, at, row);
                    found(start..at, Token::Text);
                }
                State::Code => {
                    let token;
                    (at, state, token) = self.code(line, at);
                    token.into_iter().for_each(|token| found(start..at, token));
                }
            }
        }
        match state {
            State::Quoted(row) if self.quotes[row].spans != Spans::Lines => State::Code,
            state => state,
        }
    }

    /// What begins at a place in code: where it ends, what follows, what it is.
    fn code(&self, line: &str, at: usize) -> (usize, State, Option<Token>) {
        let rest = &line[at..];
        if !self.line_comment.is_empty() && rest.starts_with(self.line_comment) {
            return (line.len(), State::Code, Some(Token::Comment));
        }
        if let Some((open, _)) = self.block_comment
            && rest.starts_with(open)
        {
            let (end, state) = self.comment(line, at + open.len(), 1);
            return (end, state, Some(Token::Comment));
        }
        let opens = |quote: &Quote| {
            rest.strip_prefix(quote.open)
                .is_some_and(|inside| quote.spans != Spans::Character || is_character(inside))
        };
        if let Some(row) = self.quotes.iter().position(opens) {
            let (end, state) = self.quoted(line, at + self.quotes[row].open.len(), row);
            return (end, state, Some(Token::Text));
        }
        let is_word = |char: char| char.is_alphanumeric() || char == '_';
        let first = rest.chars().next().unwrap_or_default();
        if first.is_ascii_digit() {
            let mut before = first;
            let ends = |char: char| {
                // `1.5`, `1e-9`, `0xff_u8`; not `1..2`, `1+2`.
                let goes_on = is_word(char) || (char == '.' && before != '.') || ("+-".contains(char) && before == 'e');
                before = char;
                !goes_on
            };
            let end = rest.find(ends).unwrap_or(rest.len());
            let number = rest[..end].trim_end_matches('.');
            return (at + number.len(), State::Code, Some(Token::Number));
        }
        if is_word(first) {
            let end = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
            let is_keyword = self.keywords.split(' ').any(|keyword| keyword == &rest[..end]);
            return (at + end, State::Code, is_keyword.then_some(Token::Keyword));
        }
        (at + first.len_utf8(), State::Code, None)
    }

    /// Where a comment ends that one is in.
    fn comment(&self, line: &str, mut at: usize, mut depth: u32) -> (usize, State) {
        let Some((open, close)) = self.block_comment else {
            return (line.len(), State::Code);
        };
        while let Some(step) = line[at..].chars().next() {
            if line[at..].starts_with(close) {
                at += close.len();
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (at, State::Code);
                }
            } else if self.nests && line[at..].starts_with(open) {
                at += open.len();
                depth = depth.saturating_add(1);
            } else {
                at += step.len_utf8();
            }
        }
        (at, State::Comment(depth))
    }

    /// Where a text ends that one is in.
    fn quoted(&self, line: &str, mut at: usize, row: usize) -> (usize, State) {
        let quote = &self.quotes[row];
        while let Some(step) = line[at..].chars().next() {
            if line[at..].starts_with(quote.close) {
                return (at + quote.close.len(), State::Code);
            }
            at += step.len_utf8();
            if quote.backslash == Escape && step == '\\' {
                at += line[at..].chars().next().map_or(0, char::len_utf8);
            }
        }
        (at, State::Quoted(row))
    }
}

/// Whether what stands behind a quote is one character and a quote, or an escape.
fn is_character(inside: &str) -> bool {
    let mut chars = inside.chars();
    matches!(
        (chars.next(), chars.next()),
        (Some('\\'), Some(_)) | (Some(_), Some('\''))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line with what is found in it in brackets: `c` comment, `t` text, `n` number, `k` keyword.
    fn marked(language: &Language, line: &str, state: &mut State) -> String {
        let mut marked = String::new();
        let mut behind = 0;
        *state = language.scan(line, *state, &mut |range, token| {
            let mark = match token {
                Token::Comment => 'c',
                Token::Text => 't',
                Token::Number => 'n',
                Token::Keyword => 'k',
            };
            marked.push_str(&line[behind..range.start]);
            marked.push_str(&format!("{mark}[{}]", &line[range.clone()]));
            behind = range.end;
        });
        marked + &line[behind..]
    }

    #[test]
    fn what_matters_is_told_apart_across_lines() {
        for (file, lines, wanted) in [
            (
                "a.go",
                &[
                    "return f(\"a\\\"b\", 'x', '\\'', 0x1F, 1.5e-3) // 1",
                    "s := `raw \\",
                    "for` + x1 /* a",
                    "* /b */ if",
                ][..],
                &[
                    "k[return] f(t[\"a\\\"b\"], t['x'], t['\\''], n[0x1F], n[1.5e-3]) c[// 1]",
                    "s := t[`raw \\]",
                    "t[for`] + x1 c[/* a]",
                    "c[* /b */] k[if]",
                ][..],
            ),
            (
                "b.RS",
                &[
                    "fn f<'a>(x: &'a str) -> char { 'x' }",
                    "/* /* */ a */ 0..2 r#\"a\"b\"# \"open",
                    "end\" let",
                ],
                &[
                    "k[fn] f<'a>(x: &'a str) -> char { t['x'] }",
                    "c[/* /* */ a */] n[0]..n[2] t[r#\"a\"b\"#] t[\"open]",
                    "t[end\"] k[let]",
                ],
            ),
            (
                "x/c.py",
                &["def f(): # it's", "  '''doc", "  it's''' 'open", "None"],
                &[
                    "k[def] f(): c[# it's]",
                    "  t['''doc]",
                    "t[  it's'''] t['open]",
                    "k[None]",
                ],
            ),
            (
                "d.js",
                &["let s = `a ${b}", "c` + 'it\\'s'"],
                &["k[let] s = t[`a ${b}]", "t[c`] + t['it\\'s']"],
            ),
            (
                "e.c",
                &["int 日本 = L'\\n'; \"open", "x"],
                &["k[int] 日本 = Lt['\\n']; t[\"open]", "x"],
            ),
        ] {
            let language = language(file).unwrap();
            let mut state = State::default();
            for (line, wanted) in lines.iter().zip(wanted) {
                assert_eq!(marked(language, line, &mut state), *wanted, "{file}: {line}");
            }
        }
        assert!(language("Makefile").is_none() && language("a.s").is_none());
    }
}
