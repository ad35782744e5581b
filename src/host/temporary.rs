//! A new file where files are kept for a while, for another program to open.

use std::env;
use std::fs::OpenOptions;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::error::{Error, Result};

/// Writes a file with a name that nobody guesses, `PREFIX-….ENDING`, which only the user can read. It stays.
///
/// # Errors
/// [`Error::Io`].
pub fn save_temporary(bytes: &[u8], prefix: &str, ending: &str) -> Result<PathBuf> {
    let folder = env::temp_dir();
    let failed = |reason| Error::Io {
        name: folder.display().to_string(),
        reason,
    };
    for _ in 0..100 {
        let path = folder.join(format!("{prefix}-{:016x}.{ending}", random()));
        let mut options = OpenOptions::new();
        // Fails for whatever is there already, links too: nobody else says where this is written to.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(mut file) => {
                file.write_all(bytes).map_err(failed)?;
                return Ok(path);
            }
            Err(reason) if reason.kind() == io::ErrorKind::AlreadyExists => {}
            Err(reason) => return Err(failed(reason)),
        }
    }
    Err(failed(io::Error::from(io::ErrorKind::AlreadyExists)))
}

/// A number that the system has made up for this thread's hashes.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_new_and_the_users_own() {
        let paths = ["one", "two"].map(|text| save_temporary(text.as_bytes(), "heaptui-test", "html").unwrap());
        assert_ne!(paths[0], paths[1]);
        for (path, text) in paths.iter().zip(["one", "two"]) {
            assert_eq!(std::fs::read_to_string(path).unwrap(), text);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            }
            std::fs::remove_file(path).unwrap();
        }
    }
}
