//! Two collectors in a row over gRPC with mutual TLS.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use crate::authority::{Authority, Pair};
use crate::client::post_plain;
use crate::folder::{Folder, Swap};
use crate::support::{Tfo, row};

/// The files of one end: its own pair, and whom it trusts.
fn put(folder: &Folder, own: &Pair, trusted: &str) {
    folder.put(Swap::Link, &[&own.files()[..], &[("ca.crt", trusted)]].concat());
    // Longer than a changed file takes to be used, and than the connections from before live.
    std::thread::sleep(Duration::from_millis(2500));
}

/// Scenario: an agent sends to a gateway over gRPC with mutual TLS, on connections that live for half a second, while
/// the authority of both is replaced: both are trusted, then both change their certificates, then only the new one is
/// trusted. Guarantee: every request is answered with OK, and every record arrives once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_is_replaced_without_a_failed_request() {
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let both = old.pem() + &new.pem();
    let folders = [(); 2].map(|()| {
        let (own, ca) = (old.issue(), old.pem());
        let folder = Folder::new(&[&own.files()[..], &[("ca.crt", &ca)]].concat());
        (folder, own)
    });
    let tls = |folder: &Folder, ca: &str| {
        let at = |name: &str| folder.path(name).display().to_string();
        format!("{{ cert_file: {}, key_file: {}, {ca}: {} }}", at("tls.crt"), at("tls.key"), at("ca.crt"))
    };
    let gateway = Tfo::start(&format!(
        r#"
receivers:
  otlp:
    protocols:
      grpc:
        endpoint: "127.0.0.1:0"
        tls: {}
        keepalive: {{ server_parameters: {{ max_connection_age: 500ms, max_connection_age_grace: 5s }} }}
exporters: {{ file: {{ path: "{{folder}}/out" }} }}
service: {{ pipelines: {{ logs: {{ receivers: [otlp], exporters: [file] }} }} }}
"#,
        tls(&folders[0].0, "client_ca_file")
    ));
    let (_, port) = gateway.address("grpc").rsplit_once(':').unwrap();
    let agent = Tfo::start(&format!(
        r#"
receivers: {{ otlp: {{ protocols: {{ http: {{ endpoint: "127.0.0.1:0" }} }} }} }}
exporters: {{ otlp: {{ endpoint: "localhost:{port}", tls: {} }} }}
service: {{ pipelines: {{ logs: {{ receivers: [otlp], exporters: [otlp] }} }} }}
"#,
        tls(&folders[1].0, "ca_file")
    ));
    let stop = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for _ in 0..3 {
        let (stop, to) = (stop.clone(), agent.address("http").to_owned());
        clients.spawn(async move {
            let mut answers = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                answers.push(post_plain(&to).await);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            answers
        });
    }
    let swaps = tokio::task::spawn_blocking(move || {
        let renewed = [new.issue(), new.issue()];
        folders.iter().for_each(|(folder, own)| put(folder, own, &both));
        folders.iter().zip(&renewed).for_each(|((folder, _), own)| put(folder, own, &both));
        folders.iter().zip(&renewed).for_each(|((folder, _), own)| put(folder, own, &new.pem()));
    });
    swaps.await.unwrap();
    stop.store(true, Ordering::Relaxed);
    let answers = clients.join_all().await.concat();
    let failed: Vec<_> = answers.iter().filter(|answer| *answer != "HTTP/1.1 200 OK").collect();
    assert!(failed.is_empty(), "{} of {} failed: {failed:?}", failed.len(), answers.len());
    let peak = agent.memory().1;
    let (_, log) = agent.stop();
    assert!(log.iter().any(|line| line.contains("exporter otlp: certificates changed")), "{log:#?}");
    let arrived = std::fs::read_to_string(gateway.path("out")).unwrap().matches("stringValue").count();
    let requests = answers.len() as u64;
    let peak = peak.max(gateway.memory().1);
    row::print("certificates and authorities swapped", [requests, requests, arrived as u64], peak);
    assert_eq!(arrived, answers.len());
}
