//! What the name of a source that is being typed may become: files, kinds of stores, and what a store knows of types and
//! labels behind `match=`.

use std::path::Path;
use std::time::Duration;

use super::Inputs;
use crate::error::Result;
use crate::progress::Observer;
use crate::source::{HttpOptions, ProfileStore, Source};

/// Whoever types waits no longer.
const PATIENCE: Duration = Duration::from_secs(5);

impl Inputs {
    /// Where the last word of a source begins, and what it may become.
    ///
    /// # Errors
    /// Those of the store; [`crate::error::Error::Usage`] for times that cannot be.
    pub(super) fn complete(&self, typed: &str, observer: &dyn Observer) -> Result<(usize, Vec<String>)> {
        if !ProfileStore::prefixes().any(|prefix| typed.starts_with(prefix)) {
            let stores = ProfileStore::prefixes().filter(|prefix| prefix.starts_with(typed));
            let words = stores.map(ToString::to_string).chain(files(typed)).collect();
            return Ok((0, words));
        }
        let Some(query) = typed.find('?') else {
            let is_whole = ProfileStore::parse(typed).is_some();
            return Ok((
                typed.len(),
                is_whole.then(|| "?match=".to_string()).into_iter().collect(),
            ));
        };
        let start = typed[query..].rfind('&').map_or(query + 1, |at| query + at + 1);
        let Some(selector) = typed[start..].strip_prefix("match=") else {
            let parameters = ProfileStore::parameters().map(|name| format!("{name}="));
            return Ok((
                start,
                parameters.filter(|name| name.starts_with(&typed[start..])).collect(),
            ));
        };
        let Source::Store(store) = self.source(&typed.into())? else {
            return Ok((start, Vec::new()));
        };
        let http = HttpOptions {
            timeout: Some(self.http.timeout.unwrap_or(PATIENCE)),
            ..self.http.clone()
        };
        let (at, word) = Word::of(selector);
        let words = match word {
            Word::First(word) => {
                let mut words = labels(&store, &http, observer)?;
                words.extend(store.types(&http, observer)?);
                words.retain(|name| name.starts_with(word));
                words
            }
            Word::Label(word) => {
                let mut words = labels(&store, &http, observer)?;
                words.retain(|name| name.starts_with(word));
                words
            }
            Word::Value(label, word) => {
                let values = store.values(label, &http, observer)?;
                let end = if selector.contains('{') { "\"}" } else { "\"" };
                let fits = values.iter().filter(|value| value.starts_with(word));
                fits.map(|value| escaped(value) + end).collect()
            }
        };
        Ok((typed.len() - selector.len() + at, words))
    }
}

/// What is being typed of a selector.
#[derive(PartialEq, Eq, Debug)]
enum Word<'t> {
    /// A profile type, or a label where no type is wanted.
    First(&'t str),
    Label(&'t str),
    /// A value of a label, behind its quote.
    Value(&'t str, &'t str),
}

impl<'t> Word<'t> {
    /// The last word of a selector and where it begins.
    fn of(selector: &'t str) -> (usize, Self) {
        let start = selector.rfind(['{', ',']).map_or(0, |at| at + 1);
        let matcher = &selector[start..];
        match matcher.split_once('"') {
            Some((label, value)) => {
                let label = label.trim_end_matches(['=', '~', '!', ' ']).trim_start();
                (selector.len() - value.len(), Self::Value(label, value))
            }
            None if start == 0 => (0, Self::First(matcher)),
            None => {
                let label = matcher.trim_start();
                (selector.len() - label.len(), Self::Label(label))
            }
        }
    }
}

/// Labels as they are followed by a value; without those of the store's own.
fn labels(store: &ProfileStore, http: &HttpOptions, observer: &dyn Observer) -> Result<Vec<String>> {
    let labels = store.labels(http, observer)?;
    let own = labels.iter().filter(|label| !label.starts_with("__"));
    Ok(own.map(|label| format!("{label}=\"")).collect())
}

/// A value as it is written in the query of an address.
fn escaped(value: &str) -> String {
    value.replace('%', "%25").replace('&', "%26").replace('+', "%2B")
}

/// Files and folders that begin so; hidden ones when a dot is typed.
fn files(typed: &str) -> Vec<String> {
    let (folder, name) = typed.split_at(typed.rfind('/').map_or(0, |at| at + 1));
    let place = if folder.is_empty() {
        Path::new(".")
    } else {
        Path::new(folder)
    };
    let entries = place.read_dir().into_iter().flatten().flatten();
    let entries = entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path().is_dir())));
    let fits = |own: &str| own.starts_with(name) && (name.starts_with('.') || !own.starts_with('.'));
    let mut names: Vec<String> = entries
        .filter(|(own, _)| fits(own))
        .map(|(own, is_folder)| format!("{folder}{own}{}", if is_folder { "/" } else { "" }))
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_is_typed_is_known_by_what_stands_before_it() {
        let table = [
            ("", 0, Word::First("")),
            ("mem", 0, Word::First("mem")),
            ("job=\"a", 5, Word::Value("job", "a")),
            ("{", 1, Word::Label("")),
            ("memory:a:b:c:d{ser", 15, Word::Label("ser")),
            ("memory:a:b:c:d{job=~\"x", 21, Word::Value("job", "x")),
            ("{job=\"a\", po", 10, Word::Label("po")),
        ];
        for (selector, at, word) in table {
            assert_eq!(Word::of(selector), (at, word), "{selector}");
        }
    }
}
