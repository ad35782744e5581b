//! The binary CPU format of gperftools: machine words of 32 or 64 bits, in either byte order, then a memory map as text.
//!
//! A header of five words: 0, 3, 0 (1 for Java), the period in microseconds, 0. Then for each stack: its count, its
//! depth, and its addresses, innermost first. Count 0, depth 1, address 0 marks the end.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::finish::{finish, remove_double};
use super::java;
use super::text::Lines;
use crate::decode::budget::Account;
use crate::decode::builder::Builder;
use crate::error::{Error, Result};
use crate::model::Profile;

/// Whether the bytes may begin with a header: the words 0 and 3.
pub(in crate::decode) fn sniff(head: &[u8]) -> bool {
    // As words of four or eight bytes, in either byte order.
    matches!(
        head,
        [0, 0, 0, 0, 3, 0, 0, 0, ..]
            | [0, 0, 0, 0, 0, 0, 0, 3, ..]
            | [0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, ..]
            | [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, ..]
    )
}

/// Reads a binary CPU profile.
pub(in crate::decode) fn parse(bytes: &[u8], account: &Account) -> Result<Option<Profile>> {
    for (size, is_big_endian) in [(4, false), (4, true), (8, false), (8, true)] {
        let mut words = Words {
            rest: bytes,
            size,
            is_big_endian,
        };
        let header = [(); 5].map(|()| words.next());
        let [Some(0), Some(3), Some(kind @ 0..=1), Some(micros @ 1..), Some(0)] = header else {
            continue;
        };
        let period = (micros as i64).saturating_mul(1000);
        let types = [("samples", "count"), ("cpu", "nanoseconds")];
        let builder = Builder::new(account, &types, ("cpu", "nanoseconds"), period);
        let stacks = Stacks::read(&mut words)?;
        return Ok(Some(if kind == 0 {
            native(builder, stacks, words.rest)?
        } else {
            java::symbolize(builder, stacks.samples(period), words.rest)?
        }));
    }
    Ok(None)
}

struct Words<'b> {
    rest: &'b [u8],
    size: usize,
    is_big_endian: bool,
}

impl Words<'_> {
    fn next(&mut self) -> Option<u64> {
        let (word, rest) = self.rest.split_at_checked(self.size)?;
        self.rest = rest;
        let join = |word, &byte| word << 8 | u64::from(byte);
        Some(if self.is_big_endian {
            word.iter().fold(0, join)
        } else {
            word.iter().rev().fold(0, join)
        })
    }
}

/// Counts, and for each stack its range in the addresses of all.
struct Stacks {
    counts: Vec<(i64, Range<usize>)>,
    addresses: Vec<u64>,
}

impl Stacks {
    /// Reads up to the end mark or the end of the bytes. A stack's depth is trusted only as far as there are words.
    fn read(words: &mut Words<'_>) -> Result<Self> {
        let mut stacks = Self {
            counts: Vec::new(),
            addresses: Vec::new(),
        };
        let cut = || Error::malformed("the CPU profile ends in the middle of a stack: was it copied completely?");
        while !words.rest.is_empty() {
            let (count, depth) = words.next().zip(words.next()).ok_or_else(cut)?;
            let depth = usize::try_from(depth)
                .ok()
                .filter(|&depth| depth <= words.rest.len() / words.size)
                .ok_or_else(cut)?;
            let start = stacks.addresses.len();
            stacks.addresses.extend((0..depth).map_while(|_| words.next()));
            if count == 0 && stacks.addresses[start..] == [0] {
                stacks.addresses.truncate(start);
                break;
            }
            stacks.counts.push((count as i64, start..stacks.addresses.len()));
        }
        Ok(stacks)
    }

    /// Each stack with its values: samples, and nanoseconds of CPU.
    fn samples(&self, period: i64) -> impl Iterator<Item = (&[u64], [i64; 2])> + Clone {
        let values = move |count: i64| [count, count.saturating_mul(period)];
        self.counts
            .iter()
            .map(move |(count, range)| (&self.addresses[range.clone()], values(*count)))
    }
}

/// The profile of stacks that a signal handler unwound. All but the innermost address are return addresses.
fn native(mut builder: Builder, stacks: Stacks, memory_map: &[u8]) -> Result<Profile> {
    let period = builder.profile.period;
    let mut stacks: Vec<(Vec<u64>, [i64; 2])> = stacks
        .samples(period)
        .map(|(stack, values)| {
            let depths = stack.iter().enumerate();
            (
                depths
                    .map(|(depth, address)| address.wrapping_sub(u64::from(depth > 0)))
                    .collect(),
                values,
            )
        })
        .collect();
    // Up to two frames of the handler itself may follow the innermost: those that nearly every stack has in that place.
    for _ in 0..2 {
        let mut seconds: FxHashMap<u64, usize> = FxHashMap::default();
        for &second in stacks.iter().filter_map(|(stack, _)| stack.get(1)) {
            *seconds.entry(second).or_default() += 1;
        }
        let enough = stacks.len() - stacks.len() / 32;
        let Some(handler) = seconds
            .into_iter()
            .find_map(|(address, count)| (count >= enough).then_some(address))
        else {
            continue;
        };
        for (stack, _) in &mut stacks {
            if stack.get(1) == Some(&handler) {
                stack.remove(1);
            }
        }
    }
    let mut locations = Vec::new();
    for (stack, values) in stacks {
        locations.clear();
        locations.extend(stack.into_iter().map(|address| builder.location(address, &[])));
        remove_double(&builder, &mut locations);
        builder.sample(&locations, &[], &values)?;
    }
    finish(builder, Lines::new(memory_map))
}
