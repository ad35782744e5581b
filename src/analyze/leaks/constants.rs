//! The numbers behind the verdict, each with its reason and what happens when it moves.
//!
//! Found on 117 programs (63 that leak, 54 healthy), watched for a minute in 21 snapshots. Between the bounds that are given
//! no healthy program was called a leak; none of the numbers sits on an edge.

/// Bytes of growth in the window below which the heap is level. 32 to 256 KiB: no change; 1 MiB: two leaks missed.
pub(super) const HEAP_FLOOR: f64 = 131_072.0;
/// How much coarser the floor is for a heap that is only sampled: one sample is half a MiB.
pub(super) const SAMPLED_FLOOR: f64 = 8.0;
/// Goroutines below which a group is level. 2 to 10: no change.
pub(super) const GOROUTINE_FLOOR: f64 = 5.0;
/// A new high of a count is one more.
pub(super) const GOROUTINE_HIGH: f64 = 0.5;
/// Bytes of goroutine stacks below which they are level: the runtime takes them in spans, which come and go.
pub(super) const STACKS_FLOOR: f64 = 1_048_576.0;
/// Bytes outside Go's heap below which they are level: resident pages come and go by some MB.
pub(super) const OUTSIDE_FLOOR: f64 = 4_194_304.0;
/// Bytes of stack for each new goroutine above which the stacks are the news: a new goroutine has 2 to 8 KiB.
pub(super) const DEEP_STACK: f64 = 16_384.0;

/// A fall of more than this part of the growth is a swing. 0.1 to 0.6: no change.
pub(super) const SWING: f64 = 0.25;
/// What a new high exceeds the last by, as a part of the growth; and as a part of the floor.
pub(super) const HIGH_OF_GROWTH: f64 = 0.02;
/// See [`HIGH_OF_GROWTH`].
pub(super) const HIGH_OF_FLOOR: f64 = 0.125;
/// Growth has stopped after a pause so many times the longest before: a doubling buffer pauses twice as long each time.
/// 1.3: two leaks missed; 3: no change.
pub(super) const PAUSES: f64 = 2.0;
/// The shortest pause that can be an end, in intervals.
pub(super) const PAUSE_INTERVALS: f64 = 2.5;
/// And in snapshots. A verdict that is watched on for takes them further apart: one alone is no pause. Without it: a slow
/// leak, watched live for 60 s, was called level by the first snapshot behind.
pub(super) const PAUSE_SNAPSHOTS: usize = 2;
/// The two of them where there are few snapshots.
pub(super) const PAUSES_FEW: f64 = 1.5;
/// So many samples must have been due before a pause of a sampled series counts as one.
pub(super) const SAMPLES_DUE: f64 = 4.0;
/// Mean over deviation of the rates, times the root of their number: a random walk fails it, a trend passes.
/// 2: one leak missed; up to 8: fewer are told as leak instead of growing (53 to 47 of 61).
pub(super) const DRIFT: f64 = 4.0;
/// What is asked of a sampled series and of resident memory, which jitter by themselves.
pub(super) const DRIFT_NOISY: f64 = 3.0;
/// A part of the growth that a third must have brought to count.
pub(super) const THIRD: f64 = 0.15;
/// A last third with less than this part has stopped.
pub(super) const THIRD_STOPPED: f64 = 0.03;
/// The last third is slower than this part of the fastest: slowing. 0.5 to 0.9: 52 to 47 told as leak. Without the
/// test a cache that fills ever more slowly is a false alarm.
pub(super) const SLOWING: f64 = 0.7;
/// The part where there are three snapshots.
pub(super) const SLOWING_THREE: f64 = 0.8;
/// More new highs than this part of the snapshots is no staircase.
pub(super) const STEPS_HIGHS: f64 = 0.4;
/// A staircase has so many steps at least, and one pause of [`STEPS_PAUSE`] intervals. Without it: eight leaks missed.
pub(super) const STEPS: usize = 3;
/// See [`STEPS`].
pub(super) const STEPS_PAUSE: f64 = 2.9;
/// A staircase falls by less than this part of its rise.
pub(super) const STEPS_FALL: f64 = 0.10;

/// From so many snapshots on a leak may be told without more: with fewer, period and interval can make a line of a swing.
pub(super) const ENOUGH: usize = 15;
/// From so many on there are thirds of several values each.
pub(super) const THIRDS_OF_MANY: usize = 9;
/// So many show a trend at all.
pub(super) const FEWEST: usize = 3;

/// A function is named for at least this share of the exact growth: below 0.3 it was right 11 times in 100.
pub(super) const SHARE: f64 = 0.3;
/// A caller is passed over unless it keeps this part of what the stack keeps. Without it one call site of 50 is misnamed.
pub(super) const KEEPS_AS_MUCH: f64 = 0.5;
/// Called a leak by its own samples only if it keeps this part of what it allocates. 0.1 to 0.5: no change.
pub(super) const KEPT_LEAK: f64 = 0.5;
/// Called growing from this part on.
pub(super) const KEPT_GROWING: f64 = 0.25;
/// Standard deviations of net new samples for growing. 3: one leak missed.
pub(super) const SIGMAS_GROWING: f64 = 2.5;
/// And for a leak. 3 to 5: no change.
pub(super) const SIGMAS_LEAK: f64 = 4.0;
/// And for a leak that the exact heap shows too, but in few snapshots.
pub(super) const SIGMAS_FEW: f64 = 2.0;
/// Births without a death that make a function growing where there is no exact heap.
pub(super) const BIRTHS: i64 = 4;
/// Objects at most that are one thing made anew, ever larger: a buffer, a map.
pub(super) const REMADE: i64 = 3;
/// Functions that are tested one by one under a swinging heap.
pub(super) const TESTED: usize = 30;
/// The total must follow a function by this part, or it took the place of another.
pub(super) const TOTAL_FOLLOWS: f64 = 0.5;

/// Kept samples from which a name is sure: 9 and more were right 99.7 times in 100.
pub(super) const SAMPLES_SURE: i64 = 9;
/// The share from which it is.
pub(super) const SHARE_SURE: f64 = 0.6;
/// With fewer samples the mean size of what leaked must be within this factor of the function's blocks: 97 right in 100,
/// else 16.
pub(super) const SIZE_FITS: f64 = 2.5;

/// Groups of goroutines within this part of the largest are equal: the cause goes first, not the effect.
pub(super) const EQUAL_GROUPS: f64 = 0.9;
/// Growth outside Go goes first if it is so many times the heap's.
pub(super) const OUTSIDE_FIRST: f64 = 3.0;

/// A gap of so many intervals is a hole: what happened meanwhile is not known.
pub(super) const GAP: f64 = 3.0;
/// Snapshots closer than this part of the interval are a burst after a stall: one of them counts.
pub(super) const BURST: f64 = 0.3;
/// A process that allocates at this part of its usual pace over a hole was not stopped in it.
pub(super) const AT_PACE: f64 = 0.7;
