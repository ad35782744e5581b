//! What a server's response means when it is not a profile, and what to try.
//!
//! Knows `net/http/pprof` and HTTP's status codes. Knows no connection. What the server wrote is quoted unescaped but
//! shortened; the code that prints it escapes it.

use serde_json::Value;

use super::url::Url;
use crate::error::Error;

/// How many characters of a server's own message are quoted.
const MAX_QUOTE: usize = 200;
/// How many profiles of an index are listed.
const MAX_OFFERED: usize = 30;

/// A response that refuses the request.
pub(super) struct Refusal<'a> {
    /// The status code.
    pub(super) status: u16,
    /// The reason phrase of the status.
    pub(super) reason: &'a str,
    /// Whether the header `X-Go-Pprof: 1` says that `net/http/pprof` itself wrote it.
    pub(super) from_pprof: bool,
    /// How the request identified its user.
    pub(super) asked_by: Asker,
    /// The body's first bytes.
    pub(super) body: &'a [u8],
}

/// How a request identified its user.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Asker {
    /// Not at all.
    Nobody,
    /// With a password or a token that the user named.
    Somebody,
    /// With the password that `~/.netrc` has for the host.
    Netrc,
}

/// The server's index of profiles, if it was requested.
pub(super) enum Index {
    /// The names of the profiles it offers.
    Lists(Vec<String>),
    /// The server has no index.
    Missing,
    /// The index was not requested, or could not be fetched.
    Unknown,
    /// Missing or unknown, and the address may be what comes before Go's profiles; the heap profile below it.
    Below(String),
    /// The request was not for a profile; what to try instead.
    Elsewhere(&'static str),
}

/// Phrases in a refusal, and what to do about them. The first row that matches wins.
const ADVICE: &[(&str, &str)] = &[
    (
        "HTTP request to an HTTPS server",
        "it speaks TLS on this port: use https://",
    ),
    (
        "request was sent to HTTPS port",
        "it speaks TLS on this port: use https://",
    ),
    (
        "SSL certificate",
        "it wants a client certificate that it knows: --tls_cert and --tls_key",
    ),
    (
        "host not allowed",
        "it answers to another name: -H 'Host: NAME', or none for Caddy on a socket, -H 'Host:'",
    ),
    ("WriteTimeout", "ask for fewer --seconds"),
    (
        "seconds and debug params",
        "leave ?debug= out of the URL; heaptui does not need it",
    ),
    (
        "already in use",
        "another profile is being taken: try again when it is done",
    ),
];

/// The error for a refusal.
pub(super) fn refused(url: &Url, refusal: &Refusal<'_>, index: &Index) -> Error {
    let line = said(refusal);
    let words = if line.is_empty() {
        format!("{} {}", refusal.status, refusal.reason)
    } else {
        format!("{} {}: {line}", refusal.status, refusal.reason)
    };
    if let Some((_, advice)) = ADVICE.iter().find(|(text, _)| line.contains(text)) {
        return error(url, words, *advice);
    }
    if let (Index::Elsewhere(advice), 400 | 404..=499) = (index, refusal.status) {
        return error(url, words, *advice);
    }
    let advice = match refusal.status {
        401 if refusal.asked_by == Asker::Somebody => {
            "the password or token that was sent is not good for it: is it out of date?".into()
        }
        401 if refusal.asked_by == Asker::Netrc => {
            "the password for this host in ~/.netrc is not good for it: http://user:password@host…, --bearer-file or -H \
             come before it"
                .into()
        }
        401 => "say who asks: http://user:password@host…, --bearer-file or -H".into(),
        403 => "the server forbids it: ask from a machine or as a user that it allows".into(),
        404 => match index {
            Index::Lists(names) => format!("{} offers {}", url.index(), names.join(", ")),
            Index::Missing => "nothing is at /debug/pprof/ there: does the process import net/http/pprof, \
                               and serve it on this port?"
                .into(),
            Index::Below(heap) => format!("a path is asked for as it is; if it is a prefix, the heap is at {heap}"),
            Index::Unknown | Index::Elsewhere(_) => {
                format!("check the path; profiles are usually listed at {}", url.index())
            }
        },
        405 => "this is no pprof endpoint: check the path".into(),
        502..=504 => "a proxy could not reach the process behind it: is it up?".into(),
        500.. => "see the server's log, or try again".into(),
        _ if refusal.from_pprof => "net/http/pprof refuses the request: check the URL's parameters".into(),
        _ => "check the URL".into(),
    };
    error(url, words, advice)
}

/// The message in a refusal: that of a JSON object, as APIs send it, the title of a page unless it is the status, or else
/// the first line.
fn said(refusal: &Refusal<'_>) -> String {
    let body = refusal.body;
    if body.trim_ascii_start().starts_with(b"<") {
        let page = String::from_utf8_lossy(body);
        let title = page
            .split("<title>")
            .nth(1)
            .and_then(|rest| rest.split("</title>").next());
        let title = title.unwrap_or_default().trim();
        // nginx and others repeat the status in words of their own; for 400 they say why.
        let bare = title.strip_prefix(&refusal.status.to_string()).map(str::trim);
        let said = match bare {
            Some(why) if refusal.status == 400 && why != refusal.reason => why,
            Some(_) => "",
            None if title == refusal.reason => "",
            None => title,
        };
        return match said.contains('<') {
            true => String::new(),
            false => first_line(said.as_bytes()),
        };
    }
    let object: Option<Value> = serde_json::from_slice(body).ok();
    let text = |key: &str| Some(object.as_ref()?.get(key)?.as_str()?.to_string());
    match text("message").or_else(|| text("error")) {
        Some(text) => first_line(text.as_bytes()),
        None => first_line(body),
    }
}

/// The error for a response that succeeded but is not a profile, judged by how it begins.
pub(super) fn not_a_profile(url: &Url, content_type: &str, head: &[u8]) -> Option<Error> {
    if content_type.starts_with("text/html") || head.trim_ascii_start().starts_with(b"<") {
        let advice = "is this a login page or a dashboard? profiles are usually at …/debug/pprof/heap";
        return Some(error(url, "the server answered with a page, not a profile", advice));
    }
    let is_trace = head.starts_with(b"go 1.") && head.get(..16).is_some_and(|head| head.ends_with(b" trace\0\0\0"));
    is_trace.then(|| {
        let advice = "open it with `go tool trace`, or ask for …/debug/pprof/heap";
        error(url, "this is an execution trace, not a profile", advice)
    })
}

/// The profiles that an index page of `net/http/pprof` lists, from rows `<td>COUNT</td><td><a href='NAME?debug=1'>`.
/// Old releases of Go wrote them without the quotes and the first `</td>`.
pub(super) fn offered(page: &str) -> Vec<String> {
    let links = page.split("<td><a href=").skip(1);
    let names = links.filter_map(|link| link.trim_start_matches(['\'', '"']).split(['?', '\'', '"', '>']).next());
    let is_name = |name: &&str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._%".contains(&byte);
        !name.is_empty() && name.len() < MAX_QUOTE && name.bytes().all(is_part)
    };
    // These two are listed but are not profiles.
    let is_profile = |name: &&str| !["cmdline", "trace"].contains(name);
    let names = names.filter(is_name).filter(is_profile);
    names.take(MAX_OFFERED).map(str::to_owned).collect()
}

/// The names on an index page, each with the count before it: how many records the profile has.
pub(super) fn counts(page: &str) -> Vec<(String, u64)> {
    let mut counts = Vec::new();
    let mut before = "";
    for part in page.split("<td><a href=") {
        let count = before.rsplit("<td>").next().unwrap_or_default();
        let digits: String = count.chars().take_while(char::is_ascii_digit).collect();
        let name = offered(&format!("<td><a href={part}")).pop();
        if let (Some(name), Ok(count)) = (name, digits.parse()) {
            counts.push((name, count));
        }
        before = part;
    }
    counts
}

/// An [`Error::Http`] about this address.
pub(super) fn error(url: &Url, what: impl Into<String>, advice: impl Into<String>) -> Error {
    Error::Http {
        url: url.to_string(),
        what: what.into(),
        advice: advice.into(),
    }
}

/// The first line that is not blank, shortened.
pub(super) fn first_line(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    match line.char_indices().nth(MAX_QUOTE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_says_what_to_try() {
        let lists = || Index::Lists(vec!["allocs".into(), "heap".into()]);
        let long = "x".repeat(500);
        let table = [
            (
                404,
                false,
                "404 page not found\n",
                lists(),
                "http://h:1/debug/pprof/ offers allocs, heap",
            ),
            (
                404,
                true,
                "Unknown profile\n",
                lists(),
                ": 404 R: Unknown profile; http",
            ),
            (
                404,
                false,
                "",
                Index::Missing,
                "404 R; nothing is at /debug/pprof/ there",
            ),
            (404, false, "", Index::Unknown, "check the path"),
            (401, false, "<h1>no</h1>", Index::Unknown, ": 401 R; say who asks"),
            (
                400,
                false,
                "<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>",
                Index::Unknown,
                "400 R: No required SSL certificate was sent; it wants a client certificate",
            ),
            (
                403,
                false,
                "<title>403 R</title>",
                Index::Unknown,
                ": 403 R; the server forbids it",
            ),
            (
                403,
                false,
                "{\"error\":\"host not allowed: localhost\"}",
                Index::Unknown,
                "host not allowed: localhost; it answers to another name",
            ),
            (
                404,
                false,
                "",
                Index::Below("http://h/api/debug/pprof/heap".into()),
                "if it is a prefix, the heap is at http://h/api/debug/pprof/heap",
            ),
            (403, false, "Forbidden", Index::Unknown, "forbids it"),
            (
                400,
                true,
                "\n profile duration exceeds server's WriteTimeout\n",
                Index::Unknown,
                "fewer --seconds",
            ),
            (
                400,
                true,
                "bad\nsecond line",
                Index::Unknown,
                "400 R: bad; net/http/pprof refuses",
            ),
            (
                400,
                false,
                "Client sent an HTTP request to an HTTPS server.",
                Index::Unknown,
                "use https://",
            ),
            (
                500,
                true,
                "Could not enable CPU profiling: cpu profiling already in use",
                Index::Unknown,
                "when it is done",
            ),
            (502, false, "", Index::Unknown, "is it up?"),
            (500, false, &long, Index::Unknown, "x…; see the server's log"),
            (418, false, "", Index::Unknown, "check the URL"),
        ];
        let url = Url::parse("http://h:1/debug/pprof/hep").unwrap();
        for (status, from_pprof, body, index, expected) in table {
            let refusal = Refusal {
                status,
                reason: "R",
                from_pprof,
                asked_by: Asker::Nobody,
                body: body.as_bytes(),
            };
            let message = refused(&url, &refusal, &index).to_string();
            assert!(message.contains(expected), "{expected} in {message}");
            assert!(message.len() < 400 && !message.contains('\n'), "{message}");
        }
    }

    #[test]
    fn an_index_lists_profiles() {
        let table: [(&str, &[&str]); 5] = [
            (
                "<tr><td>3</td><td><a href='allocs?debug=1'>allocs</a></td></tr>\n<tr><td>0</td><td><a href='cmdline?debug=1'>",
                &["allocs"],
            ),
            ("<td>1</td><td><a href='my%2Fpool?debug=1'>my/pool</a>", &["my%2Fpool"]),
            (
                "<tr><td align=right>3<td><a href=heap?debug=1>heap</a></td></tr>",
                &["heap"],
            ),
            ("<td><a href='\u{1b}[2J'><td><a href='a b'><td><a href=''>", &[]),
            ("<a href=\"goroutine?debug=2\">full goroutine stack dump</a>", &[]),
        ];
        for (page, names) in table {
            assert_eq!(offered(page), names, "{page}");
            assert!(
                counts(page).iter().all(|(name, _)| names.contains(&name.as_str())),
                "{page}"
            );
        }
        assert_eq!(offered(&"<td><a href='x'>".repeat(1000)).len(), MAX_OFFERED);
    }
}
