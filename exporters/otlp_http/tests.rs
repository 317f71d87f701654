//! The exporter against real servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::await_holding_lock)]
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::io::Read;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use pipelines::component::{
    BuildContext, Check, CheckContext, ComponentId, Config as _, Depth, ExportError, Exporter, Problems,
};
use pipelines::config::Secret;
use pipelines::net::tls::{H2, HTTP_1_1, ServerTls};
use pipelines::otlp::{json, schema};
use pipelines::{BatchId, Context, Signal, Telemetry};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{Client, Config};

type Request = http::Request<bytes::Bytes>;
type Answer = Arc<dyn Fn(&Request) -> http::Response<Full<bytes::Bytes>> + Send + Sync>;

/// An HTTP server that keeps what it saw.
struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn start(answer: impl Fn(&Request) -> http::Response<Full<bytes::Bytes>> + Send + Sync + 'static) -> Self {
        Self::secured(None, answer).await
    }

    async fn secured(
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&Request) -> http::Response<Full<bytes::Bytes>> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, answer): (_, Answer) = (listener.local_addr().unwrap(), Arc::new(answer));
        let (seen, connections) = (Arc::<Mutex<Vec<Request>>>::default(), Arc::<AtomicUsize>::default());
        let (kept, counted) = (seen.clone(), connections.clone());
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                let (kept, answer, tls) = (kept.clone(), answer.clone(), tls.clone());
                tokio::spawn(async move {
                    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                        let (kept, answer) = (kept.clone(), answer.clone());
                        async move {
                            let (head, body) = request.into_parts();
                            let request = Request::from_parts(head, body.collect().await?.to_bytes());
                            let answer = answer(&request);
                            kept.lock().unwrap().push(request);
                            Ok::<_, hyper::Error>(answer)
                        }
                    });
                    let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                    match tls {
                        Some(tls) => {
                            let Ok(socket) = tls.accept(socket).await else { return };
                            let _ = builder.serve_connection(TokioIo::new(socket), service).await;
                        }
                        None => {
                            let _ = builder.serve_connection(TokioIo::new(socket), service).await;
                        }
                    }
                });
            }
        });
        Self { address, seen, connections }
    }
}

fn ok(_: &Request) -> http::Response<Full<bytes::Bytes>> {
    http::Response::new(Full::default())
}

fn status(status: u16) -> impl Fn(&Request) -> http::Response<Full<bytes::Bytes>> {
    move |_| http::Response::builder().status(status).body(Full::default()).unwrap()
}

fn config(yaml: &str) -> Config {
    serde_yaml::from_str(yaml).unwrap()
}

/// A log request with one record of this body.
fn logs(body: &str) -> Telemetry {
    let text =
        format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{{"stringValue":"{body}"}}}}]}}]}}]}}"#);
    let wire = json::from_json(schema::Message::request(Signal::Logs), text.as_bytes()).unwrap();
    Telemetry::from_wire(Signal::Logs, wire.into()).unwrap()
}

fn cx() -> BuildContext {
    BuildContext::new(ComponentId::of("tested"))
}

async fn export(client: &Client, telemetry: &Telemetry) -> Result<pipelines::component::Exported, ExportError> {
    let context = Context::default();
    tokio::time::timeout(Duration::from_secs(20), client.export(BatchId::fresh(), telemetry, &context))
        .await
        .expect("an answer")
}

/// Scenario: every compression, a batch of two parts. Guarantee: path, headers and the bytes of the batch arrive.
#[tokio::test]
async fn delivers_what_it_was_given() {
    let mut batch = logs("one");
    batch.append(logs("two")).unwrap();
    for (compression, encoding) in [
        ("none", None),
        ("gzip", Some("gzip")),
        ("zstd", Some("zstd")),
        ("zlib", Some("deflate")),
        ("snappy", Some("snappy")),
        ("lz4", Some("lz4")),
    ] {
        let server = Server::start(ok).await;
        let endpoint = format!("endpoint: http://{}/base/\ncompression: {compression}\n", server.address);
        let client = Client::new(&config(&format!("{endpoint}headers: {{api-key: k}}\n")), &cx()).unwrap();
        export(&client, &batch).await.unwrap();
        let seen = server.seen.lock().unwrap();
        let (head, body) = (&seen[0], seen[0].body());
        assert_eq!(head.uri(), "/base/v1/logs");
        assert_eq!(head.headers()["api-key"], "k");
        assert_eq!(head.headers()["host"], server.address.to_string());
        assert_eq!(head.headers()["content-type"], "application/x-protobuf");
        assert_eq!(head.headers().get("content-encoding").map(|value| value.to_str().unwrap()), encoding);
        let mut plain = Vec::new();
        let body = &body[..];
        match compression {
            "gzip" => drop(flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap()),
            "zlib" => drop(flate2::read::ZlibDecoder::new(body).read_to_end(&mut plain).unwrap()),
            "zstd" => plain = zstd::bulk::decompress(body, 1 << 20).unwrap(),
            "snappy" => plain = snap::raw::Decoder::new().decompress_vec(body).unwrap(),
            "lz4" => drop(lz4_flex::frame::FrameDecoder::new(body).read_to_end(&mut plain).unwrap()),
            _ => plain = body.to_vec(),
        }
        assert_eq!(plain, batch.to_bytes(), "{compression}");
    }
}

/// Scenario: JSON. Guarantee: one request in OTLP JSON that holds every part of the batch.
#[tokio::test]
async fn writes_json() {
    let server = Server::start(ok).await;
    let yaml = format!("logs_endpoint: http://{}/in?x=1\nencoding: json\ncompression: none\n", server.address);
    let client = Client::new(&config(&yaml), &cx()).unwrap();
    let mut batch = logs("one");
    batch.append(logs("two")).unwrap();
    export(&client, &batch).await.unwrap();
    let seen = server.seen.lock().unwrap();
    assert_eq!(
        (seen[0].uri().to_string().as_str(), &seen[0].headers()["content-type"]),
        ("/in?x=1", &http::HeaderValue::from_static("application/json"))
    );
    let body: serde_json::Value = serde_json::from_slice(seen[0].body()).unwrap();
    assert_eq!(body["resourceLogs"].as_array().unwrap().len(), 2);
    drop(seen);
    let traces = Telemetry::empty(Signal::Traces);
    let error = export(&client, &traces).await.unwrap_err();
    assert!(error.to_string().contains("traces_endpoint"), "{error}");
}

/// Scenario: requests one after the other, and a server that closes every connection after its answer.
/// Guarantee: one connection is used again; closed ones are not noticed by the sender.
#[tokio::test]
async fn keeps_connections() {
    let server = Server::start(ok).await;
    let client = Client::new(&config(&format!("endpoint: http://{}", server.address)), &cx()).unwrap();
    for _ in 0..10 {
        export(&client, &logs("x")).await.unwrap();
    }
    assert_eq!(server.connections.load(Ordering::Relaxed), 1);
    let closing = |_: &Request| http::Response::builder().header("connection", "close").body(Full::default()).unwrap();
    for (server, more) in [(Server::start(closing).await, ""), (Server::start(ok).await, "\ndisable_keep_alives: true")]
    {
        let client = Client::new(&config(&format!("endpoint: http://{}{more}", server.address)), &cx()).unwrap();
        for _ in 0..3 {
            export(&client, &logs("x")).await.unwrap();
        }
        assert_eq!(server.connections.load(Ordering::Relaxed), 3);
    }
}

/// Scenario: at most two connections and many requests at once. Guarantee: no third connection, all delivered.
#[tokio::test]
async fn bounds_connections() {
    let server = Server::start(ok).await;
    let yaml = format!("endpoint: http://{}\nmax_conns_per_host: 2\n", server.address);
    let client = Arc::new(Client::new(&config(&yaml), &cx()).unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        tasks.spawn(async move { export(&client, &logs("x")).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert!(server.connections.load(Ordering::Relaxed) <= 2);
    assert_eq!(server.seen.lock().unwrap().len(), 50);
}

/// Scenario: TLS with an authority of our own, a server that speaks HTTP/2 and one that does not.
/// Guarantee: HTTP/2 where it is agreed on, HTTP/1.1 elsewhere; without the authority a text that says what to set.
#[tokio::test]
async fn speaks_what_tls_agrees_on() {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let tls = ServerTls {
        cert_pem: Some(Secret::new(cert.pem())),
        key_pem: Some(Secret::new(signing_key.serialize_pem())),
        ..ServerTls::default()
    };
    for (offered, version) in [(&[H2, HTTP_1_1][..], http::Version::HTTP_2), (&[HTTP_1_1][..], http::Version::HTTP_11)]
    {
        let acceptor = TlsAcceptor::from(tls.settings(offered).unwrap());
        let server = Server::secured(Some(acceptor), ok).await;
        let endpoint = format!("https://localhost:{}", server.address.port());
        let mut config = config(&format!("endpoint: {endpoint}"));
        config.tls.ca_pem = Some(Secret::new(cert.pem()));
        let client = Client::new(&config, &cx()).unwrap();
        for _ in 0..3 {
            export(&client, &logs("x")).await.unwrap();
        }
        let seen = server.seen.lock().unwrap();
        assert!(seen.iter().all(|request| request.version() == version), "{version:?}");
        assert_eq!(server.connections.load(Ordering::Relaxed), 1);
        drop(seen);
        let other = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        config.tls.ca_pem = Some(Secret::new(other.cert.pem()));
        let error = export(&Client::new(&config, &cx()).unwrap(), &logs("x")).await.unwrap_err();
        assert!(matches!(&error, ExportError::Retry { reason, .. } if reason.contains("TLS")), "{error}");
    }
}

/// Scenario: a check against servers that take, do not know, refuse or are not there.
/// Guarantee: each is told apart, and what was sent is empty.
#[tokio::test]
async fn checks_reach_as_far_as_an_empty_request() {
    let cx = || CheckContext {
        id: ComponentId::of("otlp_http"),
        signals: Vec::new(),
        depth: Depth::Connect,
        timeout: Duration::from_secs(5),
    };
    for (code, check) in [(200, Check::Passed), (404, Check::Warned), (401, Check::Denied), (503, Check::Unreachable)] {
        let server = Server::start(status(code)).await;
        let config = config(&format!("logs_endpoint: http://{}/v1/logs", server.address));
        let findings = super::check::check(Arc::new(config), cx()).await;
        assert_eq!(findings.last().unwrap().check, check, "{findings:?}");
        assert!(server.seen.lock().unwrap().iter().all(|request| request.body().is_empty()));
    }
    let findings = super::check::check(Arc::new(config("endpoint: http://127.0.0.1:1")), cx()).await;
    assert_eq!(findings.iter().map(|finding| finding.check).collect::<Vec<_>>(), [Check::Unreachable]);
}

/// Scenario: keys that cannot work, and an endpoint without a scheme. Guarantee: errors and the warning at their keys.
#[test]
fn validation_names_the_key() {
    let found = |yaml: &str| {
        let mut problems = Problems::default();
        config(yaml).validate(&mut problems);
        problems.into_vec().into_iter().map(|problem| (problem.path, problem.warning)).collect::<Vec<_>>()
    };
    let bad = "endpoint: ftp://c\nproxy_url: http://p\ncookies: {enabled: true}\ncompression_params: {level: 12}\n";
    let paths = ["endpoint", "compression_params.level", "proxy_url", "cookies.enabled"];
    assert_eq!(found(bad), paths.map(|path| (path.to_owned(), false)));
    assert_eq!(found("{}"), [("endpoint".to_owned(), false)]);
    assert_eq!(found("endpoint: otelcol2:4318"), [("endpoint".to_owned(), true)]);
    let client = Client::new(&config("endpoint: otelcol2:4318"), &cx()).unwrap();
    assert_eq!(client.encode(&logs("x")).unwrap().destination, "http://otelcol2:4318/v1/logs");
}
