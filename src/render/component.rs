//! Components as a table, and one component as a page made from its schema.

use std::fmt::Write as _;

use pipelines::component::Component;
use serde_json::{Map, Value};

/// One line for each component.
pub(crate) fn table(components: &[&Component]) -> String {
    let mut text = String::new();
    let mut kind = None;
    for component in components {
        if kind != Some(component.kind) {
            kind = Some(component.kind);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", component.kind.section());
        }
        let about = &component.about;
        let aliases = if about.aliases.is_empty() { String::new() } else { format!(" ({})", about.aliases.join(", ")) };
        let name = format!("{}{aliases}", about.name);
        let _ = writeln!(text, "  {name:40} {:7} {}", about.stability.name(), about.summary);
    }
    text
}

/// Everything about one component.
pub(crate) fn page(component: &Component) -> String {
    let about = &component.about;
    let signals: Vec<&str> = about.signals.iter().map(|signal| signal.name()).collect();
    let mut text =
        format!("{} `{}` ({}): {}\n", component.kind.name(), about.name, about.stability.name(), about.summary);
    if !about.aliases.is_empty() {
        let _ = writeln!(text, "also called: {}", about.aliases.join(", "));
    }
    if !signals.is_empty() {
        let _ = writeln!(text, "signals: {}", signals.join(", "));
    }
    let schema = component.schema();
    let schema = schema.as_value();
    text.push_str("\nkeys:\n");
    keys(schema, schema, 1, &mut text);
    if !about.example.is_empty() {
        let _ = writeln!(text, "\nexample:\n{}", about.example.trim_end());
    }
    text
}

/// How deep nested keys are shown; deeper ones are few and named in the docs of their parent.
const DEPTH: usize = 4;

fn keys(root: &Value, schema: &Value, depth: usize, text: &mut String) {
    let Some(properties) = resolve(root, schema).get("properties").and_then(Value::as_object) else { return };
    for (name, property) in properties {
        let indent = "  ".repeat(depth);
        let docs = property.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
        let _ = writeln!(
            text,
            "{indent}{name}: {}{}",
            kind(root, property),
            if docs.is_empty() { docs } else { format!("  {docs}") }
        );
        if depth < DEPTH {
            keys(root, property, depth + 1, text);
        }
    }
}

/// Follows `$ref` and the one non-null branch of an optional value.
fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/")) {
        return root.get("$defs").and_then(|defs| defs.get(name)).map_or(schema, |found| resolve(root, found));
    }
    let branches = schema.get("anyOf").or_else(|| schema.get("allOf")).and_then(Value::as_array);
    let named = branches.into_iter().flatten().find(|branch| branch.get("type") != Some(&Value::from("null")));
    named.map_or(schema, |branch| resolve(root, branch))
}

fn kind(root: &Value, property: &Value) -> String {
    let resolved = resolve(root, property);
    if let Some(values) = resolved.get("enum").and_then(Value::as_array) {
        let values: Vec<String> = values.iter().filter(|value| !value.is_null()).map(bare).collect();
        return values.join("|");
    }
    let kind = match resolved.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect::<Vec<_>>().join("|")
        }
        _ => String::from("any"),
    };
    let default =
        property.get("default").filter(|default| is_short(default)).map(|default| format!(" = {}", bare(default)));
    format!("{kind}{}", default.unwrap_or_default())
}

fn is_short(value: &Value) -> bool {
    !(value.is_null() || value.as_object().is_some_and(|map: &Map<String, Value>| !map.is_empty()))
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
