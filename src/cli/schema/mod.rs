//! `tfo schema`: the JSON schema of configuration files, made from the components; `tfo schema sql` is about tables.

#[cfg(any(feature = "clickhouse", feature = "postgres", feature = "sqlite"))]
mod sql;

use pipelines::component::{Component, Kind, Registry};
use serde_json::{Map, Value, json};

use super::Exit;
use crate::registry::registry;
use crate::render;

/// Arguments of `tfo schema`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[cfg(any(feature = "clickhouse", feature = "postgres", feature = "sqlite"))]
    #[command(subcommand)]
    command: Option<Command>,
}

#[cfg(any(feature = "clickhouse", feature = "postgres", feature = "sqlite"))]
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print the statements that make the tables of a database exporter
    Sql(sql::Args),
}

pub(super) fn run(args: &Args) -> Exit {
    #[cfg(not(any(feature = "clickhouse", feature = "postgres", feature = "sqlite")))]
    let Args {} = args;
    #[cfg(any(feature = "clickhouse", feature = "postgres", feature = "sqlite"))]
    if let Some(Command::Sql(args)) = &args.command {
        return sql::run(args);
    }
    render::json(&schema(&registry()));
    Exit::Fine
}

/// The schema of a whole file, draft 2020-12. Ids are matched by type, so `otlp/2` is checked as `otlp`.
fn schema(registry: &Registry) -> Value {
    let mut properties = Map::new();
    for kind in Kind::ALL {
        let patterns: Map<String, Value> = registry.of(kind).flat_map(patterns).collect();
        properties.insert(
            kind.section().to_owned(),
            json!({ "type": ["object", "null"], "patternProperties": patterns, "additionalProperties": false }),
        );
    }
    properties.insert("service".to_owned(), service());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("tfo {} pipeline file", env!("CARGO_PKG_VERSION")),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "required": ["receivers", "exporters", "service"],
    })
}

/// A component's schema for its name and aliases; `$defs` stay inside it, so references are made relative to it.
fn patterns(component: &Component) -> Vec<(String, Value)> {
    let mut schema = component.schema().to_value();
    let id = format!("{}/{}", component.kind.section(), component.about.name);
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
        object.insert("$id".to_owned(), Value::String(format!("https://telemetryflow.dev/schema/{id}")));
    }
    let schema = json!({ "anyOf": [{ "type": "null" }, schema] });
    let names = std::iter::once(&component.about.name).chain(component.about.aliases);
    names.map(|name| (format!("^{name}(/.+)?$"), schema.clone())).collect()
}

fn service() -> Value {
    let ids = json!({ "type": "array", "items": { "type": "string" } });
    json!({
        "type": "object",
        "properties": {
            "extensions": ids,
            "telemetry": { "type": ["object", "null"] },
            "pipelines": {
                "type": "object",
                "patternProperties": {
                    "^(traces|metrics|logs|profiles)(/.+)?$": {
                        "type": "object",
                        "properties": { "receivers": ids, "processors": ids, "exporters": ids },
                        "required": ["receivers", "exporters"],
                        "additionalProperties": false,
                    },
                },
                "additionalProperties": false,
            },
        },
        "required": ["pipelines"],
        "additionalProperties": false,
    })
}
