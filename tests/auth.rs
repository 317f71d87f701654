//! Who comes in: the binary, its key file and real clients over HTTP and gRPC.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

#[path = "hostile/client.rs"]
#[allow(dead_code)]
mod client;
#[path = "auth/extensions.rs"]
mod extensions;
mod support;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue};
use tonic::{Code, Request};

use client::{Answer, JSON, PROTOBUF, address, logs};
use support::{Tfo, tfo};

/// Keys on file, needed everywhere; each test says what else differs.
const CLOSED: &str = r#"
receivers:
  otlp:
    keys: { file: "{folder}/keys" }
    protocols:
      grpc: { endpoint: "127.0.0.1:0", v1: required }
      http: { endpoint: "127.0.0.1:0", v1: required }
exporters: { nop: }
service:
  telemetry: { logs: { level: debug } }
  pipelines: { logs: { receivers: [otlp], exporters: [nop] } }
"#;

/// A key as `tfo keys new` makes it.
struct Key {
    id: String,
    secret: String,
    line: String,
}

// === impl Key ===

impl Key {
    fn new(options: &[&str]) -> Self {
        let made = tfo(&[&["keys", "new", "--format", "json"], options].concat());
        assert!(made.status.success(), "{}", made.stderr);
        let made: Value = serde_json::from_str(&made.stdout).unwrap();
        let field = |name: &str| made[name].as_str().unwrap().to_owned();
        Self { id: field("id"), secret: field("secret"), line: field("line") }
    }

    /// The same id with another secret.
    fn wrong(&self) -> Self {
        Self { id: self.id.clone(), secret: Self::new(&[]).secret, line: String::new() }
    }

    /// The same with a secret that was cut off.
    fn truncated(&self) -> Self {
        Self { id: self.id.clone(), secret: self.secret[..20].to_owned(), line: String::new() }
    }

    /// Every form in which a client may show it, as names and values of headers.
    fn forms(&self) -> Vec<Vec<(&'static str, String)>> {
        let pair = format!("{}:{}", self.id, self.secret);
        vec![
            vec![("x-telemetryflow-key-id", self.id.clone()), ("x-telemetryflow-key-secret", self.secret.clone())],
            vec![("authorization", format!("Basic {}", STANDARD.encode(&pair)))],
            vec![("authorization", format!("Bearer {pair}"))],
        ]
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        self.forms().swap_remove(0)
    }
}

/// Starts with a key file of these lines, which nobody else can read.
fn start(yaml: &str, lines: &[&str]) -> (Tfo, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, lines);
    let yaml = yaml.replace("{folder}", folder.path().to_str().unwrap());
    (Tfo::start(&yaml), folder)
}

/// Replaces the key file, as careful people do: a new file takes its place.
fn write(folder: &tempfile::TempDir, lines: &[&str]) {
    let new = folder.path().join("keys.new");
    std::fs::write(&new, format!("# keys of a test\n{}\n", lines.join("\n"))).unwrap();
    std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::rename(new, folder.path().join("keys")).unwrap();
}

async fn post(tfo: &Tfo, path: &str, headers: &[(&str, String)]) -> Answer {
    let mut lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    lines.push(PROTOBUF.to_owned());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    client::post(address(tfo, "http"), path, &lines, &logs(["a"])).await
}

async fn call(tfo: &Tfo, headers: &[(&'static str, String)]) -> Code {
    let mut client = LogsServiceClient::connect(format!("http://{}", tfo.address("grpc"))).await.unwrap();
    let mut request = Request::new(ExportLogsServiceRequest::default());
    for (name, value) in headers {
        let value: AsciiMetadataValue = value.parse().unwrap();
        request.metadata_mut().insert(AsciiMetadataKey::from_static(name), value);
    }
    client.export(request).await.map_or_else(|status| status.code(), |_| Code::Ok)
}

/// Scenario: no key, a wrong one, a truncated one, the right one, in every form, over HTTP and gRPC. Guarantee: exactly
/// 401, 403, 401 and 200 on both versions, UNAUTHENTICATED, PERMISSION_DENIED and OK over gRPC; the log holds no secret.
#[tokio::test(flavor = "multi_thread")]
async fn without_wrong_truncated_and_right_keys() {
    let key = Key::new(&["--name", "shop"]);
    let (wrong, truncated) = (key.wrong(), key.truncated());
    let (tfo, _folder) = start(CLOSED, &[&key.line]);
    let mut cases = vec![(vec![], 401, Code::Unauthenticated)];
    cases.extend(wrong.forms().into_iter().map(|form| (form, 403, Code::PermissionDenied)));
    cases.extend(truncated.forms().into_iter().map(|form| (form, 401, Code::Unauthenticated)));
    cases.extend(key.forms().into_iter().map(|form| (form, 200, Code::Ok)));
    for (headers, status, code) in cases {
        for path in ["/v1/logs", "/v2/logs"] {
            let answer = post(&tfo, path, &headers).await;
            assert_eq!(answer.status, status, "{path} {headers:?}");
            assert_eq!(answer.head.to_lowercase().contains("www-authenticate"), status == 401, "{}", answer.head);
        }
        assert_eq!(call(&tfo, &headers).await, code, "{headers:?}");
    }
    let (_, log) = tfo.stop();
    let log = log.join("\n");
    assert!(log.contains("requests were refused") && log.contains(&key.id), "{log}");
    for secret in [&key.secret, &wrong.secret, &truncated.secret] {
        assert!(!log.contains(secret.as_str()), "{log}");
    }
}

/// Scenario: what no client sends: copies of headers, bytes that are no text, headers of 64 kB, base64 of junk.
/// Guarantee: refused, never let in, and the next client is served.
#[tokio::test(flavor = "multi_thread")]
async fn junk_is_refused_and_others_are_served() {
    let key = Key::new(&[]);
    let (tfo, _folder) = start(CLOSED, &[&key.line]);
    let right = format!("X-TelemetryFlow-Key-ID: {}\r\nX-TelemetryFlow-Key-Secret: {}", key.id, key.secret);
    let long = "a".repeat(64 << 10);
    for junk in [
        format!("{right}\r\nX-TelemetryFlow-Key-ID: {}", key.id).into_bytes(),
        format!("{right}\r\nX-TelemetryFlow-Key-Secret: {}", key.secret).into_bytes(),
        b"X-TelemetryFlow-Key-ID: \xff\xfe\r\nX-TelemetryFlow-Key-Secret: \xf0\x28".to_vec(),
        b"Authorization: Basic \xff\xff".to_vec(),
        b"Authorization: Basic //////////8=".to_vec(),
        b"Authorization: Basic ====".to_vec(),
        b"Authorization: Bearer :".to_vec(),
        b"Authorization:".to_vec(),
        format!("Authorization: Basic {}", &long[..16 << 10]).into_bytes(),
        format!("Authorization: Basic {long}").into_bytes(),
        format!("Authorization: Bearer tfk_a:{long}").into_bytes(),
        format!("X-TelemetryFlow-Key-ID: {long}").into_bytes(),
    ] {
        let head = format!("POST /v2/logs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{JSON}\r\nContent-Length: 2\r\n");
        let request = [head.as_bytes(), &junk, b"\r\n\r\n{}"].concat();
        let answer = Answer::parse(&client::raw(address(&tfo, "http"), &request).await);
        // Such long headers may be more than the server reads of any request.
        if junk.len() < 32 << 10 || answer.status != 431 {
            assert_eq!(answer.status, 401, "{}", String::from_utf8_lossy(&junk[..junk.len().min(100)]));
            assert!(String::from_utf8(answer.body).unwrap().starts_with(r#"{"code":16,"message":""#));
        }
    }
    assert_eq!(post(&tfo, "/v2/logs", &key.headers()).await.status, 200);
    assert_eq!(call(&tfo, &key.headers()).await, Code::Ok);
    let (status, log) = tfo.stop();
    assert!(status.success() && !log.iter().any(|line| line.contains("panicked")), "{log:#?}");
}

/// Scenario: a key that may send three requests a minute sends more. Guarantee: 429 with when to come again and what the
/// limit is, RESOURCE_EXHAUSTED over gRPC; another key is not held up.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_sends_no_more_than_its_rate() {
    let (slow, other) = (Key::new(&["--rate", "3"]), Key::new(&[]));
    let (tfo, _folder) = start(CLOSED, &[&slow.line, &other.line]);
    for _ in 0..3 {
        assert_eq!(post(&tfo, "/v2/logs", &slow.headers()).await.status, 200);
    }
    let answer = post(&tfo, "/v2/logs", &slow.headers()).await;
    let head = answer.head.to_lowercase();
    assert_eq!(answer.status, 429);
    for header in ["retry-after: ", "x-ratelimit-limit: 3\r", "x-ratelimit-remaining: 0\r", "x-ratelimit-reset: "] {
        assert!(head.contains(header), "{head}");
    }
    assert_eq!(call(&tfo, &slow.headers()).await, Code::ResourceExhausted);
    assert_eq!(post(&tfo, "/v2/logs", &other.headers()).await.status, 200);
    assert_eq!(call(&tfo, &other.headers()).await, Code::Ok);
}

/// Scenario: under load the key file loses one key and gains another, is broken, and disappears. Guarantee: within three
/// seconds the one is locked out and the other let in; broken files change nothing and the log says so; who stays in the
/// file is never refused.
#[tokio::test(flavor = "multi_thread")]
async fn the_key_file_changes_under_load() {
    let (stays, goes, comes) = (Key::new(&[]), Key::new(&[]), Key::new(&[]));
    let (tfo, folder) = start(CLOSED, &[&stays.line, &goes.line]);
    let (done, sent, refused) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let load = async {
        while !done.load(Ordering::Relaxed) {
            let is_served = post(&tfo, "/v2/logs", &stays.headers()).await.status == 200
                && call(&tfo, &stays.headers()).await == Code::Ok;
            sent.fetch_add(2, Ordering::Relaxed);
            refused.fetch_add(u64::from(!is_served), Ordering::Relaxed);
        }
    };
    let change = async {
        assert_eq!(post(&tfo, "/v2/logs", &goes.headers()).await.status, 200);
        assert_eq!(post(&tfo, "/v2/logs", &comes.headers()).await.status, 403);
        write(&folder, &[&stays.line, &comes.line]);
        until(&tfo, &goes, 403).await;
        until(&tfo, &comes, 200).await;
        assert_eq!(call(&tfo, &goes.headers()).await, Code::PermissionDenied);
        write(&folder, &[&stays.line, "tfk_broken"]);
        sleep(Duration::from_secs(2)).await;
        assert_eq!(post(&tfo, "/v2/logs", &comes.headers()).await.status, 200);
        std::fs::remove_file(folder.path().join("keys")).unwrap();
        sleep(Duration::from_secs(2)).await;
        assert_eq!(post(&tfo, "/v2/logs", &comes.headers()).await.status, 200);
        write(&folder, &[&stays.line]);
        until(&tfo, &comes, 403).await;
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(load, change);
    assert_eq!(refused.into_inner(), 0, "of {} requests", sent.into_inner());
    let (_, log) = tfo.stop();
    let said = |what: &str| log.iter().any(|line| line.contains(what));
    assert!(said("keys: line 3: a key has three parts") && said("what was read before stays in use"), "{log:#?}");
    assert!(said("2 API keys (1 added, 1 removed)") && said("cannot be read"), "{log:#?}");
}

/// Waits at most three seconds until a key is answered with this status.
async fn until(tfo: &Tfo, key: &Key, status: u16) {
    let start = Instant::now();
    while post(tfo, "/v2/logs", &key.headers()).await.status != status {
        assert!(start.elapsed() < Duration::from_secs(3), "not {status} within three seconds");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Scenario: v1 off, v1 open beside v2 with keys, nothing configured. Guarantee: 404; open without and closed with a
/// wrong key; /v2 asks for a key that nobody has, and the start says so.
#[tokio::test(flavor = "multi_thread")]
async fn versions_answer_as_configured() {
    let key = Key::new(&[]);
    let yaml = CLOSED.replacen(", v1: required", "", 1).replace("v1: required", "v1: off");
    let (tfo, _folder) = start(&yaml, &[&key.line]);
    assert_eq!(post(&tfo, "/v1/logs", &key.headers()).await.status, 404);
    assert_eq!(post(&tfo, "/v1/logs", &[]).await.status, 404);
    assert_eq!(post(&tfo, "/v2/logs", &key.headers()).await.status, 200);
    assert_eq!(call(&tfo, &[]).await, Code::Ok, "gRPC is open unless told otherwise");
    assert_eq!(call(&tfo, &key.headers()).await, Code::Ok);
    assert_eq!(call(&tfo, &key.wrong().headers()).await, Code::PermissionDenied, "a key that is shown is checked");
    drop(tfo);
    let tfo = Tfo::start(client::OPEN);
    assert_eq!(post(&tfo, "/v1/logs", &[]).await.status, 200);
    assert_eq!(post(&tfo, "/v2/logs", &key.headers()).await.status, 401);
    assert_eq!(call(&tfo, &key.headers()).await, Code::Ok);
    let tfo = Tfo::start(&client::OPEN.replace("http: { ", "http: { v2: open, "));
    assert_eq!(post(&tfo, "/v2/logs", &[]).await.status, 200);
}

/// Scenario: key files that cannot be used, at the start. Guarantee: the engine does not start, and says why.
#[test]
fn a_broken_key_file_prevents_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    std::fs::write(&file, CLOSED.replace("{folder}", folder.path().to_str().unwrap())).unwrap();
    let run = || tfo(&["collector", "-c", file.to_str().unwrap()]);
    let ended = run();
    assert!(ended.status.code() == Some(1) && ended.stderr.contains("keys` cannot be read"), "{}", ended.stderr);
    write(&folder, &["tfk_a:sha256:00"]);
    let ended = run();
    assert!(
        ended.status.code() == Some(1) && ended.stderr.contains("keys: line 2: tfk_a has a hash"),
        "{}",
        ended.stderr
    );
}

/// Scenario: `tfo dry-run` before the start, with key files in every state. Guarantee: it says how many keys there are,
/// who else can read them, and what is wrong.
#[test]
fn a_dry_run_looks_at_the_key_file() {
    let key = Key::new(&["--expires", "2020-01-01"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tfo.yaml");
    std::fs::write(&file, CLOSED.replace("{folder}", folder.path().to_str().unwrap())).unwrap();
    let run = || tfo(&["dry-run", "-c", file.to_str().unwrap(), "--level", "resolve"]);
    let says = |what: &str| {
        let ended = run();
        assert!(ended.stdout.contains(what), "{what} is not in\n{}{}", ended.stdout, ended.stderr);
        ended.status.code()
    };
    assert_eq!(says("keys cannot be read"), Some(78));
    write(&folder, &[&key.line]);
    assert_eq!(says("none of which is accepted"), Some(0));
    write(&folder, &[&key.line, &Key::new(&[]).line]);
    assert_eq!(says("2 API keys from"), Some(0));
    std::fs::set_permissions(folder.path().join("keys"), std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(says("can be read by everybody (mode 0644)"), Some(0));
    write(&folder, &[&key.line, &key.line]);
    assert_eq!(says("is there more than once"), Some(78));
}

/// Scenario: keys made and hashed on the command line, rightly and wrongly. Guarantee: stdout holds the line only, so that
/// it can be appended to a key file; a secret becomes the same line again; weak secrets are refused.
#[test]
fn keys_are_made_on_the_command_line() {
    let made = tfo(&["keys", "new", "--name", "shop", "--rate", "600", "--expires", "2099-12-31"]);
    assert!(made.status.success());
    let line = made.stdout.trim_end();
    assert!(line.ends_with(":name=shop:rate=600:expires=2099-12-31") && !line.contains("tfs_"), "{line}");
    let word = |prefix: &str| made.stderr.split_whitespace().find(|word| word.starts_with(prefix)).unwrap().to_owned();
    let (id, secret) = (word("tfk_"), word("tfs_"));
    let options = ["--id", &id, "--name", "shop", "--rate", "600", "--expires", "2099-12-31"];
    assert_eq!(hash(&options, &format!("{secret}\n")), (Some(0), format!("{line}\n")));
    let (_, only) = hash(&[], &secret);
    assert!(line.contains(only.trim_end()) && only.starts_with("sha256:"), "{only}");
    for (arguments, secret) in [(&[][..], "hunter2"), (&["--rate", "1"], &secret), (&["--id", "shop"], &secret)] {
        assert_eq!(hash(arguments, secret).0, Some(64), "{arguments:?}");
    }
    for wrong in [["--rate", "0"], ["--expires", "soon"], ["--name", "a:b"]] {
        assert_eq!(tfo(&[&["keys", "new"], &wrong[..]].concat()).status.code(), Some(64), "{wrong:?}");
    }
    assert!(tfo(&["keys", "new", "--expires", "90d"]).stdout.contains(":expires="));
}

/// `tfo keys hash` with this on stdin: its exit code and stdout.
fn hash(arguments: &[&str], secret: &str) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tfo"))
        .args(["keys", "hash"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}
