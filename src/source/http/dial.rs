//! Connecting: to a host, to a Unix socket, or to the proxy in front of a host; and cancelling a connection at once.
//!
//! The HTTP client's own lookup and connect cannot be interrupted, it asks every proxy for a tunnel, and it knows
//! no Unix sockets. Here a socket is registered before it connects, so that cancelling can shut it down.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, ShutdownHandle, Transport,
};
use ureq::{Error, Timeout};

use super::proxy::{Proxies, Way};
use crate::source::url::{Scheme, Url};

/// How to reach servers in one fetch.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// The Unix socket to use for everything.
    pub(super) socket: Option<PathBuf>,
    pub(super) proxies: Proxies,
    /// Whether a name is being resolved at the moment.
    pub(super) is_asking: AtomicBool,
}

/// How to reach one server.
enum Route {
    /// By its name, or through a tunnel that the client sets up.
    Direct,
    /// Through a proxy that takes the whole address in the request line.
    Forward(Uri),
    /// Through a Unix socket.
    Socket(PathBuf),
}

impl Ways {
    fn route(&self, uri: &Uri) -> Route {
        if let Some(socket) = &self.socket {
            return Route::Socket(socket.clone());
        }
        let url = Url::read(&uri.to_string());
        let proxy = url.as_ref().and_then(|url| self.proxies.of(url));
        match proxy.map(|proxy| proxy.way(url.as_ref().map_or(Scheme::Http, Url::scheme))) {
            Some(Way::Forward(proxy)) => proxy.request().parse().map_or(Route::Direct, Route::Forward),
            _ => Route::Direct,
        }
    }
}

/// Resolves names. `localhost` is this machine without a lookup: a container may have no hosts file.
#[derive(Debug)]
pub(super) struct Names(pub(super) Arc<Ways>);

impl Resolver for Names {
    fn resolve(&self, uri: &Uri, _config: &Config, _timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut found = self.empty();
        let route = self.0.route(uri);
        let uri = match &route {
            Route::Direct => uri,
            // The proxy resolves the server's name.
            Route::Forward(proxy) => proxy,
            Route::Socket(_) => {
                found.push(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0));
                return Ok(found);
            }
        };
        let name = uri.host().ok_or(Error::HostNotFound)?;
        let port = uri.port_u16().unwrap_or_else(|| match uri.scheme_str() {
            Some("https") => 443,
            Some("http") => 80,
            _ => 1080,
        });
        let mut add = |address: SocketAddr| {
            if found.len() < MAX_ADDRESSES {
                found.push(address);
            }
        };
        if name.eq_ignore_ascii_case("localhost") {
            let both: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            both.into_iter().for_each(|address| add(SocketAddr::new(address, port)));
            return Ok(found);
        }
        self.0.is_asking.store(true, Ordering::Relaxed);
        let addresses = (name.trim_matches(['[', ']']), port).to_socket_addrs();
        self.0.is_asking.store(false, Ordering::Relaxed);
        addresses?.for_each(add);
        if found.is_empty() {
            Err(Error::HostNotFound)
        } else {
            Ok(found)
        }
    }
}

/// How many addresses of a name are tried. The client accepts at most 16.
const MAX_ADDRESSES: usize = 16;

/// Connects, unless another connector has.
#[derive(Debug)]
pub(super) struct Dial(pub(super) Arc<Ways>);

impl<In: Transport> Connector<In> for Dial {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, done: Option<In>) -> Result<Option<Self::Out>, Error> {
        if let Some(done) = done {
            return Ok(Some(Box::new(done)));
        }
        match &self.0.route(details.uri) {
            Route::Direct => Ok(Some(Box::new(to_host(details)?))),
            Route::Socket(path) => {
                let line = Line::open(details, &SockAddr::unix(path)?, None, details.timeout)?;
                Ok(Some(Box::new(line)))
            }
            Route::Forward(proxy) => {
                let connection = (details.run_connector)(&ConnectionDetails {
                    uri: proxy,
                    addrs: details.addrs.clone(),
                    config: details.config,
                    request_level: details.request_level,
                    resolver: details.resolver,
                    now: details.now,
                    timeout: details.timeout,
                    current_time: Arc::clone(&details.current_time),
                    run_connector: Arc::clone(&details.run_connector),
                    register_shutdown: Arc::clone(&details.register_shutdown),
                })?;
                let origin = details.uri.authority().map(|authority| format!("http://{authority}"));
                Ok(Some(Box::new(Forwarded { connection, origin })))
            }
        }
    }
}

/// Connects to the first address that answers; the time is divided among them.
fn to_host(details: &ConnectionDetails<'_>) -> Result<Line, Error> {
    let mut last = Error::HostNotFound;
    let addresses: Vec<SocketAddr> = details.addrs.iter().copied().collect();
    let share = u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    let mut timeout = details.timeout;
    if !timeout.after.is_not_happening() {
        timeout.after = timeout.after / share;
    }
    for address in addresses {
        match Line::open(details, &address.into(), Some(Protocol::TCP), timeout) {
            Ok(line) => return Ok(line),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// A connection.
#[derive(Debug)]
struct Line {
    plug: Arc<Plug>,
    buffers: LazyBuffers,
}

/// Shuts a connection down.
#[derive(Debug)]
struct Plug(Socket);

impl ShutdownHandle for Plug {
    fn shutdown(&self) {
        // It may be closed already.
        self.0.shutdown(Shutdown::Both).unwrap_or_default();
    }
}

impl Line {
    fn open(
        details: &ConnectionDetails<'_>,
        address: &SockAddr,
        protocol: Option<Protocol>,
        timeout: NextTimeout,
    ) -> Result<Self, Error> {
        let socket = Socket::new(Domain::from(i32::from(address.family())), Type::STREAM, protocol)?;
        let plug = Arc::new(Plug(socket));
        let handle: Weak<Plug> = Arc::downgrade(&plug);
        (details.register_shutdown)(handle)?;
        let result = match limit(timeout) {
            Some(limit) => plug.0.connect_timeout(address, limit),
            None => plug.0.connect(address),
        };
        result.map_err(|error| late(error, timeout.reason))?;
        if protocol.is_some() {
            plug.0.set_tcp_nodelay(true)?;
        }
        let config = details.config;
        Ok(Self {
            plug,
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
        })
    }
}

impl Transport for Line {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        self.plug.0.set_write_timeout(limit(timeout))?;
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        (&self.plug.0)
            .write_all(output)
            .map_err(|error| late(error, timeout.reason))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        if timeout.after.is_zero() {
            return Err(Error::Timeout(timeout.reason));
        }
        self.plug.0.set_read_timeout(limit(timeout))?;
        let input = self.buffers.input_append_buf();
        let count = loop {
            match (&self.plug.0).read(input) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read.map_err(|error| late(error, timeout.reason))?,
            }
        };
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    /// Connections are never reused.
    fn is_open(&mut self) -> bool {
        false
    }
}

/// The remaining time as a socket takes it, which must not be zero.
fn limit(timeout: NextTimeout) -> Option<Duration> {
    (!timeout.after.is_not_happening()).then(|| (*timeout.after).max(Duration::from_millis(1)))
}

fn late(error: io::Error, reason: Timeout) -> Error {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Error::Timeout(reason),
        _ => Error::Io(error),
    }
}

/// A connection to a proxy, whose request line names the server as well.
#[derive(Debug)]
struct Forwarded {
    connection: Box<dyn Transport>,
    /// Scheme and host of the server, until they have been sent.
    origin: Option<String>,
}

impl Transport for Forwarded {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.connection.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let Some(origin) = self.origin.take() else {
            return self.connection.transmit_output(amount, timeout);
        };
        let output = self.connection.buffers().output().get(..amount).unwrap_or_default();
        // After the method.
        let at = output
            .iter()
            .position(|&byte| byte == b' ')
            .map_or(0, |space| space + 1);
        let (method, rest) = output.split_at(at);
        let whole = [method, origin.as_bytes(), rest].concat();
        let room = self.connection.buffers().output().len().max(1);
        for part in whole.chunks(room) {
            self.connection.buffers().output()[..part.len()].copy_from_slice(part);
            self.connection.transmit_output(part.len(), timeout)?;
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.connection.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.connection.is_open()
    }

    /// The client asks whether TLS reaches the server.
    fn is_tls(&self) -> bool {
        false
    }
}
