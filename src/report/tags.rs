//! `tags`: the labels of the samples, what each key and each of its values accounts for; keys by name, values by size.

use std::io::Write;

use rustc_hash::FxHashMap;

use super::aggregate::Report;
use crate::analyze::LabelUnits;
use crate::error::Result;
use crate::model::units::{self, percentage};
use crate::model::{LabelSetId, LabelValue, StringId};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    keys(report).iter().try_for_each(|key| write_key(report, key, out))
}

/// A key and the sum over the samples that have it.
pub(super) struct Key {
    pub(super) name: String,
    sum: i64,
    /// Each value as printed, and its sum.
    pub(super) values: Vec<(String, i64)>,
}

/// Keys by name, values by size.
pub(super) fn keys(report: &Report) -> Vec<Key> {
    let mut keys = tally(report);
    keys.sort_by(|a, b| a.name.cmp(&b.name));
    for key in &mut keys {
        key.values
            .sort_by(|a, b| (b.1.unsigned_abs(), &a.0).cmp(&(a.1.unsigned_abs(), &b.0)));
    }
    keys
}

/// Rows of a key and of one of its values, for each label of a set.
type Rows = Box<[(usize, usize)]>;

/// Adds up the samples that count, by label.
fn tally(report: &Report) -> Vec<Key> {
    let profile = &report.profile;
    let label_units = LabelUnits::new(profile);
    let mut keys: Vec<Key> = Vec::new();
    let mut key_rows: FxHashMap<StringId, usize> = FxHashMap::default();
    let mut value_rows: FxHashMap<(usize, String), usize> = FxHashMap::default();
    let mut rows_of = |keys: &mut Vec<Key>, set: LabelSetId| -> Rows {
        let row_of = |label: &crate::model::Label| {
            let key = *key_rows.entry(label.key).or_insert_with(|| {
                let name = profile.text(label.key).to_string();
                let values = Vec::new();
                keys.push(Key { name, sum: 0, values });
                keys.len() - 1
            });
            let value = match label.value {
                LabelValue::Text(text) => profile.text(text).to_string(),
                LabelValue::Number { value, .. } => {
                    units::label(value, label_units.of(profile, label.key), &report.options.unit)
                }
            };
            let values = &mut keys[key].values;
            let value = *value_rows.entry((key, value)).or_insert_with_key(|(_, value)| {
                values.push((value.clone(), 0));
                values.len() - 1
            });
            (key, value)
        };
        report.scope.labels(profile, set).map(row_of).collect()
    };
    let mut rows: Vec<Option<Rows>> = vec![None; profile.labels.len()];
    let weights = report.weights();
    for span in report.scope.spans() {
        let sample = span.sample.index();
        let set = profile.samples.labels[sample];
        let (sum, _) = weights.of(sample);
        let rows = rows[set.index()].get_or_insert_with(|| rows_of(&mut keys, set));
        for &(key, value) in rows.iter() {
            let key = &mut keys[key];
            key.sum = key.sum.saturating_add(sum);
            key.values[value].1 = key.values[value].1.saturating_add(sum);
        }
    }
    keys
}

/// A key and its values as a table: columns are set to the right, a blank apart; a blank line ends it.
fn write_key(report: &Report, key: &Key, out: &mut dyn Write) -> Result<()> {
    let shown = |value: i64| report.format.value(value);
    let share = |value: i64| match report.total {
        total if total > 0 => format!(" ({})", percentage(value, total)),
        _ => String::new(),
    };
    let head = format!("{}:", key.name);
    let (sum, total) = (shown(key.sum), shown(report.total));
    super::line(out, format_args!(" {head} Total {sum} of {total}{}", share(key.sum)))?;
    let cells: Vec<String> = key
        .values
        .iter()
        .map(|value| format!("{}{}:", shown(value.1), share(value.1)))
        .collect();
    let first = 1 + head.chars().count();
    let second = 1 + cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
    for (cell, (value, _)) in cells.iter().zip(&key.values) {
        // Not by a width of `format!`, which ends at 65,535: names may be longer.
        let before = " ".repeat(first + second - cell.chars().count());
        super::line(out, format_args!("{before}{cell} {value}"))?;
    }
    super::line(out, format_args!(""))
}
