//! Reading requests within bounds: their bodies, and the ids in their paths.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::answer::{Reason, Refusal};
use crate::platform_wire::is_agent_id;

/// The id of an agent in a path.
#[derive(Clone, Debug)]
pub(super) struct AgentId(pub(super) String);

/// What a body is, as its sender says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Yaml,
}

/// Longest body, in bytes: a heartbeat tells of thousands of mounts in less.
const LONGEST: usize = 1 << 20;
/// Longest time a body may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads a body.
///
/// # Errors
/// If it is too long or too slow, or packed.
pub(super) async fn body(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Refusal::new(Reason::UnsupportedMediaType, "the body is compressed; send it as it is"));
    }
    let too_large = || Refusal::new(Reason::TooLarge, format!("the body has more than {LONGEST} bytes"));
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > LONGEST as u64) {
        return Err(too_large());
    }
    let read = tokio::time::timeout(PATIENCE, to_bytes(body, LONGEST)).await;
    let read = read.map_err(|_| Refusal::new(Reason::TooSlow, format!("the body did not come within {PATIENCE:?}")))?;
    // What is cut off by its sender has nobody who reads the answer.
    read.map_err(|_| too_large())
}

/// Reads a body of JSON.
///
/// # Errors
/// If it is none, or something else than what is expected.
pub(super) async fn json<T: DeserializeOwned>(headers: &HeaderMap, content: Body) -> Result<T, Refusal> {
    if media(headers)?.is_some_and(|media| media != Media::Json) {
        return Err(Refusal::new(Reason::UnsupportedMediaType, "the body is not JSON: expected application/json"));
    }
    parse(&body(headers, content).await?)
}

/// Reads JSON.
///
/// # Errors
/// If it is none, or something else than what is expected.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    // Unlike from a list, which has the fields in some order.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Refusal::invalid("the body is not a JSON object"));
    }
    serde_json::from_slice(body).map_err(|error| Refusal::invalid(format!("the body cannot be read: {error}")))
}

/// What a body is, if its sender says so.
///
/// # Errors
/// If it is something else than JSON and YAML.
pub(super) fn media(headers: &HeaderMap) -> Result<Option<Media>, Refusal> {
    let Some(written) = headers.get(CONTENT_TYPE) else { return Ok(None) };
    let essence = written.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    match essence.to_ascii_lowercase().as_str() {
        "application/json" => Ok(Some(Media::Json)),
        "text/yaml" | "application/yaml" | "application/x-yaml" | "text/x-yaml" => Ok(Some(Media::Yaml)),
        _ => Err(Refusal::new(
            Reason::UnsupportedMediaType,
            "the body is of another type than is expected here: application/json, or text/yaml for a configuration",
        )),
    }
}

// === impl AgentId ===

impl<S: Send + Sync> FromRequestParts<S> for AgentId {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        match id {
            Ok(Path(id)) if is_agent_id(&id) => Ok(Self(id)),
            // Such an agent cannot have registered.
            _ => Err(Refusal::new(Reason::UnknownAgent, "no agent with such an id is registered")),
        }
    }
}
