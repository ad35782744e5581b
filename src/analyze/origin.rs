//! Whose code a function is: the program's own, a dependency's or Go's.

/// Whose code it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Origin {
    /// The program's own.
    Own,
    /// A dependency's.
    Dependency,
    /// The standard library's or the runtime's.
    Std,
}

/// The top-level folders of Go's `src`.
const STD: &[&str] = &[
    "archive",
    "arena",
    "bufio",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "internal",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "runtime",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "type",
    "unicode",
    "unique",
    "unsafe",
    "vendor",
    "weak",
];
/// What marks the path of a dependency's file: the module cache, a vendor folder, a version.
const DEPENDENCY: [&str; 3] = ["/pkg/mod/", "/vendor/", "@v"];

/// Whose code the function `name` in `file` is, by Go's naming rules.
pub fn origin(name: &str, file: &str) -> Origin {
    let package = package(name);
    if STD.contains(&package.split('/').next().unwrap_or_default()) {
        Origin::Std
    } else if DEPENDENCY.iter().any(|part| file.contains(part)) {
        Origin::Dependency
    } else {
        Origin::Own
    }
}

/// The package path of a Go symbol: up to the first `.` after the last `/`; type arguments may contain either.
pub fn package(name: &str) -> &str {
    let plain = name.find('[').map_or(name, |arguments| &name[..arguments]);
    let last = plain.rfind('/').map_or(0, |slash| slash + 1);
    plain[last..].find('.').map_or(plain, |dot| &plain[..last + dot])
}

/// Whether a function belongs to Go's runtime, which parks the goroutine, rather than to the code that waits.
pub fn is_runtime(name: &str) -> bool {
    matches!(package(name), "runtime")
        || package(name).starts_with("runtime/")
        || package(name).starts_with("internal/")
}

#[cfg(test)]
mod tests {
    use super::Origin::{Dependency, Own, Std};
    use super::*;

    #[test]
    fn code_is_told_by_package_and_file() {
        #[rustfmt::skip]
        let table = [
            ("main.(*store).put", "/home/me/app/store.go", "main", Own),
            ("example.com/me/app/store.Put", "/home/me/app/store.go", "example.com/me/app/store", Own),
            ("github.com/a/b.v2.F", "/root/go/pkg/mod/github.com/a/b@v2.0.1/f.go", "github.com/a/b", Dependency),
            ("github.com/a/b.F", "github.com/a/b@v1.2.3/f.go", "github.com/a/b", Dependency),
            ("net/http.(*conn).serve", "/usr/lib/go/src/net/http/server.go", "net/http", Std),
            ("slices.SortFunc[go.shape.[]example.com/x.T]", "", "slices", Std),
            ("main.f[go.shape.struct { a/b.C }]", "/x.go", "main", Own),
            ("vendor/golang.org/x/net/http2.f", "/usr/lib/go/src/vendor/f.go", "vendor/golang.org/x/net/http2", Std),
            ("", "", "", Own),
        ];
        for (name, file, package_path, whose) in table {
            assert_eq!(package(name), package_path, "{name}");
            assert_eq!(origin(name, file), whose, "{name}");
        }
    }
}
