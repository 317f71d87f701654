//! `docs/agent.md` lists every key there is.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use schemars::schema_for;
use serde_json::Value;

use super::sections::File;

/// What surrounds the part of the page that is made from the sections.
const BEGIN: &str = "<!-- made from the sections by `UPDATE_GOLDEN=1 cargo test -p tfo --bin tfo agent` -->\n";
const END: &str = "<!-- until here -->\n";

/// Scenario: the page about agent files. Guarantee: it says of every key what the program knows of it.
#[test]
fn the_page_lists_every_key() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/agent.md");
    let text = fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let made = format!("{before}{BEGIN}{}{END}{after}", tables());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&page, &made).unwrap();
    }
    let is_same = fs::read_to_string(&page).unwrap() == made;
    assert!(is_same, "docs/agent.md is not what the sections say: UPDATE_GOLDEN=1 writes it anew");
}

/// A table for each section that has keys.
fn tables() -> String {
    let schema = schema_for!(File).to_value();
    let mut text = String::new();
    section(&schema, &schema, "", &mut text);
    text
}

fn section(root: &Value, schema: &Value, path: &str, text: &mut String) {
    let properties = schema["properties"].as_object().unwrap();
    let (mut rows, mut below) = (String::new(), Vec::new());
    for (key, property) in properties {
        let inner = resolved(root, property);
        let dotted = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let said = property["description"].as_str().unwrap_or_default().replace('\n', " ");
        if inner["properties"].is_object() {
            below.push((dotted, said, inner));
        } else {
            rows.push_str(&format!("| `{key}` | {} |\n", said.replace('|', "\\|")));
        }
    }
    if !rows.is_empty() {
        text.push_str(&format!("\n| `{path}.` | |\n|---|---|\n{rows}"));
    }
    for (dotted, said, inner) in below {
        if dotted == "integrations.ebpf" {
            text.push_str(&format!("\n### `{dotted}`\n\nThe keys of `collectors.ebpf`.\n"));
            continue;
        }
        if !dotted.contains('.') || dotted.starts_with("collectors.") {
            let level = if dotted.contains('.') { "###" } else { "##" };
            text.push_str(&format!("\n{level} `{dotted}`\n\n{said}\n"));
        }
        section(root, inner, &dotted, text);
    }
}

/// What a property refers to.
fn resolved<'v>(root: &'v Value, property: &'v Value) -> &'v Value {
    let either = property["anyOf"].as_array().and_then(|kinds| kinds.iter().find(|kind| kind["$ref"].is_string()));
    let reference = property["$ref"].as_str().or_else(|| either.and_then(|kind| kind["$ref"].as_str()));
    match reference.and_then(|reference| reference.strip_prefix("#/$defs/")) {
        Some(name) => &root["$defs"][name],
        None => property,
    }
}
