//! Authenticators that receivers name: keys shared by two receivers, names and passwords, tokens.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tonic::Code;

use crate::client::{Answer, JSON, PROTOBUF, logs};
use crate::support::{Tfo, tfo};
use crate::{Key, call, post, start, until, write};

/// An extension that is asked about every request over both protocols.
const NAMED: &str = r#"
extensions: { EXTENSION }
receivers:
  otlp:
    protocols:
      grpc: { endpoint: "127.0.0.1:0", auth: { authenticator: NAME } }
      http: { endpoint: "127.0.0.1:0", auth: { authenticator: NAME } }
exporters: { nop: }
service:
  extensions: [NAME]
  telemetry: { logs: { level: debug } }
  pipelines: { logs: { receivers: [otlp], exporters: [nop] } }
"#;

fn named(name: &str, extension: &str) -> String {
    NAMED.replace("EXTENSION", extension).replace("NAME", name)
}

/// What both protocols answer to a request with this `authorization`, and HTTP's challenge.
async fn ask(tfo: &Tfo, authorization: Option<&str>) -> (u16, Code, Option<String>) {
    let headers: Vec<_> = authorization.map(|value| ("authorization", value.to_owned())).into_iter().collect();
    let answer = post(tfo, "/v1/logs", &headers).await;
    let challenge = answer.header("www-authenticate").map(str::to_owned);
    (answer.status, call(tfo, &headers).await, challenge)
}

/// Scenario: keys as an extension, a key removed while it runs. Guarantee: every path asks for a key; the removed one is
/// locked out within three seconds.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_shared_as_an_extension() {
    let (stays, goes) = (Key::new(&[]), Key::new(&[]));
    let yaml = named("api_keys/ours", r#"api_keys/ours: { file: "{folder}/keys" }"#);
    let (tfo, folder) = start(&yaml, &[&stays.line, &goes.line]);
    for path in ["/v1/logs", "/v2/logs"] {
        assert_eq!(post(&tfo, path, &[]).await.status, 401);
        assert_eq!(post(&tfo, path, &stays.wrong().headers()).await.status, 403);
        assert_eq!(post(&tfo, path, &goes.headers()).await.status, 200);
    }
    assert_eq!(call(&tfo, &[]).await, Code::Unauthenticated);
    assert_eq!(call(&tfo, &stays.wrong().headers()).await, Code::PermissionDenied);
    assert_eq!(call(&tfo, &stays.headers()).await, Code::Ok);
    write(&folder, &[&stays.line]);
    until(&tfo, &goes, 403).await;
    assert_eq!(call(&tfo, &stays.headers()).await, Code::Ok);
}

/// Scenario: names and passwords from a file and the configuration, without, wrong, right. Guarantee: 401 and a challenge,
/// or in; the log holds no password.
#[tokio::test(flavor = "multi_thread")]
async fn names_and_passwords_are_checked() {
    let yaml = named(
        "basicauth/server",
        r#"basicauth/server: { htpasswd: { file: "{folder}/keys", inline: "max:{SHA}87u9ZqY9S/F0eUBXjsPQEDUw4h0=" } }"#,
    );
    let (tfo, _folder) = start(&yaml, &[&format!("joe:{}", bcrypt::hash("hunter2", 4).unwrap())]);
    let denied = (401, Code::Unauthenticated, Some(r#"Basic realm="telemetry", charset="UTF-8""#.to_owned()));
    // max:hunter2, joe:hunter2, max:wrong, nobody:hunter2
    assert_eq!(ask(&tfo, None).await, denied);
    assert_eq!(ask(&tfo, Some("Basic bWF4Omh1bnRlcjI=")).await, (200, Code::Ok, None));
    assert_eq!(ask(&tfo, Some("Basic am9lOmh1bnRlcjI=")).await, (200, Code::Ok, None));
    assert_eq!(ask(&tfo, Some("Basic bWF4Ondyb25n")).await, denied);
    assert_eq!(ask(&tfo, Some("Basic bm9ib2R5Omh1bnRlcjI=")).await, denied);
    assert_eq!(ask(&tfo, Some("Bearer bWF4Omh1bnRlcjI=")).await, denied);
    let (_, log) = tfo.stop();
    assert!(!log.join("\n").contains("hunter2") && !log.join("\n").contains("bWF4"), "{log:#?}");
}

/// Scenario: tokens from a file that changes. Guarantee: 401 with the scheme, or in; the new token counts within three
/// seconds and the old one no more; the log holds no token.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    std::fs::write(&path, "first-token\n\nsecond-token\n").unwrap();
    let extension = format!("bearertokenauth: {{ filename: {} }}", path.display());
    let tfo = Tfo::start(&named("bearertokenauth", &extension));
    let denied = (401, Code::Unauthenticated, Some("Bearer".to_owned()));
    for (authorization, expected) in [
        (None, denied.clone()),
        (Some("Bearer first-token"), (200, Code::Ok, None)),
        (Some("Bearer second-token"), (200, Code::Ok, None)),
        (Some("Bearer third-token"), denied.clone()),
        (Some("Basic first-token"), denied.clone()),
        (Some("Bearer"), denied.clone()),
    ] {
        assert_eq!(ask(&tfo, authorization).await, expected, "{authorization:?}");
    }
    std::fs::write(&path, "third-token\n").unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(ask(&tfo, Some("Bearer third-token")).await, (200, Code::Ok, None));
    assert_eq!(ask(&tfo, Some("Bearer first-token")).await, denied);
    let (_, log) = tfo.stop();
    assert!(!log.join("\n").contains("-token"), "{log:#?}");
}

/// Scenario: a refusal of an extension, in both encodings. Guarantee: `google.rpc.Status` in the request's.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_the_encoding_of_the_request() {
    let tfo = Tfo::start(&named("bearertokenauth", "bearertokenauth: { token: right }"));
    let to = crate::client::address(&tfo, "http");
    let wrong = "Authorization: Bearer wrong";
    let Answer { status, head, body } = crate::client::post(to, "/v1/logs", &[JSON, wrong], b"{}").await;
    assert!(status == 401 && head.contains("application/json"), "{head}");
    assert_eq!(body, br#"{"code":16,"message":"the token is wrong"}"#);
    let Answer { status, head, body } = crate::client::post(to, "/v1/logs", &[PROTOBUF, wrong], &logs(["a"])).await;
    assert!(status == 401 && head.contains("application/x-protobuf"), "{head}");
    assert_eq!(body, [&[8, 16, 18, 18][..], b"the token is wrong"].concat());
}

/// Scenario: a gateway that checks keys sends on with a header made of who it was. Guarantee: the destination reads whose
/// key it was, as the key file names it, whatever the client claims.
#[tokio::test(flavor = "multi_thread")]
async fn who_it_was_reaches_the_destination() {
    let destination = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let yaml = r#"
extensions:
  headers_setter: { headers: [{ key: X-Tenant, from_attribute: name }] }
receivers:
  otlp:
    keys: { file: "{folder}/keys" }
    protocols: { http: { endpoint: "127.0.0.1:0", v1: required }, grpc: { endpoint: "127.0.0.1:0" } }
exporters:
  otlp_http: { endpoint: "http://DESTINATION", auth: { authenticator: headers_setter }, compression: none }
service:
  extensions: [headers_setter]
  pipelines: { logs: { receivers: [otlp], exporters: [otlp_http] } }
"#;
    let (shop, bank) = (Key::new(&["--name", "shop"]), Key::new(&["--name", "bank"]));
    let yaml = yaml.replace("DESTINATION", &destination.local_addr().unwrap().to_string());
    let (tfo, _folder) = start(&yaml, &[&shop.line, &bank.line]);
    for (key, name) in [(&shop, "shop"), (&bank, "bank")] {
        let mut headers = key.headers();
        headers.push(("x-tenant", "bank".to_owned()));
        let sent = post(&tfo, "/v1/logs", &headers);
        let (answer, head) = tokio::join!(sent, read(&destination));
        assert_eq!(answer.status, 200);
        assert!(head.to_lowercase().contains(&format!("x-tenant: {name}\r\n")), "{head}");
        assert!(!head.contains(&key.secret), "{head}");
    }
}

/// Reads a request of one connection, says that all is well, and returns its head.
async fn read(destination: &TcpListener) -> String {
    let (mut stream, _) = destination.accept().await.unwrap();
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let answer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    stream.write_all(answer.as_bytes()).await.unwrap();
    head
}

/// Scenario: authenticators of every kind in a dry run, and their configuration printed. Guarantee: a dry run says how many
/// credentials there are and warns of a listener without encryption; nothing prints a password or a token.
#[test]
fn credentials_are_looked_at_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let run = |extension: &str, arguments: &[&str]| {
        let file = folder.path().join("tfo.yaml");
        let name = extension.split(':').next().unwrap();
        std::fs::write(&file, named(name, extension).replace("127.0.0.1", "0.0.0.0")).unwrap();
        let ended = tfo(&[arguments, &["-c", file.to_str().unwrap()]].concat());
        assert!(ended.status.success(), "{}{}", ended.stdout, ended.stderr);
        ended.stdout
    };
    for (extension, found) in [
        (r#"basicauth: { htpasswd: { inline: "max:hunter2" } }"#, "1 name with a password"),
        ("bearertokenauth: { tokens: [hunter2, hunter3] }", "2 tokens"),
    ] {
        let report = run(extension, &["dry-run", "--level", "resolve"]);
        assert!(report.contains(found) && report.contains("grpc takes credentials without encryption"), "{report}");
        assert!(!report.contains("hunter"), "{report}");
        let printed = run(extension, &["config", "print"]);
        assert!(printed.contains("[redacted]") && !printed.contains("hunter"), "{printed}");
    }
}

/// Scenario: a reload takes a key out of an extension's list, then the key file changes. Guarantee: the key
/// that is gone is refused after the reload, and the file is followed after it as before.
#[tokio::test(flavor = "multi_thread")]
async fn a_reload_takes_keys_away() {
    let (stays, goes, filed) = (Key::new(&[]), Key::new(&[]), Key::new(&[]));
    let (http, grpc) = (free(), free());
    let yaml = |lines: &[&Key]| {
        let list: Vec<&str> = lines.iter().map(|key| key.line.as_str()).collect();
        let extension = format!("api_keys: {{ list: {list:?}, file: {{folder}}/keys }}");
        named("api_keys", &extension).replacen("127.0.0.1:0", &grpc, 1).replacen("127.0.0.1:0", &http, 1)
    };
    let (tfo, folder) = start(&yaml(&[&stays, &goes]), &[&filed.line]);
    for key in [&stays, &goes, &filed] {
        assert_eq!(
            (post(&tfo, "/v1/logs", &key.headers()).await.status, call(&tfo, &key.headers()).await),
            (200, Code::Ok)
        );
    }
    let changed = yaml(&[&stays]).replace("{folder}", folder.path().to_str().unwrap());
    std::fs::write(tfo.path("tfo.yaml"), changed).unwrap();
    let reloaded = crate::support::tfo(&["reload", "--wait", "--pid", &tfo.pid().to_string()]);
    assert!(reloaded.status.success(), "{}", reloaded.stderr);
    until(&tfo, &stays, 200).await;
    assert_eq!(post(&tfo, "/v1/logs", &goes.headers()).await.status, 403);
    assert_eq!(call(&tfo, &goes.headers()).await, Code::PermissionDenied);
    assert_eq!(post(&tfo, "/v1/logs", &filed.headers()).await.status, 200);
    write(&folder, &[]);
    until(&tfo, &filed, 403).await;
    assert_eq!(call(&tfo, &stays.headers()).await, Code::Ok);
}

/// An address that nobody listens on.
fn free() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}
