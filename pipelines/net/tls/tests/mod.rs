//! Real handshakes between the two ends, over memory.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod renewing;
mod validity;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{ClientTls, H2, ServerTls, Version};
use crate::component::Problems;
use crate::config::Secret;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        Self::expiring(3650)
    }

    /// An authority that expires in so many days.
    fn expiring(days: i64) -> Self {
        let mut params = CertificateParams::default();
        params.not_after = in_days(days);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "authority");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    fn issue(&self, name: &str) -> (String, String) {
        self.issue_for(name, 365)
    }

    /// A certificate that expires in so many days, and its key.
    fn issue_for(&self, name: &str, days: i64) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.not_before, params.not_after) = (in_days(-400), in_days(days));
        let cert = params.signed_by(&key, &self.0).unwrap();
        (cert.pem(), key.serialize_pem())
    }
}

fn in_days<T: From<SystemTime>>(days: i64) -> T {
    let distance = Duration::from_secs(days.unsigned_abs() * 86_400);
    let now = SystemTime::now();
    T::from(if days < 0 { now - distance } else { now + distance })
}

fn secret(text: &str) -> Option<Secret> {
    Some(Secret::new(text))
}

fn server(authority: &Authority) -> ServerTls {
    let (cert, key) = authority.issue("localhost");
    ServerTls { cert_pem: secret(&cert), key_pem: secret(&key), ..ServerTls::default() }
}

fn client(authority: &Authority) -> ClientTls {
    ClientTls { ca_pem: secret(&authority.pem()), ..ClientTls::default() }
}

/// Version, protocol and cipher suite both ends agreed on.
async fn handshake(server: &ServerTls, client: &ClientTls, host: &str) -> Result<(String, Vec<u8>, String), String> {
    let acceptor = TlsAcceptor::from(server.settings(&[H2]).map_err(|error| error.to_string())?);
    let connector = TlsConnector::from(client.settings(&[H2]).map_err(|error| error.to_string())?);
    let name = client.server_name(host).map_err(|error| error.to_string())?;
    let (near, far) = tokio::io::duplex(64 << 10);
    let (accepted, connected) = tokio::join!(acceptor.accept(near), connector.connect(name, far));
    let connected = connected.map_err(|error| error.to_string())?;
    accepted.map_err(|error| error.to_string())?;
    let state = connected.get_ref().1;
    Ok((
        format!("{:?}", state.protocol_version().unwrap()),
        state.alpn_protocol().unwrap_or_default().to_vec(),
        format!("{:?}", state.negotiated_cipher_suite().unwrap().suite()),
    ))
}

fn problems(validate: impl FnOnce(&mut Problems)) -> Vec<(String, bool)> {
    let mut problems = Problems::default();
    validate(&mut problems);
    problems.into_vec().into_iter().map(|problem| (problem.path, problem.warning)).collect()
}

/// Scenario: the client trusts the server's authority. Guarantee: TLS 1.3 with the protocol both want.
#[tokio::test]
async fn agrees_on_version_and_protocol() {
    let authority = Authority::new();
    let agreed = handshake(&server(&authority), &client(&authority), "localhost").await.unwrap();
    assert_eq!((agreed.0.as_str(), agreed.1.as_slice()), ("TLSv1_3", H2));
}

/// Scenario: files instead of text, and a range of versions and suites. Guarantee: they are honoured.
#[tokio::test]
async fn reads_files_and_honours_bounds() {
    let authority = Authority::new();
    let directory = tempfile::tempdir().unwrap();
    let (cert, key) = authority.issue("localhost");
    let file = |name: &str, text: &str| {
        std::fs::write(directory.path().join(name), text).unwrap();
        Some(directory.path().join(name))
    };
    let server = ServerTls {
        cert_file: file("tls.crt", &cert),
        key_file: file("tls.key", &key),
        max_version: Version::Tls12,
        cipher_suites: vec!["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305".into()],
        curve_preferences: vec!["P384".into()],
        ..ServerTls::default()
    };
    let client = ClientTls { ca_file: file("ca.crt", &authority.pem()), ..ClientTls::default() };
    assert_eq!(problems(|all| server.validate(all)), []);
    let agreed = handshake(&server, &client, "localhost").await.unwrap();
    assert_eq!(agreed.0, "TLSv1_2");
    assert_eq!(agreed.2, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
    let newer = ClientTls { min_version: Version::Tls13, ..client };
    assert!(handshake(&server, &newer, "localhost").await.is_err());
}

/// Scenario: another authority, another name. Guarantee: refused, unless the user says not to verify or names it.
#[tokio::test]
async fn verifies_the_server() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = server(&authority);
    assert!(handshake(&server, &client(&other), "localhost").await.unwrap_err().contains("certificate"));
    assert!(handshake(&server, &client(&authority), "elsewhere").await.is_err());
    let any = ClientTls { insecure_skip_verify: true, ..ClientTls::default() };
    assert!(handshake(&server, &any, "elsewhere").await.is_ok());
    let named = ClientTls { server_name_override: Some("localhost".into()), ..client(&authority) };
    assert!(handshake(&server, &named, "10.0.0.1").await.is_ok());
}

/// Scenario: the server wants client certificates. Guarantee: only clients of its authority are let in.
#[tokio::test]
async fn mutual_tls_lets_in_its_own_clients_only() {
    let (authority, other) = (Authority::new(), Authority::new());
    let directory = tempfile::tempdir().unwrap();
    let clients = directory.path().join("clients.crt");
    std::fs::write(&clients, authority.pem()).unwrap();
    let server = ServerTls { client_ca_file: Some(clients), ..server(&authority) };
    assert!(handshake(&server, &client(&authority), "localhost").await.is_err());
    for (issuer, welcome) in [(&authority, true), (&other, false)] {
        let (cert, key) = issuer.issue("agent");
        let client = ClientTls { cert_pem: secret(&cert), key_pem: secret(&key), ..client(&authority) };
        assert_eq!(handshake(&server, &client, "localhost").await.is_ok(), welcome);
    }
}

/// Scenario: wrong files. Guarantee: the sentence names the key and the file, and no key material.
#[test]
fn names_what_is_wrong_with_files() {
    let missing = ServerTls { cert_file: Some("/nowhere/tls.crt".into()), ..ServerTls::default() };
    assert!(missing.settings(&[]).unwrap_err().to_string().starts_with("cert_file `/nowhere/tls.crt` cannot be read"));
    let (authority, other) = (Authority::new(), Authority::new());
    let (cert, _) = authority.issue("localhost");
    let (_, key) = other.issue("localhost");
    let mixed = ServerTls { cert_pem: secret(&cert), key_pem: secret(&key), ..ServerTls::default() };
    let text = mixed.settings(&[]).unwrap_err().to_string();
    assert!(text.contains("together") && !text.contains("BEGIN"), "{text}");
    let swapped = ServerTls { cert_pem: secret(&key), key_pem: secret(&key), ..ServerTls::default() };
    assert!(swapped.settings(&[]).unwrap_err().to_string().contains("cert_pem has no certificate"));
}

/// Scenario: contradicting or unsupported keys. Guarantee: each is reported at its own path.
#[test]
fn validation_names_the_key() {
    assert_eq!(problems(|all| ServerTls::default().validate(all)), [(String::new(), false)]);
    let bad = ServerTls {
        cert_file: Some("a".into()),
        cert_pem: secret("a"),
        ca_file: Some("b".into()),
        min_version: Version::Tls13,
        max_version: Version::Tls12,
        cipher_suites: vec!["TLS_RSA_WITH_RC4_128_SHA".into()],
        curve_preferences: vec!["P521".into()],
        ..ServerTls::default()
    };
    let paths = ["cert_pem", "cert_file", "max_version", "cipher_suites.0", "curve_preferences.0"];
    let expected: Vec<_> =
        paths.map(|path| (path.to_owned(), false)).into_iter().chain([("ca_file".into(), true)]).collect();
    assert_eq!(problems(|all| bad.validate(all)), expected);
    let old = ClientTls { min_version: Version::Tls10, ..ClientTls::default() };
    assert_eq!(problems(|all| old.validate(all)), [("min_version".to_owned(), true)]);
    let _shared: Arc<_> = ClientTls { insecure_skip_verify: true, ..ClientTls::default() }.settings(&[]).unwrap();
}
