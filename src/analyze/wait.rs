//! What a goroutine waits for, derived from its stack.

/// The runtime function that parks a goroutine, and the state by Go's tracebacks.
const PARKED: &[(&str, &str)] = &[
    ("runtime.chanrecv", "chan receive"),
    ("runtime.chansend", "chan send"),
    ("runtime.selectgo", "select"),
    ("runtime.block", "select (no cases)"),
    ("runtime.netpollblock", "IO wait"),
    ("internal/poll.runtime_pollWait", "IO wait"),
    ("runtime.timeSleep", "sleep"),
    ("time.Sleep", "sleep"),
    ("sync.runtime_notifyListWait", "sync.Cond.Wait"),
    ("sync.runtime_SemacquireWaitGroup", "sync.WaitGroup.Wait"),
    ("sync.runtime_SemacquireRWMutexR", "sync.RWMutex.RLock"),
    ("sync.runtime_SemacquireRWMutex", "sync.RWMutex.Lock"),
    ("internal/sync.runtime_SemacquireMutex", "sync.Mutex.Lock"),
    ("sync.runtime_SemacquireMutex", "sync.Mutex.Lock"),
    ("sync.runtime_Semacquire", "semacquire"),
    ("os/signal.signal_recv", "syscall"),
    ("syscall.Syscall", "syscall"),
    ("syscall.syscall", "syscall"),
    ("runtime.coroswitch", "coroutine"),
];

/// The state of a goroutine by its frames, innermost first; `None` if nothing shows that it waits.
pub fn wait_state<'n>(frames: impl IntoIterator<Item = &'n str>) -> Option<&'static str> {
    frames.into_iter().find_map(|name| {
        let found = PARKED.iter().find(|(function, _)| {
            let rest = name.strip_prefix(function);
            // `chanrecv1` and `Syscall6` differ only in their arguments.
            rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        });
        found.map(|&(_, state)| state)
    })
}

#[cfg(test)]
mod tests {
    use super::wait_state;

    #[test]
    fn a_stack_tells_what_it_waits_for() {
        #[rustfmt::skip]
        let table: [(&[&str], Option<&str>); 5] = [
            (&["runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1", "main.awaitReply"], Some("chan receive")),
            (&["runtime.gopark", "runtime.selectgo", "net/http.(*persistConn).readLoop"], Some("select")),
            (&["internal/runtime/syscall.Syscall6", "syscall.RawSyscall6", "syscall.Syscall6"], Some("syscall")),
            (&["main.spin", "main.main", "runtime.main"], None),
            (&["main.chanrecv"], None),
        ];
        for (frames, state) in table {
            assert_eq!(wait_state(frames.iter().copied()), state, "{frames:?}");
        }
    }
}
