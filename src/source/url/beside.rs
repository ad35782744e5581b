//! Other addresses on a profile's server: its other profiles, their index, its metrics, paths of an API.

use super::{INDEX, Place, Url, shown};

impl Url {
    /// The address of another profile on the same server.
    pub fn beside(&self, profile: &str, query: &str) -> Self {
        let index = self.index();
        let mark = if query.is_empty() { "" } else { "?" };
        Self {
            path: format!("{}{profile}{mark}{query}", index.path),
            ..index
        }
    }

    /// Whether its path is where Go's servers have their profiles.
    pub fn is_among_profiles(&self) -> bool {
        self.path.split('?').next().is_some_and(|path| path.contains("/pprof/"))
    }

    /// The address of the server's index of profiles, guessed from this one.
    pub(in crate::source) fn index(&self) -> Self {
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

    /// The address of the server's Prometheus metrics, guessed from where its profiles are.
    pub fn metrics(&self) -> Self {
        let index = self.index();
        let base = index.path.strip_suffix(INDEX).unwrap_or_default();
        Self {
            path: format!("{base}/metrics"),
            ..index
        }
    }

    /// Parses the address of a page of metrics: that of a server alone is `/metrics`. `None` if it is not an address.
    pub fn parse_metrics(text: &str) -> Option<Self> {
        let url = Self::read(text)?;
        let path = match &*url.path {
            "" | "/" => "/metrics".into(),
            _ => url.path,
        };
        Some(Self { path, ..url })
    }

    /// The server's heap profile, if this path may be what comes before it.
    pub(in crate::source) fn heap_below(&self) -> Option<Self> {
        let path = self.path.split('?').next().unwrap_or_default();
        (!path.contains("/debug") && !path.contains("/pprof")).then(|| self.below(&format!("{INDEX}heap")))
    }

    /// A path and query appended to this address, which may have a path prefix.
    pub(in crate::source) fn below(&self, path: &str) -> Self {
        let base = self.path.split('?').next().unwrap_or_default().trim_end_matches('/');
        Self {
            path: format!("{base}{path}"),
            ..self.clone()
        }
    }

    /// As [`Url::below`], with query parameters.
    pub(in crate::source) fn asking(&self, path: &str, query: &[(&str, &str)]) -> Self {
        let pairs: Vec<String> = query
            .iter()
            .map(|(key, value)| format!("{key}={}", encoded(value)))
            .collect();
        self.below(&format!("{path}?{}", pairs.join("&")))
    }

    /// The server's heap profile, guessed from where its metrics are.
    pub(in crate::source) fn beside_metrics(&self) -> Self {
        let path = self.path.split('?').next().unwrap_or_default();
        let base = path.strip_suffix("/metrics").unwrap_or_default();
        Self {
            path: format!("{base}{INDEX}heap"),
            ..self.clone()
        }
    }

    /// This address with the port replaced; that of a socket is unchanged.
    pub fn at_port(&self, port: u16) -> Self {
        let Place::Host(host) = &self.place else {
            return self.clone();
        };
        let name = match host.rfind(']') {
            Some(end) => &host[..=end],
            None => host.split(':').next().unwrap_or_default(),
        };
        Self {
            place: Place::Host(format!("{name}:{port}")),
            ..self.clone()
        }
    }

    /// A short name for the server: host and port as given, any path before its profiles, and `https://` if it uses
    /// that. Never includes a password.
    pub fn server(&self) -> String {
        let index = self.index().to_string();
        let short = index.strip_suffix(INDEX).unwrap_or(&index);
        shown(
            short
                .strip_prefix("http://")
                .unwrap_or(short)
                .trim_end_matches([':', '/']),
        )
    }
}

/// Percent-encodes a value for a query.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded += &format!("%{byte:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_server_has_a_short_name_and_metrics() {
        for (text, server, metrics) in [
            ("h:1", "h:1", "http://h:1/metrics"),
            ("me:pw@h:1", "h:1", "http://h:1/metrics"),
            ("https://h/", "https://h", "https://h/metrics"),
            (
                "h:1/a/pod:6060/proxy/debug/pprof/heap",
                "h:1/a/pod:6060/proxy",
                "http://h:1/a/pod:6060/proxy/metrics",
            ),
            (
                "unix:///run/a.sock",
                "unix:///run/a.sock",
                "unix:///run/a.sock:/metrics",
            ),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(
                (url.server().as_str(), url.metrics().to_string().as_str()),
                (server, metrics),
                "{text}"
            );
        }
    }

    #[test]
    fn a_path_is_below_an_address() {
        for (base, whole) in [
            ("http://h:9090", "http://h:9090/api/v1/targets"),
            ("http://h/prometheus/", "http://h/prometheus/api/v1/targets"),
            ("h:1/p?x=y", "http://h:1/p/api/v1/targets"),
        ] {
            let url = Url::read(base).unwrap();
            assert_eq!(url.below("/api/v1/targets").to_string(), whole, "{base}");
        }
    }

    #[test]
    fn profiles_are_beside_metrics_or_on_another_port() {
        for (metrics, profiles, other) in [
            (
                "http://h:1/metrics",
                "http://h:1/debug/pprof/heap",
                "http://h:6060/debug/pprof/heap",
            ),
            (
                "https://h/x?a=b",
                "https://h/debug/pprof/heap",
                "https://h:6060/debug/pprof/heap",
            ),
            (
                "http://[::1]:1/p/metrics",
                "http://[::1]:1/p/debug/pprof/heap",
                "http://[::1]:6060/p/debug/pprof/heap",
            ),
        ] {
            let url = Url::read(metrics).unwrap().beside_metrics();
            assert_eq!(
                (url.to_string().as_str(), url.at_port(6060).to_string().as_str()),
                (profiles, other)
            );
        }
        let asked = Url::read("h:1")
            .unwrap()
            .asking("/q", &[("query", "up{a=\"b\"}"), ("x", "é")]);
        assert_eq!(asked.request(), "http://h:1/q?query=up%7Ba%3D%22b%22%7D&x=%C3%A9");
    }
}
