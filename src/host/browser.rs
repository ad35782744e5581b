//! Opens a page in a browser on this machine, or explains why not and what to do instead.

use std::env;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// What is known of where the user sits: at this machine, or behind SSH. See [`Seat::local`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seat {
    /// `$SSH_CONNECTION`: the user's address and port, this machine's address and port.
    pub ssh: Option<String>,
    /// The user's login name on this machine.
    pub user: Option<String>,
    /// `$BROWSER`: programs to try, separated by colons, perhaps with `%s` for the page.
    pub browser: Option<String>,
    /// Whether there is a display that windows can be opened on.
    pub has_screen: bool,
}

/// The result of showing a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shown {
    /// A browser was started; a line that says so.
    InBrowser(String),
    /// No browser could be started; instructions for opening the page, a few lines.
    Instructions(String),
}

/// Programs that open a page in the user's browser, or that are browsers; the first that starts is used.
#[cfg(target_os = "macos")]
const PROGRAMS: &[&str] = &["open %s"];
#[cfg(windows)]
const PROGRAMS: &[&str] = &["explorer %s"];
#[cfg(not(any(target_os = "macos", windows)))]
const PROGRAMS: &[&str] = &[
    "wslview %s",
    "xdg-open %s",
    "gio open %s",
    "sensible-browser %s",
    "x-www-browser %s",
    "firefox %s",
    "google-chrome %s",
    "chromium %s",
];

/// How often a started program is polled, and how many times: a program that fails, fails at once.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS: u32 = 25;

impl Seat {
    /// The seat that the environment describes.
    pub fn local() -> Self {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let screens = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"];
        Self {
            ssh: variable("SSH_CONNECTION"),
            user: variable("USER").or_else(|| variable("LOGNAME")),
            browser: variable("BROWSER"),
            has_screen: cfg!(any(target_os = "macos", windows)) || screens.iter().any(|name| variable(name).is_some()),
        }
    }

    /// Opens a page in a browser, and says where it is or how to get at it.
    pub fn show(&self, page: &Path) -> Shown {
        let place = page.display();
        let is_open = self.commands(page).iter_mut().any(start);
        if is_open {
            return Shown::InBrowser(format!("Opened {place} in a browser."));
        }
        let why = match (&self.ssh, &self.browser, self.has_screen) {
            (Some(ssh), ..) => self.fetching(ssh, page),
            (None, Some(browser), _) => format!("$BROWSER does not start, or fails: {browser}"),
            (None, None, true) => "No browser starts; $BROWSER may name one.".to_string(),
            (None, None, false) => "There is no screen here for a browser: copy the file to where one is.".to_string(),
        };
        Shown::Instructions(format!("The page is {place}\n{why}"))
    }

    /// How to copy a file to where the user sits.
    fn fetching(&self, ssh: &str, page: &Path) -> String {
        let parts: Vec<&str> = ssh.split_whitespace().collect();
        let (host, port) = match parts[..] {
            [_, _, host, port] if host.contains(':') => (format!("[{host}]"), port),
            [_, _, host, port] => (host.to_string(), port),
            _ => ("HOST".to_string(), "22"),
        };
        let user = self.user.as_ref().map_or(String::new(), |user| format!("{user}@"));
        let port = if port == "22" {
            String::new()
        } else {
            format!("-P {port} ")
        };
        let place = page.display();
        format!("To have it where your browser is, run there:\nscp {port}'{user}{host}:{place}' .")
    }

    /// Commands to try, in this order; empty if no window would be seen.
    fn commands(&self, page: &Path) -> Vec<Command> {
        if self.ssh.is_some() {
            return Vec::new();
        }
        let own = self.browser.iter().flat_map(|browsers| browsers.split(':'));
        let usual = PROGRAMS.iter().copied().filter(|_| self.has_screen);
        own.chain(usual).filter_map(|program| command(program, page)).collect()
    }
}

/// A program with the page in place of `%s`, or as its last argument. `None` without a program.
fn command(program: &str, page: &Path) -> Option<Command> {
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next()?);
    let mut has_page = false;
    for word in words {
        if word == "%s" {
            command.arg(page);
            has_page = true;
        } else {
            command.arg(word);
        }
    }
    if !has_page {
        command.arg(page);
    }
    // A browser prints a lot, and this terminal is not for it.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C here is not meant for the browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    Some(command)
}

/// Starts a program; false if it does not exist or fails at once. It may outlive us.
fn start(command: &mut Command) -> bool {
    let Ok(mut child) = command.spawn() else { return false };
    for _ in 0..LOOKS {
        match child.try_wait() {
            // On Windows it always fails, having opened the page.
            Ok(Some(status)) => return status.success() || cfg!(windows),
            Ok(None) => thread::sleep(LOOK),
            Err(_) => return false,
        }
    }
    reap(child);
    true
}

/// Waits for a program in the background, so that it does not become a zombie.
fn reap(mut child: Child) {
    thread::spawn(move || child.wait());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_depends_on_where_one_sits() {
        let line = |command: &Command| {
            let words = std::iter::once(command.get_program()).chain(command.get_args());
            words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
        };
        let tried = |seat: &Seat| {
            seat.commands(Path::new("/tmp/a b.html"))
                .iter()
                .map(line)
                .collect::<Vec<_>>()
        };
        let mut seat = Seat {
            has_screen: true,
            ..Seat::default()
        };
        assert_eq!(tried(&seat).len(), PROGRAMS.len());
        seat.browser = Some("mine --new:other %s --quiet::".into());
        assert_eq!(
            tried(&seat)[..2],
            ["mine --new /tmp/a b.html", "other /tmp/a b.html --quiet"]
        );
        seat.has_screen = false;
        assert_eq!(tried(&seat).len(), 2, "one's own browser may need no screen");
        seat.ssh = Some("10.0.0.1 5000 10.0.0.2 22".into());
        assert_eq!(tried(&seat).len(), 0);
    }

    #[test]
    fn without_a_browser_one_is_told_how_to_get_the_page() {
        for (ssh, user, told) in [
            (
                "10.0.0.1 5000 10.0.0.2 22",
                Some("ann"),
                "scp 'ann@10.0.0.2:/tmp/p.html' .",
            ),
            (
                "10.0.0.1 5000 10.0.0.2 2222",
                None,
                "scp -P 2222 '10.0.0.2:/tmp/p.html' .",
            ),
            (
                "fe80::1 5000 fe80::2 22",
                Some("ann"),
                "scp 'ann@[fe80::2]:/tmp/p.html' .",
            ),
            ("odd", None, "scp 'HOST:/tmp/p.html' ."),
        ] {
            let seat = Seat {
                ssh: Some(ssh.into()),
                user: user.map(String::from),
                ..Seat::default()
            };
            let Shown::Instructions(said) = seat.show(Path::new("/tmp/p.html")) else {
                panic!("no browser over SSH")
            };
            assert!(
                said.starts_with("The page is /tmp/p.html\n") && said.ends_with(told),
                "{said}"
            );
        }
        let seat = Seat {
            browser: Some("/no/such/browser".into()),
            ..Seat::default()
        };
        let said = seat.show(Path::new("/tmp/p.html"));
        let told = "The page is /tmp/p.html\n$BROWSER does not start, or fails: /no/such/browser";
        assert_eq!(said, Shown::Instructions(told.into()));
        let Shown::Instructions(said) = Seat::default().show(Path::new("/tmp/p.html")) else {
            panic!("no browser without a screen")
        };
        assert!(said.contains("/tmp/p.html") && said.contains("no screen"), "{said}");
    }
}
