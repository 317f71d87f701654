//! The OpenAPI document: paths as written in `openapi.yaml`, bodies as the types of the wire are.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::platform_wire::{
    AgentStatus, Agents, Configuration, ConfigurationChange, Failure, Heartbeat, HeartbeatReply, Registered,
    Registration,
};

/// The document as it is served; `null` if what is compiled in were no YAML, which a test rules out.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().unwrap_or_default().to_string());

/// `GET /api/v2/openapi.json`, for everybody.
pub(super) async fn read() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

fn document() -> Option<Value> {
    let mut document: Value = serde_yaml::from_str(include_str!("openapi.yaml")).ok()?;
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
    });
    let mut generator = settings.into_generator();
    // What these refer to comes with them.
    generator.subschema_for::<Registration>();
    generator.subschema_for::<Registered>();
    generator.subschema_for::<Heartbeat>();
    generator.subschema_for::<HeartbeatReply>();
    generator.subschema_for::<AgentStatus>();
    generator.subschema_for::<Agents>();
    generator.subschema_for::<Configuration>();
    generator.subschema_for::<ConfigurationChange>();
    generator.subschema_for::<Failure>();
    let schemas = document.pointer_mut("/components/schemas")?.as_object_mut()?;
    schemas.extend(generator.take_definitions(true));
    document["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    Some(document)
}
