//! Servers behind something: a login, a proxy, a redirect.

use heaptui::source::{HttpOptions, Proxies};

use super::{failure, fetched};
use crate::support::server::{answer, profile, server};

#[test]
fn a_user_and_password_are_sent_as_they_are_meant() {
    let (address, _requests) = server(|request, stream| {
        // user:p@ss
        match request
            .to_ascii_lowercase()
            .contains("\nauthorization: basic dxnlcjpwqhnz")
        {
            true => answer(stream, "200 OK", "", &profile()),
            false => answer(stream, "401 Unauthorized", "", b""),
        }
    });
    for userinfo in ["user:p%40ss", "u%73er:p%40ss", "user:p@ss"] {
        let fetched = fetched(&format!("http://{userinfo}@{address}/x"), &HttpOptions::default(), &());
        assert!(fetched.is_ok(), "{userinfo}: {fetched:?}");
    }
}

fn through(variable: &'static str, proxy: &str) -> HttpOptions {
    HttpOptions {
        proxies: Proxies::new(|name| (name == variable).then(|| proxy.to_string())),
        ..HttpOptions::default()
    }
}

#[test]
fn a_proxy_is_told_the_whole_address_and_tunnels_only_tls() {
    let (proxy, requests) = server(|request, stream| {
        let line = request.lines().next().unwrap_or_default();
        let is_allowed = request
            .to_ascii_lowercase()
            .contains("\nproxy-authorization: basic bwu6cgdz");
        match line.starts_with("GET http://app.example:6060/") && is_allowed {
            true => answer(stream, "200 OK", "", &profile()),
            false => answer(stream, "403 Forbidden", "", b""),
        }
    });
    let options = through("HTTP_PROXY", &format!("http://me:p%67s@{proxy}"));
    fetched("http://app.example:6060/debug/pprof/heap?gc=1", &options, &()).expect("a profile");
    assert_eq!(
        requests.recv().as_deref(),
        Ok("http://app.example:6060/debug/pprof/heap?gc=1")
    );
    let options = through("https_proxy", &proxy);
    let message = failure("https://app.example/x", &options);
    assert_eq!(requests.recv().as_deref(), Ok("app.example:443"));
    assert!(message.contains("of https_proxy refuses"), "{message}");
    assert!(
        message.contains("check https_proxy, or add the host to NO_PROXY"),
        "{message}"
    );
}

#[test]
fn a_proxy_that_cannot_be_asked_is_named_by_its_variable() {
    let table = [
        (
            "ALL_PROXY",
            "http://127.0.0.1:1",
            "the proxy 127.0.0.1:1 of ALL_PROXY refuses the connection; check ALL_PROXY",
        ),
        (
            "http_proxy",
            "socks5://127.0.0.1:1",
            "the proxy 127.0.0.1:1 of http_proxy refuses the connection",
        ),
        (
            "HTTP_PROXY",
            "gopher://127.0.0.1:1",
            "HTTP_PROXY names no proxy that can be asked",
        ),
    ];
    for (variable, proxy, expected) in table {
        let message = failure("http://app.example/x", &through(variable, proxy));
        assert!(message.contains(expected), "{expected:?} in {message:?}");
    }
}

#[test]
fn what_is_meant_for_a_server_is_not_sent_to_another() {
    let (other, _requests) =
        server(
            |request, stream| match request.to_ascii_lowercase().contains("\nauthorization:") {
                true => answer(stream, "400 Bad Request", "", b"a password came along"),
                false => answer(stream, "200 OK", "", &profile()),
            },
        );
    // A function pointer knows no variables: the redirect's target comes with the request.
    let (address, _requests) = server(|request, stream| {
        let target = request.split(' ').nth(1).unwrap_or_default();
        let has_password = request.to_ascii_lowercase().contains("\nauthorization:");
        match target.split_once("?to=") {
            Some((_, other)) => answer(stream, "302 Found", &format!("Location: {other}\r\n"), b""),
            None if has_password => answer(stream, "200 OK", "", &profile()),
            None => answer(stream, "401 Unauthorized", "", b""),
        }
    });
    for target in [
        "/own".to_string(),
        format!("http://{address}/own"),
        format!("http://{other}/x"),
    ] {
        let url = format!("http://me:pw@{address}/x?to={target}");
        let fetched = fetched(&url, &HttpOptions::default(), &());
        assert!(fetched.is_ok(), "{target}: {fetched:?}");
    }
}
