//! Source code by the name that a profile has for it.
//!
//! Knows where pprof looks, and where Go keeps sources that pprof does not look for: the module cache, `vendor`, Go's own.
//! A name in a profile is untrusted, so it opens nothing but regular files of moderate size that are called, also behind
//! links, like source code.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A file with its text, or why there is none.
pub type Answer = Result<Code, NotFound>;

/// Source code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Code {
    /// The text; what is not UTF-8 became U+FFFD.
    pub text: String,
    /// Where it is.
    pub path: PathBuf,
    /// Whether pprof does not look there.
    pub is_elsewhere: bool,
}

/// Nothing that may be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotFound {
    /// In the words of pprof where it fails, too.
    pub reason: String,
    /// What was tried besides.
    pub tried: Vec<String>,
}

/// Places that do not depend on the file.
#[derive(Clone, Debug, Default)]
pub struct CodeFinder {
    /// The working directory.
    pub folder: PathBuf,
    /// Folders of downloaded Go modules.
    pub module_caches: Vec<PathBuf>,
    /// Folders of Go installations.
    pub go_roots: Vec<PathBuf>,
}

/// Larger files are no source code that anybody wrote. Bytes.
const MAX_SIZE: u64 = 8 << 20;
/// Folders of a name, or above a folder, that are tried at most.
const MAX_DEPTH: usize = 32;

/// What source code is called. In lower case.
const EXTENSIONS: &[&str] = &[
    "go", "s", "asm", "c", "h", "cc", "cpp", "cxx", "c++", "hh", "hpp", "hxx", "inc", "inl", "ipp", "m", "mm", "cu",
    "rs", "py", "pyx", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "java", "kt", "kts", "scala", "swift",
    "rb", "php", "zig", "d", "nim", "cs", "fs", "hs", "ml", "mli", "ex", "exs", "erl", "lua", "dart", "jl", "r", "pl",
    "pm", "f90", "y", "rl", "templ", "qtpl",
];

impl CodeFinder {
    /// As the environment says: `GOMODCACHE`, `GOPATH`, `GOROOT`, and `go` on the `PATH`.
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
        let programs = env::split_paths(&on_path).filter_map(|folder| fs::canonicalize(folder.join("go")).ok());
        let of_program = programs.filter_map(|go| Some(go.parent()?.parent()?.to_path_buf()));
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
            folder: working_directory(),
            module_caches: distinct(module_caches.into_iter().filter(|folder| folder.is_dir())),
            go_roots: distinct(go_roots.filter(|root| root.join("src/runtime").is_dir())),
        }
    }

    /// Looks for a file as pprof does: `path` as it is if absolute, else in each of `folders` (separated by colons) and
    /// all folders above; then for `name` where Go keeps sources, and below `folders` by the longest end of the name.
    ///
    /// # Errors
    /// [`NotFound`] when no place has a file that may be shown.
    pub fn find(&self, name: &str, path: &str, folders: &str) -> Answer {
        let reason = match as_pprof(path, folders) {
            Ok(code) => return Ok(code),
            Err(reason) => reason,
        };
        if !is_source(Path::new(name)) || name.split('/').any(|part| part == "..") {
            return Err(NotFound { reason, tried: vec![] });
        }
        let mut tried = Vec::new();
        let folders: Vec<&Path> = folders.split(':').map(Path::new).collect();
        let in_modules = module_paths(name);
        for cache in self.module_caches.iter().filter(|_| !in_modules.is_empty()) {
            tried.push((
                cache.display().to_string(),
                in_modules.iter().map(|path| cache.join(path)).collect(),
            ));
        }
        if let Some(path) = vendored_path(name) {
            let above = folders.iter().flat_map(|folder| folder.ancestors().take(MAX_DEPTH));
            let paths = above.map(|folder| folder.join("vendor").join(&path)).collect();
            tried.push(("vendor".to_string(), paths));
        }
        let in_go = go_paths(name);
        for root in self.go_roots.iter().filter(|_| !in_go.is_empty()) {
            let source = root.join("src");
            tried.push((
                source.display().to_string(),
                in_go.iter().map(|path| source.join(path)).collect(),
            ));
        }
        if self.go_roots.is_empty() && !in_go.is_empty() {
            tried.push((
                "a Go installation (GOROOT, go on the PATH, /usr/local/go: there is none)".into(),
                vec![],
            ));
        }
        if in_modules.is_empty() {
            let below: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
            tried.push((
                format!("{} by its last folders", below.join(":")),
                own_paths(name, &folders),
            ));
        }
        for path in tried.iter().flat_map(|(_, paths): &(String, Vec<PathBuf>)| paths) {
            if let Ok(text) = read(path) {
                let (path, is_elsewhere) = (path.clone(), true);
                return Ok(Code {
                    text,
                    path,
                    is_elsewhere,
                });
            }
        }
        let tried = tried.into_iter().map(|(place, _)| place).collect();
        Err(NotFound { reason, tried })
    }
}

/// The working directory as the shell calls it if that is true, as Go does.
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
    let code = |text, path| Code {
        text,
        path,
        is_elsewhere: false,
    };
    if path.starts_with('/') {
        let text = read(Path::new(path)).map_err(|reason| format!("open {path}: {}", words(&reason)))?;
        return Ok(code(text, path.into()));
    }
    let mut refused = None;
    for folder in folders.split(':').filter(|_| !folders.is_empty()) {
        for folder in Path::new(folder).ancestors().take(MAX_DEPTH) {
            let candidate = folder.join(path);
            match read(&candidate) {
                Ok(text) => return Ok(code(text, candidate)),
                Err(reason) if reason.kind() == io::ErrorKind::Unsupported => refused = Some(reason),
                Err(_) => {}
            }
        }
    }
    let refused = refused.map_or_else(String::new, |reason| format!(" ({reason})"));
    Err(format!("could not find file {path} on path {folders}{refused}"))
}

/// What went wrong, as Go says it.
fn words(reason: &io::Error) -> String {
    let text = reason.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// The text of a file if it may be shown; a refusal is [`io::ErrorKind::Unsupported`].
fn read(path: &Path) -> io::Result<String> {
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
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Where a file of a downloaded module is in a module cache: `github.com/A/b@v1.2.3/c.go` in `github.com/!a/b@v1.2.3/c.go`.
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

/// Where a file of a module is in a `vendor` folder: `github.com/A/b@v1.2.3/c.go` in `github.com/A/b/c.go`.
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

/// Where a file of Go itself is in its `src`, if it may be one: `runtime/proc.go`, `/opt/go1.22/src/runtime/proc.go`.
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

/// `go`, `go1.22`, `golang`, `goroot`, `toolchain@v0.0.1-go1.22.linux-amd64`.
fn is_called_go(folder: &str) -> bool {
    let folder = folder.to_lowercase();
    ["go", "golang", "goroot"].contains(&&*folder)
        || folder.starts_with("go1")
        || folder.starts_with("go-")
        || folder.contains("-go")
}

/// Files of one's own: where `go.mod` says, then by ever shorter ends of the name. The last part alone is only enough
/// where `go.mod` does not say better: in how many folders is there a `main.go`?
fn own_paths(name: &str, folders: &[&Path]) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let above = || folders.iter().flat_map(|folder| folder.ancestors().take(MAX_DEPTH));
    for folder in above() {
        let inside =
            module_name(folder).and_then(|module| name.strip_prefix(&module)?.strip_prefix('/').map(String::from));
        paths.extend(inside.map(|inside| folder.join(inside)));
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let from = parts
        .len()
        .saturating_sub(MAX_DEPTH)
        .max(usize::from(!name.starts_with('/')));
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

/// The module that a folder's `go.mod` declares.
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
