//! The constants of the verdict, each with its reason and the effect of changing it.
//!
//! Determined with 117 programs (63 that leak, 54 healthy), each watched for a minute in 21 snapshots. Within the stated
//! ranges no healthy program was called a leak; no constant is at the edge of its range.

/// Growth in the window, in bytes, below which the heap is level. 32 to 256 KiB: no change; 1 MiB: two leaks missed.
pub(super) const HEAP_FLOOR: f64 = 131_072.0;
/// Factor on that floor for a heap that is only sampled: one sample is half a MiB.
pub(super) const SAMPLED_FLOOR: f64 = 8.0;
/// Growth of a group of goroutines below which it is level. 2 to 10: no change.
pub(super) const GOROUTINE_FLOOR: f64 = 5.0;
/// A new high of a count is at least one more.
pub(super) const GOROUTINE_HIGH: f64 = 0.5;
/// Growth of goroutine stacks, in bytes, below which they are level: the runtime takes them in spans, which come and go.
pub(super) const STACKS_FLOOR: f64 = 1_048_576.0;
/// Growth outside Go's heap, in bytes, below which it is level: resident memory fluctuates by some MB.
pub(super) const OUTSIDE_FLOOR: f64 = 4_194_304.0;
/// Bytes of stack per new goroutine above which the stacks are the finding: a new goroutine has 2 to 8 KiB.
pub(super) const DEEP_STACK: f64 = 16_384.0;

/// A fall of more than this share of the growth makes it a swing. 0.1 to 0.6: no change.
pub(super) const SWING: f64 = 0.25;
/// How far a new high must exceed the last, as a share of the growth; and as a share of the floor.
pub(super) const HIGH_OF_GROWTH: f64 = 0.02;
/// See [`HIGH_OF_GROWTH`].
pub(super) const HIGH_OF_FLOOR: f64 = 0.125;
/// A last value that rises so many times as far as any before it is a peak until the next bears it out: a buffer that was
/// caught in flight made 'in steps' of a steady leak. Twice is what a doubling does.
pub(super) const LAST_PEAK: f64 = 3.0;
/// A pause of this many times the longest pause before means that growth has stopped: a doubling buffer doubles its pauses.
/// 1.3: two leaks missed; 3: no change.
pub(super) const PAUSES: f64 = 2.0;
/// The shortest pause that can mean a stop, in intervals.
pub(super) const PAUSE_INTERVALS: f64 = 2.5;
/// The fewest snapshots without a new high that can mean a stop. A watch that goes on takes them further apart, and a single
/// one is no pause. Without it a slow leak, watched live for 60 s, was called level at the next snapshot.
pub(super) const PAUSE_SNAPSHOTS: usize = 2;
/// [`PAUSES`] and [`PAUSE_INTERVALS`] with few snapshots.
pub(super) const PAUSES_FEW: f64 = 1.5;
/// How many samples must have been expected during a pause of a sampled series for it to count.
pub(super) const SAMPLES_DUE: f64 = 4.0;
/// Mean over deviation of the rates, times the root of their number: a random walk fails it, a trend passes.
/// 2: one leak missed; up to 8: fewer are reported as leaks instead of growing (53 to 47 of 61).
pub(super) const DRIFT: f64 = 4.0;
/// [`DRIFT`] for sampled series and resident memory, which are noisy by nature.
pub(super) const DRIFT_NOISY: f64 = 3.0;
/// The share of the growth that a third must contribute to count.
pub(super) const THIRD: f64 = 0.15;
/// If the last third has a smaller share, growth has stopped.
pub(super) const THIRD_STOPPED: f64 = 0.03;
/// If the last third's growth is below this share of the fastest third's, it is slowing. 0.5 to 0.9: 52 to 47 reported as
/// leaks. Without the test a cache that fills ever more slowly is a false alarm.
pub(super) const SLOWING: f64 = 0.7;
/// With three snapshots, growth is slowing below this share of the first half's.
pub(super) const SLOWING_THREE: f64 = 0.8;
/// With new highs in more than this share of the snapshots, it is not a staircase.
pub(super) const STEPS_HIGHS: f64 = 0.4;
/// A staircase has at least this many steps, and a pause of [`STEPS_PAUSE`] intervals. Without it: eight leaks missed.
pub(super) const STEPS: usize = 3;
/// See [`STEPS`].
pub(super) const STEPS_PAUSE: f64 = 2.9;
/// A staircase falls by less than this share of its rise.
pub(super) const STEPS_FALL: f64 = 0.10;

/// How many snapshots are enough to report a leak: with fewer, a swing can look like a line.
pub(super) const ENOUGH: usize = 15;
/// From this many snapshots on, thirds have several values each.
pub(super) const THIRDS_OF_MANY: usize = 9;
/// The fewest snapshots that show a trend.
pub(super) const FEWEST: usize = 3;

/// A function is named if it has at least this share of the exact growth: below 0.3 it was right 11 times in 100.
pub(super) const SHARE: f64 = 0.3;
/// A caller is skipped unless it keeps this share of what the stack keeps. Without it one call site of 50 is misnamed.
pub(super) const KEEPS_AS_MUCH: f64 = 0.5;
/// A function is a leak by its own samples only if it keeps this share of what it allocates. 0.1 to 0.5: no change.
pub(super) const KEPT_LEAK: f64 = 0.5;
/// It is growing from this share on.
pub(super) const KEPT_GROWING: f64 = 0.25;
/// Standard deviations of net new samples that mean growing. 3: one leak missed.
pub(super) const SIGMAS_GROWING: f64 = 2.5;
/// Standard deviations of net new samples that mean a leak. 3 to 5: no change.
pub(super) const SIGMAS_LEAK: f64 = 4.0;
/// Standard deviations of net new samples that mean a leak where there are few snapshots, and the exact heap shows it too.
pub(super) const SIGMAS_FEW: f64 = 2.0;
/// Allocations without a free that make a function growing if there is no exact heap.
pub(super) const BIRTHS: i64 = 4;
/// At most this many objects can be one thing reallocated ever larger: a buffer, a map.
pub(super) const REMADE: i64 = 3;
/// How many functions are tested one by one if the heap swings.
pub(super) const TESTED: usize = 30;
/// The total must grow by this share of a function's growth, or the function replaced another.
pub(super) const TOTAL_FOLLOWS: f64 = 0.5;

/// With this many kept samples a name is certain: with 9 or more it was right 99.7 times in 100.
pub(super) const SAMPLES_SURE: i64 = 9;
/// The share from which a name is certain.
pub(super) const SHARE_SURE: f64 = 0.6;
/// With fewer samples the mean size of what leaked must be within this factor of the function's block size: then 97
/// right in 100, otherwise 16.
pub(super) const SIZE_FITS: f64 = 2.5;

/// Groups of goroutines within this share of the largest count as equal: the cause comes first, not the effect.
pub(super) const EQUAL_GROUPS: f64 = 0.9;
/// Goroutines that become more as fast as others, within this share, come with them: a connection has one that reads and one
/// that writes.
pub(super) const SAME_RATE: f64 = 0.05;
/// Growth outside Go comes first if it is this many times the heap's.
pub(super) const OUTSIDE_FIRST: f64 = 3.0;

/// A gap of this many intervals is a hole: what happened in it is unknown.
pub(super) const GAP: f64 = 3.0;
/// Snapshots closer than this share of the interval are a burst after a stall: one of them counts.
pub(super) const BURST: f64 = 0.3;
/// A process that allocated at this share of its usual rate during a hole was not stopped in it.
pub(super) const AT_PACE: f64 = 0.7;
