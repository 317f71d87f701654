//! Configurations as people write them, read as the engine reads them.
#![allow(clippy::unwrap_used)]

use pipelines::component::{Config as _, Problems};
use pipelines::config::{Diagnostics, Sources, from_node, parse};
use pipelines::net::Listen;

use super::Config;

fn read(yaml: &str) -> Result<Config, String> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let source = sources.add("test.yaml", yaml);
    let node = parse(&sources, source, &mut diagnostics).unwrap();
    from_node(&node, &mut diagnostics).ok_or_else(|| format!("{diagnostics:?}"))
}

/// Paths that are reported, warnings with a `?` behind them.
fn problems(yaml: &str) -> Vec<String> {
    let mut problems = Problems::default();
    read(yaml).unwrap().validate(&mut problems);
    let shown =
        |problem: pipelines::component::Problem| format!("{}{}", problem.path, if problem.warning { "?" } else { "" });
    problems.into_vec().into_iter().map(shown).collect()
}

/// Scenario: a key without a body. Guarantee: it turns its protocol on with the defaults; an absent key does not.
#[test]
fn a_key_turns_its_protocol_on() {
    let config = read("protocols: { grpc: , http: }").unwrap();
    let (grpc, http) = (config.protocols.grpc.unwrap(), config.protocols.http.unwrap());
    assert_eq!(grpc.listen().unwrap(), Listen::parse("127.0.0.1:4317", grpc.transport).unwrap());
    assert_eq!(http.listen().unwrap(), Listen::parse("127.0.0.1:4318", http.transport).unwrap());
    assert_eq!((grpc.limit(), http.limit()), (64 << 20, 64 << 20));
    let config = read("protocols: { grpc: {} }").unwrap();
    assert!(config.protocols.grpc.is_some() && config.protocols.http.is_none());
}

/// Scenario: everything the Collector documents for listening, limits and headers. Guarantee: accepted without a word.
#[test]
fn documented_settings_are_accepted() {
    let yaml = r#"
protocols:
  grpc:
    endpoint: 0.0.0.0:4317
    transport: tcp
    max_recv_msg_size_mib: 32
    max_concurrent_streams: 16
    include_metadata: true
    tls: { cert_file: server.crt, key_file: server.key, client_ca_file: clients.crt, min_version: "1.3" }
    keepalive:
      server_parameters: { max_connection_idle: 11s, max_connection_age: 12s, max_connection_age_grace: 13s, time: 30s, timeout: 5s }
  http:
    endpoint: ":4318"
    traces_url_path: /traces
    metrics_url_path: metrics
    max_request_body_size: 33554432
    compression_algorithms: ["", gzip, zstd, zlib, snappy, deflate, lz4, x-snappy-framed]
    include_metadata: true
    cors:
      allowed_origins: ["https://*.test.com", "https://test.com"]
      allowed_headers: ["*"]
      exposed_headers: [X-Info]
      max_age: 7200
    response_headers: { X-Frame-Options: DENY }
    read_timeout: 1m
    read_header_timeout: 10s
    write_timeout: 1m
    idle_timeout: 2m
    keep_alives_enabled: true
"#;
    assert_eq!(problems(yaml), [""; 0]);
}

/// Scenario: what cannot work, what is not built, what has no effect. Guarantee: each is reported at its own path.
#[test]
fn problems_are_reported_at_their_paths() {
    for (yaml, paths) in [
        ("", &["protocols"][..]),
        ("protocols:", &["protocols"]),
        ("protocols: { grpc: { endpoint: '4317' } }", &["protocols.grpc.endpoint"]),
        ("protocols: { http: { endpoint: 'http://localhost:4318' } }", &["protocols.http.endpoint"]),
        ("protocols: { grpc: { tls: {} } }", &["protocols.grpc.tls"]),
        ("protocols: { grpc: { auth: {} } }", &["protocols.grpc.auth.authenticator"]),
        (
            "protocols: { http: { auth: { authenticator: a, request_params: [token] } } }",
            &["protocols.http.auth.request_params"],
        ),
        (
            "protocols: { http: { auth: { authenticator: a }, v1: open, v2: open } }",
            &["protocols.http.v1", "protocols.http.v2"],
        ),
        ("keys: { file: k }\nprotocols: { http: { auth: { authenticator: a } } }", &["keys?"]),
        ("keys:\nprotocols: { http: }", &["keys"]),
        ("keys: { list: [tfk_a] }\nprotocols: { http: }", &["keys.list.0"]),
        ("protocols: { http: { v1: required, v2: off } }", &["protocols.http.v1?"]),
        ("protocols: { http: { v1: off, v2: off } }", &["protocols.http.v2"]),
        ("protocols: { grpc: { v1: off } }", &["protocols.grpc.v1"]),
        ("enable_v2_endpoints: false\nprotocols: { http: { v2: open } }", &["enable_v2_endpoints"]),
        ("protocols: { http: { metrics_url_path: /v2/metrics } }", &["protocols.http.metrics_url_path?"]),
        ("protocols: { http: { metrics_url_path: /v2/metrics, v2: open } }", &[]),
        ("protocols: { http: { middlewares: [{ id: limiter }] } }", &["protocols.http.middlewares"]),
        ("protocols: { grpc: { read_buffer_size: 524288 } }", &["protocols.grpc.read_buffer_size?"]),
        ("protocols: { grpc: { max_recv_msg_size_mib: 5000 } }", &["protocols.grpc.max_recv_msg_size_mib"]),
        (
            "protocols: { grpc: { keepalive: { enforcement_policy: { min_time: 10s } } } }",
            &["protocols.grpc.keepalive.enforcement_policy?"],
        ),
        (
            "protocols: { http: { logs_url_path: /v1/traces } }",
            &["protocols.http.traces_url_path", "protocols.http.logs_url_path"],
        ),
        ("protocols: { http: { logs_url_path: v2/traces } }", &["protocols.http.logs_url_path"]),
        ("protocols: { http: { logs_url_path: v2/traces, v2: off } }", &[]),
        ("protocols: { http: { compression_algorithms: [br] } }", &["protocols.http.compression_algorithms.0"]),
        ("protocols: { http: { response_headers: { 'a b': c } } }", &["protocols.http.response_headers.a b"]),
        ("protocols: { http: { cors: { allowed_origins: ['*.*'] } } }", &["protocols.http.cors.allowed_origins.0"]),
        (
            "protocols: { grpc: { endpoint: 'localhost:1' }, http: { endpoint: 'localhost:1' } }",
            &["protocols.http.endpoint"],
        ),
    ] {
        assert_eq!(problems(yaml), paths, "{yaml}");
    }
}

/// Scenario: a key that is misspelled. Guarantee: refused.
#[test]
fn unknown_keys_are_refused() {
    assert!(read("protocols: { grpc: { endpoints: 'localhost:4317' } }").is_err());
    assert!(read("protocols: { thrift: }").is_err());
    assert!(read("protocols: { http: { transport: udp } }").is_err());
}

/// Scenario: who may use which version, written and not. Guarantee: v1 is open and v2 asks for a key unless said
/// otherwise; an authenticator closes both; a path of v2 is never open under another name.
#[test]
fn access_follows_what_is_written() {
    let paths = |yaml: &str| {
        let paths = read(yaml).unwrap().http().unwrap().paths();
        let shown = paths.into_iter().map(|(path, _, access)| format!("{path} {access}"));
        shown.filter(|path| path.contains("metrics")).collect::<Vec<_>>()
    };
    assert_eq!(paths("protocols: { http: }"), ["/v2/metrics required", "/v1/metrics open"]);
    assert_eq!(paths("protocols: { http: { v1: off } }"), ["/v2/metrics required"]);
    assert_eq!(paths("protocols: { http: { v1: required, v2: open } }"), ["/v2/metrics open", "/v1/metrics required"]);
    assert_eq!(paths("enable_v2_endpoints: false\nprotocols: { http: }"), ["/v1/metrics open"]);
    let auth = "protocols: { http: { auth: { authenticator: a } } }";
    assert_eq!(paths(auth), ["/v2/metrics required", "/v1/metrics required"]);
    let first = paths("protocols: { http: { metrics_url_path: /v2/metrics } }").swap_remove(0);
    assert_eq!(first, "/v2/metrics required", "the first path that fits counts");
    let grpc = |yaml: &str| read(yaml).unwrap().protocols.grpc.unwrap().access().to_string();
    assert_eq!(grpc("protocols: { grpc: }"), "open");
    assert_eq!(grpc("protocols: { grpc: { auth: { authenticator: a } } }"), "required");
    let config =
        read("protocols: { grpc: { auth: { authenticator: a } }, http: { auth: { authenticator: b/c } } }").unwrap();
    let named: Vec<_> = config.references().into_iter().map(|reference| (reference.path, reference.id)).collect();
    let path = |protocol: &str| format!("protocols.{protocol}.auth.authenticator");
    assert_eq!(named, [(path("grpc"), "a".to_owned()), (path("http"), "b/c".to_owned())]);
}
