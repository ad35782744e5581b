//! Asking a server for a profile. The only file that names the HTTP client and its TLS.
//!
//! A thread of its own does the asking, so that the dashboard's Esc works while a server keeps one waiting.
//! Bytes come out as the server holds them: a profile is gzipped by itself, so no further encoding is asked for.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{AlertDescription, CertificateError};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Timeout, http};

use super::answer::{self, Index, Refusal};
use super::feed::{self, Feed, Sink};
use super::url::{Scheme, Url};
use crate::error::{Error, Result};
use crate::progress::Observer;

/// Go's own, for a connection.
const CONNECT: Duration = Duration::from_secs(30);
/// For a server's index, which is only asked for to explain a failure.
const INDEX: Duration = Duration::from_secs(5);
/// How long the thread has to say itself what took so long.
const GRACE: Duration = Duration::from_secs(5);
/// How much of a page that is no profile is read.
const MAX_PAGE: u64 = 1 << 18;
const MAX_REDIRECTS: u32 = 10;
/// How much of an answer is looked at to tell whether it is a profile.
const HEAD: u64 = 64;

/// How to ask a server.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// How long a server may take to connect, to begin its answer, and between two pieces of it. By default, as in
    /// pprof, a minute, or half as long again as the profile takes that is asked for by `seconds`.
    pub timeout: Option<Duration>,
    /// Ask for what happens in the next so many seconds; for the heap, what changes.
    pub seconds: Option<u32>,
    /// Bytes after which a profile is refused, as they come, not inflated.
    pub max_bytes: u64,
    /// A PEM file with the certificate chain to show to the server; needs `tls_key`.
    pub tls_cert: Option<PathBuf>,
    /// A PEM file with the certificate's private key.
    pub tls_key: Option<PathBuf>,
    /// A PEM file with the only authorities to trust.
    pub tls_ca: Option<PathBuf>,
}

impl Default for HttpOptions {
    /// A body of 1 GiB is far above any honest profile, which is gzipped.
    fn default() -> Self {
        Self {
            timeout: None,
            seconds: None,
            max_bytes: 1 << 30,
            tls_cert: None,
            tls_key: None,
            tls_ca: None,
        }
    }
}

/// Asks and waits until an answer begins that may be a profile.
pub(super) fn open<'o>(url: &Url, options: &HttpOptions, observer: &'o dyn Observer) -> Result<Feed<'o>> {
    let seconds = options.seconds.filter(|&seconds| seconds > 0);
    let url = seconds.map_or_else(|| url.clone(), |seconds| url.with_seconds(seconds));
    let timeout = options.timeout.unwrap_or_else(|| match url.seconds() {
        Some(seconds @ 1..) => Duration::from_secs(seconds.into()) * 3 / 2,
        _ => Duration::from_secs(60),
    });
    let asking = Asking {
        agent: agent(&url, options, timeout)?,
        url,
        timeout,
        max_bytes: options.max_bytes,
    };
    let late = timed_out(&asking.url, timeout, Timeout::RecvResponse);
    let patience = timeout.saturating_add(CONNECT.min(timeout)).saturating_add(GRACE);
    feed::start(observer, Some((patience, late)), move |sink| asking.run(sink))
}

struct Asking {
    agent: Agent,
    url: Url,
    timeout: Duration,
    max_bytes: u64,
}

impl Asking {
    fn run(&self, sink: &Sink) -> Result<()> {
        let request = self.agent.get(self.url.request());
        let answer = request.call().map_err(|error| self.failed(error))?;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let from_pprof = header("x-go-pprof").is_some();
        let content_type = header("content-type").unwrap_or_default().to_ascii_lowercase();
        let status = answer.status();
        let mut body = answer.into_body();
        if !status.is_success() {
            let page = page(body);
            let refusal = Refusal {
                status: status.as_u16(),
                reason: status.canonical_reason().unwrap_or("without a name"),
                from_pprof,
                body: &page,
            };
            return Err(answer::refused(&self.url, &refusal, &self.index(status)));
        }
        let total = body.content_length();
        let limit = self.max_bytes;
        if total.is_some_and(|total| total > limit) {
            return Err(Error::TooLarge { limit });
        }
        let mut head = Vec::new();
        let reader = body.as_reader().take(HEAD).read_to_end(&mut head);
        reader.map_err(|error| self.cut_off(error, head.len() as u64, total))?;
        if let Some(error) = answer::not_a_profile(&self.url, &content_type, &head) {
            return Err(error);
        }
        sink.open(total)?;
        let rest = io::Cursor::new(head).chain(body.into_reader());
        sink.copy(
            &mut Lid {
                reader: rest,
                left: limit,
                limit,
            },
            &|error, done| self.cut_off(error, done, total),
        )
    }

    /// What the server offers, if a profile is missing.
    fn index(&self, status: http::StatusCode) -> Index {
        if status != http::StatusCode::NOT_FOUND {
            return Index::Unknown;
        }
        let request = self.agent.get(self.url.index().request()).config();
        let timeout = Some(self.timeout.min(INDEX));
        match request.timeout_global(timeout).build().call() {
            Ok(answer) if answer.status() == http::StatusCode::NOT_FOUND => Index::Missing,
            Ok(answer) => match answer::offered(&String::from_utf8_lossy(&page(answer.into_body()))) {
                names if names.is_empty() => Index::Unknown,
                names => Index::Lists(names),
            },
            Err(_) => Index::Unknown,
        }
    }

    /// Why there is no answer.
    fn failed(&self, error: ureq::Error) -> Error {
        let (what, advice) = match error {
            ureq::Error::Timeout(phase) => return timed_out(&self.url, self.timeout, phase),
            ureq::Error::Io(error) => match error.downcast::<rustls::Error>() {
                Ok(error) => tls(&error),
                Err(error) => self.unreachable(&error),
            },
            ureq::Error::Rustls(error) => tls(&error),
            ureq::Error::HostNotFound => unknown_host(),
            ureq::Error::TooManyRedirects => (
                format!("more than {MAX_REDIRECTS} redirects"),
                "is this behind a login? ask the process itself",
            ),
            ureq::Error::Protocol(error) => (
                format!("the answer is not HTTP ({})", quoted(&error)),
                "is another service on this port?",
            ),
            ureq::Error::ConnectProxyFailed(error) => (
                format!("the proxy refuses ({})", quoted(&error)),
                "check HTTPS_PROXY, or add the host to NO_PROXY",
            ),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => (
                "this is not a valid URL".into(),
                "e.g. http://localhost:6060/debug/pprof/heap",
            ),
            error => (quoted(&error), "check the URL"),
        };
        answer::error(&self.url, what, advice)
    }

    /// Why there is no connection.
    fn unreachable(&self, error: &io::Error) -> (String, &'static str) {
        let proxy = self.agent.config().proxy().filter(|proxy| {
            let uri = self.url.request().parse();
            uri.is_ok_and(|uri| !proxy.is_no_proxy(&uri))
        });
        match error.kind() {
            io::ErrorKind::ConnectionRefused => match proxy {
                Some(proxy) => (
                    format!("the proxy {}:{} refuses the connection", proxy.host(), proxy.port()),
                    "check HTTP_PROXY and HTTPS_PROXY, or add the host to NO_PROXY",
                ),
                None => (
                    "connection refused".into(),
                    "is the process up and listening on this port, and does it import net/http/pprof?",
                ),
            },
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted => (
                "the server closed the connection without an answer".into(),
                "is this another service's port, or does it want https:// or a client certificate?",
            ),
            // The standard library has no kind for a name that cannot be looked up.
            _ if error.to_string().contains("lookup address") => unknown_host(),
            _ => (format!("no connection ({error})"), "check the address and the network"),
        }
    }

    /// Why an answer stopped after so many bytes.
    fn cut_off(&self, error: io::Error, done: u64, total: Option<u64>) -> Error {
        let error = match error.downcast::<Error>() {
            Ok(error) => return error,
            Err(error) => ureq::Error::from(error),
        };
        let what = match (&error, total) {
            (ureq::Error::Timeout(phase), _) => return timed_out(&self.url, self.timeout, *phase),
            (ureq::Error::Io(_), Some(total)) => format!("the answer ends after {done} of {total} bytes"),
            (ureq::Error::Io(_), None) => format!("the answer breaks off after {done} bytes"),
            (error, _) => format!("the answer is broken after {done} bytes ({})", quoted(error)),
        };
        answer::error(&self.url, what, "did the process die? try again")
    }
}

/// An error that may repeat what the server sent, cut short.
fn quoted(error: &dyn std::fmt::Display) -> String {
    answer::first_line(error.to_string().as_bytes())
}

/// The first part of a body that is only to be quoted; what cannot be read of it is left out.
fn page(body: Body) -> Vec<u8> {
    let mut page = Vec::new();
    body.into_reader()
        .take(MAX_PAGE)
        .read_to_end(&mut page)
        .unwrap_or_default();
    page
}

/// Fails as soon as there is more than allowed.
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

fn timed_out(url: &Url, timeout: Duration, phase: Timeout) -> Error {
    let (what, limit, advice) = match phase {
        Timeout::Resolve => (
            "the name server does not answer",
            timeout,
            "check the network, or give an IP address",
        ),
        Timeout::Connect => (
            "no connection",
            timeout.min(CONNECT),
            "is the host right, and is the port open in its firewall?",
        ),
        Timeout::SendRequest | Timeout::RecvResponse => (
            "no answer",
            timeout,
            "is the process stuck? else allow more with --timeout",
        ),
        _ => (
            "the server stopped sending",
            timeout,
            "try again, or allow more with --timeout",
        ),
    };
    answer::error(url, format!("{what} within {limit:?}"), advice)
}

fn unknown_host() -> (String, &'static str) {
    (
        "no such host".into(),
        "check the name; inside a cluster, use kubectl port-forward",
    )
}

fn tls(error: &rustls::Error) -> (String, &'static str) {
    let advice = match error {
        rustls::Error::InvalidMessage(_) => "the server speaks plain HTTP on this port: use http://",
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "use the name that the certificate is for, or https+insecure:// to skip the check",
        // Among others, an authority's own certificate, which Go accepts from a server and rustls does not.
        rustls::Error::InvalidCertificate(CertificateError::Other(_)) => {
            "a server needs a certificate of its own, not an authority's; or use https+insecure:// to skip the check"
        }
        rustls::Error::InvalidCertificate(_) => {
            "give its authority with --tls-ca (e.g. the system's file of them), or use https+insecure:// to skip the check"
        }
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired | AlertDescription::BadCertificate) => {
            "the server wants a client certificate: --tls-cert and --tls-key"
        }
        _ => "check --tls-cert, --tls-key and --tls-ca",
    };
    (format!("no secure connection ({error})"), advice)
}

fn agent(url: &Url, options: &HttpOptions, timeout: Duration) -> Result<Agent> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(MAX_REDIRECTS)
        .user_agent(concat!("heaptui/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .timeout_resolve(Some(timeout))
        .timeout_connect(Some(timeout.min(CONNECT)))
        .timeout_send_request(Some(timeout))
        .timeout_recv_response(Some(timeout))
        .timeout_per_read(Some(timeout))
        .tls_config(tls_config(url, options)?);
    // As in Go, this machine is never asked through a proxy.
    let config = if url.is_local() { config.proxy(None) } else { config };
    Ok(config.build().new_agent())
}

/// The authorities are those compiled in (Mozilla's): the binary then works where a machine or container has no file
/// of them. A `tls_ca` replaces them, as in pprof, and is how a private authority is trusted.
fn tls_config(url: &Url, options: &HttpOptions) -> Result<TlsConfig> {
    let mut config = TlsConfig::builder().disable_verification(url.scheme() == Scheme::HttpsInsecure);
    if let Some(path) = &options.tls_ca {
        config = config.root_certs(RootCerts::new_with_certs(&certificates(path, &pem(path)?)?));
    }
    config = match (&options.tls_cert, &options.tls_key) {
        (Some(cert), Some(key)) => config.client_cert(Some(client_cert(cert, key)?)),
        (None, None) => config,
        _ => {
            return Err(Error::Usage(
                "--tls-cert and --tls-key need each other: give both".into(),
            ));
        }
    };
    Ok(config.build())
}

fn client_cert(cert: &Path, key: &Path) -> Result<ClientCert> {
    let (cert_pem, key_pem) = (pem(cert)?, pem(key)?);
    let chain = certificates(cert, &cert_pem)?;
    let unusable = |path: &Path, why: String| Error::Usage(format!("{}: {why}", path.display()));
    let private = PrivateKey::from_pem(&key_pem);
    let private = private.map_err(|_| unusable(key, "no unencrypted private key in PEM form here".into()))?;
    // The client panics on a key that does not fit, so this is found out before.
    let ders = chain
        .iter()
        .map(|cert| CertificateDer::from(cert.der().to_vec()))
        .collect();
    let fits = PrivateKeyDer::from_pem_slice(&key_pem)
        .map_err(|error| error.to_string())
        .and_then(|private| {
            let provider = rustls::crypto::ring::default_provider();
            rustls::sign::CertifiedKey::from_der(ders, private, &provider).map_err(|error| error.to_string())
        });
    fits.map_err(|error| unusable(key, format!("does not fit {} ({error})", cert.display())))?;
    Ok(ClientCert::new_with_certs(&chain, private))
}

fn pem(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|reason| Error::Io {
        name: path.display().to_string(),
        reason,
    })
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<Certificate<'static>>> {
    let items = parse_pem(pem).flatten();
    let certificates: Vec<_> = items
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(Error::Usage(format!(
            "{}: no certificate in PEM form here",
            path.display()
        )));
    }
    Ok(certificates)
}
