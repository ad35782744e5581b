//! Finds source code by the file name that a profile gives.
//!
//! Knows where pprof looks, and where Go keeps source code that pprof does not look for: the module cache, `vendor`,
//! Go's own. A name in a profile is untrusted, so only regular files of moderate size are opened, and only if their
//! name, after following links, has an extension of source code.

use std::borrow::Cow;
use std::env;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::go_root;

/// A file's text, or why it could not be found.
pub type Answer = Result<Code, NotFound>;

/// Source code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Code {
    /// The text; bytes that are not UTF-8 became U+FFFD.
    pub text: String,
    /// The file's path.
    pub path: PathBuf,
    /// The rule that found it.
    pub rule: Rule,
    /// When the file was modified, nanoseconds since 1970 UTC; `None` if that says nothing about what was built.
    pub written_nanos: Option<i64>,
}

/// The rule by which a file was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// As pprof does: under its name, or below one of the folders or their parents.
    AsPprof,
    /// In a cache of downloaded modules, by module path and version.
    ModuleCache,
    /// In a `vendor` folder.
    Vendor,
    /// Among the sources of a Go installation.
    GoRoot,
    /// In a module whose `go.mod` names the module path.
    GoMod,
    /// By the last parts of its path.
    LastFolders,
}

impl Rule {
    /// A phrase for the rule, if pprof would not have found the file.
    pub fn beyond_pprof(self) -> Option<&'static str> {
        match self {
            Self::AsPprof => None,
            Self::ModuleCache => Some("in the module cache"),
            Self::Vendor => Some("in a vendor folder"),
            Self::GoRoot => Some("among the sources of a Go installation"),
            Self::GoMod => Some("where go.mod says that its module is"),
            Self::LastFolders => Some("by the last folders of its name"),
        }
    }
}

/// The file was not found, or may not be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotFound {
    /// pprof's own message for the failure.
    pub reason: String,
    /// Other places that were tried, one phrase each.
    pub tried: Vec<String>,
}

/// The places to look for source code, whatever the file.
#[derive(Clone, Debug, Default)]
pub struct CodeFinder {
    /// The working directory.
    pub folder: PathBuf,
    /// Folders of downloaded Go modules.
    pub module_caches: Vec<PathBuf>,
    /// Folders of Go installations.
    pub go_roots: Vec<PathBuf>,
}

/// Larger files are not source code written by a person. Bytes.
const MAX_SIZE: u64 = 8 << 20;
/// How many parts of a path, or parents of a folder, are tried.
const MAX_DEPTH: usize = 32;

/// Extensions of source code, in lower case.
const EXTENSIONS: &[&str] = &[
    "go", "s", "asm", "c", "h", "cc", "cpp", "cxx", "c++", "hh", "hpp", "hxx", "inc", "inl", "ipp", "m", "mm", "cu",
    "rs", "py", "pyx", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "java", "kt", "kts", "scala", "swift",
    "rb", "php", "zig", "d", "nim", "cs", "fs", "hs", "ml", "mli", "ex", "exs", "erl", "lua", "dart", "jl", "r", "pl",
    "pm", "f90", "y", "rl", "templ", "qtpl",
];

impl CodeFinder {
    /// The places that the environment names: `GOMODCACHE`, `GOPATH`, `GOROOT`, and `go` on the `PATH`.
    pub fn local() -> Self {
        let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let home = variable("HOME").map(PathBuf::from);
        let mut module_caches: Vec<PathBuf> = variable("GOMODCACHE").map(PathBuf::from).into_iter().collect();
        let gopath = variable("GOPATH").unwrap_or_default();
        let gopaths = env::split_paths(&gopath).filter(|folder| !folder.as_os_str().is_empty());
        module_caches.extend(
            gopaths
                .chain(home.map(|home| home.join("go")))
                .map(|folder| folder.join("pkg/mod")),
        );

        let on_path = variable("PATH").unwrap_or_default();
        let folder = working_directory();
        let programs = env::split_paths(&on_path).map(|folder| folder.join("go"));
        let of_program: Vec<PathBuf> = programs
            .filter(|go| go.is_file())
            .flat_map(|go| go_root::behind(&go, &folder, &variable))
            .collect();
        let usual = [
            "/usr/local/go",
            "/usr/lib/go",
            "/usr/lib/golang",
            "/opt/homebrew/opt/go/libexec",
        ];
        let go_roots = variable("GOROOT")
            .map(PathBuf::from)
            .into_iter()
            .chain(of_program)
            .chain(usual.map(PathBuf::from));
        Self {
            folder,
            module_caches: distinct(module_caches.into_iter().filter(|folder| folder.is_dir())),
            go_roots: distinct(go_roots.filter(|root| root.join("src/runtime").is_dir())),
        }
    }

    /// Looks for a file as pprof does: `path` as it is if absolute, else in each of `folders` (separated by colons) and all
    /// their parents; then for `name` where Go keeps source code, and below `folders` by the longest tail of the path.
    ///
    /// # Errors
    /// [`NotFound`] if no place has the file, or if it may not be shown.
    pub fn find(&self, name: &str, path: &str, folders: &str) -> Answer {
        let reason = match as_pprof(path, folders) {
            Ok(code) => return Ok(code),
            Err(reason) => reason,
        };
        let name = &*slashed(name);
        if !is_source(Path::new(name)) || name.split('/').any(|part| part == "..") {
            return Err(NotFound { reason, tried: vec![] });
        }
        let mut tried: Vec<(Rule, String, Vec<PathBuf>)> = Vec::new();
        let folders: Vec<&Path> = folders.split(':').map(Path::new).collect();
        let in_modules = module_paths(name);
        for cache in self.module_caches.iter().filter(|_| !in_modules.is_empty()) {
            tried.push((
                Rule::ModuleCache,
                cache.display().to_string(),
                in_modules.iter().map(|path| cache.join(path)).collect(),
            ));
        }
        if let Some(path) = vendored_path(name) {
            let above = folders.iter().flat_map(|folder| folder.ancestors().take(MAX_DEPTH));
            let paths = above.map(|folder| folder.join("vendor").join(&path)).collect();
            tried.push((Rule::Vendor, "vendor".to_string(), paths));
        }
        let in_go = go_paths(name);
        for root in self.go_roots.iter().filter(|_| !in_go.is_empty()) {
            let source = root.join("src");
            tried.push((
                Rule::GoRoot,
                source.display().to_string(),
                in_go.iter().map(|path| source.join(path)).collect(),
            ));
        }
        if self.go_roots.is_empty() && !in_go.is_empty() {
            tried.push((
                Rule::GoRoot,
                "a Go installation (GOROOT, go on the PATH, /usr/local/go: there is none)".into(),
                vec![],
            ));
        }
        if in_modules.is_empty() {
            let below: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
            let place = format!("{} by its last folders", below.join(":"));
            tried.push((Rule::GoMod, String::new(), paths_in_modules(name, &folders)));
            tried.push((Rule::LastFolders, place, own_paths(name, &folders)));
        }
        for (rule, _, paths) in &tried {
            if let Some(code) = paths.iter().find_map(|path| read(path, *rule).ok()) {
                return Ok(code);
            }
        }
        let places = tried.into_iter().map(|(_, place, _)| place);
        let tried = places.filter(|place| !place.is_empty()).collect();
        Err(NotFound { reason, tried })
    }
}

/// The working directory as the shell names it (`$PWD`) if that is right, as in Go.
fn working_directory() -> PathBuf {
    let actual = env::current_dir().unwrap_or_default();
    let called = env::var_os("PWD").map(PathBuf::from).filter(|path| path.is_absolute());
    match called.and_then(|called| Some((fs::canonicalize(&called).ok()?, called))) {
        Some((same, called)) if same == actual => called,
        _ => actual,
    }
}

fn distinct(paths: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut kept: Vec<PathBuf> = Vec::new();
    for path in paths {
        if !kept.contains(&path) {
            kept.push(path);
        }
    }
    kept
}

fn is_source(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.contains(&&*extension.to_lowercase()))
}

/// Source: pprof's `openSourceFile`.
fn as_pprof(path: &str, folders: &str) -> Result<Code, String> {
    if path.starts_with('/') {
        return read(Path::new(path), Rule::AsPprof).map_err(|reason| format!("open {path}: {}", words(&reason)));
    }
    let mut refused = None;
    for folder in folders.split(':').filter(|_| !folders.is_empty()) {
        for folder in Path::new(folder).ancestors().take(MAX_DEPTH) {
            let candidate = folder.join(path);
            match read(&candidate, Rule::AsPprof) {
                Ok(code) => return Ok(code),
                Err(reason) if reason.kind() == io::ErrorKind::Unsupported => refused = Some(reason),
                Err(_) => {}
            }
        }
    }
    let refused = refused.map_or_else(String::new, |reason| format!(" ({reason})"));
    Err(format!("could not find file {path} on path {folders}{refused}"))
}

/// An I/O error in Go's words.
fn words(reason: &io::Error) -> String {
    let text = reason.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// Reads a file that a rule found, if it may be shown; a refusal is [`io::ErrorKind::Unsupported`].
fn read(path: &Path, rule: Rule) -> io::Result<Code> {
    let refuse = |why: &str| Err(io::Error::new(io::ErrorKind::Unsupported, why));
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return refuse("not opened, as it is not a regular file");
    }
    if !is_source(path) || !is_source(&fs::canonicalize(path)?) {
        return refuse("not opened, as it is not called like source code");
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_SIZE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_SIZE {
        return refuse("not opened, as it is larger than 8 MiB");
    }
    // A file in the module cache is the version that was built, whenever it was downloaded.
    let written = metadata.modified().ok().filter(|_| rule != Rule::ModuleCache);
    let since = written.and_then(|written| written.duration_since(UNIX_EPOCH).ok());
    Ok(Code {
        text: String::from_utf8_lossy(&bytes).into_owned(),
        path: path.to_path_buf(),
        rule,
        written_nanos: since.and_then(|since| i64::try_from(since.as_nanos()).ok()),
    })
}

/// Turns a Windows path into a slashed one without drive: `C:\proj\fib.go` becomes `/proj/fib.go`.
fn slashed(name: &str) -> Cow<'_, str> {
    let without_drive = match name.as_bytes() {
        [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic() => &name[2..],
        _ if !name.contains('/') => name,
        _ => return Cow::Borrowed(name),
    };
    match without_drive.contains('\\') {
        true => Cow::Owned(without_drive.replace('\\', "/")),
        false => Cow::Borrowed(without_drive),
    }
}

/// Paths of a downloaded module's file below a module cache: `github.com/A/b@v1.2.3/c.go` is `github.com/!a/b@v1.2.3/c.go`.
/// Source of the escapes: Go's `module.EscapePath`.
fn module_paths(name: &str) -> Vec<String> {
    if let Some((_, rest)) = name.rsplit_once("/pkg/mod/") {
        return vec![rest.to_string()];
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let Some(version) = parts.iter().take(MAX_DEPTH).position(|part| part.contains('@')) else {
        return vec![];
    };
    let starts = if name.starts_with('/') { 0..=version } else { 0..=0 };
    let paths = starts.flat_map(|start| {
        let (module, file) = (parts[start..=version].join("/"), parts[version + 1..].join("/"));
        [format!("{}/{file}", escaped(&module)), format!("{module}/{file}")]
    });
    paths.collect()
}

fn escaped(module: &str) -> String {
    let mut escaped = String::with_capacity(module.len());
    for char in module.chars() {
        if char.is_ascii_uppercase() {
            escaped.push('!');
        }
        escaped.push(char.to_ascii_lowercase());
    }
    escaped
}

fn unescaped(module: &str) -> String {
    let mut parts = module.split('!');
    let mut plain = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let mut chars = part.chars();
        plain.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        plain.push_str(chars.as_str());
    }
    plain
}

/// The path of a module's file below a `vendor` folder: `github.com/A/b@v1.2.3/c.go` is `github.com/A/b/c.go`.
fn vendored_path(name: &str) -> Option<String> {
    if let Some((_, rest)) = name.rsplit_once("/vendor/") {
        return Some(rest.to_string());
    }
    let module = name.rsplit_once("/pkg/mod/").map(|(_, rest)| unescaped(rest));
    let path = module.as_deref().unwrap_or(name);
    match path.split_once('@') {
        _ if path.starts_with('/') => None,
        Some((module, rest)) => rest.split_once('/').map(|(_, file)| format!("{module}/{file}")),
        None => path
            .split('/')
            .next()
            .is_some_and(|site| site.contains('.') && site.len() < path.len())
            .then(|| path.to_string()),
    }
}

/// Paths below Go's `src` for a file that may be Go's own: `runtime/proc.go`, `/opt/go1.22/src/runtime/proc.go`.
fn go_paths(name: &str) -> Vec<String> {
    let is_of_go = |path: &&str| {
        let package = path.split_once('/').map(|(first, _)| first);
        package.is_some_and(|first| !first.is_empty() && !first.contains(['.', '@']))
    };
    if let Some(rest) = name.strip_prefix("$GOROOT/src/") {
        return vec![rest.to_string()];
    }
    if !name.starts_with('/') {
        return Some(name).filter(is_of_go).into_iter().map(String::from).collect();
    }
    let is_root = |folder: &str| folder.split('/').any(is_called_go);
    let folders = name.match_indices("/src/").take(MAX_DEPTH);
    folders
        .filter(|(at, _)| is_root(&name[..*at]))
        .map(|(at, found)| &name[at + found.len()..])
        .filter(is_of_go)
        .map(String::from)
        .collect()
}

/// Matches `go`, `go1.22`, `golang`, `goroot`, `toolchain@v0.0.1-go1.22.linux-amd64`.
fn is_called_go(folder: &str) -> bool {
    let folder = folder.to_lowercase();
    ["go", "golang", "goroot"].contains(&&*folder)
        || folder.starts_with("go1")
        || folder.starts_with("go-")
        || folder.contains("-go")
}

/// Paths of a file in the modules of these folders, going by their `go.mod`.
fn paths_in_modules(name: &str, folders: &[&Path]) -> Vec<PathBuf> {
    let above = folders.iter().flat_map(|folder| folder.ancestors().take(MAX_DEPTH));
    let inside = above.filter_map(|folder| {
        let module = module_name(folder)?;
        Some(folder.join(name.strip_prefix(&module)?.strip_prefix('/')?))
    });
    inside.collect()
}

/// Paths of the user's own files, by ever shorter tails of the name. The base name alone is enough only if no `go.mod`
/// knows better: many folders have a `main.go`.
fn own_paths(name: &str, folders: &[&Path]) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let above = || folders.iter().flat_map(|folder| folder.ancestors().take(MAX_DEPTH));
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let from = parts.len().saturating_sub(MAX_DEPTH);
    for start in from..parts.len().saturating_sub(1) {
        let end = parts[start..].join("/");
        paths.extend(above().map(|folder| folder.join(&end)));
    }
    if let Some(last) = parts.last() {
        let is_enough = |folder: &&Path| name.starts_with('/') || !folder.join("go.mod").is_file();
        let is_of_go = name.ends_with(".go") && go_paths(name).len() == 1;
        paths.extend(
            folders
                .iter()
                .copied()
                .filter(is_enough)
                .filter(|_| !is_of_go)
                .map(|folder| folder.join(last)),
        );
    }
    paths
}

/// The module path that a folder's `go.mod` declares.
fn module_name(folder: &Path) -> Option<String> {
    let path = folder.join("go.mod");
    if !fs::metadata(&path).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(path).ok()?.take(1 << 20).read_to_string(&mut text).ok()?;
    let module = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
    let module = module.split("//").next()?.trim();
    Some(module.trim_matches(['"', '`']).to_string())
}
