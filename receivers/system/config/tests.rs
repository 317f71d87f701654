//! What is accepted and refused.

use pipelines::component::{Config as _, Problems};
use serde_json::json;

use super::Config;

fn read(config: serde_json::Value) -> Result<Config, String> {
    serde_json::from_value(config).map_err(|error| error.to_string())
}

fn problems(config: serde_json::Value) -> Vec<String> {
    let mut problems = Problems::default();
    read(config).unwrap().validate(&mut problems);
    problems.into_vec().into_iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
}

/// Scenario: a file as the Collector's documentation has it, with bodies left empty. Guarantee: each scraper is on.
#[test]
fn empty_bodies_turn_scrapers_on() {
    let all = ["cpu", "disk", "load", "filesystem", "memory", "network", "paging", "processes", "process", "system"];
    let scrapers: serde_json::Map<_, _> = all.iter().map(|key| ((*key).to_owned(), json!(null))).collect();
    assert_eq!(problems(json!({ "collection_interval": "10s", "scrapers": scrapers })), Vec::<String>::new());
    assert_eq!(problems(json!({ "scrapers": {} })), ["scrapers: at least one scraper must be there"]);
}

/// Scenario: toggles of metrics: right ones, misspelt names, attributes the metric lacks. Guarantee: what is wanted is
/// what is written, and the rest is refused by name.
#[test]
fn metrics_are_chosen() {
    let cpu = |metrics: serde_json::Value| read(json!({ "scrapers": { "cpu": { "metrics": metrics } } }));
    let names = |config: Config| -> Vec<String> {
        let choices = config.scrapers.cpu.unwrap().metrics.choices();
        choices.iter().map(|choice| format!("{} {:?}", choice.row.name, choice.keeps)).collect()
    };
    let default = ["system.cpu.logical.count []", "system.cpu.time [false, true]"];
    assert_eq!(names(cpu(json!({})).unwrap()), default);
    let chosen = json!({
        "system.cpu.time": { "enabled": true, "attributes": ["cpu", "state"] },
        "system.cpu.logical.count": { "enabled": false },
        "system.cpu.utilization": { "enabled": true },
    });
    let wanted = ["system.cpu.time [true, true]", "system.cpu.utilization [false, true]"];
    assert_eq!(names(cpu(chosen).unwrap()), wanted);
    let misspelt = cpu(json!({ "system.cpu.tine": { "enabled": true } })).unwrap_err();
    assert!(misspelt.contains("unknown field `system.cpu.tine`"), "{misspelt}");
    let unknown = cpu(json!({ "system.cpu.time": { "attributes": ["core"] } })).unwrap_err();
    assert!(unknown.contains("has no attribute `core`, expected some of `cpu`, `state`"), "{unknown}");
}

/// Scenario: what is not built, contradicts itself or is no pattern. Guarantee: each is refused by its key.
#[test]
fn nonsense_is_refused() {
    let one = |key: &str, body: serde_json::Value| problems(json!({ "scrapers": { key: body } }));
    assert_eq!(one("nfs", json!(null)), ["scrapers.nfs: the scraper `nfs` is not built yet"]);
    let unsaid = one("disk", json!({ "include": { "devices": ["sda"] } }));
    assert_eq!(unsaid, ["scrapers.disk.include.match_type: is needed where `devices` are named: `strict` or `regexp`"]);
    let broken = one("filesystem", json!({ "exclude_fs_types": { "fs_types": ["("], "match_type": "regexp" } }));
    assert!(
        broken[0].starts_with("scrapers.filesystem.exclude_fs_types.fs_types.0: `(` is not a regular"),
        "{broken:?}"
    );
    let tfo = problems(json!({ "naming": "tfo", "scrapers": { "cpu": {}, "load": {} } }));
    assert_eq!(tfo, ["scrapers.load: `naming: tfo` has no names for it"]);
    let paths = problems(json!({ "disk_paths": ["data"], "scrapers": { "filesystem": {} } }));
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert_eq!(problems(json!({ "collection_interval": "0s", "scrapers": { "cpu": {} } })).len(), 1);
    assert_eq!(problems(json!({ "metadata_collection_interval": "1m", "scrapers": { "cpu": {} } })).len(), 1);
}
