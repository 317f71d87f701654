//! The OTLP messages as tables: field numbers, JSON names and kinds of everything an Export request or response can hold.
//!
//! Source: the `.proto` files of opentelemetry-proto as shipped by the crate of that name. Fields stand in the order of
//! those files, which is also the order in which the OpenTelemetry Collector writes them as JSON. The tests hold the
//! tables against the generated types by sending random messages both ways.

pub mod common;
pub mod logs;
pub mod metrics;
pub mod profiles;
pub mod rpc;
pub mod trace;

#[cfg(test)]
mod tests;

use crate::Signal;

/// Most fields any message in these tables has, so that per-field state fits an array on the stack.
pub const MAX_FIELDS: usize = 16;

/// One message type.
#[derive(Debug)]
pub struct Message {
    /// Name without the package, such as `LogRecord` or `Span.Event`.
    pub name: &'static str,
    /// Every field, in the order of the `.proto` file.
    pub fields: &'static [Field],
}

/// One field of a message.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Field number on the wire.
    pub number: u32,
    /// lowerCamelCase name, the only spelling OTLP/JSON knows.
    pub name: &'static str,
    /// Type of the value, or of each value if the field is repeated.
    pub kind: Kind,
    /// How often the field may stand and whether absence differs from the default.
    pub label: Label,
}

/// How often a field may stand in its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// At most once; a scalar that is absent equals one with the default value.
    One,
    /// At most once; absent and default differ (`optional` in the schema).
    Optional,
    /// Member of the only oneof of its message; absent and default differ, and the last member on the wire wins.
    Oneof,
    /// Any number of times; scalars other than strings and bytes are packed.
    Many,
}

/// Type of a value.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// UTF-8 text.
    String,
    /// Bytes, base64 in JSON.
    Bytes,
    /// Trace, span or profile id of this many bytes, hex in JSON; may be empty.
    Id(usize),
    /// Varint 0 or 1.
    Bool,
    /// Varint, sign extended to 64 bits.
    Int32,
    /// Varint.
    Uint32,
    /// Zigzag varint.
    Sint32,
    /// Varint; a decimal string in JSON.
    Int64,
    /// Varint; a decimal string in JSON.
    Uint64,
    /// Four bytes.
    Fixed32,
    /// Eight bytes; a decimal string in JSON.
    Fixed64,
    /// Eight bytes, signed; a decimal string in JSON.
    Sfixed64,
    /// Eight bytes, IEEE 754.
    Double,
    /// Varint like [`Kind::Int32`]; an integer in JSON.
    Enum(&'static Enum),
    /// An embedded message.
    Message(&'static Message),
}

/// One enumeration. Values outside the list are legal: proto3 enumerations are open.
#[derive(Debug)]
pub struct Enum {
    /// Name without the package.
    pub name: &'static str,
    /// Names of the schema and their numbers.
    pub values: &'static [(&'static str, i32)],
}

// === impl Message ===

impl Message {
    /// The export request of `signal`.
    #[must_use]
    pub fn request(signal: Signal) -> &'static Self {
        match signal {
            Signal::Traces => &trace::EXPORT_TRACE_SERVICE_REQUEST,
            Signal::Metrics => &metrics::EXPORT_METRICS_SERVICE_REQUEST,
            Signal::Logs => &logs::EXPORT_LOGS_SERVICE_REQUEST,
            Signal::Profiles => &profiles::EXPORT_PROFILES_SERVICE_REQUEST,
        }
    }

    /// The export response of `signal`.
    #[must_use]
    pub fn response(signal: Signal) -> &'static Self {
        match signal {
            Signal::Traces => &trace::EXPORT_TRACE_SERVICE_RESPONSE,
            Signal::Metrics => &metrics::EXPORT_METRICS_SERVICE_RESPONSE,
            Signal::Logs => &logs::EXPORT_LOGS_SERVICE_RESPONSE,
            Signal::Profiles => &profiles::EXPORT_PROFILES_SERVICE_RESPONSE,
        }
    }

    /// Position in [`Message::fields`] of the field with this number.
    #[inline]
    #[must_use]
    pub fn position(&self, number: u32) -> Option<usize> {
        self.fields.iter().position(|field| field.number == number)
    }

    /// Position in [`Message::fields`] of the field with this JSON name.
    #[inline]
    #[must_use]
    pub fn position_named(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

// === impl Kind ===

impl Kind {
    /// Whether a repeated field of this kind is one length-prefixed run of values.
    #[must_use]
    pub const fn is_packed(self) -> bool {
        !matches!(self, Self::String | Self::Bytes | Self::Id(_) | Self::Message(_))
    }

    /// Wire type of a single value, one of the constants of [`super::wire`].
    #[must_use]
    pub const fn wire_type(self) -> u32 {
        match self {
            Self::String | Self::Bytes | Self::Id(_) | Self::Message(_) => super::wire::LEN,
            Self::Fixed32 => super::wire::FIXED32,
            Self::Fixed64 | Self::Sfixed64 | Self::Double => super::wire::FIXED64,
            _ => super::wire::VARINT,
        }
    }
}

const fn one(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, label: Label::One }
}

const fn optional(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, label: Label::Optional }
}

const fn oneof(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, label: Label::Oneof }
}

const fn many(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, label: Label::Many }
}
