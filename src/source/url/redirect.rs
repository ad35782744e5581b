//! Where a redirect leads, and whether what was meant for the first server may be sent there, too.

use super::{Place, Scheme, Url, usual_port};
use crate::secret::Secret;

impl Url {
    /// Whether what is meant for this server may be sent to another address: same host and port, no less secure.
    pub(in crate::source) fn is_same_server(&self, other: &Self) -> bool {
        let is_safe = |url: &Self| url.scheme != Scheme::Http;
        let both_usual = self.port() == usual_port(self.scheme) && other.port() == usual_port(other.scheme);
        let same_place = match (&self.place, &other.place) {
            (Place::Socket(one), Place::Socket(two)) => one == two,
            (Place::Host(_), Place::Host(_)) => {
                self.host_name().eq_ignore_ascii_case(other.host_name()) && (self.port() == other.port() || both_usual)
            }
            _ => false,
        };
        same_place && (is_safe(other) || !is_safe(self))
    }

    /// Resolves the target of a redirect. The user and password are dropped, and an unchecked certificate
    /// is accepted from this server only. A server behind a socket may only redirect to itself.
    pub(in crate::source) fn join(&self, location: &str) -> Option<Self> {
        let scheme = location
            .find("://")
            .filter(|&at| !location[..at].contains(['/', '?', '#']));
        let absolute = match (scheme, location.strip_prefix("//")) {
            (Some(_), _) => Some(location.to_string()),
            (None, Some(rest)) if self.scheme == Scheme::Http => Some(format!("http://{rest}")),
            (None, Some(rest)) => Some(format!("https://{rest}")),
            (None, None) => None,
        };
        if let Some(absolute) = absolute {
            let next = Self::read(&absolute).filter(|next| next.socket().is_none() && self.socket().is_none())?;
            let is_same = self.is_same_server(&next);
            return Some(Self {
                userinfo: Secret::default(),
                scheme: match self.scheme {
                    Scheme::HttpsInsecure if is_same => Scheme::HttpsInsecure,
                    _ => next.scheme,
                },
                ..next
            });
        }
        let (target, query) = location.split_at(location.find('?').unwrap_or(location.len()));
        let own = self.path.split('?').next().unwrap_or_default();
        let folder = &own[..own.rfind('/').map_or(0, |at| at + 1)];
        let path = match target {
            "" => own.to_string(),
            _ if target.starts_with('/') => target.to_string(),
            _ => format!("{folder}{target}"),
        };
        Some(Self {
            path: format!("{}{query}", without_dots(path.split('#').next().unwrap_or_default())),
            userinfo: Secret::default(),
            ..self.clone()
        })
    }
}

/// A path with `.` and `..` resolved.
fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(part) = rest.next() {
        match part {
            "." | ".." => {
                if part == ".." {
                    parts.pop();
                }
                if rest.peek().is_none() {
                    parts.push("");
                }
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_leads_on() {
        let table = [
            ("http://me:pw@h:1/a/b?x", "/c?y", "http://h:1/c?y", true),
            ("http://me:pw@h:1/a/b?x", "c", "http://h:1/a/c", true),
            ("http://me:pw@h:1/a/b?x", "../c/./d/..", "http://h:1/c/", true),
            (
                "http://me:pw@h:1/a/b?x",
                "?y=http://z",
                "http://h:1/a/b?y=http://z",
                true,
            ),
            ("http://me:pw@h:1/a", "http://H:1/c", "http://H:1/c", true),
            ("http://me:pw@h:1/a", "http://h:2/c", "http://h:2/c", false),
            ("http://me:pw@h:1/a", "//g/c", "http://g/c", false),
            ("http://me:pw@h/a", "https://h/", "https://h/", true),
            ("https://me:pw@h:1/a", "http://h:1/c", "http://h:1/c", false),
            ("https+insecure://me:pw@h/a", "https://h/c", "https://h/c", true),
            ("unix:///s:/a", "/b", "http://localhost/b", true),
        ];
        for (text, location, request, is_same) in table {
            let url = Url::parse(text).unwrap();
            let next = url.join(location).unwrap_or_else(|| panic!("{location} leads on"));
            assert_eq!(next.request(), request, "{text} {location}");
            assert_eq!(url.is_same_server(&next), is_same, "{text} {location}");
            assert_eq!(next.authorization(), None, "{text} {location}");
            assert_eq!(next.scheme() == Scheme::HttpsInsecure, text.contains("insecure"));
        }
        for (text, location) in [
            ("http://h/a", "unix:///s"),
            ("http://h/a", "http+unix://s/x"),
            ("http://h/a", "file:///etc/passwd"),
            ("unix:///s:/a", "http://h/b"),
        ] {
            assert!(Url::parse(text).unwrap().join(location).is_none(), "{text} {location}");
        }
    }
}
