//! `tfo dry-run` as users run it: what it shows, what it touches, how it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;
use support::{checkout, tfo};

const RECORDED: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hello"},"attributes":[{"key":"user.email","value":{"stringValue":"ann@example.org"}}]},{"body":{"stringValue":"GET /healthz"},"attributes":[{"key":"http.route","value":{"stringValue":"/healthz"}}]}]}]}]}"#;

fn preset() -> String {
    checkout("pipelines/presets/gateway.yaml").display().to_string()
}

/// Guarantee: the gateway preset is proven with the receivers' own samples, and what changes is shown for each record.
#[test]
fn the_gateway_preset_passes_and_shows_what_changes() {
    let ended = tfo(&["dry-run", "-c", &preset()]);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    for expected in
        ["static    ok", "process   ok", "record 1 (traces)", "+ span.attributes[\"telemetry.gateway\"] = \"tfo\""]
    {
        assert!(ended.stdout.contains(expected), "{expected} is not in\n{}", ended.stdout);
    }
}

/// Guarantee: `--dry-run` on `collector` and `agent` is the same thing.
#[test]
fn the_flag_is_the_command() {
    let command = tfo(&["dry-run", "-c", &preset()]);
    for run in ["collector", "agent"] {
        let flag = tfo(&[run, "--dry-run", "-c", &preset()]);
        assert_eq!((flag.status.code(), flag.stdout), (command.status.code(), command.stdout.clone()));
    }
}

/// Scenario: an agent that was never started is proven. Guarantee: nothing of it is on disk afterwards, not even its id.
#[test]
fn an_agent_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let set = format!("agent.state_directory={}", state.display());
    let minimal = checkout("tests/agent/minimal.yaml");
    let ended = tfo(&["dry-run", "-c", minimal.to_str().unwrap(), "--set", &set]);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert!(!state.exists());
}

/// Guarantee: a broken file ends with 78 and lists every error at once.
#[test]
fn a_broken_file_lists_every_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.yaml");
    std::fs::write(
        &file,
        "receivers:\n  otlp:\n    protocols: { grcp: }\nprocessors:\n  batch: { timeout: soon }\nexporters:\n  debug: { verbosity: loud }\n\
         service:\n  pipelines:\n    logs: { receivers: [otlp], processors: [batch, btach], exporters: [debug] }\n",
    )
    .unwrap();
    let ended = tfo(&["dry-run", "-c", file.to_str().unwrap()]);
    assert_eq!(ended.status.code(), Some(78));
    for expected in ["broken.yaml:3:", "broken.yaml:5:", "broken.yaml:7:", "broken.yaml:10:", "did you mean `grpc`?"] {
        assert!(ended.stderr.contains(expected), "{expected} is not in\n{}", ended.stderr);
    }
}

/// Scenario: recorded data with one record the filter drops. Guarantee: the report for machines says for each record
/// what every node did to it, and a drop by design is not a loss.
#[test]
fn recorded_data_is_followed_record_by_record() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("recorded.jsonl");
    std::fs::write(&input, RECORDED).unwrap();
    let ended = tfo(&["dry-run", "-c", &preset(), "--format", "json", "--input", input.to_str().unwrap()]);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["version"], 1);
    let records = report["process"]["records"].as_array().unwrap();
    let hashed = records[0]["steps"].as_array().unwrap().iter().flat_map(|step| step["changes"].as_array().unwrap());
    let hashed: Vec<_> = hashed.filter(|change| change["path"] == "log.attributes[\"user.email\"]").collect();
    assert_eq!(hashed.len(), 1);
    assert_eq!((&hashed[0]["change"], &hashed[0]["from"]), (&"changed".into(), &"\"ann@example.org\"".into()));
    assert_eq!(records[1]["steps"][0]["dropped"], "filtered");
    assert_eq!((&records[1]["reached"], &records[1]["lost"]), (&Value::Array(Vec::new()), &Value::Null));
}

/// Guarantee: nothing is sent: a listening backend sees no connection, and the folder stays as it was.
#[test]
fn nothing_is_sent_or_written() {
    let backend = TcpListener::bind("127.0.0.1:0").unwrap();
    backend.set_nonblocking(true).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_tfo"))
        .args([
            "dry-run",
            "-c",
            &preset(),
            "-c",
            "yaml:{exporters: {file: {path: out.jsonl}}, service: {pipelines: {logs: {exporters: [otlp, file]}}}}",
        ])
        .env("BACKEND", backend.local_addr().unwrap().to_string())
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(backend.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it wrote a file");
}

/// Scenario: the endpoint is closed. Guarantee: level `connect` says so and ends with 69, level `process` does not care.
#[test]
fn levels_touch_what_they_say() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let run = |level: &str| {
        Command::new(env!("CARGO_BIN_EXE_tfo"))
            .args([
                "dry-run",
                "-c",
                &preset(),
                "--level",
                level,
                "--set",
                "receivers.otlp.protocols.grpc.endpoint=127.0.0.1:0",
            ])
            .args(["--set", "receivers.otlp.protocols.http.endpoint=127.0.0.1:0"])
            .env("BACKEND", &closed)
            .output()
            .unwrap()
    };
    assert_eq!(run("process").status.code(), Some(0));
    let connect = run("connect");
    let text = String::from_utf8_lossy(&connect.stdout);
    assert_eq!(connect.status.code(), Some(69), "{text}");
    assert!(text.contains("exporters.otlp") && text.contains(&closed), "{text}");
}
