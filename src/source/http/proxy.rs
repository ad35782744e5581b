//! Which proxy to use for a server, by the variables that Go's programs and curl obey.
//!
//! Source of the rules: Go's `golang.org/x/net/http/httpproxy`; `ALL_PROXY` is curl's. Knows no connection.

use std::net::IpAddr;

use crate::secret::Secret;
use crate::source::url::{Scheme, Url};

/// The variables for a scheme. The first that is set wins.
const HTTP: &[&str] = &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
const HTTPS: &[&str] = &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// Variables that list hosts to reach without a proxy.
const EXCEPT: &[&str] = &["NO_PROXY", "no_proxy"];

/// The proxies of an environment. `Default` means no proxy.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    except: Vec<Exception>,
    /// The variable that lists hosts to reach without a proxy.
    except_variable: &'static str,
}

/// A proxy and the variable that names it.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    /// The variable.
    pub(super) variable: &'static str,
    /// `scheme://user:password@host:port`.
    address: Secret,
}

impl Proxies {
    /// The proxies that these variables name.
    pub fn new(variable: impl Fn(&str) -> Option<String>) -> Self {
        let find = |names: &[&'static str]| {
            let mut set = names.iter().filter_map(|name| Some((*name, variable(name)?)));
            set.find(|(_, value)| !value.trim().is_empty())
        };
        let proxy = |names| {
            let (variable, value) = find(names)?;
            let value = value.trim();
            let scheme = if value.contains("://") { "" } else { "http://" };
            Some(Proxy {
                variable,
                address: Secret::new(format!("{scheme}{value}")),
            })
        };
        let except = find(EXCEPT);
        Self {
            http: proxy(HTTP),
            https: proxy(HTTPS),
            except_variable: except.as_ref().map_or(EXCEPT[0], |(variable, _)| variable),
            except: except.map_or_else(Vec::new, |(_, hosts)| hosts.split(',').filter_map(exception).collect()),
        }
    }

    /// The proxy for an address. This machine and the proxies themselves are reached directly.
    pub(super) fn of(&self, url: &Url) -> Option<&Proxy> {
        let proxy = match url.scheme() {
            Scheme::Http => self.http.as_ref(),
            Scheme::Https | Scheme::HttpsInsecure => self.https.as_ref(),
        };
        let host = url.host_name().to_ascii_lowercase();
        let is_itself = |proxy: &&Proxy| {
            let own = proxy.url();
            own.is_some_and(|own| own.host_name().eq_ignore_ascii_case(&host) && own.port() == url.port())
        };
        let is_direct = url.is_local()
            || self.except.iter().any(|except| except.fits(&host, url.port()))
            || self.http.iter().chain(&self.https).any(|proxy| is_itself(&proxy));
        proxy.filter(|_| !is_direct)
    }

    /// What to do about a proxy that does not work.
    pub(super) fn advice(&self, proxy: &Proxy) -> String {
        format!("check {}, or add the host to {}", proxy.variable, self.except_variable)
    }

    /// The secrets in the proxies' addresses.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let proxies = self.http.iter().chain(&self.https);
        proxies.filter_map(Proxy::url).flat_map(|url| url.secrets()).collect()
    }
}

/// How a proxy is used.
pub(super) enum Way {
    /// It forwards the request, which carries the whole address.
    Forward(Url),
    /// It opens a tunnel.
    Tunnel,
}

impl Proxy {
    /// How to use it for an address: plain HTTP can be forwarded, which every proxy does; many open tunnels only
    /// to the https port.
    pub(super) fn way(&self, scheme: Scheme) -> Way {
        match self.url() {
            Some(url) if scheme == Scheme::Http && self.speaks_http() => Way::Forward(url),
            _ => Way::Tunnel,
        }
    }

    /// The host and port, for a message.
    pub(super) fn host(&self) -> String {
        self.url()
            .map_or_else(String::new, |url| format!("{}:{}", url.host_name(), url.port()))
    }

    /// Its address as the client expects it for a tunnel. As in Go, a SOCKS proxy resolves names itself.
    pub(super) fn tunnel(&self) -> String {
        let address = self.address.reveal();
        match address.strip_prefix("socks5://") {
            Some(rest) => format!("socks5h://{rest}"),
            None => address.to_string(),
        }
    }

    fn speaks_http(&self) -> bool {
        let scheme = self.address.reveal().split("://").next().unwrap_or_default();
        ["http", "https"].iter().any(|http| scheme.eq_ignore_ascii_case(http))
    }

    /// Its address as if it spoke HTTP.
    fn url(&self) -> Option<Url> {
        let address = self.address.reveal();
        match address.split_once("://")? {
            _ if self.speaks_http() => Url::read(address),
            (_, rest) => Url::read(&format!("http://{rest}")),
        }
    }
}

/// Hosts to reach without a proxy.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Exception {
    hosts: Hosts,
    /// Only on this port, if there is one.
    port: Option<u16>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Hosts {
    All,
    /// An address, or all addresses that share this many leading bits with it.
    Net(IpAddr, u32),
    /// Everything below a name; stored with a leading dot.
    Below(String),
    /// A name and everything below it; stored with a leading dot.
    AtAndBelow(String),
}

/// Parses `*`, `10.0.0.1`, `10.0.0.0/8`, `example.com`, `.example.com` and `*.example.com`; all but a net may have a
/// port.
fn exception(text: &str) -> Option<Exception> {
    let text = text.trim().to_ascii_lowercase();
    let at = |hosts, port| Some(Exception { hosts, port });
    if text == "*" {
        return at(Hosts::All, None);
    }
    if let Some((address, bits)) = text.split_once('/') {
        let (address, bits): (IpAddr, u32) = (address.parse().ok()?, bits.parse().ok()?);
        return at(Hosts::Net(address, bits), None);
    }
    if let Ok(address) = text.parse() {
        return at(Hosts::Net(address, u32::MAX), None);
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, Some(port.parse().ok()?)),
        None => (text.as_str(), None),
    };
    if let Ok(address) = name.trim_matches(['[', ']']).parse() {
        return at(Hosts::Net(address, u32::MAX), port);
    }
    let name = name
        .strip_prefix('*')
        .filter(|rest| rest.starts_with('.'))
        .unwrap_or(name);
    match name.strip_prefix('.') {
        None | Some("") if name.len() < 2 => None,
        Some(_) => at(Hosts::Below(name.into()), port),
        None => at(Hosts::AtAndBelow(format!(".{name}")), port),
    }
}

impl Exception {
    fn fits(&self, host: &str, port: u16) -> bool {
        let fits = match &self.hosts {
            Hosts::All => true,
            Hosts::Net(net, bits) => host.parse().is_ok_and(|address| is_within(address, *net, *bits)),
            Hosts::Below(name) => host.ends_with(name.as_str()),
            Hosts::AtAndBelow(name) => host.ends_with(name.as_str()) || name.strip_prefix('.') == Some(host),
        };
        fits && self.port.is_none_or(|own| own == port)
    }
}

/// Whether two addresses share this many leading bits.
fn is_within(address: IpAddr, net: IpAddr, bits: u32) -> bool {
    let (address, net, width) = match (address, net) {
        (IpAddr::V4(address), IpAddr::V4(net)) => (address.to_bits().into(), net.to_bits().into(), 32),
        (IpAddr::V6(address), IpAddr::V6(net)) => (address.to_bits(), net.to_bits(), 128),
        _ => return false,
    };
    let differ: u128 = address ^ net;
    differ.checked_shr(u32::saturating_sub(width, bits)).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_the_one_that_go_would_use() {
        type Env = &'static [(&'static str, &'static str)];
        type Found = Option<(&'static str, &'static str)>;
        let table: [(Env, &str, Found); 26] = [
            (&[], "http://h", None),
            (&[("HTTP_PROXY", "p:1")], "http://h", Some(("HTTP_PROXY", "p:1"))),
            (&[("HTTP_PROXY", "p:1")], "https://h", None),
            (
                &[("http_proxy", "http://u:pw@p:1/")],
                "http://h",
                Some(("http_proxy", "p:1")),
            ),
            (
                &[("HTTPS_PROXY", "p:1")],
                "https+insecure://h",
                Some(("HTTPS_PROXY", "p:1")),
            ),
            (
                &[("HTTPS_PROXY", " "), ("all_proxy", "q")],
                "https://h",
                Some(("all_proxy", "q:80")),
            ),
            (
                &[("ALL_PROXY", "q"), ("http_proxy", "p")],
                "http://h",
                Some(("http_proxy", "p:80")),
            ),
            (&[("ALL_PROXY", "q")], "http://localhost:1", None),
            (&[("ALL_PROXY", "q")], "http://127.0.0.2", None),
            (&[("ALL_PROXY", "q")], "unix:///s", None),
            (&[("ALL_PROXY", "q:3")], "http://Q:3/x", None),
            (&[("https_proxy", "q:3"), ("http_proxy", "p")], "http://q:3", None),
            (&[("ALL_PROXY", "q"), ("NO_PROXY", "*")], "http://h", None),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "a, h.example")],
                "http://H.example",
                None,
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "h.example")],
                "http://a.h.example",
                None,
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "h.example")],
                "http://ah.example",
                Some(("ALL_PROXY", "q:80")),
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", ".h.example")],
                "http://h.example",
                Some(("ALL_PROXY", "q:80")),
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "*.h.example")],
                "http://a.h.example",
                None,
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "h.example:81")],
                "http://h.example",
                Some(("ALL_PROXY", "q:80")),
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "h.example:80")],
                "http://h.example",
                None,
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "10.0.0.0/8")],
                "http://10.1.2.3:5",
                None,
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "10.0.0.0/8")],
                "http://11.1.2.3:5",
                Some(("ALL_PROXY", "q:80")),
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "10.1.2.3:5")],
                "http://10.1.2.3:5",
                None,
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "fd00::/16,")],
                "http://[fd00::1]:5",
                None,
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "[fd00::1]:5")],
                "http://[fd00::1]:5",
                None,
            ),
            (
                &[("ALL_PROXY", "q"), ("no_proxy", "0.0.0.0/0,.,x/y")],
                "http://h",
                Some(("ALL_PROXY", "q:80")),
            ),
        ];
        for (env, url, expected) in table {
            let find = |name: &str| {
                env.iter()
                    .find(|(own, _)| *own == name)
                    .map(|(_, value)| (*value).to_string())
            };
            let proxies = Proxies::new(find);
            let proxy = proxies.of(&Url::parse(url).unwrap());
            let found = proxy.map(|proxy| (proxy.variable, proxy.host()));
            let expected = expected.map(|(variable, host)| (variable, host.to_string()));
            assert_eq!(found, expected, "{env:?} {url}");
            assert!(!format!("{proxies:?}").contains("pw"));
        }
    }
}
