//! Which servers, as whom and over what.

use crate::data::bodies;
use crate::support::postgres::{PASSWORD, Postgres, USER};
use crate::{collector, post, store, store_to};

fn one() -> impl prost::Message {
    bodies(["x".to_owned()])
}

/// Scenario: the server's authority is named, by URL and by key; then another authority; then none. Guarantee: data crosses
/// only to a server that proved who it is, and the error says what to set.
#[test]
fn certificates_are_verified() {
    let Some(postgres) = Postgres::shared("certificates_are_verified") else { return };
    let (database, port) = (postgres.database(), postgres.port());
    let endpoint = format!("endpoint: postgres://{USER}@localhost:{port}/{database}\npassword: {PASSWORD}\n");
    store(&collector(&format!("{endpoint}tls: {{ca_file: {}}}", postgres.ca().display())), "logs", &one());
    let url = format!(
        "postgres://{USER}:{PASSWORD}@localhost:{port}/{database}?sslmode=verify-full&sslrootcert={}",
        postgres.ca().display()
    );
    store(&collector(&format!("endpoint: {url}")), "logs", &one());
    assert_eq!(postgres.count(&database, "otel_logs"), 2);
    let other = rcgen::generate_simple_self_signed(["other".to_owned()]).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), other.cert.pem()).unwrap();
    let never = "retry_on_failure: {enabled: false}";
    for tls in [format!("tls: {{ca_file: {}}}", file.path().display()), "sslmode: verify-full".to_owned()] {
        let tfo = refusing(&format!("{endpoint}{tls}\n{never}"));
        let (status, answer) = post(&tfo, "logs", &one());
        assert_eq!(status, 503, "{answer}");
        assert!(answer.contains("invalid peer certificate") && answer.contains("tls.ca_file"), "{answer:?}");
    }
    let plain = refusing(&format!("{endpoint}sslmode: disable\n{never}"));
    let (status, answer) = post(&plain, "logs", &one());
    assert!(status == 503 && answer.contains("no encryption"), "{status} {answer:?}");
    assert_eq!(postgres.count(&database, "otel_logs"), 2);
}

/// A collector that tries once.
fn refusing(settings: &str) -> crate::support::Tfo {
    crate::collector_with(settings, "")
}

/// Scenario: a wrong password, which is then changed at the server. Guarantee: the batch waits with the reason, and is stored
/// as soon as the credentials fit; the password is not told.
#[test]
fn refused_credentials_are_tried_again() {
    let Some(postgres) = Postgres::shared("refused_credentials_are_tried_again") else { return };
    let (database, port) = (postgres.database(), postgres.port());
    postgres.execute("postgres", "CREATE ROLE shy LOGIN PASSWORD 'old'");
    postgres.execute("postgres", &format!("GRANT {USER} TO shy"));
    let settings = format!(
        "host: localhost\nport: {port}\nusername: shy\npassword: hunter2\ndatabase: {database}\n\
        sslmode: require"
    );
    let tfo = refusing(&format!("{settings}\nretry_on_failure: {{enabled: false}}"));
    let (status, answer) = post(&tfo, "logs", &one());
    assert_eq!(status, 503);
    assert!(answer.contains("28P01") && answer.contains("shy") && !answer.contains("hunter2"), "{answer:?}");
    let tfo = collector(&settings);
    std::thread::scope(|scope| {
        let address = tfo.address("http");
        let sent = scope.spawn(move || store_to(address, "logs", &one()));
        std::thread::sleep(std::time::Duration::from_millis(300));
        postgres.execute(
            &database,
            "ALTER ROLE shy PASSWORD 'hunter2'; GRANT ALL ON SCHEMA public TO shy; \
            ALTER SCHEMA public OWNER TO shy",
        );
        postgres.execute(&database, &format!("GRANT CREATE ON DATABASE {database} TO shy"));
        sent.join().unwrap();
    });
    assert_eq!(postgres.count(&database, "otel_logs"), 1);
}

/// Scenario: the first of three servers is down, the second takes reads only. Guarantee: rows go to the third; when that
/// becomes read-only and the second writable, they go there without a batch being refused.
#[test]
fn rows_go_to_the_server_that_takes_them() {
    let Some(first) = Postgres::start("rows_go_to_the_server_that_takes_them") else { return };
    let Some(second) = Postgres::start("rows_go_to_the_server_that_takes_them") else { return };
    let read_only = |server: &Postgres, is: &str| {
        server.execute("postgres", &format!("ALTER SYSTEM SET default_transaction_read_only = {is}"));
        server.execute("postgres", "SELECT pg_reload_conf()");
    };
    let database = first.database();
    assert_eq!(database, second.database());
    read_only(&first, "on");
    std::thread::sleep(std::time::Duration::from_millis(300));
    let down = crate::support::server::free_port();
    let tfo = collector(&format!(
        "endpoint: postgres://{USER}:{PASSWORD}@localhost:{down},localhost:{},localhost:{}/{database}?sslmode=require",
        first.port(),
        second.port()
    ));
    store(&tfo, "logs", &one());
    assert_eq!(second.count(&database, "otel_logs"), 1);
    read_only(&second, "on");
    read_only(&first, "off");
    std::thread::sleep(std::time::Duration::from_millis(300));
    store(&tfo, "logs", &one());
    assert_eq!((first.count(&database, "otel_logs"), second.count(&database, "otel_logs")), (1, 1));
}
