//! What may stand in the place of a platform: the agent leaves it alone as it should, and its telemetry goes on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::fake::{Fake, Reply};
use crate::support::Tfo;
use crate::{agent, fine};

/// Sends an empty export; the status line.
fn export(tfo: &Tfo) -> String {
    let mut stream = TcpStream::connect(tfo.address("http")).unwrap();
    let head = "POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n";
    stream.write_all(format!("{head}Content-Length: 2\r\n\r\n{{}}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap().to_owned()
}

/// Scenario: a platform that answers with everything but what it should: nonsense, half of it, a redirect, answers without
/// end, in the header and in the body, silence, hanging up; then it works. Guarantee: the agent tries again after each,
/// follows no redirect, takes telemetry all the time, and registers in the end.
#[test]
fn outlives_every_answer() {
    let elsewhere = Fake::start(|_, _| Reply::json(200, r#"{"id":"stolen"}"#));
    let there = elsewhere.port;
    let fake = Fake::start(move |request, before| match before {
        0 => Reply::Bytes(b"\x00\xff nonsense\r\n\r\n".to_vec()),
        1 => Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":\"ha".to_vec()),
        2 => Reply::with(307, &format!("Location: http://127.0.0.1:{there}/x\r\n"), ""),
        3 => Reply::json(200, "<html>captive portal</html>"),
        4 => Reply::json(200, r#"{"id":"../../etc/passwd\u0000","nextInterval":1}"#),
        5 => Reply::json(201, r#"{"id":["x"],"nextInterval":-1e999}"#),
        6 => Reply::json(200, &"[".repeat(100_000)),
        7 => Reply::Endless(b"HTTP/1.1 200 OK\r\nX: ".to_vec()),
        8 => Reply::Endless(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec()),
        9 => Reply::Hang,
        10 => Reply::Bytes(Vec::new()),
        11 => Reply::json(500, r#"{"error":"\u001b[2J tfs_ on fire"}"#),
        _ => fine(&request.path),
    });
    let mut tfo = Tfo::start(&agent(fake.port));
    let start = Instant::now();
    while fake.seen("/heartbeat").is_empty() && start.elapsed() < Duration::from_secs(30) {
        assert!(export(&tfo).contains("200"));
        std::thread::sleep(Duration::from_millis(50));
    }
    fake.wait(1, "/heartbeat");
    assert_eq!(fake.seen("/register").len(), 13);
    assert!(elsewhere.seen("").is_empty());
    let (_, peak) = tfo.memory();
    assert!(peak < 200 << 10, "{peak} KiB");
    let log = tfo.kill().join("\n");
    for part in
        ["is a redirect to", "cannot be read", "longer than 1048576 bytes", "no answer within 1s", "status 500:"]
    {
        assert!(log.contains(part), "{part}: {log}");
    }
    assert!(!log.contains('\u{1b}') && !log.contains("tfs_hidden") && log.contains("answers again"), "{log}");
}

/// Scenario: a platform that forgets the agent, then asks for patience with both status codes. Guarantee: the agent
/// registers again and waits for as long as it is asked to.
#[test]
fn does_as_it_is_told() {
    let fake = Fake::start(|request, before| match before {
        2 => Reply::json(404, r#"{"success":false,"error":"no such agent","errorCode":"UNKNOWN_AGENT"}"#),
        4 => Reply::with(429, "Retry-After: 2\r\n", ""),
        5 => Reply::with(503, "Retry-After: 2\r\n", ""),
        _ => fine(&request.path),
    });
    let tfo = Tfo::start(&agent(fake.port));
    let beats = fake.wait(5, "/heartbeat");
    // Forgotten at the second heartbeat.
    assert_eq!(fake.seen("/register").len(), 2);
    for pair in [&beats[2..4], &beats[3..5]] {
        let apart = pair[1].at.duration_since(pair[0].at);
        assert!((Duration::from_secs(2)..Duration::from_secs(6)).contains(&apart), "{apart:?}");
    }
    drop(tfo);
}

/// Scenario: a platform that does not accept the key, until it does. Guarantee: it is asked once, not again and again, and
/// once more after the files were read again.
#[test]
fn does_not_hammer() {
    for status in [401, 403] {
        let fake = Fake::start(move |request, before| match before {
            0 => Reply::json(status, r#"{"success":false,"error":"unknown key"}"#),
            _ => fine(&request.path),
        });
        let mut tfo = Tfo::start(&agent(fake.port));
        fake.wait(1, "/register");
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(fake.seen("").len(), 1);
        assert!(export(&tfo).contains("200"));
        tfo.signal("HUP");
        fake.wait(1, "/heartbeat");
        let log = tfo.kill().join("\n");
        assert_eq!(log.matches("unknown key; check api_key").count(), 1, "{log}");
    }
}
