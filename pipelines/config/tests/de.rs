//! From a tree to a typed configuration.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::read;
use crate::config::{ByteSize, Diagnostics, Duration, Node, Secret, Sources, from_node, from_node_at};

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
struct Config {
    name: String,
    size: u32,
    ratio: f64,
    on: bool,
    mode: Mode,
    timeout: Duration,
    limit: ByteSize,
    inner: Option<Inner>,
    list: Vec<Inner>,
    headers: BTreeMap<String, Secret>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Inner {
    #[serde(default)]
    deep: u8,
    must: String,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    Fast,
    VerySafe,
}

fn config(text: &str) -> Config {
    let mut diagnostics = Diagnostics::default();
    let config = from_node(&read(text), &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    config.unwrap()
}

fn errors(text: &str) -> Vec<String> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    sources.add("f", text);
    let node = read(text);
    assert!(from_node_at::<Config>(&node, "here", &mut diagnostics).is_none(), "{text}");
    let place = |found: &crate::config::Diagnostic| found.span.map(|span| sources.position(span)).unwrap();
    let told = |found: &&crate::config::Diagnostic| {
        format!("{} {}:{} {}", found.code.id, place(found).line, place(found).column, found.message)
    };
    diagnostics.sorted(&sources).iter().map(told).collect()
}

/// Every error of a component comes in one run, each at its own line and column, in the words of the file.
#[test]
fn all_errors_come_at_once() {
    let text = "nam: x\nsize: many\non: 'true'\nmode: slow\ninner: x\nlist:\n  - {deep: 300, must: a}\n  - {}\n";
    assert_eq!(
        errors(text),
        [
            "E0101 1:1 unknown field `nam` in here",
            "E0102 2:7 here.size: found the text \"many\", expected a whole number of zero or more",
            "E0102 3:6 here.on: found the text \"true\", expected true or false",
            "E0102 4:7 here.mode: found `slow`, expected one of `fast`, `very_safe`",
            "E0102 5:8 here.inner: found the text \"x\", expected a map",
            "E0102 7:12 here.list[0].deep: found the number 300, expected a whole number from 0 to 255",
            "E0104 8:5 here.list[1]: the required field `must` is missing",
        ]
    );
}

/// What a type needs and nobody wrote is told where the rest of it stands.
#[test]
fn a_missing_key_is_told() {
    assert_eq!(errors("list: [{deep: 1}]\n"), ["E0104 1:8 here.list[0]: the required field `must` is missing"]);
}

/// Each wrong element of a list is told once, under its own index, and does not hide what else is wrong.
#[test]
fn wrong_elements_of_a_list_are_told_once() {
    let told = errors("list: [1, {must: a}, [], {must: b, deep: x}]\n");
    let places: Vec<&str> = told.iter().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["E0102 1:8 here.list[0]", "E0102 1:22 here.list[2]", "E0102 1:42 here.list[3].deep"]);
}

/// A required field is not told missing when its value is wrong or its key misspelt; another one still is.
#[test]
fn follow_ups_are_not_told() {
    assert_eq!(errors("inner: {must: [a]}\n").len(), 1);
    assert_eq!(errors("inner: {mustt: a}\n").len(), 1);
    let told = errors("inner: {deep: x}\n");
    assert!(told.len() == 2 && told.iter().any(|line| line.contains("`must` is missing")), "{told:?}");
}

/// Hundreds of errors end in one line that says so.
#[test]
fn a_flood_of_errors_is_cut() {
    let told = errors(&format!("list: [{}]\n", "1, ".repeat(200)));
    assert_eq!(told.len(), 51);
    assert!(told.iter().any(|line| line.contains("more than 50 errors in here")), "{told:?}");
}

/// Machines get the dotted path of what an error is about.
#[test]
fn errors_name_the_path() {
    let mut diagnostics = Diagnostics::default();
    from_node_at::<Config>(&read("nam: x\nlist:\n  - {deep: 300, must: a}\n"), "here", &mut diagnostics);
    let paths: Vec<_> = diagnostics.iter().map(|found| found.path.as_deref().unwrap()).collect();
    assert_eq!(paths, ["here.nam", "here.list[0].deep"]);
}

/// Numbers in quotes are text, as upstream; numbers are no text.
#[test]
fn quotes_make_text() {
    assert_eq!(errors("size: '5'\n").len(), 1);
    assert_eq!(errors("name: 5\n"), ["E0102 1:7 here.name: found the number 5, expected text"]);
    assert_eq!(errors("size: -1\n").len(), 1);
    assert_eq!(errors("size: 1.5\n").len(), 1);
    assert_eq!(config("size: 5\nratio: 2\n").ratio, 2.0);
}

/// A key with nothing behind it means its default, whatever its type; so does an empty body.
#[test]
fn nothing_means_the_default() {
    let nothing = "name:\nsize:\nratio:\non:\nmode:\ntimeout:\nlimit:\ninner:\nlist:\nheaders:\n";
    assert_eq!(config(nothing), Config::default());
    assert_eq!(config(""), Config::default());
    assert_eq!(config("headers: {a: , b: x}\n").headers.len(), 1);
    assert_eq!(errors("inner: {must: }\n"), ["E0104 1:8 here.inner: the required field `must` is missing"]);
}

/// What came from a variable is text for a field that wants text, and a number for one that wants a number.
#[test]
fn filled_in_values_keep_their_text() {
    let mut root = read("name: 83\nsize: 83\n");
    if let crate::config::Value::Map(entries) = &mut root.value {
        entries.iter_mut().for_each(|(_, node): &mut (_, Node)| node.original = Some("0123".into()));
    }
    let config: Config = from_node(&root, &mut Diagnostics::default()).unwrap();
    assert_eq!((config.name.as_str(), config.size), ("0123", 83));
}

/// The value of a typed unit is read by its own rules, and its errors stand at its place.
#[test]
fn units_are_read_by_their_rules() {
    let config = config("timeout: 1m30s\nlimit: 64MiB\n");
    assert_eq!((config.timeout, config.limit), (Duration::from_secs(90), ByteSize::mib(64)));
    let told = errors("timeout: 30\nlimit: 5 apples\n");
    assert!(told[0].contains("here.timeout: `30` has no unit"), "{told:?}");
    assert!(told[1].contains("here.limit: `5 apples` is not a size"), "{told:?}");
}

/// The missing blank of `must:x` is named.
#[test]
fn a_missing_blank_is_named() {
    let mut diagnostics = Diagnostics::default();
    assert!(from_node::<Config>(&read("inner: must:x\n"), &mut diagnostics).is_none());
    let help = diagnostics.iter().next().unwrap().helps.join("\n");
    assert!(help.contains("write `must: x`"), "{help}");
}

/// A variable that holds `#x` is nothing as YAML; a field that may be absent and wants text gets the text.
#[test]
fn an_optional_text_gets_the_text_of_a_variable() {
    #[derive(Deserialize)]
    struct Optional {
        text: Option<String>,
        number: Option<u8>,
    }
    let mut root = read("text:\nnumber:\n");
    if let crate::config::Value::Map(entries) = &mut root.value {
        entries[0].1.original = Some("#x".into());
        entries[1].1.original = Some("null".into());
    }
    let read: Optional = from_node(&root, &mut Diagnostics::default()).unwrap();
    assert_eq!((read.text.as_deref(), read.number), (Some("#x"), None));
}

/// Whole numbers may be written with a point or an exponent, as YAML numbers are; others are refused.
#[test]
fn whole_numbers_may_have_a_point() {
    assert_eq!((config("size: 1e3").size, config("size: 1000.0").size), (1000, 1000));
    for text in ["size: 1.5", "size: 1e30", "size: -1.0", "size: '5'"] {
        assert_eq!(errors(text).len(), 1, "{text}");
    }
}
