//! YAML text to a tree with places.

use proptest::prelude::*;

use super::{errors, position, read};
use crate::config::{Diagnostics, Node, Sources, Value, parse};

fn value<'n>(root: &'n Node, key: &str) -> &'n Value {
    &root.find(key).unwrap_or_else(|| panic!("no {key}")).1.value
}

/// `no`, `off` and versions are text, numbers are numbers, quotes make text: the core schema of YAML 1.2.
#[test]
fn plain_scalars_follow_the_core_schema() {
    let root = read(
        "a: no\nb: 0x1F\nc: '5'\nd: 1.5\ne: ~\nf: 18446744073709551615\ng: 1.2.3\nh: true\ni: -7\nj: !!str 5\nk: .inf\n",
    );
    assert_eq!(value(&root, "a"), &Value::Text("no".into()));
    assert_eq!(value(&root, "b"), &Value::Int(31));
    assert_eq!(value(&root, "c"), &Value::Text("5".into()));
    assert_eq!(value(&root, "d"), &Value::Float(1.5));
    assert_eq!(value(&root, "e"), &Value::Null);
    assert_eq!(value(&root, "f"), &Value::Uint(u64::MAX));
    assert_eq!(value(&root, "g"), &Value::Text("1.2.3".into()));
    assert_eq!(value(&root, "h"), &Value::Bool(true));
    assert_eq!(value(&root, "i"), &Value::Int(-7));
    assert_eq!(value(&root, "j"), &Value::Text("5".into()));
    assert_eq!(value(&root, "k"), &Value::Float(f64::INFINITY));
}

/// Aliases are copies; merge keys add what is not written out, the earlier map first, wherever `<<` stands.
#[test]
fn aliases_and_merge_keys_are_filled_in() {
    let root = read("a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a}\nc: {<<: [{x: 9}, *a]}\nd: *a\n");
    let number = |map: &str, key: &str| value(&root.find(map).unwrap().1.clone(), key).clone();
    assert_eq!((number("b", "x"), number("b", "y")), (Value::Int(1), Value::Int(3)));
    assert_eq!((number("c", "x"), number("c", "y")), (Value::Int(9), Value::Int(2)));
    assert_eq!(number("d", "x"), Value::Int(1));
}

/// A quoted `<<` is a key like any other.
#[test]
fn a_quoted_merge_key_is_text() {
    let root = read("'<<': {x: 1}\n");
    assert!(root.find("<<").is_some() && root.find("x").is_none());
}

/// A key that stands twice is an error at the second one, and both errors of a file are told.
#[test]
fn duplicate_keys_are_errors_with_their_places() {
    assert_eq!(errors("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n"), ["E0004 4:3", "E0004 5:1"]);
}

/// Tabs, unclosed quotes, a second document, unknown aliases and keys that are lists are told with their places.
#[test]
fn what_is_not_yaml_is_an_error_with_its_place() {
    assert_eq!(errors("a:\n\tb: 1\n"), ["E0002 2:1"]);
    assert_eq!(errors("a: 1\n---\nb: 2\n"), ["E0003 3:1"]);
    assert_eq!(errors("a: *b\n"), ["E0002 1:4"]);
    assert_eq!(errors("? [a, b]\n: 1\n"), ["E0002 1:3"]);
    for text in ["a: \"b\n", "a: [b\nc: d\n", "a: }\n", "%x\n", "a: @b\n", "a: b: c\n"] {
        assert_eq!(errors(text).len(), 1, "{text:?}: {:?}", errors(text));
    }
}

/// An empty file, or one of comments, is nothing and no error of YAML.
#[test]
fn empty_text_is_nothing() {
    for text in ["", "\n", "# nothing\n", "---\n", "\u{feff}"] {
        assert!(read(text).is_null(), "{text:?}");
    }
}

/// Line ends of Windows and a byte order mark change neither values nor places.
#[test]
fn windows_files_read_as_others() {
    let root = read("a: x\r\nb:\r\n  c: y\r\n");
    assert_eq!(value(&root, "a"), &Value::Text("x".into()));
    assert_eq!(position("a: x\r\nb:\r\n  c: y\r\n", "b.c"), (3, 6));
    assert_eq!(value(&read("\u{feff}a: x\n"), "a"), &Value::Text("x".into()));
}

/// Columns count characters and the caret of a value behind other scripts stands under it.
#[test]
fn columns_count_characters() {
    assert_eq!(position("a: {\u{e4}\u{65e5}\u{1f600}: x, b: y}\n", "a.b"), (1, 16));
    assert_eq!(position("# \u{65e5}\u{672c}\na:\n  b: y\n", "a.b"), (3, 6));
}

/// Aliases of aliases and endless nesting end in an error, not in an exhausted memory.
#[test]
fn bombs_are_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let alias = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![alias; 10].join(", ")));
    }
    assert_eq!(errors(&bomb).len(), 1);
    assert!(errors(&bomb)[0].starts_with("E0006"));
    assert!(errors(&"[".repeat(100_000))[0].starts_with("E000"));
    assert!(errors(&format!("{}{}", "[".repeat(200), "]".repeat(200)))[0].starts_with("E0006"));
}

/// Aliases cannot nest deeper than text can, nor can anchors around anchors be copied without bound.
#[test]
fn aliases_have_bounds() {
    let mut deep = String::from("a0: &a0 x\n");
    for level in 1..50 {
        deep.push_str(&format!("a{level}: &a{level} [[[[*a{}]]]]\n", level - 1));
    }
    assert!(errors(&deep)[0].starts_with("E0006"));
    let list = "x, ".repeat(10_000);
    let wide = (0..100).fold(format!("&l [{list}]"), |inner, level| format!("&a{level} [{inner}]"));
    assert!(errors(&wide)[0].starts_with("E0006"));
}

/// `<<` with anything but maps is refused, not ignored.
#[test]
fn a_merge_key_takes_maps_only() {
    assert_eq!(errors("a: {<<: 5}\nb: {<<: }\nc: {<<: [{}, x]}\n"), ["E0002 1:5", "E0002 2:5", "E0002 3:5"]);
}

/// The missing blank of `endpoint:0.0.0.0` is named where YAML stumbles over it.
#[test]
fn a_missing_blank_is_named() {
    let mut sources = Sources::default();
    let source = sources.add("f", "a:\n  endpoint:0.0.0.0\n  size: 1\n");
    let mut diagnostics = Diagnostics::default();
    assert!(parse(&sources, source, &mut diagnostics).is_none());
    let helps: Vec<&String> = diagnostics.iter().flat_map(|found| &found.helps).collect();
    assert!(helps.iter().any(|help| help.contains("write `endpoint: 0.0.0.0`")), "{helps:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is read, it ends without a panic, with a tree or with an error.
    #[test]
    fn no_text_makes_it_panic(text in "[a-c:{}\\[\\],&*<|>!%@#'\"\\\\ \\-?\n\t\r\u{e4}\u{1f600}.0~$]{0,60}") {
        let mut sources = Sources::default();
        let source = sources.add("f", text);
        let mut diagnostics = Diagnostics::default();
        let node = parse(&sources, source, &mut diagnostics);
        prop_assert!(node.is_some() || diagnostics.has_errors());
        prop_assert_eq!(diagnostics.sorted(&sources).len(), diagnostics.iter().count());
    }
}
