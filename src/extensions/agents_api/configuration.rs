//! The remote configuration of one agent: `/agents/{id}/config`.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer::Refusal;
use super::api::Api;
use super::request::{self, AgentId, Media};
use crate::platform_wire::{ConfigurationChange, check_fragment};

/// `GET`: for the agent. 204 when there is none for it, 304 when it has what there is.
pub(super) async fn read(
    State(api): State<Arc<Api>>,
    AgentId(id): AgentId,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let found = api.store.configuration(&id).await?.ok_or_else(|| Refusal::unknown(&id))?;
    let Some(configuration) = found else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let tag = format!("\"{}\"", configuration.version);
    let is_known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        let mut tags = value.split(',').map(str::trim);
        tags.any(|known| known == "*" || known.trim_start_matches("W/") == tag)
    });
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Json(configuration).into_response(),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

/// `PUT`: for people. The same text again is the same version.
pub(super) async fn write(
    State(api): State<Arc<Api>>,
    AgentId(id): AgentId,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Refusal> {
    let media = request::media(&headers)?;
    let body = request::body(&headers, body).await?;
    let text = match media {
        Some(Media::Json) => request::parse::<ConfigurationChange>(&body)?.config,
        Some(Media::Yaml) | None => {
            String::from_utf8(body.into()).map_err(|_| Refusal::invalid("the configuration is not UTF-8"))?
        }
    };
    check_fragment(&text).map_err(Refusal::invalid)?;
    let version = api.store.configure(&id, Some(&text)).await?.ok_or_else(|| Refusal::unknown(&id))?;
    tracing::info!(id, version, "the configuration of an agent was set");
    Ok(Json(json!({ "version": version })))
}

/// `DELETE`: for people. The agent goes back to its own file.
pub(super) async fn delete(State(api): State<Arc<Api>>, AgentId(id): AgentId) -> Result<StatusCode, Refusal> {
    api.store.configure(&id, None).await?.ok_or_else(|| Refusal::unknown(&id))?;
    tracing::info!(id, "the configuration of an agent was removed");
    Ok(StatusCode::NO_CONTENT)
}
