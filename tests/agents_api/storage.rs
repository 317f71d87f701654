//! PostgreSQL behind it, and storage that does not work.

use serde_json::json;

use crate::client::{Api, eventually};
use crate::support::postgres::Postgres;
use crate::{collector, open, start};

/// Scenario: PostgreSQL over TLS is there, is killed, and comes back; a second collector shares it. Guarantee: requests meanwhile
/// are answered 503 with Retry-After, the engine goes on, nothing is forgotten, and both collectors know the same.
#[test]
fn a_database_that_is_down_is_waited_for() {
    let Some(postgres) = Postgres::start("a_database_that_is_down_is_waited_for") else { return };
    let url = postgres.url(&postgres.database());
    let storage = format!("allow_anonymous: true, storage: {{ postgres: {{ url: '{url}' }} }}, timeout: 5s");
    let (tfo, other) = (start(&storage, ["", ""]), start(&storage, ["", ""]));
    let (api, other_api) = (Api::of(&tfo), Api::of(&other));
    let agent = json!({"agentId": "a-1", "hostname": "\u{0}h", "tags": {"a": "\u{0}"}});
    assert_eq!(api.post("/agents/register", &agent).status, 201);
    assert_eq!(other_api.post("/agents/register", &agent).status, 200);
    let beat = json!({"agentStatus": "degraded", "statusMessage": "\u{0}"});
    assert_eq!(other_api.post("/agents/a-1/heartbeat", &beat).status, 200);
    let status = api.get("/agents/a-1/status").json();
    assert_eq!((&status["status"], &status["tags"]["a"]), (&json!("warning"), &json!("\u{0}")));
    let put = |text: &str| api.ask("PUT", "/agents/a-1/config", &[("Content-Type", "text/yaml")], text.as_bytes());
    assert_eq!(put("logging: { level: debug }").json()["version"], put("logging: { level: debug }").json()["version"]);
    postgres.kill();
    let down = api.get("/agents");
    assert_eq!((down.status, down.code()), (503, "STORAGE_UNAVAILABLE".to_owned()));
    assert!(down.header("retry-after").is_some());
    let secrets = [url.as_str(), "postgresql://"];
    assert!(!secrets.iter().any(|secret| down.body.contains(secret)), "{}", down.body);
    postgres.restart();
    eventually("it works again", || api.get("/agents").status == 200);
    let status = api.get("/agents/a-1/status").json();
    assert_eq!((&status["hostname"], &status["missedHeartbeats"]), (&json!("\u{0}h"), &json!(0)));
    assert_eq!(api.ask("DELETE", "/agents/a-1/config", &[], b"").status, 204);
    assert_eq!(other_api.ask("DELETE", "/agents/a-1", &[], b"").status, 204);
    assert_eq!(api.get("/agents/a-1/status").status, 404);
    let (ended, log) = tfo.stop();
    assert!(ended.success(), "{log:#?}");
}

/// Scenario: the file of agents is removed while it is open. Guarantee: a new one is made, agents are told to register again.
#[test]
fn a_file_that_is_gone_is_made_anew() {
    let tfo = open("");
    let api = Api::of(&tfo);
    let agent = json!({"agentId": "a-1", "hostname": "h"});
    assert_eq!(api.post("/agents/register", &agent).status, 201);
    for file in ["agents.db", "agents.db-wal", "agents.db-shm"] {
        let _ = std::fs::remove_file(tfo.path(file));
    }
    assert_eq!(api.post("/agents/a-1/heartbeat", &json!({})).status, 404);
    assert_eq!(api.post("/agents/register", &agent).status, 201);
}

/// Scenario: configurations that let in everybody or nobody, or keep agents nowhere or twice. Guarantee: each is refused.
#[test]
fn what_cannot_be_meant_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = "storage: { sqlite: a.db }";
    for (keys, said) in [
        (sqlite, "nothing says who may ask"),
        ("allow_anonymous: true", "nothing says where agents are kept"),
        (
            "allow_anonymous: true, storage: { sqlite: a.db, postgres: { url: 'postgres://u@h/d' } }",
            "in one place only",
        ),
        ("allow_anonymous: true, storage: { postgres: { url: 'http://h' } }", "storage.postgres.url"),
        ("auth: { authenticator: api_keys }, allow_anonymous: true, storage: { sqlite: a.db }", "contradicts `auth`"),
        ("auth: { authenticator: agents_api }, storage: { sqlite: a.db }", "authenticate requests"),
        ("allow_anonymous: true, heartbeat_interval: 1500ms, storage: { sqlite: a.db }", "whole seconds"),
    ] {
        let file = folder.path().join("tfo.yaml");
        std::fs::write(&file, collector(keys)).unwrap();
        let ended = crate::tfo(&["validate", "-c", file.to_str().unwrap()]);
        let told = ended.stdout + &ended.stderr;
        assert!(!ended.status.success() && told.contains(said), "{keys}: {told}");
    }
}
