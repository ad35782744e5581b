//! What a request carries besides the address: the user's headers and credentials.
//!
//! Knows `~/.netrc` as curl reads it. Everything here is secret: it is read, sent, and never shown.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::HttpOptions;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::source::answer::Asker;
use crate::source::file::small;
use crate::source::url::Url;

/// A header given by the user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    name: String,
    value: Secret,
}

/// Headers that belong to the connection, which the user may not set.
const RESERVED: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Header {
    /// Reads `Name: value`.
    ///
    /// # Errors
    /// [`Error::Usage`], without the value.
    pub fn parse(typed: &Secret) -> Result<Self> {
        let usage = |text: &str| Err(Error::Usage(format!("-H: {text}")));
        let Some((name, value)) = typed.reveal().split_once(':') else {
            return usage("a header is 'Name: value', and here is no colon");
        };
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_part) {
            return usage("a header is 'Name: value', and what is before the colon is no name");
        }
        if RESERVED.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            return usage(&format!("{name} belongs to the connection and cannot be set"));
        }
        let value = value.trim();
        if !is_sendable(value) {
            return usage(&format!("the value of {name} has a character that no header may have"));
        }
        Ok(Self {
            name: name.into(),
            value: Secret::new(value),
        })
    }

    /// Whether it is `Authorization`.
    pub(super) fn is_authorization(&self) -> bool {
        self.name.eq_ignore_ascii_case(AUTHORIZATION)
    }

    /// The name as given.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The value, to be sent.
    pub(super) fn value(&self) -> &Secret {
        &self.value
    }
}

fn is_sendable(value: &str) -> bool {
    value.bytes().all(|byte| byte == b'\t' || byte >= b' ' && byte != 0x7f)
}

/// What is sent to the named server only.
pub(super) struct Own {
    pub(super) headers: Vec<Header>,
    pub(super) asked_by: Asker,
    /// The parts of it that must not be shown, in each form that a server could repeat.
    pub(super) secrets: Vec<Secret>,
}

/// What is sent to the server of an address. Credentials come from the first of: a header of the user's, a bearer file, the
/// address, `~/.netrc`.
pub(super) fn own(url: &Url, options: &HttpOptions) -> Result<Own> {
    let mut own = Own {
        headers: options.headers.clone(),
        asked_by: Asker::Somebody,
        secrets: url.secrets(),
    };
    let says = |value| Header {
        name: AUTHORIZATION.into(),
        value,
    };
    if own.headers.iter().any(Header::is_authorization) {
    } else if let Some(path) = &options.bearer_file {
        own.headers.push(says(bearer(path)?));
    } else if let Some(value) = url.authorization() {
        own.headers.push(says(value));
    } else if let Some(pair) = options.netrc.as_deref().and_then(|path| netrc(path, url.host_name())) {
        let (user, password) = &pair;
        own.headers.push(says(Secret::new(format!(
            "Basic {}",
            BASE64_STANDARD.encode(format!("{user}:{password}"))
        ))));
        own.secrets.extend([user, password].map(Secret::new));
        own.asked_by = Asker::Netrc;
    } else {
        own.asked_by = Asker::Nobody;
    }
    for header in &own.headers {
        let value = header.value.reveal();
        let parts = value.split([' ', ';', ',', '=']).filter(|part| part.len() >= MIN_PART);
        own.secrets.push(header.value.clone());
        own.secrets.extend(parts.map(Secret::new));
    }
    Ok(own)
}

const AUTHORIZATION: &str = "Authorization";
/// Shorter parts of a header's value are common words, not secrets. Bytes.
const MIN_PART: usize = 6;

/// The `Bearer` value for a file with a token.
fn bearer(path: &Path) -> Result<Secret> {
    let text = String::from_utf8_lossy(&small(path)?).trim().to_string();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let what = "no token here: one line without blanks is wanted";
        return Err(Error::Usage(format!("{}: {what}", path.display())));
    }
    Ok(Secret::new(format!("Bearer {text}")))
}

/// The user and password for a host in a file like `~/.netrc`. It is not an error if there is no such file.
fn netrc(path: &Path, host: &str) -> Option<(String, String)> {
    let text = small(path).ok()?;
    entry(&String::from_utf8_lossy(&text), host).filter(|(user, password)| !user.is_empty() || !password.is_empty())
}

/// The first entry for a host, or else the default entry.
fn entry(text: &str, host: &str) -> Option<(String, String)> {
    let mut words = words(text).into_iter();
    let mut found: Option<(String, String)> = None;
    let mut is_within = false;
    while let Some(word) = words.next() {
        match word.as_str() {
            "machine" | "default" if found.is_some() => break,
            "machine" => is_within = words.next()?.eq_ignore_ascii_case(host),
            "default" => is_within = true,
            "login" | "password" | "account" => {
                let value = words.next()?;
                if is_within {
                    let (user, password) = found.get_or_insert_default();
                    match word.as_str() {
                        "login" => *user = value,
                        "password" => *password = value,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// The words of such a file: between blanks, or between quotes with `\"` for a quote. Comments and macros are skipped.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut rest = line.trim_start();
        while !rest.is_empty() && !rest.starts_with('#') {
            if rest.split_whitespace().next() == Some("macdef") {
                // Up to an empty line.
                lines.by_ref().find(|line| line.trim().is_empty());
                break;
            }
            let (word, end) = word(rest);
            words.push(word);
            rest = rest[end..].trim_start();
        }
    }
    words
}

/// The first word, and where it ends.
fn word(text: &str) -> (String, usize) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return (text[..end].into(), end);
    };
    let mut word = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (word, at + 2),
            '\\' => word.extend(letters.next().map(|(_, letter)| letter)),
            _ => word.push(letter),
        }
    }
    (word, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_a_name_and_a_value() {
        for (typed, name, value) in [
            ("X-Scope-OrgID: team-a", "X-Scope-OrgID", "team-a"),
            ("Cookie:a=b; c=d ", "Cookie", "a=b; c=d"),
            ("X-Empty:", "X-Empty", ""),
        ] {
            let header = Header::parse(&Secret::new(typed)).unwrap();
            assert_eq!((header.name(), header.value().reveal()), (name, value));
        }
        for typed in [
            "secret",
            ": secret",
            "a b: secret",
            "X: secret\r\nY: z",
            "Connection: secret",
            "X: secret\0",
        ] {
            let message = Header::parse(&Secret::new(typed)).unwrap_err().to_string();
            assert!(message.starts_with("-H: ") && !message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn a_netrc_is_read_as_curl_reads_it() {
        const FILE: &str = "# machine h login no password no\nmachine a.example login \"al \\\"ice\" password p#w\n\
                            macdef init\nmachine h password macro\n\nmachine h\n  login bob\n  account x\n  password pw\n\
                            machine h login second\ndefault login anybody";
        let table = [
            ("h", Some(("bob", "pw"))),
            ("H", Some(("bob", "pw"))),
            ("a.example", Some(("al \"ice", "p#w"))),
            ("other", Some(("anybody", ""))),
        ];
        for (host, expected) in table {
            let expected = expected.map(|(user, password)| (user.to_string(), password.to_string()));
            assert_eq!(entry(FILE, host), expected, "{host}");
        }
        for text in [
            "",
            "machine",
            "machine h login",
            "login x password y",
            "machine g login \"",
        ] {
            assert_eq!(entry(text, "h"), None, "{text}");
        }
    }
}
