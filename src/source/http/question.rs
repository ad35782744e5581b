//! What a server is asked for: a profile, or what else it has to say.

use ureq::http::Request;
use ureq::http::request::Builder;
use ureq::tls::TlsConfig;
use ureq::{Agent, AsSendBody, Body, Proxy, http};

use std::time::Duration;

/// What a server is asked for.
#[derive(Clone, Debug)]
pub(in crate::source) struct Question {
    /// What is sent along; a `GET` sends nothing.
    pub(in crate::source) message: Option<Message>,
    /// What the answer is to be.
    pub(in crate::source) expects: Expects,
}

/// The body of a `POST`.
#[derive(Clone, Debug)]
pub(in crate::source) struct Message {
    pub(in crate::source) content_type: &'static str,
    pub(in crate::source) bytes: Vec<u8>,
}

/// What an answer is to be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::source) enum Expects {
    /// A profile: a page or a trace is none, and a refusal may be explained by the server's index.
    Profile,
    /// Anything; with what to try where the server refuses.
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

/// How one request goes out.
pub(super) struct Route {
    pub(super) tunnel: Option<Proxy>,
    pub(super) tls: TlsConfig,
    /// How long all of it may take, besides the agent's limits.
    pub(super) limit: Option<Duration>,
}

/// Sends a request and waits for the answer to begin.
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
