//! Too much: bombs, bodies over the limit, bodies that are announced and never come.

use std::io::Write as _;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::client::{OPEN, PROTOBUF, address, assert_peak, assert_serves, call, framed, post, raw};
use crate::frames::{self, DATA, END_STREAM};
use crate::support::Tfo;

const MIB: usize = 1 << 20;

/// The engine's bytes in flight and what the process needs besides, in MiB.
const BOUND: u64 = 256 + 40;

/// What a connection may hold besides, in KiB: three read buffers, which are not accounted (`MAX_BUFFER` of the receiver).
const CONNECTION: u64 = 3 * 32;

/// 1 GiB of zeros in about 1 MiB.
fn gzip_bomb() -> Vec<u8> {
    // 32 members of 32 MiB each: the same bytes, so that the test need not compress a gigabyte.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(&vec![0; 32 * MIB]).unwrap();
    encoder.finish().unwrap().repeat(32)
}

fn zstd_bomb() -> Vec<u8> {
    zstd::bulk::compress(&vec![0; 32 * MIB], 3).unwrap().repeat(128)
}

/// One block of snappy that claims 4 GiB, and one that claims 256 MiB and really brings them.
fn snappy_bombs() -> [Vec<u8>; 2] {
    let claim = [&[0xff, 0xff, 0xff, 0xff, 0x0f, 0x00][..], &[0; 64]].concat();
    let mut real = vec![0x80, 0x80, 0x80, 0x80, 0x01, 0x00, b'x'];
    // Copies of 64 bytes from one byte back.
    real.extend([0xfe, 0x01, 0x00].repeat((256 * MIB) / 64));
    [claim, real]
}

/// Scenario: decompression bombs of gzip, zstd and snappy, over both protocols and several at a time. Guarantee: 413 and
/// RESOURCE_EXHAUSTED without RetryInfo; memory stays bounded however many come at once.
#[tokio::test]
async fn bombs_are_refused_in_bounded_memory() {
    let tfo = Tfo::start(OPEN);
    let [claim, real] = snappy_bombs();
    let (http, grpc) = (address(&tfo, "http"), address(&tfo, "grpc"));
    for (encoding, bomb) in [("gzip", gzip_bomb()), ("zstd", zstd_bomb()), ("snappy", claim), ("snappy", real)] {
        let header = format!("Content-Encoding: {encoding}");
        let headers = [PROTOBUF, &header];
        let pair = || async {
            let answer = post(http, "/v1/logs", &headers, &bomb).await;
            assert_eq!((answer.status, answer.header("retry-after")), (413, None), "{encoding}: {answer:?}");
            let reply = call(grpc, &[("grpc-encoding", encoding)], framed(1, &bomb)).await;
            assert_eq!((reply.status, reply.retry_info), (8, false), "{encoding}: {reply:?}");
        };
        tokio::join!(pair(), pair(), pair());
    }
    assert_serves(&tfo).await;
    // What is decompressed counts as bytes in flight; the allocator gives pages back up to a second later.
    assert_peak(&tfo, 2 * 256 + 40);
}

/// Scenario: bodies of one byte more than 64 MiB, with and without a length. Guarantee: 413 and RESOURCE_EXHAUSTED
/// without RetryInfo, so that nobody sends them again.
#[tokio::test]
async fn over_limit_bodies_are_final() {
    let tfo = Tfo::start(OPEN);
    let body = vec![0; 64 * MIB + 1];
    let answer = post(address(&tfo, "http"), "/v1/logs", &[PROTOBUF], &body).await;
    assert_eq!((answer.status, answer.header("retry-after")), (413, None), "{answer:?}");
    let mut chunked = format!(
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{PROTOBUF}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for piece in body.chunks(MIB) {
        chunked.extend(format!("{:x}\r\n", piece.len()).bytes());
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let answer = crate::client::Answer::parse(&raw(address(&tfo, "http"), &chunked).await);
    assert_eq!((answer.status, answer.header("retry-after")), (413, None), "{answer:?}");
    let reply = call(address(&tfo, "grpc"), &[], framed(0, &body)).await;
    assert_eq!((reply.status, reply.retry_info), (8, false), "{reply:?}");
    assert_serves(&tfo).await;
    assert_peak(&tfo, BOUND);
}

/// Scenario: 1,000 requests on each protocol announce 64 MiB and send nothing more. Guarantee: nothing is allocated on
/// their word; memory stays flat and what they reserve leaves room for others, or those are told to come again.
#[tokio::test]
async fn announced_bodies_cost_nothing() {
    let tfo = Tfo::start(OPEN);
    let before = tfo.memory().0;
    let head = format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\n{PROTOBUF}\r\nContent-Length: {}\r\n\r\n", 64 * MIB);
    let mut held = Vec::new();
    for _ in 0..1000 {
        let mut stream = TcpStream::connect(address(&tfo, "http")).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        held.push(stream);
    }
    for _ in 0..10 {
        let mut stream = frames::connect(address(&tfo, "grpc")).await;
        for request in 0..100 {
            let stream_id = request * 2 + 1;
            let mut bytes = frames::grpc_headers(stream_id, 0);
            bytes.extend(frames::frame(DATA, 0, stream_id, &[0, 4, 0, 0, 0]));
            stream.write_all(&bytes).await.unwrap();
        }
        held.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let grown = tfo.memory().0.saturating_sub(before);
    assert!(grown < 64 << 10, "{grown} KiB for nothing");
    let answer = post(address(&tfo, "http"), "/v1/logs", &[PROTOBUF], &crate::client::logs(["a"])).await;
    assert!(matches!(answer.status, 200 | 429), "{answer:?}");
    drop(held);
    settle(&tfo).await;
    assert_serves(&tfo).await;
}

/// Scenario: requests that are cut half way, over HTTP/1.1, and over gRPC by a reset and by hanging up, many times.
/// Guarantee: what they reserved is given back: others are served and memory does not grow.
#[tokio::test]
async fn cut_requests_leave_nothing_behind() {
    let tfo = Tfo::start(OPEN);
    let half = vec![0; 256 << 10];
    let head = format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\n{PROTOBUF}\r\nContent-Length: {}\r\n\r\n", 8 * MIB);
    let rounds = 300_u32;
    for round in 0..rounds {
        let mut http = TcpStream::connect(address(&tfo, "http")).await.unwrap();
        http.write_all(&[head.as_bytes(), &half].concat()).await.unwrap();
        let mut grpc = frames::connect(address(&tfo, "grpc")).await;
        let mut bytes = frames::grpc_headers(1, 0);
        bytes.extend(frames::frame(DATA, 0, 1, &[0, 0, 8, 0, 0]));
        bytes.extend(frames::frame(DATA, if round % 3 == 0 { END_STREAM } else { 0 }, 1, &half[..16 << 10]));
        if round % 3 == 1 {
            bytes.extend(frames::frame(frames::RST_STREAM, 0, 1, &8_u32.to_be_bytes()));
        }
        grpc.write_all(&bytes).await.unwrap();
    }
    settle(&tfo).await;
    assert_serves(&tfo).await;
    // On a slow machine all connections are open at once, and their requests fill the budget.
    assert_peak(&tfo, BOUND + 2 * u64::from(rounds) * CONNECTION / 1024);
}

/// Waits until connections that are gone were noticed, all of them: some are only accepted meanwhile.
async fn settle(tfo: &Tfo) {
    let mut served = 0;
    for _ in 0..400 {
        let answer = post(address(tfo, "http"), "/v1/logs", &[PROTOBUF], &crate::client::logs(["a"])).await;
        match answer.status {
            200 if served == 20 => return,
            200 => served += 1,
            _ => served = 0,
        }
        assert!([200, 429].contains(&answer.status), "{answer:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("what was reserved is never given back");
}
