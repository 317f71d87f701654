//! `tfo components [NAME]`: what this binary is built with.

use pipelines::component::{Component, Kind};
use serde_json::{Value, json};

use super::{Exit, Format};
use crate::registry::registry;
use crate::render;

/// Arguments of `tfo components`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A component, as `otlp` or `receiver/otlp`
    name: Option<String>,
    /// The same as `--format json`
    #[arg(long)]
    json: bool,
    /// How the list is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Exit {
    let registry = registry();
    let chosen: Vec<&Component> =
        registry.iter().filter(|component| is_named(component, args.name.as_deref())).collect();
    if chosen.is_empty() {
        let name = args.name.as_deref().unwrap_or_default();
        render::err(&format!("error: no component is called `{name}`; `tfo components` lists them all\n"));
        return Exit::Usage;
    }
    if args.json || args.format == Format::Json {
        let list: Vec<Value> = chosen.iter().map(|component| describe(component)).collect();
        render::json(&Value::Array(list));
    } else if args.name.is_some() {
        chosen.iter().for_each(|component| render::out(&render::component::page(component)));
    } else {
        render::out(&render::component::table(&chosen));
    }
    Exit::Fine
}

fn is_named(component: &Component, name: Option<&str>) -> bool {
    let Some(name) = name else { return true };
    let (kind, name) = match name.split_once('/') {
        Some((kind, name)) => (Kind::ALL.into_iter().find(|k| k.name() == kind || k.section() == kind), name),
        None => (None, name),
    };
    let about = &component.about;
    kind.is_none_or(|kind| kind == component.kind) && (about.name == name || about.aliases.contains(&name))
}

fn describe(component: &Component) -> Value {
    let about = &component.about;
    json!({
        "kind": component.kind.name(),
        "name": about.name,
        "aliases": about.aliases,
        "signals": about.signals.iter().map(|signal| signal.name()).collect::<Vec<_>>(),
        "stability": about.stability.name(),
        "summary": about.summary,
        "example": about.example,
        "schema": component.schema(),
    })
}
