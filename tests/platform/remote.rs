//! Remote configuration: an agent, the platform of a collector, and a collector that takes its telemetry.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::Tfo;

/// Longest wait for something to come true, on a machine that also compiles.
const PATIENCE: Duration = Duration::from_secs(30);
/// The id of the agent.
const ID: &str = "agent-1";

const PLATFORM: &str = "extensions:
  agents_api: { endpoint: 127.0.0.1:0, allow_anonymous: true, storage: { sqlite: '{folder}/agents.db' }, heartbeat_interval: 1s }
receivers: { otlp: { protocols: { grpc: { endpoint: 127.0.0.1:0 } } } }
exporters: { file: { path: '{folder}/out.json' } }
service:
  extensions: [agents_api]
  telemetry: { metrics: { level: none } }
  pipelines: { metrics: { receivers: [otlp], exporters: [file] } }
";

/// A platform and an agent of it.
struct World {
    platform: Tfo,
    agent: Tfo,
}

// === impl World ===

impl World {
    fn start() -> Self {
        let platform = Tfo::start(PLATFORM);
        let otlp = platform.address("grpc").to_owned();
        Self::sending(platform, &otlp)
    }

    /// The agent sends its telemetry to `otlp`.
    fn sending(platform: Tfo, otlp: &str) -> Self {
        let api = platform.address_of("agents_api", "http");
        let yaml = format!(
            "telemetryflow: {{ endpoint: '{otlp}', backend_endpoint: 'http://{api}/api/v2', tls: {{ enabled: false }} }}
agent: {{ id: {ID}, state_directory: '{{folder}}/state', remote_configuration: {{ health_window: 3s }} }}
collectors: {{ system: {{ enabled: false }}, node_exporter: {{ enabled: true, interval: 1s }} }}
exporter: {{ otlp: {{ flush_interval: 200ms }} }}
buffer: {{ enabled: false }}
"
        );
        let agent = Tfo::start(&yaml);
        let world = Self { platform, agent };
        world.until("it is online", |status| status["status"] == "online");
        world
    }

    /// Asks the platform; status code and body.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.platform.address_of("agents_api", "http")).unwrap();
        let head = format!("{method} /api/v2/agents/{ID}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        let length = body.len();
        let request = format!("{head}Content-Type: text/yaml\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Sets the remote configuration; its version.
    fn set(&self, yaml: &str) -> String {
        let (status, body) = self.ask("PUT", "/config", yaml);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str::<Value>(&body).unwrap()["version"].as_str().unwrap().to_owned()
    }

    /// Waits until the platform says so of the agent.
    fn until(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let (code, body) = self.ask("GET", "/status", "");
            let status: Value = serde_json::from_str(&body).unwrap_or_default();
            if code == 200 && is(&status) {
                return status;
            }
            assert!(Instant::now() < until, "{what}: {body}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What `tfo config print` says the agent works with.
    fn printed(&self) -> String {
        let file = self.agent.path("tfo.yaml");
        let output =
            Command::new(env!("CARGO_BIN_EXE_tfo")).args(["config", "print", "-c"]).arg(file).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// The reports of the agent, from now on.
    fn out(&self) -> String {
        std::fs::read_to_string(self.platform.path("out.json")).unwrap_or_default()
    }
}

/// Scenario: a tag and an interval are set from afar, then taken away again. Guarantee: both are at work within one
/// heartbeat, heartbeats say so after the trial, a restart keeps them, and without them all is as before.
#[test]
fn is_followed() {
    let mut world = World::start();
    let version = world.set("agent: { tags: { tier: gold-7 } }\nheartbeat: { interval: 2s }\n");
    let start = Instant::now();
    while !world.out().contains("gold-7") {
        assert!(start.elapsed() < PATIENCE, "the tag did not come");
        std::thread::sleep(Duration::from_millis(100));
    }
    let status = world.until("applied", |status| status["configVersion"]["applied"] == version.as_str());
    assert_eq!((&status["configVersion"]["status"], &status["tags"]["tier"]), (&"applied".into(), &"gold-7".into()));
    assert!(world.printed().contains("gold-7"));
    world.agent.end();
    world.agent.restart();
    assert!(world.printed().contains("gold-7"));

    assert_eq!(world.ask("DELETE", "/config", "").0, 204);
    let is_gone = |status: &Value| status["configVersion"]["applied"].is_null() && status["tags"]["tier"].is_null();
    world.until("gone", is_gone);
    world.until("none", |status| status["configVersion"]["status"] == "none");
    assert!(!world.printed().contains("gold-7"));
    let log = world.agent.kill().join("\n");
    assert!(!log.contains("ERROR"), "{log}");
}

/// Scenario: a part that no agent file can have, one that would silence the agent, and one with which the exporter does
/// not work any more. Guarantee: each is undone, what ran goes on, the platform hears which and why, and none is tried
/// twice; one that works is followed afterwards.
#[test]
fn what_does_not_work_is_undone() {
    let mut world = World::start();
    let before = world.printed();
    for (part, why) in [
        ("collectors: { node_exporter: { intervall: 5s } }\n", "remote configuration:1:"),
        ("heartbeat: { enabled: false }\n", "not report to this platform"),
    ] {
        world.set(part);
        let status =
            world.until(part, |status| status["configVersion"]["message"].as_str().unwrap_or("").contains(why));
        assert_eq!(status["configVersion"]["status"], "rejected");
        assert_eq!(world.printed(), before);
    }
    world.set("exporter: { otlp: { protocol: http } }\n");
    // Until it is decided, what became of the one before is not told of this one.
    let trial = world.until("on trial", |status| {
        status["configVersion"]["message"].as_str().is_some_and(|message| message.contains("is on trial"))
    });
    assert_eq!(trial["configVersion"]["status"], "none");
    let status = world.until("rolled back", |status| status["configVersion"]["status"] == "rolled_back");
    let message = status["configVersion"]["message"].as_str().unwrap();
    assert!(message.contains("exporter otlp"), "{message}");
    assert_eq!((&status["configVersion"]["applied"], world.printed()), (&Value::Null, before));
    // A few heartbeats later it has not been tried again.
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(world.until("online", |_| true)["configVersion"]["status"], "rolled_back");
    let version = world.set("agent: { tags: { tier: silver-8 } }\n");
    world.until("applied", |status| status["configVersion"]["applied"] == version.as_str());
    let log = world.agent.kill().join("\n");
    assert_eq!(log.matches("going back").count(), 1, "{log}");
}

/// Scenario: the collector is down from the start, and a configuration comes that has nothing to do with it. Guarantee: it
/// is not blamed, and stays in force.
#[test]
fn a_destination_that_is_down_is_no_fault_of_it() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut world = World::sending(Tfo::start(PLATFORM), &nobody.to_string());
    std::thread::sleep(Duration::from_secs(2));
    let version = world.set("agent: { tags: { tier: gold-7 } }\n");
    let is_judged =
        |status: &Value| ["applied", "rolled_back"].contains(&status["configVersion"]["status"].as_str().unwrap_or(""));
    let status = world.until("judged", is_judged);
    assert_eq!(status["configVersion"]["status"], "applied", "{status}");
    assert_eq!(status["configVersion"]["applied"], version.as_str());
    let log = world.agent.kill().join("\n");
    assert!(log.contains("Connection refused"), "{log}");
}

/// Scenario: what is on disk does not fit the agent's file any more, is not readable, or is on trial for the third process
/// that ends. Guarantee: the agent starts without it and says so; what ends processes is undone.
#[test]
fn what_is_on_disk_keeps_no_agent_from_starting() {
    let mut world = World::start();
    let file = world.agent.path("state/remote.json");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let misfit = r#"{"current":{"version":"v9","config":"collectors: { node_exporter: { intervall: 5s } }"}}"#;
    for text in [misfit, "{\"current\":", "\u{0}", "a pipe"] {
        world.agent.end();
        if text == "a pipe" {
            std::fs::remove_file(&file).unwrap();
            assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
        } else {
            std::fs::write(&file, text).unwrap();
        }
        world.agent.restart();
        // The platform has none for it.
        world.until("none", |status| status["configVersion"]["applied"].is_null() && status["status"] == "online");
        let log = world.agent.kill().join("\n");
        assert!(log.contains("is left out: "), "{log}");
        world.agent.restart();
    }
    world.agent.end();
    std::fs::remove_file(&file).unwrap();
    let trial = r#""trial":{"process":"another","ended":2,"failing":[]}"#;
    let kept = format!(r#"{{"current":{{"version":"v9","config":"agent: {{ tags: {{ tier: bad }} }}"}},{trial}}}"#);
    std::fs::write(&file, kept).unwrap();
    world.agent.restart();
    let status = world.until("rolled back", |status| status["configVersion"]["status"] == "rolled_back");
    assert!(status["configVersion"]["message"].as_str().unwrap().contains("ended 3 times"), "{status}");
    assert!(!world.printed().contains("bad"));
}
