//! [`Guard`]: which requests come in, decided before their bodies are read.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use pipelines::auth::{Refusals, is_key_header};
use pipelines::component::{Credentials, Extensions, Failure, ServerAuth};

use super::answer::Refusal;
use super::config::{Auth, Config};

/// Decides who may do what.
pub(super) struct Guard {
    agents: Option<Arc<dyn ServerAuth>>,
    operators: Option<Arc<dyn ServerAuth>>,
    /// Whether operators have an authenticator of their own.
    are_apart: bool,
    refusals: Refusals,
}

/// Who a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Agents.
    Agent,
    /// Agents that ask what the platform has for them, and people who look at them.
    Reader,
    /// People, and agents as well unless people have an authenticator of their own.
    Operator,
}

/// The names under which keys are looked for, behind those under which agents of TelemetryFlow send them.
const SPELLINGS: [(&str, HeaderName); 2] = [
    ("x-api-key-id", HeaderName::from_static("x-telemetryflow-key-id")),
    ("x-api-key-secret", HeaderName::from_static("x-telemetryflow-key-secret")),
];

// === impl Guard ===

impl Guard {
    /// The guard that a configuration asks for.
    ///
    /// # Errors
    /// If an extension is not there; the graph reports the same with its place.
    pub(super) fn new(config: &Config, extensions: &Extensions) -> Result<Self, Failure> {
        let find = |auth: &Auth| extensions.server_auth(&auth.authenticator);
        let agents = config.auth.as_ref().map(find).transpose()?;
        let operators = config.operators.as_ref().map(find).transpose()?.or_else(|| agents.clone());
        Ok(Self { agents, operators, are_apart: config.operators.is_some(), refusals: Refusals::new() })
    }

    /// Lets a request in.
    ///
    /// # Errors
    /// Why it does not come in.
    pub(super) fn admit(&self, role: Role, headers: &HeaderMap) -> Result<(), Refusal> {
        let judges = match role {
            Role::Agent => [self.agents.as_ref(), None],
            Role::Reader => [self.agents.as_ref(), self.operators.as_ref().filter(|_| self.are_apart)],
            Role::Operator => [self.operators.as_ref(), None],
        };
        let headers = respelled(headers);
        let mut denied = None;
        for judge in judges.into_iter().flatten() {
            match judge.authenticate(&Credentials { headers: &headers, client: None }) {
                Ok(_) => return Ok(()),
                // The first says more: where a key is known it may have been used too often.
                Err(why) => denied = denied.or(Some((why, judge))),
            }
        }
        denied.map_or(Ok(()), |(denied, judge)| {
            self.refusals.add("agents_api", &denied, None);
            Err(Refusal::denied(denied, judge.challenge()))
        })
    }
}

/// The headers with keys under the names that authenticators know.
fn respelled(headers: &HeaderMap) -> Cow<'_, HeaderMap> {
    if is_key_header(headers) || !SPELLINGS.iter().any(|(name, _)| headers.contains_key(*name)) {
        return Cow::Borrowed(headers);
    }
    let mut respelled = headers.clone();
    for (from, to) in SPELLINGS {
        for value in headers.get_all(from) {
            let value: HeaderValue = value.clone();
            respelled.append(to.clone(), value);
        }
    }
    Cow::Owned(respelled)
}
