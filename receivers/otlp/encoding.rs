//! Compression of requests, as named by both protocols.

use bytes::Bytes;

use pipelines::runtime::{Budget, Permit};

/// `grpc-accept-encoding`.
pub(super) const GRPC_ACCEPTED: &str = "identity";

/// How a request is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {}

/// Why a compressed request cannot be used.
#[derive(Debug)]
pub(super) enum Undecodable {
    /// It is larger than the limit.
    TooLarge,
    /// The engine's bytes in flight are used up.
    NoRoom,
    /// It is not what its encoding says.
    Corrupt(String),
}

impl Encoding {
    pub(super) fn from_http(_: &[u8]) -> Option<Self> {
        None
    }
    pub(super) fn from_grpc(_: &[u8]) -> Option<Self> {
        None
    }
    pub(super) fn decode(
        self,
        _: &Bytes,
        _: usize,
        _: Option<Permit>,
        _: &Budget,
    ) -> Result<(Bytes, Option<Permit>), Undecodable> {
        match self {}
    }
}
