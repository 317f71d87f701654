//! Content encodings of bodies, with a cap on what comes out.
//!
//! A small body can decompress to gigabytes, so nothing else in the program decompresses: [`decode`] stops at a limit
//! and holds little more than the limit in memory while it does. [`encode`] takes a rope as it is.

mod deflate;
mod encoding;
mod error;
mod lz4;
mod output;
mod snappy;
mod source;
mod zstd;

#[cfg(test)]
mod tests;

use bytes::Bytes;

pub use encoding::Encoding;
pub use error::{DecodeError, EncodeError};
pub use output::Grant;

/// Decodes a whole body. With [`Encoding::Identity`] the result shares the bytes of `body`.
///
/// The output is grown as it comes, never to more than `limit` bytes. Beside it zstd holds a window of at most `limit`
/// or 8 MiB, whichever is more, and lz4 two blocks of at most 8 MiB. [`Encoding::Snappy`] recognises the framed format
/// too, as the Collector does, because clients send either under the same name.
///
/// # Errors
/// [`DecodeError::TooLarge`] if more than `limit` bytes come out, [`DecodeError::Corrupt`] if the body is not of this
/// encoding, is cut off, or has bytes behind its end.
pub fn decode(encoding: Encoding, body: &Bytes, limit: usize) -> Result<Bytes, DecodeError> {
    decode_within(encoding, body, limit, &mut |_| true)
}

/// The same, but asks before it takes memory for what comes out, so that many small bodies that become large ones at the
/// same time stay within a common bound. What was granted is at least the length of the result. With
/// [`Encoding::Identity`] nothing is asked for.
///
/// # Errors
/// Those of [`decode`], and [`DecodeError::NoRoom`] if `grant` refuses.
pub fn decode_within(
    encoding: Encoding,
    body: &Bytes,
    limit: usize,
    grant: &mut Grant<'_>,
) -> Result<Bytes, DecodeError> {
    let corrupt = |what| DecodeError::Corrupt { encoding, what };
    if encoding == Encoding::Identity {
        return if body.len() > limit { Err(DecodeError::TooLarge { limit }) } else { Ok(body.clone()) };
    }
    if body.is_empty() {
        return Err(corrupt(String::from("body is empty")));
    }
    let decoded = match encoding {
        Encoding::Identity => return Ok(body.clone()),
        Encoding::Gzip => deflate::decode_gzip(body, limit, grant),
        Encoding::Deflate => deflate::decode_zlib(body, limit, grant),
        Encoding::Zstd => zstd::decode(body, limit, grant),
        Encoding::Snappy if snappy::is_framed(body) => snappy::decode_framed(body, limit, grant),
        Encoding::Snappy => snappy::decode_block(body, limit, grant),
        Encoding::SnappyFramed => snappy::decode_framed(body, limit, grant),
        Encoding::Lz4 => lz4::decode(body, limit, grant),
    };
    decoded.map(Bytes::from).map_err(|stop| match stop {
        error::Stop::TooLarge => DecodeError::TooLarge { limit },
        error::Stop::NoRoom => DecodeError::NoRoom,
        error::Stop::Corrupt(what) => corrupt(what),
    })
}

/// Encodes the concatenation of `parts`. `level` is the encoding's own scale, `None` its default
/// ([`Encoding::levels`]). The state of the compressor is kept per thread and used again.
///
/// # Errors
/// [`EncodeError::Level`] if the encoding has no such level; [`EncodeError::Failed`] if the compressor refuses, which
/// happens when memory runs out or a body of more than 4 GiB is to be one snappy block.
pub fn encode<'a>(
    encoding: Encoding,
    level: Option<i32>,
    parts: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Bytes, EncodeError> {
    let level = encoding.level(level)?;
    let parts: Vec<&[u8]> = parts.into_iter().collect();
    let encoded = match encoding {
        Encoding::Identity => Ok(parts.concat()),
        Encoding::Gzip => deflate::encode(deflate::Format::Gzip, level, &parts),
        Encoding::Deflate => deflate::encode(deflate::Format::Zlib, level, &parts),
        Encoding::Zstd => zstd::encode(level, &parts),
        Encoding::Snappy => snappy::encode_block(&parts),
        Encoding::SnappyFramed => snappy::encode_framed(&parts),
        Encoding::Lz4 => lz4::encode(&parts),
    };
    encoded.map(Bytes::from).map_err(|what| EncodeError::Failed { encoding, what })
}
