//! Probes over TLS.

use pipelines::net::tls::ClientTls;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::authority::Authority;
use crate::client::tls;
use crate::folder::{Folder, Swap};
use crate::support::Tfo;

/// The status line of `/healthz`, and the certificate that was shown.
async fn probe(to: &str, tls: &ClientTls) -> Result<(String, Vec<u8>), String> {
    let connector = tls.renewing("test", &[]).connector().map_err(|error| error.to_string())?;
    let stream = TcpStream::connect(to).await.map_err(|error| error.to_string())?;
    let name = tls.server_name("localhost").unwrap();
    let mut stream = connector.connect(name, stream).await.map_err(|error| error.to_string())?;
    let shown = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
    let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.map_err(|error| error.to_string())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.map_err(|error| error.to_string())?;
    Ok((answer.lines().next().unwrap_or_default().to_owned(), shown))
}

/// Scenario: the health check asks for client certificates; strangers knock, and say nothing for long; the certificate is
/// renewed. Guarantee: who shows one is answered at once, others are not; the new certificate is shown.
#[tokio::test]
async fn probes_are_encrypted_and_renewed() {
    let authority = Authority::new("authority");
    let (first, second, own) = (authority.issue(), authority.issue(), authority.issue());
    let ca = authority.pem();
    let files = |pair| -> Vec<(&str, &str)> {
        let pair: &crate::authority::Pair = pair;
        vec![("tls.crt", pair.cert.as_str()), ("tls.key", pair.key.as_str()), ("ca.crt", ca.as_str())]
    };
    let folder = Folder::new(&files(&first));
    let path = |name| folder.path(name).display().to_string();
    let tfo = Tfo::start(&format!(
        "receivers: {{ otlp: {{ protocols: {{ http: {{ endpoint: '127.0.0.1:0' }} }} }} }}
extensions:
  health_check:
    endpoint: 127.0.0.1:0
    tls: {{ cert_file: {}, key_file: {}, client_ca_file: {} }}
exporters: {{ nop: }}
service:
  extensions: [health_check]
  telemetry: {{ metrics: {{ level: none }} }}
  pipelines: {{ logs: {{ receivers: [otlp], exporters: [nop] }} }}
",
        path("tls.crt"),
        path("tls.key"),
        path("ca.crt"),
    ));
    let to = tfo.address_of("health_check", "http").to_owned();
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(&to).await.unwrap());
    }
    let (status, shown) = probe(&to, &tls(&authority, Some(&own))).await.unwrap();
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(probe(&to, &tls(&authority, None)).await.is_err(), "no certificate, no answer");
    folder.put(Swap::Link, &files(&second));
    for _ in 0..100 {
        if probe(&to, &tls(&authority, Some(&own))).await.unwrap().1 != shown {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the renewed certificate is never shown");
}
