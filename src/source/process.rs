//! What the operating system knows of the memory of a local process.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Resident memory of a process, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProcessMemory {
    /// The whole resident set.
    pub resident: u64,
    /// The part of it that is mapped files, if the system says.
    pub files: Option<u64>,
}

/// What a server of this machine listens on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Listener {
    /// A TCP port.
    Port(u16),
    /// A Unix socket.
    Socket(PathBuf),
}

impl ProcessMemory {
    /// Memory of the process `pid`, from `/proc/PID/status`.
    ///
    /// # Errors
    /// [`Error::Io`] if there is no such process or no `/proc`.
    pub fn of(pid: u32) -> Result<Self> {
        let name = format!("/proc/{pid}/status");
        let failed = |reason| Error::Io {
            name: name.clone(),
            reason,
        };
        let status = fs::read_to_string(&name).map_err(failed)?;
        let missing = || std::io::Error::other("it has no VmRSS: a process of the system's own, or one that has ended");
        Self::parse(&status).ok_or_else(|| failed(missing()))
    }

    /// The id of the process of this machine that listens there. `None` if there is none or we may not look into it.
    pub fn listening(listener: &Listener) -> Option<u32> {
        let tables: &[&str] = match listener {
            Listener::Port(_) => &["/proc/net/tcp", "/proc/net/tcp6"],
            Listener::Socket(_) => &["/proc/net/unix"],
        };
        let read = |table: &&str| fs::read_to_string(table).ok();
        let inodes = |table: String| match listener {
            Listener::Port(port) => at_port(&table, *port),
            Listener::Socket(path) => at_socket(&table, &[path.clone(), fs::canonicalize(path).unwrap_or_default()]),
        };
        let inodes: Vec<String> = tables.iter().filter_map(read).flat_map(inodes).collect();
        let is_one = |entry: &fs::DirEntry| {
            let target = fs::read_link(entry.path()).unwrap_or_default();
            let target = target.to_string_lossy();
            let inode = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
            inode.is_some_and(|inode| inodes.iter().any(|known| known == inode))
        };
        if inodes.is_empty() {
            return None;
        }
        let processes = fs::read_dir("/proc").ok()?.flatten();
        let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        pids.find(|pid| {
            let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
            open.into_iter().any(|entry| is_one(&entry))
        })
    }

    /// Whether these are the arguments that a process was called with, a NUL between them, as far as the system tells them.
    pub fn was_called(pid: u32, arguments: &[u8]) -> bool {
        let bare = |bytes: &[u8]| bytes.trim_ascii().to_vec();
        let without_end = |bytes: &[u8]| bytes.strip_suffix(b"\0").map_or_else(|| bare(bytes), bare);
        let known = fs::read(format!("/proc/{pid}/cmdline"));
        known
            .ok()
            .is_none_or(|known| known.is_empty() || without_end(&known) == without_end(arguments))
    }

    /// Parses the lines `VmRSS:   10348 kB` and `RssFile:`, which are in KiB although they say kB.
    fn parse(status: &str) -> Option<Self> {
        let value = |key: &str| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
            let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
            kib.checked_mul(1024)
        };
        Some(Self {
            resident: value("VmRSS")?,
            files: value("RssFile"),
        })
    }
}

/// The inodes of the sockets that listen on a port. Source: proc(5), `/proc/net/tcp`: the second and fourth words are
/// the local address and the state, in hexadecimal, the tenth is the inode; state 0A is listening.
fn at_port(table: &str, port: u16) -> Vec<String> {
    let ending = format!(":{port:04X}");
    let inode = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_it = words.get(1)?.ends_with(&ending) && *words.get(3)? == "0A";
        is_it.then(|| words.get(9).map(|inode| inode.to_string()))?
    };
    table.lines().filter_map(inode).collect()
}

/// The inodes of the Unix sockets that listen at one of these paths. Source: proc(5), `/proc/net/unix`: the fourth word is
/// the flags, of which `__SO_ACCEPTCON` (Linux, `include/uapi/linux/net.h`) is a listener's, the seventh is the inode, and what
/// follows is the path that the server gave.
fn at_socket(table: &str, paths: &[PathBuf]) -> Vec<String> {
    const LISTENS: u32 = 1 << 16;
    let inode = |line: &str| {
        let mut rest = line;
        let words: Vec<&str> = (0..7)
            .map_while(|_| {
                let (word, behind) = rest.trim_start().split_once(' ')?;
                rest = behind;
                Some(word)
            })
            .collect();
        let flags = u32::from_str_radix(words.get(3)?, 16).ok()?;
        let is_it = flags & LISTENS != 0 && paths.iter().any(|path| *path == *Path::new(rest.trim_start()));
        is_it.then(|| words.get(6).map(|inode| inode.to_string()))?
    };
    table.lines().filter_map(inode).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{ProcessMemory, at_port, at_socket};

    #[test]
    fn a_listening_socket_is_found_by_its_port() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                     \x20  0: 0100007F:17AC 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1\n\
                     \x20  1: 0100007F:17AC 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4243 1\n";
        assert_eq!(at_port(table, 6060), ["4242"]);
        assert!(at_port(table, 6061).is_empty());
    }

    #[test]
    fn a_listening_socket_is_found_by_its_path() {
        let table = "Num       RefCount Protocol Flags    Type St Inode Path\n\
                     0000000000000000: 00000002 00000000 00010000 0001 01 4242 /run/a b.sock\n\
                     0000000000000000: 00000003 00000000 00000000 0001 03 4243 /run/a b.sock\n\
                     0000000000000000: 00000003 00000000 00000000 0001 03 4244\n";
        assert_eq!(at_socket(table, &[PathBuf::from("/run/a b.sock")]), ["4242"]);
        assert!(at_socket(table, &[PathBuf::from("/run/a"), PathBuf::new()]).is_empty());
    }

    #[test]
    fn the_status_of_a_process_tells_its_memory() {
        let status =
            "Name:\tgo\nVmHWM:\t   20000 kB\nVmRSS:\t   10348 kB\nRssAnon:\t    1900 kB\nRssFile:\t    8448 kB\n";
        let told = ProcessMemory::parse(status).unwrap();
        assert_eq!((told.resident, told.files), (10348 << 10, Some(8448 << 10)));
        assert_eq!(ProcessMemory::parse("Name:\tkthreadd\n"), None);
        assert_eq!(ProcessMemory::parse("VmRSS:\t99999999999999999999 kB\n"), None);
    }
}
