//! A tree as text, and back.

use proptest::prelude::*;

use super::read;
use crate::config::{Diagnostics, Environment, Key, Node, Sources, Span, Value, expand, parse, print};

/// An environment without anything.
struct Nothing;

impl Environment for Nothing {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn file(&self, _: &str) -> Result<String, String> {
        Err("no such file".to_owned())
    }
}

const NOWHERE: Span = Span { source: 0, start: 0, end: 0 };

fn bare(node: &Node) -> Node {
    let value = match &node.value {
        Value::Seq(elements) => Value::Seq(elements.iter().map(bare).collect()),
        Value::Map(entries) => {
            Value::Map(entries.iter().map(|(key, node)| (Key::new(key.text(), NOWHERE), bare(node))).collect())
        }
        other => other.clone(),
    };
    Node::new(value, NOWHERE)
}

fn tree() -> impl Strategy<Value = Node> {
    let text = prop_oneof![
        "[a-z ]{0,8}",
        "[ -~]{0,10}",
        "[${}A:-]{0,6}",
        "[-?:,\\[\\]{}#&*!|>'\"%@`~<=.0-9eExo+\n\t\r\\\\ ]{0,8}",
        "[\u{80}-\u{a0}\u{e4}\u{2028}\u{feff}\u{1f600}\u{7f}]{0,4}",
        Just("null".to_owned()),
        Just("<<".to_owned()),
        Just("1e5".to_owned()),
    ];
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (u64::MAX - 5..).prop_map(Value::Uint),
        prop::num::f64::NORMAL.prop_map(Value::Float),
        Just(Value::Float(f64::INFINITY)),
        text.clone().prop_map(Value::Text),
    ];
    let leaf = scalar.prop_map(|value| Node::new(value, NOWHERE));
    leaf.prop_recursive(4, 30, 5, move |inner| {
        let map = prop::collection::btree_map(text.clone(), inner.clone(), 0..5).prop_map(|entries| {
            Value::Map(entries.into_iter().map(|(key, node)| (Key::new(key, NOWHERE), node)).collect())
        });
        let list = prop::collection::vec(inner, 0..5).prop_map(Value::Seq);
        prop_oneof![map, list].prop_map(|value| Node::new(value, NOWHERE))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is printed loads as the same tree, dollar signs included.
    #[test]
    fn what_is_printed_reads_as_the_same(tree in tree()) {
        let text = print(&tree, None);
        let mut sources = Sources::default();
        let source = sources.add("f", text.clone());
        let mut diagnostics = Diagnostics::default();
        let mut back = parse(&sources, source, &mut diagnostics).expect(&text);
        expand(&mut back, &Nothing, &mut sources, &mut diagnostics);
        prop_assert!(!diagnostics.has_errors(), "{text}\n{diagnostics:?}");
        prop_assert_eq!(bare(&back), tree, "{}", text);
    }
}

/// Values of keys that hold credentials are not shown, nor anything below `headers`; what they hang on is.
#[test]
fn secrets_are_redacted() {
    let text =
        print(&read("password: a\nclient_secret: b\ntoken: 5\nheaders: {x: c, y: [d]}\nuser: e\ntoken_count:\n"), None);
    for hidden in [": a", ": b", ": 5", ": c", "- d"] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert!(text.contains("user: e") && text.contains("  x: \"[redacted]\""), "{text}");
}

/// The password of a URL is hidden, the rest of it is not; a path to a secret is shown, the value of a variable that
/// is called a secret is not.
#[test]
fn secrets_in_other_places_are_redacted() {
    let text = print(&read("a: https://u:p1@h:1/x?y=z@b\nb: h:1@x\ntoken_file: /run/t\nlicense_key: k\n"), None);
    assert!(text.contains("https://u:[redacted]@h:1/x?y=z@b") && !text.contains("p1"), "{text}");
    assert!(!print(&read("a: http://u:p#1@h\n"), None).contains("#1"));
    for raw in ["p/1", "?p/1", "p@/1"] {
        let text = print(&read(&format!("a: http://u:{raw}@h:1/x\n")), None);
        assert!(text.contains("http://u:[redacted]@h:1/x"), "{text}");
    }
    for no_password in ["http://h:1/x@y", "http://h/x@y", "http://h"] {
        assert!(print(&read(&format!("a: {no_password}\n")), None).contains(no_password));
    }
    assert!(text.contains("b: h:1@x") && text.contains("/run/t") && !text.contains(": k\n"), "{text}");
    let mut root = read("endpoint: x1\n");
    if let Value::Map(entries) = &mut root.value {
        entries[0].1.origin = Some("env:DB_PASSWORD".into());
    }
    assert_eq!(print(&root, None), "endpoint: \"[redacted]\"\n");
}

/// A number from a variable is printed as it was written there, since a field that wants text gets that.
#[test]
fn numbers_keep_their_text() {
    let mut root = read("a: 83\n");
    if let Value::Map(entries) = &mut root.value {
        entries[0].1.original = Some("083".into());
    }
    assert_eq!(print(&root, None), "a: 083\n");
}

/// With origins each value names the file and line, and the variable, it came from.
#[test]
fn origins_are_named() {
    let mut sources = Sources::default();
    let source = sources.add("gateway.yaml", "a:\n  b: 1\n  c: [2]\n");
    let mut root = parse(&sources, source, &mut Diagnostics::default()).unwrap();
    if let Value::Map(entries) = &mut root.value
        && let Value::Map(entries) = &mut entries[0].1.value
    {
        entries[0].1.origin = Some("env:B".into());
    }
    assert_eq!(print(&root, Some(&sources)), "a:\n  b: 1  # gateway.yaml:2 env:B\n  c:\n    - 2  # gateway.yaml:3\n");
}
