//! Regular expressions in Go's dialect (RE2), as users of pprof write them.

use regex::{Regex, RegexBuilder};

use crate::error::{Error, Result};

/// Compiles a regular expression that was given for `option`.
///
/// # Errors
/// [`Error::Regex`] with one line about what is wrong.
pub fn compile(option: &str, pattern: &str) -> Result<Regex> {
    RegexBuilder::new(&translate(pattern))
        .size_limit(16 << 20)
        .build()
        .map_err(|error| {
            let text = error.to_string();
            let reason = text
                .lines()
                .rev()
                .find(|line| !line.trim().is_empty())
                .unwrap_or("wrong regular expression");
            let reason = reason.trim().trim_start_matches("error: ");
            Error::Regex {
                option: option.to_string(),
                reason: format!("{reason} in the regular expression {pattern}"),
            }
        })
}

/// Translates a Go expression for the `regex` crate. They differ in that Go's `\d \s \w \b` are
/// ASCII, a `{` that begins no repetition is a literal, `\Q…\E` quotes, `\<` and `\>` are literals, and
/// classes have neither nesting nor set operations.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(char) = rest.chars().next() {
        let after = &rest[char.len_utf8()..];
        rest = match char {
            '\\' if after.starts_with('Q') && !in_class => {
                let quoted = &after[1..];
                let (text, behind) = quoted.split_once("\\E").unwrap_or((quoted, ""));
                out.push_str(&regex::escape(text));
                behind
            }
            '\\' => {
                let Some(escaped) = after.chars().next() else {
                    out.push('\\');
                    break;
                };
                let behind = &after[escaped.len_utf8()..];
                // The `{` of a class name is not a repetition.
                let name = match behind.find('}') {
                    Some(end) if matches!(escaped, 'p' | 'P' | 'x') && behind.starts_with('{') => &behind[..=end],
                    _ => "",
                };
                match in_class {
                    true => push_escape_in_class(&mut out, escaped),
                    false => push_escape(&mut out, escaped),
                }
                out.push_str(name);
                &behind[name.len()..]
            }
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                // A `]` right after the opening bracket (or its `^`) is a literal.
                let (negation, inner) = if let Some(inner) = after.strip_prefix('^') {
                    ("^", inner)
                } else {
                    ("", after)
                };
                out.push_str(negation);
                if let Some(inner) = inner.strip_prefix(']') {
                    out.push_str("\\]");
                    inner
                } else {
                    inner
                }
            }
            '[' if after.starts_with(':') => match after.find(":]") {
                Some(end) => {
                    out.push_str(&rest[..end + 3]);
                    &rest[end + 3..]
                }
                None => {
                    out.push_str("\\[");
                    after
                }
            },
            '[' | '&' | '~' if in_class => {
                out.push('\\');
                out.push(char);
                after
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
                after
            }
            '{' if !in_class && !is_repetition(after) => {
                out.push_str("\\{");
                after
            }
            _ => {
                out.push(char);
                after
            }
        };
    }
    out
}

fn push_escape(out: &mut String, escaped: char) {
    match escaped {
        'd' | 'w' | 's' => {
            out.push('[');
            push_escape_in_class(out, escaped);
            out.push(']');
        }
        'b' => out.push_str("(?-u:\\b)"),
        _ => push_escape_in_class(out, escaped),
    }
}

fn push_escape_in_class(out: &mut String, escaped: char) {
    match escaped {
        'd' => out.push_str("0-9"),
        'w' => out.push_str("0-9A-Za-z_"),
        's' => out.push_str("\\t\\n\\x0c\\r "),
        'D' => out.push_str("[^0-9]"),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        'S' => out.push_str("[^\\t\\n\\x0c\\r ]"),
        '<' | '>' => out.push(escaped),
        _ => {
            out.push('\\');
            out.push(escaped);
        }
    }
}

/// Whether the text after a `{` makes it a repetition: `2}`, `2,}`, `2,5}`.
fn is_repetition(after: &str) -> bool {
    let Some((inner, _)) = after.split_once('}') else {
        return false;
    };
    let (low, high) = inner.split_once(',').unwrap_or((inner, ""));
    !low.is_empty()
        && [low, high]
            .iter()
            .all(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_mean_what_they_mean_in_go() {
        for (pattern, text, matches) in [
            (r"struct {", "struct { x int }", true),
            (r"^a{2}$", "aa", true),
            (r"^a{,2}$", "a{,2}", true),
            (r"\Qf(x)\E$", "f(x)", true),
            (r"^\w+$", "é", false),
            (r"^[\w.]+$", "net.http", true),
            (r"[[:alpha:]]", "1", false),
            (r"[a[]", "[", true),
            (r"[]x]", "]", true),
            (r"^[a&&b]+$", "&", true),
            (r"\<a\>", "<a>", true),
            (r"^\p{Greek}+$", "λόγος", true),
            (r"\x{3b1}", "α", true),
            (r"(?i)WRITER", "bufio.NewWriterSize", true),
            (r"main\.\(\*T\)", "main.(*T).M", true),
        ] {
            assert_eq!(
                compile("focus", pattern).expect(pattern).is_match(text),
                matches,
                "{pattern} on {text}"
            );
        }
        let error = compile("focus", "a(").expect_err("an open group").to_string();
        assert!(error.starts_with("focus: ") && !error.contains('\n'), "{error}");
    }
}
