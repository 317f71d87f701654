//! [`Payload`]: the body of an export request, the batch's own bytes or a compressed copy.

use bytes::Bytes;
use pipelines::Telemetry;
use pipelines::component::ExportError;

use super::h2::Rope;

/// What is sent: the pieces of a batch as they are, or one piece made for the request.
pub(crate) enum Payload<'a> {
    /// The bytes of the batch, not copied.
    Wire(&'a Telemetry),
    /// Other bytes.
    Plain(Bytes),
    /// Compressed bytes.
    Compressed(Bytes),
}

// === impl Payload ===

impl Payload<'_> {
    /// The same payload if it fits into one gRPC message, whose length has 32 bits.
    ///
    /// # Errors
    /// A rejection otherwise; the engine admits no batch of that size.
    pub(crate) fn checked(self) -> Result<Self, ExportError> {
        match u32::try_from(self.len()) {
            Ok(_) => Ok(self),
            Err(_) => {
                Err(ExportError::reject(format!("a request of {} bytes is longer than gRPC can say", self.len())))
            }
        }
    }

    /// Its length in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Wire(telemetry) => telemetry.len(),
            Self::Plain(bytes) | Self::Compressed(bytes) => bytes.len(),
        }
    }

    /// As one gRPC message.
    pub(crate) fn message(&self) -> Rope {
        match self {
            Self::Wire(telemetry) => Rope::message(false, telemetry.parts(), telemetry.len()),
            Self::Plain(bytes) => Rope::message(false, std::iter::once(bytes), bytes.len()),
            Self::Compressed(bytes) => Rope::message(true, std::iter::once(bytes), bytes.len()),
        }
    }

    /// As the body of an HTTP request.
    pub(crate) fn body(&self) -> Rope {
        match self {
            Self::Wire(telemetry) => Rope::plain(telemetry.parts(), telemetry.len()),
            Self::Plain(bytes) | Self::Compressed(bytes) => Rope::plain(std::iter::once(bytes), bytes.len()),
        }
    }

    /// As one string of bytes, for people to look at.
    pub(crate) fn to_bytes(&self) -> Bytes {
        match self {
            Self::Wire(telemetry) => telemetry.to_bytes(),
            Self::Plain(bytes) | Self::Compressed(bytes) => bytes.clone(),
        }
    }
}
