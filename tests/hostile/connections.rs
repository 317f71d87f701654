//! Connections that are held, slow or speak something else.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{
    Answer, OPEN, PATIENCE, PROTOBUF, address, assert_peak, assert_serves, call_on, channel, drain, framed, logs, raw,
};
use crate::frames::{self, PREFACE};
use crate::support::Tfo;

/// Idle connections on each protocol.
const IDLE: usize = 5_000;

/// Enough descriptors for this process; children inherit them.
fn raise_descriptors(wanted: u64) -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < wanted) {
        let current = Some(maximum.map_or(wanted, |maximum| maximum.min(wanted)));
        setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Scenario: 10,000 connections that say nothing, half of them after a greeting of HTTP/2. Guarantee: memory grows by
/// less than 20 KiB for each, others are served at once, and a SIGTERM is not held up.
#[tokio::test]
async fn ten_thousand_idle_connections() {
    let limit = raise_descriptors(3 * IDLE as u64);
    assert!(limit > 2 * IDLE as u64 + 200, "{limit} descriptors are too few: raise the hard limit (ulimit -Hn 20000)");
    let tfo = Tfo::start(OPEN);
    let before = tfo.memory().0;
    let mut idle = Vec::with_capacity(2 * IDLE);
    for _ in 0..IDLE {
        idle.push(TcpStream::connect(address(&tfo, "http")).await.unwrap());
        idle.push(frames::connect(address(&tfo, "grpc")).await);
    }
    let started = Instant::now();
    assert_serves(&tfo).await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let grown = tfo.memory().0.saturating_sub(before);
    assert!(grown < 20 * 2 * IDLE as u64, "{grown} KiB");
    let stopping = Instant::now();
    let (status, log) = tfo.stop();
    assert!(status.success() && stopping.elapsed() < Duration::from_secs(10), "{status} {log:?}");
}

/// Scenario: a client claims a megabyte and sends a byte at a time, over and over. Guarantee: it is given up after half a
/// minute, so that it does not hold the room of others for as long as it likes.
#[tokio::test]
async fn a_body_that_trickles_is_given_up() {
    let tfo = Tfo::start(OPEN);
    let mut client = TcpStream::connect(address(&tfo, "http")).await.unwrap();
    let head = format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\n{PROTOBUF}\r\nContent-Length: {}\r\n\r\n", 1 << 20);
    client.write_all(head.as_bytes()).await.unwrap();
    let started = Instant::now();
    let mut answer = [0; 64];
    loop {
        assert!(started.elapsed() < Duration::from_secs(50), "it is never given up");
        match timeout(Duration::from_millis(200), client.read(&mut answer)).await {
            Ok(Ok(read)) => {
                let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
                assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
                break;
            }
            Ok(Err(_)) => break,
            Err(_) => drop(client.write_all(b"x").await),
        }
    }
    assert_serves(&tfo).await;
}

/// Scenario: more connections than the process has descriptors. Guarantee: those it has go on being served, and when
/// some leave, new ones are taken.
#[tokio::test]
async fn descriptors_run_out() {
    let tfo = Tfo::start(OPEN);
    let limit = rustix::process::Rlimit { current: Some(100), maximum: Some(100) };
    let pid = rustix::process::Pid::from_raw(i32::try_from(tfo.pid()).unwrap());
    rustix::process::prlimit(pid, rustix::process::Resource::Nofile, limit).unwrap();
    let body = || framed(0, &logs(["a"]));
    let mut early = channel(address(&tfo, "grpc")).await;
    assert_eq!(call_on(&mut early, &[], body()).await.unwrap().status, 0);
    let mut held = Vec::new();
    for _ in 0..200 {
        held.push(TcpStream::connect(address(&tfo, "http")).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(call_on(&mut early, &[], body()).await.unwrap().status, 0);
    drop(held);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_serves(&tfo).await;
}

/// Scenario: headers that drip in, half a greeting of HTTP/2, and connections that say nothing. Guarantee: all are closed
/// after the header timeout.
#[tokio::test]
async fn slow_headers_are_closed() {
    let tfo = Tfo::start(&OPEN.replace("http: {", "http: { read_header_timeout: 500ms,"));
    let http = address(&tfo, "http");
    for (what, start, drip) in [
        ("silence", &b""[..], &b""[..]),
        ("a request line", b"POST /v1/lo", b"g"),
        ("header fields", b"POST /v1/logs HTTP/1.1\r\nHost: a\r\n", b"a: b\r\n"),
        ("half a greeting of HTTP/2", &PREFACE[..10], b""),
    ] {
        let mut stream = TcpStream::connect(http).await.unwrap();
        stream.write_all(start).await.unwrap();
        let dripping = async {
            loop {
                let mut some = [0; 512];
                match timeout(Duration::from_millis(50), stream.read(&mut some)).await {
                    Ok(Ok(0) | Err(_)) => return,
                    Ok(Ok(_)) => {}
                    Err(_) if stream.write_all(drip).await.is_err() => return,
                    Err(_) => {}
                }
            }
        };
        let started = Instant::now();
        timeout(Duration::from_secs(5), dripping).await.unwrap_or_else(|_| panic!("{what} is never closed"));
        assert!(started.elapsed() >= Duration::from_millis(400), "{what} was closed after {:?}", started.elapsed());
    }
    assert_serves(&tfo).await;
}

/// Scenario: 400 connections send header fields without end and stop short of the end. Guarantee: each is refused with
/// 431 or closed at a bound, so that memory does not follow what they send.
#[tokio::test]
async fn headers_without_end_are_bounded() {
    let tfo = Tfo::start(OPEN);
    let mut held = Vec::new();
    let field = format!("x: {}\r\n", "y".repeat(8 << 10));
    for _ in 0..400 {
        let mut stream = TcpStream::connect(address(&tfo, "http")).await.unwrap();
        let bytes = format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\n{}", field.repeat(45));
        // Refused before everything is sent.
        let _ = timeout(Duration::from_secs(1), stream.write_all(bytes.as_bytes())).await;
        held.push(stream);
    }
    assert_serves(&tfo).await;
    assert_peak(&tfo, 128);
    let many = format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\n{}\r\n", "a: b\r\n".repeat(1000));
    assert_eq!(Answer::parse(&raw(address(&tfo, "http"), many.as_bytes()).await).status, 431);
}

/// Scenario: a TLS hello, HTTP/1.1, noise and a bad greeting on plaintext ports; HTTP that smuggles. Guarantee: closed
/// with an error where the protocol has one, nothing is taken for a request.
#[tokio::test]
async fn other_protocols_are_closed() {
    let tfo = Tfo::start(OPEN);
    let hello = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[0x42; 502]].concat();
    let noise: Vec<u8> = (0_u32..600).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    for bytes in [&hello[..], b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", &noise, b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"] {
        let answer = raw(address(&tfo, "grpc"), bytes).await;
        assert!(!answer.starts_with(b"HTTP/1"), "{answer:?}");
    }
    for bytes in [&hello[..], &noise, b"\0\0\0\0\r\n\r\n", b"POST  /v1/logs\r\n\r\n"] {
        let answer = Answer::parse(&raw(address(&tfo, "http"), bytes).await);
        assert!(matches!(answer.status, 0 | 400), "{answer:?}");
    }
    for fields in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999999",
        "Content-Length: 1 2",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked, identity",
        "Host : a",
        "a\0b: c",
    ] {
        let request = format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\n{PROTOBUF}\r\n{fields}\r\n\r\nabcdef");
        let mut stream = TcpStream::connect(address(&tfo, "http")).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = Answer::parse(&timeout(PATIENCE, drain(&mut stream)).await.unwrap());
        assert_eq!(answer.status, 400, "{fields}: {answer:?}");
    }
    for chunk in ["zz\r\n", "ffffffffffffffffff\r\n", "-1\r\n", "5\r\nab"] {
        let request =
            format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\n{PROTOBUF}\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}");
        let mut stream = TcpStream::connect(address(&tfo, "http")).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = Answer::parse(&drain(&mut stream).await);
        assert!(matches!(answer.status, 0 | 400), "{chunk}: {answer:?}");
    }
    assert_serves(&tfo).await;
}
