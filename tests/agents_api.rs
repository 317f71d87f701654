//! The extension `agents_api` from outside: what agents and operators are told, by the binary, over HTTP.
#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "agents_api/client.rs"]
mod client;
#[path = "agents_api/document.rs"]
mod document;
#[path = "agents_api/storage.rs"]
mod storage;
mod support;

use serde_json::{Value, json};

use client::{Answer, Api, JSON, YAML, eventually};
use support::{Tfo, tfo};

/// A collector with the extension; `more` are keys of it.
fn collector(more: &str) -> String {
    format!(
        "receivers: {{ otlp: {{ protocols: {{ http: {{ endpoint: '127.0.0.1:0' }} }} }} }}
exporters: {{ nop: }}
extensions:
  agents_api: {{ endpoint: '127.0.0.1:0', {more} }}
  api_keys: {{ file: '{{folder}}/keys' }}
  api_keys/operators: {{ file: '{{folder}}/operators' }}
service:
  extensions: [agents_api, api_keys, api_keys/operators]
  telemetry: {{ metrics: {{ level: none }} }}
  pipelines: {{ logs: {{ receivers: [otlp], exporters: [nop] }} }}
"
    )
}

/// One that everybody may ask.
fn open(more: &str) -> Tfo {
    start(&format!("allow_anonymous: true, storage: {{ sqlite: '{{folder}}/agents.db' }}, {more}"), ["", ""])
}

/// One with these keys of agents and of operators.
fn start(more: &str, [agents, operators]: [&str; 2]) -> Tfo {
    Tfo::start_as(&collector(more), |command| {
        let file = command.get_args().last().unwrap();
        let folder = std::path::Path::new(file).parent().unwrap().to_owned();
        std::fs::write(folder.join("keys"), agents).unwrap();
        std::fs::write(folder.join("operators"), operators).unwrap();
    })
}

/// Id, secret and line of a new key.
fn key() -> [String; 3] {
    let made = tfo(&["keys", "new", "--format", "json"]);
    let made: Value = serde_json::from_str(&made.stdout).unwrap();
    ["id", "secret", "line"].map(|name| made[name].as_str().unwrap().to_owned())
}

/// Scenario: an agent registers, reports, falls silent, and the collector is killed meanwhile. Guarantee: it is unknown, online,
/// then offline, in its status and in the list; a restart forgets nothing.
#[test]
fn agents_are_seen_to_come_and_go() {
    let mut tfo = open("heartbeat_interval: 1s, offline_after: 2");
    let api = Api::of(&tfo);
    let answer = api.post("/agents/register", &json!({"agentId": "a-1", "hostname": "h", "tags": {"env": "x"}}));
    assert_eq!((answer.status, &answer.json()["nextInterval"]), (201, &json!(1)));
    assert_eq!(api.get("/agents/a-1/status").json()["status"], "unknown");
    let beat = json!({"sequence": 1, "agentStatus": "healthy", "uptime": 7.0, "unknownKey": [1],
        "systemInfo": {"hostname": "h"}, "collectorStates": [{"name": "node", "state": "running"}]});
    let answer = api.post("/agents/a-1/heartbeat", &beat).json();
    assert_eq!((&answer["success"], &answer["agentStatus"]), (&json!(true), &json!("online")));
    let status = api.get("/agents/a-1/status").json();
    assert_eq!((&status["uptime"], &status["systemInfo"]["hostname"]), (&json!(7), &json!("h")));
    assert_eq!((&status["tags"]["env"], &status["missedHeartbeats"]), (&json!("x"), &json!(0)));
    // The second spelling of paths and keys.
    let again = json!({"agent_id": "a-1", "hostname": "h2"});
    assert_eq!(api.post("/monitoring/agents/register", &again).status, 200);
    eventually("it is offline", || api.get("/agents/a-1/status").json()["status"] == "offline");
    tfo.kill();
    tfo.restart();
    let api = Api::of(&tfo);
    let status = api.get("/agents/a-1/status").json();
    assert_eq!((&status["hostname"], &status["status"]), (&json!("h2"), &json!("unknown")), "nobody listened");
    eventually("it is offline", || api.get("/agents?status=offline").json()["total"] == 1);
    let mode = std::fs::metadata(tfo.path("agents.db")).unwrap().permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
    assert_eq!(api.ask("DELETE", "/agents/a-1", &[], b"").status, 204);
    let unknown = api.post("/agents/a-1/heartbeat", &json!({}));
    assert_eq!((unknown.status, unknown.code()), (404, "UNKNOWN_AGENT".to_owned()));
}

/// Scenario: 250 agents. Guarantee: every part of the list has what was asked for, and the parts are the whole.
#[test]
fn the_list_comes_in_parts() {
    let tfo = open("max_agents: 250");
    let api = Api::of(&tfo);
    for at in 0..250 {
        let agent = json!({"agentId": format!("agent-{at:03}"), "hostname": "h"});
        assert_eq!(api.post("/agents/register", &agent).status, 201);
    }
    let crowded = api.post("/agents/register", &json!({"hostname": "h"}));
    assert_eq!((crowded.status, crowded.code()), (429, "TOO_MANY_AGENTS".to_owned()));
    assert!(crowded.header("retry-after").is_some());
    assert_eq!(api.post("/agents/register", &json!({"agentId": "agent-007", "hostname": "h"})).status, 200);
    let (mut seen, mut path) = (Vec::new(), "/agents?status=unknown&limit=120".to_owned());
    loop {
        let part = api.get(&path).json();
        assert_eq!((&part["total"], &part["counts"]["unknown"]), (&json!(250), &json!(250)));
        seen.extend(part["agents"].as_array().unwrap().iter().map(|agent| agent["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = part["nextCursor"].as_str() else { break };
        path = format!("/agents?status=unknown&limit=120&cursor={cursor}");
    }
    assert!(seen.is_sorted());
    assert_eq!(seen.len(), 250);
    assert_eq!(api.get("/agents?status=online").json()["agents"], json!([]));
    for wrong in ["status=dead", "limit=0", "limit=501", "limit=x", "cursor=%00", "limit=1&limit=2"] {
        assert_eq!(api.get(&format!("/agents?{wrong}")).status, 400, "{wrong}");
    }
}

/// Scenario: requests with right, wrong and no keys, in both pairs of headers, with operators apart. Guarantee: each gets the status
/// that the contract says; both may read of an agent, agents may not do what operators may, nor operators pass for agents.
#[test]
fn who_may_ask_is_settled_first() {
    let ([id, secret, line], [operator, pass, other]) = (key(), key());
    let more = "storage: { sqlite: '{folder}/agents.db' }, auth: { authenticator: api_keys }, \
                operators: { authenticator: api_keys/operators }";
    let tfo = start(more, [&line, &other]);
    let api = Api::of(&tfo);
    let register = |names: [&str; 2], id: &str, secret: &str| {
        let body = br#"{"agentId": "a-1", "hostname": "h"}"#;
        api.ask("POST", "/agents/register", &[JSON, (names[0], id), (names[1], secret)], body)
    };
    const OURS: [&str; 2] = ["X-TelemetryFlow-Key-ID", "X-TelemetryFlow-Key-Secret"];
    const UPSTREAM: [&str; 2] = ["X-API-Key-ID", "X-API-Key-Secret"];
    for names in [OURS, UPSTREAM] {
        assert!([200, 201].contains(&register(names, &id, &secret).status));
        let wrong = register(names, &id, &pass);
        assert_eq!((wrong.status, wrong.code()), (403, "CREDENTIALS_REFUSED".to_owned()));
        assert!(!wrong.body.contains(&pass));
        let half = register([names[0], "x-other"], &id, &secret);
        assert_eq!((half.status, half.code()), (401, "CREDENTIALS_REQUIRED".to_owned()));
    }
    let none = api.get("/agents/a-1/status");
    assert_eq!((none.status, none.header("www-authenticate").is_some()), (401, true));
    let put = |id: &str, secret: &str| {
        let headers = [YAML, (OURS[0], id), (OURS[1], secret)];
        api.ask("PUT", "/agents/a-1/config", &headers, b"logging: { level: debug }").status
    };
    assert_eq!((put(&id, &secret), put(&operator, &pass)), (403, 200));
    let read =
        |path: &str, id: &str, secret: &str| api.ask("GET", path, &[(OURS[0], id), (OURS[1], secret)], b"").status;
    for path in ["/agents/a-1/config", "/agents/a-1/status"] {
        assert_eq!((read(path, &id, &secret), read(path, &operator, &pass), read(path, &id, &pass)), (200, 200, 403));
    }
    assert_eq!((read("/agents", &id, &secret), read("/agents", &operator, &pass)), (403, 200));
    assert_eq!(register(OURS, &operator, &pass).status, 403);
}

/// Scenario: configurations are set, read, repeated and removed. Guarantee: a version names one text for ever, an agent that has it
/// is told so, and what may not be set is refused with its line.
#[test]
fn configurations_have_versions() {
    let tfo = open("");
    let api = Api::of(&tfo);
    api.post("/agents/register", &json!({"agentId": "a-1", "hostname": "h"}));
    let put = |text: &str| api.ask("PUT", "/agents/a-1/config", &[YAML], text.as_bytes());
    assert_eq!((api.get("/agents/a-1/config").status, api.get("/agents/nobody/config").status), (204, 404));
    let first = put("logging: { level: debug }").json()["version"].clone();
    assert_eq!(put("logging: { level: debug }").json()["version"], first);
    let second = put("logging: { level: info }").json()["version"].clone();
    assert_ne!(first, second);
    let read = api.get("/agents/a-1/config");
    assert_eq!(read.json(), json!({"version": second, "config": "logging: { level: info }"}));
    let tag = read.header("etag").unwrap();
    let known = api.ask("GET", "/agents/a-1/config", &[("If-None-Match", &tag)], b"");
    assert_eq!((known.status, known.body.as_str(), known.header("etag")), (304, "", Some(tag)));
    let beat = api.post("/agents/a-1/heartbeat", &json!({"configVersion": first, "configStatus": "rolled_back"}));
    assert_eq!((&beat.json()["configVersion"], &beat.json()["agentStatus"]), (&second, &json!("warning")));
    let state = &api.get("/agents/a-1/status").json()["configVersion"];
    assert_eq!(state, &json!({"desired": second, "applied": first, "status": "rolled_back", "message": null}));
    assert_eq!(api.ask("DELETE", "/agents/a-1/config", &[], b"").status, 204);
    assert_eq!(
        (api.get("/agents/a-1/config").status, put("logging: { level: debug }").json()["version"] == first),
        (204, false)
    );
    let wrong = put("logging: {}\nexporter: { otlp: { endpoint: x } }");
    assert_eq!((wrong.status, wrong.json()["error"].as_str().unwrap().starts_with("line 2, column 21")), (400, true));
    let body = json!({"config": "heartbeat: { interval: 5s }"}).to_string();
    assert_eq!(api.ask("PUT", "/agents/a-1/config", &[JSON], body.as_bytes()).status, 200);
    assert_eq!(api.ask("PUT", "/agents/nobody/config", &[JSON], body.as_bytes()).status, 404);
}

/// Scenario: bodies and paths that nobody should send. Guarantee: each is refused in the contract's form, and the next good request
/// is served.
#[test]
fn bad_requests_are_refused_and_forgotten() {
    let tfo = open("");
    let api = Api::of(&tfo);
    let register =
        |headers: &[(&str, &str)], body: &[u8]| -> Answer { api.ask("POST", "/agents/register", headers, body) };
    let deep = format!("{{\"hostname\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let long = json!({"hostname": "h".repeat(256)}).to_string();
    let bodies: [&[u8]; 15] = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\"x\"",
        b"{}",
        b"[\"id\", \"h\"]",
        b"{\"hostname\": \"\"}",
        b"{\"hostname\": 1}",
        b"{\"hostname\": \"h\", \"agentId\": \"a/b\"}",
        b"{\"hostname\": \"h\", \"agentId\": \"register\"}",
        b"\xff\xfe{}",
        b"{\"hostname\": \"\xff\"}",
        deep.as_bytes(),
        long.as_bytes(),
    ];
    for body in bodies {
        let answer = register(&[JSON], body);
        assert_eq!((answer.status, answer.code()), (400, "INVALID_REQUEST".to_owned()), "{}", answer.body);
    }
    assert_eq!(register(&[JSON], &vec![b' '; (1 << 20) + 1]).status, 413);
    assert_eq!(register(&[("Content-Type", "text/plain")], b"{}").status, 415);
    assert_eq!(register(&[JSON, ("Content-Encoding", "gzip")], b"{}").status, 415);
    for path in
        ["/agents/%ff/status", "/agents/%2e%2e%2f/status", "/agents/a%00b/status", "/agents/a/b/status", "/nothing"]
    {
        let answer = api.get(path);
        assert_eq!((answer.status, &answer.json()["success"]), (404, &json!(false)), "{path}");
    }
    let not_so = api.ask("PATCH", "/agents", &[], b"");
    assert_eq!((not_so.status, not_so.code()), (405, "METHOD_NOT_ALLOWED".to_owned()));
    let strange =
        json!({"agentId": "a-1", "hostname": "\u{0}\u{1f980}", "tags": {"\u{0}": "'; DROP TABLE tfo_agents; --"}});
    assert_eq!(register(&[JSON], strange.to_string().as_bytes()).status, 201);
    let status = api.get("/agents/a-1/status").json();
    assert_eq!((&status["hostname"], &status["tags"]), (&strange["hostname"], &strange["tags"]));
    let (ended, log) = tfo.stop();
    assert!(ended.success() && !log.iter().any(|line| line.contains("panicked")), "{log:#?}");
}
