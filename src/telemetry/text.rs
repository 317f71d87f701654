//! The text format of Prometheus, version 0.0.4.

use std::fmt::Write as _;

use pipelines::graph::Pull;

use super::family::{Family, Value};

/// What the answer to a scrape is.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Units that become a part of names, in UCUM and in words.
const UNITS: [(&str, &str); 2] = [("s", "_seconds"), ("By", "_bytes")];

/// The page of a scrape.
pub(super) fn page(families: &[Family], resource: &[(String, String)], pull: &Pull) -> String {
    let common = common_labels(resource, pull);
    let mut page = String::with_capacity(64 << 10);
    for family in families {
        let name = name(family, pull);
        header(&mut page, &name, family.help, family.is_counter);
        for point in &family.points {
            let labels = point.labels.iter().map(|(name, value)| (*name, value.as_str()));
            series(&mut page, &name, labels.chain(common.iter().map(|(name, value)| (name.as_str(), value.as_str()))));
            // Writing to a string cannot fail.
            let _ = match point.value {
                Value::Whole(value) => writeln!(page, "{value}"),
                Value::Real(value) => writeln!(page, "{value}"),
            };
        }
    }
    header(&mut page, "target_info", "Target metadata", false);
    let target: Vec<(String, &str)> = resource.iter().map(|(name, value)| (label(name), value.as_str())).collect();
    series(&mut page, "target_info", target.iter().map(|(name, value)| (name.as_str(), *value)));
    page.push_str("1\n");
    page
}

/// Ours are always called the same; the Collector's have the suffixes that the reader asks for.
fn name(family: &Family, pull: &Pull) -> String {
    let mut name = family.name.clone();
    let is_ours = name.starts_with("tfo_");
    if !pull.without_units
        && !is_ours
        && let Some((_, suffix)) = UNITS.iter().find(|(unit, suffix)| *unit == family.unit && !name.ends_with(suffix))
    {
        name.push_str(suffix);
    }
    if family.is_counter && (is_ours || !pull.without_type_suffix) {
        name.push_str("_total");
    }
    name
}

/// Labels that every series has.
fn common_labels(resource: &[(String, String)], pull: &Pull) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    if !pull.without_scope_info {
        labels.push(("otel_scope_name".to_owned(), super::otlp::SCOPE.to_owned()));
        labels.push(("otel_scope_version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()));
    }
    let asked = resource.iter().filter(|(name, _)| pull.resource_labels.mean(name));
    labels.extend(asked.map(|(name, value)| (label(name), value.clone())));
    labels
}

fn header(page: &mut String, name: &str, help: &str, is_counter: bool) {
    let kind = if is_counter { "counter" } else { "gauge" };
    let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// The name and labels of a series, and the blank before its value.
fn series<'l>(page: &mut String, name: &str, labels: impl Iterator<Item = (&'l str, &'l str)>) {
    page.push_str(name);
    let mut before = '{';
    for (label, value) in labels {
        page.push(before);
        page.push_str(label);
        page.push_str("=\"");
        escape(page, value);
        page.push('"');
        before = ',';
    }
    page.push_str(if before == '{' { " " } else { "} " });
}

fn escape(page: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '\\' => page.push_str("\\\\"),
            '"' => page.push_str("\\\""),
            '\n' => page.push_str("\\n"),
            other => page.push(other),
        }
    }
}

/// An attribute's name as a label's.
fn label(name: &str) -> String {
    let valid = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
    let digit = name.starts_with(|c: char| c.is_ascii_digit());
    digit.then_some('_').into_iter().chain(name.chars().map(valid)).collect()
}
