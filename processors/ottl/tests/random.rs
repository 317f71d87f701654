//! No text makes the parser panic, and what is nested too deep is refused.

use opentelemetry_proto::tonic::logs::v1::LogRecord;
use proptest::prelude::*;

use super::records::{ask_log, text};
use crate::ottl::{Condition, Context};

const PIECES: &[&str] = &[
    "attributes",
    "[",
    "]",
    "(",
    ")",
    "\"a\"",
    "\"",
    "\\",
    ".",
    ",",
    "==",
    "!=",
    "<",
    ">=",
    "and",
    "or",
    "not",
    " ",
    "nil",
    "true",
    "1",
    "-",
    "1.5",
    "0x01",
    "0x",
    "IsMatch",
    "IsMatch(body, \"a\")",
    "Len",
    "body",
    "log",
    "resource",
    "=",
    "+",
    "*",
    "/",
    "{",
    "}",
    "SPAN_KIND_SERVER",
    "\u{e4}",
    "'",
    "Concat([\"a\"], \"\")",
    "99999999999999999999",
    "\\x",
    "\\u00",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_accepted_or_refused_inside_its_bounds(source in ".{0,60}") {
        check(&source);
    }

    #[test]
    fn any_mix_of_tokens_is_accepted_or_refused_inside_its_bounds(
        source in prop::collection::vec(prop::sample::select(PIECES), 0..25).prop_map(|pieces| pieces.concat())
    ) {
        check(&source);
    }

    #[test]
    fn any_pattern_compiles_or_is_refused(pattern in ".{0,40}", pieces in "[\\[\\]\\\\{}QE^&~:dpx0-9,]{0,20}") {
        let _ = crate::ottl::pattern::compile(&pattern);
        let _ = crate::ottl::pattern::compile(&pieces);
    }
}

/// Errors point into the text, at character boundaries; what compiles can be evaluated.
fn check(source: &str) {
    if Condition::compile(source, Context::Log).is_ok() {
        let _ = ask_log(source, &LogRecord { body: Some(text("a")), ..LogRecord::default() });
    }
    for context in Context::ALL {
        for error in Condition::compile(source, context).err().unwrap_or_default() {
            assert!(error.span.start <= error.span.end && error.span.end <= source.len(), "{source:?}: {error:?}");
            assert!(source.get(error.span.start..error.span.end).is_some(), "{source:?}: {error:?}");
        }
    }
}

#[test]
fn deep_nesting_is_refused_and_long_lists_are_not() {
    for deep in ["(".repeat(100_000), "not ".repeat(100_000), "1 + ".repeat(100_000), "Int(".repeat(100_000)] {
        assert!(Condition::compile(&deep, Context::Log).is_err());
    }
    let sum = format!("{}1 == 1", "1 + ".repeat(100_000));
    assert!(Condition::compile(&sum, Context::Log).unwrap_err()[0].message.contains("nested"));
    let long = vec!["flags == 1"; 20_000].join(" or ");
    assert!(Condition::compile(&long, Context::Log).is_ok());
}
