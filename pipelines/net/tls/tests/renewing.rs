//! Certificates, keys and authorities that change between two handshakes.

use std::fs;
use std::path::PathBuf;
use std::time::Duration as StdDuration;

use rustls::ServerConfig;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{Authority, client, secret};
use crate::config::Duration;
use crate::net::tls::{ClientTls, Renewing, ServerTls, Version};
use crate::renewal::Renew;

/// A folder with `tls.crt`, `tls.key` and `clients.crt`.
struct Folder(TempDir);

impl Folder {
    fn new(authority: &Authority) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.put(&authority.issue("localhost"));
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, (cert, key): &(String, String)) {
        self.write("tls.crt", cert);
        self.write("tls.key", key);
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn server(&self) -> ServerTls {
        ServerTls {
            cert_file: Some(self.path("tls.crt")),
            key_file: Some(self.path("tls.key")),
            ..ServerTls::default()
        }
    }
}

/// Enough looks for a change to be taken over.
fn look(renewing: &impl Renew) {
    renewing.look();
    renewing.look();
}

/// The certificate the server shows to a client that trusts `authority`.
async fn shown(server: &Renewing<ServerConfig>, client: &ClientTls) -> Result<Vec<u8>, String> {
    let acceptor: TlsAcceptor = server.acceptor().unwrap();
    let connector: TlsConnector = client.settings(&[]).unwrap().into();
    let (near, far) = tokio::io::duplex(64 << 10);
    let name = client.server_name("localhost").unwrap();
    let (accepted, connected) = tokio::join!(acceptor.accept(near), connector.connect(name, far));
    accepted.map_err(|error| error.to_string())?;
    let connected = connected.map_err(|error| error.to_string())?;
    Ok(connected.get_ref().1.peer_certificates().unwrap()[0].to_vec())
}

/// Scenario: certificate and key are written one after the other, cut off, emptied, mixed up and removed. Guarantee:
/// the last pair that belonged together is used throughout, every failure is counted once, and good files mend it.
#[tokio::test]
async fn a_server_keeps_the_last_good_pair() {
    let authority = Authority::new();
    let folder = Folder::new(&authority);
    let server = folder.server().renewing("test", &[]);
    let client = client(&authority);
    let first = shown(&server, &client).await.unwrap();
    let (cert, key) = authority.issue("localhost");
    let half = &cert[..cert.len() / 2];
    for (failed, (name, text)) in
        [("tls.crt", cert.as_str()), ("tls.crt", half), ("tls.crt", ""), ("tls.key", "no key")].into_iter().enumerate()
    {
        folder.write(name, text);
        look(&server);
        look(&server);
        assert_eq!(shown(&server, &client).await.unwrap(), first, "{name} {text}");
        assert_eq!((server.status().renewed, server.status().failed), (0, failed as u64 + 1));
    }
    fs::remove_file(folder.path("tls.crt")).unwrap();
    look(&server);
    assert_eq!(shown(&server, &client).await.unwrap(), first);
    folder.put(&(cert, key));
    look(&server);
    let second = shown(&server, &client).await.unwrap();
    assert_ne!(second, first);
    assert_eq!((server.status().renewed, server.status().failed), (1, 5));
}

/// Scenario: a pair is replaced between two looks, so that neither half was ever seen alone. Guarantee: no failure.
#[tokio::test]
async fn a_pair_replaced_at_once_is_no_failure() {
    let authority = Authority::new();
    let folder = Folder::new(&authority);
    let server = folder.server().renewing("test", &[]);
    server.current().unwrap();
    let (cert, key) = authority.issue("localhost");
    folder.write("tls.crt", &cert);
    server.look();
    folder.write("tls.key", &key);
    look(&server);
    assert_eq!((server.status().renewed, server.status().failed), (1, 0));
}

/// Scenario: the authority of clients changes from one to both to the other. Guarantee: each client is let in exactly
/// while its authority is there; `client_ca_file_reload: false` keeps the first.
#[tokio::test]
async fn a_server_follows_the_authority_of_its_clients() {
    let (one, two) = (Authority::new(), Authority::new());
    let folder = Folder::new(&one);
    folder.write("clients.crt", &one.pem());
    let tls = ServerTls { client_ca_file: Some(folder.path("clients.crt")), ..folder.server() };
    let server = tls.renewing("test", &[]);
    let fixed = ServerTls { client_ca_file_reload: Some(false), ..tls }.renewing("test", &[]);
    let clients = [&one, &two].map(|issuer| {
        let (cert, key) = issuer.issue("agent");
        ClientTls { cert_pem: secret(&cert), key_pem: secret(&key), ..client(&one) }
    });
    for (text, welcome) in [
        (one.pem(), [true, false]),
        (one.pem() + &two.pem(), [true, true]),
        (two.pem(), [false, true]),
        (String::new(), [false, true]),
    ] {
        folder.write("clients.crt", &text);
        for _ in 0..2 {
            server.look();
            fixed.current().unwrap();
            fixed.look();
        }
        for (client, welcome) in clients.iter().zip(welcome) {
            assert_eq!(shown(&server, client).await.is_ok(), welcome);
        }
        assert!(shown(&fixed, &clients[0]).await.is_ok() && shown(&fixed, &clients[1]).await.is_err());
    }
}

/// Whether the client gets in, and if so without showing its certificate again because a session is resumed.
async fn enter(server: &Renewing<ServerConfig>, client: &Renewing<rustls::ClientConfig>) -> Option<bool> {
    let (near, far) = tokio::io::duplex(64 << 10);
    let (acceptor, connector) = (server.acceptor().unwrap(), client.connector().unwrap());
    let name = rustls_pki_types::ServerName::try_from("localhost").unwrap();
    let serve = async {
        let mut stream = acceptor.accept(near).await.ok()?;
        stream.write_all(b"x").await.ok()?;
        Some(stream.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed))
    };
    // Sessions come after the handshake, so they are there only for who reads on.
    let connect = async {
        let mut stream = connector.connect(name, far).await.ok()?;
        stream.read_u8().await.ok()
    };
    let (resumed, read) = tokio::join!(serve, connect);
    read.and(resumed)
}

/// Scenario: a client that may resume its session, before and after its authority is taken out. Guarantee: the session
/// is resumed before and not after, whatever the client still has.
#[tokio::test]
async fn no_session_outlives_its_authority() {
    let (one, two) = (Authority::new(), Authority::new());
    for max_version in [Version::Tls13, Version::Tls12] {
        let folder = Folder::new(&one);
        folder.write("clients.crt", &one.pem());
        let server = ServerTls { client_ca_file: Some(folder.path("clients.crt")), max_version, ..folder.server() };
        let server = server.renewing("test", &[]);
        let (cert, key) = one.issue("agent");
        let client = ClientTls { cert_pem: secret(&cert), key_pem: secret(&key), ..client(&one) };
        let client = client.renewing("test", &[]);
        assert_eq!(enter(&server, &client).await, Some(false));
        assert_eq!(enter(&server, &client).await, Some(true));
        folder.write("clients.crt", &two.pem());
        look(&server);
        assert_eq!(enter(&server, &client).await, None);
    }
}

/// Scenario: a client's files are missing at first, then appear, then change. Guarantee: it connects as soon as they
/// can be read and trusts the new authority only.
#[tokio::test]
async fn a_client_follows_its_files() {
    let (one, two) = (Authority::new(), Authority::new());
    let folder = Folder::new(&one);
    let tls = ClientTls { ca_file: Some(folder.path("ca.crt")), ..ClientTls::default() };
    let client = tls.renewing("test", &[]);
    assert!(client.connector().is_err());
    look(&client);
    assert_eq!(client.status().failed, 1);
    folder.write("ca.crt", &one.pem());
    assert!(client.connector().is_ok());
    let before = client.current().unwrap();
    folder.write("ca.crt", &two.pem());
    look(&client);
    assert!(!std::sync::Arc::ptr_eq(&before, &client.current().unwrap()));
    let (near, far) = tokio::io::duplex(64 << 10);
    let acceptor: TlsAcceptor = folder.server().settings(&[]).unwrap().into();
    let name = tls.server_name("localhost").unwrap();
    let connector = client.connector().unwrap();
    let (_, connected) = tokio::join!(acceptor.accept(near), connector.connect(name, far));
    assert!(connected.unwrap_err().to_string().contains("certificate"));
}

/// Scenario: `reload_interval: 0s`, and an hour. Guarantee: never again, and not before the hour is over.
#[tokio::test(start_paused = true)]
async fn reload_interval_is_honoured() {
    let authority = Authority::new();
    let folder = Folder::new(&authority);
    let [never, hourly] = [0, 3600].map(|seconds| {
        let tls = ServerTls { reload_interval: Some(Duration::from_secs(seconds)), ..folder.server() };
        let server = tls.renewing("test", &[]);
        server.current().unwrap();
        server
    });
    folder.put(&authority.issue("localhost"));
    look(&hourly);
    assert_eq!(hourly.status().renewed, 0);
    tokio::time::advance(StdDuration::from_secs(3600)).await;
    look(&hourly);
    look(&never);
    assert_eq!((hourly.status().renewed, never.status().renewed), (1, 0));
}

/// Scenario: certificates that are fine, about to expire, expired, and two authorities. Guarantee: the status names
/// file and end, the check warns or fails, and of two authorities the last counts.
#[test]
fn says_when_certificates_expire() {
    let authority = Authority::new();
    let folder = Folder::new(&authority);
    for (days, expected) in [(365, "Passed"), (20, "Warned"), (-3, "Failed")] {
        folder.put(&authority.issue_for("localhost", days));
        let findings = folder.server().check();
        assert_eq!(format!("{:?}", findings[1].check), expected, "{findings:?}");
        assert!(findings[1].text.contains("cert_file `") && findings[1].text.contains("days"), "{findings:?}");
    }
    let (old, new) = (Authority::expiring(-1), Authority::expiring(400));
    let bundle = ClientTls { ca_pem: secret(&(old.pem() + &new.pem())), ..ClientTls::default() };
    let renewing = bundle.renewing("test", &[]);
    renewing.current().unwrap();
    let status = renewing.status();
    let left = status.certificates[0].not_after.duration_since(std::time::SystemTime::now()).unwrap();
    assert_eq!((status.certificates[0].key.as_str(), left.as_secs() / 86_400), ("ca_pem", 399));
}
