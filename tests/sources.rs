//! Source code is found where pprof and Go keep it, and nothing else is opened.

use std::fs;
use std::path::{Path, PathBuf};

use heaptui::source::CodeFinder;

/// Folders with a file each, whose text is its path.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new(files: &[&str]) -> Self {
        let disk = Self(tempfile::tempdir().expect("a folder"));
        for file in files {
            let path = disk.path(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders are made");
            let text = if file.ends_with("go.mod") {
                "// ours\nmodule example.com/own // v2\n"
            } else {
                file
            };
            fs::write(path, text).expect("files are written");
        }
        disk
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn finder(&self) -> CodeFinder {
        CodeFinder {
            folder: self.path("work"),
            module_caches: vec![self.path("mod")],
            go_roots: vec![self.path("goroot")],
        }
    }

    /// Which file is found, or why none is.
    fn find(&self, name: &str) -> String {
        let name = name.replace('~', &self.0.path().to_string_lossy());
        let folders = self.path("work/deep").to_string_lossy().into_owned();
        match self.finder().find(&name, &name, &folders) {
            Ok(code) => code.text,
            Err(missing) => format!("! {} | {}", missing.reason, missing.tried.join(", ")),
        }
    }
}

#[test]
fn a_file_is_found_where_go_keeps_it() {
    let disk = Disk::new(&[
        "work/go.mod",
        "work/deep/here.go",
        "work/above.go",
        "work/main.go",
        "work/internal/api/api.go",
        "work/deep/lone.go",
        "work/vendor/github.com/Vend/or/v.go",
        "mod/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
        "mod/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/src/os/file.go",
        "goroot/src/runtime/proc.go",
        "goroot/src/net/http/server.go",
        "goroot/src/errors/errors.go",
    ]);
    for (name, found) in [
        // As pprof finds them.
        ("~/work/main.go", "work/main.go"),
        ("here.go", "work/deep/here.go"),
        ("above.go", "work/above.go"),
        ("internal/api/api.go", "work/internal/api/api.go"),
        // The module cache, as it is recorded with and without -trimpath.
        (
            "github.com/BurntSushi/toml@v1.2.3/Decode.go",
            "mod/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
        ),
        (
            "/ci/go/pkg/mod/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
            "mod/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
        ),
        (
            "/cache/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
            "mod/github.com/!burnt!sushi/toml@v1.2.3/Decode.go",
        ),
        (
            "/ci/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/src/os/file.go",
            "mod/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/src/os/file.go",
        ),
        // vendor, here and above.
        ("github.com/Vend/or@v1.0.0/v.go", "work/vendor/github.com/Vend/or/v.go"),
        ("github.com/Vend/or/v.go", "work/vendor/github.com/Vend/or/v.go"),
        (
            "/ci/go/pkg/mod/github.com/!vend/or@v1.0.0/v.go",
            "work/vendor/github.com/Vend/or/v.go",
        ),
        (
            "/ci/own/vendor/github.com/Vend/or/v.go",
            "work/vendor/github.com/Vend/or/v.go",
        ),
        // Go itself.
        ("runtime/proc.go", "goroot/src/runtime/proc.go"),
        ("$GOROOT/src/runtime/proc.go", "goroot/src/runtime/proc.go"),
        ("/usr/local/go/src/net/http/server.go", "goroot/src/net/http/server.go"),
        (
            "/opt/hostedtoolcache/go/1.22.1/x64/src/runtime/proc.go",
            "goroot/src/runtime/proc.go",
        ),
        // One's own, by go.mod and by the end of the name.
        ("example.com/own/main.go", "work/main.go"),
        ("example.com/own/internal/api/api.go", "work/internal/api/api.go"),
        ("/build/own/internal/api/api.go", "work/internal/api/api.go"),
        ("/build/own/deep/lone.go", "work/deep/lone.go"),
        ("/build/lone.go", "work/deep/lone.go"),
    ] {
        assert_eq!(disk.find(name), found, "{name}");
    }
}

#[test]
fn what_is_not_found_says_where_it_was_looked_for() {
    let disk = Disk::new(&[
        "work/deep/a.go",
        "work/errors.go",
        "goroot/src/errors/errors.go",
        "mod/x",
    ]);
    let root = disk.0.path().to_string_lossy().into_owned();
    for (name, said) in [
        (
            "/no/such.go",
            "! open /no/such.go: no such file or directory | ~/work/deep by its last folders",
        ),
        (
            "github.com/a/b@v1/c.go",
            "! could not find file github.com/a/b@v1/c.go on path ~/work/deep | ~/mod, vendor",
        ),
        (
            "runtime/proc.go",
            "! could not find file runtime/proc.go on path ~/work/deep | ~/goroot/src, ~/work/deep by its last folders",
        ),
        // Not Go's own package of that name.
        (
            "/home/me/src/errors/errors.go",
            "! open /home/me/src/errors/errors.go: no such file or directory | ~/work/deep by its last folders",
        ),
        (
            "<autogenerated>",
            "! could not find file <autogenerated> on path ~/work/deep | ",
        ),
        (
            "../../x/../y.go",
            "! could not find file ../../x/../y.go on path ~/work/deep | ",
        ),
    ] {
        assert_eq!(disk.find(name), said.replace('~', &root), "{name}");
    }
}

#[test]
fn nothing_is_opened_but_source_code() {
    let disk = Disk::new(&[
        "work/secret",
        "work/id.txt",
        "work/dir.go/x",
        "work/deep/fine.S",
        "work/big.go",
    ]);
    let big = fs::File::options()
        .write(true)
        .open(disk.path("work/big.go"))
        .expect("it is there");
    big.set_len((8 << 20) + 1).expect("it grows");
    link(&disk.path("work/secret"), &disk.path("work/link.go"));
    link(Path::new("/dev/zero"), &disk.path("work/zero.go"));
    link(&disk.path("work/deep/fine.S"), &disk.path("work/fine.go"));
    let fifo = disk.path("work/fifo.go");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.is_ok_and(|made| made.success()), "mkfifo makes a pipe");
    let called = "not opened, as it is not called like source code";
    let regular = "not opened, as it is not a regular file";
    for (name, why) in [
        ("secret", called),
        ("id.txt", called),
        ("link.go", called),
        ("dir.go", regular),
        ("zero.go", regular),
        ("fifo.go", regular),
        ("big.go", "not opened, as it is larger than 8 MiB"),
    ] {
        let relative = disk.find(name);
        assert!(relative.starts_with('!') && relative.contains(why), "{relative}");
        let absolute = disk.find(&format!("~/work/{name}"));
        assert!(absolute.starts_with('!') && absolute.contains(why), "{absolute}");
    }
    assert_eq!(
        disk.find("fine.go"),
        "work/deep/fine.S",
        "a link to source code is source code"
    );
}

fn link(to: &Path, at: &Path) {
    std::os::unix::fs::symlink(to, at).expect("links are made");
}
