//! Surveys many hosts concurrently, a limited number at a time, and parses what a host reports besides its profiles.
//!
//! Knows nothing of servers: the caller passes in how to ask a host.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;

/// Asks all hosts, at most `parallel` at once, and passes each result to `tell` as it arrives, with the host's index. Once
/// `stop` is set, no more hosts are asked.
pub fn survey<H: Sync, A: Send>(
    hosts: &[H],
    parallel: usize,
    stop: &AtomicBool,
    ask: &(dyn Fn(&H) -> A + Sync),
    tell: &mut dyn FnMut(usize, A),
) {
    let next = AtomicUsize::new(0);
    let (answers, answered) = channel();
    thread::scope(|scope| {
        for _ in 0..parallel.clamp(1, hosts.len().max(1)) {
            let (answers, next) = (answers.clone(), &next);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(host) = hosts.get(at) else { return };
                    if answers.send((at, ask(host))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(answers);
        for (at, answer) in answered {
            tell(at, answer);
        }
    });
}

/// What a process's metrics say that its profiles do not.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Resident memory, in bytes.
    pub rss: Option<f64>,
    /// When the process started, seconds since 1970 UTC.
    pub start: Option<f64>,
    /// The number of goroutines.
    pub goroutines: Option<f64>,
}

impl Metrics {
    /// Parses Prometheus's text format, as its Go client writes it. Missing metrics are `None`.
    pub fn parse(text: &[u8]) -> Self {
        let mut metrics = Self::default();
        for line in String::from_utf8_lossy(text).lines() {
            let mut words = line.split_ascii_whitespace();
            let field = match words.next() {
                Some("process_resident_memory_bytes") => &mut metrics.rss,
                Some("process_start_time_seconds") => &mut metrics.start,
                Some("go_goroutines") => &mut metrics.goroutines,
                _ => continue,
            };
            let value = words.next().and_then(|word| word.parse().ok());
            *field = value.filter(|value: &f64| value.is_finite() && *value >= 0.0);
        }
        metrics
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};

    use super::*;

    #[test]
    fn each_is_asked_once_and_so_many_at_a_time() {
        let hosts: Vec<usize> = (0..50).collect();
        // How many are asked now, and at most. The first four wait for each other.
        let state = (Mutex::new((0, 0)), Condvar::new());
        let ask = |host: &usize| {
            let (count, changed) = &state;
            let mut now = count.lock().unwrap();
            now.0 += 1;
            now.1 = now.1.max(now.0);
            changed.notify_all();
            if *host < 4 {
                now = changed.wait_while(now, |now| now.1 < 4).unwrap();
            }
            now.0 -= 1;
            host * 2
        };
        let mut answers = vec![None; 50];
        survey(&hosts, 4, &AtomicBool::new(false), &ask, &mut |at, answer| {
            assert_eq!(answers[at].replace(answer), None);
        });
        assert!((0..50).all(|at| answers[at] == Some(at * 2)));
        assert_eq!(state.0.lock().unwrap().1, 4);
        let none: [usize; 0] = [];
        survey(&none, 4, &AtomicBool::new(false), &ask, &mut |_, _| unreachable!());
        survey(&hosts, 4, &AtomicBool::new(true), &ask, &mut |_, _| unreachable!());
    }

    #[test]
    fn metrics_are_read_from_text() {
        let text = b"# HELP go_goroutines Number of goroutines.\ngo_goroutines 33\ngo_goroutines_x 1\n\
            process_resident_memory_bytes 5.8720256e+07\nprocess_start_time_seconds 1.79542e+09 1795420000000\n\xff\n";
        let expected = Metrics {
            rss: Some(58_720_256.0),
            start: Some(1_795_420_000.0),
            goroutines: Some(33.0),
        };
        assert_eq!(Metrics::parse(text), expected);
        for wrong in ["", "go_goroutines", "go_goroutines NaN", "go_goroutines -1", "<html>"] {
            assert_eq!(Metrics::parse(wrong.as_bytes()), Metrics::default(), "{wrong}");
        }
    }
}
