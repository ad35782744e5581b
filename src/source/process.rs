//! What the operating system knows of the memory of a local process.

use std::fs;

use crate::error::{Error, Result};

/// Resident memory of a process, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProcessMemory {
    /// The whole resident set.
    pub resident: u64,
    /// The part of it that is mapped files, if the system says.
    pub files: Option<u64>,
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

    /// The id of the process that listens on a TCP port of this machine. `None` if there is none or we may not look
    /// into it.
    pub fn listening(port: u16) -> Option<u32> {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
        let inodes: Vec<String> = tables
            .iter()
            .filter_map(|table| fs::read_to_string(table).ok())
            .flat_map(|table| listeners(&table, port))
            .collect();
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
fn listeners(table: &str, port: u16) -> Vec<String> {
    let ending = format!(":{port:04X}");
    let inode = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_it = words.get(1)?.ends_with(&ending) && *words.get(3)? == "0A";
        is_it.then(|| words.get(9).map(|inode| inode.to_string()))?
    };
    table.lines().filter_map(inode).collect()
}

#[cfg(test)]
mod tests {
    use super::{ProcessMemory, listeners};

    #[test]
    fn a_listening_socket_is_found_by_its_port() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                     \x20  0: 0100007F:17AC 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1\n\
                     \x20  1: 0100007F:17AC 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4243 1\n";
        assert_eq!(listeners(table, 6060), ["4242"]);
        assert!(listeners(table, 6061).is_empty());
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
