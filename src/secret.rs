//! Passwords, tokens, and names that were typed with one in them, in types that cannot be printed: no message, screen or file
//! may hold them.
//!
//! Knows how people write passwords into addresses, also wrongly. Knows no file and no network.

use std::fmt;

/// A password or a token. It is never printed, not even for a programmer: who sends it asks for it by name.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, to be sent and not to be shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret")
    }
}

/// A source as it was typed. Displayed without what may be a password.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SourceName(String);

impl SourceName {
    /// The text as it was typed, to be opened and not to be shown.
    pub fn as_typed(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for SourceName {
    fn from(typed: T) -> Self {
        Self(typed.into())
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&shown(&self.0))
    }
}

impl fmt::Debug for SourceName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SourceName({:?})", shown(&self.0))
    }
}

/// What stands for a text that is left out.
const LEFT_OUT: &str = "…";

/// What may be shown of an address as it was typed: all but what is before the last `@`, from the scheme on. A slash or
/// an `@` in a password ends no password, and a scheme typed wrongly is no reason to show one.
pub fn shown(typed: &str) -> String {
    let Some(at) = typed.rfind('@') else {
        return typed.into();
    };
    let before = &typed[..at];
    // A file's name may have an @ in it, too.
    if !before.contains(':') && !before.contains("//") {
        return typed.into();
    }
    let start = before.find("://").map_or(0, |scheme| scheme + 3);
    format!("{}{LEFT_OUT}{}", &typed[..start], &typed[at..])
}

/// A text in which some arguments of the command line may be repeated, without the passwords in addresses and without
/// the values of headers (`-H`, `--header`).
pub fn without_passwords(text: &str, arguments: impl IntoIterator<Item = String>) -> String {
    const HEADER: [&str; 3] = ["-H", "-header", "--header"];
    let mut text = text.to_string();
    let mut before = String::new();
    for argument in arguments {
        let header = match HEADER.contains(&before.as_str()) {
            true => Some(argument.as_str()),
            false => HEADER.iter().find_map(|name| argument.strip_prefix(name)),
        };
        let secret = header.and_then(|header| header.split_once(':'));
        if let Some((_, value)) = secret.filter(|(_, value)| !value.trim().is_empty()) {
            text = text.replace(value.trim(), LEFT_OUT);
        }
        // An option's value may be repeated without the option.
        let value = argument.split_once('=').map_or(argument.as_str(), |(_, value)| value);
        for typed in [&argument, value] {
            let shown = shown(typed);
            if shown != typed {
                text = text.replace(typed, &shown);
            }
        }
        before = argument;
    }
    text
}

/// A text that somebody else wrote who knows some secrets, without them.
pub(crate) fn without_secrets<'a>(text: &str, secrets: impl IntoIterator<Item = &'a Secret>) -> String {
    let mut text = text.to_string();
    for secret in secrets {
        if !secret.0.is_empty() {
            text = text.replace(&secret.0, LEFT_OUT);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_before_the_last_at_sign_is_not_shown() {
        let table = [
            ("http://me:pw@h:1/x", "http://…@h:1/x"),
            ("http://token@h:1/x", "http://…@h:1/x"),
            ("http://me:p@w@h:1/x", "http://…@h:1/x"),
            ("http://me:p/w@h:1/x", "http://…@h:1/x"),
            ("http://me:p?w@h:1/x", "http://…@h:1/x"),
            ("htp://me:pw@h:1/x", "htp://…@h:1/x"),
            ("http:/me:pw@h:1/x", "…@h:1/x"),
            ("http//token@h", "…@h"),
            ("me:pw@h", "…@h"),
            ("-seconds=http://me:pw@h", "-seconds=http://…@h"),
            ("heap@noon.pb.gz", "heap@noon.pb.gz"),
            ("http://h:1/x?a=b", "http://h:1/x?a=b"),
            ("C:\\heap.pb.gz", "C:\\heap.pb.gz"),
            ("", ""),
        ];
        for (typed, expected) in table {
            assert_eq!(shown(typed), expected, "{typed}");
            let name = SourceName::from(typed);
            assert_eq!((name.as_typed(), name.to_string().as_str()), (typed, expected));
            assert!(!format!("{name:?}").contains("pw"), "{typed}");
        }
        assert_eq!(format!("{:?}", Secret::new("pw")), "Secret");
    }

    #[test]
    fn a_message_repeats_no_password() {
        let arguments = ["top", "-seconds=http://me:pw@h", "me:pw@i"].map(String::from);
        let text = without_passwords("'http://me:pw@h' is no number, nor is me:pw@i", arguments);
        assert_eq!(text, "'http://…@h' is no number, nor is …@i");
        for arguments in [
            ["-H", "A: pw"],
            ["--header", "A: pw"],
            ["x", "-HA: pw"],
            ["x", "--header=A: pw"],
        ] {
            let text = without_passwords("no pw", arguments.map(String::from));
            assert_eq!(text, "no …", "{arguments:?}");
        }
        let secrets = [Secret::new("pw"), Secret::default()];
        assert_eq!(without_secrets("bad pw \"pw\"", &secrets), "bad … \"…\"");
    }
}
