//! Exporters whose authorities, certificates and tokens change.

use std::time::{Duration, Instant};

use crate::authority::Authority;
use crate::backend::Backend;
use crate::client::post_plain;
use crate::folder::{Folder, Swap};
use crate::support::{Tfo, tfo};

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

/// Scenario: an exporter with a client certificate that expires in 3 days, then with a file that is cut off. Guarantee:
/// the check says when it expires and warns, says what is wrong with the file, and asks nobody.
#[test]
fn checks_look_at_the_files_of_exporters() {
    let authority = Authority::new("servers");
    let (own, ca) = (authority.issue_for(3), authority.pem());
    let folder = Folder::new(&[&own.files()[..], &[("ca.crt", &ca)]].concat());
    let at = |name: &str| folder.path(name).display().to_string();
    let yaml = format!(
        r#"
receivers: {{ otlp: {{ protocols: {{ http: {{ endpoint: "127.0.0.1:0" }} }} }} }}
exporters:
  otlp: {{ endpoint: "localhost:1", tls: {{ ca_file: {}, cert_file: {}, key_file: {} }} }}
service: {{ pipelines: {{ logs: {{ receivers: [otlp], exporters: [otlp] }} }} }}
"#,
        at("ca.crt"),
        at("tls.crt"),
        at("tls.key")
    );
    std::fs::write(folder.path("tfo.yaml"), yaml).unwrap();
    let check = || tfo(&["dry-run", "--level", "resolve", "-c", &at("tfo.yaml")]).stdout;
    let text = check();
    for part in
        [format!("cert_file `{}` is valid until", at("tls.crt")), "(3 days); renew it".into(), "ca_file `".into()]
    {
        assert!(text.contains(&part), "{part} is not in {text}");
    }
    folder.put(Swap::Rename, &[("ca.crt", &ca[..ca.len() / 2])]);
    let text = check();
    assert!(text.contains(&format!("ca_file `{}` is not PEM", at("ca.crt"))), "{text}");
}
