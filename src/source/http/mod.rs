//! Fetching from a server over HTTP. The only folder that names the HTTP client and its TLS.
//!
//! A thread of its own sends the request, so that the dashboard's Esc works while a server is slow. Redirects
//! are followed here and not by the client: each server is reached in its own way, and what is meant for one is not
//! sent to another. Bytes are delivered as the server stores them: a profile is already gzipped, so no content coding is
//! requested, but one that a server applies nevertheless is removed.

mod dial;
mod header;
mod proxy;
mod question;
mod tls;
mod why;

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ureq::unversioned::transport::{ConnectProxyConnector, Connector, RustlsConnector, SocksConnector};
use ureq::{Agent, Body, Proxy as Tunnel, Timeout, http};

use self::dial::{Dial, Names, Ways};
pub use self::header::Header;
pub use self::proxy::Proxies;
use self::proxy::Way;
use self::question::Route;
pub(super) use self::question::{Expects, Message, Question};
use self::tls::Trust;
use super::answer::{self, Asker, Index, Refusal};
use super::coding;
use super::feed::{self, Feed, Late, Sink, TimeLimits};
use super::url::{Scheme, Url};
use crate::error::{Error, Result};
use crate::progress::Observer;
use crate::secret::{Secret, without_secrets};

/// For connecting: as long as curl and browsers try.
const CONNECT: Duration = Duration::from_secs(30);
/// For a server's index, which is only requested to explain a failure.
const INDEX: Duration = Duration::from_secs(5);
/// How many timeouts a fetch may last in all, once its response has begun; a slow but steady one may last longer.
const WHOLE: u32 = 4;
/// How long the thread has to report by itself what took so long.
const LAST_WORD: Duration = Duration::from_secs(1);
/// How many bytes are read of a page that is not a profile.
const MAX_PAGE: u64 = 1 << 18;
const MAX_REDIRECTS: u32 = 10;
/// How many bytes of a response are looked at to tell whether it is a profile.
const HEAD: u64 = 64;

/// Options for requests to a server.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// How long a server may take to begin its response, and between two pieces of it. The default is pprof's: a
    /// minute, or one and a half times the duration of the requested profile (`seconds`).
    pub timeout: Option<Duration>,
    /// How much longer to wait for the response to begin; 5 s in pprof.
    pub grace: Duration,
    /// Request a profile of the next so many seconds; for the heap, the change in that time.
    pub seconds: Option<u32>,
    /// Limit on a profile's size in bytes, as received, not inflated.
    pub max_bytes: u64,
    /// A PEM file with the certificate chain to show to the server; needs `tls_key`.
    pub tls_cert: Option<PathBuf>,
    /// A PEM file with the certificate's private key.
    pub tls_key: Option<PathBuf>,
    /// A PEM file with the only authorities (CAs) to trust.
    pub tls_ca: Option<PathBuf>,
    /// Which certificates to accept.
    pub certificates: Certificates,
    /// Which proxies to use.
    pub proxies: Proxies,
    /// Headers for the named server; they follow a redirect only to the same server.
    pub headers: Vec<Header>,
    /// A file with a bearer token for the named server; it is read again for each fetch.
    pub bearer_file: Option<PathBuf>,
    /// A file with users and passwords by host, like `~/.netrc`.
    pub netrc: Option<PathBuf>,
}

/// Which certificates to accept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Certificates {
    /// Those that a trusted authority signed, unless an address says otherwise.
    #[default]
    Checked,
    /// Any.
    Unchecked,
}

impl Default for HttpOptions {
    /// At most 1 GiB, far above any honest profile, which is gzipped. No proxy.
    fn default() -> Self {
        Self {
            timeout: None,
            grace: Duration::from_secs(5),
            seconds: None,
            max_bytes: 1 << 30,
            tls_cert: None,
            tls_key: None,
            tls_ca: None,
            certificates: Certificates::default(),
            proxies: Proxies::default(),
            headers: Vec::new(),
            bearer_file: None,
            netrc: None,
        }
    }
}

impl HttpOptions {
    /// Options for another address: what is meant for one server is sent to no other.
    pub fn for_another(&self, own: &Url, other: &Url) -> Self {
        match own.is_same_server(other) {
            true => self.clone(),
            false => Self {
                headers: Vec::new(),
                bearer_file: None,
                tls_cert: None,
                tls_key: None,
                ..self.clone()
            },
        }
    }
}

/// Sends the request and waits until a response begins that may be what was requested.
pub(super) fn open<'o>(
    url: &Url,
    question: &Question,
    options: &HttpOptions,
    observer: &'o dyn Observer,
) -> Result<Feed<'o>> {
    let seconds = options
        .seconds
        .filter(|&seconds| seconds > 0 && question.expects == Expects::Profile);
    let url = seconds.map_or_else(|| url.clone(), |seconds| url.with_seconds(seconds));
    let limits = Limits::new(&url, options);
    let ways = Arc::new(Ways {
        socket: url.socket().cloned(),
        proxies: options.proxies.clone(),
        ..Ways::default()
    });
    let agent = agent(&limits, &ways);
    let time_limits = {
        let (agent, ways, url) = (agent.clone(), Arc::clone(&ways), url.clone());
        let open = limits.connect.saturating_add(limits.answer).saturating_add(LAST_WORD);
        TimeLimits {
            open,
            expected: url.expected(),
            whole: open.saturating_add(limits.read.saturating_mul(WHOLE)),
            late: Box::new(move |late| match late {
                Late::Opening if ways.is_asking.load(Ordering::Relaxed) => {
                    why::timed_out(&url, &limits, Timeout::Resolve)
                }
                Late::Opening => why::timed_out(&url, &limits, Timeout::RecvResponse),
                Late::Reading(done, elapsed) => why::endless(&url, done, elapsed),
            }),
            stop: Box::new(move || agent.clone().shutdown()),
        }
    };
    let own = header::own(&url, options)?;
    let asking = Asking {
        agent,
        trust: tls::trust(options)?,
        certificates: options.certificates,
        secrets: own.secrets.into_iter().chain(options.proxies.secrets()).collect(),
        own: own.headers,
        asked_by: own.asked_by,
        url,
        question: question.clone(),
        ways,
        limits,
        max_bytes: options.max_bytes,
    };
    feed::start(observer, Some(time_limits), move |sink| asking.run(sink))
}

/// How long each part of a fetch may take.
#[derive(Clone, Copy)]
struct Limits {
    connect: Duration,
    /// Until a response begins.
    answer: Duration,
    /// Between two pieces of it.
    read: Duration,
}

impl Limits {
    /// As in pprof: its `internal/driver/fetch.go`.
    fn new(url: &Url, options: &HttpOptions) -> Self {
        let read = options.timeout.unwrap_or_else(|| match url.seconds() {
            Some(seconds @ 1..) => Duration::from_secs(seconds.into()).saturating_mul(3) / 2,
            _ => Duration::from_secs(60),
        });
        let answer = read.saturating_add(options.grace);
        Self {
            connect: CONNECT.min(answer),
            answer,
            read,
        }
    }
}

struct Asking {
    agent: Agent,
    trust: Trust,
    certificates: Certificates,
    /// What only the named server is sent.
    own: Vec<Header>,
    /// Who it says is asking.
    asked_by: Asker,
    /// What no message may repeat.
    secrets: Vec<Secret>,
    url: Url,
    question: Question,
    ways: Arc<Ways>,
    limits: Limits,
    max_bytes: u64,
}

impl Asking {
    fn run(&self, sink: &Sink) -> Result<()> {
        let (url, answer) = self.follow()?;
        let url = &url;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let from_pprof = header("x-go-pprof").is_some();
        let content_type = header("content-type").unwrap_or_default().to_ascii_lowercase();
        let coding = header("content-encoding").unwrap_or_default().to_string();
        let status = answer.status();
        let body = answer.into_body();
        if !status.is_success() {
            let page = self.page(body, &coding);
            let refusal = Refusal {
                status: status.as_u16(),
                reason: status.canonical_reason().unwrap_or("without a name"),
                from_pprof,
                // Another server was sent nothing that could be refused.
                asked_by: match self.url.is_same_server(url) {
                    true => self.asked_by,
                    false => Asker::Nobody,
                },
                body: &page,
            };
            let index = match self.question.expects {
                Expects::Profile => self.index(url, status),
                Expects::Data(advice) => Index::Elsewhere(advice),
            };
            return Err(answer::refused(url, &refusal, &index));
        }
        let limit = self.max_bytes;
        if body.content_length().is_some_and(|total| total > limit) {
            return Err(Error::TooLarge { limit });
        }
        // With a content coding, the decoded length is unknown.
        let total = body.content_length().filter(|_| !coding::is_coded(&coding));
        let cut_off = |error, done| why::cut_off(url, &self.limits, error, done, total);
        let mut reader = coding::undo(&coding, Box::new(body.into_reader())).map_err(|failure| match failure {
            coding::Failure::Unknown(name) => why::unknown_coding(url, &self.words(name.as_bytes())),
            coding::Failure::Io(error) => cut_off(error, 0),
        })?;
        let mut head = Vec::new();
        let read = reader.as_mut().take(HEAD).read_to_end(&mut head);
        read.map_err(|error| cut_off(error, head.len() as u64))?;
        if self.question.expects == Expects::Profile
            && let Some(error) = answer::not_a_profile(url, &content_type, &head)
        {
            return Err(error);
        }
        sink.open(total)?;
        let mut whole = Lid {
            reader: io::Cursor::new(head).chain(reader),
            left: limit,
            limit,
        };
        sink.copy(&mut whole, &cut_off)
    }

    /// Follows redirects. Returns the last response, and its address.
    fn follow(&self) -> Result<(Url, http::Response<Body>)> {
        let mut url = self.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.ask(&url, None)?;
            let location = answer
                .headers()
                .get("location")
                .filter(|_| answer.status().is_redirection());
            let Some(location) = location else {
                return Ok((url, answer));
            };
            let location = String::from_utf8_lossy(location.as_bytes()).into_owned();
            url = url
                .join(&location)
                .ok_or_else(|| why::lost(&url, &self.words(location.as_bytes())))?;
        }
        Err(why::redirected(&self.url, MAX_REDIRECTS))
    }

    /// Sends one request.
    fn ask(&self, url: &Url, limit: Option<Duration>) -> Result<http::Response<Body>> {
        let proxies = &self.ways.proxies;
        let proxy = proxies.of(url).filter(|_| self.ways.socket.is_none());
        let failed = |error| {
            why::failed(
                url,
                self.question.expects,
                &self.limits,
                proxy.map(|proxy| (proxy, proxies.advice(proxy))),
                error,
            )
        };
        let mut request = http::Request::builder().uri(url.request());
        for header in self.own.iter().filter(|_| self.url.is_same_server(url)) {
            request = request.header(header.name(), header.value().reveal());
        }
        let mut tunnel = None;
        match proxy.map(|proxy| (proxy, proxy.way(url.scheme()))) {
            Some((_, Way::Forward(proxy))) => {
                if let Some(authorization) = proxy.authorization() {
                    request = request.header("Proxy-Authorization", authorization.reveal());
                }
            }
            Some((proxy, Way::Tunnel)) => {
                tunnel = Some(Tunnel::new(&proxy.tunnel()).map_err(&failed)?);
            }
            None => {}
        }
        let tls = match url.scheme() {
            Scheme::Https | Scheme::Http if self.certificates == Certificates::Checked => &self.trust.checked,
            _ => &self.trust.unchecked,
        };
        let route = Route {
            tunnel,
            tls: tls.clone(),
            limit,
        };
        let message = self.question.message.as_ref().filter(|_| limit.is_none());
        question::send(&self.agent, request, message, route).map_err(failed)
    }

    /// The server's index, if a profile is missing.
    fn index(&self, url: &Url, status: http::StatusCode) -> Index {
        if status != http::StatusCode::NOT_FOUND {
            return Index::Unknown;
        }
        let index = match self.ask(&url.index(), Some(self.limits.read.min(INDEX))) {
            Ok(answer) if answer.status() == http::StatusCode::NOT_FOUND => Index::Missing,
            Ok(answer) => match answer::offered(&String::from_utf8_lossy(&self.page(answer.into_body(), ""))) {
                names if names.is_empty() => Index::Unknown,
                names => Index::Lists(names),
            },
            Err(_) => Index::Unknown,
        };
        match (index, url.heap_below()) {
            (Index::Missing | Index::Unknown, Some(heap)) => Index::Below(heap.to_string()),
            (index, _) => index,
        }
    }

    /// The beginning of a body that is only quoted; read errors just end it.
    fn page(&self, body: Body, coding: &str) -> Vec<u8> {
        let mut page = Vec::new();
        let body = coding::undo(coding, Box::new(body.into_reader()));
        if let Ok(body) = body {
            body.take(MAX_PAGE).read_to_end(&mut page).unwrap_or_default();
        }
        self.words(&page).into_bytes()
    }

    /// A server's text with the secrets removed: some servers repeat them.
    fn words(&self, text: &[u8]) -> String {
        without_secrets(&String::from_utf8_lossy(text), &self.secrets)
    }
}

/// Fails as soon as there is more than the limit.
struct Lid<R> {
    reader: R,
    left: u64,
    limit: u64,
}

impl<R: Read> Read for Lid<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let left = self.left.checked_sub(count as u64);
        self.left = left.ok_or_else(|| io::Error::other(Error::TooLarge { limit: self.limit }))?;
        Ok(count)
    }
}

fn agent(limits: &Limits, ways: &Arc<Ways>) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(0)
        .user_agent(concat!("heaptui/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .proxy(None)
        .timeout_connect(Some(limits.connect))
        .timeout_send_request(Some(limits.read))
        .timeout_recv_response(Some(limits.answer))
        .timeout_per_read(Some(limits.answer))
        .build();
    let connector =
        ().chain(SocksConnector::default())
            .chain(ConnectProxyConnector::default())
            .chain(Dial(Arc::clone(ways)))
            .chain(RustlsConnector::default());
    Agent::with_parts(config, connector, Names(Arc::clone(ways)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_waited_for_as_long_as_in_pprof() {
        for (url, timeout, answer) in [
            ("h:1", None, 65_000),
            ("h:1?seconds=1", None, 6_500),
            ("h:1?seconds=30", None, 50_000),
            ("h:1?seconds=0", None, 65_000),
            ("h:1?seconds=30", Some(1), 6_000),
            ("h:1", Some(90), 95_000),
        ] {
            let options = HttpOptions {
                timeout: timeout.map(Duration::from_secs),
                ..HttpOptions::default()
            };
            let limits = Url::parse(url).map(|url| Limits::new(&url, &options));
            let waits = limits.map(|limits| (limits.answer.as_millis(), limits.connect <= CONNECT));
            assert_eq!(waits, Some((answer, true)), "{url} {timeout:?}");
        }
    }
}
