//! Why a request failed or its response could not be read, and what to try.

use std::fmt::Display;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};
use ureq::Timeout;

use super::Limits;
use super::proxy::Proxy;
use super::question::Expects;
use crate::error::Error;
use crate::source::answer;
use crate::source::url::Url;

/// The proxy in use, and what to do about it.
pub(super) type Between<'p> = Option<(&'p Proxy, String)>;

/// The error for a request without a response.
pub(super) fn failed(url: &Url, expects: Expects, limits: &Limits, proxy: Between<'_>, error: ureq::Error) -> Error {
    let (what, advice) = match error {
        ureq::Error::Timeout(phase) => return timed_out(url, limits, phase),
        ureq::Error::Io(error) => match error.downcast::<rustls::Error>() {
            Ok(error) => tls(&error),
            Err(error) => unreachable(url, expects, proxy, &error),
        },
        ureq::Error::Rustls(error) => tls(&error),
        ureq::Error::HostNotFound => unknown_host(proxy),
        ureq::Error::LargeResponseHeader(..) => (
            "the answer begins with more headers than anybody sends".into(),
            "is another service on this port?".into(),
        ),
        ureq::Error::Protocol(error) => (
            format!("the answer is not HTTP ({})", quoted(&error)),
            "is another service on this port?".into(),
        ),
        ureq::Error::ConnectProxyFailed(error) => {
            let (host, advice) = name(proxy);
            (format!("{host} refuses ({})", quoted(&error)), advice)
        }
        ureq::Error::InvalidProxyUrl => {
            let variable = proxy.map_or("a variable", |(proxy, _)| proxy.variable);
            (
                format!("{variable} names no proxy that can be asked"),
                "e.g. http://proxy.example:3128".into(),
            )
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => (
            "this is not a valid URL".into(),
            "e.g. http://localhost:6060/debug/pprof/heap".into(),
        ),
        error => (quoted(&error), "check the URL".into()),
    };
    answer::error(url, what, advice)
}

/// What went wrong in connecting, and what to try.
fn unreachable(url: &Url, expects: Expects, proxy: Between<'_>, error: &io::Error) -> (String, String) {
    if let Some(socket) = url.socket() {
        let advice = match error.kind() {
            io::ErrorKind::NotFound => "is the process up, and is this the path of its socket?",
            io::ErrorKind::PermissionDenied => "ask as the user that owns the socket",
            io::ErrorKind::ConnectionRefused => "nobody listens on it any more: is the process up?",
            _ => "does it speak HTTP on this socket?",
        };
        return (
            format!("no connection to {} ({error})", socket.display()),
            advice.into(),
        );
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused if proxy.is_some() => {
            let (host, advice) = name(proxy);
            (format!("{host} refuses the connection"), advice)
        }
        io::ErrorKind::ConnectionRefused => (
            "connection refused".into(),
            match expects {
                Expects::Profile => {
                    "is the process up and listening on this port, and does it import net/http/pprof?".into()
                }
                Expects::Data(_) => "is it up, and listening on this port?".into(),
            },
        ),
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted => (
            "the server closed the connection without an answer".into(),
            "is this another service's port, or does it want https:// or a client certificate?".into(),
        ),
        // The standard library has no error kind for a failed name lookup.
        _ if error.to_string().contains("lookup address") => unknown_host(proxy),
        _ => (
            format!("no connection ({error})"),
            "check the address and the network".into(),
        ),
    }
}

/// The proxy with its variable, for a message, and what to do about it.
fn name(proxy: Between<'_>) -> (String, String) {
    match proxy {
        Some((proxy, advice)) => (format!("the proxy {} of {}", proxy.host(), proxy.variable), advice),
        None => ("the proxy".into(), "check the address".into()),
    }
}

fn unknown_host(proxy: Between<'_>) -> (String, String) {
    match proxy {
        Some(_) => {
            let (host, advice) = name(proxy);
            (format!("{host} cannot be found"), advice)
        }
        None => (
            "no such host".into(),
            "check the name; those of a cluster are known only within it: kubectl port-forward".into(),
        ),
    }
}

/// The error for a response that ended after so many bytes.
pub(super) fn cut_off(url: &Url, limits: &Limits, error: io::Error, done: u64, total: Option<u64>) -> Error {
    let error = match error.downcast::<Error>() {
        Ok(error) => return error,
        Err(error) => ureq::Error::from(error),
    };
    let what = match (&error, total) {
        (ureq::Error::Timeout(phase), _) => return timed_out(url, limits, *phase),
        (ureq::Error::Io(error), _)
            if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) =>
        {
            format!(
                "what the server encoded for HTTP is broken after {done} bytes ({})",
                quoted(error)
            )
        }
        (ureq::Error::Io(_), Some(total)) => format!("the answer ends after {done} of {total} bytes"),
        (ureq::Error::Io(_), None) => format!("the answer breaks off after {done} bytes"),
        (error, _) => format!("the answer is broken after {done} bytes ({})", quoted(error)),
    };
    answer::error(url, what, "did the process die? try again")
}

/// The error for an unknown content coding, which was not requested.
pub(super) fn unknown_coding(url: &Url, name: &str) -> Error {
    let name = quoted(&name);
    let advice = "no encoding was asked for: ask the process itself, not what is in front of it";
    answer::error(
        url,
        format!("the answer is encoded as {name}, which is not read here"),
        advice,
    )
}

/// The error for a redirect whose target is not an address.
pub(super) fn lost(url: &Url, location: &str) -> Error {
    let what = format!(
        "the server sends on to {}, which cannot be asked",
        quoted(&crate::secret::shown(location))
    );
    answer::error(url, what, "ask there directly")
}

/// The error for too many redirects.
pub(super) fn redirected(url: &Url, limit: u32) -> Error {
    let advice = "is this behind a login? ask the process itself";
    answer::error(url, format!("more than {limit} redirects"), advice)
}

/// The error for a response that trickles or never ends.
pub(super) fn endless(url: &Url, done: u64, elapsed: Duration) -> Error {
    let what = format!("the answer does not end: {done} bytes in {} s", elapsed.as_secs());
    answer::error(url, what, "is this a profile? else allow more with --timeout")
}

/// The text of an error, shortened, as it may repeat what the server sent.
fn quoted(error: &dyn Display) -> String {
    answer::first_line(error.to_string().as_bytes())
}

/// The error for a timeout in this phase.
pub(super) fn timed_out(url: &Url, limits: &Limits, phase: Timeout) -> Error {
    let (what, limit, advice) = match phase {
        Timeout::Resolve => (
            "the name server does not answer",
            limits.answer,
            "check the network, or give an IP address",
        ),
        Timeout::Connect => (
            "no connection",
            limits.connect,
            "is the host right, and is the port open in its firewall?",
        ),
        Timeout::SendRequest | Timeout::RecvResponse => (
            "no answer",
            limits.answer,
            "is the process stuck? else allow more with --timeout",
        ),
        _ => (
            "the server stopped sending",
            limits.read,
            "try again, or allow more with --timeout",
        ),
    };
    answer::error(url, format!("{what} within {limit:?}"), advice)
}

fn tls(error: &rustls::Error) -> (String, String) {
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
            "name its authority's file, --tls_ca FILE (the system's is often /etc/ssl/certs/ca-certificates.crt), or skip the \
             check: https+insecure://"
        }
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired | AlertDescription::BadCertificate) => {
            "the server wants a client certificate: --tls_cert and --tls_key"
        }
        _ => "check --tls_cert, --tls_key and --tls_ca",
    };
    (format!("no secure connection ({error})"), advice.into())
}
