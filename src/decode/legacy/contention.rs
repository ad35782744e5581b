//! Block and mutex profiles: Go's with `debug=1` (`--- contention:`, `--- mutex:`) and the C++ ones (`--- contentionz 1 ---`).
//!
//! ```text
//! --- mutex:
//! cycles/second=2300019693
//! sampling period=5
//! 7852800 2 @ 0x4868e9 0x85c6db       cycles, contentions, return addresses
//! ```

use super::finish::finish;
use super::record::Records;
use super::text::{self, Cursor, Lines, decimal};
use crate::decode::budget::Account;
use crate::decode::builder::Builder;
use crate::error::Result;
use crate::model::Profile;

/// Whether the first line may be a title.
pub(in crate::decode) fn sniff(head: &[u8]) -> bool {
    text::first_line(head, is_title)
}

/// Reads a contention profile.
pub(in crate::decode) fn parse(bytes: &[u8], account: &Account) -> Result<Option<Profile>> {
    let mut lines = Lines::new(bytes);
    if !lines.next_content().is_some_and(is_title) {
        return Ok(None);
    }
    let Some((clock, mut line)) = Clock::read(&mut lines) else {
        return Ok(None);
    };
    let types = [("contentions", "count"), ("delay", "nanoseconds")];
    let mut records = Records::new(Builder::new(account, &types, ("contentions", "count"), clock.period));
    records.builder.profile.duration_nanos = clock.millis.saturating_mul(1_000_000);
    while let Some(current) = line.map(<[u8]>::trim_ascii) {
        if current.starts_with(b"---") {
            break;
        } else if text::is_comment(current) {
            records.comment(current)?;
        } else {
            let what = "not a row of a contention profile, `cycles count @ addresses`";
            let (cycles, count, addresses) = row(current).ok_or_else(|| lines.error(what))?;
            let values = decimal(cycles).zip(decimal(count));
            let (cycles, count) = values.ok_or_else(|| lines.error("a number of more than 64 bits"))?;
            records.row(&clock.values(cycles, count), addresses)?;
        }
        line = lines.next();
    }
    lines.skip_to_memory_map(line);
    Ok(Some(finish(records.finish()?, lines)?))
}

fn is_title(line: &[u8]) -> bool {
    let titles: [&[u8]; 3] = [b"--- contentionz ", b"--- mutex:", b"--- contention:"];
    titles.iter().any(|title| line.starts_with(title))
}

/// Converts cycles to nanoseconds. 0 where the profile does not say.
struct Clock {
    cycles_per_second: i64,
    /// One contention in this many was sampled.
    period: i64,
    millis: i64,
}

impl Clock {
    /// Reads `name = value` lines; returns also the line after them, if any. `None` if the text is another format.
    fn read<'b>(lines: &mut Lines<'b>) -> Option<(Self, Option<&'b [u8]>)> {
        let mut clock = Self {
            cycles_per_second: 0,
            period: 1,
            millis: 0,
        };
        loop {
            let line = lines.next();
            let Some(text) = line.map(<[u8]>::trim_ascii) else {
                return Some((clock, None));
            };
            if text::is_comment(text) {
                continue;
            }
            let Some(sign) = text
                .iter()
                .position(|&byte| byte == b'=')
                .filter(|_| !text.starts_with(b"---"))
            else {
                return Some((clock, line));
            };
            let value = decimal(text[sign + 1..].trim_ascii());
            match text[..sign].trim_ascii() {
                b"cycles/second" => clock.cycles_per_second = value?,
                b"sampling period" => clock.period = value?,
                b"ms since reset" => clock.millis = value?,
                b"discarded samples" => {}
                // `format` and `resolution` are Java's.
                _ => return None,
            }
        }
    }

    /// The values of a row, scaled: contentions, and nanoseconds of delay.
    fn values(&self, cycles: i64, count: i64) -> [i64; 2] {
        if self.period <= 0 {
            return [count, cycles];
        }
        let nanos = if self.cycles_per_second > 0 {
            let cycles_per_nano = self.cycles_per_second as f64 / 1e9;
            (cycles as f64 * self.period as f64 / cycles_per_nano) as i64
        } else {
            cycles
        };
        [count.saturating_mul(self.period), nanos]
    }
}

fn row(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut cursor = Cursor(line);
    let cycles = cursor.digits()?;
    cursor.spaces();
    let count = cursor.digits()?;
    cursor.take(b" @")?;
    Some((cycles, count, text::address_list(cursor.0)))
}
