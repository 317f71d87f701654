//! A page of Prometheus' text format, read as strictly as `promtool check metrics` reads it.

use std::collections::{BTreeMap, BTreeSet};

/// A page and its series.
pub(crate) struct Page {
    pub(crate) text: String,
    series: BTreeMap<String, f64>,
}

impl Page {
    /// Reads a page; panics at what is not valid.
    pub(crate) fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line has no end");
        let (mut series, mut seen) = (BTreeMap::new(), BTreeSet::new());
        let (mut helped, mut family, mut kind) = ("", "", "");
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                helped = rest.split(' ').next().unwrap();
                assert!(rest.len() > helped.len() + 1, "no help: {line}");
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                (family, kind) = rest.split_once(' ').unwrap();
                assert_eq!(helped, family, "help of another metric: {line}");
                assert!(["counter", "gauge"].contains(&kind), "{line}");
                assert!(seen.insert(family), "a metric in two places: {line}");
            } else {
                let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
                let value: f64 = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
                assert!(kind != "counter" || value >= 0.0, "a counter below zero: {line}");
                assert_eq!(name.split('{').next(), Some(family), "outside of its metric: {line}");
                check_labels(name.strip_prefix(family).unwrap(), line);
                assert!(series.insert(name.to_owned(), value).is_none(), "twice: {line}");
            }
        }
        assert!(seen.iter().all(|name| is_name(name)));
        Self { text: text.to_owned(), series }
    }

    /// The value of a series, with labels as they stand on the page.
    pub(crate) fn value(&self, name: &str, labels: &str) -> Option<f64> {
        self.series.get(&format!("{name}{labels}")).copied()
    }
}

fn check_labels(labels: &str, line: &str) {
    let Some(inner) = labels.strip_prefix('{').and_then(|labels| labels.strip_suffix('}')) else {
        return assert!(labels.is_empty(), "{line}");
    };
    let mut names = BTreeSet::new();
    for pair in inner.split("\",") {
        let (name, value) = pair.split_once("=\"").unwrap_or_else(|| panic!("no label: {line}"));
        assert!(is_name(name) && !name.contains(':') && names.insert(name), "label {name}: {line}");
        assert!(!value.trim_end_matches('"').is_empty(), "an empty label: {line}");
    }
}

fn is_name(name: &str) -> bool {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty() && name.chars().all(valid)
}
