//! What the system knows of a local process's memory.

use std::fs;

use crate::error::{Error, Result};

/// Resident memory of a process, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProcessMemory {
    /// All of it.
    pub resident: u64,
    /// Of it mapped files, where the system tells.
    pub files: Option<u64>,
}

impl ProcessMemory {
    /// That of the process `pid`, from `/proc/PID/status`.
    ///
    /// # Errors
    /// [`Error::Io`] where there is no such process or no `/proc`.
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

    /// Reads the lines `VmRSS:   10348 kB` and `RssFile:`, which are in KiB whatever they say.
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

#[cfg(test)]
mod tests {
    use super::ProcessMemory;

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
