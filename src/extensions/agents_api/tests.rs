//! What presence is made of, and what may be set from afar.

use super::presence::{Moment, Pulse};
use crate::platform_wire::{AgentHealth, ConfigStatus, Presence, check_fragment};

const MINUTE: i64 = 60_000;

fn pulse(last_heartbeat_at: Option<i64>) -> Pulse {
    let (health, config_status) = (Some(AgentHealth::Healthy), ConfigStatus::None);
    Pulse { registered_at: 0, last_heartbeat_at, interval: 60, health, config_status }
}

fn at(now: i64) -> Moment {
    Moment { now, listening_since: 0, offline_after: 3 }
}

/// Scenario: heartbeats every minute stop. Guarantee: half an interval of jitter is none, then the agent is a warning, and
/// offline once three heartbeats are missing.
#[test]
fn an_agent_goes_offline_by_its_missing_heartbeats() {
    let beaten = pulse(Some(MINUTE));
    for (seconds, missed, presence) in [
        (60, 0, Presence::Online),
        (149, 0, Presence::Online),
        (150, 1, Presence::Warning),
        (269, 2, Presence::Warning),
        (270, 3, Presence::Offline),
        (1_000_000, 16_665, Presence::Offline),
    ] {
        let moment = at(seconds * 1000);
        assert_eq!((beaten.missed(moment), beaten.presence(moment)), (missed, presence), "{seconds}");
    }
    // A clock that was set back.
    assert_eq!(beaten.presence(at(0)), Presence::Online);
}

/// Scenario: the platform was down for an hour. Guarantee: nobody is called offline until heartbeats could have come.
#[test]
fn silence_while_nobody_listened_is_no_silence() {
    let beaten = pulse(Some(MINUTE));
    let since = |seconds: i64| Moment { listening_since: 60 * MINUTE, ..at(60 * MINUTE + seconds * 1000) };
    assert_eq!(beaten.presence(since(1)), Presence::Unknown);
    assert_eq!(beaten.presence(since(209)), Presence::Unknown);
    assert_eq!(beaten.presence(since(210)), Presence::Offline);
}

/// Scenario: agents in every state. Guarantee: each is shown as it said, and one that never reported as unknown.
#[test]
fn presence_follows_what_agents_say() {
    let said = |health, config_status| Pulse { health: Some(health), config_status, ..pulse(Some(0)) }.presence(at(0));
    assert_eq!(said(AgentHealth::Healthy, ConfigStatus::Applied), Presence::Online);
    assert_eq!(said(AgentHealth::Healthy, ConfigStatus::RolledBack), Presence::Warning);
    assert_eq!(said(AgentHealth::Degraded, ConfigStatus::None), Presence::Warning);
    assert_eq!(said(AgentHealth::Unhealthy, ConfigStatus::Rejected), Presence::Unhealthy);
    assert_eq!(pulse(None).presence(at(MINUTE)), Presence::Unknown);
    assert_eq!(pulse(None).presence(at(10 * MINUTE)), Presence::Offline);
}

/// Scenario: remote configurations, good and bad. Guarantee: what may be set passes; the first thing that may not is named with
/// its line.
#[test]
fn fragments_are_held_against_the_rules() {
    for fine in [
        "collectors:\n  node_exporter: { collection_interval: 5s, cpu: false }\n",
        "agent: { tags: { path: a, endpoint: b } }\nlogging: { level: debug }",
        "{\"heartbeat\": {\"interval\": \"10s\"}}",
    ] {
        assert_eq!(check_fragment(fine), Ok(()), "{fine}");
    }
    for (bad, said) in [
        ("", "no section"),
        ("{}", "no section"),
        ("# nothing\n", "no section"),
        ("- a", "line 1, column 1: expected a map"),
        ("text", "line 1, column 1: expected a map"),
        ("a: [", "line"),
        ("logging: {}\ntelemetryflow: { endpoint: x }", "line 2, column 1: `telemetryflow`"),
        ("colectors: {}", "did you mean `collectors`?"),
        ("agent: { id: x }", "`id` may not be set from afar: expected tags"),
        ("agent: 1", "expected a map of the keys of `agent`"),
        ("logging: [a]", "line 1, column 10: expected a map of the keys of `logging`"),
        ("buffer:", "expected a map"),
        ("agent: { tags: [a] }", "expected a map of tags"),
        ("agent: { tags: { a: 1, b: {} } }", "the tag `b`"),
        ("exporter:\n  otlp:\n    endpoint: evil:4317\n", "line 3, column 5: `endpoint`"),
        ("exporter: { otlp: { tls: {} } }", "`tls`"),
        ("collectors: { node_exporter: { root_path: / } }", "`root_path`"),
        ("collectors: { x: [{ api_key_secret: y }] }", "`api_key_secret`"),
        ("agent: { tags: { a: \"${HOME}\" } }", "`${`"),
        ("logging: { level: \"a\\0b\" }\n\u{7}", "control character"),
        ("a: &a [*a]", "line"),
        ("logging: {}\n---\nlogging: {}", "one document"),
        (&format!("logging: {{ level: {} }}", "x".repeat(300_000)), "more than 262144"),
        (&"[".repeat(10_000), "line"),
    ] {
        let wrong = check_fragment(bad).expect_err(bad);
        assert!(wrong.contains(said), "{bad:.60}: {wrong}");
    }
}
