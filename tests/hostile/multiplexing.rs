//! What HTTP/2 lets a hostile client do.

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use crate::client::{OPEN, address, assert_peak, assert_serves, framed, logs};
use crate::frames::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, RST_STREAM, SETTINGS, WINDOW_UPDATE, call_fields,
    connect, connect_with, frame, frames_to_end, goaway, grpc_headers, literal, next,
};
use crate::support::Tfo;

const PROTOCOL_ERROR: u32 = 1;
const FLOW_CONTROL_ERROR: u32 = 3;
const FRAME_SIZE_ERROR: u32 = 6;
const ENHANCE_YOUR_CALM: u32 = 11;

const BOTH: [&str; 2] = ["grpc", "http"];

/// Scenario: streams are opened and reset at once, 20,000 on a connection (CVE-2023-44487). Guarantee: the connection is
/// ended with ENHANCE_YOUR_CALM or simply closed; memory stays flat.
#[tokio::test]
async fn rapid_resets_end_the_connection() {
    let tfo = Tfo::start(OPEN);
    for protocol in BOTH {
        let mut stream = connect(address(&tfo, protocol)).await;
        let attack = async {
            for request in 0..20_000_u32 {
                let mut bytes = grpc_headers(request * 2 + 1, 0);
                bytes.extend(frame(RST_STREAM, 0, request * 2 + 1, &8_u32.to_be_bytes()));
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        };
        // It may stop reading, too.
        let _ = timeout(Duration::from_secs(5), attack).await;
        let _ = stream.shutdown().await;
        let answers = frames_to_end(&mut stream).await;
        assert!(matches!(goaway(&answers), Some(ENHANCE_YOUR_CALM) | None), "{protocol}: {:?}", goaway(&answers));
    }
    assert_serves(&tfo).await;
    assert_peak(&tfo, 64);
}

/// Scenario: a header block of ever more CONTINUATION frames, empty ones and full ones (CVE-2024-27316). Guarantee: the
/// connection ends long before 64 MiB are sent, and nothing of it is kept.
#[tokio::test]
async fn continuation_floods_end_the_connection() {
    let tfo = Tfo::start(OPEN);
    for protocol in BOTH {
        for piece in [vec![], literal("x", &"y".repeat(15 << 10))] {
            let mut stream = connect(address(&tfo, protocol)).await;
            stream.write_all(&frame(HEADERS, 0, 1, &call_fields())).await.unwrap();
            let more = frame(CONTINUATION, 0, 1, &piece);
            let mut ended = false;
            for _ in 0..4096 {
                ended = stream.write_all(&more).await.is_err();
                if ended {
                    break;
                }
            }
            if !ended {
                let answers = timeout(Duration::from_secs(3), frames_to_end(&mut stream)).await;
                let answers = answers.unwrap_or_else(|_| panic!("{protocol}: {} bytes a time go on", piece.len()));
                assert!(goaway(&answers).is_some() || !answers.is_empty(), "{protocol}: {answers:?}");
            }
        }
    }
    assert_serves(&tfo).await;
    assert_peak(&tfo, 64);
}

/// Scenario: one header field of 1 MiB, and a bomb of 64 KiB of references to one field of 4 KiB. Guarantee: refused
/// with 431 or an error, without ever holding the list.
#[tokio::test]
async fn huge_headers_are_refused() {
    let tfo = Tfo::start(OPEN);
    for protocol in BOTH {
        let mut large = call_fields();
        large.extend(literal("x", &"y".repeat((1 << 20) - 1000)));
        let mut bomb = call_fields();
        // With incremental indexing: it becomes entry 62, which one byte names again.
        bomb.extend([0x40]);
        bomb.extend(&literal("x", &"y".repeat(3800))[1..]);
        bomb.extend([0x80 | 62; 60 << 10]);
        for block in [large, bomb] {
            let mut stream = connect(address(&tfo, protocol)).await;
            let _ = stream.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &block)).await;
            let refused = async {
                while let Some((kind, payload)) = next(&mut stream).await {
                    match kind {
                        HEADERS => assert!(payload.windows(3).any(|status| status == b"431"), "{payload:?}"),
                        RST_STREAM => return,
                        _ => {}
                    }
                }
            };
            timeout(Duration::from_secs(5), refused).await.expect("it is refused");
        }
    }
    assert_serves(&tfo).await;
    assert_peak(&tfo, 64);
}

/// Scenario: window updates of zero, beyond 2^31 - 1, windows of nothing, frames of the wrong size, on the wrong stream
/// and in the wrong place. Guarantee: the error the specification names or PROTOCOL_ERROR, for this connection only.
#[tokio::test]
async fn broken_frames_end_the_connection() {
    let tfo = Tfo::start(OPEN);
    let most = (u32::MAX >> 1).to_be_bytes();
    for protocol in BOTH {
        for (what, bytes, error) in [
            ("no growth", frame(WINDOW_UPDATE, 0, 0, &[0; 4]), PROTOCOL_ERROR),
            (
                "too wide",
                [frame(WINDOW_UPDATE, 0, 0, &most), frame(WINDOW_UPDATE, 0, 0, &most)].concat(),
                FLOW_CONTROL_ERROR,
            ),
            ("settings of 5 bytes", frame(SETTINGS, 0, 0, &[0; 5]), FRAME_SIZE_ERROR),
            ("settings on a stream", frame(SETTINGS, 0, 1, &[]), PROTOCOL_ERROR),
            ("a window of 2^31", frame(SETTINGS, 0, 0, &[0, 4, 0x80, 0, 0, 0]), FLOW_CONTROL_ERROR),
            ("a ping of 7 bytes", frame(PING, 0, 0, &[0; 7]), FRAME_SIZE_ERROR),
            ("data on no stream", frame(DATA, 0, 0, b"x"), PROTOCOL_ERROR),
            ("data on a stream that is not open", frame(DATA, 0, 9, b"x"), PROTOCOL_ERROR),
            ("headers on an even stream", grpc_headers(2, END_STREAM), PROTOCOL_ERROR),
            ("a continuation of nothing", frame(CONTINUATION, 0, 1, b"x"), PROTOCOL_ERROR),
            ("16 MiB in a frame", vec![0xff, 0xff, 0xff, DATA, 0, 0, 0, 0, 1], FRAME_SIZE_ERROR),
        ] {
            let mut stream = connect(address(&tfo, protocol)).await;
            stream.write_all(&bytes).await.unwrap();
            let answers = frames_to_end(&mut stream).await;
            let told = goaway(&answers);
            assert!(told == Some(error) || told == Some(PROTOCOL_ERROR), "{protocol}: {what}: {told:?}");
        }
    }
    assert_serves(&tfo).await;
}

/// Scenario: pings and settings without end from a client that never reads the answers. Guarantee: memory stays flat:
/// the server stops reading or closes.
#[tokio::test]
async fn unread_answers_do_not_pile_up() {
    let tfo = Tfo::start(OPEN);
    for bytes in [frame(PING, 0, 0, &[7; 8]), frame(SETTINGS, 0, 0, &[])] {
        let mut stream = connect(address(&tfo, "grpc")).await;
        let chunk = bytes.repeat(4096);
        let flood = async {
            for _ in 0..200 {
                if stream.write_all(&chunk).await.is_err() {
                    return;
                }
            }
        };
        let _ = timeout(Duration::from_millis(1500), flood).await;
    }
    assert_serves(&tfo).await;
    assert_peak(&tfo, 64);
}

/// Scenario: a client with a window of nothing asks 1,000 times and never lets the answers out; then it hangs up.
/// Guarantee: memory stays flat, and everything is given back.
#[tokio::test]
async fn closed_windows_hold_no_memory() {
    let tfo = Tfo::start(OPEN);
    for protocol in BOTH {
        let mut stream = connect_with(address(&tfo, protocol), &[(4, 0)]).await;
        let request = framed(0, &logs(["x".repeat(10_000)]));
        for call in 0..1000_u32 {
            let mut bytes = grpc_headers(call * 2 + 1, 0);
            bytes.extend(frame(DATA, END_STREAM, call * 2 + 1, &request));
            if timeout(Duration::from_secs(2), stream.write_all(&bytes)).await.is_err() {
                break;
            }
        }
        assert_serves(&tfo).await;
    }
    assert_serves(&tfo).await;
    assert_peak(&tfo, 96);
}
