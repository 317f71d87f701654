//! From the body of a request to the plain OTLP message: the gRPC frame is taken off and gzip or zstd undone.

use crate::Error;
use bytes::Bytes;
use http::HeaderMap;
use std::io::Read;

/// No message of a benchmark grows beyond this when it is decompressed, in bytes.
const MAX_PLAIN: u64 = 1 << 30;

/// The message in `body`.
pub(super) fn plain(headers: &HeaderMap, body: Bytes, grpc: bool) -> Result<Bytes, Error> {
    if !grpc {
        return decompress(header(headers, "content-encoding"), body);
    }
    let Some((&[compressed, a, b, c, d], _)) = body.split_first_chunk::<5>() else {
        return Err("the gRPC message is cut off".into());
    };
    let message = body.slice(5..);
    if message.len() != u32::from_be_bytes([a, b, c, d]) as usize {
        return Err("the gRPC message is not as long as it says".into());
    }
    if compressed == 0 { Ok(message) } else { decompress(header(headers, "grpc-encoding"), message) }
}

/// Whether the body is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    header(headers, "content-type").starts_with("application/json")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn decompress(encoding: &str, body: Bytes) -> Result<Bytes, Error> {
    let mut plain = Vec::with_capacity(body.len() * 4);
    match encoding {
        "" | "identity" => return Ok(body),
        "gzip" => flate2::read::MultiGzDecoder::new(&body[..]).take(MAX_PLAIN).read_to_end(&mut plain)?,
        "zstd" => zstd::stream::read::Decoder::new(&body[..])?.take(MAX_PLAIN).read_to_end(&mut plain)?,
        other => return Err(format!("the sink does not read `{other}`; send gzip, zstd or none").into()),
    };
    Ok(Bytes::from(plain))
}
