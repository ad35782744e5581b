//! `diff`: two profiles side by side, what was before and what is after, the largest change first.
//!
//! Not a report of pprof's, whose `-base` prints the difference alone. Functions are matched by name. Filters, the sample
//! type and `-cum` act as in `top`; nothing is left out as too small.

use std::cmp::Reverse;
use std::io::Write;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::aggregate::Report;
use super::diagnosis::words::seconds;
use super::environment::Environment;
use super::options::Options;
use super::table::rows;
use super::{TOP, csv, header, line, writing};
use crate::analyze::{ENOUGH_SAMPLES, Sort};
use crate::error::{Error, Result};
use crate::model::{Side, Sides, units};

/// How a comparison is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DiffForm {
    /// For the eye.
    #[default]
    Text,
    /// An object for programs.
    Json,
    /// A table for programs and spreadsheets.
    Csv,
}

/// A function on both sides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// The function.
    pub name: String,
    /// What it held; 0 if it was not there.
    pub before: i64,
    /// What it holds; 0 if it is not there.
    pub after: i64,
}

impl Change {
    /// What has come, less what has gone.
    pub fn amount(&self) -> i64 {
        self.after.saturating_sub(self.before)
    }

    /// After as a multiple of before; `None` for what is new or gone, or changes sign.
    pub fn ratio(&self) -> Option<f64> {
        let is_comparable = self.before != 0 && self.after != 0 && (self.before > 0) == (self.after > 0);
        is_comparable.then(|| self.after as f64 / self.before as f64)
    }

    fn ratio_text(&self) -> String {
        ratio(self.before, self.after)
    }
}

/// After as a multiple of before, or what there is to say instead.
pub(super) fn ratio(before: i64, after: i64) -> String {
    let is_comparable = before != 0 && after != 0 && (before > 0) == (after > 0);
    match (before, after) {
        (0, 0) => String::new(),
        (0, _) => "new".into(),
        (_, 0) => "gone".into(),
        _ if is_comparable => match after as f64 / before as f64 {
            ratio if ratio < 10.0 => format!("{ratio:.2}x"),
            ratio => format!("{ratio:.0}x"),
        },
        _ => String::new(),
    }
}

/// Two profiles compared.
pub struct Diff {
    before: Report,
    after: Report,
    /// What all samples hold, or those behind the filters.
    pub total: Change,
    /// Functions that changed, the largest change first.
    pub changes: Vec<Change>,
    /// How many functions are on both sides as they were.
    pub unchanged: usize,
}

impl Diff {
    /// Compares both sides with the same options.
    ///
    /// # Errors
    /// As [`Report::new`].
    pub fn new(sides: &Sides, options: &Options, environment: &Environment) -> Result<Self> {
        let whole = Options {
            trim: false,
            ..options.clone()
        };
        let [before, after] =
            [&sides.before, &sides.after].map(|profile| Report::new(profile, &TOP, None, &whole, environment));
        let (before, after) = (before?, after?);
        let value = |flat, cum| if options.sort == Sort::Cum { cum } else { flat };
        let mut changes: Vec<Change> = Vec::new();
        let mut known: FxHashMap<String, usize> = FxHashMap::default();
        let of_side = |side, report| rows(report).into_iter().map(move |row| (side, row));
        for (side, row) in of_side(Side::Before, &before).chain(of_side(Side::After, &after)) {
            let at = *known.entry(row.name).or_insert_with_key(|name| {
                changes.push(Change {
                    name: name.clone(),
                    before: 0,
                    after: 0,
                });
                changes.len() - 1
            });
            let held = match side {
                Side::Before => &mut changes[at].before,
                Side::After => &mut changes[at].after,
            };
            *held = held.saturating_add(value(row.flat, row.cum));
        }
        let all = changes
            .iter()
            .filter(|change| change.before != 0 || change.after != 0)
            .count();
        changes.retain(|change| change.amount() != 0);
        changes.sort_by(|a, b| {
            let key = |change: &Change| Reverse(change.amount().unsigned_abs());
            (key(a), &a.name).cmp(&(key(b), &b.name))
        });
        Ok(Self {
            total: Change {
                name: "total".into(),
                before: sum(&before),
                after: sum(&after),
            },
            unchanged: all - changes.len(),
            changes,
            before,
            after,
        })
    }

    /// Writes the comparison.
    ///
    /// # Errors
    /// [`Error::Io`] from the writer.
    pub fn write(&self, form: DiffForm, names: [&str; 2], out: &mut dyn Write) -> Result<()> {
        match form {
            DiffForm::Text => self.write_text(names, out),
            DiffForm::Json => self.write_json(names, out),
            DiffForm::Csv => self.write_csv(out),
        }
    }

    /// A value with its unit.
    pub fn label(&self, value: i64) -> String {
        units::label(self.after.format.scaled(value), &self.after.format.from, "auto")
    }

    fn signed(&self, value: i64) -> String {
        let sign = if value > 0 { "+" } else { "" };
        format!("{sign}{}", self.label(value))
    }

    fn write_text(&self, [before, after]: [&str; 2], out: &mut dyn Write) -> Result<()> {
        let kind = self.after.profile.type_name(self.after.sample_type);
        let measure = match self.after.options.sort {
            Sort::Flat => "each function's own",
            Sort::Cum => "each function with what it calls",
        };
        let total = &self.total;
        let times =
            [&self.before, &self.after].map(|report| header::time(report).filter(|_| report.profile.time_nanos != 0));
        let [taken, later] = match times {
            [Some(taken), Some(later)] => [format!("  ({taken})"), format!("  ({later}{})", self.apart())],
            _ => Default::default(),
        };
        line(out, format_args!("Before: {before}{taken}"))?;
        line(out, format_args!("After:  {after}{later}"))?;
        line(out, format_args!("Type: {kind}, {measure}"))?;
        let ratio = total
            .ratio()
            .map_or(String::new(), |_| format!(", {}", total.ratio_text()));
        line(
            out,
            format_args!(
                "Total: {} before, {} after, {}{ratio}",
                self.label(total.before),
                self.label(total.after),
                self.signed(total.amount()),
            ),
        )?;
        if self.changes.is_empty() {
            return line(out, format_args!("No function changed."));
        }
        line(
            out,
            format_args!("{:>10} {:>10} {:>10} {:>7}  name", "before", "after", "change", "ratio"),
        )?;
        for change in &self.changes {
            line(
                out,
                format_args!(
                    "{:>10} {:>10} {:>10} {:>7}  {}",
                    self.label(change.before),
                    self.label(change.after),
                    self.signed(change.amount()),
                    change.ratio_text(),
                    change.name
                ),
            )?;
        }
        if self.unchanged > 0 {
            line(out, format_args!("{} more did not change.", self.unchanged))?;
        }
        if let Some(chance) = self.chance() {
            let note = format_args!("Changes below {chance}, of fewer than {ENOUGH_SAMPLES} samples, may be chance.");
            line(out, note)?;
        }
        Ok(())
    }

    /// How much later the second profile was taken, where it was.
    fn apart(&self) -> String {
        let later = self
            .after
            .profile
            .time_nanos
            .saturating_sub(self.before.profile.time_nanos);
        match later as f64 / 1e9 {
            later if later >= 1.0 => format!(", {} later", seconds(later)),
            _ => String::new(),
        }
    }

    /// What so few samples of small objects stand for that they may be chance, in a heap's bytes.
    fn chance(&self) -> Option<String> {
        let report = &self.after;
        let is_space = report.profile.type_name(report.sample_type).ends_with("_space");
        (is_space && report.profile.period > 1)
            .then(|| self.label(report.profile.period.saturating_mul(ENOUGH_SAMPLES as i64)))
    }

    fn write_json(&self, [before, after]: [&str; 2], out: &mut dyn Write) -> Result<()> {
        let profile = &self.after.profile;
        let side = |name: &str, report: &Report, total: i64| json!({ "name": name, "time_nanos": report.profile.time_nanos, "total": total });
        let row = |change: &Change| {
            json!({
                "name": change.name,
                "before": change.before,
                "after": change.after,
                "change": change.amount(),
                "ratio": change.ratio(),
            })
        };
        let object = json!({
            "sample_type": profile.type_name(self.after.sample_type),
            "unit": profile.type_unit(self.after.sample_type),
            "before": side(before, &self.before, self.total.before),
            "after": side(after, &self.after, self.total.after),
            "change": self.total.amount(),
            "rows": self.changes.iter().map(row).collect::<Vec<Value>>(),
        });
        serde_json::to_writer_pretty(&mut *out, &object).map_err(|error| writing(error.into()))?;
        line(out, format_args!(""))
    }

    fn write_csv(&self, out: &mut dyn Write) -> Result<()> {
        line(out, format_args!("name,before,after,change,ratio,unit"))?;
        let unit = self.after.profile.type_unit(self.after.sample_type);
        for change in &self.changes {
            let ratio = change.ratio().map_or(String::new(), |ratio| ratio.to_string());
            line(
                out,
                format_args!(
                    "{},{},{},{},{ratio},{}",
                    csv::text(&change.name),
                    change.before,
                    change.after,
                    change.amount(),
                    csv::text(unit)
                ),
            )?;
        }
        Ok(())
    }
}

/// What a report's samples hold, with their signs.
fn sum(report: &Report) -> i64 {
    let values = report.weights().values;
    let spans = report.scope.spans();
    let samples = spans.iter().map(|span| values[span.sample.index()]);
    samples.fold(0, i64::saturating_add)
}

/// How much growth is too much: `10%` of what was before, or an amount such as `5MB`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Limit {
    /// A share of what was before.
    Share(f64),
    /// An amount, in the unit of the sample type or in bytes.
    Amount(f64),
}

impl Limit {
    /// Reads `10%`, `5MB`, `1000`.
    ///
    /// # Errors
    /// [`Error::Usage`] for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::Usage(format!(
                "--fail-growth takes a share or an amount, e.g. 10% or 5MB, not {text:?}"
            ))
        };
        let trimmed = text.trim();
        let digits = trimmed
            .find(|char: char| !char.is_ascii_digit() && char != '.')
            .unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(digits);
        let number: f64 = number.parse().map_err(|_| wrong())?;
        match unit.trim() {
            "%" => Ok(Self::Share(number / 100.0)),
            "" => Ok(Self::Amount(number)),
            unit => units::factor(unit)
                .map(|factor| Self::Amount(number * factor))
                .ok_or_else(wrong),
        }
    }

    /// Whether a change is growth beyond the limit. From nothing, every share of it is.
    pub fn is_exceeded(self, change: &Change) -> bool {
        let grown = change.amount() as f64;
        grown > 0.0
            && match self {
                Self::Share(share) => grown > share * change.before.unsigned_abs() as f64,
                Self::Amount(amount) => grown > amount,
            }
    }
}

impl std::fmt::Debug for Diff {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Diff of {} functions", self.changes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_beyond_a_share_or_an_amount_is_too_much() {
        let change = |before, after| Change {
            name: String::new(),
            before,
            after,
        };
        for (limit, before, after, is_exceeded) in [
            ("10%", 100, 110, false),
            ("10%", 100, 111, true),
            ("10%", 100, 50, false),
            ("10%", 0, 1, true),
            ("10%", -100, -95, false),
            ("0%", 7, 7, false),
            ("5MB", 0, 5 << 20, false),
            ("5MB", 1, (5 << 20) + 2, true),
            ("1.5kb", 0, 1537, true),
            ("1000", 0, 1001, true),
        ] {
            let read = Limit::parse(limit).expect("a limit");
            assert_eq!(
                read.is_exceeded(&change(before, after)),
                is_exceeded,
                "{limit}: {before} to {after}"
            );
        }
        for wrong in ["", "%", "5 furlongs", "-5MB", "1e3", "a lot"] {
            assert!(Limit::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_ratio_is_one_of_what_can_be_compared() {
        for (before, after, text) in [
            (2, 3, "1.50x"),
            (1, 42, "42x"),
            (0, 5, "new"),
            (5, 0, "gone"),
            (-1, 5, ""),
        ] {
            let change = Change {
                name: String::new(),
                before,
                after,
            };
            assert_eq!(change.ratio_text(), text, "{before} to {after}");
        }
    }
}
