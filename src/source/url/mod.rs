//! Addresses of profiles: what people type, completed.
//!
//! Knows how pprof interprets such an argument. Knows no connection.

mod beside;
mod redirect;
mod userinfo;

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use self::userinfo::decoded;
use super::process::Listener;
use crate::secret::{Secret, shown};

/// Where `net/http/pprof` serves its index. Profiles are right below it.
const INDEX: &str = "/debug/pprof/";

/// How many seconds a CPU profile takes in `net/http/pprof` by default.
const CPU_SECONDS: u32 = 30;

/// The protocol to use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    /// HTTP without TLS.
    Http,
    /// TLS, with the server's certificate checked.
    Https,
    /// TLS with any certificate, in pprof's spelling.
    HttpsInsecure,
}

const SCHEMES: &[(&str, Scheme)] = &[
    ("http://", Scheme::Http),
    ("https://", Scheme::Https),
    ("https+insecure://", Scheme::HttpsInsecure),
];

/// Where a server listens.
#[derive(Clone, PartialEq, Eq)]
enum Place {
    /// A host, with the port, if one was given.
    Host(String),
    /// A Unix socket of this machine.
    Socket(PathBuf),
}

/// The address of a profile. Its `Display` omits the user and password.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    scheme: Scheme,
    /// `user:password` as typed; may be empty.
    userinfo: Secret,
    place: Place,
    /// From the first slash on, including the query.
    path: String,
}

impl Url {
    /// Parses `http://…`, `https://…`, `https+insecure://…`, and without a scheme `host:port`, `host:port/path`,
    /// `:port` and `host/debug/…`; a Unix socket as `unix:///socket`, `unix:///socket:/path` and
    /// `http+unix://%2Fsocket/path`. `None` for anything else. A server alone means its heap profile.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Self::read(text)?;
        Some(Self {
            path: with_profile(&url.path),
            ..url
        })
    }

    /// Parses an address as it is: a server alone is not completed to its heap profile.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.split('#').next().unwrap_or(text);
        if let Some(socket) = socket(text) {
            return socket;
        }
        let scheme = SCHEMES.iter().find(|(prefix, _)| begins_with(text, prefix));
        let rest = scheme.map_or(text, |(prefix, _)| &text[prefix.len()..]);
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let is_address = match scheme {
            Some(_) => is_host(host),
            None => has_port(host) || (is_name(host) && path.starts_with("/debug/")),
        };
        is_address.then(|| Self {
            scheme: scheme.map_or(Scheme::Http, |&(_, scheme)| scheme),
            userinfo: Secret::new(userinfo),
            place: Place::Host(match host.starts_with(':') {
                true => format!("localhost{host}"),
                false => host.into(),
            }),
            path: path.into(),
        })
    }

    /// What the server listens on, if it is on this machine.
    pub fn listener(&self) -> Option<Listener> {
        match self.socket() {
            Some(path) => Some(Listener::Socket(path.clone())),
            None => self.is_local().then(|| Listener::Port(self.port())),
        }
    }

    /// The protocol to use.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The Unix socket that the server listens on, if that is what the address names.
    pub(super) fn socket(&self) -> Option<&PathBuf> {
        match &self.place {
            Place::Socket(path) => Some(path),
            Place::Host(_) => None,
        }
    }

    /// The host without its port; empty for a socket.
    pub(super) fn host_name(&self) -> &str {
        let Place::Host(host) = &self.place else { return "" };
        name_and_port(host).0
    }

    /// The port, given or default.
    pub(super) fn port(&self) -> u16 {
        let given = match &self.place {
            Place::Host(host) => name_and_port(host).1.parse().ok(),
            Place::Socket(_) => None,
        };
        given.unwrap_or(usual_port(self.scheme))
    }

    /// Whether the server is on this machine, whatever its port.
    pub(super) fn is_local(&self) -> bool {
        let name = self.host_name().to_ascii_lowercase();
        let is_loopback = name.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        self.socket().is_some() || is_loopback || name == "localhost" || name.ends_with(".localhost")
    }

    /// The address with `seconds=N` in its query, replacing any that is there.
    pub(super) fn with_seconds(&self, seconds: u32) -> Self {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let others = query
            .split('&')
            .filter(|part| !part.is_empty() && !part.starts_with("seconds="));
        let query: Vec<_> = others
            .map(str::to_owned)
            .chain([format!("seconds={seconds}")])
            .collect();
        Self {
            path: format!("{path}?{}", query.join("&")),
            ..self.clone()
        }
    }

    /// The value of `seconds=N` in the query.
    pub(super) fn seconds(&self) -> Option<u32> {
        let (_, query) = self.path.split_once('?')?;
        query
            .split('&')
            .find_map(|part| part.strip_prefix("seconds="))?
            .parse()
            .ok()
    }

    /// How long the server takes before it responds: the requested seconds, or the default of a CPU profile.
    pub(super) fn expected(&self) -> Duration {
        let path = self.path.split('?').next().unwrap_or_default();
        let usual = if path.ends_with("/debug/pprof/profile") {
            CPU_SECONDS
        } else {
            0
        };
        Duration::from_secs(self.seconds().unwrap_or(usual).into())
    }

    /// The address to request, without user and password, and with characters encoded that a request may not contain. For a
    /// socket, the host is only the name that servers expect.
    pub(super) fn request(&self) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https | Scheme::HttpsInsecure => "https",
        };
        let host = match &self.place {
            Place::Host(host) => host,
            Place::Socket(_) => "localhost",
        };
        let mut request = format!("{scheme}://{host}");
        for byte in self.path.bytes() {
            match byte {
                b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => request += &format!("%{byte:02X}"),
                b'!'..=b'~' => request.push(char::from(byte)),
                _ => request += &format!("%{byte:02X}"),
            }
        }
        request
    }
}

impl fmt::Display for Url {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = SCHEMES.iter().find(|(_, scheme)| *scheme == self.scheme);
        let prefix = prefix.map_or("", |(prefix, _)| prefix);
        let path = &self.path;
        match &self.place {
            // A password typed with a slash in it looks like part of the path.
            Place::Host(host) => out.write_str(&shown(&format!("{prefix}{host}{path}"))),
            Place::Socket(socket) => write!(out, "{UNIX}//{}:{path}", socket.display()),
        }
    }
}

/// `Debug` hides the password as `Display` does.
impl fmt::Debug for Url {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Url({self})")
    }
}

/// Decodes a part of an address to text.
pub(super) fn text(encoded: &str) -> String {
    String::from_utf8_lossy(&decoded(encoded)).into_owned()
}

const UNIX: &str = "unix:";
const HTTP_UNIX: &str = "http+unix://";

/// Parses an address of a server on a Unix socket: `Some(None)` if it looks like one but is not valid.
fn socket(text: &str) -> Option<Option<Url>> {
    let (socket, path) = if begins_with(text, HTTP_UNIX) {
        let rest = &text[HTTP_UNIX.len()..];
        if rest.starts_with('/') {
            plain_socket(rest)
        } else {
            let (socket, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
            (String::from_utf8_lossy(&decoded(socket)).into_owned(), path)
        }
    } else if begins_with(text, UNIX) {
        let rest = &text[UNIX.len()..];
        plain_socket(rest.strip_prefix("//").unwrap_or(rest))
    } else {
        return None;
    };
    Some((!socket.is_empty()).then(|| Url {
        scheme: Scheme::Http,
        userinfo: Secret::default(),
        place: Place::Socket(socket.into()),
        path: path.into(),
    }))
}

/// A socket as it is on disk, and the path behind the colon.
fn plain_socket(text: &str) -> (String, &str) {
    let (socket, path) = text.split_at(text.find(":/").or(text.find('?')).unwrap_or(text.len()));
    (socket.to_string(), path.strip_prefix(':').unwrap_or(path))
}

fn begins_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

fn usual_port(scheme: Scheme) -> u16 {
    match scheme {
        Scheme::Http => 80,
        Scheme::Https | Scheme::HttpsInsecure => 443,
    }
}

/// A host's name, without the brackets of an IPv6 address, and its port; empty if there is none.
fn name_and_port(host: &str) -> (&str, &str) {
    if let Some((name, port)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (name, port.strip_prefix(':').unwrap_or(port));
    }
    host.rsplit_once(':').unwrap_or((host, ""))
}

/// Whether this can be the host in a URL: a name, and a port if there is a colon.
fn is_host(host: &str) -> bool {
    let (name, port) = name_and_port(host);
    let is_port = port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0);
    is_port
        && (host.starts_with('[') || !name.contains(':'))
        && (!name.is_empty() || host.starts_with(':') && !port.is_empty())
}

/// Matches `name:port`, `[ip6]:port` or `:port`.
fn has_port(host: &str) -> bool {
    let Some((name, port)) = host.rsplit_once(':') else {
        return false;
    };
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    let is_ip6 = name.starts_with('[') && name.ends_with(']');
    is_port && (name.is_empty() || is_ip6 || is_name(name))
}

fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    name.starts_with(|first: char| first.is_ascii_alphanumeric()) && name.bytes().all(is_part)
}

/// Completes the path of a server or an index to that of its heap profile.
fn with_profile(path: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let bare = path.trim_end_matches('/');
    match bare {
        "" => format!("{INDEX}heap{query}"),
        _ if bare.ends_with("/debug/pprof") => format!("{bare}/heap{query}"),
        _ => format!("{path}{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for() {
        let table = [
            ("http://h:1", "http://h:1/debug/pprof/heap"),
            ("http://h:1/", "http://h:1/debug/pprof/heap"),
            ("http://h:1/?gc=1", "http://h:1/debug/pprof/heap?gc=1"),
            ("HTTPS://h/debug/pprof/", "https://h/debug/pprof/heap"),
            ("http://h/p/debug/pprof?gc=1", "http://h/p/debug/pprof/heap?gc=1"),
            ("http://h/debug/pprof/allocs", "http://h/debug/pprof/allocs"),
            ("http://h/heap#part", "http://h/heap"),
            ("https+insecure://u:p@h:1/x", "https://h:1/x"),
            (":6060", "http://localhost:6060/debug/pprof/heap"),
            ("[::1]:6060/x", "http://[::1]:6060/x"),
            ("pod-1.svc:6060?gc=1", "http://pod-1.svc:6060/debug/pprof/heap?gc=1"),
            ("me:pw@h:1", "http://h:1/debug/pprof/heap"),
            ("localhost/debug/pprof/heap", "http://localhost/debug/pprof/heap"),
            ("http://:6060", "http://localhost:6060/debug/pprof/heap"),
            ("unix:///run/a.sock", "http://localhost/debug/pprof/heap"),
            ("unix:///run/a.sock:/x?gc=1", "http://localhost/x?gc=1"),
            ("http+unix://%2Frun%2Fa.sock/x", "http://localhost/x"),
            ("http+unix:///run/a.sock:/x", "http://localhost/x"),
            ("http://h/a b\"é?q={a}", "http://h/a%20b%22%C3%A9?q=%7Ba%7D"),
        ];
        for (text, request) in table {
            let url = Url::parse(text).unwrap_or_else(|| panic!("{text} is an address"));
            assert_eq!(url.request(), request, "{text}");
        }
        let none = [
            "",
            "foo",
            "-",
            "heap.profile",
            "dir/heap",
            "C:\\heap",
            "h:0",
            "h:65536",
            "h:+1",
            "a b:1",
            "http://",
            "http:///x",
            "/debug/pprof/heap",
            "ftp://h/x",
            "http://me:p/w@h/x",
            "http://h:http/x",
            "unix://",
            "http+unix://",
        ];
        for text in none {
            assert_eq!(Url::parse(text), None, "{text}");
        }
    }

    #[test]
    fn secrets_stay_inside() {
        let table = [
            ("https+insecure://me:secret@h:1/x?a=1", "https+insecure://h:1/x?a=1"),
            ("secret@h:1/x", "http://h:1/x"),
            ("http://me:1/secret@h:1/x", "http://…@h:1/x"),
            ("unix:///run/a.sock", "unix:///run/a.sock:/debug/pprof/heap"),
        ];
        for (text, expected) in table {
            let url = Url::parse(text).unwrap();
            assert_eq!(url.to_string(), expected);
            assert!(!format!("{url:?}").contains("secret"), "{text}");
        }
    }

    #[test]
    fn this_machine_is_known() {
        for (text, is_local) in [
            ("localhost:1", true),
            ("http://LOCALHOST", true),
            ("app.localhost:1", true),
            ("127.0.0.9:1", true),
            ("http://[::1]", true),
            ("me:pw@[::1]:1", true),
            ("127.example:1", false),
            ("localhost.example:1", false),
            ("10.0.0.1:1", false),
        ] {
            assert_eq!(Url::parse(text).unwrap().is_local(), is_local, "{text}");
        }
    }

    #[test]
    fn seconds_replace_seconds() {
        for (text, request) in [
            ("h:1/x", "http://h:1/x?seconds=5"),
            ("h:1/x?seconds=30", "http://h:1/x?seconds=5"),
            ("h:1/x?gc=1&seconds=30&y", "http://h:1/x?gc=1&y&seconds=5"),
        ] {
            let url = Url::parse(text).unwrap().with_seconds(5);
            assert_eq!((url.request().as_str(), url.seconds()), (request, Some(5)), "{text}");
        }
    }
}
