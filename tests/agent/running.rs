//! The guide's samples as they are written, against a collector that stores what it gets in SQLite.
#![cfg(feature = "sqlite")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::support::{checkout, skip, tfo};
use crate::tls::Authority;
use crate::world::{NAME, World, until};
use crate::{NO_EBPF, NO_INTEGRATION, NO_KUBERNETES};

/// How long the collector stays away, and a soak's way to say it: a minute is what the buffer is for.
const AWAY: Duration = Duration::from_secs(5);

/// Tables of points.
const POINTS: &str = "(SELECT metric_name, time_unix_nano, start_time_unix_nano, attributes, value, resource_id \
                      FROM otel_metrics_gauge \
                      UNION ALL SELECT metric_name, time_unix_nano, start_time_unix_nano, attributes, value, resource_id \
                      FROM otel_metrics_sum)";

/// A collector that stores what it gets.
struct Store {
    db: PathBuf,
}

/// How a collector lets agents in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    /// As it is without any setting.
    Open,
    /// With TLS, and for those with a key.
    Closed,
}

/// Scenario: minimal, and minimal with high-volume, low-resource, eBPF and Cilium, as they are written. Guarantee: what
/// each collects is in the collector's store, under its name, its tags and its host.
#[test]
fn minimal_and_fragments_run_as_written() {
    let Some(world) = world("minimal_and_fragments_run_as_written") else { return };
    let samples: [(&[&str], &[&str]); 5] = [
        (&["minimal"], &[]),
        (&["minimal", "high-volume"], &[]),
        (&["minimal", "low-resource"], &[]),
        (&["minimal", "ebpf"], &[NO_INTEGRATION]),
        (&["minimal", "cilium"], &[NO_INTEGRATION]),
    ];
    let (store, _collector) = collector(&world, Door::Open);
    let agents: Vec<_> = samples
        .iter()
        .enumerate()
        .map(|(number, (files, sets))| agent(&world, &format!("agent-{number}"), files, sets, |_| {}))
        .collect();
    // Each has a state of its own, and so an id of its own.
    until(|| format!("{:#?}", store.resources()), || store.resources().len() == samples.len());
    for resource in store.resources() {
        assert_eq!(resource["service.name"], "telemetryflow-agent", "{resource}");
        assert_eq!(resource["telemetryflow.agent.name"], "dev-agent", "{resource}");
        assert_eq!(resource["environment"], "development", "{resource}");
        for key in [
            "service.version",
            "service.instance.id",
            "host.name",
            "host.id",
            "host.arch",
            "os.type",
            "os.name",
            "os.version",
        ] {
            assert!(resource[key].as_str().is_some_and(|value| !value.is_empty()), "{key}: {resource}");
        }
    }
    // So far and at the platform, they are themselves, too.
    until(|| platform(&world, "").to_string(), || statuses(&world) == vec!["online"; agents.len()]);
}

/// Scenario: production and the DaemonSet's file as they are written, less what is not built, with keys from the
/// environment and a collector that wants them and TLS. Guarantee: what they collect is in the store.
#[test]
fn production_runs_as_written() {
    let Some(world) = world("production_runs_as_written") else { return };
    let (store, _collector) = collector(&world, Door::Closed);
    let agents: Vec<_> = [("production", &[NO_KUBERNETES, NO_EBPF][..]), ("daemonset", &[NO_KUBERNETES])]
        .into_iter()
        .map(|(name, sets)| {
            agent(&world, name, &[name], sets, |command| {
                command.env("HOSTNAME", name).env("CLUSTER_NAME", "main");
                command.env("SSL_CERT_FILE", world.path("ca.pem"));
                command.env("TELEMETRYFLOW_API_KEY_ID", text(&world, "id"));
                command.env("TELEMETRYFLOW_API_KEY_SECRET", text(&world, "secret"));
            })
        })
        .collect();
    until(|| format!("{:#?}", store.resources()), || store.resources().len() == agents.len());
    for resource in store.resources() {
        assert_eq!((&resource["cluster"], &resource["environment"]), (&"main".into(), &"production".into()));
        let name = resource["telemetryflow.agent.name"].as_str().unwrap();
        assert!(["production", "daemonset"].contains(&name), "{resource}");
    }
}

/// Scenario: an agent that registers, is asked for by `curl`, and is killed. Guarantee: the platform shows it under its
/// name with its tags as online, and as offline after it has missed its heartbeats.
#[test]
fn the_platform_shows_who_is_online() {
    let Some(world) = world("the_platform_shows_who_is_online") else { return };
    let (_store, _collector) = collector(&world, Door::Open);
    let mut agent = agent(&world, "agent", &["minimal"], &[], |_| {});
    until(|| platform(&world, "").to_string(), || statuses(&world) == ["online"]);
    let shown = platform(&world, "")["agents"][0].clone();
    assert_eq!(shown["name"], "dev-agent", "{shown}");
    assert_eq!(shown["tags"]["environment"], "development", "{shown}");
    let status = platform(&world, &format!("/{}/status", shown["id"].as_str().unwrap()));
    assert_eq!(status["status"], "online", "{status}");
    agent.kill();
    until(|| platform(&world, "").to_string(), || statuses(&world) == ["offline"]);
    agent.restart();
    until(|| platform(&world, "").to_string(), || statuses(&world) == ["online"]);
}

/// Scenario: an operator gives the platform another configuration for an agent, with `curl`. Guarantee: the agent collects
/// what that says, and the platform shows that it does.
#[test]
fn a_remote_configuration_changes_what_is_collected() {
    let Some(world) = world("a_remote_configuration_changes_what_is_collected") else { return };
    let (store, _collector) = collector(&world, Door::Open);
    let sets = ["collectors.node_exporter.interval=1s", "exporter.otlp.flush_interval=200ms"];
    let _agent = agent(&world, "agent", &["minimal"], &sets, |_| {});
    let has =
        |name: &str| !store.texts(&format!("SELECT metric_name FROM {POINTS} WHERE metric_name = '{name}'")).is_empty();
    until(|| platform(&world, "").to_string(), || statuses(&world) == ["online"] && has("node.load.1m"));
    assert!(!has("node_load1"));
    let id = platform(&world, "")["agents"][0]["id"].as_str().unwrap().to_owned();
    let url = format!("http://localhost:3000/api/v2/agents/{id}/config");
    let wanted = "collectors: {node_exporter: {naming: prometheus}}";
    let put =
        world.command("curl").args(["-sf", "-X", "PUT", "-H", "content-type: text/yaml", "-d", wanted, &url]).status();
    assert!(put.unwrap().success());
    until(|| platform(&world, "").to_string(), || has("node_load1"));
}

/// Scenario: `kill -9` of the collector, which stays away for a while (for `TFO_SOAK_SECONDS`, if that is set).
/// Guarantee: every number that the agent took meanwhile is in the store, and its own counters have no gap.
#[test]
fn a_collector_that_is_killed_loses_no_point() {
    let Some(world) = world("a_collector_that_is_killed_loses_no_point") else { return };
    let (store, mut collector) = collector(&world, Door::Open);
    let sets =
        ["collectors.node_exporter.interval=1s", "exporter.otlp.flush_interval=200ms", "collectors.otlp.enabled=true"];
    let sets = [&sets[..], &["collectors.otlp.grpc_endpoint=\"\"", "telemetryflow.retry.max_interval=1s"]].concat();
    let _agent = agent(&world, "agent", &["minimal"], &sets, |_| {});
    let mut counting = count(&world);
    until(|| "the first number".to_owned(), || store.numbers().len() > 10);
    collector.kill();
    thread::sleep(away());
    collector.restart();
    thread::sleep(Duration::from_secs(2));
    counting.kill().unwrap();
    counting.wait().unwrap();
    let taken: BTreeSet<u64> = text(&world, "taken").lines().map(|line| line.parse().unwrap()).collect();
    assert!(taken.len() > 20, "{taken:?}");
    let lost = || taken.difference(&store.numbers()).copied().collect::<Vec<u64>>();
    until(|| format!("{:?} of {} are lost", lost(), taken.len()), || lost().is_empty());
    // A scrape may be late on a machine that is busy; what was scraped while the collector was away would be missing.
    until(|| format!("{:?}", store.gap()), || store.gap() < AWAY / 2);
}

/// Scenario: `kill -9` of the agent while the collector is away. Guarantee: every number that it took is in the store
/// when both are back, under the same id.
#[test]
fn an_agent_that_is_killed_keeps_what_it_took() {
    let Some(world) = world("an_agent_that_is_killed_keeps_what_it_took") else { return };
    let (store, mut collector) = collector(&world, Door::Open);
    let sets =
        ["collectors.otlp.enabled=true", "collectors.otlp.grpc_endpoint=\"\"", "telemetryflow.retry.max_interval=1s"];
    let mut agent = agent(&world, "agent", &["minimal"], &sets, |_| {});
    collector.kill();
    let mut counting = count(&world);
    let taken = || std::fs::read_to_string(world.path("taken")).unwrap_or_default();
    until(|| "twenty numbers".to_owned(), || taken().lines().count() > 20);
    agent.kill();
    counting.kill().unwrap();
    counting.wait().unwrap();
    agent.restart();
    collector.restart();
    let taken: BTreeSet<u64> = taken().lines().map(|line| line.parse().unwrap()).collect();
    let lost = || taken.difference(&store.numbers()).copied().collect::<Vec<u64>>();
    until(|| format!("{:?} of {} are lost", lost(), taken.len()), || lost().is_empty());
}

// === impl Store ===

impl Store {
    /// What the agents that have sent anything say of themselves.
    fn resources(&self) -> Vec<Value> {
        let sql = format!("SELECT DISTINCT r.attributes FROM {POINTS} p JOIN otel_resources r ON r.id = p.resource_id");
        self.texts(&sql).iter().map(|text| serde_json::from_str(text).unwrap()).collect()
    }

    /// The numbers that came through the agent.
    fn numbers(&self) -> BTreeSet<u64> {
        let sql = format!("SELECT CAST(CAST(value AS INTEGER) AS TEXT) FROM {POINTS} WHERE metric_name = 'count'");
        self.texts(&sql).iter().map(|text| text.parse().unwrap()).collect()
    }

    /// The longest time between two points of one of the agent's own series.
    fn gap(&self) -> Duration {
        let sql = format!(
            "SELECT CAST(time_unix_nano AS TEXT) FROM {POINTS} WHERE (metric_name, attributes) = (SELECT metric_name, \
             attributes FROM {POINTS} WHERE metric_name LIKE 'node.%' ORDER BY 1, 2 LIMIT 1)"
        );
        let times: BTreeSet<u64> = self.texts(&sql).iter().map(|text| text.parse().unwrap()).collect();
        let times: Vec<u64> = times.into_iter().collect();
        let gaps = times.windows(2).map(|pair| Duration::from_nanos(pair[1] - pair[0]));
        gaps.max().unwrap_or(Duration::MAX)
    }

    fn texts(&self, sql: &str) -> Vec<String> {
        let Ok(connection) = Connection::open_with_flags(&self.db, OpenFlags::SQLITE_OPEN_READ_WRITE) else {
            return Vec::new();
        };
        connection.busy_timeout(Duration::from_secs(30)).unwrap();
        // Before the first telemetry there are no tables.
        let Ok(mut statement) = connection.prepare(sql) else { return Vec::new() };
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

fn world(test: &str) -> Option<World> {
    World::new().map_err(|why| skip(test, &why)).ok()
}

fn away() -> Duration {
    let soak = std::env::var("TFO_SOAK_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    soak.map_or(AWAY, Duration::from_secs)
}

/// The collector that the guide's samples name.
fn collector(world: &World, door: Door) -> (Store, crate::world::Process) {
    let db = world.path("store.db");
    let closed = door == Door::Closed;
    let (keys, settings) = match closed {
        true => (
            "keys: { file: {folder}/keys }\n",
            ", v1: required, tls: { cert_file: {folder}/cert.pem, key_file: {folder}/key.pem }",
        ),
        false => ("", ""),
    };
    if closed {
        let authority = Authority::new("test");
        let pair = authority.issue_to(NAME, 365);
        world.file("ca.pem", &authority.pem());
        world.file("cert.pem", &pair.cert);
        world.file("key.pem", &pair.key);
        let made: Value = serde_json::from_str(&tfo(&["keys", "new", "--format", "json"]).stdout).unwrap();
        for (name, key) in [("id", "id"), ("secret", "secret"), ("keys", "line")] {
            world.file(name, made[key].as_str().unwrap());
        }
    }
    let folder = world.path("");
    let access = match closed {
        true => "auth: { authenticator: api_keys }, tls: { cert_file: {folder}/cert.pem, key_file: {folder}/key.pem }",
        false => "allow_anonymous: true",
    };
    let api_keys = if closed { "api_keys: { file: {folder}/keys }" } else { "" };
    let started = if closed { "api_keys, agents_api" } else { "agents_api" };
    let yaml = format!(
        "extensions:
  agents_api: {{ heartbeat_interval: 1s, storage: {{ sqlite: {{folder}}/agents.db }}, {access} }}
  {api_keys}
receivers:
  otlp:
    {keys}
    protocols: {{ grpc: {{ endpoint: '127.0.0.1:4317'{settings} }} }}
exporters:
  sqlite: {{ path: '{}', retry_on_failure: {{ initial_interval: 50ms }} }}
service:
  extensions: [{started}]
  pipelines: {{ metrics: {{ receivers: [otlp], exporters: [sqlite] }} }}
",
        db.display()
    );
    let file = world.file("collector.yaml", &yaml.replace("{folder}", folder.to_str().unwrap().trim_end_matches('/')));
    let process = world.tfo("collector", |command| {
        command.arg("collector").arg("-c").arg(file);
    });
    (Store { db }, process)
}

/// An agent with samples, as they are written, and assignments.
fn agent(
    world: &World,
    name: &str,
    files: &[&str],
    sets: &[&str],
    adapt: impl FnOnce(&mut Command),
) -> crate::world::Process {
    world.tfo(name, |command| {
        command.arg("agent").env("TFO_STATE_DIR", world.path(&format!("{name}-state")));
        for file in files {
            command.arg("-c").arg(checkout(&format!("tests/agent/{file}.yaml")));
        }
        for set in sets {
            command.arg("--set").arg(set);
        }
        adapt(command);
    })
}

/// What the platform answers, as `curl` shows it.
fn platform(world: &World, path: &str) -> Value {
    let url = format!("http://localhost:3000/api/v2/agents{path}");
    let output = world.command("curl").args(["-s", "-m", "10", &url]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

/// The status of each agent that the platform knows.
fn statuses(world: &World) -> Vec<String> {
    let list = platform(world, "");
    let agents = list["agents"].as_array().cloned().unwrap_or_default();
    agents.iter().map(|agent| agent["status"].as_str().unwrap_or_default().to_owned()).collect()
}

/// An application that counts, and writes down each number that the agent took from it.
fn count(world: &World) -> std::process::Child {
    let script = r#"
        number=1
        while :; do
            point="{\"asDouble\":$number,\"timeUnixNano\":\"$(date +%s%N)\",\"startTimeUnixNano\":\"1\"}"
            sum="{\"name\":\"count\",\"sum\":{\"aggregationTemporality\":2,\"isMonotonic\":true,\"dataPoints\":[$point]}}"
            body="{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[$sum]}]}]}"
            curl -sf -m 5 -H 'content-type: application/json' -d "$body" http://127.0.0.1:4318/v1/metrics >/dev/null &&
                echo $number >>"$0"
            number=$((number + 1))
            sleep 0.05
        done"#;
    let mut command = world.command("bash");
    command.args(["-c", script]).arg(world.path("taken")).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn text(world: &World, name: &str) -> String {
    let path: &Path = &world.path(name);
    std::fs::read_to_string(path).unwrap()
}
