//! The bodies servers answer with: `Export*ServiceResponse` and `google.rpc.Status`, read straight from their bytes.

use std::time::Duration;

use bytes::Bytes;
use pipelines::component::Exported;
use pipelines::otlp::wire::{Value, fields};

/// The `partial_success` of a response. The messages of all signals have the same field numbers
/// (opentelemetry-proto, collector/*/v1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PartialSuccess {
    /// How many items were refused; 0 with a message is a warning.
    pub(crate) rejected: u64,
    /// What the server says about it; empty for nothing.
    pub(crate) message: String,
}

/// The parts of a `google.rpc.Status` an exporter acts on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RpcStatus {
    /// The gRPC code.
    pub(crate) code: i32,
    /// What the server says.
    pub(crate) message: String,
    /// Whether a `google.rpc.RetryInfo` is among the details, and the delay it asks for.
    pub(crate) retry: Option<Duration>,
}

/// A server that asks for more is not believed.
const LONGEST_DELAY: Duration = Duration::from_secs(24 * 3600);

const RETRY_INFO: &[u8] = b"google.rpc.RetryInfo";

// === impl PartialSuccess ===

impl PartialSuccess {
    /// Reads an encoded response; `None` when it is not one.
    pub(crate) fn decode(response: &[u8]) -> Option<Self> {
        let mut success = Self::default();
        for field in fields(response) {
            let field = field.ok()?;
            if let (1, Value::Len(partial)) = (field.number, field.value) {
                success.read(partial)?;
            }
        }
        Some(success)
    }

    /// Reads a JSON response; `None` when it is not one. Counts are decimal strings or numbers.
    pub(crate) fn from_json(response: &[u8]) -> Option<Self> {
        let response: serde_json::Value = serde_json::from_slice(response).ok()?;
        let partial = match response.as_object()?.get("partialSuccess") {
            None | Some(serde_json::Value::Null) => return Some(Self::default()),
            Some(partial) => partial.as_object()?,
        };
        let rejected = partial.iter().find(|(key, _)| key.starts_with("rejected"));
        let rejected = rejected.and_then(|(_, count)| match count {
            serde_json::Value::String(text) => text.parse().ok(),
            count => count.as_u64(),
        });
        let message = partial.get("errorMessage").and_then(serde_json::Value::as_str).unwrap_or_default();
        Some(Self { rejected: rejected.unwrap_or_default(), message: message.to_owned() })
    }

    fn read(&mut self, partial: &[u8]) -> Option<()> {
        for field in fields(partial) {
            let field = field.ok()?;
            match (field.number, field.value) {
                // A negative count makes no sense: nothing was refused then.
                (1, Value::Varint(rejected)) => self.rejected = u64::try_from(rejected.cast_signed()).unwrap_or(0),
                (2, Value::Len(message)) => self.message = String::from_utf8_lossy(message).into_owned(),
                _ => {}
            }
        }
        Some(())
    }
}

impl From<PartialSuccess> for Exported {
    fn from(success: PartialSuccess) -> Self {
        let message = (!success.message.is_empty()).then_some(success.message);
        Self { rejected: success.rejected, message }
    }
}

// === impl RpcStatus ===

impl RpcStatus {
    /// Reads an encoded status; `None` when it is not one.
    pub(crate) fn decode(status: &[u8]) -> Option<Self> {
        let mut read = Self::default();
        for field in fields(status) {
            let field = field.ok()?;
            match (field.number, field.value) {
                (1, Value::Varint(code)) => read.code = i32::try_from(code).unwrap_or(2),
                (2, Value::Len(message)) => read.message = String::from_utf8_lossy(message).into_owned(),
                (3, Value::Len(detail)) => read.retry = read.retry.or_else(|| retry_info(detail)),
                _ => {}
            }
        }
        Some(read)
    }

    /// Reads the message of a JSON status; `None` when it is not one.
    pub(crate) fn message_from_json(status: &Bytes) -> Option<String> {
        let status: serde_json::Value = serde_json::from_slice(status).ok()?;
        Some(status.as_object()?.get("message")?.as_str()?.to_owned())
    }
}

/// The delay of a `google.protobuf.Any` that holds a `RetryInfo`.
fn retry_info(any: &[u8]) -> Option<Duration> {
    let (mut is_retry_info, mut value) = (false, &[][..]);
    for field in fields(any) {
        let field = field.ok()?;
        match (field.number, field.value) {
            (1, Value::Len(url)) => is_retry_info = url.rsplit(|byte| *byte == b'/').next() == Some(RETRY_INFO),
            (2, Value::Len(inner)) => value = inner,
            _ => {}
        }
    }
    if !is_retry_info {
        return None;
    }
    let mut delay = Duration::ZERO;
    for field in fields(value) {
        let field = field.ok()?;
        if let (1, Value::Len(duration)) = (field.number, field.value) {
            delay = read_duration(duration)?;
        }
    }
    Some(delay)
}

/// A `google.protobuf.Duration`; a negative one is no delay.
fn read_duration(duration: &[u8]) -> Option<Duration> {
    let (mut seconds, mut nanos) = (0, 0);
    for field in fields(duration) {
        let field = field.ok()?;
        match (field.number, field.value) {
            (1, Value::Varint(value)) => seconds = u64::try_from(value.cast_signed()).unwrap_or(0),
            (2, Value::Varint(value)) => nanos = u32::try_from(value).unwrap_or(0),
            _ => {}
        }
    }
    let delay = Duration::from_secs(seconds.min(LONGEST_DELAY.as_secs())) + Duration::from_nanos(u64::from(nanos));
    Some(delay.min(LONGEST_DELAY))
}
