//! Keys as they are made, written down, shown and refused.
#![allow(clippy::unwrap_used)]

use std::num::NonZeroU32;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

use super::bucket::Bucket;
use super::secret::{is_id, is_secret};
use super::{Config, Date, Entry, Hash, Keys, Pair, Refusals};
use crate::component::{Config as _, Credentials, Denied, Problems, ServerAuth as _};
use crate::config::Secret;
use crate::renewal::{Renew as _, Renewals};
use crate::runtime::now;

const ID: &str = "x-telemetryflow-key-id";
const SECRET: &str = "x-telemetryflow-key-secret";

/// A key and its line, with what comes behind the hash.
fn key(options: &str) -> (Pair, String) {
    let pair = Pair::random().unwrap();
    let line = format!("{}:{}{options}", pair.id, Hash::of(&pair.secret).unwrap());
    (pair, line)
}

fn keys(lines: &[&str]) -> Keys {
    let list = lines.iter().map(ToString::to_string).collect();
    Keys::new(&Config { file: None, list }, "test".into(), &Renewals::default()).unwrap()
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
}

/// The status of HTTP that an answer stands for.
fn ask(keys: &Keys, headers: &HeaderMap) -> u16 {
    match keys.authenticate(&Credentials { headers, client: None }) {
        Ok(_) => 200,
        Err(Denied::Missing(_) | Denied::Unauthenticated(_)) => 401,
        Err(Denied::Refused(_)) => 403,
        Err(Denied::Exhausted { .. }) => 429,
    }
}

fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

/// Scenario: new keys. Guarantee: they look as TelemetryFlow's platform wants them, and no two are alike.
#[test]
fn new_keys_have_the_form_of_the_platform() {
    let (one, other) = (Pair::random().unwrap(), Pair::random().unwrap());
    assert!(is_id(&one.id) && one.id.len() == 36, "{}", one.id);
    assert!(is_secret(one.secret.reveal()) && one.secret.reveal().len() == 47);
    assert!(one.id != other.id && one.secret != other.secret);
    assert!(!format!("{one:?}").contains(one.secret.reveal()), "a secret never prints");
}

/// Scenario: a line with everything there is. Guarantee: it is read and written as it was.
#[test]
fn lines_are_written_as_they_are_read() {
    let (_, line) = key(":name=the shop, Berlin:rate=600:expires=2027-02-01:disabled");
    let entry = Entry::parse(&line).unwrap();
    assert_eq!(entry.to_string(), line);
    assert_eq!((entry.name.as_deref(), entry.rate), (Some("the shop, Berlin"), NonZeroU32::new(600)));
}

/// Scenario: lines that are wrong, one of them with a secret where the hash belongs. Guarantee: each is refused, and no
/// message repeats the secret.
#[test]
fn wrong_lines_are_refused_without_repeating_them() {
    let (pair, line) = key("");
    let secret = pair.secret.reveal();
    for wrong in [
        String::new(),
        "tfk_a".to_owned(),
        format!("{}:{secret}", pair.id),
        format!("{}:sha256:{secret}", pair.id),
        format!("{}:md5:{secret}", pair.id),
        format!("{secret}:sha256:{}", &line[line.len() - 64..]),
        line[..line.len() - 1].to_owned(),
        format!("{line}0"),
        format!("{line}:"),
        format!("{line}:{secret}"),
        format!("{line}:rate=0"),
        format!("{line}:rate=many"),
        format!("{line}:rate=1:rate=2"),
        format!("{line}:name="),
        format!("{line}:expires=2027-02-30"),
        format!("{line}:expires=soon"),
        format!("{line}:enabled=true"),
    ] {
        let error = Entry::parse(&wrong).unwrap_err();
        assert!(!error.contains(secret), "{error}");
    }
    for weak in ["", "hunter2", "tfs_short", "tfs_with-a-dash-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        assert!(Hash::of(&Secret::new(weak)).is_err(), "{weak}");
    }
}

/// Scenario: days around leap days and turns of centuries. Guarantee: as in the calendar.
#[test]
fn days_are_those_of_the_calendar() {
    let of = |seconds| Date::of(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).to_string();
    assert_eq!([of(0), of(951_782_400), of(1_798_761_599)], ["1970-01-01", "2000-02-29", "2026-12-31"]);
    for day in ["1970-01-01", "2000-02-29", "2024-02-29", "2026-12-31", "2100-02-28", "9999-12-31"] {
        assert_eq!(Date::parse(day).unwrap().to_string(), day);
    }
    assert_eq!(Date::parse("2100-02-28").unwrap().plus(1).to_string(), "2100-03-01");
    for wrong in
        ["2100-02-29", "2027-13-01", "2027-00-01", "1969-12-31", "2027-1-1", "2027-01-01T00:00:00Z", "", "+027-01-01"]
    {
        assert!(Date::parse(wrong).is_err(), "{wrong}");
    }
}

/// Scenario: one key in each form clients send. Guarantee: all are accepted alike, and say who it was.
#[test]
fn every_form_of_a_key_is_accepted() {
    let (pair, line) = key(":name=shop");
    let keys = keys(&[&line]);
    let (id, secret) = (pair.id.as_str(), pair.secret.reveal());
    let joined = format!("{id}:{secret}");
    for shown in [
        headers(&[(ID, id), (SECRET, secret)]),
        headers(&[("authorization", &basic(&joined))]),
        headers(&[("authorization", &basic(&joined).replace("Basic", "basic").replace('=', ""))]),
        headers(&[("authorization", &format!("Bearer {joined}"))]),
        headers(&[("authorization", &format!("BEARER  {joined} "))]),
        headers(&[(ID, id), (SECRET, secret), ("authorization", "Bearer of-a-proxy")]),
    ] {
        let identity = keys.authenticate(&Credentials { headers: &shown, client: None }).unwrap();
        assert_eq!((identity.find("subject"), identity.find("name")), (Some(id), Some("shop")), "{shown:?}");
    }
}

/// Scenario: no key, half a key, a cut one, junk in every place. Guarantee: all are "not a credential", not "refused",
/// and nothing panics.
#[test]
fn what_cannot_be_a_key_is_none() {
    let (pair, line) = key("");
    let keys = keys(&[&line]);
    let (id, secret) = (pair.id.as_str(), pair.secret.reveal());
    let joined = format!("{id}:{secret}");
    let long = "a".repeat(64 << 10);
    for shown in [
        headers(&[]),
        headers(&[(ID, id)]),
        headers(&[(SECRET, secret)]),
        headers(&[(ID, ""), (SECRET, "")]),
        headers(&[(ID, id), (SECRET, &secret[..35])]),
        headers(&[(ID, secret), (SECRET, id)]),
        headers(&[(ID, id), (ID, id), (SECRET, secret)]),
        headers(&[(ID, id), (SECRET, secret), (SECRET, secret)]),
        headers(&[(ID, id), (SECRET, &long)]),
        headers(&[("authorization", &long)]),
        headers(&[("authorization", "")]),
        headers(&[("authorization", "Basic")]),
        headers(&[("authorization", "Basic !!!")]),
        headers(&[("authorization", "Basic /////w==")]),
        headers(&[("authorization", &basic(id))]),
        headers(&[("authorization", &basic(&joined)[..60])]),
        headers(&[("authorization", &format!("Bearer {id}"))]),
        headers(&[("authorization", &format!("Digest {joined}"))]),
        headers(&[("authorization", &joined)]),
        headers(&[("authorization", &format!("Bearer {joined}")), ("authorization", "Bearer x")]),
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_bytes(b"Basic \xff\xfe").unwrap())]),
    ] {
        assert_eq!(ask(&keys, &shown), 401, "{shown:?}");
    }
}

/// Scenario: keys that look right but are not, a known id among them; keys that are known but disabled or expired.
/// Guarantee: refused; those who do not know the secret read the same for all of them.
#[test]
fn wrong_keys_are_refused_alike() {
    let ((good, line), (_, other)) = (key(""), key(""));
    let ((disabled, one), (expired, two)) = (key(":disabled"), key(":expires=2020-01-01"));
    let keys = keys(&[&line, &other, &one, &two]);
    let stranger = Pair::random().unwrap();
    let denied = |id: &str, secret: &str| {
        let shown = headers(&[(ID, id), (SECRET, secret)]);
        keys.authenticate(&Credentials { headers: &shown, client: None }).unwrap_err()
    };
    let unknown = Denied::Refused("the API key is not known".into());
    assert_eq!(denied(&stranger.id, stranger.secret.reveal()), unknown);
    assert_eq!(denied(&good.id, stranger.secret.reveal()), unknown);
    assert_eq!(denied(&disabled.id, stranger.secret.reveal()), unknown);
    assert_eq!(denied(&stranger.id, good.secret.reveal()), unknown);
    assert_eq!(denied(&disabled.id, disabled.secret.reveal()), Denied::Refused("the API key is disabled".into()));
    let text = "the API key has expired on 2020-01-01";
    assert_eq!(denied(&expired.id, expired.secret.reveal()), Denied::Refused(text.into()));
}

/// Scenario: two requests a minute, then others. Guarantee: two come in at once, then one each half minute, and the
/// refused are told when.
#[tokio::test(start_paused = true)]
async fn a_key_sends_as_often_as_its_rate() {
    let bucket = Bucket::new(NonZeroU32::new(2).unwrap(), now());
    assert_eq!([bucket.take(now()), bucket.take(now())], [Ok(()), Ok(())]);
    assert_eq!(bucket.take(now()), Err(Duration::from_secs(30)));
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(bucket.take(now()), Err(Duration::from_secs(20)), "a refused request costs nothing");
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_eq!(bucket.take(now()), Ok(()));
    assert_eq!(bucket.take(now()), Err(Duration::from_secs(30)));
    tokio::time::advance(Duration::from_secs(3600)).await;
    assert_eq!([bucket.take(now()), bucket.take(now())], [Ok(()), Ok(())]);
    assert!(bucket.take(now()).is_err(), "what was not used in an hour is not saved up");
}

/// Scenario: wrong secrets with a known id. Guarantee: they do not use up the rate of who has the right one.
#[tokio::test(start_paused = true)]
async fn only_the_right_secret_counts() {
    let (pair, line) = key(":rate=1");
    let keys = keys(&[&line]);
    let wrong = headers(&[(ID, &pair.id), (SECRET, Pair::random().unwrap().secret.reveal())]);
    let right = headers(&[(ID, &pair.id), (SECRET, pair.secret.reveal())]);
    assert_eq!([ask(&keys, &wrong), ask(&keys, &wrong), ask(&keys, &right), ask(&keys, &right)], [403, 403, 200, 429]);
}

/// Scenario: a key file that is changed in place, broken, removed, swapped as a symlink, emptied. Guarantee: each good
/// state counts after two looks; a bad one changes nothing and is counted; counts of requests survive.
#[tokio::test(start_paused = true)]
async fn the_file_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let ((one, first), (two, second), (three, third)) = (key(":rate=1"), key(""), key(""));
    std::fs::write(&path, format!("# ours\n\n{first}\r\n")).unwrap();
    let config = Config { file: Some(path.clone()), list: vec![third] };
    let keys = Keys::new(&config, "test".into(), &Renewals::default()).unwrap();
    keys.load().unwrap();
    let state = async || {
        for _ in 0..2 {
            tokio::time::advance(Duration::from_millis(500)).await;
            keys.0.look();
        }
        [&one, &two, &three].map(|pair| ask(&keys, &headers(&[(ID, &pair.id), (SECRET, pair.secret.reveal())])))
    };
    assert_eq!(state().await, [200, 403, 200]);
    std::fs::write(&path, format!("{first}\n{second}\n")).unwrap();
    assert_eq!(state().await, [429, 200, 200]);
    std::fs::write(&path, format!("{second}\nnonsense\n")).unwrap();
    assert_eq!(state().await, [429, 200, 200]);
    std::fs::write(&path, b"\xff").unwrap();
    assert_eq!(state().await, [429, 200, 200]);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(state().await, [429, 200, 200]);
    let real = folder.path().join("v1");
    std::fs::write(&real, &second).unwrap();
    std::os::unix::fs::symlink(&real, &path).unwrap();
    assert_eq!(state().await, [403, 200, 200]);
    let next = folder.path().join("v2");
    std::fs::write(&next, &first).unwrap();
    std::os::unix::fs::symlink(&next, folder.path().join("new")).unwrap();
    std::fs::rename(folder.path().join("new"), &path).unwrap();
    assert_eq!(state().await, [200, 403, 200]);
    std::fs::write(&next, "").unwrap();
    assert_eq!(state().await, [403, 403, 200]);
    let status = keys.0.status();
    assert_eq!((status.renewed, status.failed), (4, 3));
}

/// Scenario: configurations that cannot work. Guarantee: each is reported at its place.
#[test]
fn wrong_configurations_are_reported() {
    let (pair, line) = key("");
    let paths = |config: &Config| {
        let mut problems = Problems::default();
        config.validate(&mut problems);
        problems.into_vec().into_iter().map(|problem| problem.path).collect::<Vec<_>>()
    };
    let list = |lines: &[&str]| Config { file: None, list: lines.iter().map(ToString::to_string).collect() };
    assert_eq!(paths(&Config::default()), [""]);
    assert_eq!(paths(&list(&[&line])), [""; 0]);
    assert_eq!(paths(&list(&[&line, pair.secret.reveal()])), ["list.1"]);
    assert_eq!(paths(&list(&[&line, &line])), ["list"]);
    let missing = Config { file: Some("/nonexistent/keys".into()), list: Vec::new() };
    assert_eq!(paths(&missing), [""; 0], "validating reads no file");
    let error = Keys::new(&missing, "test".into(), &Renewals::default()).unwrap().load().unwrap_err();
    assert!(error.starts_with("keys.file `/nonexistent/keys` cannot be read"), "{error}");
}

/// Scenario: requests are refused all the time. Guarantee: the log tells of each one, in one line for ten seconds.
#[tokio::test(start_paused = true)]
async fn the_log_does_not_grow_with_refusals() {
    let refusals = Refusals::new();
    let add = || refusals.add("http", &Denied::Refused("no".into()), None);
    assert_eq!([add(), add(), add()], [Some(1), None, None]);
    tokio::time::advance(Duration::from_secs(9)).await;
    assert_eq!(add(), None);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!([add(), add()], [Some(4), None]);
}

proptest! {
    /// Scenario: any bytes in any header. Guarantee: no panic, and nobody comes in.
    #[test]
    fn junk_never_comes_in(id in any::<Vec<u8>>(), secret in any::<Vec<u8>>(), auth in any::<Vec<u8>>(), form in 0..3_u8) {
        let keys = keys(&[]);
        let mut shown = HeaderMap::new();
        let auth = match form {
            0 => auth,
            1 => basic(&String::from_utf8_lossy(&auth)).into_bytes(),
            _ => [b"Bearer tfk_", &auth[..]].concat(),
        };
        for (name, value) in [(ID, id), (SECRET, secret), ("authorization", auth)] {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                shown.append(name, value);
            }
        }
        prop_assert_ne!(ask(&keys, &shown), 200);
    }

    /// Scenario: any text as a line. Guarantee: no panic; what is accepted is written back as a line that means the same.
    #[test]
    fn any_line_is_read_or_refused(line in "(tfk_[a-z]{1,3}:sha256:[0-9a-f]{64})?(:[a-z]{0,8}=?[ -~]{0,12}){0,3}") {
        if let Ok(entry) = Entry::parse(&line) {
            prop_assert_eq!(Entry::parse(&entry.to_string()), Ok(entry));
        }
    }
}
