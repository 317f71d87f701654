//! Several files and `--set` arguments as one tree.

use crate::config::{Diagnostics, Environment, Sources, load, print};

struct Files;

impl Environment for Files {
    fn variable(&self, name: &str) -> Option<String> {
        (name == "CONFIG").then(|| "c: {d: 5}".to_owned())
    }

    fn file(&self, path: &str) -> Result<String, String> {
        match path {
            "one" => Ok("a: {x: 1, list: [1, 2]}\nb: {}\n".to_owned()),
            "two" => Ok("a: {y: 2, list: [3]}\nb:\n".to_owned()),
            "twice" => Ok("a: 1\na: 2\nb: ${vault:x}\n".to_owned()),
            "empty" => Ok("# nothing\n".to_owned()),
            _ => Err("no such file".to_owned()),
        }
    }
}

fn loaded(files: &[&str], sets: &[&str]) -> (Option<String>, Vec<String>) {
    let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let root = load(&owned(files), &owned(sets), &Files, &mut sources, &mut diagnostics);
    (root.map(|root| print(&root, None)), diagnostics.iter().map(|found| found.code.id.to_owned()).collect())
}

fn text(files: &[&str], sets: &[&str]) -> String {
    let (text, codes) = loaded(files, sets);
    assert!(codes.is_empty(), "{codes:?}");
    text.unwrap()
}

/// Maps are merged, lists and plain values are replaced, and an empty section wipes the earlier one.
#[test]
fn later_files_win() {
    assert_eq!(text(&["one", "two"], &[]), "a:\n  x: 1\n  list:\n    - 3\n  y: 2\nb:\n");
    assert_eq!(text(&["one", "empty"], &[]), text(&["one"], &[]));
}

/// Files come as paths, `file:`, `env:` and `yaml:`, as upstream.
#[test]
fn files_have_schemes() {
    assert_eq!(text(&["file:one"], &[]), text(&["one"], &[]));
    assert_eq!(text(&["env:CONFIG"], &[]), "c:\n  d: 5\n");
    assert_eq!(text(&["yaml:c: {d: 5}"], &[]), "c:\n  d: 5\n");
    assert_eq!(text(&["yaml:c::d: 5"], &[]), "c:\n  d: 5\n");
}

/// `--set` comes after all files; its value is YAML; both separators work.
#[test]
fn assignments_come_last() {
    assert_eq!(text(&["two"], &["a.y=[7]", "b::c=x=y", "a.list="]), "a:\n  y:\n    - 7\n  list:\nb:\n  c: x=y\n");
    for wrong in ["a", "=1", "a..b=1", "a.=1", " =1"] {
        assert_eq!(loaded(&["one"], &[wrong]).1, ["E0007"], "{wrong}");
    }
}

/// A missing file and an empty configuration are told; every missing file is.
#[test]
fn missing_files_are_told() {
    assert_eq!(loaded(&["none", "neither", "one"], &[]).1, ["E0001", "E0001"]);
    assert_eq!(loaded(&["empty"], &[]).1, ["E0005"]);
    assert_eq!(loaded(&["env:NONE"], &[]).1, ["E0001"]);
}

/// A key that stands twice hides no other error.
#[test]
fn errors_behind_a_duplicate_key_are_told() {
    assert_eq!(loaded(&["twice"], &[]).1, ["E0004", "E0502"]);
}
