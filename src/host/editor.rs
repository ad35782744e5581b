//! Opens the user's editor at a line of a file.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The value of `$VISUAL` or `$EDITOR`: a program, perhaps with options.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Editor(pub String);

/// Editors and the arguments that open a file at a line, with `{file}` and `{line}` for the two. Other editors get no
/// line: one that does not know `+7` would open a file of that name.
const EDITORS: &[(&[&str], &[&str])] = &[
    (
        &[
            "vi",
            "vim",
            "nvim",
            "view",
            "gvim",
            "mvim",
            "elvis",
            "vis",
            "nano",
            "rnano",
            "pico",
            "emacs",
            "emacsclient",
            "mg",
            "zile",
            "jmacs",
            "micro",
            "kak",
            "joe",
            "jed",
            "ne",
            "jove",
            "mcedit",
            "gedit",
            "bbedit",
            "ed",
            "pluma",
            "xed",
        ],
        &["+{line}", "{file}"],
    ),
    (
        &["code", "code-insiders", "codium", "vscodium", "cursor", "windsurf"],
        &["-g", "{file}:{line}"],
    ),
    (
        &["hx", "helix", "subl", "zed", "zeditor", "lite-xl"],
        &["{file}:{line}"],
    ),
    (
        &[
            "goland",
            "idea",
            "clion",
            "pycharm",
            "rustrover",
            "webstorm",
            "kate",
            "kwrite",
        ],
        &["--line", "{line}", "{file}"],
    ),
    (&["mate"], &["-l", "{line}", "{file}"]),
    (&["notepad++"], &["-n{line}", "{file}"]),
];

impl Editor {
    /// The editor that the environment names.
    pub fn local() -> Option<Self> {
        let said = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| env::var(name).ok());
        said.map(|value| value.trim().to_string())
            .find(|value| !value.is_empty())
            .map(Self)
    }

    /// The command that opens a file at a line, counted from 1.
    pub fn command(&self, file: &Path, line: i64) -> Command {
        let words: Vec<&str> = self.0.split_whitespace().collect();
        let is_plain = |char: char| char.is_alphanumeric() || char.is_whitespace() || "/._-+=:,@".contains(char);
        let mut command = if cfg!(unix) && !self.0.chars().all(is_plain) {
            // The shell parses quotes and the like; the file is passed as an argument, which it does not parse.
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("{} \"$@\"", self.0), "sh"]);
            shell
        } else {
            let mut program = Command::new(words.first().copied().unwrap_or_default());
            program.args(words.iter().skip(1));
            program
        };
        command.args(self.arguments(file, line));
        command
    }

    /// The arguments after the editor's own options.
    fn arguments(&self, file: &Path, line: i64) -> Vec<OsString> {
        // A name that begins with a dash would be taken for an option.
        let file = if file.as_os_str().as_encoded_bytes().starts_with(b"-") {
            Path::new(".").join(file)
        } else {
            PathBuf::from(file)
        };
        let program = self.0.split_whitespace().next().unwrap_or_default();
        let program = program
            .trim_matches(['"', '\''])
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default();
        let program = program.strip_suffix(".exe").unwrap_or(program);
        let row = EDITORS.iter().find(|(names, _)| names.contains(&program));
        let template = row.map_or(&["{file}"][..], |(_, template)| template);
        let argument = |part: &&str| match part.split_once("{file}") {
            Some((before, after)) => {
                let mut argument = OsString::from(before);
                argument.push(&file);
                argument.push(after.replace("{line}", &line.to_string()));
                argument
            }
            None => part.replace("{line}", &line.to_string()).into(),
        };
        template.iter().map(argument).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_told_the_line_in_their_own_way() {
        for (editor, said) in [
            ("vim", "vim +7 /a b/c.go"),
            ("/usr/bin/nvim -R", "/usr/bin/nvim -R +7 /a b/c.go"),
            ("emacsclient -nw", "emacsclient -nw +7 /a b/c.go"),
            ("code -w", "code -w -g /a b/c.go:7"),
            ("hx", "hx /a b/c.go:7"),
            ("goland", "goland --line 7 /a b/c.go"),
            ("mine", "mine /a b/c.go"),
        ] {
            assert_eq!(line(&Editor(editor.into()).command(Path::new("/a b/c.go"), 7)), said);
        }
        let dash = Editor("vi".into()).command(Path::new("-x.go"), 7);
        assert_eq!(line(&dash), "vi +7 ./-x.go");
    }

    #[cfg(unix)]
    #[test]
    fn quotes_are_for_the_shell_and_the_file_is_not() {
        let editor = Editor("'/opt/my editor/vim' -R".into());
        let said = line(&editor.command(Path::new("/$(rm)/c.go"), 7));
        assert_eq!(said, "sh -c '/opt/my editor/vim' -R \"$@\" sh /$(rm)/c.go");
    }

    fn line(command: &Command) -> String {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }
}
