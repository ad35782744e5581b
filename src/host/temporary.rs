//! Pages for a browser, in a folder of the user's own that does not grow for ever.

use std::env;
use std::fs::{self, DirBuilder, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, Result};

/// How long a page is kept after it was written.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Writes a page under a unique name, readable only by the user, and removes those older than a day.
///
/// # Errors
/// [`Error::Io`]; nothing of the page remains then.
pub fn save_page(bytes: &[u8], ending: &str) -> Result<PathBuf> {
    save_within(&env::temp_dir(), bytes, ending)
}

fn save_within(temporary: &Path, bytes: &[u8], ending: &str) -> Result<PathBuf> {
    let failed = |name: &Path, reason| Error::Io {
        name: name.display().to_string(),
        reason,
    };
    let folder = own_folder(temporary).map_err(|reason| failed(temporary, reason))?;
    remove_old(&folder, ending);
    let path = folder.join(format!("{:016x}.{ending}", random()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(|reason| failed(&path, reason))?;
    if let Err(reason) = file.write_all(bytes) {
        fs::remove_file(&path).unwrap_or_default();
        return Err(failed(&path, reason));
    }
    Ok(path)
}

/// The user's folder among those of others: found by its name, and used only if nobody else can write to it.
fn own_folder(temporary: &Path) -> io::Result<PathBuf> {
    let usual = temporary.join(format!("heaptui-{}", user()));
    if make(&usual).is_ok() || is_own(&usual) {
        return Ok(usual);
    }
    // Somebody else has taken the name.
    let other = temporary.join(format!("heaptui-{:016x}", random()));
    make(&other)?;
    Ok(other)
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(unix)]
fn is_own(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    // Of the name itself: a link leads where somebody else chose.
    fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir() && found.uid() == user() && found.mode() & 0o077 == 0)
}

/// There, the folder of temporary files is the user's own.
#[cfg(not(unix))]
fn user() -> &'static str {
    "pages"
}

#[cfg(not(unix))]
fn is_own(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir())
}

/// Best effort: a page that remains does no harm.
fn remove_old(folder: &Path, ending: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let age = entry
            .metadata()
            .and_then(|found| found.modified())
            .map(|time| time.elapsed());
        let is_old = age.is_ok_and(|age| age.is_ok_and(|age| age > KEPT));
        if is_old && path.extension().is_some_and(|own| own == ending) {
            fs::remove_file(path).unwrap_or_default();
        }
    }
}

/// A random number: the seed that the standard library gives this thread's hash maps.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_the_users_own_and_kept_for_a_day() {
        let temporary = tempfile::tempdir().unwrap();
        let paths = ["one", "two"].map(|text| save_within(temporary.path(), text.as_bytes(), "html").unwrap());
        assert_ne!(paths[0], paths[1]);
        for (path, text) in paths.iter().zip(["one", "two"]) {
            assert_eq!(fs::read_to_string(path).unwrap(), text);
        }
        #[cfg(unix)]
        for (path, mode) in [(&*paths[0], 0o600), (paths[0].parent().unwrap(), 0o700)] {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, mode);
        }
        let yesterday = std::time::SystemTime::now() - KEPT - Duration::from_secs(60);
        fs::File::options()
            .write(true)
            .open(&paths[0])
            .unwrap()
            .set_modified(yesterday)
            .unwrap();
        let third = save_within(temporary.path(), b"three", "html").unwrap();
        assert_eq!(paths.map(|path| path.exists()), [false, true]);
        assert!(third.exists());
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 1, "one folder");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_of_somebody_else_is_not_taken() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let temporary = tempfile::tempdir().unwrap();
        let usual = temporary.path().join(format!("heaptui-{}", user()));
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), &usual).unwrap();
        let page = save_within(temporary.path(), b"x", "html").unwrap();
        assert_ne!(page.parent(), Some(&*usual));
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
        fs::remove_file(&usual).unwrap();
        fs::create_dir(&usual).unwrap();
        fs::set_permissions(&usual, fs::Permissions::from_mode(0o777)).unwrap();
        let page = save_within(temporary.path(), b"x", "html").unwrap();
        assert_ne!(page.parent(), Some(&*usual), "everybody may write there");
    }
}
