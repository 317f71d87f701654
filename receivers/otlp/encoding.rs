//! Decompressing requests: which encodings each protocol knows, and accounting for what comes out.

use bytes::Bytes;

use pipelines::net::compress::{DecodeError, Encoding, decode_within};
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

/// Decompresses a request of at most `limit` bytes and accounts for it, while it grows, instead of the compressed one.
pub(super) fn decompress(
    encoding: Encoding,
    (bytes, permit): (Bytes, Option<Permit>),
    limit: usize,
    budget: &Budget,
) -> Result<(Bytes, Option<Permit>), Unreadable> {
    if encoding == Encoding::Identity {
        return Ok((bytes, permit));
    }
    let mut held: Option<Permit> = None;
    let mut grant = |more: usize| match &mut held {
        Some(held) => held.grow(more as u64),
        None => {
            held = budget.try_acquire(more as u64);
            held.is_some()
        }
    };
    let decoded = decode_within(encoding, &bytes, limit, &mut grant).map_err(|error| match error {
        DecodeError::TooLarge { limit } => Unreadable::Broken(Broken::TooLarge(limit)),
        DecodeError::NoRoom => Unreadable::Broken(Broken::NoRoom),
        error @ DecodeError::Corrupt { .. } => {
            Unreadable::Status(Status::new(Code::InvalidArgument, error.to_string()))
        }
    })?;
    drop((bytes, permit));
    Ok((decoded, held))
}

// === impl Unreadable ===

impl From<Broken> for Unreadable {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}
