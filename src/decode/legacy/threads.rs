//! Stacks of the threads of a C++ program (gperftools' `threadz`).
//!
//! ```text
//! --- threadz 1 ---
//!
//! --- Thread 7ff794845940 (name: main/14748) stack: ---
//!   PC: 0x00bc8f1c helper
//!   0x0040be31 main
//! --- Memory map: ---
//! ```

use super::finish::{finish, remove_double};
use super::text::{self, Cursor, Lines, find};
use crate::decode::budget::Account;
use crate::decode::builder::Builder;
use crate::error::{Error, Result};
use crate::model::Profile;

/// Whether the first line may be a title.
pub(in crate::decode) fn sniff(head: &[u8]) -> bool {
    text::first_line(head, |line| is_title(line) || is_thread(line))
}

/// Reads a thread profile.
pub(in crate::decode) fn parse(bytes: &[u8], account: &Account) -> Result<Option<Profile>> {
    let mut lines = Lines::new(bytes);
    let Some(mut line) = lines.next_content() else {
        return Ok(None);
    };
    if is_title(line) {
        let is_stack = |line: &&[u8]| line.starts_with(b"-") || text::is_memory_map(line);
        line = lines.find(is_stack).ok_or_else(cut)?;
    } else if !is_thread(line) {
        return Ok(None);
    }
    let mut builder = Builder::new(account, &[("thread", "count")], ("thread", "count"), 1);
    let mut stack = Vec::new();
    while !text::is_memory_map(line) && !line.starts_with(b"---- no stack trace for") {
        if !is_thread(line) {
            return Err(lines.error("neither a thread nor the end of a thread profile"));
        }
        let (addresses, next) = addresses(&mut lines)?;
        line = next;
        if addresses.is_empty() {
            // Same stack as the thread before: counted with it.
            if let Some(count) = builder.profile.samples.values[0].last_mut() {
                *count += 1;
            }
            continue;
        }
        stack.clear();
        // All but the innermost are return addresses.
        let depths = addresses.iter().enumerate();
        let calls = depths.map(|(depth, address)| address.wrapping_sub(u64::from(depth > 0)));
        stack.extend(calls.map(|address| builder.location(address, &[])));
        remove_double(&builder, &mut stack);
        builder.sample(&stack, &[], &[1])?;
    }
    lines.skip_to_memory_map(Some(line));
    Ok(Some(finish(builder, lines)?))
}

/// The addresses of a thread, empty if they are those of the thread before, and the line after them.
fn addresses<'b>(lines: &mut Lines<'b>) -> Result<(Vec<u64>, &'b [u8])> {
    let mut addresses = Vec::new();
    let mut is_same = false;
    for line in lines {
        let line = line.trim_ascii();
        if line.starts_with(b"---") {
            if is_same {
                addresses.clear();
            }
            return Ok((addresses, line));
        }
        if find(line, b"same as previous thread").is_some() {
            is_same = true;
        } else {
            text::addresses(line, &mut addresses)?;
        }
    }
    Err(cut())
}

fn cut() -> Error {
    Error::malformed("the thread profile has no end, such as a memory map: was it copied completely?")
}

/// `--- threadz 1 ---`
fn is_title(line: &[u8]) -> bool {
    let number = find(line, b"--- threadz ").map(|start| Cursor(&line[start + 12..]));
    number.is_some_and(|mut rest| rest.digits().is_some() && rest.take(b" ---").is_some())
}

/// `--- Thread 7ff794845940 (name: main/14748) stack: ---`
fn is_thread(line: &[u8]) -> bool {
    let Some(start) = find(line, b"--- Thread ") else {
        return false;
    };
    let mut rest = Cursor(&line[start + 11..]);
    let is_id = !rest.take_while(|byte| byte.is_ascii_hexdigit()).is_empty();
    if !is_id || rest.take(b" (name: ").is_none() {
        return false;
    }
    let Some(end) = find(rest.0, b") stack: ---") else {
        return false;
    };
    let slash = rest.0[..end].iter().rposition(|&byte| byte == b'/');
    slash.is_some_and(|slash| slash + 1 < end && rest.0[slash + 1..end].iter().all(u8::is_ascii_digit))
}
