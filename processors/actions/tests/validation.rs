//! What can be wrong with actions is named with its place.

use pipelines::component::Problems;

use super::super::{Action, validate};
use crate::testing::config;

fn problems(yaml: &str) -> Vec<(String, String)> {
    let mut problems = Problems::default();
    validate(&config::<Vec<Action>>(yaml), "actions", &mut problems);
    problems.into_vec().into_iter().map(|problem| (problem.path, problem.message)).collect()
}

/// Scenario: one action with each fault. Guarantee: exactly one complaint each, at its place.
#[test]
fn each_fault_is_named() {
    let cases = [
        ("{action: insert, value: 1}", "", "insert needs `key`"),
        ("{action: delete}", "", "delete needs `key` or `pattern`"),
        ("{action: insert, key: a}", "", "insert needs a value"),
        ("{action: update, key: a, value: 1, from_attribute: b}", "", "not several"),
        ("{action: upsert, key: a, from_context: auth.sub}", "from_context", "auth.sub"),
        ("{action: delete, key: a, value: 1}", "value", "does not use"),
        ("{action: insert, key: a, value: 1, pattern: x}", "pattern", "does not use"),
        ("{action: extract, key: a}", "", "extract needs `pattern`"),
        ("{action: extract, key: a, pattern: 'x'}", "pattern", "no named group"),
        ("{action: hash, pattern: '('}", "pattern", "unclosed group"),
        ("{action: convert, key: a}", "", "converted_type"),
        ("{action: rename, key: a}", "", "new_key"),
        ("{action: rename, key: a, new_key: b, converted_type: int}", "converted_type", "does not use"),
    ];
    for (yaml, field, message) in cases {
        let found = problems(&format!("[{yaml}]"));
        assert_eq!(found.len(), 1, "{yaml}: {found:?}");
        let dot = if field.is_empty() { "" } else { "." };
        assert_eq!(found[0].0, format!("actions.0{dot}{field}"), "{yaml}");
        assert!(found[0].1.contains(message), "{yaml}: {}", found[0].1);
    }
}

/// Scenario: no actions at all. Guarantee: refused, as in the Collector.
#[test]
fn no_actions_are_refused() {
    assert_eq!(problems("[]"), [(String::new(), "missing required field `actions`".to_owned())]);
}
