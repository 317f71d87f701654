//! [`Api`]: the requests of an agent to the platform.

use std::time::Duration;

use bytes::Bytes;
use exporters::{Web, WebAnswer};
use http::header::{ACCEPT, CONTENT_TYPE, IF_NONE_MATCH};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use pipelines::renewal::Renewals;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::config::Config;
use super::trouble::{Trouble, printable};
use crate::platform_wire::{Configuration, Heartbeat, HeartbeatReply, Registered, Registration, is_agent_id};

/// The requests of an agent to the platform.
pub(super) struct Api {
    web: Web,
    timeout: Duration,
    heartbeat_timeout: Duration,
    fixed: Vec<(HeaderName, HeaderValue)>,
}

/// What the platform has for an agent to work with.

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// This.
    This(Configuration),
    /// What the agent has already.
    Same,
    /// Nothing.
    Nothing,
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Longest version of a configuration, in bytes.
const LONGEST_VERSION: usize = 256;

// === impl Api ===

impl Api {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// What is wrong with the endpoint.
    pub(super) fn new(config: &Config, owner: &str, renewals: Option<&Renewals>) -> Result<Self, String> {
        let timeout = config.timeout.get();
        let web = Web::new(config.web(), timeout.min(config.heartbeat.timeout.get()), owner, renewals)?;
        let mut fixed = vec![(ACCEPT, JSON)];
        // Under these names upstream's platform looks for the key pair.
        let key = config
            .api_key
            .iter()
            .flat_map(|key| [("x-api-key-id", key.id.as_str()), ("x-api-key-secret", key.secret.reveal())]);
        for (name, value) in key {
            let value = HeaderValue::try_from(value).map(|mut value| {
                value.set_sensitive(true);
                value
            });
            fixed.extend(value.ok().map(|value| (HeaderName::from_static(name), value)));
        }
        Ok(Self { web, timeout, heartbeat_timeout: config.heartbeat.timeout.get(), fixed })
    }

    /// Where the platform is.
    pub(super) fn web(&self) -> &Web {
        &self.web
    }

    /// `POST /agents/register`
    pub(super) async fn register(&self, registration: &Registration) -> Result<Registered, Trouble> {
        let answer = self.post("/agents/register", registration, self.timeout).await?;
        let registered: Registered = read(&answer).map_err(Trouble::known)?;
        match is_agent_id(&registered.id) {
            true => Ok(registered),
            false => Err(Trouble::new(format!("the id `{}` cannot be used", printable(&registered.id)))),
        }
    }

    /// `POST /agents/{id}/heartbeat`
    pub(super) async fn heartbeat(&self, id: &str, heartbeat: &Heartbeat) -> Result<HeartbeatReply, Trouble> {
        read(&self.post(&format!("/agents/{id}/heartbeat"), heartbeat, self.heartbeat_timeout).await?)
    }

    /// `GET /agents/{id}/config`; `known` is the version the agent has.
    pub(super) async fn configuration(&self, id: &str, known: Option<&str>) -> Result<Wanted, Trouble> {
        let tag = known.and_then(|known| HeaderValue::try_from(format!("\"{known}\"")).ok());
        let tag: Vec<_> = tag.into_iter().map(|tag| (IF_NONE_MATCH, tag)).collect();
        let path = format!("/agents/{id}/config");
        let answer = self.call(Method::GET, &path, &tag, Bytes::new(), self.timeout).await?;
        match answer.status {
            // The agent is known: it has just been answered. So it is the configuration that is not.
            StatusCode::NO_CONTENT | StatusCode::NOT_FOUND => return Ok(Wanted::Nothing),
            StatusCode::NOT_MODIFIED => return Ok(Wanted::Same),
            _ => {}
        }
        let configuration: Configuration = read(&answer)?;
        let version = &configuration.version;
        if version.is_empty() || version.len() > LONGEST_VERSION || version.chars().any(char::is_control) {
            return Err(Trouble::new("the version of the configuration is empty, too long or no text"));
        }
        Ok(Wanted::This(configuration))
    }

    async fn post(&self, path: &str, body: &impl Serialize, timeout: Duration) -> Result<WebAnswer, Trouble> {
        let body = serde_json::to_vec(body).map_err(|error| Trouble::new(error.to_string()))?;
        self.call(Method::POST, path, &[(CONTENT_TYPE, JSON)], body.into(), timeout).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        extra: &[(HeaderName, HeaderValue)],
        body: Bytes,
        timeout: Duration,
    ) -> Result<WebAnswer, Trouble> {
        let headers: Vec<_> = self.fixed.iter().chain(extra).cloned().collect();
        self.web.call(method, path, &headers, body, timeout).await.map_err(Trouble::new)
    }
}

/// The body of an answer that says that all is well.
fn read<T: DeserializeOwned>(answer: &WebAnswer) -> Result<T, Trouble> {
    if !answer.status.is_success() {
        return Err(Trouble::of(answer));
    }
    serde_json::from_slice(&answer.body).map_err(|error| {
        // What is cited of the body could be anything.
        let error = printable(&error.to_string());
        Trouble::new(format!("status {} with a body that cannot be read: {error}", answer.status.as_u16()))
    })
}
