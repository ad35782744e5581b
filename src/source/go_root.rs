//! Finds the Go installation behind a program called `go`.
//!
//! Version managers put a script of their own on the `PATH`, a shim, which asks them which installation to use. To find
//! out, no program is run: the managers' files and variables say which version is chosen, and all versions are in one
//! folder.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// How a version manager stores what it installs and what it chooses.
struct Manager {
    /// Where versions are, below the folder that contains the shims.
    versions: &'static str,
    /// The variable that chooses a version.
    variable: &'static str,
    /// The file, in a folder or one of its parents, that chooses one.
    file: &'static str,
    /// What precedes the version in that file.
    key: &'static str,
}

const MANAGERS: &[Manager] = &[
    // asdf and mise.
    Manager {
        versions: "installs/golang",
        variable: "ASDF_GOLANG_VERSION",
        file: ".tool-versions",
        key: "golang ",
    },
    Manager {
        versions: "installs/go",
        variable: "MISE_GO_VERSION",
        file: ".tool-versions",
        key: "go ",
    },
    // goenv, then pyenv, for Python packages that include Go.
    Manager {
        versions: "versions",
        variable: "GOENV_VERSION",
        file: ".go-version",
        key: "",
    },
    Manager {
        versions: "versions",
        variable: "PYENV_VERSION",
        file: ".python-version",
        key: "",
    },
];

/// How many parents of a folder, and how many versions of a manager, are looked at.
const MAX_FOLDERS: usize = 32;
const MAX_VERSIONS: usize = 200;

/// Candidates for the root of the Go installation behind a program called `go`, the likeliest first; `folder` is the
/// user's working directory. The caller checks whether Go is there.
pub(super) fn behind(go: &Path, folder: &Path, variable: &dyn Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let own = fs::canonicalize(go).ok();
    let own = own.iter().filter_map(|go| go.parent()?.parent()).flat_map(inside);
    let Some(manager_root) = shims_of(go) else {
        return own.collect();
    };
    let managed = MANAGERS.iter().flat_map(|manager| {
        let versions = manager_root.join(manager.versions);
        let chosen = manager.chosen(folder, &manager_root, variable);
        let mut folders = chosen.map(|version| versions.join(version)).collect::<Vec<_>>();
        folders.extend(newest_first(&versions));
        folders
    });
    own.chain(managed.flat_map(|version| inside(&version))).collect()
}

/// The folder of the version manager, if the program is one of its shims.
fn shims_of(go: &Path) -> Option<PathBuf> {
    let shims = go.parent()?;
    (shims.file_name()? == "shims").then(|| shims.parent().map(Path::to_path_buf))?
}

/// Where Go may be inside an installed version: the folder itself, its `go`, Homebrew's `libexec`, a Python package.
fn inside(version: &Path) -> Vec<PathBuf> {
    let mut roots = ["", "go", "libexec"].map(|part| version.join(part)).to_vec();
    for python in newest_first(&version.join("lib")) {
        roots.push(python.join("site-packages/go"));
    }
    roots
}

impl Manager {
    /// The versions that the user chose: by variable, for the folder or one of its parents, globally.
    fn chosen(
        &self,
        folder: &Path,
        manager_root: &Path,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> impl Iterator<Item = String> {
        let named = variable(self.variable).and_then(|name| name.into_string().ok());
        let above = folder
            .ancestors()
            .take(MAX_FOLDERS)
            .map(|folder| folder.join(self.file));
        let home = variable("HOME").map(|home| Path::new(&home).join(self.file));
        let files = above.chain(home).chain([manager_root.join("version")]);
        let of_files = files.filter_map(|file| {
            let text = start_of(&file)?;
            let line = text.lines().find_map(|line| line.trim().strip_prefix(self.key))?;
            Some(line.split_whitespace().next()?.to_string())
        });
        let is_name = |version: &String| !version.contains(['/', '\\']) && version != "..";
        named.into_iter().chain(of_files.collect::<Vec<_>>()).filter(is_name)
    }
}

/// The first bytes of a file that should contain only a few names.
fn start_of(file: &Path) -> Option<String> {
    if !fs::metadata(file).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(file).ok()?.take(1 << 14).read_to_string(&mut text).ok()?;
    Some(text)
}

/// The subfolders, ordered by the numbers in their names, largest first.
fn newest_first(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(MAX_VERSIONS);
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort_by_key(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let numbers = name.split(|char: char| !char.is_ascii_digit());
        let numbers: Vec<u64> = numbers.filter_map(|number| number.parse().ok()).collect();
        std::cmp::Reverse((numbers, name))
    });
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes files; returns the first root with Go in it behind a program.
    fn found(files: &[(&str, &str)], go: &str, variables: &[(&str, &str)]) -> String {
        let disk = tempfile::tempdir().expect("a folder");
        for (file, text) in files {
            let path = disk.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders are made");
            fs::write(path, text).expect("files are written");
        }
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let roots = behind(&disk.path().join(go), &disk.path().join("work/deep"), &variable);
        let disk = fs::canonicalize(disk.path()).expect("it is there");
        let with_go = roots.iter().find(|root| root.join("src/runtime/proc.go").is_file());
        let found = with_go.and_then(|root| fs::canonicalize(root).ok());
        found.map_or("none".into(), |root| {
            root.strip_prefix(disk).unwrap_or(&root).display().to_string()
        })
    }

    #[test]
    fn go_is_found_behind_programs_and_shims() {
        let asdf: &[(&str, &str)] = &[
            (".asdf/shims/go", "#!"),
            (".asdf/installs/golang/1.9.7/go/src/runtime/proc.go", ""),
            (".asdf/installs/golang/1.22.10/go/src/runtime/proc.go", ""),
            (".asdf/installs/golang/1.22.9/go/src/runtime/proc.go", ""),
        ];
        let with = |more: &[(&'static str, &'static str)]| [asdf, more].concat();
        for (files, go, variables, root) in [
            // Itself, and what Python packages bring along.
            (
                vec![("go/bin/go", ""), ("go/src/runtime/proc.go", "")],
                "go/bin/go",
                &[][..],
                "go",
            ),
            (
                vec![
                    ("v/bin/go", "#!"),
                    ("v/lib/python3.12/site-packages/go/src/runtime/proc.go", ""),
                ],
                "v/bin/go",
                &[],
                "v/lib/python3.12/site-packages/go",
            ),
            // The newest, unless one is chosen.
            (with(&[]), ".asdf/shims/go", &[], ".asdf/installs/golang/1.22.10/go"),
            (
                with(&[("work/.tool-versions", "ruby 3\ngolang 1.9.7 # old\n")]),
                ".asdf/shims/go",
                &[],
                ".asdf/installs/golang/1.9.7/go",
            ),
            (
                with(&[("work/.tool-versions", "golang 1.9.7")]),
                ".asdf/shims/go",
                &[("ASDF_GOLANG_VERSION", "1.22.9")],
                ".asdf/installs/golang/1.22.9/go",
            ),
            (
                with(&[("work/.tool-versions", "golang ../../..")]),
                ".asdf/shims/go",
                &[],
                ".asdf/installs/golang/1.22.10/go",
            ),
            (
                vec![
                    (".goenv/shims/go", "#!"),
                    (".goenv/version", "1.21.0\n"),
                    (".goenv/versions/1.21.0/src/runtime/proc.go", ""),
                    (".goenv/versions/1.23.0/src/runtime/proc.go", ""),
                ],
                ".goenv/shims/go",
                &[],
                ".goenv/versions/1.21.0",
            ),
            (
                vec![
                    (".pyenv/shims/go", "#!"),
                    (
                        ".pyenv/versions/3.12.1/lib/python3.12/site-packages/go/src/runtime/proc.go",
                        "",
                    ),
                ],
                ".pyenv/shims/go",
                &[],
                ".pyenv/versions/3.12.1/lib/python3.12/site-packages/go",
            ),
            (
                vec![
                    ("mise/shims/go", "#!"),
                    ("mise/installs/go/1.22.1/src/runtime/proc.go", ""),
                ],
                "mise/shims/go",
                &[],
                "mise/installs/go/1.22.1",
            ),
            (vec![("shims/go", "#!")], "shims/go", &[], "none"),
        ] {
            assert_eq!(found(&files, go, variables), root, "{files:?}");
        }
    }
}
