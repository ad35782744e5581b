//! What code says and names, as far as text can tell: enough for rules, far from a parser.

/// `a::b` begins `a::b::c`, not `a::bc`.
pub(crate) fn begins_with(path: &str, beginning: &str) -> bool {
    path.strip_prefix(beginning).is_some_and(|rest| rest.starts_with("::"))
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// Whether code holds these words, not as parts of longer ones.
pub(crate) fn says(line: &str, words: &str) -> bool {
    line.match_indices(words).any(|(at, _)| {
        let before = line[..at].chars().next_back().filter(|_| words.starts_with(is_word));
        let after = line[at + words.len()..]
            .chars()
            .next()
            .filter(|_| words.ends_with(is_word));
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// The text with everything blank that is no code of ours: comments, strings, characters, what is under `#[cfg(test)]`.
pub(crate) fn code(text: &str) -> String {
    let mut out: Vec<char> = text.chars().collect();
    let text = out.clone();
    let blank = |out: &mut Vec<char>, from: usize, to: usize| {
        let to = to.min(out.len());
        out[from..to]
            .iter_mut()
            .filter(|char| **char != '\n')
            .for_each(|char| *char = ' ');
    };
    let find = |from: usize, wanted: &str| {
        let wanted: Vec<char> = wanted.chars().collect();
        let from = from.min(text.len());
        text[from..]
            .windows(wanted.len())
            .position(|window| window == wanted)
            .map_or(text.len(), |at| from + at + wanted.len())
    };
    let mut at = 0;
    while at < text.len() {
        let next = text.get(at + 1).copied().unwrap_or(' ');
        let end = match text[at] {
            '/' if next == '/' => find(at, "\n").min(text.len()),
            '/' if next == '*' => comment_end(&text, at),
            '"' => string_end(&text, at),
            'r' if (next == '"' || next == '#') && (at == 0 || !is_word(text[at - 1]) || text[at - 1] == 'b') => {
                let hashes = text[at + 1..].iter().take_while(|char| **char == '#').count();
                if text.get(at + 1 + hashes) == Some(&'"') {
                    find(at + 2 + hashes, &format!("\"{}", "#".repeat(hashes)))
                } else {
                    at + 1
                }
            }
            '\'' if next == '\\' => find(at + 3, "'"),
            '\'' if text.get(at + 2) == Some(&'\'') => at + 3,
            _ => {
                at += 1;
                continue;
            }
        };
        blank(&mut out, at, end);
        at = end;
    }
    let attribute: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut from = 0;
    while let Some(at) = out[from..]
        .windows(attribute.len())
        .position(|window| window == attribute)
    {
        let at = from + at;
        let mut depth = 0;
        let item = out[at..].iter().position(|char| {
            depth += i32::from(*char == '{') - i32::from(*char == '}');
            depth == 0 && matches!(char, '}' | ';')
        });
        let end = item.map_or(out.len(), |length| at + length + 1);
        blank(&mut out, at, end);
        from = end;
    }
    out.into_iter().collect()
}

fn comment_end(text: &[char], from: usize) -> usize {
    let (mut depth, mut at) = (0, from);
    while at + 1 < text.len() {
        match (text[at], text[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

fn string_end(text: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < text.len() && text[at] != '"' {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

/// Every path that code names, with its line; braces are multiplied out.
pub(crate) fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let mut tokens: Vec<(usize, String)> = Vec::new();
    for (line, text) in code.lines().enumerate() {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
            let length = match word {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                word => word,
            };
            tokens.push((line + 1, rest[..length].to_string()));
            rest = rest[length..].trim_start();
        }
    }
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].1.starts_with(is_word) {
            path(&tokens, &mut at, &[], &mut out);
        } else {
            at += 1;
        }
    }
    out
}

fn path(tokens: &[(usize, String)], at: &mut usize, before: &[String], out: &mut Vec<(usize, Vec<String>)>) {
    let mut path = before.to_vec();
    let mut line = 0;
    while let Some((here, token)) = tokens.get(*at) {
        if token == "{" && !path.is_empty() {
            *at += 1;
            while let Some((_, token)) = tokens.get(*at).filter(|(_, token)| token != "}") {
                if token.starts_with(is_word) {
                    self::path(tokens, at, &path, out);
                } else {
                    *at += 1;
                }
            }
            *at += 1;
            return;
        }
        if !token.starts_with(is_word) {
            break;
        }
        path.push(token.clone());
        line = *here;
        *at += 1;
        if tokens.get(*at).is_none_or(|(_, token)| token != "::") {
            break;
        }
        *at += 1;
    }
    out.push((line, path));
}

/// A path as seen from the crate's root, where it can be told.
pub(crate) fn absolute(module: &[&str], path: Vec<String>) -> String {
    let supers = path.iter().take_while(|part| *part == "super").count();
    let rest = if path[0] == "self" { &path[1..] } else { &path[supers..] };
    if supers == 0 && path[0] != "self" {
        return path.join("::");
    }
    let parents = module[..module.len().saturating_sub(supers)].iter().copied();
    std::iter::once("crate")
        .chain(parents)
        .chain(rest.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join("::")
}
