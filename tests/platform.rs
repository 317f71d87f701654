//! The extension `platform`: an agent against a platform, and against what may stand in its place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

#[path = "platform/fake.rs"]
mod fake;
#[cfg(feature = "sqlite")]
#[path = "platform/remote.rs"]
mod remote;
#[path = "platform/trouble.rs"]
mod trouble;

mod support;

use std::time::Duration;

use fake::{Fake, Reply};
use serde_json::Value;
use support::Tfo;

/// An agent that reports to a port, with waits short enough for a test.
fn agent(port: u16) -> String {
    format!(
        "extensions:
  platform:
    endpoint: http://127.0.0.1:{port}/api/v2/
    api_key: {{ id: tfk_test, secret: tfs_hidden }}
    headers: {{ X-Workspace-ID: w1 }}
    timeout: 1s
    agent: {{ name: web-1, tags: {{ environment: test }} }}
    heartbeat: {{ interval: 30s, timeout: 1s }}
    retry: {{ initial_interval: 100ms, max_interval: 300ms }}
    state_directory: {{folder}}/state
receivers: {{ otlp: {{ protocols: {{ http: {{ endpoint: 127.0.0.1:0 }} }} }} }}
exporters: {{ 'null': }}
service:
  extensions: [platform]
  telemetry: {{ metrics: {{ level: none }} }}
  pipelines: {{ logs: {{ receivers: [otlp], exporters: ['null'] }} }}
"
    )
}

/// A platform that takes everything and wants a heartbeat each second.
fn fine(path: &str) -> Reply {
    match path {
        "/api/v2/agents/register" => Reply::json(201, r#"{"id":"agent-7","status":"registered","nextInterval":1}"#),
        _ => Reply::json(200, r#"{"success":true,"nextInterval":1}"#),
    }
}

/// Scenario: a platform that gives the agent an id of its own and asks for an interval, then a restart. Guarantee: who the
/// agent is, real facts about its machine, headers, the interval and the id are as they should be; the restarted agent is
/// the same one.
#[test]
fn registers_and_reports() {
    let fake = Fake::start(|request, _| fine(&request.path));
    let mut tfo = Tfo::start(&agent(fake.port));
    let beats = fake.wait(3, "/heartbeat");
    let registered = fake.wait(1, "/register").remove(0);
    let said: Value = serde_json::from_str(&registered.body).unwrap();
    let own = std::fs::read_to_string(tfo.path("state/instance-id")).unwrap();
    assert_eq!(said["agentId"], own.trim());
    assert_eq!((&said["name"], &said["tags"]["environment"]), (&"web-1".into(), &"test".into()));
    assert_eq!(said["operatingSystem"], "linux");
    for line in ["x-telemetryflow-key-id: tfk_test", "x-telemetryflow-key-secret: tfs_hidden", "x-workspace-id: w1"] {
        assert!(registered.head.contains(line), "{}", registered.head);
    }
    assert_eq!(beats[0].path, "/api/v2/agents/agent-7/heartbeat");
    let bodies: Vec<Value> = beats.iter().map(|beat| serde_json::from_str(&beat.body).unwrap()).collect();
    assert_eq!([&bodies[0]["sequence"], &bodies[2]["sequence"]], [&Value::from(1), &Value::from(3)]);
    assert_eq!(
        (&bodies[0]["agentStatus"], &bodies[0]["collectorStates"][0]["state"]),
        (&"healthy".into(), &"running".into())
    );
    let system = &bodies[1]["systemInfo"];
    assert!(system["memoryTotal"].as_u64().unwrap() > 1 << 20, "{system}");
    assert!(system["cpuUsage"].as_f64().is_some(), "{system}");
    let apart = beats[2].at.duration_since(beats[1].at);
    assert!((Duration::from_millis(900)..Duration::from_secs(2)).contains(&apart), "{apart:?}");

    tfo.end();
    fake.clear();
    tfo.restart();
    let again: Value = serde_json::from_str(&fake.wait(1, "/register")[0].body).unwrap();
    assert_eq!(again["agentId"], "agent-7");
    let log = tfo.kill().join("\n");
    assert!(!log.contains("tfs_hidden") && !log.contains("the platform did not"), "{log}");
}
