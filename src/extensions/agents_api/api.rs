//! [`Api`]: what requests share, and what agents ask for.

use std::sync::Arc;
use std::time::SystemTime;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use tokio::sync::Semaphore;

use super::answer::{Reason, Refusal};
use super::config::Config;
use super::guard::Guard;
use super::presence::{Moment, millis};
use super::request::{self, AgentId};
use super::store::Store;
use crate::admin::rfc3339;
use crate::platform_wire::{
    AgentStatus, Heartbeat, HeartbeatReply, LONGEST_HOSTNAME, Registered, Registration, Whole, is_agent_id,
};

/// What requests share.
pub(super) struct Api {
    pub(super) guard: Guard,
    pub(super) store: Store,
    /// How many requests are worked on at once.
    pub(super) room: Semaphore,
    interval: u64,
    max_agents: u32,
    offline_after: u32,
}

/// `POST /agents/register`
pub(super) async fn register(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Registered>), Refusal> {
    let mut registration: Registration = request::json(&headers, body).await?;
    if registration.hostname.is_empty() {
        return Err(Refusal::invalid("`hostname` is empty"));
    }
    if registration.hostname.chars().count() > LONGEST_HOSTNAME {
        return Err(Refusal::invalid(format!("`hostname` is longer than {LONGEST_HOSTNAME} characters")));
    }
    let id = match registration.agent_id.take() {
        None => made_up().ok_or_else(|| Refusal::new(Reason::Busy, "the system has no random numbers now"))?,
        Some(id) if is_agent_id(&id) => id,
        Some(_) => {
            let text = "`agentId` has the wrong form: expected up to 128 letters, digits and `. _ : @ -`, beginning \
                        with a letter or a digit, and not `register`";
            return Err(Refusal::invalid(text));
        }
    };
    let known = api.store.register(&id, &registration, api.interval, api.max_agents, millis(SystemTime::now())).await?;
    let Some(known) = known else {
        let text = format!("{} agents are registered, as many as `max_agents` allows", api.max_agents);
        return Err(Refusal::new(Reason::TooManyAgents, text));
    };
    let status = if known.is_new { StatusCode::CREATED } else { StatusCode::OK };
    if known.is_new {
        tracing::info!(id, hostname = registration.hostname, "an agent registered");
    }
    let registered = Registered {
        id,
        status: "registered".to_owned(),
        next_interval: Some(Whole::from(api.interval)),
        config_version: known.config_version,
    };
    Ok((status, Json(registered)))
}

/// `POST /agents/{id}/heartbeat`
pub(super) async fn heartbeat(
    State(api): State<Arc<Api>>,
    AgentId(id): AgentId,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<HeartbeatReply>, Refusal> {
    let heartbeat: Heartbeat = request::json(&headers, body).await?;
    let now = SystemTime::now();
    let beaten = api.store.heartbeat(&id, &heartbeat, api.interval, millis(now)).await?;
    let (pulse, config_version) = beaten.ok_or_else(|| Refusal::unknown(&id))?;
    let now = rfc3339(now);
    Ok(Json(HeartbeatReply {
        success: true,
        timestamp: now.clone(),
        server_time: now,
        next_interval: Some(Whole::from(api.interval)),
        agent_status: Some(pulse.presence(api.moment())),
        config_version,
    }))
}

/// `GET /agents/{id}/status`
pub(super) async fn status(State(api): State<Arc<Api>>, AgentId(id): AgentId) -> Result<Json<AgentStatus>, Refusal> {
    let known = api.store.agents(std::slice::from_ref(&id)).await?.pop();
    let known = known.ok_or_else(|| Refusal::unknown(&id))?;
    Ok(Json(known.status(api.moment(), true)))
}

/// `DELETE /agents/{id}`
pub(super) async fn delete(State(api): State<Arc<Api>>, AgentId(id): AgentId) -> Result<StatusCode, Refusal> {
    if !api.store.delete(&id).await? {
        return Err(Refusal::unknown(&id));
    }
    tracing::info!(id, "an agent was deleted");
    Ok(StatusCode::NO_CONTENT)
}

/// 128 random bits, as a UUID of version 4.
fn made_up() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    Some([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}

// === impl Api ===

impl Api {
    pub(super) fn new(config: &Config, guard: Guard, store: Store) -> Self {
        Self {
            guard,
            store,
            room: Semaphore::new(config.max_requests.get() as usize),
            interval: config.heartbeat_interval.get().as_secs(),
            max_agents: config.max_agents.get(),
            offline_after: config.offline_after.get(),
        }
    }

    /// Now.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            now: millis(SystemTime::now()),
            listening_since: self.store.listening_since(),
            offline_after: self.offline_after,
        }
    }
}
