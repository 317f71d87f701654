//! Frames of HTTP/2 written by hand (RFC 9113, section 6).

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{EXPORT, PATIENCE};

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

/// A frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    out.extend([kind, flags]);
    out.extend(stream.to_be_bytes());
    out.extend_from_slice(payload);
    out
}

/// A header field that is in no table (RFC 7541, section 6.2.2), without Huffman coding.
pub(crate) fn literal(name: &str, value: &str) -> Vec<u8> {
    let mut out = vec![0];
    for text in [name, value] {
        match u8::try_from(text.len()).ok().filter(|len| *len < 127) {
            Some(len) => out.push(len),
            None => {
                out.push(127);
                prost::encoding::encode_varint(text.len() as u64 - 127, &mut out);
            }
        }
        out.extend_from_slice(text.as_bytes());
    }
    out
}

/// The header fields of an `Export` call.
pub(crate) fn call_fields() -> Vec<u8> {
    let fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", EXPORT),
        (":authority", "a"),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
    ];
    fields.iter().flat_map(|(name, value)| literal(name, value)).collect()
}

/// The HEADERS frame of an `Export` call.
pub(crate) fn grpc_headers(stream: u32, flags: u8) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | flags, stream, &call_fields())
}

/// A connection whose preface and settings were exchanged.
pub(crate) async fn connect(to: SocketAddr) -> TcpStream {
    connect_with(to, &[]).await
}

/// The same with settings: identifier and value.
pub(crate) async fn connect_with(to: SocketAddr, settings: &[(u16, u32)]) -> TcpStream {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let payload: Vec<u8> =
        settings.iter().flat_map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat()).collect();
    let hello = [PREFACE, &frame(SETTINGS, 0, 0, &payload), &frame(SETTINGS, 1, 0, &[])].concat();
    stream.write_all(&hello).await.unwrap();
    stream
}

/// Reads frames until the server closes; returns the kinds and payloads that came.
pub(crate) async fn frames_to_end(stream: &mut TcpStream) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let Some(frame) = next(stream).await {
        frames.push(frame);
    }
    frames
}

/// The next frame; `None` when the server closed.
pub(crate) async fn next(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    timeout(PATIENCE, stream.read_exact(&mut head)).await.expect("the server answers or closes").ok()?;
    let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
    stream.read_exact(&mut payload).await.ok()?;
    Some((head[3], payload))
}

/// The error code of the GOAWAY that ended a connection.
pub(crate) fn goaway(frames: &[(u8, Vec<u8>)]) -> Option<u32> {
    let (_, payload) = frames.iter().rev().find(|(kind, _)| *kind == GOAWAY)?;
    Some(u32::from_be_bytes(payload.get(4..8)?.try_into().ok()?))
}
