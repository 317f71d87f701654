//! What is accepted and refused.

use pipelines::component::{Config as _, Problems};
use serde_json::json;

use super::{Config, Switch as _};

fn problems(config: serde_json::Value) -> Vec<String> {
    let config: Config = serde_json::from_value(config).unwrap();
    let mut problems = Problems::default();
    config.validate(&mut problems);
    problems.into_vec().into_iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
}

/// Scenario: a group's key as a boolean, as a map, without a body. Guarantee: all say what they seem to say.
#[test]
fn switches() {
    let cpu = |body: serde_json::Value| serde_json::from_value::<Config>(json!({ "cpu": body })).unwrap().cpu.0;
    assert!(cpu(json!(true)).is_enabled());
    assert!(!cpu(json!(false)).is_enabled());
    assert!(cpu(json!(null)).is_enabled());
    let own = cpu(json!({ "interval": "1m", "per_core": false }));
    assert!(own.is_enabled() && !own.per_core && own.interval().is_some());
    let misspelt = serde_json::from_value::<Config>(json!({ "cpu": { "percore": false } })).unwrap_err().to_string();
    assert!(misspelt.contains("unknown field `percore`"), "{misspelt}");
}

/// Scenario: values that make no sense. Guarantee: each is refused by its key.
#[test]
fn nonsense_is_refused() {
    assert_eq!(problems(json!({})), Vec::<String>::new());
    assert_eq!(problems(json!({ "collection_interval": "0s" })).len(), 1);
    assert_eq!(problems(json!({ "cpu": { "interval": "0s" } })), ["cpu.interval: is 0s, expected at least 1ms"]);
    assert_eq!(problems(json!({ "root_path": "host" })), ["root_path: `host` is not an absolute path"]);
    assert_eq!(problems(json!({ "sysfs": "sys" })), ["sysfs: `sys` is not an absolute path"]);
}

/// Scenario: files of others, which are off unless their key is written. Guarantee: a directory alone switches them on;
/// directories that lead nowhere are refused.
#[test]
fn textfiles_are_off_until_they_are_named() {
    let textfile = |config: serde_json::Value| serde_json::from_value::<Config>(config).unwrap().textfile.0;
    assert!(!textfile(json!({})).is_enabled());
    assert!(!textfile(json!({ "textfile": false })).is_enabled());
    assert!(textfile(json!({ "textfile": { "directories": ["/a"] } })).is_enabled());
    assert_eq!(textfile(json!({ "textfile": true })).directories.len(), 1);
    let relative = problems(json!({ "textfile": { "directories": ["/a", "b"] } }));
    assert_eq!(relative, ["textfile.directories[1]: `b` is not an absolute path"]);
    let none = problems(json!({ "textfile": { "directories": [] } }));
    assert_eq!(none, ["textfile.directories: is empty, so that there is nothing to read"]);
}
