//! Tests of the configuration layer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

mod de;
mod expand;
mod merge;
mod pages;
mod print;
mod suggest;
mod units;
mod yaml;

use super::{Diagnostics, Node, Sources, parse};

/// The tree of a text without errors.
fn read(text: &str) -> Node {
    let mut sources = Sources::default();
    let source = sources.add("f", text);
    let mut diagnostics = Diagnostics::default();
    let node = parse(&sources, source, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{text}\n{diagnostics:?}");
    node.unwrap()
}

/// Code and place of every error of a text.
fn errors(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let source = sources.add("f", text);
    let mut diagnostics = Diagnostics::default();
    parse(&sources, source, &mut diagnostics);
    let place = |found: &super::Diagnostic| found.span.map(|span| sources.position(span)).unwrap();
    diagnostics.iter().map(|found| format!("{} {}:{}", found.code.id, place(found).line, place(found).column)).collect()
}

/// Line and column of the value at a dotted path.
fn position(text: &str, path: &str) -> (usize, usize) {
    let mut sources = Sources::default();
    sources.add("f", text);
    let position = sources.position(read(text).nearest(path).unwrap());
    (position.line, position.column)
}
