//! Servers behind something: a login, a proxy, a redirect, a socket, a path.

use std::fs;

use heaptui::secret::Secret;
use heaptui::source::{Header, HttpOptions, Proxies};

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

fn header(text: &str) -> Header {
    Header::parse(&Secret::new(text)).expect("a header")
}

#[test]
fn what_is_meant_for_a_server_is_not_sent_to_another() {
    let (other, _requests) = server(|request, stream| {
        let request = request.to_ascii_lowercase();
        match request.contains("\nauthorization:") || request.contains("\nx-team:") {
            true => answer(stream, "400 Bad Request", "", b"a secret came along"),
            false => answer(stream, "200 OK", "", &profile()),
        }
    });
    // A function pointer knows no variables: the redirect's target comes with the request.
    let (address, _requests) = server(|request, stream| {
        let target = request.split(' ').nth(1).unwrap_or_default();
        let head = request.to_ascii_lowercase();
        let is_whole = head.contains("\nauthorization:") && head.contains("\nx-team: a");
        match target.split_once("?to=") {
            Some((_, other)) => answer(
                stream,
                "302 Found",
                &format!("Location: {other}\r\nSet-Cookie: a=b\r\n"),
                b"",
            ),
            None if is_whole && !head.contains("\ncookie:") => answer(stream, "200 OK", "", &profile()),
            None => answer(stream, "401 Unauthorized", "", b""),
        }
    });
    let options = HttpOptions {
        headers: vec![header("X-Team: a")],
        ..HttpOptions::default()
    };
    for target in [
        "/own".to_string(),
        format!("http://{address}/own"),
        format!("http://{other}/x"),
    ] {
        let url = format!("http://me:pw@{address}/x?to={target}");
        let fetched = fetched(&url, &options, &());
        assert!(fetched.is_ok(), "{target}: {fetched:?}");
    }
}

#[test]
fn who_asks_is_said_once_by_what_was_named_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let (token, netrc) = (folder.path().join("token"), folder.path().join("netrc"));
    fs::write(&netrc, "machine 127.0.0.1 login me password pw").expect("a file");
    let (address, _requests) = server(|request, stream| {
        let sent: Vec<&str> = request
            .lines()
            .filter_map(|line| line.strip_prefix("Authorization: "))
            .collect();
        let sent: Vec<&str> = match sent.is_empty() {
            true => request
                .lines()
                .filter_map(|line| line.strip_prefix("authorization: "))
                .collect(),
            false => sent,
        };
        // What was sent comes back as the path that was asked for.
        let wanted = request
            .split(' ')
            .nth(1)
            .unwrap_or_default()
            .trim_start_matches('/')
            .replace('_', " ");
        match sent == [wanted] {
            true => answer(stream, "200 OK", "", &profile()),
            false => answer(stream, "403 Forbidden", "", format!("{sent:?}").as_bytes()),
        }
    });
    let bare = HttpOptions {
        netrc: Some(netrc),
        ..HttpOptions::default()
    };
    let with_token = HttpOptions {
        bearer_file: Some(token.clone()),
        ..bare.clone()
    };
    let with_header = HttpOptions {
        headers: vec![header("authorization: Own x")],
        ..with_token.clone()
    };
    let table = [
        ("", &bare, "Basic_bWU6cHc="),
        ("a:b@", &bare, "Basic_YTpi"),
        ("a:b@", &with_token, "Bearer_t0ken"),
        ("a:b@", &with_header, "Own_x"),
    ];
    fs::write(&token, "t0ken\n").expect("a file");
    for (userinfo, options, wanted) in table {
        let fetched = fetched(&format!("http://{userinfo}{address}/{wanted}"), options, &());
        assert!(fetched.is_ok(), "{wanted}: {fetched:?}");
    }
    // The file is read for each fetch.
    fs::write(&token, "second").expect("a file");
    fetched(&format!("http://{address}/Bearer_second"), &with_token, &()).expect("a profile");
    for (text, expected) in [("", "no token here"), ("two words", "no token here")] {
        fs::write(&token, text).expect("a file");
        let message = failure(&address, &with_token);
        assert!(message.contains(expected) && !message.contains("two"), "{message}");
    }
}

#[test]
fn a_path_in_front_of_the_profile_is_kept() {
    let (address, requests) = server(|request, stream| match request.starts_with("GET /api/v1/") {
        true => answer(stream, "200 OK", "", &profile()),
        false => answer(stream, "404 Not Found", "", b""),
    });
    const POD: &str = "/api/v1/namespaces/ns/pods/https:pod:6060/proxy/debug/pprof";
    for (url, path) in [
        (format!("{address}{POD}/heap?gc=1"), format!("{POD}/heap?gc=1")),
        (format!("http://{address}{POD}/"), format!("{POD}/heap")),
    ] {
        fetched(&url, &HttpOptions::default(), &()).expect("a profile");
        assert_eq!(requests.recv(), Ok(path));
    }
}

#[cfg(unix)]
#[test]
fn a_server_may_listen_on_a_socket() {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::net::UnixListener;

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.sock");
    let listener = UnixListener::bind(&path).expect("a socket");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).expect("a request");
            let (status, headers, body) = match line.split(' ').nth(1) {
                Some("/debug/pprof/heap" | "/moved") => ("200 OK", String::new(), profile()),
                Some("/own") => ("302 Found", "Location: /moved\r\n".into(), Vec::new()),
                Some("/other") => ("302 Found", "Location: http://localhost:1/\r\n".into(), Vec::new()),
                _ => ("404 Not Found", String::new(), Vec::new()),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
            stream.write_all(&[head.as_bytes(), &body].concat()).expect("an answer");
        }
    });
    let socket = path.display().to_string();
    let encoded = socket.replace('/', "%2F");
    for url in [
        format!("unix://{socket}"),
        format!("unix://{socket}:/debug/pprof/heap"),
        format!("http+unix://{encoded}/debug/pprof/"),
        format!("unix://{socket}:/own"),
    ] {
        let fetched = fetched(&url, &HttpOptions::default(), &());
        assert!(fetched.is_ok(), "{url}: {fetched:?}");
    }
    let table = [
        (
            format!("unix://{socket}:/other"),
            "sends on to http://localhost:1/, which cannot be asked",
        ),
        (format!("unix://{socket}:/none"), "404 Not Found"),
        (format!("unix://{socket}x"), "is this the path of its socket?"),
        (socket.clone(), "this is a socket; name it as a server: unix:///"),
    ];
    for (url, expected) in table {
        let message = failure(&url, &HttpOptions::default());
        assert!(message.contains(expected), "{expected:?} in {message:?}");
    }
}
