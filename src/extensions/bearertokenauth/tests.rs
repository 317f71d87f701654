//! Tokens as they are written and shown.
#![allow(clippy::unwrap_used)]

use http::{HeaderMap, HeaderName, HeaderValue};
use pipelines::component::{Config as _, Credentials, Denied, Problems, ServerAuth as _};
use pipelines::renewal::Renewals;

use super::Config;
use super::server::Server;
use super::tokens::Tokens;

fn parsed(yaml: &str) -> Config {
    serde_yaml::from_str(yaml).unwrap()
}

/// The status of HTTP for a request with this header.
fn ask(yaml: &str, header: &str) -> u16 {
    let config = parsed(yaml);
    let server = Server::new(&config, Tokens::of(&config, "test".into(), &Renewals::default())).unwrap();
    let mut headers = HeaderMap::new();
    if let Some((name, value)) = header.split_once(": ") {
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    match server.authenticate(&Credentials { headers: &headers, client: None }) {
        Ok(_) => 200,
        Err(Denied::Missing(_) | Denied::Unauthenticated(_)) => 401,
        Err(_) => 500,
    }
}

/// Scenario: one and several tokens, other schemes and headers. Guarantee: exactly those tokens come in; an empty one
/// never does.
#[test]
fn tokens_are_let_in() {
    for (yaml, header, status) in [
        ("token: one", "authorization: Bearer one", 200),
        ("token: one", "authorization: bearer one", 200),
        ("token: one", "authorization: Bearer two", 401),
        ("token: one", "authorization: Bearer on", 401),
        ("token: one", "authorization: Bearer ", 401),
        ("token: one", "authorization: one", 401),
        ("token: one", "authorization: Basic one", 401),
        ("token: one", "", 401),
        ("tokens: [one, two]", "authorization: Bearer two", 200),
        ("tokens: [one, two]", "authorization: Bearer one,two", 401),
        ("{ token: one, scheme: '' }", "authorization: one", 200),
        ("{ token: one, scheme: '' }", "authorization: Bearer one", 401),
        ("{ token: one, scheme: Token, header: X-Api-Key }", "x-api-key: Token one", 200),
        ("{ token: one, scheme: Token, header: X-Api-Key }", "authorization: Token one", 401),
    ] {
        assert_eq!(ask(yaml, header), status, "{yaml} {header}");
    }
}

/// Scenario: a file of tokens with empty lines, then without any token, then none. Guarantee: lines are tokens, empty ones
/// are not; a file without a token cannot be used.
#[test]
fn files_hold_a_token_per_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    let yaml = format!("{{ filename: {}, token: ignored }}", path.display());
    std::fs::write(&path, "one\n\n  two  \r\n").unwrap();
    assert_eq!(ask(&yaml, "authorization: Bearer two"), 200);
    assert_eq!(ask(&yaml, "authorization: Bearer ignored"), 401);
    assert_eq!(ask(&yaml, "authorization: Bearer  "), 401);
    for text in ["", "\n \n"] {
        std::fs::write(&path, text).unwrap();
        let error = Tokens::of(&parsed(&yaml), "test".into(), &Renewals::default()).current().err().unwrap();
        assert!(error.ends_with("holds no token"), "{error}");
    }
}

/// Scenario: configurations that cannot work. Guarantee: reported at their places, warnings with a `?`.
#[test]
fn wrong_configurations_are_reported() {
    for (yaml, paths) in [
        ("{}", &[""][..]),
        ("token: one", &[]),
        ("{ token: one, tokens: [two] }", &["tokens"]),
        ("tokens: [one, '']", &["tokens.1"]),
        ("{ token: one, filename: tokens }", &["token?"]),
        ("{ token: one, header: 'a b' }", &["header"]),
        ("{ token: one, scheme: 'a b' }", &["scheme"]),
    ] {
        let mut problems = Problems::default();
        parsed(yaml).validate(&mut problems);
        let shown = |problem: pipelines::component::Problem| {
            format!("{}{}", problem.path, if problem.warning { "?" } else { "" })
        };
        let found: Vec<_> = problems.into_vec().into_iter().map(shown).collect();
        assert_eq!(found, paths, "{yaml}");
    }
}
