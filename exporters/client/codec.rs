//! [`Codec`]: how request bodies are compressed.

use std::cell::RefCell;

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use pipelines::Telemetry;
use pipelines::component::ExportError;

use super::payload::Payload;

/// A compression and how hard it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// Bodies are sent as they are.
    None,
    /// gzip (RFC 1952), level 0 to 9.
    Gzip(u32),
    /// zlib (RFC 1950), level 0 to 9; HTTP calls it `deflate`.
    Zlib(u32),
    /// Zstandard (RFC 8878), level 1 to 22.
    Zstd(i32),
    /// Snappy as one block, as OTLP/HTTP uses it.
    Snappy,
    /// Snappy in its framing format.
    SnappyFramed,
    /// LZ4 in its frame format.
    Lz4,
}

thread_local! {
    /// A deflate state takes some 300 kB to set up; it is used again by every request of the thread.
    static DEFLATE: RefCell<Option<(u32, bool, Compress)>> = const { RefCell::new(None) };
    /// The same for Zstandard.
    static ZSTD: RefCell<Option<(i32, zstd::bulk::Compressor<'static>)>> = const { RefCell::new(None) };
}

/// gzip header without name and time (RFC 1952, 2.3.1), as Go writes it.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

// === impl Codec ===

impl Codec {
    /// The level Go's gzip and zlib use.
    pub(crate) const DEFLATE_LEVEL: u32 = 6;
    /// The level the Collector uses for Zstandard (its fastest, klauspost's level 1).
    pub(crate) const ZSTD_LEVEL: i32 = 1;

    /// Its name for people, and, unless it is none, in `grpc-encoding` and `Content-Encoding`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "not compressed",
            Self::Gzip(_) => "gzip",
            Self::Zlib(_) => "deflate",
            Self::Zstd(_) => "zstd",
            Self::Snappy | Self::SnappyFramed => "snappy",
            Self::Lz4 => "lz4",
        }
    }

    /// Its name in headers.
    pub(crate) fn encoding(self) -> Option<&'static str> {
        (self != Self::None).then(|| self.name())
    }

    /// The body that carries the batch.
    ///
    /// # Errors
    /// A rejection when the library refuses to compress it.
    pub(crate) fn payload(self, telemetry: &Telemetry) -> Result<Payload<'_>, ExportError> {
        if self == Self::None {
            return Ok(Payload::Wire(telemetry));
        }
        self.compress(telemetry.rope().parts(), telemetry.len()).map(Payload::Compressed)
    }

    /// Any bytes, compressed or as they are.
    ///
    /// # Errors
    /// As for [`Codec::payload`].
    pub(crate) fn bytes(self, bytes: Bytes) -> Result<Payload<'static>, ExportError> {
        match self {
            Self::None => Ok(Payload::Plain(bytes)),
            codec => codec.compress(std::iter::once(&bytes), bytes.len()).map(Payload::Compressed),
        }
    }

    fn compress<'a>(self, parts: impl Iterator<Item = &'a Bytes>, len: usize) -> Result<Bytes, ExportError> {
        let compressed = match self {
            Self::None => Ok(whole(parts, len).to_vec()),
            Self::Gzip(level) => gzip(level, parts, len),
            Self::Zlib(level) => deflate(level, true, Vec::with_capacity(room(len)), parts, |_| ()),
            Self::Zstd(level) => zstd(level, &whole(parts, len)).map_err(|error| error.to_string()),
            Self::Snappy => {
                snap::raw::Encoder::new().compress_vec(&whole(parts, len)).map_err(|error| error.to_string())
            }
            Self::SnappyFramed => write(parts, snap::write::FrameEncoder::new(Vec::new()), |encoder| {
                encoder.into_inner().map_err(|error| error.to_string())
            }),
            Self::Lz4 => write(parts, lz4_flex::frame::FrameEncoder::new(Vec::new()), |encoder| {
                encoder.finish().map_err(|error| error.to_string())
            }),
        };
        match compressed {
            Ok(bytes) => Ok(bytes.into()),
            Err(error) => {
                Err(ExportError::reject(format!("the request cannot be compressed with {}: {error}", self.name())))
            }
        }
    }
}

/// Telemetry shrinks to a tenth or less.
fn room(len: usize) -> usize {
    len / 8 + 256
}

fn whole<'a>(mut parts: impl Iterator<Item = &'a Bytes>, len: usize) -> Bytes {
    let first = parts.next().cloned().unwrap_or_default();
    if first.len() == len {
        return first;
    }
    let mut all = Vec::with_capacity(len);
    all.extend_from_slice(&first);
    parts.for_each(|part| all.extend_from_slice(part));
    all.into()
}

fn gzip<'a>(level: u32, parts: impl Iterator<Item = &'a Bytes>, len: usize) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(room(len));
    out.extend_from_slice(&GZIP_HEADER);
    let mut crc = Crc::new();
    let mut out = deflate(level, false, out, parts, |part| crc.update(part))?;
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    Ok(out)
}

/// Appends one deflate stream to `out`, with the zlib wrapping or without.
fn deflate<'a>(
    level: u32,
    wrapped: bool,
    mut out: Vec<u8>,
    parts: impl Iterator<Item = &'a Bytes>,
    mut see: impl FnMut(&[u8]),
) -> Result<Vec<u8>, String> {
    DEFLATE.with_borrow_mut(|kept| {
        let mut state = match kept.take() {
            Some((same, form, state)) if same == level && form == wrapped => state,
            _ => Compress::new(Compression::new(level), wrapped),
        };
        state.reset();
        for part in parts {
            see(part);
            let mut rest = &part[..];
            while !rest.is_empty() {
                let before = state.total_in();
                step(&mut state, rest, &mut out, FlushCompress::None)?;
                rest = &rest[usize::try_from(state.total_in() - before).unwrap_or(rest.len())..];
            }
        }
        while step(&mut state, &[], &mut out, FlushCompress::Finish)? != Status::StreamEnd {}
        *kept = Some((level, wrapped, state));
        Ok(out)
    })
}

fn step(state: &mut Compress, input: &[u8], out: &mut Vec<u8>, flush: FlushCompress) -> Result<Status, String> {
    if out.capacity() - out.len() < 64 {
        out.reserve(out.len().max(4096));
    }
    state.compress_vec(input, out, flush).map_err(|error| error.to_string())
}

fn zstd(level: i32, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    ZSTD.with_borrow_mut(|kept| {
        let mut compressor = match kept.take() {
            Some((same, compressor)) if same == level => compressor,
            _ => zstd::bulk::Compressor::new(level)?,
        };
        let compressed = compressor.compress(bytes);
        *kept = Some((level, compressor));
        compressed
    })
}

fn write<'a, W: std::io::Write>(
    mut parts: impl Iterator<Item = &'a Bytes>,
    mut encoder: W,
    finish: impl FnOnce(W) -> Result<Vec<u8>, String>,
) -> Result<Vec<u8>, String> {
    parts.try_for_each(|part| encoder.write_all(part)).map_err(|error| error.to_string())?;
    finish(encoder)
}
