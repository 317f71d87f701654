//! `${...}`, rule by rule as upstream.

use std::collections::HashMap;

use super::read;
use crate::config::{Diagnostics, Environment, Node, Sources, Value, expand};

struct Fake(HashMap<&'static str, &'static str>);

impl Environment for Fake {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| (*value).to_owned())
    }

    fn file(&self, path: &str) -> Result<String, String> {
        self.variable(path).ok_or_else(|| "no such file".to_owned())
    }
}

fn filled(text: &str) -> (Node, Vec<String>) {
    let environment = Fake(HashMap::from([
        ("HOST", "example.org"),
        ("PORT", "4317"),
        ("PIN", "0123"),
        ("LIST", "[a, b]"),
        ("MAP", "x: 1"),
        ("EMPTY", ""),
        ("WORD", "true"),
        ("NAME", "HOST"),
        ("OTHER", "${env:HOST}:1"),
        ("LOOP", "${env:LOOP}"),
        ("DOLLAR", "a$$b"),
        ("PASSWORD", "{not: [yaml"),
        ("/token", "s3cret\n"),
        ("/list", "- 1\n- 2\n"),
    ]));
    let mut root = read(&format!("k: {text}\n"));
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    expand(&mut root, &environment, &mut sources, &mut diagnostics);
    let node = root.find("k").unwrap().1.clone();
    (node, diagnostics.iter().map(|found| found.code.id.to_owned()).collect())
}

fn value(text: &str) -> Value {
    let (node, codes) = filled(text);
    assert!(codes.is_empty(), "{text}: {codes:?}");
    node.value
}

fn text(of: &str) -> Value {
    Value::Text(of.to_owned())
}

/// Inside text the value is put in as it is, any number of times, nested names included.
#[test]
fn references_inside_text_are_replaced() {
    assert_eq!(value("${env:HOST}:${PORT}"), text("example.org:4317"));
    assert_eq!(value("x-${env:${env:NAME}}"), text("x-example.org"));
    assert_eq!(value("http://${env:OTHER}/"), text("http://example.org:1/"));
    assert_eq!(value("x${file:/token}y"), text("xs3crety"));
}

/// A reference that is the whole value is read as YAML: numbers, booleans, lists and maps.
#[test]
fn whole_references_are_read_as_yaml() {
    assert_eq!(value("${env:PORT}"), Value::Int(4317));
    assert_eq!(value("${env:WORD}"), Value::Bool(true));
    assert_eq!(filled("${env:LIST}").0.as_seq().map(<[Node]>::len), Some(2));
    assert_eq!(filled("${env:MAP}").0.find("x").map(|(_, node)| node.value.clone()), Some(Value::Int(1)));
    assert_eq!(filled("${file:/list}").0.as_seq().map(<[Node]>::len), Some(2));
    assert_eq!(value("${yaml:7}"), Value::Int(7));
}

/// Fields that want text get the text: leading zeros stay, the line end of a secret goes, odd characters are kept.
#[test]
fn whole_references_keep_their_text() {
    assert_eq!(filled("${env:PIN}").0.original.as_deref(), Some("0123"));
    assert_eq!(filled("${file:/token}").0.original.as_deref(), Some("s3cret"));
    assert_eq!(filled("${env:PASSWORD}").0.original.as_deref(), Some("{not: [yaml"));
    assert_eq!(filled("${env:MAP}").0.original.as_deref(), Some("x: 1"));
}

/// What is filled in is itself filled in, and does not come back as it was written.
#[test]
fn values_are_filled_in_again() {
    let (node, codes) = filled("${env:OTHER}");
    assert_eq!((node.value, node.original), (text("example.org:1"), None));
    assert!(codes.is_empty());
    assert_eq!(filled("${env:DOLLAR}").0.value, text("a$b"));
}

/// A default is for variables that are not set, not for empty ones.
#[test]
fn defaults_are_for_unset_variables() {
    assert_eq!(value("${env:NONE:-4318}"), Value::Int(4318));
    assert_eq!(value("${NONE:-a:b}"), text("a:b"));
    assert_eq!(value("${env:NONE:-}"), Value::Null);
    assert_eq!(value("${env:EMPTY:-x}"), Value::Null);
    assert_eq!(value("${env:NONE:-${env:HOST}}"), text("example.org"));
}

/// Where a value came from is kept: the variable, the file, or that the variable was not set.
#[test]
fn origins_are_kept() {
    let origin = |text| filled(text).0.origin.unwrap().to_string();
    assert_eq!(origin("${env:PORT}"), "env:PORT");
    assert_eq!(origin("${file:/list}"), "file:/list");
    assert_eq!(origin("${NONE:-5}"), "env:NONE, not set");
}

/// A variable that is not set leaves nothing behind, with a warning.
#[test]
fn an_unset_variable_is_nothing() {
    let (node, codes) = filled("${env:NONE}");
    assert_eq!((node.value, codes), (Value::Null, vec!["W0004".to_owned()]));
    let (node, codes) = filled("a${env:NONE}b");
    assert_eq!((node.value, codes), (text("ab"), vec!["W0004".to_owned()]));
}

/// `$$` is a dollar sign, `$NAME` stands for itself with a warning, other dollar signs without.
#[test]
fn dollar_signs_are_text() {
    assert_eq!(value("a$$b"), text("a$b"));
    assert_eq!(value("$${env:HOST}"), text("${env:HOST}"));
    assert_eq!(value("$1 costs $"), text("$1 costs $"));
    let (node, codes) = filled("$HOST");
    assert_eq!((node.value, codes), (text("$HOST"), vec!["W0005".to_owned()]));
    let (node, codes) = filled("x${env:HOST");
    assert_eq!((node.value, codes), (text("x${env:HOST"), vec!["W0005".to_owned()]));
}

/// Bad names, unknown schemes, missing files and circles are errors that leave nothing.
#[test]
fn what_cannot_be_filled_in_is_an_error() {
    for (written, code) in [
        ("${1}", "E0501"),
        ("${env:a-b}", "E0501"),
        ("${}", "E0501"),
        ("${vault:x}", "E0502"),
        ("${https://x}", "E0502"),
        ("${file:/none}", "E0503"),
        ("${env:LOOP}", "E0503"),
        ("a${env:LOOP}", "E0503"),
    ] {
        let (node, codes) = filled(&format!("'{written}'"));
        assert_eq!((node.value, codes), (Value::Null, vec![code.to_owned()]), "{written}");
    }
}

/// A list cannot stand inside text; what is put in is its text, so that no value can change the structure of a file.
#[test]
fn values_cannot_change_the_structure() {
    assert_eq!(value("'a: ${env:MAP}'"), text("a: x: 1"));
    assert_eq!(value("x${env:LIST}"), text("x[a, b]"));
}
