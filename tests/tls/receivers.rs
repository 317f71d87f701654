//! Listeners whose certificates and authorities change.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::authority::Authority;
use crate::client::{Load, get, post, post_twice, tls};
use crate::folder::{Folder, Swap};
use crate::support::{Tfo, tfo};

/// A changed file is used after two looks, half a second apart; the rest is for a machine that also compiles.
const PROMISE: Duration = Duration::from_secs(2);

fn yaml(folder: &Folder, more: &str) -> String {
    let (cert, key) = (folder.path("tls.crt"), folder.path("tls.key"));
    format!(
        r#"
receivers:
  otlp:
    protocols:
      http:
        endpoint: "127.0.0.1:0"
        tls: {{ cert_file: {cert:?}, key_file: {key:?}, {more} }}
exporters: {{ nop: }}
service:
  telemetry: {{ metrics: {{ readers: [{{ pull: {{ exporter: {{ prometheus: {{ host: 127.0.0.1, port: 0 }} }} }} }}] }} }}
  pipelines: {{ logs: {{ receivers: [otlp], exporters: [nop] }} }}
"#
    )
}

fn http(tfo: &Tfo) -> SocketAddr {
    tfo.address("http").parse().unwrap()
}

/// The value of a series.
fn value(metrics: &str, series: &str) -> u64 {
    let found = metrics.lines().find_map(|line| line.strip_prefix(series));
    found.unwrap_or_else(|| panic!("{series} is not in {metrics}")).trim().parse().unwrap()
}

/// Scenario: clients make new connections all the time while certificate and key are swapped by link, by rename and in
/// place. Guarantee: not one request fails, the new certificate is shown within 2 s, the old one never again,
/// and metrics say when it expires.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_swapped_under_load_fail_no_request() {
    let authority = Authority::new("servers");
    let mut now = authority.issue();
    let folder = Folder::new(&now.files());
    let server = Tfo::start(&yaml(&folder, ""));
    for swap in [Swap::Link, Swap::Rename, Swap::InPlace, Swap::Link] {
        let new = authority.issue();
        let load = Load::start(4, http(&server), &tls(&authority, None));
        load.until_shown(&now.der).await;
        folder.put(swap, &new.files());
        let took = load.until_shown(&new.der).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let seen = load.end().await;
        assert!(took < PROMISE, "{swap:?} took {took:?}");
        let failed: Vec<_> = seen.iter().filter_map(|(_, posted)| posted.as_ref().err()).collect();
        assert!(failed.is_empty(), "{swap:?}: {} of {} failed: {failed:?}", failed.len(), seen.len());
        let shown: Vec<_> = seen.iter().map(|(_, posted)| posted.as_ref().unwrap()).collect();
        let first = shown.iter().position(|shown| **shown == new.der).unwrap();
        // Handshakes that began earlier may end later.
        assert!(shown[first + 8..].iter().all(|shown| **shown == new.der), "{swap:?}");
        assert!(shown[..first].iter().all(|shown| **shown == now.der), "{swap:?}");
        println!("{swap:?}: {} requests on new connections, 0 failed, new certificate after {took:?}", seen.len());
        now = new;
    }
    let metrics = get(server.address("metrics"), "/metrics").await;
    let owner = r#"owner="receiver otlp (http)""#;
    let file = folder.path("tls.crt");
    let year = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 364 * 86_400;
    let expiry = format!("tfo_tls_certificate_expiry_seconds{{file={file:?},key=\"cert_file\",{owner}}} ");
    assert!(value(&metrics, &expiry) > year, "{metrics}");
    assert_eq!(value(&metrics, &format!("tfo_files_renewed_total{{{owner},result=\"success\"}} ")), 4);
    let (status, log) = server.stop();
    assert!(status.success());
    assert!(log.iter().any(|line| line.contains("receiver otlp (http): certificates changed")), "{log:#?}");
}

/// Scenario: the files are emptied, cut off, swapped for a key of another certificate, and removed, for seconds, under
/// load. Guarantee: the old certificate is shown throughout, the log names the file, and good files mend it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_files_leave_the_old_certificate_in_use() {
    let authority = Authority::new("servers");
    let (old, new) = (authority.issue(), authority.issue());
    let folder = Folder::new(&old.files());
    let server = Tfo::start(&yaml(&folder, ""));
    let load = Load::start(2, http(&server), &tls(&authority, None));
    let half = &new.cert[..new.cert.len() / 2];
    for wrong in [
        vec![("tls.crt", ""), ("tls.key", &old.key)],
        vec![("tls.crt", half), ("tls.key", &new.key)],
        vec![("tls.crt", &new.cert), ("tls.key", &old.key)],
        vec![("tls.crt", &new.key), ("tls.key", &new.cert)],
        vec![],
    ] {
        folder.put(Swap::Link, &wrong);
        tokio::time::sleep(Duration::from_millis(1500)).await;
    }
    let seen = load.end().await;
    assert!(seen.iter().all(|(_, posted)| posted.as_deref() == Ok(&*old.der)));
    folder.put(Swap::Link, &new.files());
    let load = Load::start(1, http(&server), &tls(&authority, None));
    load.until_shown(&new.der).await;
    load.end().await;
    let (_, log) = server.stop();
    for part in ["has no certificate in PEM", "is not PEM", "cannot be used together", "cannot be read"] {
        let said = log.iter().filter(|line| line.contains(part) && line.contains("stays in use")).count();
        // The last of them, and the one with key and certificate mixed up, both say that there is no certificate.
        assert!((1..=2).contains(&said), "{part}: {said} times in {log:#?}");
    }
}

/// Scenario: the authority of clients changes from one to both to the other, in place. Guarantee: within 2 s exactly
/// the clients of the authorities in the file are let in; sessions of the others are not resumed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_authority_of_clients_is_followed() {
    let (servers, one, two) = (Authority::new("servers"), Authority::new("one"), Authority::new("two"));
    let server_files = servers.issue();
    let folder = Folder::new(&[&server_files.files()[..], &[("clients.crt", &one.pem())]].concat());
    let server = Tfo::start(&yaml(&folder, &format!("client_ca_file: {:?}", folder.path("clients.crt"))));
    let clients = [&one, &two].map(|authority| tls(&servers, Some(&authority.issue())));
    let both = one.pem() + &two.pem();
    for (text, welcome) in [(one.pem(), [true, false]), (both, [true, true]), (two.pem(), [false, true])] {
        folder.put(Swap::Rename, &[("clients.crt", &text)]);
        tokio::time::sleep(PROMISE).await;
        for (client, welcome) in clients.iter().zip(welcome) {
            let posted = post(http(&server), client).await;
            assert_eq!(posted.is_ok(), welcome, "{posted:?}");
        }
    }
    assert!(post(http(&server), &tls(&servers, None)).await.is_err());
}

/// Scenario: a connection from before the authority of its client is taken out. Guarantee: it goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_outlive_a_change() {
    let (one, two) = (Authority::new("one"), Authority::new("two"));
    let own = one.issue();
    let folder = Folder::new(&[&own.files()[..], &[("clients.crt", &one.pem())]].concat());
    let server = Tfo::start(&yaml(&folder, &format!("client_ca_file: {:?}", folder.path("clients.crt"))));
    let client = tls(&one, Some(&one.issue()));
    let change = async || {
        folder.put(Swap::Rename, &[("clients.crt", &two.pem())]);
        tokio::time::sleep(PROMISE).await;
        assert!(post(http(&server), &client).await.is_err());
    };
    assert!(post_twice(http(&server), &client, change).await);
}

/// Scenario: the file of the certificate becomes one that never answers a read, as on a network disk that is gone.
/// Guarantee: clients are served, metrics are there, and the process ends when it is told to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_never_answer_harm_nothing() {
    let authority = Authority::new("servers");
    let old = authority.issue();
    let folder = Folder::new(&old.files());
    let server = Tfo::start(&yaml(&folder, ""));
    let pipe = folder.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::rename(&pipe, folder.path("tls.crt")).unwrap();
    tokio::time::sleep(PROMISE).await;
    assert_eq!(post(http(&server), &tls(&authority, None)).await.as_ref(), Ok(&old.der));
    assert!(get(server.address("metrics"), "/metrics").await.contains("tfo_tls_certificate_expiry_seconds"));
    let began = Instant::now();
    let (status, _) = server.stop();
    assert!(status.success() && began.elapsed() < Duration::from_secs(10), "{status} after {:?}", began.elapsed());
}

/// Scenario: a file with a certificate that expires in 20 days, and one that is good for a year. Guarantee: the check
/// says when, and warns of the first.
#[test]
fn checks_say_when_certificates_expire() {
    let authority = Authority::new("servers");
    for (days, expected) in [(20, "(20 days); renew it"), (364, "(364 days)")] {
        let folder = Folder::new(&authority.issue_for(days).files());
        let file = folder.path("tfo.yaml");
        std::fs::write(&file, yaml(&folder, "")).unwrap();
        let ended = tfo(&["dry-run", "--level", "resolve", "-c", file.to_str().unwrap()]);
        let text = format!("{}{}", ended.stdout, ended.stderr);
        assert!(text.contains("is valid until") && text.contains(expected), "{text}");
    }
}

/// Scenario: the certificate is replaced by one that expires in 5 days. Guarantee: the log warns, once.
#[test]
fn the_log_warns_of_certificates_that_expire() {
    let authority = Authority::new("servers");
    let folder = Folder::new(&authority.issue().files());
    let server = Tfo::start(&yaml(&folder, ""));
    folder.put(Swap::Link, &authority.issue_for(5).files());
    std::thread::sleep(PROMISE + PROMISE);
    let (_, log) = server.stop();
    assert_eq!(log.iter().filter(|line| line.contains("WARN") && line.contains("(5 days); renew it")).count(), 1);
}
