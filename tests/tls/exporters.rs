//! Exporters whose authorities, certificates and tokens change.

use std::time::{Duration, Instant};

use crate::authority::Authority;
use crate::backend::Backend;
use crate::client::post_plain;
use crate::folder::{Folder, Swap};
use crate::support::Tfo;

const OK: &str = "HTTP/1.1 200 OK";

/// Scenario: the backend changes its authority and asks for client certificates of the new one; then the files of the
/// exporter change. Guarantee: what was sent in between is delivered once the files are right, without a restart, with
/// the new client certificate and the new token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exporters_follow_authority_certificate_and_token() {
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let (own, renewed) = (old.issue(), new.issue());
    let backend = Backend::start(&old.issue(), &old).await;
    let files = |authority: &Authority, token: &str| [authority.pem(), token.to_owned()];
    let [ca, token] = files(&old, "one\n");
    let folder = Folder::new(&[&own.files()[..], &[("ca.crt", &ca), ("token", &token)]].concat());
    let at = |name: &str| folder.path(name).display().to_string();
    let tfo = Tfo::start(&format!(
        r#"
receivers: {{ otlp: {{ protocols: {{ http: {{ endpoint: "127.0.0.1:0" }} }} }} }}
exporters:
  otlp_http:
    endpoint: https://localhost:{port}
    compression: none
    disable_keep_alives: true
    tls: {{ ca_file: {ca}, cert_file: {cert}, key_file: {key} }}
    bearer_token_file: {token}
    api_key: {{ id: tfk_a1, secret: tfs_b2 }}
    retry_on_failure: {{ initial_interval: 100ms, max_interval: 200ms }}
service: {{ pipelines: {{ logs: {{ receivers: [otlp], exporters: [otlp_http] }} }} }}
"#,
        port = backend.address.port(),
        ca = at("ca.crt"),
        cert = at("tls.crt"),
        key = at("tls.key"),
        token = at("token"),
    ));
    let http = tfo.address("http").to_owned();
    assert_eq!(post_plain(&http).await, OK);
    let seen = backend.last().unwrap();
    assert_eq!(seen.certificate, own.der);
    for header in ["authorization: bearer one", "x-telemetryflow-key-id: tfk_a1", "x-telemetryflow-key-secret: tfs_b2"]
    {
        assert!(seen.head.contains(header), "{header} is not in {}", seen.head);
    }
    backend.become_another(&new.issue(), &new);
    let waiting = tokio::spawn({
        let http = http.clone();
        async move { post_plain(&http).await }
    });
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(!waiting.is_finished());
    let began = Instant::now();
    let [ca, token] = files(&new, "two\n");
    folder.put(Swap::Link, &[&renewed.files()[..], &[("ca.crt", &ca), ("token", &token)]].concat());
    assert_eq!(waiting.await.unwrap(), OK);
    println!("delivered {:?} after the files changed", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(post_plain(&http).await, OK);
    let seen = backend.last().unwrap();
    assert_eq!(seen.certificate, renewed.der);
    assert!(seen.head.contains("authorization: bearer two"), "{}", seen.head);
    let (_, log) = tfo.stop();
    assert!(log.iter().all(|line| !line.contains("tfs_b2") && !line.contains("bearer two")), "{log:#?}");
}
