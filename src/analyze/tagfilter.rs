//! Filters on labels: a range of numbers, or regular expressions for strings.

use regex::Regex;

use super::labels::LabelUnits;
use super::pattern::compile;
use crate::error::{Error, Result};
use crate::model::{Label, LabelValue, Profile, units};

/// A filter as `tagfocus` and `tagignore` take it: `[KEY=]RANGE` or `[KEY=]REGEX[,REGEX…]`.
#[derive(Clone, Debug)]
pub struct TagFilter {
    key: Option<String>,
    wanted: Wanted,
    note: Option<String>,
}

#[derive(Clone, Debug)]
enum Wanted {
    /// A number from `low` to `high` in a unit that converts to `unit`.
    Range { low: f64, high: f64, unit: String },
    /// With a key: any expression matches one of its values. Without: each expression matches some `key:value`.
    Texts(Vec<Regex>),
}

impl TagFilter {
    /// Parses a filter that was given for `option`. What reads as a range is one: `4kb`, `4kb:`, `:4kb`, `1kb:4kb`.
    ///
    /// # Errors
    /// [`Error::Regex`] for an expression that does not compile, [`Error::Usage`] for a number that is too large.
    pub fn parse(option: &str, text: &str) -> Result<Self> {
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (Some(key.to_string()).filter(|key| !key.is_empty()), value),
            None => (None, text),
        };
        if let Some(wanted) = range(option, value)? {
            let note = Some(format!("{option}:Interpreted '{value}' as range, not regexp"));
            return Ok(Self { key, wanted, note });
        }
        let expressions = value
            .split(',')
            .map(|part| compile(option, part))
            .collect::<Result<_>>()?;
        Ok(Self {
            key,
            wanted: Wanted::Texts(expressions),
            note: None,
        })
    }

    /// A note to the user about how the filter was interpreted.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Whether a label set matches.
    pub fn matches(&self, profile: &Profile, units: &LabelUnits, labels: &[Label]) -> bool {
        let key = self.key.as_deref();
        let of_key = |label: &&Label| key.is_none_or(|key| profile.text(label.key) == key);
        let mut labels = labels.iter().filter(of_key);
        match &self.wanted {
            Wanted::Range { low, high, unit } => labels.any(|label| {
                let LabelValue::Number { value, .. } = label.value else {
                    return false;
                };
                let (value, in_unit) = units::scale(value, units.of(profile, label.key), unit);
                in_unit == unit && (*low..=*high).contains(&value)
            }),
            Wanted::Texts(expressions) => {
                let text = |label: &Label| match (label.value, key) {
                    (LabelValue::Number { .. }, _) => None,
                    (LabelValue::Text(text), Some(_)) => Some(profile.text(text).to_string()),
                    (LabelValue::Text(text), None) => {
                        Some(format!("{}:{}", profile.text(label.key), profile.text(text)))
                    }
                };
                let texts: Vec<String> = labels.filter_map(text).collect();
                let found = |expression: &Regex| texts.iter().any(|text| expression.is_match(text));
                match key {
                    Some(_) => expressions.iter().any(found),
                    None => expressions.iter().all(found),
                }
            }
        }
    }
}

/// Parses a range; `None` if the text is not one. Source: pprof's `parseTagFilterRange`.
fn range(option: &str, text: &str) -> Result<Option<Wanted>> {
    let ends: Vec<&str> = text.split(':').collect();
    let (low, high) = match ends[..] {
        [one] => (one, one),
        [low, high] => (low, high),
        _ => return Ok(None),
    };
    let (Some(from), Some(to)) = (end(option, low)?, end(option, high)?) else {
        return Ok(None);
    };
    // The unit is that of the first number given; the second must convert to it.
    let (low, unit) = match (&from, &to) {
        (End::Open, End::Open) => return Ok(None),
        (End::Open, &End::At(_, unit)) => (f64::NEG_INFINITY, units::scale(1, unit, unit).1),
        (&End::At(number, unit), _) => units::scale(number, unit, unit),
    };
    let high = match to {
        End::Open => f64::INFINITY,
        End::At(number, of) => match units::scale(number, of, unit) {
            (high, in_unit) if in_unit == unit => high,
            _ => return Ok(None),
        },
    };
    let unit = unit.to_string();
    Ok(Some(Wanted::Range { low, high, unit }))
}

enum End<'t> {
    Open,
    At(i64, &'t str),
}

/// Parses `12`, `-12kb` or nothing; `None` for anything else.
fn end<'t>(option: &str, text: &'t str) -> Result<Option<End<'t>>> {
    if text.is_empty() {
        return Ok(Some(End::Open));
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let letters = unsigned.trim_start_matches(|char: char| char.is_ascii_digit());
    let is_number = letters.len() < unsigned.len() && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_number {
        return Ok(None);
    }
    let digits = &text[..text.len() - letters.len()];
    let number = digits
        .parse()
        .map_err(|_| Error::Usage(format!("{option}: {digits} is too large a number")))?;
    Ok(Some(End::At(number, letters)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StringId;

    #[test]
    fn ranges_and_expressions_select_labels() {
        let mut profile = Profile::default();
        let mut text = |text: &str| profile.strings.intern(text.as_bytes());
        let (bytes, kind, leak, queue) = (text("bytes"), text("kind"), text("leak"), text("queue"));
        let number = |value| Label {
            key: bytes,
            value: LabelValue::Number {
                value,
                unit: StringId(0),
            },
        };
        let word = |value| Label {
            key: kind,
            value: LabelValue::Text(value),
        };
        let sets = [
            vec![number(4096), word(leak)],
            vec![number(64), word(queue)],
            vec![number(1 << 20)],
        ];
        for (filter, expected, is_range) in [
            ("4kb", [true, false, false], true),
            ("4kb:", [true, false, true], true),
            (":64b", [false, true, false], true),
            ("64b:4kb", [true, true, false], true),
            ("bytes=1mb", [false, false, true], true),
            ("kind=1mb", [false, false, false], true),
            // A number without a unit is not a number of bytes.
            ("64", [false, false, false], true),
            ("leak", [true, false, false], false),
            ("kind:q", [false, true, false], false),
            ("kind=leak,queue", [true, true, false], false),
            ("leak,queue", [false, false, false], false),
            ("4kb:8s", [false, false, false], false),
            ("4kb:x:", [false, false, false], false),
        ] {
            let parsed = TagFilter::parse("tagfocus", filter).expect(filter);
            assert_eq!(parsed.note().is_some(), is_range, "{filter}");
            let units = LabelUnits::new(&profile);
            let found = sets.each_ref().map(|set| parsed.matches(&profile, &units, set));
            assert_eq!(found, expected, "{filter}");
        }
        let error = TagFilter::parse("tagfocus", "99999999999999999999").expect_err("too large");
        assert!(error.to_string().contains("too large"), "{error}");
    }
}
