//! `GET /agents`: the list, in parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::answer::Refusal;
use super::api::Api;
use crate::platform_wire::{Agents, Presence, Whole, is_agent_id};

/// What may be asked of the list.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    status: Option<Presence>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Agents in one answer, unless asked otherwise, and at most.
const LIMITS: (usize, usize) = (100, 500);

pub(super) async fn list(
    State(api): State<Arc<Api>>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Agents>, Refusal> {
    let Query(asked) = asked.map_err(|wrong| Refusal::invalid(format!("the query cannot be read: {wrong}")))?;
    let limit = asked.limit.unwrap_or(LIMITS.0);
    if !(1..=LIMITS.1).contains(&limit) {
        return Err(Refusal::invalid(format!("`limit` is not from 1 to {}", LIMITS.1)));
    }
    if asked.cursor.as_ref().is_some_and(|cursor| !is_agent_id(cursor)) {
        return Err(Refusal::invalid("`cursor` is none: expected `nextCursor` of the answer before"));
    }
    let moment = api.moment();
    let mut counts: BTreeMap<Presence, u64> = BTreeMap::new();
    let mut matching = Vec::new();
    for (id, pulse) in api.store.pulses().await? {
        let presence = pulse.presence(moment);
        *counts.entry(presence).or_default() += 1;
        if asked.status.is_none_or(|wanted| wanted == presence) {
            matching.push(id);
        }
    }
    let total = matching.len();
    matching.sort_unstable();
    matching.retain(|id| asked.cursor.as_ref().is_none_or(|cursor| id > cursor));
    let is_last = matching.len() <= limit;
    matching.truncate(limit);
    let mut known = api.store.agents(&matching).await?;
    known.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    Ok(Json(Agents {
        agents: known.iter().map(|known| known.status(moment, false)).collect(),
        total: Whole::from(total as u64),
        counts: counts.into_iter().map(|(presence, count)| (presence, Whole::from(count))).collect(),
        next_cursor: if is_last { None } else { matching.pop() },
    }))
}
