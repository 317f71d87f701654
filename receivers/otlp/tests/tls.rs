//! TLS in front of both protocols.

use pipelines::config::Secret;
use pipelines::net::tls::{ClientTls, H2};
use prost::Message as _;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Server, logs};

/// Scenario: both protocols with TLS. Guarantee: gRPC agrees on HTTP/2, HTTP serves HTTP/1.1 to who asks for nothing
/// else, and who speaks without TLS gets nothing.
#[tokio::test]
async fn serves_both_protocols_over_tls() {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let tls = serde_json::json!({ "cert_pem": cert.pem(), "key_pem": signing_key.serialize_pem() });
    let server = Server::start(serde_json::json!({ "protocols": {
        "grpc": { "endpoint": "127.0.0.1:0", "tls": tls }, "http": { "endpoint": "127.0.0.1:0", "tls": tls },
    }}))
    .await;
    let client = ClientTls { ca_pem: Some(Secret::new(cert.pem())), ..ClientTls::default() };
    for (protocol, wanted, agreed) in [("grpc", &[H2][..], Some(H2)), ("http", &[], None)] {
        let connector = TlsConnector::from(client.settings(wanted).unwrap());
        let stream = TcpStream::connect(server.address(protocol)).await.unwrap();
        let mut stream = connector.connect(client.server_name("localhost").unwrap(), stream).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), agreed);
        if protocol == "http" {
            let body = logs(1, 1).encode_to_vec();
            let head = format!(
                "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
        }
    }
    let plain = super::raw::send(server.address("http"), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(!plain.starts_with(b"HTTP"));
    assert_eq!(server.capture.items(), 1);
    server.stop().await;
}
