//! What people write as endpoint and parameters, and what it means.
#![allow(clippy::unwrap_used)]

use super::*;

fn config(yaml: &str) -> Config {
    serde_yaml::from_str(yaml).unwrap()
}

fn target(yaml: &str) -> Target {
    let (target, faults) = Target::new(&config(yaml));
    assert!(faults.is_empty(), "{yaml}: {faults:?}");
    target.unwrap()
}

fn hosts(target: &Target) -> Vec<String> {
    target.hosts.iter().map(ToString::to_string).collect()
}

/// Scenario: the endpoints of the Collector's documentation. Guarantee: hosts, encryption and database are theirs.
#[test]
fn reads_endpoints() {
    for (endpoint, expected, database) in [
        ("http://a:8123", vec!["http://a:8123"], "default"),
        ("https://a:8443/otel", vec!["https://a:8443"], "otel"),
        ("http://a:8123,b:8124/otel?database=x", vec!["http://a:8123", "http://b:8124"], "x"),
        ("http://a:8123,http://b:8123", vec!["http://a:8123", "http://b:8123"], "default"),
        ("clickhouse://a", vec!["http://a:8123"], "default"),
        ("clickhouse://a?secure=true", vec!["https://a:8443"], "default"),
        ("clickhouse://[::1]:8123", vec!["http://[::1]:8123"], "default"),
        ("clickhouse://a:8123,b:8123?secure=true", vec!["https://a:8123", "https://b:8123"], "default"),
    ] {
        let target = target(&format!("endpoint: '{endpoint}'"));
        assert_eq!(
            (hosts(&target), target.database.as_str()),
            (expected.iter().map(ToString::to_string).collect(), database),
            "{endpoint}"
        );
    }
    assert_eq!(target("{endpoint: 'http://a:1/one', database: two}").database, "two");
    assert_eq!(target("{endpoint: 'http://a:1/one', database: default}").database, "one");
}

/// Scenario: user and password in several places. Guarantee: keys win over parameters, parameters over the URL, and a
/// password goes with its user only.
#[test]
fn logs_in_as_one_user() {
    let login = |yaml: &str| {
        let target = target(yaml);
        (target.user.clone(), target.password.reveal().to_owned())
    };
    let both = |user: &str, password: &str| (user.to_owned(), password.to_owned());
    assert_eq!(login("endpoint: 'http://a:1'"), both("default", ""));
    assert_eq!(login("endpoint: 'http://ann:s%40c@a:1'"), both("ann", "s@c"));
    assert_eq!(login("endpoint: 'http://a:1?username=ann&password=x'"), both("ann", "x"));
    assert_eq!(login("{endpoint: 'http://ann:x@a:1', username: bob}"), both("bob", ""));
    assert_eq!(login("{endpoint: 'http://ann:x@a:1', username: bob, password: y}"), both("bob", "y"));
}

/// Scenario: parameters of the driver, settings of the server, and what cannot work. Guarantee: each is taken, passed
/// on, warned of or refused, and no message holds a password.
#[test]
fn sorts_parameters() {
    let made = target(
        "{endpoint: 'http://a:1?dial_timeout=2s&compress=zstd&debug=true', connection_params: {connection_open_strategy: round_robin, max_execution_time: '60', insert_quorum: 'true'}}",
    );
    assert_eq!((made.params.order, made.compress), (Order::RoundRobin, Compress::Zstd));
    assert_eq!(made.params.dial_timeout.map(pipelines::config::Duration::get), Some(std::time::Duration::from_secs(2)));
    assert_eq!(
        (made.params.setting("max_execution_time"), made.params.setting("insert_quorum")),
        (Some("60"), Some("1"))
    );
    assert_eq!(made.warnings.len(), 1, "{:?}", made.warnings);
    for (yaml, part) in [
        ("endpoint: ''", "no endpoint"),
        ("endpoint: 'a:8123'", "scheme"),
        ("endpoint: 'ftp://a:8123'", "ftp"),
        ("endpoint: 'tcp://ann:secret@a:9000'", "8123"),
        ("endpoint: 'clickhouse://ann:secret@a:9000'", "8123"),
        ("endpoint: 'clickhouse://a:9440?secure=true'", "8443"),
        ("endpoint: 'http://a:1,https://b:1'", "different schemes"),
        ("endpoint: 'http://a:1,'", "host"),
        ("endpoint: 'http://a:1?compress=br'", "compress"),
        ("endpoint: 'http://a:1?query=DROP'", "query"),
        ("endpoint: 'http://a:1?dial_timeout=5'", "dial_timeout"),
        ("endpoint: 'http://a:1?a%26b=5'", "letters"),
        ("{endpoint: 'http://a:1', connection_params: {http_proxy: x}}", "not built"),
    ] {
        let (_, faults) = Target::new(&config(yaml));
        let shown = format!("{faults:?}");
        assert!(shown.contains(part) && !shown.contains("secret"), "{yaml}: {shown}");
    }
}

/// Scenario: passwords with characters that end something in a URL. Guarantee: they are refused with advice, and no part
/// of them is shown.
#[test]
fn torn_passwords_are_not_shown() {
    for endpoint in
        ["http://u:hunt/er@h", "http://u:hunt?er@h/db", "http://u:hunt,er@h", "http://u:hunt#er@h", "u:hunt@h://x"]
    {
        let (target, faults) = Target::new(&config(&format!("endpoint: '{endpoint}'")));
        assert!(target.is_none() && !format!("{faults:?}").contains("hunt"), "{endpoint}: {faults:?}");
    }
    for endpoint in ["http://u:p%2Fw@a:1,b:2", "http://u:p@a:1,http://u:p@b:2/db?x=1"] {
        assert_eq!(target(&format!("endpoint: '{endpoint}'")).user, "u");
    }
}
