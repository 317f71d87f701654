//! The command line as users and scripts meet it: exit codes, what goes to which stream, names, formats.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use support::{Ended, tfo};

const GATEWAY: &str = "receivers: {otlp: {protocols: {http: {endpoint: '127.0.0.1:0'}}}}
processors:
  filter: {log_conditions: ['log.severity_number > 16']}
  resource: {attributes: [{key: env, value: prod, action: upsert}]}
exporters: {'null': , file: {path: '{folder}/out.jsonl'}}
service:
  pipelines:
    logs: {receivers: [otlp], processors: [filter, resource], exporters: [file]}
    traces: {receivers: [otlp], exporters: ['null']}
";

/// Two log records in two forms: one is dropped by [`GATEWAY`], one is changed.
const LOGS: &str = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":9,"body":{"stringValue":"kept"}},{"severityNumber":17,"body":{"stringValue":"dropped"}}]}]}]}"#;

/// A folder with files of a test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a file, in which `{folder}` is this folder, and returns its path.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text.replace("{folder}", self.0.path().to_str().unwrap())).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn code(ended: &Ended) -> Option<i32> {
    ended.status.code()
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stdout))
}

/// Scenario: wrong uses. Guarantee: each ends with the code that scripts can rely on and says why on stderr only.
#[test]
fn exit_codes_tell_what_is_wrong() {
    let folder = Folder::new();
    let good = folder.file("good.yaml", GATEWAY);
    let bad = folder.file("bad.yaml", &GATEWAY.replace("filter", "filtre"));
    let dead =
        GATEWAY.replace("'null': ", "otlp: {endpoint: 'http://127.0.0.1:9', timeout: 1s}").replace("'null'", "otlp");
    let dead = folder.file("dead.yaml", &dead);
    let broken = folder.file("broken.jsonl", "{\"resourceLogs\": 5}");
    for (arguments, expected) in [
        (vec!["validate", "-c", &good], 0),
        (vec!["validate", "-c", &bad], 78),
        (vec!["collector", "-c", &bad], 78),
        (vec!["dry-run", "-c", &bad], 78),
        (vec!["validate", "-c", "/nowhere.yaml"], 66),
        (vec!["validate"], 64),
        (vec!["validate", "-c", &good, "--set", "nonsense"], 78),
        (vec!["explain", "E9999"], 64),
        (vec!["components", "nonsense"], 64),
        (vec!["nonsense"], 64),
        (vec!["dry-run", "-c", &good, "--input", &broken], 65),
        (vec!["dry-run", "-c", &good, "--input", "/nowhere.jsonl"], 66),
        (vec!["dry-run", "-c", &dead, "--level", "connect"], 69),
        (vec!["dry-run", "-c", &dead], 0),
    ] {
        let ended = tfo(&arguments);
        assert_eq!(code(&ended), Some(expected), "{arguments:?}\n{}{}", ended.stdout, ended.stderr);
        if expected != 0 && expected != 69 {
            assert!(!ended.stderr.is_empty() && ended.stdout.is_empty(), "{arguments:?}\n{}", ended.stdout);
        }
    }
}

/// Scenario: what only the place in a pipeline shows to be wrong. Guarantee: `validate` finds it, at its place.
#[test]
fn validate_builds_every_node() {
    let include = "processors:\n  attributes: {include: {match_type: strict, span_names: [a]}, actions: [{key: a, action: delete}]}\n";
    let folder = Folder::new();
    let text = GATEWAY.replace("processors:\n", include).replace("[filter, resource]", "[attributes]");
    let ended = tfo(&["validate", "-c", &folder.file("a.yaml", &text), "--format", "json"]);
    assert_eq!(code(&ended), Some(78));
    let errors = json(&ended);
    let errors: Vec<&Value> =
        errors["diagnostics"].as_array().unwrap().iter().filter(|found| found["severity"] == "error").collect();
    assert!(errors.len() == 1 && errors[0]["line"] == 3, "{errors:?}");
    assert!(errors[0]["message"].as_str().unwrap().contains("span_names"), "{errors:?}");
}

/// Scenario: the binary under its other names. Guarantee: it is the command, and still has a version and a help.
#[test]
fn other_names_stand_for_commands() {
    let folder = Folder::new();
    let good = folder.file("good.yaml", GATEWAY);
    for name in ["tfo-agent", "tfo-collector"] {
        let link = folder.path(name);
        symlink(env!("CARGO_BIN_EXE_tfo"), &link).unwrap();
        for arguments in [vec!["-c", &good, "--dry-run"], vec!["--version"], vec!["--help"]] {
            let output = Command::new(&link).args(&arguments).output().unwrap();
            assert!(output.status.success(), "{name} {arguments:?}: {output:?}");
            assert!(!output.stdout.is_empty());
        }
    }
}

/// Scenario: the four formats of a graph. Guarantee: each names every node; JSON is JSON.
#[test]
fn graphs_come_in_four_formats() {
    let folder = Folder::new();
    let good = folder.file("good.yaml", GATEWAY);
    for format in ["text", "mermaid", "dot", "json"] {
        let ended = tfo(&["graph", "-c", &good, "--format", format]);
        assert_eq!(code(&ended), Some(0));
        for node in ["otlp", "filter", "resource", "file", "null"] {
            assert!(ended.stdout.contains(node), "{format}: {}", ended.stdout);
        }
        if format == "json" {
            assert_eq!(json(&ended)["nodes"].as_array().unwrap().len(), 5);
        }
    }
}

/// Scenario: recorded telemetry as JSON lines, as protobuf, and as our own file exporter wrote it. Guarantee: the dry
/// run reports the same about each, and writes nothing.
#[test]
fn recordings_of_every_form_give_the_same_report() {
    let folder = Folder::new();
    let good = folder.file("good.yaml", GATEWAY);
    let lines = folder.file("logs.jsonl", LOGS);
    let wire = {
        use pipelines::otlp::{json::from_json, schema::Message};
        from_json(Message::request(pipelines::Signal::Logs), LOGS.as_bytes()).unwrap()
    };
    let binary = folder.path("logs.bin");
    std::fs::write(&binary, wire).unwrap();
    for input in [lines.as_str(), binary.to_str().unwrap()] {
        let ended = tfo(&["dry-run", "-c", &good, "--input", input]);
        assert_eq!(code(&ended), Some(0), "{}", ended.stderr);
        for part in ["2 records, 1 dropped by design, 0 lost", "+ resource.attributes[\"env\"] = \"prod\"", "1 dropped"]
        {
            assert!(ended.stdout.contains(part), "{input}: {part}\n{}", ended.stdout);
        }
    }
    assert!(!folder.path("out.jsonl").exists(), "a dry run writes nothing");
}

/// Scenario: several files, a value on top, an unset variable with and without a default. Guarantee: the later file
/// wins, `--set` wins over both, and `config print --origin` names where each value came from.
#[test]
fn values_come_from_where_print_says() {
    let folder = Folder::new();
    let first = folder.file("first.yaml", GATEWAY);
    let second = folder.file("second.yaml", "exporters: {file: {path: '${env:TFO_UNSET:-/tmp/b}', format: }}\n");
    let ended =
        tfo(&["config", "print", "-c", &first, "-c", &second, "--set", "processors.batch.timeout=2s", "--origin"]);
    assert_eq!(code(&ended), Some(0), "{}", ended.stderr);
    let line = |part: &str| {
        ended.stdout.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {}", ended.stdout))
    };
    assert!(line("path:").contains("/tmp/b") && line("path:").contains("second.yaml:1"), "{}", ended.stdout);
    assert!(line("timeout:").contains("2s") && line("timeout:").contains("--set"), "{}", ended.stdout);
    assert!(line("endpoint:").contains("first.yaml:1"), "{}", ended.stdout);
}
