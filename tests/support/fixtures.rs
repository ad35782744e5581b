//! The profiles beside this file.

use std::path::Path;
use std::sync::Arc;

use heaptui::decode;
use heaptui::model::Profile;

/// Every one of them, under its path.
pub(crate) fn all() -> impl Iterator<Item = (String, Arc<Profile>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let paths = std::fs::read_dir(folder)
        .expect("the fixtures")
        .map(|entry| entry.expect("a fixture").path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "gz"))
        .collect();
    paths.sort();
    assert!(paths.len() > 20, "there are fixtures");
    paths.into_iter().map(|path| {
        let file = std::fs::File::open(&path).expect("a fixture");
        let profile = decode::profile(file, decode::Budget::default(), &()).expect("a profile");
        (path.display().to_string(), Arc::new(profile))
    })
}
