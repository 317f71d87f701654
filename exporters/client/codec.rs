//! [`Codec`]: how request bodies are compressed.

use bytes::Bytes;
use pipelines::Telemetry;
use pipelines::component::ExportError;
use pipelines::net::compress::{Encoding, encode};

use super::payload::Payload;

/// A compression and how hard it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Codec {
    encoding: Encoding,
    /// `None` for the default of the encoding.
    level: Option<i32>,
}

// === impl Codec ===

impl Codec {
    /// A compression; `Identity` leaves bodies as they are.
    pub(crate) fn new(encoding: Encoding, level: Option<i32>) -> Self {
        Self { encoding, level }
    }

    /// Its name for people.
    pub(crate) fn name(self) -> &'static str {
        self.header().unwrap_or("not compressed")
    }

    /// Its name in `grpc-encoding` and `Content-Encoding`; `None` when bodies stay as they are.
    pub(crate) fn header(self) -> Option<&'static str> {
        match self.encoding {
            Encoding::Identity => None,
            // gRPC calls its framed form so too.
            Encoding::SnappyFramed => Some("snappy"),
            encoding => Some(encoding.name()),
        }
    }

    /// The body that carries the batch.
    ///
    /// # Errors
    /// A rejection when the compressor refuses.
    pub(crate) fn payload(self, telemetry: &Telemetry) -> Result<Payload<'_>, ExportError> {
        match self.encoding {
            Encoding::Identity => Ok(Payload::Wire(telemetry)),
            _ => self.compress(telemetry.parts().map(|part| &part[..])).map(Payload::Compressed),
        }
    }

    /// Any bytes, compressed or as they are.
    ///
    /// # Errors
    /// As for [`Codec::payload`].
    pub(crate) fn bytes(self, bytes: Bytes) -> Result<Payload<'static>, ExportError> {
        match self.encoding {
            Encoding::Identity => Ok(Payload::Plain(bytes)),
            _ => self.compress([&bytes[..]]).map(Payload::Compressed),
        }
    }

    fn compress<'a>(self, parts: impl IntoIterator<Item = &'a [u8]>) -> Result<Bytes, ExportError> {
        encode(self.encoding, self.level, parts)
            .map_err(|error| ExportError::reject(format!("the request cannot be compressed: {error}")))
    }
}
