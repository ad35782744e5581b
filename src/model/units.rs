//! Units and how numbers are written. The one module that formats values and percentages.
//!
//! Source: pprof's `internal/measurement`. The families, aliases and factors are taken from there, and the
//! printed forms are checked against it byte for byte.

/// A family of units that convert into one another.
struct Family {
    /// (printed name, aliases in lower case and singular, factor to the base unit), smallest first.
    units: &'static [(&'static str, &'static [&'static str], f64)],
    /// The unit to print in, with its factor, when the wanted unit is not of this family.
    default: (&'static str, f64),
}

const HOUR: f64 = 3600.0 * 1e9;

const FAMILIES: [Family; 3] = [
    Family {
        units: &[
            ("B", &["b", "byte"], 1.0),
            ("kB", &["kb", "kbyte", "kilobyte"], (1u64 << 10) as f64),
            ("MB", &["mb", "mbyte", "megabyte"], (1u64 << 20) as f64),
            ("GB", &["gb", "gbyte", "gigabyte"], (1u64 << 30) as f64),
            ("TB", &["tb", "tbyte", "terabyte"], (1u64 << 40) as f64),
            ("PB", &["pb", "pbyte", "petabyte"], (1u64 << 50) as f64),
        ],
        default: ("B", 1.0),
    },
    Family {
        units: &[
            ("ns", &["ns", "nanosecond"], 1.0),
            ("us", &["μs", "us", "microsecond"], 1e3),
            ("ms", &["ms", "millisecond"], 1e6),
            ("s", &["s", "sec", "second"], 1e9),
            ("hrs", &["hour", "hr"], HOUR),
        ],
        default: ("s", 1e9),
    },
    Family {
        units: &[
            ("n*GCU", &["nanogcu"], 1e-9),
            ("u*GCU", &["microgcu"], 1e-6),
            ("m*GCU", &["milligcu"], 1e-3),
            ("GCU", &["gcu"], 1.0),
            ("k*GCU", &["kilogcu"], 1e3),
            ("M*GCU", &["megagcu"], 1e6),
            ("G*GCU", &["gigagcu"], 1e9),
            ("T*GCU", &["teragcu"], 1e12),
            ("P*GCU", &["petagcu"], 1e15),
        ],
        default: ("GCU", 1.0),
    },
];

impl Family {
    fn find(&self, unit: &str) -> Option<(&'static str, f64)> {
        let lower = unit.to_lowercase();
        let alias = if lower.len() > 2 {
            lower.strip_suffix('s').unwrap_or(&lower)
        } else {
            &lower
        };
        self.units
            .iter()
            .find(|(_, aliases, _)| aliases.contains(&alias))
            .map(|&(name, _, factor)| (name, factor))
    }

    /// The largest unit in which `value` (in the base unit) is at least 1.
    fn best(&self, value: f64) -> (&'static str, f64) {
        let fitting = self.units.iter().filter(|(_, _, factor)| value / factor >= 1.0);
        fitting
            .max_by(|a, b| a.2.total_cmp(&b.2))
            .map_or(self.default, |&(name, _, factor)| (name, factor))
    }
}

/// True when both units are of one family (bytes, times, …), or equal.
pub fn comparable(a: &str, b: &str) -> bool {
    a == b
        || FAMILIES
            .iter()
            .any(|family| family.find(a).is_some() && family.find(b).is_some())
}

/// Converts a value, and returns it with the unit to print after it (empty for counts).
/// `minimum` and `auto` choose the largest unit in which the value is at least 1; an unknown
/// unit gives the family's default. A value whose unit has no family stays as it is.
pub fn scale<'u>(value: i64, from: &str, to: &'u str) -> (f64, &'u str) {
    if value < 0 && value != i64::MIN {
        let (scaled, unit) = scale(-value, from, to);
        return (-scaled, unit);
    }
    let Some((family, (_, factor))) = FAMILIES.iter().find_map(|family| Some((family, family.find(from)?))) else {
        let plain = matches!(to, "count" | "sample" | "unit" | "minimum" | "auto");
        return (value as f64, if plain { "" } else { to });
    };
    let base = value as f64 * factor;
    let (name, factor) = match to {
        "minimum" | "auto" => family.best(base),
        _ => family.find(to).unwrap_or(family.default),
    };
    (base / factor, name)
}

/// The units that values in `from` may be printed in when `to` is asked for, smallest first, each as (printed name,
/// how many of `from` it is); then the unit for values smaller than all of them. For programs that format by themselves.
pub fn choices(from: &str, to: &str) -> (Vec<(String, f64)>, (String, f64)) {
    let Some((family, (_, factor))) = FAMILIES.iter().find_map(|family| Some((family, family.find(from)?))) else {
        let only = (scale(1, from, to).1.to_string(), 1.0);
        return (vec![only.clone()], only);
    };
    let choice = |name: &str, size: f64| (name.to_string(), size / factor);
    match to {
        "minimum" | "auto" => {
            let units = family.units.iter().map(|&(name, _, size)| choice(name, size));
            (units.collect(), choice(family.default.0, family.default.1))
        }
        _ => {
            let (name, size) = family.find(to).unwrap_or(family.default);
            (vec![choice(name, size)], choice(name, size))
        }
    }
}

/// The size of a unit in its family's base unit, e.g. 2^20 bytes for `MB`; `None` if the unit is unknown.
pub fn factor(unit: &str) -> Option<f64> {
    FAMILIES
        .iter()
        .find_map(|family| family.find(unit))
        .map(|(_, factor)| factor)
}

/// Formats a value in `from` as `to`: two decimals unless both are 0, and `0` without a unit.
pub fn label(value: i64, from: &str, to: &str) -> String {
    let (scaled, unit) = scale(value, from, to);
    let digits = format!("{scaled:.2}");
    match digits.strip_suffix(".00").unwrap_or(&digits) {
        "0" | "-0" => "0".to_string(),
        digits => format!("{digits}{unit}"),
    }
}

/// Formats a value for a sentence: three digits, a space, the unit: `46.9 MB`, `118 MB`, `0 B`.
pub fn rounded(value: f64, from: &str) -> String {
    let (scaled, unit) = scale(value.round() as i64, from, "auto");
    let digits = match scaled.abs() {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    let number = format!("{scaled:.digits$}");
    let number = if digits > 0 {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        &number
    };
    format!("{number} {unit}").trim_end().to_string()
}

/// Formats a count with commas between thousands: `1,234,567`.
pub fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::from(if value < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Formats `value` as a share of `total`, without sign, padded to six characters: `  100%`, `37.49%`, `  0.8%`, `    0%`.
pub fn percentage(value: i64, total: i64) -> String {
    let ratio = if total == 0 {
        0.0
    } else {
        (value as f64 / total as f64 * 100.0).abs()
    };
    if (99.95..=100.05).contains(&ratio) {
        "  100%".to_string()
    } else if ratio >= 1.0 {
        format!("{ratio:5.2}%")
    } else {
        format!("{:>5}%", two_digits(ratio))
    }
}

/// Formats a number below 1 with two significant digits, in C's `%.2g` notation.
fn two_digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    let scientific = format!("{value:.1e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent >= -4 {
        let decimals = usize::try_from(1 - exponent).unwrap_or(0);
        let fixed = format!("{value:.decimals$}");
        fixed.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        format!("{}e-{:02}", mantissa.trim_end_matches(".0"), -exponent)
    }
}
