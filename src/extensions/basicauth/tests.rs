//! Names and passwords as files hold them and clients send them.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use pipelines::component::{Config as _, Credentials, Denied, Problems, ServerAuth as _};
use pipelines::config::Secret;
use pipelines::renewal::Renewals;
use sha1::{Digest as _, Sha1};

use super::Config;
use super::config::Users;
use super::htpasswd::{Htpasswd, Refusal};
use super::server::Server;

/// Lines of three names with the password `secret`, in three forms; the salt of the last is `salt`.
fn lines() -> String {
    let salted = [&Sha1::digest(b"secretsalt")[..], b"salt"].concat();
    format!(
        "# people\n\nann:{}\njoe:{{SHA}}{}\r\neve:{{SSHA}}{}\nmax:secret\n",
        bcrypt::hash("secret", 10).unwrap().replacen("$2b$", "$2y$", 1),
        STANDARD.encode(Sha1::digest(b"secret")),
        STANDARD.encode(salted)
    )
}

/// Scenario: every form a password can have. Guarantee: the right one is right, everything else is wrong.
#[test]
fn passwords_of_every_form_are_compared() {
    let users = Htpasswd::parse([lines().as_str()]).unwrap();
    assert_eq!(users.len(), 4);
    for name in ["ann", "joe", "eve", "max"] {
        assert_eq!(users.verify(name, &Secret::new("secret")), Ok(()), "{name}");
        for wrong in ["Secret", "", "secret ", "secretsalt"] {
            assert_eq!(users.verify(name, &Secret::new(wrong)), Err(Refusal::Wrong), "{name} {wrong}");
        }
    }
    assert_eq!(users.verify("nobody", &Secret::new("secret")), Err(Refusal::Wrong));
}

/// Scenario: the same credentials a thousand times, right and wrong. Guarantee: bcrypt runs once for each, so that they
/// take no time.
#[test]
fn bcrypt_does_not_run_for_each_request() {
    let users = Htpasswd::parse([lines().as_str()]).unwrap();
    let start = Instant::now();
    for _ in 0..1000 {
        assert_eq!(users.verify("ann", &Secret::new("secret")), Ok(()));
        assert_eq!(users.verify("ann", &Secret::new("wrong")), Err(Refusal::Wrong));
    }
    assert!(start.elapsed() < Duration::from_secs(20), "2000 runs would take minutes: {:?}", start.elapsed());
}

/// Scenario: other credentials with each request, to use up the CPU. Guarantee: after a bounded number they are told to
/// come again, while who was right before is let in.
#[test]
fn guessing_is_slow() {
    let line = format!("ann:{}", bcrypt::hash("secret", 8).unwrap());
    let users = Htpasswd::limited([line.as_str()], 120).unwrap();
    assert_eq!(users.verify("ann", &Secret::new("secret")), Ok(()));
    let refusals: Vec<_> = (0..30).map(|guess| users.verify("ann", &Secret::new(guess.to_string()))).collect();
    let busy = refusals.iter().filter(|refusal| matches!(refusal, Err(Refusal::Busy(after)) if !after.is_zero()));
    assert!(busy.count() > 15, "{refusals:?}");
    assert_eq!(users.verify("ann", &Secret::new("secret")), Ok(()));
}

/// Scenario: lines that are wrong, hashes that are not known. Guarantee: refused, without repeating the password.
#[test]
fn wrong_lines_are_refused() {
    for line in [
        "hunter2",
        ":hunter2",
        "joe:",
        "joe:$apr1$salt$hunter2hunter2hunter2",
        "joe:$6$salt$hunter2",
        "joe:$2y$10$hunter2",
        "joe:$2y$31$hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunt",
        "joe:{SHA}hunter2",
        "joe:{CRYPT}hunter2",
        "joe:{SSHA}aHVudGVyMg==",
    ] {
        let error = Htpasswd::parse([line]).err().unwrap();
        assert!(error.starts_with("line 1: ") && !error.contains("hunter2"), "{error}");
    }
}

/// Scenario: requests without, with wrong, broken and right credentials. Guarantee: let in as who it is, or 401.
#[test]
fn requests_are_let_in_by_name() {
    let users = Users { file: None, inline: Secret::new(lines()) };
    let server = Server::new(&users, "test".into(), &Renewals::default());
    let ask = |value: Option<&str>| {
        let mut headers = HeaderMap::new();
        headers.extend(value.map(|value| (http::header::AUTHORIZATION, HeaderValue::from_str(value).unwrap())));
        server.authenticate(&Credentials { headers: &headers, client: None })
    };
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    assert_eq!(ask(Some(&basic("joe:secret"))).unwrap().find("username"), Some("joe"));
    assert!(matches!(ask(Some(&basic("joe:wrong"))), Err(Denied::Unauthenticated(_))));
    for missing in [None, Some("Bearer joe:secret"), Some("Basic joe:secret"), Some(&*basic("joe"))] {
        assert!(matches!(ask(missing), Err(Denied::Missing(_))), "{missing:?}");
    }
}

/// Scenario: configurations that cannot work. Guarantee: reported at their places.
#[test]
fn wrong_configurations_are_reported() {
    for (yaml, paths) in [
        ("{}", &[""][..]),
        ("htpasswd: {}", &["htpasswd"]),
        ("htpasswd: { file: users }", &[]),
        ("htpasswd: { inline: 'joe:$apr1$a$b' }", &["htpasswd.inline"]),
        ("{ htpasswd: { file: users }, client_auth: { username: joe } }", &["client_auth"]),
        ("client_auth: { username: joe, password: secret }", &[]),
        ("client_auth: { password: secret }", &["client_auth.username"]),
        ("client_auth: { username: 'a:b', username_file: name }", &["client_auth.username", "client_auth.username"]),
    ] {
        let mut problems = Problems::default();
        serde_yaml::from_str::<Config>(yaml).unwrap().validate(&mut problems);
        let found: Vec<_> = problems.into_vec().into_iter().map(|problem| problem.path).collect();
        assert_eq!(found, paths, "{yaml}");
    }
}
