//! Numbers as the screen has them: the report's, with counts in groups.

use crate::report::Report;

/// An amount of a report's sample type.
pub(in super::super) fn amount(report: &Report, value: i64) -> String {
    grouped(&report.format.value(value))
}

/// A text, with its digits in groups of three if it is a whole number of five or more: `250 338 435`. What has a unit
/// is never so long.
pub(in super::super) fn grouped(text: &str) -> String {
    let digits = text.trim_start_matches(['-', '+']);
    if digits.len() < 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_string();
    }
    let mut out = text[..text.len() - digits.len()].to_string();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_grouped_and_nothing_else() {
        for (text, wanted) in [
            ("250338435", "250 338 435"),
            ("-12345", "-12 345"),
            ("+100000", "+100 000"),
            ("1234", "1234"),
            ("0", "0"),
            ("", ""),
            ("123456.78MB", "123456.78MB"),
            ("12345kB", "12345kB"),
        ] {
            assert_eq!(grouped(text), wanted);
        }
    }
}
