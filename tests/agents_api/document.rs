//! The OpenAPI document, held against what is served: path by path, and by schemathesis with thousands of requests.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::client::Api;
use crate::support::{checkout, skip};
use crate::{key, start};

const CLOSED: &str = "storage: { sqlite: '{folder}/agents.db' }, auth: { authenticator: api_keys }";
const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Every `$ref` below a value.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| match (key.as_str(), value) {
            ("$ref", Value::String(reference)) => found.push(reference.clone()),
            _ => references(value, found),
        }),
        Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
        _ => {}
    }
}

/// Scenario: the document, asked for without credentials. Guarantee: it is served, all it refers to is in it, what it lists is
/// served and guarded, and what it does not list is not served.
#[test]
fn the_document_lists_what_is_served() {
    let tfo = start(CLOSED, [&key()[2], ""]);
    let api = Api::of(&tfo);
    let document = api.get("/openapi.json").json();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 7);
    for (path, operations) in paths.iter().filter(|(path, _)| *path != "/openapi.json") {
        for method in METHODS {
            let answer = api.ask(&method.to_uppercase(), &path.replace("{id}", "a-1"), &[], b"");
            let expected = if operations.get(method).is_some() { 401 } else { 405 };
            assert_eq!(answer.status, expected, "{method} {path}");
        }
    }
}

/// Scenario: schemathesis makes requests of the document, good and bad, and holds the answers against it. Guarantee: nothing is a
/// server error, what the document allows is taken, what it does not is refused, every answer is as it says.
#[test]
fn schemathesis_finds_nothing() {
    let program = std::env::var_os("TFO_TEST_SCHEMATHESIS");
    let program = program.map_or_else(|| checkout("target/schemathesis/bin/st"), PathBuf::from);
    if !program.is_file() {
        return skip("schemathesis_finds_nothing", "schemathesis is not installed: run `make setup`");
    }
    let [id, secret, line] = key();
    let tfo = start(CLOSED, [&line, ""]);
    let url = format!("http://{}/api/v2/openapi.json", Api::of(&tfo).0);
    let mut schemathesis = Command::new(program);
    schemathesis.arg("--config-file").arg(checkout("tests/agents_api/schemathesis.toml")).args(["run", &url]);
    schemathesis.args(["-H", &format!("X-TelemetryFlow-Key-ID: {id}")]);
    schemathesis.args(["-H", &format!("X-TelemetryFlow-Key-Secret: {secret}")]);
    let ended = schemathesis.current_dir(tfo.folder.path()).output().unwrap();
    let (text, (stopped, log)) = (String::from_utf8_lossy(&ended.stdout).into_owned(), tfo.stop());
    assert!(ended.status.success(), "{text}\n{}", String::from_utf8_lossy(&ended.stderr));
    assert!(stopped.success() && !log.iter().any(|line| line.contains("panicked")), "{log:#?}");
}
