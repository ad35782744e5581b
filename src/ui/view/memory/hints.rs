//! What the memory says beside other views: that resident memory is elsewhere, that what is in use is of long ago.

use crate::model::{Side, Snapshot, units};
use crate::report;
use crate::ui::session::Session;
use crate::ui::work::host::Probe;

/// A collection that is this old says that what is in use may have changed since; Go forces one every two minutes.
const OLD: i64 = 150;
/// A heap of which so many fit into resident memory says little of where that is.
const SMALL: u64 = 4;
/// Less resident memory than this is nobody's matter.
const LITTLE: u64 = 64 << 20;

/// That resident memory is far more than what a heap profile accounts for, in a few words.
pub(in crate::ui::view) fn hint(session: &Session, in_use: i64) -> Option<String> {
    let asked = session.probes.reply(Probe::Memory).snapshot();
    let last = || session.loaded.as_ref()?.side(Side::After).last();
    let resident = asked.or_else(last)?.resident?.bytes;
    let held = u64::try_from(in_use).ok()?.saturating_mul(SMALL);
    (resident >= LITTLE && held < resident).then(|| {
        let size = units::rounded(resident as f64, "bytes");
        format!("RSS is {size}: see Memory")
    })
}

/// That what is in use is told as of long ago, in a few words.
pub(in crate::ui::view) fn stale(session: &Session) -> Option<String> {
    let age = since_collection(session.snapshot()?)?;
    Some(format!("as of the last GC, {} before", report::seconds(age)))
}

/// How long before the snapshot the last collection was, where that is long.
fn since_collection(snapshot: &Snapshot) -> Option<f64> {
    let stats = snapshot.mem_stats()?;
    let last = i64::try_from(stats.last_gc).ok().filter(|last| *last > 0)?;
    let seconds = snapshot.time_nanos()?.saturating_sub(last) / 1_000_000_000;
    (seconds >= OLD).then_some(seconds as f64)
}

/// That in a sentence.
pub(super) fn old_collection(snapshot: &Snapshot) -> Option<String> {
    let age = report::seconds(since_collection(snapshot)?);
    Some(format!(
        "the last collection was {age} before: what the heap profile shows is as of then"
    ))
}
