//! Requests: for a profile, or for other data.

use ureq::http::Request;
use ureq::http::request::Builder;
use ureq::tls::TlsConfig;
use ureq::{Agent, AsSendBody, Body, Proxy, http};

use std::time::Duration;

/// A request, apart from its address and headers.
#[derive(Clone, Debug)]
pub(in crate::source) struct Question {
    /// The body to send; without one it is a `GET`.
    pub(in crate::source) message: Option<Message>,
    /// What the response should be.
    pub(in crate::source) expects: Expects,
}

/// The body of a `POST`.
#[derive(Clone, Debug)]
pub(in crate::source) struct Message {
    pub(in crate::source) content_type: &'static str,
    pub(in crate::source) bytes: Vec<u8>,
}

/// What a response should be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::source) enum Expects {
    /// A profile: a page or a trace is an error, and the server's index may explain a refusal.
    Profile,
    /// Anything; with what to try if the server refuses.
    Data(&'static str),
}

impl Question {
    /// A `GET` of a profile.
    pub(in crate::source) const PROFILE: Self = Self {
        message: None,
        expects: Expects::Profile,
    };

    /// A `GET` of anything.
    pub(in crate::source) fn data(advice: &'static str) -> Self {
        Self {
            message: None,
            expects: Expects::Data(advice),
        }
    }
}

/// How to send one request.
pub(super) struct Route {
    pub(super) tunnel: Option<Proxy>,
    pub(super) tls: TlsConfig,
    /// Limit on its whole duration, besides the agent's limits.
    pub(super) limit: Option<Duration>,
}

/// Sends a request and waits for the response to begin.
pub(super) fn send(
    agent: &Agent,
    request: Builder,
    message: Option<&Message>,
    route: Route,
) -> Result<http::Response<Body>, ureq::Error> {
    match message {
        None => run(agent, request.method("GET").body(())?, route),
        Some(message) => {
            let request = request.method("POST").header("Content-Type", message.content_type);
            run(agent, request.body(&message.bytes[..])?, route)
        }
    }
}

fn run<S: AsSendBody>(agent: &Agent, request: Request<S>, route: Route) -> Result<http::Response<Body>, ureq::Error> {
    let request = agent
        .configure_request(request)
        .proxy(route.tunnel)
        .tls_config(route.tls)
        .timeout_global(route.limit);
    agent.run(request.build())
}
