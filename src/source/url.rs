//! Addresses of profiles: what people type, made whole.
//!
//! Knows how pprof reads such an argument. Knows no connection.

use std::fmt;
use std::net::IpAddr;

/// Where `net/http/pprof` puts its index. Profiles are right below.
const INDEX: &str = "/debug/pprof/";

/// How to talk to the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    /// Plain.
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

/// The address of a profile. Displayed without the user and password that it may hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    scheme: Scheme,
    /// `user:password@`, or nothing.
    user: String,
    /// With the port, if one was given.
    host: String,
    /// From the first slash, with the query.
    path: String,
}

impl Url {
    /// Reads `http://…`, `https://…`, `https+insecure://…`, and without a scheme `host:port`, `host:port/path`,
    /// `:port` and `host/debug/…`. Anything else is no address.
    pub fn parse(text: &str) -> Option<Self> {
        let scheme = SCHEMES.iter().find(|(prefix, _)| {
            text.get(..prefix.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
        });
        let rest = scheme.map_or(text, |(prefix, _)| &text[prefix.len()..]);
        let rest = rest.split('#').next().unwrap_or(rest);
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, host) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        let is_address = match scheme {
            Some(_) => !host.is_empty(),
            None => has_port(host) || (is_name(host) && path.starts_with("/debug/")),
        };
        is_address.then(|| Self {
            scheme: scheme.map_or(Scheme::Http, |&(_, scheme)| scheme),
            user: user.into(),
            host: if host.starts_with(':') {
                format!("localhost{host}")
            } else {
                host.into()
            },
            path: with_profile(path),
        })
    }

    /// Another profile of the same server.
    pub fn beside(&self, profile: &str, query: &str) -> Self {
        let index = self.index();
        let mark = if query.is_empty() { "" } else { "?" };
        Self {
            path: format!("{}{profile}{mark}{query}", index.path),
            ..index
        }
    }

    /// The port that it is asked at, if the server is on this machine.
    pub fn local_port(&self) -> Option<u16> {
        let usual = match self.scheme {
            Scheme::Http => 80,
            Scheme::Https | Scheme::HttpsInsecure => 443,
        };
        let port = self.host.rsplit_once(':').filter(|(_, port)| !port.contains(']'));
        self.is_local()
            .then(|| port.map_or(Some(usual), |(_, port)| port.parse().ok()))?
    }

    /// How to talk to the server.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Whether the server is this machine, whatever its port.
    pub(super) fn is_local(&self) -> bool {
        let name = match self.host.strip_prefix('[') {
            Some(rest) => rest.split(']').next(),
            None => self.host.split(':').next(),
        };
        let name = name.unwrap_or_default().to_ascii_lowercase();
        let is_loopback = name.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        is_loopback || name == "localhost" || name.ends_with(".localhost")
    }

    /// The same with `seconds=N` in the query, in place of the one that is there.
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

    /// The `seconds=N` of the query.
    pub(super) fn seconds(&self) -> Option<u32> {
        let (_, query) = self.path.split_once('?')?;
        query
            .split('&')
            .find_map(|part| part.strip_prefix("seconds="))?
            .parse()
            .ok()
    }

    /// Where the server lists its profiles, judged by where this one is.
    pub(super) fn index(&self) -> Self {
        let path = self.path.split('?').next().unwrap_or_default();
        let folder = &path[..path.rfind('/').map_or(0, |at| at + 1)];
        let index = match path.find(INDEX) {
            Some(at) => &path[..at + INDEX.len()],
            None if folder.ends_with("/pprof/") => folder,
            None => INDEX,
        };
        Self {
            path: index.into(),
            ..self.clone()
        }
    }

    /// What is asked for, with the user and password, and with characters encoded that no request may hold.
    pub(super) fn request(&self) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https | Scheme::HttpsInsecure => "https",
        };
        let mut request = format!("{scheme}://{}{}", self.user, self.host);
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
        write!(out, "{prefix}{}{}", self.host, self.path)
    }
}

/// A password gets no further through a debug print than through a message.
impl fmt::Debug for Url {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Url({self})")
    }
}

/// `name:port`, `[ip6]:port` or `:port`.
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

/// A server or an index alone means its heap profile.
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
            ("https+insecure://u:p@h:1/x", "https://u:p@h:1/x"),
            (":6060", "http://localhost:6060/debug/pprof/heap"),
            ("[::1]:6060/x", "http://[::1]:6060/x"),
            ("pod-1.svc:6060?gc=1", "http://pod-1.svc:6060/debug/pprof/heap?gc=1"),
            ("me:pw@h:1", "http://me:pw@h:1/debug/pprof/heap"),
            ("localhost/debug/pprof/heap", "http://localhost/debug/pprof/heap"),
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
        ];
        for text in none {
            assert_eq!(Url::parse(text), None, "{text}");
        }
    }

    #[test]
    fn secrets_stay_inside() {
        let url = Url::parse("https+insecure://me:secret@h:1/x?a=1").unwrap();
        assert_eq!(url.to_string(), "https+insecure://h:1/x?a=1");
        assert!(!format!("{url:?}").contains("secret"));
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

    #[test]
    fn the_index_is_near() {
        for (text, index) in [
            ("h:1/debug/pprof/heap?gc=1", "http://h:1/debug/pprof/"),
            ("h:1/p/debug/pprof/no/such", "http://h:1/p/debug/pprof/"),
            ("h:1/dev/pprof/heap", "http://h:1/dev/pprof/"),
            ("h:1/heap", "http://h:1/debug/pprof/"),
        ] {
            assert_eq!(Url::parse(text).unwrap().index().to_string(), index, "{text}");
        }
    }
}
