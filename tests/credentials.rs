//! Credentials on their way out: the binary between clients of several tenants and a backend that keeps what it is
//! shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use support::{Tfo, tfo};

/// A changed file is used within a second; the rest is for a machine that also compiles.
const RENEWED: Duration = Duration::from_secs(2);

const OK: &str = "HTTP/1.1 200 OK";

/// A backend over HTTP/1.1 that takes every request and keeps it: head in lower case, and body.
struct Backend {
    port: u16,
    seen: Arc<Mutex<Vec<(String, String)>>>,
}

// === impl Backend ===

impl Backend {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Mutex<Vec<(String, String)>>>::default();
        let kept = seen.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let kept = kept.clone();
                tokio::spawn(async move {
                    if let Some((head, body)) = request(&mut stream).await {
                        kept.lock().unwrap().push((head.to_lowercase(), body));
                        let _ = stream
                            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                            .await;
                    }
                });
            }
        });
        Self { port, seen }
    }

    /// The heads of the requests whose body holds the text.
    fn heads(&self, text: &str) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|(_, body)| body.contains(text)).map(|(head, _)| head.clone()).collect()
    }
}

/// A whole request: head and body.
async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let read = stream.read_buf(&mut bytes).await.ok()?;
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_owned();
            let length = head.to_lowercase().split_once("content-length: ")?.1.lines().next()?.trim().parse().ok()?;
            if body.len() >= length {
                return Some((head, body.to_owned()));
            }
        }
        if read == 0 {
            return None;
        }
    }
}

/// Posts a record with the text; the status line.
async fn post(to: &str, headers: &str, text: &str) -> String {
    let body =
        format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{{"stringValue":"{text}"}}}}]}}]}}]}}"#);
    let length = body.len();
    let request = format!(
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         {headers}Connection: close\r\n\r\n{body}"
    );
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    answer.lines().next().unwrap_or_default().to_owned()
}

/// A collector whose exporter names the authenticator.
fn collector(backend: &Backend, extensions: &str, authenticator: &str) -> Tfo {
    Tfo::start(&format!(
        r#"
receivers: {{ otlp: {{ protocols: {{ http: {{ endpoint: "127.0.0.1:0", include_metadata: true }} }} }} }}
processors: {{ batch: {{ timeout: 300ms, metadata_keys: [x-tenant] }} }}
extensions:
{extensions}
exporters:
  otlp_http:
    endpoint: http://127.0.0.1:{port}
    encoding: json
    compression: none
    auth: {{ authenticator: {authenticator} }}
    retry_on_failure: {{ initial_interval: 100ms, max_interval: 200ms }}
service:
  extensions: [{names}]
  pipelines: {{ logs: {{ receivers: [otlp], processors: [batch], exporters: [otlp_http] }} }}
"#,
        port = backend.port,
        names = extensions
            .lines()
            .filter_map(|line| Some(line.strip_prefix("  ")?.split_once(':')?.0))
            .filter(|name| !name.starts_with(' '))
            .collect::<Vec<_>>()
            .join(", "),
    ))
}

/// Scenario: several requests of two tenants and of nobody at the same time, joined by `batch` with `metadata_keys`; a
/// request that names two tenants. Guarantee: each tenant's records leave with its name and no other, nobody's with the
/// default, and the ambiguous one is rejected for good.
#[tokio::test]
async fn tenants_stay_apart() {
    let backend = Backend::start().await;
    let extensions = "  headers_setter:
    headers:
      - { action: upsert, key: X-Scope-OrgID, from_context: X-Tenant, default_value: nobody }
      - { action: delete, key: User-Agent }";
    let tfo = collector(&backend, extensions, "headers_setter");
    let to = tfo.address("http").to_owned();
    let mut posts = JoinSet::new();
    for (headers, text) in [("x-tenant: blue\r\n", "of-blue"), ("x-tenant: green\r\n", "of-green"), ("", "of-nobody")] {
        for _ in 0..8 {
            let to = to.clone();
            posts.spawn(async move { post(&to, headers, text).await });
        }
    }
    assert!(post(&to, "x-tenant: blue\r\nx-tenant: green\r\n", "of-two").await.contains("500"));
    while let Some(status) = posts.join_next().await {
        assert_eq!(status.unwrap(), OK);
    }
    for tenant in ["blue", "green", "nobody"] {
        let heads = backend.heads(&format!("of-{tenant}"));
        assert!(!heads.is_empty() && heads.len() < 8, "batches are joined: {heads:?}");
        assert!(heads.iter().all(|head| head.contains(&format!("x-scope-orgid: {tenant}"))), "{heads:?}");
        assert!(heads.iter().all(|head| !head.contains("user-agent")), "{heads:?}");
    }
}

/// Scenario: `basicauth` with a password file and `bearertokenauth` with a token file, below `headers_setter`, while
/// the files change. Guarantee: what the files hold now is sent; a file that is
/// removed takes nothing away; no token is in the log.
#[tokio::test]
async fn credentials_follow_their_files() {
    let backend = Backend::start().await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("password"), "open sesame\n").unwrap();
    let basic =
        format!("  basicauth:\n    client_auth: {{ username: ann, password_file: {} }}", at("password").display());
    let tfo = collector(&backend, &basic, "basicauth");
    let to = tfo.address("http").to_owned();
    for (text, password) in [("first", "open sesame"), ("second", "hush")] {
        std::fs::write(at("password"), password).unwrap();
        tokio::time::sleep(RENEWED).await;
        assert_eq!(post(&to, "", text).await, OK);
        let expected = format!("authorization: basic {}", STANDARD.encode(format!("ann:{password}")).to_lowercase());
        assert!(backend.heads(text)[0].contains(&expected), "{:?}", backend.heads(text));
    }
    std::fs::write(at("token"), "one\nunused\n").unwrap();
    let bearer = format!(
        "  bearertokenauth:\n    filename: {}\n    header: X-Token\n    scheme: \"\"\n  headers_setter:\n    \
         additional_auth: bearertokenauth\n    headers: [{{ key: x-more, value: more }}]",
        at("token").display()
    );
    let tfo = collector(&backend, &bearer, "headers_setter");
    let to = tfo.address("http").to_owned();
    for (text, token) in [("third", "one"), ("fourth", "two")] {
        std::fs::write(at("token"), format!("{token}\nunused\n")).unwrap();
        tokio::time::sleep(RENEWED).await;
        assert_eq!(post(&to, "", text).await, OK);
        let heads = backend.heads(text);
        assert!(heads[0].contains(&format!("x-token: {token}\r\n")) && heads[0].contains("x-more: more"), "{heads:?}");
    }
    std::fs::remove_file(at("token")).unwrap();
    tokio::time::sleep(RENEWED).await;
    assert_eq!(post(&to, "", "fifth").await, OK, "what was read before stays in use");
    let (_, log) = tfo.stop();
    assert!(log.iter().all(|line| !line.contains("two")), "{log:#?}");
}

/// Scenario: an agent shows its key pair to a gateway that asks for one, over gRPC and HTTP: the right one, one with
/// another secret, none. Guarantee: the first is let in, the others are rejected for good, and no secret is in a log.
#[test]
fn key_pairs_open_gateways() {
    let made = tfo(&["keys", "new", "--format", "json"]);
    let made: serde_json::Value = serde_json::from_str(&made.stdout).unwrap();
    let [id, secret, line] = ["id", "secret", "line"].map(|name| made[name].as_str().unwrap().to_owned());
    let gateway = Tfo::start(&format!(
        r#"
receivers:
  otlp:
    keys: {{ list: ["{line}"] }}
    protocols:
      grpc: {{ endpoint: "127.0.0.1:0", v1: required }}
      http: {{ endpoint: "127.0.0.1:0", v1: required }}
exporters: {{ file: {{ path: "{{folder}}/out" }} }}
service: {{ pipelines: {{ logs: {{ receivers: [otlp], exporters: [file] }} }} }}
"#
    ));
    let other = format!("tfs_{}", "x".repeat(secret.len() - 4));
    let key = |secret: &str| format!("api_key: {{ id: {id}, secret: {secret} }}");
    for (exporter, endpoint) in [
        ("otlp", format!("{}, tls: {{ insecure: true }}", gateway.address("grpc"))),
        ("otlp_http", format!("http://{}", gateway.address("http"))),
    ] {
        for (credential, welcome) in [(key(&secret), true), (key(&other), false), ("compression: none".into(), false)] {
            let agent = Tfo::start(&format!(
                r#"
receivers: {{ otlp: {{ protocols: {{ http: {{ endpoint: "127.0.0.1:0" }} }} }} }}
exporters: {{ {exporter}: {{ endpoint: {endpoint}, {credential} }} }}
service: {{ pipelines: {{ logs: {{ receivers: [otlp], exporters: [{exporter}] }} }} }}
"#
            ));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let answer = runtime.block_on(post(agent.address("http"), "", exporter));
            assert_eq!(answer == OK, welcome, "{exporter} {credential}: {answer}");
            let (_, log) = agent.stop();
            assert_eq!(log.iter().any(|line| line.contains("rejected for good")), !welcome, "{log:#?}");
            assert!(log.iter().all(|line| !line.contains(&secret) && !line.contains(&other)), "{log:#?}");
        }
    }
    let arrived = std::fs::read_to_string(gateway.path("out")).unwrap();
    assert_eq!(arrived.matches("stringValue").count(), 2, "{arrived}");
}
