//! Decompressing requests: which encodings each protocol knows, and accounting for what comes out.

use bytes::Bytes;

use pipelines::net::compress::{DecodeError, Encoding, decode};
use pipelines::runtime::{Budget, Permit};

use super::body::Broken;
use super::status::{Code, Status};

/// `grpc-accept-encoding`.
pub(super) const GRPC_ACCEPTED: &str = "identity,gzip,zstd,deflate,snappy";

/// Why a request could not be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// Its bytes did not come or were too many.
    Broken(Broken),
    /// It is not what it says.
    Status(Status),
}

/// The encoding `grpc-encoding` names.
pub(super) fn from_grpc(name: &[u8]) -> Option<Encoding> {
    Some(match name {
        b"identity" => Encoding::Identity,
        b"gzip" => Encoding::Gzip,
        b"zstd" => Encoding::Zstd,
        b"deflate" => Encoding::Deflate,
        b"snappy" => Encoding::Snappy,
        _ => return None,
    })
}

/// The encoding `Content-Encoding` names.
pub(super) fn from_http(name: &[u8]) -> Option<Encoding> {
    Encoding::from_name(std::str::from_utf8(name).ok()?.trim())
}

/// Decompresses a request of at most `limit` bytes and accounts for it instead of the compressed one.
///
/// Decompression runs to its end on the caller's thread, so what is not accounted for yet is bounded by the number of
/// threads.
pub(super) fn decompress(
    encoding: Encoding,
    (bytes, permit): (Bytes, Option<Permit>),
    limit: usize,
    budget: &Budget,
) -> Result<(Bytes, Option<Permit>), Unreadable> {
    if encoding == Encoding::Identity {
        return Ok((bytes, permit));
    }
    let decoded = decode(encoding, &bytes, limit).map_err(|error| match error {
        DecodeError::TooLarge { limit } => Unreadable::Broken(Broken::TooLarge(limit)),
        error @ DecodeError::Corrupt { .. } => {
            Unreadable::Status(Status::new(Code::InvalidArgument, error.to_string()))
        }
    })?;
    drop((bytes, permit));
    let permit = budget.try_acquire(decoded.len() as u64).ok_or(Unreadable::Broken(Broken::NoRoom))?;
    Ok((decoded, Some(permit)))
}

// === impl Unreadable ===

impl From<Broken> for Unreadable {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}
